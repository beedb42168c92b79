"""Invitations to authored work, such as a survey, as a kind of campaign: to whoever was asked and is not done."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import and_, exists, not_, or_, select, update
from sqlalchemy.orm import Session

from campaigns import listing, steering, waves
from campaigns import preview as reach
from campaigns.kinds import CampaignContext, CampaignKind, CampaignMessage, Condition, LeftOutReason
from campaigns.models import Campaign
from campaigns.preview import Preview
from campaigns.waves import WavePlan
from console.authored import Authored
from foundation.database import changed
from people.audiences import Spec
from people.models import Retailer
from wechat_bot import clock_steadiness, notices, reply
from wechat_bot.criterion import Criterion
from wechat_bot.services import Services

Work = TypeVar("Work", bound=Authored)
Criteria = Mapping[str, Criterion]


@dataclass(frozen=True, slots=True)
class Addressees(Generic[Work]):
    """Table of who was asked to take part in works: one row for each shop and work."""

    works: type[Work]
    rows: Any
    #: The column of the work, and a condition on a row (never null) that its shop has nothing left to do.
    work_id: Any
    done: Callable[[Session, Work], Condition]

    def of(self, work: Work) -> tuple[Condition, Condition]:
        """The conditions on a row that it is of this work and this `Retailer`."""
        return self.work_id == work.id, self.rows.retailer_id == Retailer.id

    def is_listed(self, work: Work) -> Condition:
        """Whether a shop was asked."""
        return exists().where(*self.of(work))

    def is_done(self, session: Session, work: Work) -> Any:
        """Whether a shop has nothing left to do; null where it was not asked."""
        # A value instead of EXISTS, which PostgreSQL would reverse: each step of a listing would then read all shops
        # that were asked.
        return select(self.done(session, work)).where(*self.of(work)).scalar_subquery()

    def to_do(self, session: Session, work: Work) -> Condition:
        """Whom an invitation can be for: asked and not done or, of a work for everyone, bound and not asked."""
        # EXISTS here: whether there is anybody of a few is asked at once, and not step by step.
        listed = self.is_listed(work)
        waits = and_(listed, not_(self.is_done(session, work).is_(True)))
        return or_(waits, and_(Retailer.openid.is_not(None), not_(listed))) if work.is_for_everyone else waits


@dataclass(frozen=True, slots=True)
class Invitations(Generic[Work]):
    """Invitations to works of one sort: the kind of campaign, what people call a work, and who is asked."""

    kind: CampaignKind
    noun: str
    asked: Addressees[Work]


def invitations(
    name: str,
    noun: str,
    asked: Addressees[Work],
    *,
    enlist: Callable[[Session, int, Condition, datetime], None],
    done: str = "done",
    reasons: Callable[[Session, Work], Sequence[LeftOutReason]] = lambda session, work: (),
    reached: Callable[[Session, int, int], None] = lambda session, work_id, count: None,
    page: str,
    tap: Callable[[str], str],
) -> Invitations[Work]:
    """Return the invitations to works; `name` is that of the kind of campaign, its topic and its notice.

    `enlist` lists, for a work for everyone, those of a step's invited shops that were bound since; `reached` is told
    how many more shops of a work got an invitation. `done` names the reason to leave out who is done, `reasons` are
    further ones.
    `page` is the path of a work's page, `tap` the words around its address.
    """

    def of(session: Session, campaign: Campaign) -> Work:
        return session.get_one(asked.works, campaign.reference)

    def meant(session: Session, campaign: Campaign, context: CampaignContext) -> Sequence[Condition]:
        waits = asked.is_done(session, of(session, campaign)).is_(False)
        return waits, *waves.narrowed(session, campaign.audience, context.criteria, now=context.now)

    def why(session: Session, campaign: Campaign) -> Sequence[LeftOutReason]:
        work = of(session, campaign)
        is_done = LeftOutReason(done, asked.is_done(session, work).is_(True))
        return [is_done, listing.has_waiting(campaign), *reasons(session, work)]

    def prepare(session: Session, campaign: Campaign, step: Condition, context: CampaignContext) -> None:
        if of(session, campaign).is_for_everyone:
            narrowed = waves.narrowed(session, campaign.audience, context.criteria, step, now=context.now)
            enlist(session, campaign.reference, and_(step, *narrowed), context.now)

    def waits(session: Session, campaign: Campaign, now: datetime) -> bool:
        return not of(session, campaign).is_open(now)

    def hold(session: Session, campaign: Campaign, shops: Sequence[int]) -> Collection[int]:
        theirs = (asked.work_id == campaign.reference, asked.rows.retailer_id.in_(shops))
        return session.scalars(select(asked.rows.retailer_id).where(*theirs).with_for_update(skip_locked=True)).all()

    def reach(session: Session, campaign: Campaign, shops: Sequence[int]) -> None:
        theirs = (asked.work_id == campaign.reference, asked.rows.retailer_id.in_(shops))
        first = update(asked.rows).where(*theirs, asked.rows.is_reached.is_(False))
        if count := changed(session, first.values(is_reached=True)):
            reached(session, campaign.reference, count)

    def message(session: Session, campaign: Campaign, context: CampaignContext) -> CampaignMessage:
        work, path, account = of(session, campaign), page.format(campaign.reference), context.account
        said = f"{campaign.said}\n{tap(account.public_url + path)}" if account.has_pages else campaign.said
        return CampaignMessage(reply.text_message(said), notice(name, path, work, context), not_after=work.closes_at)

    kind = CampaignKind(
        name=name,
        topic=name,
        meant=meant,
        message=message,
        reasons=why,
        waits=waits,
        prepare=prepare,
        hold=hold,
        reached=reach,
    )
    return Invitations(kind, noun, asked)


def notice(name: str, path: str, work: Authored, context: CampaignContext) -> dict[str, Any] | None:
    """Return the notice of a work that may stand in for a message; None where the account has no template for it."""
    account = context.account
    if name not in account.notices:
        return None
    return notices.notice(name, path, when=work.closes_at, who=account.name, what=work.title)


def plan(
    session: Session,
    of: Invitations[Work],
    work: Work,
    given: WavePlan,
    *also: Condition,
    who: str,
    criteria: Criteria,
    now: datetime,
) -> list[int]:
    """Plan an invitation to a work that the caller has locked, and its reminders, for the shops for which `also` hold;
    gives the numbers of the waves. Raises Refused as `waves.plan` does."""
    meant = (of.asked.to_do(session, work), *also) if work.version_id is not None else ()
    return waves.plan(session, of.kind, work, given, meant=meant, noun=of.noun, who=who, criteria=criteria, now=now)


def preview(
    of: Invitations[Any],
    session: Session,
    work_id: int,
    audience: Spec,
    criteria: Criteria,
    *,
    has_template: bool,
    now: datetime,
    most: int = waves.PREVIEWED,
) -> Preview:
    """Count whom an invitation would be for now, and who has nothing left to do; at most `most` shops. Raises Refused
    where the audience cannot be read."""
    work = session.get_one(of.asked.works, work_id)
    is_done = of.asked.is_done(session, work)
    listed = of.asked.is_listed(work)
    if work.is_for_everyone:
        # The value again: for EXISTS PostgreSQL would first read all shops that were asked.
        listed = or_(Retailer.openid.is_not(None), is_done.is_not(None))
    meant = (listed, *waves.narrowed(session, audience, criteria, now=now))
    return reach.preview(session, meant, has_acted=is_done.is_(True), has_template=has_template, most=most, now=now)


def end_over(services: Services, of: Invitations[Any], now: datetime) -> None:
    """End the waves of works that are over: no invitation goes out any more. With a clock that was just set none is
    ended for good; nothing goes out after the end anyway."""
    with services.reading() as session:
        is_steady = clock_steadiness.is_steady(session, now=now, real=services.real_time())
        over = waves.ended(session, of.kind, of.asked.works, now=now) if is_steady else []
    for work_id in over:
        with services.transaction() as session:
            steering.end(session, (of.kind,), work_id, now=now)
