"""Approval of pushes: submit, withdraw, reject, approve; and stopping one: pause, resume, cancel."""

from datetime import datetime

from sqlalchemy.orm import Session

from broadcasts.actions import checking, pictures, sending, staff
from broadcasts.actions.checking import Circumstances
from broadcasts.actions.pushes import hold
from broadcasts.actions.sending import PUSHES
from broadcasts.models.pushes import Plan, Push
from broadcasts.rules import covers
from broadcasts.rules.states import State
from broadcasts.texts import pushes as texts
from campaigns import approving as approval
from campaigns import steering
from campaigns.approving import CampaignAuthor
from foundation.clock import day_in
from foundation.errors import Refused
from foundation.text import visible


def submit(session: Session, push_id: int, *, who: CampaignAuthor, is_aware: bool = False, at: Circumstances) -> None:
    """Submit a draft for approval.

    `is_aware`: whether somebody says that its words are no advertising. Raises `Refused` with all that is wrong.
    """
    if not at.context.account.has_pages:
        checking.hold_day(session)
    push, campaign = hold(session, push_id)
    if campaign.state != State.DRAFT:
        raise Refused(texts.NOT_DRAFT)
    checking.require(session, push, campaign, at, is_aware=is_aware)
    _cover(session, push, at)
    push.tag_id = checking.tag_of(session, campaign, at.app_id) if push.plan == Plan.TAG else None
    session.flush()
    approval.submit(session, campaign, PUSHES, who=who, now=at.now)


def withdraw(session: Session, push_id: int, *, who: CampaignAuthor, now: datetime) -> None:
    """Take back what was submitted or approved and has not begun: it is a draft again."""
    _, campaign = hold(session, push_id)
    approval.take_back(session, campaign, by=who.name, now=now)


def reject(session: Session, push_id: int, *, why: str, who: CampaignAuthor, now: datetime) -> None:
    """Give back what was submitted, with the reason: it is a draft again."""
    _, campaign = hold(session, push_id)
    approval.reject(session, campaign, why=" ".join(visible(why).split()), by=who.name, now=now)


def approve(session: Session, push_id: int, *, seen: str | None, who: CampaignAuthor, at: Circumstances) -> None:
    """Approve exactly this content, audience and moment. Of two who approve at once, one does.

    `seen` is the digest of what was looked at, None for a command. Raises `Refused` as the kit does, and where its day
    is over.
    """
    _, campaign = hold(session, push_id)
    if campaign.state == State.SUBMITTED:
        zone = at.context.zone
        has_ended = campaign.not_after is not None and campaign.not_after <= at.now
        if has_ended or day_in(campaign.due_at, zone) < day_in(at.now, zone):
            raise Refused(texts.LATE_APPROVAL)
    approval.approve(session, campaign, PUSHES, seen=seen, who=who, now=at.now)


def pause(session: Session, push_id: int, *, who: CampaignAuthor, now: datetime) -> None:
    """Stop sending until it is resumed; what is in the call goes out."""
    _, campaign = hold(session, push_id)
    steering.pause(session, campaign, by=who.name, now=now)
    staff.withdraw(session, campaign, now)


def resume(session: Session, push_id: int, *, who: CampaignAuthor, now: datetime) -> None:
    """Let a paused push go on."""
    _, campaign = hold(session, push_id)
    steering.resume(session, campaign, by=who.name, now=now)


def cancel(session: Session, push_id: int, *, who: CampaignAuthor, now: datetime) -> None:
    """Stop a push for good; what is in the call goes out."""
    _, campaign = hold(session, push_id)
    steering.cancel(session, campaign, by=who.name, now=now)
    staff.withdraw(session, campaign, now)


def _cover(session: Session, push: Push, at: Circumstances) -> None:
    """Give an article without any picture a cover with its title: WeChat takes none without."""
    article = sending.article_of(session, push)
    if article is not None:
        drawn = None if article.first_picture else pictures.prepare(covers.draw(push.title))
        push.picture = pictures.add(session, at.media_folder, drawn, now=at.now) if drawn else None
