"""One survey as its page in the console shows it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import frozen
from surveys.models import Survey, SurveyState, Version
from surveys.rules.definition import Definition, from_json


@dataclass(frozen=True, slots=True)
class Detail:
    """A survey with what would be published next."""

    id: int
    title: str
    state: SurveyState
    is_anonymous: bool
    opens_at: datetime | None
    closes_at: datetime | None
    published_at: datetime | None
    waves: int
    draft: Definition
    #: The draft says something else than what is asked now.
    has_changes: bool


def detail(session: Session, survey_id: int, *, now: datetime) -> Detail | None:
    """A survey; None where there is none."""
    row = session.execute(
        select(Survey, Version.digest).outerjoin(Version, Version.id == Survey.version_id).where(Survey.id == survey_id)
    ).first()
    if row is None:
        return None
    survey: Survey = row.Survey
    return Detail(
        survey.id,
        survey.title,
        survey.state(now),
        survey.is_anonymous,
        survey.opens_at,
        survey.closes_at,
        survey.published_at,
        survey.waves,
        from_json(survey.draft),
        row.digest != frozen.digest(survey.draft),
    )
