"""Measures of surveys: what was asked, came back and was valid in a period, and how the sheets were scored."""

from typing import Any

from sqlalchemy import BigInteger, Integer, Select, and_, case, cast, func, select, union_all
from sqlalchemy.orm import Session

from foundation.clock import Period
from people.models import Area, Retailer
from surveys.models import Participation, Submission, Survey, Version
from surveys.rules import scores
from wechat_bot.measure import Measure, Remedy, columns

_SHEET = Submission.__table__.c


def returned(session: Session, period: Period) -> Select[Any]:
    """Select the sheets handed in, void ones too, of those shops that were asked in the period or answered in it.

    A shop that was asked in the period counts there once, answered or not; one that was asked before counts where it
    answered. Whether an anonymous sheet belongs to a shop asked before is known by its survey alone.
    """
    at = Submission.submitted_at
    is_in = (at >= period.begins_at, at < period.ends_at, Submission.superseded == 0)
    first = select(func.min(Version.published_at)).where(Version.survey_id == Survey.id).scalar_subquery()
    asked_before = case(
        (Submission.retailer_id.is_(None), first < period.begins_at), else_=Participation.asked_at < period.begins_at
    )
    sheets = (
        select(*columns(_SHEET.area_id, _SHEET.class_id, _SHEET.manager_id, n=1, of=cast(asked_before, Integer)))
        .select_from(Submission)
        .join(Survey, Survey.id == Submission.survey_id)
        .outerjoin(
            Participation,
            and_(Participation.survey_id == Submission.survey_id, Participation.retailer_id == Submission.retailer_id),
        )
        .where(*is_in)
    )
    manager = func.coalesce(Retailer.manager_id, Area.manager_id)
    asked = (
        select(*columns(Retailer.area_id, Retailer.class_id, manager, n=0, of=1))
        .select_from(Participation)
        .join(Retailer, Retailer.id == Participation.retailer_id)
        .join(Area, Area.id == Retailer.area_id)
        .where(Participation.asked_at >= period.begins_at, Participation.asked_at < period.ends_at)
    )
    both = union_all(sheets, asked).subquery()
    return select(both)


def valid(session: Session, period: Period) -> Select[Any]:
    """Select the sheets handed in and whether they are valid: neither void nor answered too fast."""
    at = Submission.submitted_at
    return select(
        *columns(_SHEET.area_id, _SHEET.class_id, _SHEET.manager_id, n=cast(Submission.is_valid, Integer), of=1)
    ).where(at >= period.begins_at, at < period.ends_at, Submission.superseded == 0)


def scored(session: Session, period: Period) -> Select[Any]:
    """Select the scores of the valid sheets that have one, of the best there is; of anonymous ones none (decision
    0035)."""
    return _scores(period, n=_SHEET.score, of=scores.BEST)


def squares(session: Session, period: Period) -> Select[Any]:
    """Select the squares of the same scores, of the number of sheets: how far they lie apart."""
    score = cast(_SHEET.score, BigInteger)
    return _scores(period, n=score * score, of=1)


def _scores(period: Period, *, n: Any, of: int) -> Select[Any]:
    at, is_named = Submission.submitted_at, Submission.retailer_id.is_not(None)
    found = select(*columns(_SHEET.area_id, _SHEET.class_id, _SHEET.manager_id, n=n, of=of))
    return found.where(
        at >= period.begins_at, at < period.ends_at, Submission.is_valid, is_named, Submission.score.is_not(None)
    )


_REMEDIES = (Remedy("看调查", "surveys_pages.survey_list"),)
MEASURES = (
    Measure(
        "surveys_returned", "交回的调查", returned, unit="份", of="发放", order=10, is_headline=True, remedies=_REMEDIES
    ),
    Measure("surveys_valid", "有效的调查", valid, unit="份", of="交回", order=20, is_headline=True, remedies=_REMEDIES),
    Measure("survey_score", "测评得分", scored, unit="份", of="满分", order=30, per=scores.BEST, remedies=_REMEDIES),
    Measure("survey_score_squares", "测评得分的平方", squares, of="份", order=31, is_aid=True),
)
