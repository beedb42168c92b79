"""A survey held for a change, and shops put on its list."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import false, literal, select
from sqlalchemy.orm import Session

from foundation.database import Json, Moment, changed, upsert
from foundation.errors import Refused
from people import audiences
from surveys.models import Participation, Survey
from surveys.queries import version_cache
from wechat_bot.criterion import Criterion

Criteria = Mapping[str, Criterion]


def enlist(
    session: Session, survey_id: int, audience_spec: Any, criteria: Criteria, now: datetime, *of_those: Any
) -> int:
    """List an audience in one statement, or of it those shops for whom more conditions hold; gives how many were new.
    Whoever lists adds them to the counter."""
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
    }
    # SQLite takes ON CONFLICT behind a SELECT only where a WHERE stands between.
    listed = select(*columns.values()).where(audience.c[0].is_not(None))
    inserted = upsert(session, Participation).from_select(list(columns), listed).on_conflict_do_nothing()
    return changed(session, inserted)


def locked(session: Session, survey_id: int) -> Survey:
    """A survey, held until the transaction ends. Raises Refused where there is none."""
    # NO KEY UPDATE: every answer points at the survey with a foreign key, and must not wait for us.
    survey = session.scalar(select(Survey).where(Survey.id == survey_id).with_for_update(key_share=True))
    if survey is None:
        raise Refused(version_cache.unknown(survey_id))
    return survey
