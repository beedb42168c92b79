"""Staff plan waves of invitations, pause them, take them back; a shop that opens or answers is put down to its wave."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    String,
    Table,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session

from foundation.database import Moment, changed
from foundation.errors import Refused
from foundation.text import visible
from people import audiences
from people.models import Retailer
from surveys.actions import counting, quotas
from surveys.actions.counting import Key
from surveys.actions.enlisting import Criteria, locked
from surveys.models import INVITATION, Invitation, Outcome, Participation, Survey, SurveyState, Wave, WaveState
from surveys.queries.answer_sheet import Sheet
from surveys.rules import waves
from wechat_bot.models import Delivery, DeliveryState, Follower
from wechat_bot.outbox import queueing, states

LONGEST = 300
MOST_DAYS = 30
_participation = cast(Table, Participation.__table__)
_invitation = cast(Table, Invitation.__table__)
_delivery, _retailer = cast(Table, Delivery.__table__), cast(Table, Retailer.__table__)


def about(survey_id: int) -> str:
    """What deliveries about a survey are about."""
    return f"survey:{survey_id}"


def plan(
    session: Session,
    survey_id: int,
    *,
    said: str,
    first_at: datetime,
    reminders: int = 0,
    every_days: int = 3,
    audience: Mapping[str, Any] | None = None,
    seen: int | None = None,
    who: str,
    criteria: Criteria,
    now: datetime,
) -> list[int]:
    """Plan an invitation at a moment, now or later, and reminders behind it; gives the numbers of the waves.

    `audience` narrows whom of those who have not answered it goes to. `seen` is how many waves whoever plans has
    seen: a form sent twice, or by two people, must not be two invitations. Raises Refused where the survey is over or
    not published, something cannot be, or nobody would be invited.
    """
    survey = locked(session, survey_id)
    if survey.state(now) not in (SurveyState.OPEN, SurveyState.WAITING):
        raise Refused("调查不在填写时间内，不能邀请。")
    if seen is not None and seen != survey.waves:
        raise Refused("刚刚已经安排过邀请了。请刷新这一页，看清楚再决定。")
    said = visible(said)
    if not said or len(said) > LONGEST:
        raise Refused(f"邀请的话要写，最多 {LONGEST} 个字。")
    if not 0 <= reminders <= waves.MOST_REMINDERS or not 1 <= every_days <= MOST_DAYS:
        raise Refused(f"提醒最多 {waves.MOST_REMINDERS} 次，间隔 1 到 {MOST_DAYS} 天。")
    first_at = max(first_at, now, survey.opens_at or now)
    moments = waves.moments(first_at, reminders, every_days)
    if survey.closes_at is not None and moments[-1] >= survey.closes_at:
        raise Refused("最后一次在调查结束以后了，请改早一些，或少提醒几次。")
    if quotas.is_full(session, survey_id):
        raise Refused("这份调查的名额已经收满，不用再邀请。")
    audiences.require_some(_count(session, survey, audience, criteria, now))
    numbers = []
    for moment in moments:
        survey.waves += 1
        numbers.append(survey.waves)
        session.add(
            Wave(
                survey_id=survey_id,
                number=survey.waves,
                audience=dict(audience) if audience is not None else None,
                said=said,
                due_at=moment,
                state=WaveState.PLANNED,
                created_at=now,
                created_by=who[:40],
            )
        )
        # The counters are there from the start: a recount locks them.
        counting.add(session, survey_id, dict.fromkeys(waves.keys(survey.waves), 0))
    session.flush()
    return numbers


def pause(session: Session, survey_id: int, number: int, *, now: datetime) -> None:
    """Stop a wave until it is resumed; what waits in the outbox is taken out of it. Raises Refused where it is over."""
    states = (WaveState.PLANNED, WaveState.SENDING, WaveState.SENT)
    _leave(session, survey_id, number, states, WaveState.PAUSED, now)


def cancel(session: Session, survey_id: int, number: int, *, now: datetime) -> None:
    """Stop a wave for good, also one that is all queued and still waits for some. Raises Refused where it is over."""
    _leave(session, survey_id, number, waves.UNSETTLED, WaveState.CANCELLED, now)


def resume(session: Session, survey_id: int, number: int, *, now: datetime) -> None:
    """Go on with a paused wave: whoever it had not reached is invited if it still holds. Raises Refused otherwise."""
    wave = _locked(session, survey_id, number)
    if wave.state != WaveState.PAUSED:
        raise Refused("这一次没有暂停，不用继续。")
    # Taken out of the outbox, they begin anew under other keys.
    stopped = changed(
        session,
        delete(Invitation)
        .where(Invitation.wave_id == wave.id, Invitation.outcome == Outcome.STOPPED)
        .execution_options(synchronize_session=False),
    )
    counting.add(session, survey_id, {waves.key(number, Outcome.STOPPED): -stopped})
    wave.state, wave.cursor, wave.settled_at = WaveState.PLANNED, 0, None


def stop(session: Session, survey_id: int, *, now: datetime) -> None:
    """The survey is over: no wave of it sends any more."""
    numbers = session.scalars(
        select(Wave.number).where(
            Wave.survey_id == survey_id, Wave.number != waves.RESULTS, Wave.state.in_(waves.UNSETTLED)
        )
    ).all()
    for number in numbers:
        _leave(session, survey_id, number, waves.UNSETTLED, WaveState.OVER, now)


def set_results(session: Session, survey_id: int, results_at: datetime | None, *, now: datetime) -> None:
    """Set when the results are published, and those who answered are told; None is when the survey ends.

    Raises Refused where that is not after the end, or they are told already.
    """
    survey = locked(session, survey_id)
    if session.scalar(select(Wave.id).where(Wave.survey_id == survey_id, Wave.number == waves.RESULTS)) is not None:
        raise Refused("已经通知过结果了。")
    if results_at is not None and (results_at <= now or (survey.closes_at is None or results_at < survey.closes_at)):
        raise Refused("公布结果的时间要在调查结束以后。")
    survey.results_at = results_at


def opened(session: Session, sheet: Sheet) -> None:
    """A shop looks at a survey: count it once, and once for the invitation that came last."""
    counts: dict[Key, int] = {}
    if not sheet.is_opened and sheet.participation_id is not None:
        first = session.execute(_OPEN, {"participation": sheet.participation_id})
        counts[counting.OPENED] = cast("CursorResult[Any]", first).rowcount
    if sheet.waves:
        number = session.scalar(_OPEN_LATEST, {"survey": sheet.survey_id, "retailer": sheet.retailer_id})
        if number is not None:
            counts[waves.key(number, waves.OPENED)] = 1
    counting.add(session, sheet.survey_id, {key: count for key, count in counts.items() if count})


def answered(session: Session, sheet: Sheet, *, now: datetime) -> dict[Key, int]:
    """A shop has handed in: what still waits for it is taken back, and the invitation that came last brought it.

    Gives what that adds to the counters. In an anonymous survey neither the moment nor the invitation is kept: each
    would point at the submission.
    """
    if not sheet.waves:
        return {}
    connection = session.connection()
    who = {"survey": sheet.survey_id, "retailer": sheet.retailer_id}
    moment = None if sheet.is_anonymous else now
    connection.execute(_TAKE_BACK, {"whose": sheet.retailer_id, "what": about(sheet.survey_id), "moment": moment})
    latest = connection.execute(_LATEST if sheet.is_anonymous else _ANSWER_LATEST, who).first()
    if latest is None:
        return {}
    counts = {waves.key(latest.number, waves.ANSWERED): 1}
    if not latest.is_opened:  # it came while they were answering
        connection.execute(_OPEN_LATEST, who)
        counts[waves.key(latest.number, waves.OPENED)] = 1
    return counts


def invitees(session: Session, wave: Wave, survey: Survey, criteria: Criteria, *, now: datetime) -> Any:
    """The conditions on `Participation`, `Retailer` and `Follower`, joined, of those a wave is for and has not yet.

    Left out is whoever still has a message about this survey waiting to be sent. Raises Refused where the audience
    cannot be read.
    """
    waits = exists().where(
        Delivery.openid == Retailer.openid,
        # The index of what waits, word for word.
        states.waits("delivery"),
        Delivery.about == about(survey.id),
    )
    has = exists().where(Invitation.wave_id == wave.id, Invitation.retailer_id == Participation.retailer_id)
    is_told = wave.number == waves.RESULTS
    conditions = [
        Participation.survey_id == survey.id,
        Participation.is_submitted.is_(is_told),
        Follower.unfollowed_at.is_(None),
        ~waits,
        ~has,
    ]
    if not is_told:
        conditions += quotas.has_place(session, survey.id)
    if wave.audience is not None:
        meant = audiences.select_ids(session, wave.audience, criteria, now=now)
        conditions.append(Participation.retailer_id.in_(meant.correlate(None)))
    return conditions


def _count(session: Session, survey: Survey, audience: Any, criteria: Criteria, now: datetime) -> int:
    """Whom an invitation could be for: listed and not answered, or, of a survey for everyone, bound and not listed."""
    theirs = (Participation.retailer_id == Retailer.id) & (Participation.survey_id == survey.id)
    listed: ColumnElement[bool] = Participation.is_submitted.is_(False)
    if survey.is_for_everyone:
        listed |= Participation.id.is_(None) & Retailer.openid.is_not(None)
    found = select(Retailer.id).select_from(Retailer).outerjoin(Participation, theirs).where(listed)
    found = found.where(*quotas.has_place(session, survey.id))
    if audience is not None:
        meant = audiences.select_ids(session, audience, criteria, now=now)
        found = found.where(Retailer.id.in_(meant.correlate(None)))
    return session.scalar(select(func.count()).select_from(found.limit(1).subquery())) or 0


def _leave(
    session: Session, survey_id: int, number: int, states: tuple[WaveState, ...], to: WaveState, now: datetime
) -> None:
    wave = _locked(session, survey_id, number)
    if wave.state not in states:
        raise Refused("这一次已经发完、取消或结束了。")
    wave.state = to
    wave.settled_at = None if to is WaveState.PAUSED else now
    waiting = select(literal(INVITATION) + as_type(Invitation.id, String)).where(
        Invitation.wave_id == wave.id, Invitation.outcome.in_(waves.WAITING)
    )
    queueing.withdraw(session, Delivery.key.in_(waiting), why=waves.WAS_STOPPED, now=now)
    # At once, and not with the outbox's next news: a wave resumed a second later must know whom it has not reached.
    is_withdrawn = exists().where(
        Delivery.key == literal(INVITATION) + as_type(Invitation.id, String),
        Delivery.state == DeliveryState.CANCELLED,
        Delivery.error == waves.WAS_STOPPED,
    )
    counts: dict[Key, int] = {}
    for outcome in waves.WAITING:
        number_of = changed(
            session,
            update(Invitation)
            .where(Invitation.wave_id == wave.id, Invitation.outcome == outcome, is_withdrawn)
            .values(outcome=Outcome.STOPPED)
            .execution_options(synchronize_session=False),
        )
        counts[waves.key(number, outcome)] = -number_of
        stopped = waves.key(number, Outcome.STOPPED)
        counts[stopped] = counts.get(stopped, 0) + number_of
    counting.add(session, survey_id, counts)


def _locked(session: Session, survey_id: int, number: int) -> Wave:
    wave = session.scalar(
        select(Wave).where(Wave.survey_id == survey_id, Wave.number == number).with_for_update(key_share=True)
    )
    if wave is None:
        raise Refused("没有这一次邀请。")
    return wave


def queue_invitations(session: Session, wave: Wave, people: Any) -> int:
    """Write down a message to each of `people` (a select of retailer ids); gives how many."""
    columns = {
        "wave_id": literal(wave.id),
        "survey_id": literal(wave.survey_id),
        "retailer_id": people.c[0],
        "number": literal(wave.number),
        "outcome": literal(Outcome.QUEUED.value),
    }
    return changed(session, insert(_invitation).from_select(list(columns), select(*columns.values())))


_latest = (
    select(_invitation.c.id)
    .where(
        _invitation.c.retailer_id == bindparam("retailer"),
        _invitation.c.survey_id == bindparam("survey"),
        _invitation.c.number != waves.RESULTS,
        _invitation.c.outcome.in_(waves.BROUGHT),
    )
    .order_by(_invitation.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
# Built once: every hand-in asks these.
_OPEN = (
    update(_participation)
    .where(_participation.c.id == bindparam("participation"), _participation.c.is_opened.is_(False))
    .values(is_opened=True)
)
_OPEN_LATEST = (
    update(_invitation)
    .where(_invitation.c.id == _latest, _invitation.c.is_opened.is_(False))
    .values(is_opened=True)
    .returning(_invitation.c.number)
)
_ANSWER_LATEST = (
    update(_invitation)
    .where(_invitation.c.id == _latest)
    .values(is_answered=True)
    .returning(_invitation.c.number, _invitation.c.is_opened)
)
_LATEST = select(_invitation.c.number, _invitation.c.is_opened).where(_invitation.c.id == _latest)
_TAKE_BACK = queueing.withdrawal(
    _delivery.c.openid == select(_retailer.c.openid).where(_retailer.c.id == bindparam("whose")).scalar_subquery(),
    _delivery.c.about == bindparam("what"),
    why=waves.WAS_ANSWERED,
    moment=bindparam("moment", type_=Moment()),
)
