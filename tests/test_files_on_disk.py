"""Files of ours: whole or not there, swept where nobody knows them, readable by the account they run under alone."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from console import tasks
from tests.conftest import House
from tests.office import Office
from tests.test_erasing import run
from wechat_bot import media, storage

LONG_AGO = 1_700_000_000


def aged(path: Path) -> Path:
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def picture(colour: str) -> io.BytesIO:
    content = io.BytesIO()
    Image.new("RGB", (4, 4), colour).save(content, "png")
    content.seek(0)
    return content


def write(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"content")
    return path


def lying(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def sweep(house: House) -> None:
    run(house, "sweep the media folder", "sweep the files folder")


def test_files_without_a_row_are_swept_and_no_others(house) -> None:
    folder, exports = house.settings.media_path, house.settings.files_path
    owned = media.receive(folder, picture("red"))
    owner, now = Office(house).user("market", "marketing"), house.clock()
    with house.services.transaction() as session:
        media.add(session, owned, openid="", mark="a", now=now)
        tasks.ask(session, "kind", "导入", {"file": "0" * 32 + ".csv"}, owner_id=owner, now=now)
    kept = {aged(storage.path_of(folder, owned.sha256))}
    # Of a form that was refused; of a process killed while it wrote; and one that is being written just now.
    refused = aged(storage.path_of(folder, media.receive(folder, picture("green")).sha256))
    half = aged(write(storage.path_of(folder, "ab" * 32).with_name(f"{'ab' * 32}.0123abcd")))
    kept |= {
        storage.path_of(folder, media.receive(folder, picture("blue")).sha256),
        aged(write(folder / "ab" / "README")),
    }
    exported, lost = exports / ("0" * 32 + ".csv"), exports / ("f" * 32 + ".xlsx")
    fresh, theirs = exports / ("e" * 32 + ".xlsx"), exports / "roster-of-2025.xlsx"
    for path in (exported, lost, theirs):
        aged(write(path))
    kept |= {exported, write(fresh), theirs}
    assert {refused, half, lost} < lying(folder) | lying(exports)
    sweep(house)
    assert lying(folder) | lying(exports) == kept
    # The same picture sent again is new, however old the one before.
    again = media.receive(folder, picture("green"))
    sweep(house)
    assert storage.path_of(folder, again.sha256).is_file()


def test_a_picture_whose_file_is_gone_is_not_found_and_breaks_nothing(house) -> None:
    folder = house.settings.media_path
    received = media.receive(folder, picture("red"))
    with house.services.transaction() as session:
        key = media.add(session, received, openid="", mark="a", now=house.clock())
    with house.look() as session:
        assert media.find(session, folder, key) is not None
        storage.path_of(folder, received.sha256).unlink()
        assert media.find(session, folder, key) is None


def test_a_file_whose_writing_fails_leaves_nothing_behind(tmp_path) -> None:
    """The name is a folder: as good as a full disk, for what was written cannot be put in its place."""
    (tmp_path / "ab" / "picture").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        storage.write(tmp_path / "ab" / "picture", b"content")
    assert lying(tmp_path) == set()
