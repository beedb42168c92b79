"""Pictures of questions: the file of one, and which of the keys that a form names are ours."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from questions.keyed.items import KeyedItem
from quizzes.models.bank import QuestionPicture
from wechat_bot import media
from wechat_bot.media import Found


def find(session: Session, folder: Path, key: str) -> Found | None:
    """Return the file of a picture; None where no question has it."""
    return media.find(session, folder, key) if session.get(QuestionPicture, key) else None


def are_kept(session: Session, item: KeyedItem) -> bool:
    """Whether all pictures of an item are still there: one that lay in an open form for days is gone."""
    keys = {picture.key for picture in item.question.pictures}
    known = session.scalars(select(QuestionPicture.key).where(QuestionPicture.key.in_(keys))) if keys else ()
    return keys == set(known)
