"""Timeline of a shop: the surveys it answered."""

from collections.abc import Sequence

from sqlalchemy import and_, select

from people.timeline import ShopAsked, TimelineEntry, TimelineKind, TimelinePlace, older
from surveys.models import Participation, Submission, Survey
from surveys.permissions import SURVEYS_SEE


def answered(asked: ShopAsked, before: TimelinePlace | None, limit: int) -> Sequence[TimelineEntry]:
    """The surveys a shop answered; of anonymous ones nobody knows."""
    own = and_(Submission.survey_id == Participation.survey_id, Submission.retailer_id == Participation.retailer_id)
    statement = (
        select(Submission.submitted_at, Survey.id, Survey.title, Submission.id.label("sheet"), Submission.is_valid)
        .select_from(Participation)
        .join(Submission, own)
        .join(Survey, Survey.id == Participation.survey_id)
        .where(Participation.retailer_id == asked.shop.id, *older(Submission.submitted_at, Survey.id, before))
        .order_by(Submission.submitted_at.desc(), Survey.id.desc())
        .limit(limit)
    )
    return [
        TimelineEntry(
            row.submitted_at,
            row.id,
            f"答了《{row.title}》",
            "" if row.is_valid else "无效，不计入结果",
            f"/console/surveys/{row.id}/sheets/{row.sheet}",
        )
        for row in asked.session.execute(statement)
    ]


ANSWERED = TimelineKind("surveys", "调查", "clipboard-list", SURVEYS_SEE, answered, 20)
