"""Invitations to a survey: staff plan waves, pause and cancel them; openings and answers are credited to a wave."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, bindparam, select, update
from sqlalchemy.orm import Session

from campaigns import answering, listing, steering
from campaigns.models import Campaign
from console.authored import AuthoredState
from foundation.dialects import table_of
from foundation.errors import Refused
from foundation.text import visible
from people import audiences
from people.models import Retailer
from surveys.actions import counting, quotas
from surveys.actions import waves as kinds
from surveys.actions.enlisting import Criteria, locked
from surveys.models import Participation
from surveys.queries.answer_sheet import AnswerSheet
from surveys.rules import waves

LONGEST = 300
MOST_DAYS = 30


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
    """Plan an invitation for a moment, now or later, and reminders after it; gives the numbers of the waves.

    `audience` narrows which of those who have not answered it goes to. `seen` is how many waves the planner has seen: a
    form sent twice, or by two people, must not be two invitations. Raises Refused where the survey is over or not
    published, a value is not allowed, or nobody would be invited.
    """
    survey = locked(session, survey_id)
    if survey.state(now) not in (AuthoredState.OPEN, AuthoredState.WAITING):
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
    meant = [kinds.unanswered(survey), *quotas.has_place(session, survey_id)]
    if audience is not None:
        named = audiences.select_ids(session, audience, criteria, now=now)
        meant.append(Retailer.id.in_(named.correlate(None)))
    audiences.require_some(listing.is_anybody(session, *meant))
    numbers = []
    for moment in moments:
        survey.waves += 1
        numbers.append(survey.waves)
        steering.plan(
            session,
            kinds.INVITATIONS,
            survey_id,
            number=survey.waves,
            said=said,
            due_at=moment,
            audience=audience,
            by=who,
            now=now,
        )
    return numbers


def wave(session: Session, survey_id: int, number: int) -> Campaign:
    """Return a wave as a campaign, locked until the transaction ends. Raises Refused where there is none."""
    return steering.find(session, kinds.kind(number), survey_id, number)


def stop(session: Session, survey_id: int, *, now: datetime) -> None:
    """End the waves of a survey that is over: no invitation goes out any more."""
    steering.end(session, (kinds.INVITATIONS,), survey_id, now=now)


def set_results(session: Session, survey_id: int, results_at: datetime | None, *, now: datetime) -> None:
    """Set when the results are published and those who answered are told; None means when the survey ends.

    Raises Refused where that is not after the end, or they have been told already.
    """
    survey = locked(session, survey_id)
    told = select(Campaign.id).where(Campaign.kind == kinds.RESULTS.name, Campaign.reference == survey_id)
    if session.scalar(told) is not None:
        raise Refused("已经通知过结果了。")
    if results_at is not None and (results_at <= now or (survey.closes_at is None or results_at < survey.closes_at)):
        raise Refused("公布结果的时间要在调查结束以后。")
    survey.results_at = results_at


def opened(session: Session, sheet: AnswerSheet) -> None:
    """Note that a shop looked at a survey: counted once for the survey, and once for the last invitation that
    arrived."""
    if sheet.waves:
        answering.opened(session, kinds.INVITATIONS, sheet.survey_id, sheet.retailer_id)
    if not sheet.is_opened and sheet.participation_id is not None:
        first = session.execute(_OPEN, {"participation": sheet.participation_id})
        count = cast("CursorResult[Any]", first).rowcount
        counting.add(session, sheet.survey_id, {counting.OPENED: count} if count else {})


def answered(session: Session, sheet: AnswerSheet, *, now: datetime) -> int | None:
    """Note that a shop has handed in: messages still waiting for it are withdrawn, and the last invitation that arrived
    is credited; gives its number. For an anonymous survey only the fact that some invitation was is stored."""
    if not sheet.waves:
        return None
    whose = (sheet.survey_id, sheet.retailer_id)
    return answering.acted(session, kinds.INVITATIONS, *whose, now=now, is_secret=sheet.is_anonymous)


_participation = table_of(Participation)
# Built once: every opening runs it.
_OPEN = (
    update(_participation)
    .where(_participation.c.id == bindparam("participation"), _participation.c.is_opened.is_(False))
    .values(is_opened=True)
)
