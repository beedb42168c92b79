"""Media of lessons: the file behind one, and what screens need to know of it."""

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.models.courses import CourseMedia
from wechat_bot.media import Found
from wechat_bot.storage import path_of


def path(folder: Path, sha256: str) -> Path:
    """Where a medium lies in the media folder: in a part of it, for files elsewhere there go with their rows in the
    media inbox."""
    return path_of(folder / "courses", sha256)


def find(session: Session, folder: Path, sha256: str) -> Found | None:
    """The file of a medium; None where it is not there."""
    kept = session.get(CourseMedia, sha256)
    found = path(folder, sha256)
    return Found(found, kept.content_type) if kept and found.is_file() else None


def kept(session: Session, names: Collection[str]) -> dict[str, CourseMedia]:
    """Those of the media that are kept, by their names."""
    if not names:
        return {}
    return {each.sha256: each for each in session.scalars(select(CourseMedia).where(CourseMedia.sha256.in_(names)))}
