"""Loading of a course from a file, with the media that came with it: all of it, or nothing and every fault."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from sqlalchemy.orm import Session

from courses.actions import authoring, media
from courses.actions.media import Supply
from courses.models.courses import Course
from courses.rules import files, recordings, review
from courses.rules.definition import CourseDefinition
from foundation.errors import Refused

#: Bytes of a file without the media beside it; a document holds its pictures itself.
LARGEST = 20 << 20
#: Bytes of a file's name; asked for a longer one the system fails.
LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class WrittenCourse:
    """Course as a file has it, with the media that go with it, and what of the file was left out."""

    definition: CourseDefinition
    supply: Supply
    notes: tuple[str, ...]


def read(content: bytes, name: str, beside: Callable[[str], bytes | None], timezone: tzinfo) -> WrittenCourse:
    """Read a file; `beside` gives the content of a file that it names. It takes its time: call it outside of a
    transaction. Raises Refused with every fault by its place."""
    written = files.parse(content, name)
    wanted = review.named_media(written.data)
    contents: Mapping[str, bytes] = {
        each: found for each in wanted if (found := written.pictures.get(each) or beside(each)) is not None
    }
    supply = media.supply(contents, wanted)
    definition = review.read(written.data, timezone=timezone, media=supply.find, places=written.places)
    return WrittenCourse(definition, supply, written.notes)


def begin(session: Session, folder: Path, written: WrittenCourse, *, who: str, now: datetime) -> Course:
    """Save what was read as a new course's draft."""
    keep_media(session, folder, written, now=now)
    return authoring.load(session, written.definition, who=who, now=now)


def keep_media(session: Session, folder: Path, written: WrittenCourse, *, now: datetime) -> None:
    """Keep the media of what was read, in one order, so that two who load the same do not wait for each other."""
    for medium in sorted(written.supply.ready.values(), key=lambda each: each.sha256):
        media.add(session, folder, medium, now=now)


def taken(path: Path) -> bytes:
    """Return the content of a file. Raises Refused for one that is too large, before reading it."""
    if path.stat().st_size > LARGEST:
        raise Refused("这个文件超过 20 MB，请分成几门课。")
    return path.read_bytes()


def beside(file: Path, name: str) -> bytes | None:
    """Return the content of a file beside another, and nothing above it; None where there is none."""
    if any(len(part.encode()) > LONGEST_NAME for part in Path(name).parts):
        return None
    found = file.parent / name
    if not found.resolve().is_relative_to(file.parent.resolve()) or not found.is_file():
        return None
    with found.open("rb") as stream:
        return stream.read(recordings.LARGEST + 1)
