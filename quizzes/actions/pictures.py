"""Pictures of questions: added by an author, kept once a question or a draft has them, swept when none does."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from questions.keyed.items import KeyedItem
from quizzes.models.bank import QuestionPicture
from wechat_bot import media
from wechat_bot.media import Picture

KEPT_FOR = timedelta(days=1)
"""How long a picture is kept that nobody has saved a question with: longer than a form stays open."""
BATCH = 200


def add(session: Session, picture: Picture, *, now: datetime) -> str:
    """Save a received picture; gives its key. Unless a question is saved with it, it is swept."""
    key = media.add(session, picture, openid="", mark="", now=now)
    session.add(QuestionPicture(key=key, added_at=now))
    session.flush()
    return key


def keep(session: Session, items: Iterable[KeyedItem]) -> None:
    """Keep the pictures of these items for good: a version of a question shows what it showed for ever."""
    keys = [picture.key for item in items for picture in item.question.pictures]
    if keys:
        held = update(QuestionPicture).where(QuestionPicture.key.in_(keys), ~QuestionPicture.is_used)
        session.execute(held.values(is_used=True), execution_options={"synchronize_session": False})


def sweep(session: Session, *, now: datetime) -> int:
    """Discard some pictures that nothing holds; gives their number."""
    is_old = (~QuestionPicture.is_used, QuestionPicture.added_at < now - KEPT_FOR)
    found = select(QuestionPicture.key).where(*is_old).order_by(QuestionPicture.added_at).limit(BATCH)
    keys = session.scalars(found).all()
    if keys:
        media.discard(session, keys, now=now)
        session.execute(delete(QuestionPicture).where(QuestionPicture.key.in_(keys)))
    return len(keys)
