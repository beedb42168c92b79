"""Media of lessons: pictures, sounds and videos that are checked, kept once, and swept when nothing holds them."""

import hashlib
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from courses.actions import voices
from courses.models.courses import CourseMedia, CourseMediaUse, MediaKind
from courses.queries import media as queries
from courses.rules import recordings
from courses.rules.review_screens import MEDIA, FoundMedium
from foundation.database import upsert
from foundation.errors import Refused
from questions.authoring.spelling import Misspelt
from wechat_bot import media, pictures, shrinking, storage

KEPT_FOR = timedelta(days=2)
"""How long a medium is kept that nothing holds: longer than a form stays open."""
BATCH = 200


@dataclass(frozen=True, slots=True)
class PreparedMedium:
    """Medium as it will be kept."""

    sha256: str
    content: bytes
    content_type: str
    kind: MediaKind
    width: int | None = None
    height: int | None = None
    seconds: float | None = None


def prepare(content: bytes) -> PreparedMedium:
    """Check a medium by its bytes and make it ready: a picture without its metadata and no wider than a telephone, a
    sound or a video as it is. It takes its time; call it outside of a transaction. Raises Refused for anything else,
    and for what is broken or too large."""
    if content[:10_000] and pictures.kind(content):
        picture = shrinking.shrunk(pictures.checked(content))
        with Image.open(io.BytesIO(picture.content)) as image:
            width, height = image.size
        name = hashlib.sha256(picture.content).hexdigest()
        return PreparedMedium(name, picture.content, picture.content_type, MediaKind.PICTURE, width, height)
    recording = recordings.read(content)
    kind = MediaKind.VIDEO if recording.is_video else MediaKind.AUDIO
    name = hashlib.sha256(content).hexdigest()
    return PreparedMedium(name, content, recording.content_type, kind, seconds=recording.seconds)


@dataclass(frozen=True, slots=True)
class Supply:
    """Supply of media that came with a file, by their names, and the reasons of those that cannot be kept."""

    ready: Mapping[str, PreparedMedium]
    refused: Mapping[str, str]

    def find(self, name: str, kind: str) -> FoundMedium:
        """Find the medium of a kind. Raises Misspelt."""
        if name in self.refused:
            raise Misspelt(f"“{name}”不能用：{self.refused[name].rstrip('。')}")
        medium = self.ready.get(name)
        if medium is None:
            raise Misspelt(f"没有找到文件“{name}”，请和这个文件一起上传（命令行里放在它旁边）")
        if medium.kind != kind:
            raise Misspelt(f"“{name}”是{MEDIA[medium.kind]}，不是{MEDIA[kind]}")
        return FoundMedium(medium.sha256, medium.seconds or 0, medium.content_type == recordings.AMR)


def supply(contents: Mapping[str, bytes], wanted: Collection[str]) -> Supply:
    """Prepare those of the files that are wanted. Call it outside of a transaction."""
    ready: dict[str, PreparedMedium] = {}
    refused: dict[str, str] = {}
    for name in sorted(wanted & contents.keys()):
        try:
            ready[name] = prepare(contents[name])
        except Refused as refusal:
            refused[name] = refusal.sentence
    return Supply(ready, refused)


def add(session: Session, folder: Path, medium: PreparedMedium, *, now: datetime) -> None:
    """Keep a medium in the media folder; the same one lies there once. Unless something holds it, it is swept."""
    row = {
        "sha256": medium.sha256,
        "kind": medium.kind.value,
        "content_type": medium.content_type,
        "size": len(medium.content),
        "width": medium.width,
        "height": medium.height,
        "seconds": medium.seconds,
        "made_at": now,
    }
    statement = upsert(session, CourseMedia).values(row)
    # The row first: it waits for a sweep that is about to delete the file.
    session.execute(statement.on_conflict_do_update(index_elements=["sha256"], set_={"made_at": now}))
    path = queries.path(folder, medium.sha256)
    if not path.is_file():
        storage.write(path, medium.content)
    if recordings.is_voice(medium.content_type, medium.seconds, len(medium.content)):
        voices.keep(session, folder, medium.sha256, medium.content, medium.content_type, now=now)


def hold(session: Session, course_id: int, number: int, names: Collection[str], *, now: datetime) -> None:
    """Note which media a draft (number 0) or a version shows, so that they are not swept. One that is let go stays for
    some days, for its author may want it back."""
    mine = (CourseMediaUse.course_id == course_id, CourseMediaUse.number == number)
    before = set(session.scalars(select(CourseMediaUse.sha256).where(*mine)))
    gone, new = before - set(names), sorted(set(names) - before)
    if gone or new:
        # Those taken up as well: their rows are locked, so that no sweep deletes them meanwhile.
        session.execute(update(CourseMedia).where(CourseMedia.sha256.in_({*gone, *new})).values(made_at=now))
    if gone:
        session.execute(delete(CourseMediaUse).where(*mine, CourseMediaUse.sha256.in_(gone)))
    if new:
        rows = [{"course_id": course_id, "number": number, "sha256": each} for each in new]
        session.execute(insert(CourseMediaUse), rows)


def sweep(session: Session, folder: Path, *, now: datetime) -> int:
    """Delete some media that nothing has held for some days; gives how many."""
    old = (
        select(CourseMedia.sha256)
        .where(CourseMedia.made_at < now - KEPT_FOR)
        .where(~select(CourseMediaUse.sha256).where(CourseMediaUse.sha256 == CourseMedia.sha256).exists())
        .order_by(CourseMedia.made_at)
        .limit(BATCH)
    )
    gone = session.scalars(old.with_for_update(skip_locked=True)).all()
    if gone:
        session.execute(delete(CourseMedia).where(CourseMedia.sha256.in_(gone)))
        voices.let_go(session, gone, now=now)
    for each in gone:
        path = queries.path(folder, each)
        path.unlink(missing_ok=True)
        path.with_name(f"{path.name}{media.SMALL}").unlink(missing_ok=True)
    return len(gone)
