"""File storage: where a file lies in the media folder, how it is written, and which files are old enough to delete."""

import os
import re
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from foundation.clock import system_clock

#: A file younger than this may still be in writing, or its row may not be committed yet.
OLD_AFTER = timedelta(hours=6)
_OURS = re.compile(r"[0-9a-f]{64}(\.[0-9a-f]{8})?")


def path_of(folder: Path, sha256: str) -> Path:
    """The path of the file with this hash."""
    return folder / sha256[:2] / sha256


def write(path: Path, content: bytes) -> None:
    """Write a file atomically and durably: under its name is the whole file or none, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with part.open("wb") as file:
            file.write(content)
        rename(part, path)
    finally:
        part.unlink(missing_ok=True)


def rename(part: Path, path: Path) -> None:
    """Rename a written file atomically and durably, on the same disk.

    The content is on the disk before the name is, and the name before this returns.
    """
    _sync(part)
    os.replace(part, path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def is_old(path: Path) -> bool:
    """Whether nobody writes to a file any more. By the machine's clock, from which its modification time is."""
    try:
        return system_clock().timestamp() - path.stat().st_mtime > OLD_AFTER.total_seconds()
    except FileNotFoundError:
        return False


def old_files(folder: Path) -> Iterator[list[Path]]:
    """The old files of a media folder, one subfolder at a time; only those with names as this module gives them."""
    for subfolder in sorted(folder.glob("[0-9a-f][0-9a-f]")):
        yield [path for path in subfolder.iterdir() if _OURS.fullmatch(path.name) and path.is_file() and is_old(path)]
