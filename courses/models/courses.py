"""Tables of a course: the course, its frozen versions, its lessons, and the media its screens show."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Float, ForeignKey, SmallInteger, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from console.authored import Undoable
from foundation.database import Base

LONGEST_TITLE = 100
#: Topic of lessons, as in their links (`lesson:5`).
LESSON = "lesson"


class Course(Undoable):
    """Course (微课)."""

    __tablename__ = "course"

    #: Whether customer managers learn it; else shops do. As it was published last.
    is_for_staff: Mapped[bool] = mapped_column(default=False, server_default=false())


class CourseVersion(Base):
    """Version of a course as it was published: never changed. Who began a course ends it under the version of the
    beginning."""

    __tablename__ = "course_version"
    __table_args__ = (UniqueConstraint("course_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    number: Mapped[int]
    #: With the ids of its lessons.
    definition: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]


class Lesson(Base):
    """Lesson of a published course: its id stays through all versions, so that one that was finished stays finished,
    and a link (`lesson:5`) stays true."""

    __tablename__ = "course_lesson"
    __table_args__ = (UniqueConstraint("course_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    code: Mapped[str] = mapped_column(String(40))
    #: Its place in the newest version, from 1; null where that no longer has it.
    number: Mapped[int | None] = mapped_column(SmallInteger)
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))


class MediaKind(StrEnum):
    """Kind of a medium that a screen shows."""

    PICTURE = "picture"
    AUDIO = "audio"
    VIDEO = "video"


class CourseMedia(Base):
    """Medium of lessons, by the SHA-256 of its bytes as they are kept."""

    __tablename__ = "course_media"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    content_type: Mapped[str] = mapped_column(String(32))
    size: Mapped[int]
    #: Of a picture.
    width: Mapped[int | None] = mapped_column(SmallInteger)
    height: Mapped[int | None] = mapped_column(SmallInteger)
    #: Of sound and video: how long it is.
    seconds: Mapped[float | None] = mapped_column(Float)
    #: When it was put there last: it is swept some days later where nothing holds it.
    made_at: Mapped[datetime] = mapped_column(index=True)


class CourseMediaUse(Base):
    """Use of a medium: by a course's draft (number 0), or by a version."""

    __tablename__ = "course_media_use"

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
