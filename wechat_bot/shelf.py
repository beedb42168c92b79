"""File storage: where the media folder keeps a file, how one is written, and how orphans are swept away."""

import os
import re
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from foundation.clock import system_clock

#: Younger than this, a file may be one that is being written, or whose row is about to be.
SWEPT_AFTER = timedelta(hours=6)
_OURS = re.compile(r"[0-9a-f]{64}(\.[0-9a-f]{8})?")


def path_of(folder: Path, sha256: str) -> Path:
    """Where a file with this hash lies."""
    return folder / sha256[:2] / sha256


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: who finds it under its name finds all of it, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with part.open("wb") as file:
            file.write(content)
        put(part, path)
    finally:
        part.unlink(missing_ok=True)


def put(part: Path, path: Path) -> None:
    """Give a file that is written its name on the same disk; nobody finds less than all of it, also after a power cut.

    What was to be written is on the disk before the name is, and the name before this returns.
    """
    _to_disk(part)
    os.replace(part, path)
    _to_disk(path.parent)


def _to_disk(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def is_old(path: Path) -> bool:
    """Whether a file was last written longer ago than any of ours takes. By the machine's clock, as its dates are."""
    try:
        return system_clock().timestamp() - path.stat().st_mtime > SWEPT_AFTER.total_seconds()
    except FileNotFoundError:
        return False


def old_files(folder: Path) -> Iterator[list[Path]]:
    """The old files of a media folder, one drawer of it after the other. What is not named as ours is not ours."""
    for drawer in sorted(folder.glob("[0-9a-f][0-9a-f]")):
        yield [path for path in drawer.iterdir() if _OURS.fullmatch(path.name) and path.is_file() and is_old(path)]
