"""Pictures of a survey: added by an author, copied with it, shown while it holds them, and swept when nothing does."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from questions.editor.form import Items
from surveys.models import SurveyPicture, Version
from surveys.queries import pictures as queries
from surveys.rules import pictures
from wechat_bot import media
from wechat_bot.media import Picture

KEPT_FOR = timedelta(days=1)
"""How long a picture is kept that nobody has saved a draft with: longer than a form stays open."""
BATCH = 200


def add(session: Session, survey_id: int, picture: Picture, *, now: datetime) -> str:
    """Save a received picture for this survey; gives its key. Unless a draft is saved with it, it is swept."""
    key = media.add(session, picture, openid="", mark="", now=now)
    session.add(SurveyPicture(key=key, survey_id=survey_id, added_at=now))
    session.flush()
    return key


def copied(session: Session, items: Items, from_id: int, survey_id: int, *, now: datetime) -> dict[str, str]:
    """Save the pictures that these cards have in one survey for another as well; gives the new key of each."""
    new: dict[str, str] = {}
    for key in sorted(queries.own(session, from_id, pictures.of_items(items))):
        twin = media.twin(session, key, now=now)
        if twin is not None:
            session.add(SurveyPicture(key=twin, survey_id=survey_id, added_at=now))
            new[key] = twin
    session.flush()
    return new


def note_used(session: Session, survey_id: int, draft: Mapping[str, Any], deleted: Iterable[Mapping[str, Any]]) -> None:
    """Note which pictures of a survey are held by its draft, by what was deleted from it lately, or by a version."""
    mine = select(exists().where(SurveyPicture.survey_id == survey_id))
    if not session.scalar(mine):
        return
    used = pictures.of_json(draft) | pictures.of_json(list(deleted))
    for version in session.scalars(select(Version.definition).where(Version.survey_id == survey_id)):
        used |= pictures.of_json(version)
    kept = update(SurveyPicture).where(SurveyPicture.survey_id == survey_id)
    session.execute(kept.values(is_used=SurveyPicture.key.in_(used)), execution_options={"synchronize_session": False})


def discard_all(session: Session, survey_id: int, *, now: datetime) -> None:
    """Discard every picture of a survey that is deleted."""
    _discard(session, session.scalars(select(SurveyPicture.key).where(SurveyPicture.survey_id == survey_id)).all(), now)


def sweep(session: Session, *, now: datetime) -> int:
    """Discard some pictures that nothing holds; gives their number."""
    is_old = (SurveyPicture.is_used.is_(False), SurveyPicture.added_at < now - KEPT_FOR)
    keys = session.scalars(select(SurveyPicture.key).where(*is_old).order_by(SurveyPicture.added_at).limit(BATCH)).all()
    _discard(session, keys, now)
    return len(keys)


def _discard(session: Session, keys: Collection[str], now: datetime) -> None:
    if keys:
        media.discard(session, keys, now=now)
        session.execute(delete(SurveyPicture).where(SurveyPicture.key.in_(keys)))
