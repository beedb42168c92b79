"""Actions on a campaign: plan, pause, resume, cancel; every step is written down (approval: `approving.py`)."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from zlib import crc32

from sqlalchemy import ColumnElement, and_, func, or_, select, text, update
from sqlalchemy.orm import Session

from campaigns import parts, progress, rules, tally, texts
from campaigns.kinds import CampaignKind
from campaigns.models import Campaign, CampaignState, CampaignStep, Outcome, Recipient
from foundation.database import one_at_a_time
from foundation.dialects import among
from foundation.errors import Refused
from wechat_bot import alarms, watching
from wechat_bot.mass import planning
from wechat_bot.models import Delivery
from wechat_bot.outbox import queueing, states

State = CampaignState
#: Messages withdrawn in one transaction: more than ever wait to be sent at once.
BATCH = 5_000
_KEY, _KEY_BEHIND = "campaign:{}:", "campaign-behind:{}:"


def plan(
    session: Session,
    kind: CampaignKind,
    reference: int,
    *,
    said: str,
    due_at: datetime,
    audience: Mapping[str, Any] | None,
    number: int = 1,
    not_after: datetime | None = None,
    token: str | None = None,
    by: str,
    now: datetime,
) -> Campaign:
    """Plan a campaign for a moment; where its kind demands approval, it is a draft."""
    campaign = Campaign(
        kind=kind.name,
        reference=reference,
        number=number,
        about=kind.about(reference),
        said=said,
        audience=dict(audience) if audience is not None else None,
        due_at=due_at,
        not_after=not_after,
        state=State.DRAFT if kind.needs_approval else State.PLANNED,
        created_at=now,
        created_by=by[:40],
        token=token,
    )
    session.add(campaign)
    session.flush()
    enter(session, campaign, State(campaign.state), by=by, now=now)
    return campaign


def planned(session: Session, kind: CampaignKind, token: str) -> int | None:
    """Return what the campaign is about that a form with this token planned; None where it was not posted before. The
    same form posted at the same moment waits here."""
    one_at_a_time(session, crc32(token.encode()))
    return session.scalar(select(Campaign.reference).where(Campaign.kind == kind.name, Campaign.token == token))


def pause(session: Session, campaign: Campaign, *, by: str = "", now: datetime) -> None:
    """Stop sending until the campaign is resumed, and withdraw what waits in the outbox. Raises Refused where it is
    over."""
    _leave(session, campaign, (*rules.DUE, State.SENT), State.PAUSED, by, now)


def pause_because(session: Session, campaign: Campaign, why: str, *, now: datetime) -> None:
    """Pause a campaign that is being sent, for a fault that a person must look at, and raise an alarm."""
    _leave(session, campaign, rules.DUE, State.PAUSED, "", now, why=why)
    campaign.paused_because = why[:300]
    alarms.raise_alarm(session, f"campaign:{campaign.id}", f"{campaign.about}: {why}", now=now)


def fail(session: Session, campaign: Campaign, why: str, *, now: datetime) -> None:
    """End a campaign that cannot be sent as it is, for a fault that a person must look at, and raise an alarm."""
    _leave(session, campaign, rules.DUE, State.BROKEN, "", now, why=why)
    campaign.error = why[:300]
    alarms.raise_alarm(session, f"campaign:{campaign.id}", f"{campaign.about}: {why}", now=now)


def cancel(session: Session, campaign: Campaign, *, by: str = "", now: datetime) -> int:
    """Stop for good what has not gone out; gives how many recipients get nothing. Raises Refused where it is over."""
    return _leave(session, campaign, rules.UNSETTLED, State.CANCELLED, by, now)


def end(session: Session, kinds: Collection[CampaignKind], reference: int, *, now: datetime) -> None:
    """End the campaigns about something that is over: none of them sends any more."""
    for kind in kinds:
        mine = select(Campaign).where(Campaign.kind == kind.name, Campaign.reference == reference)
        running = mine.where(Campaign.state.in_(rules.UNSETTLED)).order_by(Campaign.id)
        for campaign in session.scalars(running.with_for_update(key_share=True)).all():
            _leave(session, campaign, rules.UNSETTLED, State.OVER, "", now)


def resume(session: Session, campaign: Campaign, *, by: str = "", now: datetime) -> None:
    """Continue a paused campaign: shops it had not reached are sent to, unless they have a reason by now. Raises
    Refused where it is not paused."""
    if campaign.state != State.PAUSED:
        raise Refused(texts.NOT_PAUSED)
    campaign.resumed += 1
    # What was not withdrawn yet goes on waiting in the outbox.
    campaign.is_withdrawing = False
    campaign.paused_because = None
    state = State.PLANNED
    if campaign.frozen_at is not None:
        is_ready = campaign.is_listed and parts.are_planned(session, campaign)
        state = State.SENDING if is_ready else State.LISTING
    planning.let_go(session, campaign.about, now=now)
    enter(session, campaign, state, by=by, now=now)


def outlived(session: Session, kind: CampaignKind, *, now: datetime) -> Sequence[int]:
    """Return the ids of the paused campaigns of a kind whose last moment has passed."""
    # Written as in the partial index: SQLite does not match SQLAlchemy's own form of it.
    mine = (Campaign.kind == kind.name, text("campaign.state = 'paused'"))
    return session.scalars(select(Campaign.id).where(*mine, _has_ended(kind, now)).order_by(Campaign.id)).all()


def end_outlived(session: Session, campaign_id: int, kind: CampaignKind, *, now: datetime) -> None:
    """End a paused campaign whose last moment has passed, with how many it was meant for and how many it went out to:
    it has missed its time, or is sent where nothing was left to send. Of two workers only one does it.

    What is in the call comes back first, for its figures to be final.
    """
    mine = select(Campaign).where(Campaign.id == campaign_id, Campaign.state == State.PAUSED, _has_ended(kind, now))
    campaign = session.scalar(mine.with_for_update(skip_locked=True, key_share=True))
    if campaign is None or campaign.is_withdrawing or planning.in_call(session, campaign.about):
        return
    if campaign.is_listed and kind.others_of(session, campaign) is None:
        figures = progress.figures(session, [campaign])[campaign.id]
        if not figures.waiting:
            # What is not final yet is waited for: it is never sent before all is counted.
            if parts.is_settled(session, campaign):
                enter(session, campaign, State.SENT, now=now)
            return
        why = texts.missed_paused(figures.listed, figures.sent, figures.waiting)
    else:
        why = texts.MISSED_PAUSED
    campaign.error = why
    _leave(session, campaign, (State.PAUSED,), State.MISSED, "", now, why=why)


def find(session: Session, kind: CampaignKind, reference: int, number: int = 1) -> Campaign:
    """Return a campaign, locked until the transaction ends. Raises Refused where there is none."""
    campaign = session.scalar(
        select(Campaign)
        .where(Campaign.kind == kind.name, Campaign.reference == reference, Campaign.number == number)
        .with_for_update(key_share=True)
    )
    if campaign is None:
        raise Refused(texts.NO_SUCH)
    return campaign


def claimed(session: Session, campaign_id: int, wanted: Collection[State], *, now: datetime) -> Campaign | None:
    """Lock and return a due campaign in one of these states; None where it is in another, or another worker has it."""
    return session.scalar(
        select(Campaign)
        .where(Campaign.id == campaign_id, Campaign.state.in_(wanted), Campaign.due_at <= now)
        .with_for_update(skip_locked=True, key_share=True)
    )


def enter(session: Session, campaign: Campaign, state: State, *, by: str = "", now: datetime, why: str = "") -> None:
    """Set the state of a campaign and write the step down."""
    campaign.state = state
    campaign.ended_at = now if state in rules.ENDED else None
    if campaign.ended_at and campaign.frozen_at:
        # What was booked or queued so far is given back by the clock.
        campaign.is_withdrawing = True
    session.add(CampaignStep(campaign_id=campaign.id, at=now, by=by[:40], state=state, why=why))
    session.flush()


def withdraw(session: Session, campaign: Campaign, *, now: datetime) -> bool:
    """Withdraw the next messages of a stopped campaign from the outbox: their recipients are listed, and not handed
    over; gives whether there were as many as go into one transaction.

    A message in the call can only be withdrawn if it comes back, so the clock looks until none is left.
    """
    mine = (Delivery.about == campaign.about, states.is_left("delivery"), _is_of(campaign))
    waiting = select(Delivery.id).where(*mine, Delivery.state.in_(states.WAITING))
    # Those about to be sent before those that wait for a contact.
    first = waiting.order_by(Delivery.state.desc(), Delivery.id.desc()).limit(BATCH)
    ids = session.scalars(first.with_for_update(skip_locked=True)).all()
    queueing.withdraw(session, among(session, Delivery.id, ids), why=rules.WAS_STOPPED, now=now)
    watching.noted(session, ids)
    theirs = among(session, Recipient.delivery_id, ids)
    was = select(Recipient.area_id, Recipient.outcome, func.count()).where(theirs)
    counts: Counter[tally.Key] = Counter()
    for area, outcome, count in session.execute(was.group_by(Recipient.area_id, Recipient.outcome)):
        counts[campaign.id, area, str(outcome)] -= count
        counts[campaign.id, area, Outcome.LISTED] += count
    session.execute(update(Recipient).where(theirs).values(outcome=Outcome.LISTED, delivery_id=None))
    tally.add(session, counts)
    left = select(Delivery.id).where(*mine, Delivery.state.in_((*states.WAITING, states.SENDING))).limit(1)
    campaign.is_withdrawing = session.scalar(left) is not None
    if campaign.state in rules.ENDED and parts.are_booked(session, campaign):
        campaign.is_withdrawing = True
    session.flush()
    return len(ids) == BATCH


def key(campaign: Campaign) -> str:
    """Return the prefix of a campaign's delivery keys; the shop's id follows."""
    return f"{_KEY.format(campaign.id)}{campaign.resumed}:"


def key_behind(campaign: Campaign) -> str:
    """Return the prefix for messages that are sent after the first."""
    return f"{_KEY_BEHIND.format(campaign.id)}{campaign.resumed}:"


def of_key(key: str | None) -> int | None:
    """Return the id of the campaign that a delivery key belongs to; None for other deliveries.

    >>> of_key("campaign:12:0:345"), of_key("visit-answer:7"), of_key(None)
    (12, None, None)
    """
    start, _, rest = (key or "").partition(":")
    number = rest.partition(":")[0]
    return int(number) if start in ("campaign", "campaign-behind") and number.isdigit() else None


def _leave(
    session: Session, campaign: Campaign, wanted: Collection[State], to: State, by: str, now: datetime, why: str = ""
) -> int:
    # A campaign that was approved is sent when all of it is counted: there is nothing left to stop.
    if campaign.state not in wanted or (campaign.approved and campaign.state == State.SENT):
        raise Refused(texts.NOT_RUNNING.get(State(campaign.state), texts.IS_OVER))
    # Uses the index on waiting deliveries by link.
    in_call = select(func.count()).where(
        Delivery.about == campaign.about,
        states.is_left("delivery"),
        Delivery.state == states.SENDING,
        Delivery.key.startswith(_KEY.format(campaign.id)),
    )
    planning.hold(session, campaign.about)
    batches = planning.in_call(session, campaign.about)
    unsent = progress.figures(session, [campaign])[campaign.id].waiting - (session.scalar(in_call) or 0)
    unsent -= sum(each.size for each in batches)
    enter(session, campaign, to, by=by, now=now, why=why)
    if to in rules.ENDED:
        planning.cancel(session, campaign.about, now=now)
    withdraw(session, campaign, now=now)
    # Whatever its kind sends by itself is withdrawn by the clock.
    campaign.is_withdrawing = True
    return unsent


def _has_ended(kind: CampaignKind, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a campaign's last moment has passed: its own, or where it has none and its audience is
    not written down yet, the one by which its kind must begin."""
    if kind.within is None:
        return Campaign.not_after <= now
    is_unlisted = or_(Campaign.frozen_at.is_(None), Campaign.cursor < Campaign.last_shop)
    is_late = and_(Campaign.not_after.is_(None), Campaign.due_at <= now - kind.within, is_unlisted)
    return or_(Campaign.not_after <= now, is_late)


def _is_of(campaign: Campaign) -> ColumnElement[bool]:
    """Return the condition that a delivery belongs to a campaign, however often it was resumed."""
    return or_(*(Delivery.key.startswith(key.format(campaign.id)) for key in (_KEY, _KEY_BEHIND)))
