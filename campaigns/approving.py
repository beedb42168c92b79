"""Approval of campaigns: a draft is submitted, and somebody else approves exactly what it is then.

An approval is bound to a digest of what is sent, to whom and when. Any change of that makes it a draft again, whoever
changed it and wherever: a saved audience that it names belongs to others. Whoever had a hand in a campaign, by the
account they sign in with, never approves it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import literal, select, text
from sqlalchemy.orm import Session

from campaigns import rules, texts
from campaigns.kinds import CampaignContext, CampaignKind
from campaigns.models import Campaign, CampaignHand, CampaignState
from campaigns.steering import enter
from console.rules.visitors import Visitor
from foundation.database import changed, upsert
from foundation.errors import Refused
from people.models import Audience

State = CampaignState
#: States in which a change is one of something submitted or approved.
_BOUND = (State.SUBMITTED, State.PLANNED)


@dataclass(frozen=True, slots=True)
class CampaignAuthor:
    """Author of a step of a campaign; without an id where a command was given no user."""

    user_id: int | None
    name: str

    @classmethod
    def of(cls, visitor: Visitor) -> "CampaignAuthor":
        return cls(visitor.user_id, visitor.name)


def submit(session: Session, campaign: Campaign, kind: CampaignKind, *, who: CampaignAuthor, now: datetime) -> None:
    """Submit a draft for approval by somebody else. Raises Refused where it is none."""
    if campaign.state != State.DRAFT:
        raise Refused(texts.NOT_DRAFT)
    campaign.approved, campaign.error = digest(session, campaign, kind), None
    have_a_hand(session, campaign, who)
    enter(session, campaign, State.SUBMITTED, by=who.name, now=now)


def approve(
    session: Session, campaign: Campaign, kind: CampaignKind, *, seen: str | None, who: CampaignAuthor, now: datetime
) -> None:
    """Approve what a campaign says, to whom and when.

    `seen` is the digest of what was looked at, None where nothing was shown. Raises Refused where the campaign does not
    wait for approval, was submitted anew since, or is no longer what was submitted, and for whoever had a hand in it.
    """
    if campaign.state != State.SUBMITTED:
        raise Refused(texts.NOT_SUBMITTED)
    if not may_approve(session, campaign.id, who.user_id):
        raise Refused(texts.OWN)
    if seen is not None and seen != campaign.approved:
        raise Refused(texts.SUBMITTED_ANEW)
    if has_changed(session, campaign, kind):
        raise Refused(texts.CHANGED)
    campaign.error = None
    enter(session, campaign, State.PLANNED, by=who.name, now=now)


def reject(session: Session, campaign: Campaign, *, why: str, by: str, now: datetime) -> None:
    """Send a submitted campaign back to its authors with a reason. Raises Refused without one, and where it does not
    wait for approval."""
    if campaign.state != State.SUBMITTED:
        raise Refused(texts.NOT_SUBMITTED)
    if not why.strip():
        raise Refused(texts.WHY)
    campaign.error = why.strip()[:300]
    _draw_back(session, campaign, by=by, now=now, why=campaign.error)


def take_back(session: Session, campaign: Campaign, *, by: str, now: datetime) -> None:
    """Make a submitted or approved campaign a draft again. Raises Refused once it has begun."""
    if campaign.state not in _BOUND or campaign.frozen_at is not None:
        raise Refused(texts.HAS_BEGUN)
    _draw_back(session, campaign, by=by, now=now)


def revise(
    session: Session,
    campaign: Campaign,
    kind: CampaignKind,
    *,
    before: str,
    who: CampaignAuthor,
    now: datetime,
    **changes: Any,
) -> bool:
    """Change columns of a campaign that has not begun; gives whether it is a draft again because of it, or because of
    what was changed in its content before.

    `before` is its digest as it was; who saves it without a change has no hand in it. Raises Refused once it has begun.
    """
    if campaign.state not in (State.DRAFT, *_BOUND) or campaign.frozen_at is not None:
        raise Refused(texts.HAS_BEGUN)
    for name, value in changes.items():
        setattr(campaign, name, value)
    session.flush()
    after = digest(session, campaign, kind)
    is_new = after != before and have_a_hand(session, campaign, who)
    if campaign.state == State.DRAFT:
        # A draft is saved often; whoever changed it is written down once.
        if is_new:
            enter(session, campaign, State.DRAFT, by=who.name, now=now)
        return False
    if after == campaign.approved:
        return False
    campaign.error = texts.CHANGED
    _draw_back(session, campaign, by=who.name, now=now)
    return True


def have_a_hand(session: Session, campaign: Campaign, who: CampaignAuthor) -> bool:
    """Note that somebody had a hand in a campaign; gives whether it is their first."""
    if who.user_id is None:
        return False
    row = upsert(session, CampaignHand).values(campaign_id=campaign.id, user_id=who.user_id)
    return changed(session, row.on_conflict_do_nothing()) > 0


def take_over_hands(session: Session, source: Campaign, copy: Campaign) -> None:
    """Give a copy of a campaign the hands of its source."""
    hands = select(literal(copy.id), CampaignHand.user_id).where(CampaignHand.campaign_id == source.id)
    rows = upsert(session, CampaignHand).from_select(["campaign_id", "user_id"], hands)
    session.execute(rows.on_conflict_do_nothing())


def may_approve(session: Session, campaign_id: int, user_id: int | None) -> bool:
    """Whether a user had no hand in a campaign; nobody without an account may approve one."""
    return user_id is not None and session.get(CampaignHand, (campaign_id, user_id)) is None


def is_still_approved(session: Session, campaign: Campaign, kind: CampaignKind, context: CampaignContext) -> bool:
    """Whether a campaign is what was submitted, and then approved, and nothing bars it; if not, it becomes a draft."""
    if not kind.needs_approval:
        return True
    why = kind.bars(session, campaign, context) or (texts.CHANGED if has_changed(session, campaign, kind) else "")
    if not why:
        return True
    campaign.error = why
    _draw_back(session, campaign, by="", now=context.now, why=why)
    return False


def has_changed(session: Session, campaign: Campaign, kind: CampaignKind) -> bool:
    """Whether a submitted or approved campaign that has not begun differs from what was submitted. For pages: the clock
    makes it a draft some seconds later."""
    return campaign.state in _BOUND and campaign.approved != digest(session, campaign, kind)


def bound(session: Session, kind: CampaignKind) -> Sequence[int]:
    """Return the ids of the campaigns of a kind that wait for approval or for their moment."""
    # Written as in the partial index: SQLite does not match SQLAlchemy's own form of it.
    waits = text("campaign.state in ('submitted', 'planned')")
    return session.scalars(select(Campaign.id).where(Campaign.kind == kind.name, waits).order_by(Campaign.id)).all()


def look_after(session: Session, campaign_id: int, kind: CampaignKind, context: CampaignContext) -> None:
    """Make a campaign a draft that is no longer what was submitted, and end one whose time is over. Of two workers only
    one does it."""
    mine = select(Campaign).where(Campaign.id == campaign_id, Campaign.state.in_(_BOUND))
    campaign = session.scalar(mine.with_for_update(skip_locked=True, key_share=True))
    if campaign is None or has_missed(session, campaign, kind, now=context.now):
        return
    if not campaign.is_late:
        is_still_approved(session, campaign, kind, context)


def has_missed(session: Session, campaign: Campaign, kind: CampaignKind, *, now: datetime) -> bool:
    """Whether a campaign is over, for its last moment passed before anything of it was sent. One that was approved is
    marked as late instead: it is still listed, so that it is known who would have got it."""
    if campaign.is_late or kind.within is None or campaign.is_listed:
        return False
    if now < (campaign.not_after or campaign.due_at + kind.within):
        return False
    campaign.error = texts.MISSED
    if campaign.state == State.SUBMITTED or kind.others_of(session, campaign) is not None:
        enter(session, campaign, State.MISSED, now=now, why=texts.MISSED)
        return True
    campaign.is_late = True
    session.flush()
    return False


def digest(session: Session, campaign: Campaign, kind: CampaignKind) -> str:
    """Return the digest an approval is bound to: text, what the kind adds, audience with the saved audiences it names,
    moments."""
    content = {
        "said": campaign.said,
        "content": kind.content(session, campaign),
        "audience": campaign.audience,
        "saved": saved(session, campaign.audience),
        "due_at": campaign.due_at.timestamp(),
        "not_after": campaign.not_after and campaign.not_after.timestamp(),
    }
    return rules.digest(content)


def _draw_back(session: Session, campaign: Campaign, *, by: str, now: datetime, why: str = "") -> None:
    campaign.approved = None
    enter(session, campaign, State.DRAFT, by=by, now=now, why=why)


def saved(session: Session, spec: Any) -> Sequence[Any]:
    """Return the saved audiences that a specification names, and those that they name."""
    found: dict[str, Any] = {}
    named = _named(spec)
    while named:
        rows = session.execute(select(Audience.name, Audience.spec).where(Audience.name.in_(named))).all()
        found |= dict.fromkeys(named) | {row.name: row.spec for row in rows}
        named = set().union(*(_named(row.spec) for row in rows)) - found.keys()
    return sorted(found.items())


def _named(spec: Any) -> set[str]:
    """Return the saved audiences that a specification itself names, at any depth."""
    if isinstance(spec, list):
        return set().union(*map(_named, spec))
    if not isinstance(spec, dict):
        return set()
    found: set[str] = set()
    for name, value in spec.items():
        if name == "audience":
            found.update([value] if isinstance(value, str) else value)
        else:
            found |= _named(value)
    return found
