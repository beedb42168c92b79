"""Invitations to authored work, such as a survey, as a kind of campaign: to whoever was asked and has not acted."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaigns import waves
from campaigns.kinds import CampaignContext, CampaignKind, CampaignMessage, Condition, LeftOutReason
from campaigns.models import Campaign
from console.authored import Authored
from foundation.database import changed
from wechat_bot import notices, reply

Work = TypeVar("Work", bound=Authored)


def invitations(
    name: str,
    works: type[Work],
    asked: Any,
    work_id: Any,
    *,
    meant: Callable[[Session, Work], Sequence[Condition]],
    reasons: Callable[[Session, Campaign], Sequence[LeftOutReason]],
    enlist: Callable[[Session, int, Condition, datetime], None],
    reached: Callable[[Session, int, int], None],
    page: str,
    tap: Callable[[str], str],
) -> CampaignKind:
    """Return the kind of campaign that invites to works; `name` is also its topic and its notice.

    `asked` is the table of who was asked, one row for each shop and work, and `work_id` its column of the work.
    `enlist` lists, for a work for everyone, the shops of a step that were bound since; `reached` is told how many more
    shops of a work got an invitation. `page` is the path of a work's page, `tap` the words around its address.
    """

    def of(session: Session, campaign: Campaign) -> Work:
        return session.get_one(works, campaign.reference)

    def invited(session: Session, campaign: Campaign, context: CampaignContext) -> Sequence[Condition]:
        listed = meant(session, of(session, campaign))
        return *listed, *waves.narrowed(session, campaign.audience, context.criteria, now=context.now)

    def prepare(session: Session, campaign: Campaign, step: Condition, context: CampaignContext) -> None:
        if of(session, campaign).is_for_everyone:
            enlist(session, campaign.reference, step, context.now)

    def waits(session: Session, campaign: Campaign, now: datetime) -> bool:
        return not of(session, campaign).is_open(now)

    def hold(session: Session, campaign: Campaign, shops: Sequence[int]) -> Collection[int]:
        theirs = select(asked.retailer_id).where(work_id == campaign.reference, asked.retailer_id.in_(shops))
        return session.scalars(theirs.with_for_update(skip_locked=True)).all()

    def reach(session: Session, campaign: Campaign, shops: Sequence[int]) -> None:
        first = update(asked).where(
            work_id == campaign.reference, asked.retailer_id.in_(shops), asked.is_reached.is_(False)
        )
        if count := changed(session, first.values(is_reached=True)):
            reached(session, campaign.reference, count)

    def message(session: Session, campaign: Campaign, context: CampaignContext) -> CampaignMessage:
        work, path, account = of(session, campaign), page.format(campaign.reference), context.account
        said = f"{campaign.said}\n{tap(account.public_url + path)}" if account.has_pages else campaign.said
        return CampaignMessage(reply.text_message(said), notice(name, path, work, context), not_after=work.closes_at)

    return CampaignKind(
        name=name,
        topic=name,
        meant=invited,
        message=message,
        reasons=reasons,
        waits=waits,
        prepare=prepare,
        hold=hold,
        reached=reach,
    )


def notice(name: str, path: str, work: Authored, context: CampaignContext) -> dict[str, Any] | None:
    """Return the notice of a work that may stand in for a message; None where the account has no template for it."""
    account = context.account
    if name not in account.notices:
        return None
    return notices.notice(name, path, when=work.closes_at, who=account.name, what=work.title)
