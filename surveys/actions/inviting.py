"""Invitations to a survey: staff plan waves, pause and cancel them; openings and answers are credited to a wave."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, bindparam, select, update
from sqlalchemy.orm import Session

from campaigns import answering, invitations, steering
from campaigns.models import Campaign
from campaigns.waves import WavePlan
from console import drafting
from foundation.dialects import table_of
from foundation.errors import Refused
from surveys.actions import counting, quotas
from surveys.actions import waves as kinds
from surveys.actions.enlisting import Criteria
from surveys.models import Participation
from surveys.queries.answer_sheet import AnswerSheet
from surveys.queries.version_cache import WORKS


def plan(
    session: Session, survey_id: int, given: WavePlan, *, who: str, criteria: Criteria, now: datetime
) -> list[int]:
    """Plan an invitation and its reminders; gives the numbers of the waves. Raises Refused as `waves.plan` does, and
    where the places of the survey are taken."""
    survey = drafting.locked(session, WORKS, survey_id)
    if survey.is_open(now) and quotas.is_full(session, survey_id):
        raise Refused("这份调查的名额已经收满，不用再邀请。")
    places = quotas.has_place(session, survey_id)
    return invitations.plan(session, kinds.INVITATIONS, survey, given, *places, who=who, criteria=criteria, now=now)


def stop(session: Session, survey_id: int, *, now: datetime) -> None:
    """End the waves of a survey that is over: no invitation goes out any more."""
    steering.end(session, (kinds.INVITATIONS.kind,), survey_id, now=now)


def set_results(session: Session, survey_id: int, results_at: datetime | None, *, now: datetime) -> None:
    """Set when the results are published and those who answered are told; None means when the survey ends.

    Raises Refused where that is not after the end, or they have been told already.
    """
    survey = drafting.locked(session, WORKS, survey_id)
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
        answering.opened(session, kinds.INVITATIONS.kind, sheet.survey_id, sheet.retailer_id)
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
    return answering.acted(session, kinds.INVITATIONS.kind, *whose, now=now, is_secret=sheet.is_anonymous)


_participation = table_of(Participation)
# Built once: every opening runs it.
_OPEN = (
    update(_participation)
    .where(_participation.c.id == bindparam("participation"), _participation.c.is_opened.is_(False))
    .values(is_opened=True)
)
