"""A disk of 12 MB that fills up under messages. Needs root, to mount it."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from foundation.database import Database
from tests import processes
from tests.drills.conftest import new_sqlite
from tests.drills.traffic import IN_TIME, Traffic, healthz
from tests.processes import until

#: Seconds for which the disk stays full.
FULL_FOR = 15.0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 12 MB for database, pictures and files."""
    assert os.geteuid() == 0, "the drill needs root to mount a disk"
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(disk)], check=True)
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """Fill a disk to its last block with a file."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                pass  # that much does not fit any more
    return ballast


def test_a_full_disk_is_named_and_what_it_did_not_take_was_told(small_disk: Path, tell: Callable[[str], None]) -> None:
    url = new_sqlite(small_disk)
    database = Database(url)
    try:
        with processes.town(small_disk, url, None) as town:
            town.worker()
            until(lambda: town.health()[0] == 200)
            moving = Traffic(town, database)
            moving.open_shops()
            moving.queue(40, "满了")
            with moving.writing():
                time.sleep(2)
                ballast = fill(small_disk)
                slowest, until_when = 0.0, time.monotonic() + FULL_FOR
                while time.monotonic() < until_when:
                    took, status, told = healthz(town)
                    slowest = max(slowest, took)
                    time.sleep(1)
                assert status == 503
                assert {part: told[part] for part in ("database", "media", "files")} == dict.fromkeys(
                    ("database", "media", "files"), "the disk is full"
                )
                assert told["worker"] in ("ok", "alive, but cannot write its beat")
                ballast.unlink()
                freed = time.monotonic()
                until(lambda: town.health()[0] == 200)
                back = time.monotonic() - freed
                time.sleep(2)
            moving.reckon(unsure=12)
            after = [each for each in moving.said if each.at > freed + 1]
            assert after and all(each.is_heard for each in after)
            heard = sum(each.is_heard for each in moving.said)
            tell(
                f"{len(moving.said)} said, {heard} heard, the others told; slowest answer {moving.slowest():.2f} s, "
                f"health page {slowest:.2f} s; well {back:.1f} s after there was room"
            )
            assert slowest < 2 and moving.slowest() < IN_TIME
    finally:
        database.dispose()
