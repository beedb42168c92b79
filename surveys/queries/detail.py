"""Detail of one survey for its console pages, with its draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns import progress
from campaigns.models import Campaign
from console.authored import AuthoredDetail
from foundation import digest_cache
from surveys.models import Survey, Version
from surveys.rules import waves
from surveys.rules.definition import Definition, from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyDetail(AuthoredDetail):
    """Survey with what would be published next."""

    is_anonymous: bool
    #: Planned invitations that went out to somebody.
    sent: int
    #: When the results are published; None where they are not, or it is not known yet.
    results_at: datetime | None
    draft: Definition
    #: Whether the draft differs from what is asked now.
    has_changes: bool
    #: What was written, while it is incomplete; None when `draft` is all of it.
    written: Mapping[str, Any] | None
    #: What was deleted from the draft lately.
    deleted: Sequence[Any]


def detail(session: Session, survey_id: int, *, now: datetime) -> SurveyDetail | None:
    """Return a survey; None where there is none."""
    row = session.execute(
        select(Survey, Version.digest, Version.definition)
        .outerjoin(Version, Version.id == Survey.version_id)
        .where(Survey.id == survey_id)
    ).first()
    if row is None:
        return None
    survey: Survey = row.Survey
    return SurveyDetail.of(
        survey,
        now=now,
        is_anonymous=survey.is_anonymous,
        sent=_sent(session, survey_id),
        results_at=_results_at(survey, row.definition),
        draft=from_json(survey.draft),
        has_changes=survey.written is not None or row.digest != digest_cache.digest(survey.draft),
        written=survey.written,
        deleted=survey.deleted or (),
    )


def _sent(session: Session, survey_id: int) -> int:
    """Count the invitations that went out to anybody."""
    mine = select(Campaign).where(Campaign.kind == waves.INVITATION, Campaign.reference == survey_id)
    return sum(figures.sent > 0 for figures in progress.figures(session, session.scalars(mine).all()).values())


def _results_at(survey: Survey, asked: dict[str, Any] | None) -> datetime | None:
    if asked is None or from_json(asked).results != "after":
        return None
    return survey.results_at or survey.closes_at
