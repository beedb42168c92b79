"""Sharing of a survey: its QR code, and how many others run beside it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from surveys.models import Survey, SurveyCode

#: Running surveys are counted no further.
COUNTED = 20


@dataclass(frozen=True, slots=True)
class Code:
    """QR code of a survey: what it holds, and until when it can be scanned; None for ever."""

    url: str
    expires_at: datetime | None


def code(session: Session, survey_id: int, app_id: str, *, now: datetime) -> Code | None:
    """Return the code of a survey at this account; None where there is none, or it cannot be scanned any more."""
    kept = session.get(SurveyCode, (survey_id, app_id))
    if kept is None or (kept.expires_at is not None and kept.expires_at <= now):
        return None
    return Code(kept.url, kept.expires_at)


def running(session: Session, *, now: datetime) -> int:
    """Count the surveys that can be answered now, up to `COUNTED`."""
    found = (
        select(Survey.id)
        .where(
            Survey.version_id.is_not(None),
            or_(Survey.opens_at.is_(None), Survey.opens_at <= now),
            or_(Survey.closes_at.is_(None), Survey.closes_at > now),
        )
        .limit(COUNTED)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(found)) or 0
