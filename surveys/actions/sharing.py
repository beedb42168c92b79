"""Sharing of a survey: the QR code that WeChat made for it is kept."""

from datetime import datetime

from sqlalchemy.orm import Session

from foundation.database import upsert
from surveys.models import SurveyCode


def keep(
    session: Session, survey_id: int, app_id: str, url: str, *, expires_at: datetime | None, now: datetime
) -> None:
    """Keep the code of a survey, in place of the one before."""
    values = {"survey_id": survey_id, "app_id": app_id, "url": url, "made_at": now, "expires_at": expires_at}
    statement = upsert(session, SurveyCode).values(values)
    new = {name: values[name] for name in ("url", "made_at", "expires_at")}
    session.execute(statement.on_conflict_do_update(index_elements=["survey_id", "app_id"], set_=new))
