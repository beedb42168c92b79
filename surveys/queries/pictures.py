"""Pictures of a survey: whether a key is one of its own, and the file behind it."""

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import SurveyPicture
from wechat_bot import media
from wechat_bot.media import Found


def find(session: Session, folder: Path, survey_id: int, key: str) -> Found | None:
    """Return the file of a picture; None where this survey has no such picture."""
    kept = session.get(SurveyPicture, key)
    return media.find(session, folder, key) if kept and kept.survey_id == survey_id else None


def own(session: Session, survey_id: int, keys: Collection[str]) -> set[str]:
    """Return those of the keys that are pictures of this survey."""
    mine = select(SurveyPicture.key).where(SurveyPicture.survey_id == survey_id, SurveyPicture.key.in_(keys))
    return set(session.scalars(mine)) if keys else set()
