"""Voices of lessons: a short sound of a screen goes as a voice of the chat, beside the screen's text."""

from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from courses.queries.lesson_sheet import LessonSheet
from wechat_bot import media, storage, uploads
from wechat_bot.media import Picture
from wechat_bot.models import Media
from wechat_bot.outbox import queueing

USEFUL_FOR = timedelta(minutes=10)
"""After that the screen has been read."""
SPARED = 2
"""Sends of the reply window that are left to answers of people."""


def keep(session: Session, folder: Path, sha256: str, content: bytes, content_type: str, *, now: datetime) -> None:
    """Keep a sound that WeChat takes as a voice where messages find it, once."""
    if session.scalar(_key_of(sha256)) is None:
        storage.write(storage.path_of(folder, sha256), content)
        kept = Picture(sha256, len(content), content_type)
        media.add(session, kept, openid="", mark="", kind="voice", now=now)


def let_go(session: Session, names: Collection[str], *, now: datetime) -> None:
    """Let go of the voices of sounds that are deleted."""
    if names:
        keys = session.scalars(select(Media.key).where(Media.sha256.in_(names), Media.kind == "voice", *_OURS)).all()
        media.discard(session, keys, now=now)


def say(session: Session, sheet: LessonSheet, step: int, *, openid: str, now: datetime) -> None:
    """Queue the sound of a screen that is shown in the chat, where it can go as a voice: once."""
    screen = sheet.screen(step)
    sound = screen.audio or screen.voice
    key = session.scalar(_key_of(sound)) if sound else None
    if key is not None:
        queueing.queue(
            session,
            openid,
            uploads.voice(key),
            key=f"lesson-voice:{sheet.course.enrolment_id}:{sheet.lesson.id}:{step}",
            not_after=now + USEFUL_FOR,
            spares=SPARED,
            now=now,
        )


_OURS = (Media.openid == "", Media.discarded_at.is_(None))


def _key_of(sha256: str) -> Select[str]:
    return select(Media.key).where(Media.sha256 == sha256, Media.kind == "voice", *_OURS).limit(1)
