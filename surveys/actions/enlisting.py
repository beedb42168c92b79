"""Listing of shops for a survey."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from people import audiences, enlisting
from surveys.models import Participation
from wechat_bot.criterion import Criterion

Criteria = Mapping[str, Criterion]
_FRESH = {"answers": {}, "misread": 0}
_NOT_YET = dict.fromkeys(("is_submitted", "is_reached", "is_opened", "is_again"), False)


def enlist(
    session: Session, survey_id: int, audience_spec: Any, criteria: Criteria, now: datetime, *of_those: Any
) -> int:
    """List an audience for a survey in one statement, or only its shops for which further conditions hold; gives how
    many were new. The caller adds them to the counter."""
    those = audiences.select_ids(session, audience_spec, criteria, now=now).where(*of_those)
    values = {"survey_id": survey_id, "asked_at": now, **_FRESH, **_NOT_YET}
    return enlisting.enlist(session, Participation, those, "retailer_id", values)
