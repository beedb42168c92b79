"""Listing of shops for a survey, and the lock on a survey that is changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import false, literal, select
from sqlalchemy.orm import Session

from console import authored
from foundation.database import Json, Moment, changed, upsert
from people import audiences
from surveys.models import Participation, Survey
from surveys.queries import version_cache
from wechat_bot.criterion import Criterion

Criteria = Mapping[str, Criterion]


def enlist(
    session: Session, survey_id: int, audience_spec: Any, criteria: Criteria, now: datetime, *of_those: Any
) -> int:
    """List an audience for a survey in one statement, or only its shops for which further conditions hold; gives how
    many were new. The caller adds them to the counter."""
    audience = audiences.select_ids(session, audience_spec, criteria, now=now).where(*of_those).subquery()
    columns = {
        "survey_id": literal(survey_id),
        "retailer_id": audience.c[0],
        "asked_at": literal(now, Moment()),
        "is_submitted": false(),
        "answers": literal({}, Json),
        "misread": literal(0),
        "is_reached": false(),
        "is_opened": false(),
        "is_again": false(),
    }
    # SQLite accepts ON CONFLICT after a SELECT only with a WHERE between them.
    listed = select(*columns.values()).where(audience.c[0].is_not(None))
    inserted = upsert(session, Participation).from_select(list(columns), listed).on_conflict_do_nothing()
    return changed(session, inserted)


def locked(session: Session, survey_id: int) -> Survey:
    """Lock and return a survey. Raises Refused where there is none."""
    return authored.locked(session, Survey, survey_id, unknown=version_cache.unknown(survey_id))
