"""Series of pushes: begun, approved, ended; and the clock makes each occurrence two weeks ahead, once.

An occurrence is a push of its own, a copy of the series' model. It is submitted for approval like any other, unless the
series itself was approved with this very content: then it is scheduled at once.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from broadcasts.actions import approving, checking, pushes
from broadcasts.actions.checking import Circumstances
from broadcasts.actions.sending import PUSHES
from broadcasts.models.series import Occurrence, PushSeries
from broadcasts.queries import own_rows
from broadcasts.queries.pushes import campaign_of, may_approve
from broadcasts.rules import occurrences
from broadcasts.rules.states import OPEN
from broadcasts.texts import series as texts
from campaigns import approving as approval
from campaigns import steering
from campaigns.approving import CampaignAuthor
from campaigns.models import Campaign
from foundation.clock import day_in
from foundation.database import upsert
from foundation.errors import Refused
from foundation.text import visible
from people.working_time import company

log = structlog.get_logger(__name__)

#: Occurrences are made so long ahead: somebody must have the time to look at them.
AHEAD = timedelta(days=14)


def begin(
    session: Session,
    push_id: int,
    *,
    name: str,
    rule: Mapping[str, Any],
    at: time,
    until: date | None,
    who: CampaignAuthor,
    now: datetime,
    zone: ZoneInfo,
) -> int:
    """Begin a series with a draft as its model; gives its id. Raises `Refused` for what is no rule, and for an end that
    has passed."""
    series = PushSeries(created_at=now, created_by=who.name[:40])
    model = _write(session, series, push_id, name=name, rule=rule, at=at, until=until, today=day_in(now, zone))
    session.add(series)
    session.flush()
    approval.have_a_hand(session, model, who)
    return series.id


def change(
    session: Session,
    series_id: int,
    push_id: int,
    *,
    name: str,
    rule: Mapping[str, Any],
    at: time,
    until: date | None,
    who: CampaignAuthor,
    now: datetime,
    zone: ZoneInfo,
) -> int:
    """Change a series; gives how many of its pushes were cancelled by it. What went out stays.

    Where more than the name is changed, those that have not begun are cancelled, the clock writes them anew, and the
    series needs a new approval. Raises `Refused` as `begin`.
    """
    series = hold(session, series_id)
    was = (series.push_id, series.rule, series.at, series.until)
    model = _write(session, series, push_id, name=name, rule=rule, at=at, until=until, today=day_in(now, zone))
    session.flush()
    if was == (series.push_id, series.rule, series.at, series.until):
        return 0
    approval.have_a_hand(session, model, who)
    return _take_back(session, series, who, now, zone)


def _write(
    session: Session,
    series: PushSeries,
    push_id: int,
    *,
    name: str,
    rule: Mapping[str, Any],
    at: time,
    until: date | None,
    today: date,
) -> Campaign:
    """Write what a form says into a series; gives the campaign of its model."""
    occurrences.check(rule)
    called = " ".join(visible(name).split())
    if not called:
        raise Refused(texts.NO_NAME)
    if until is not None and until < today:
        raise Refused(texts.ENDS_BEFORE)
    push, model = pushes.hold(session, push_id)
    if own_rows.table(session, push.id) is not None:
        raise Refused(texts.HAS_ROWS)
    series.name, series.push_id, series.rule, series.until = called[:60], push.id, dict(rule), until
    series.at = at.replace(second=0, microsecond=0)
    return model


def _take_back(session: Session, series: PushSeries, who: CampaignAuthor, now: datetime, zone: ZoneInfo) -> int:
    """Cancel the pushes of a series that have not begun, and forget that its coming days were made."""
    count, today = 0, day_in(now, zone)
    mine = select(Occurrence).where(Occurrence.series_id == series.id)
    coming = or_(Occurrence.day_on.is_(None), Occurrence.day_on >= today)
    for occurrence in session.scalars(mine.where(coming).order_by(Occurrence.wanted_on).with_for_update()):
        if occurrence.push_id is not None:
            _, campaign = pushes.hold(session, occurrence.push_id)
            if campaign.state not in OPEN or campaign.frozen_at is not None:
                continue
            steering.cancel(session, campaign, by=who.name, now=now)
            count += 1
        session.delete(occurrence)
    session.flush()
    return count


def hold(session: Session, series_id: int) -> PushSeries:
    """A series, locked until the transaction ends. Raises `Refused` where there is none, or it has ended."""
    series = session.scalar(select(PushSeries).where(PushSeries.id == series_id).with_for_update())
    if series is None:
        raise Refused(texts.NO_SUCH)
    if series.ended_at is not None:
        raise Refused(texts.HAS_ENDED)
    return series


def approve(
    session: Session,
    series_id: int,
    *,
    seen: str,
    is_aware: bool = False,
    who: CampaignAuthor,
    at: Circumstances,
) -> None:
    """Approve a series with the content its model has now: its occurrences need no approval of their own while it stays
    the same.

    `seen` is the digest of what was looked at, `is_aware` as for `approving.submit`. Raises `Refused` where that is not
    what it says by now, for whoever had a hand in it, and with all that is wrong with its model.
    """
    series = hold(session, series_id)
    if not may_approve(session, series.push_id, who.user_id):
        raise Refused(texts.OWN)
    current = digest(session, series)
    if seen != current:
        raise Refused(texts.CHANGED)
    push, campaign = pushes.hold(session, series.push_id)
    checking.require(session, push, campaign, at, is_aware=is_aware, has_moment=False)
    series.approved, series.approved_by, series.approver_id = current, who.name[:40], who.user_id
    log.info("a series was approved", series=series.id, at=at.now)


def end(session: Session, series_id: int, *, now: datetime) -> None:
    """End a series: nothing more is made. What was made already stays, and can be cancelled as any push."""
    hold(session, series_id).ended_at = now


def settle(
    session: Session, series_id: int, wanted_on: date, day_on: date, *, who: CampaignAuthor, at: Circumstances
) -> int:
    """Say on which day an occurrence is that depends on holidays nobody has published; gives its push, which waits for
    somebody else's approval."""
    series = hold(session, series_id)
    occurrence = session.get(Occurrence, (series_id, wanted_on))
    if occurrence is None or occurrence.push_id is not None or occurrence.is_same_day:
        raise Refused(texts.NOTHING_ASKED)
    if day_on < day_in(at.now, at.context.zone):
        raise Refused(texts.IS_PAST)
    occurrence.day_on = day_on
    session.flush()
    return _make(session, series, occurrence, day_on, at, settler=who)


def due(session: Session) -> list[int]:
    """The ids of the series that go on."""
    return list(session.scalars(select(PushSeries.id).where(PushSeries.ended_at.is_(None)).order_by(PushSeries.id)))


def make_due(session: Session, series_id: int, *, at: Circumstances) -> list[int]:
    """Make the occurrences of a series for the next two weeks; gives the pushes made. Of two workers only one does
    it."""
    going_on = select(PushSeries).where(PushSeries.id == series_id, PushSeries.ended_at.is_(None))
    series = session.scalar(going_on.with_for_update(skip_locked=True))
    if series is None:
        return []
    today = day_in(at.now, at.context.zone)
    last = today + AHEAD if series.until is None else min(today + AHEAD, series.until)
    # A day that rests moves to a later one, so days before today are looked at again: theirs may be ahead.
    first = max(today - AHEAD, day_in(series.created_at, at.context.zone))
    made = []
    works = company.calendar(session, at.context.zone)
    for planned in occurrences.days(series.rule, first, last, works):
        if planned.day_on is not None and planned.day_on < today:
            continue
        row = upsert(session, Occurrence).values(series_id=series.id, wanted_on=planned.wanted_on)
        session.execute(row.on_conflict_do_nothing())
        occurrence = session.get_one(Occurrence, (series.id, planned.wanted_on))
        if occurrence.push_id is not None or occurrence.is_same_day or planned.day_on is None:
            continue
        occurrence.day_on = planned.day_on
        session.flush()
        if made_id := _make(session, series, occurrence, planned.day_on, at):
            made.append(made_id)
    series.made_until = last
    return made


def digest(session: Session, series: PushSeries) -> str:
    """The digest an approval of a series is bound to: all that an approval of its model is, its rule and its end."""
    campaign = campaign_of(session, series.push_id)
    assert campaign is not None  # planned with its push
    content = [approval.digest(session, campaign, PUSHES), series.rule, str(series.at), str(series.until)]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def is_approved(session: Session, series: PushSeries) -> bool:
    """Whether a series was approved with the content its model has now."""
    return series.approved is not None and series.approved == digest(session, series)


def _make(
    session: Session,
    series: PushSeries,
    occurrence: Occurrence,
    day: date,
    at: Circumstances,
    *,
    settler: CampaignAuthor | None = None,
) -> int:
    """Make the push of an occurrence; gives its id, 0 where another occurrence has the same day or its hour is over.

    `settler` is who chose its day: whoever approved the series has not seen that one.
    """
    others = select(Occurrence.wanted_on).where(
        Occurrence.series_id == series.id, Occurrence.day_on == day, Occurrence.push_id.is_not(None)
    )
    if session.scalar(others.limit(1)) is not None:
        occurrence.is_same_day = True
        return 0
    who = CampaignAuthor(None, series.created_by)
    due_at = datetime.combine(day, series.at, at.context.zone)
    if due_at < at.now:
        return 0
    push_id = pushes.copy(session, series.push_id, due_at=due_at, series_id=series.id, who=who, now=at.now)
    occurrence.push_id = push_id
    session.flush()
    is_approved_so = is_approved(session, series)
    _, campaign = pushes.hold(session, push_id)
    if settler is not None:
        approval.have_a_hand(session, campaign, settler)
    try:
        with session.begin_nested():
            # That its words are no advertising was said of the model, by who approved the series.
            approving.submit(session, push_id, who=who, is_aware=is_approved_so, at=at)
            if is_approved_so and series.approved_by and settler is None:
                approver = CampaignAuthor(series.approver_id, series.approved_by)
                approval.approve(session, campaign, PUSHES, seen=None, who=approver, now=at.now)
    except Refused as refusal:
        campaign.error = f"{texts.NOT_SUBMITTED}{refusal.sentence}"[:300]
    return push_id
