"""State file: the world as JSON, written atomically, with the bytes of media in files beside it."""

import dataclasses
import json
import os
import threading
import time
import types
import typing
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_origin

from simulator.desk import Desk
from simulator.world import Media, World

# How much longer than one write the pause after it is, so that a big world does not keep the machine busy writing.
PAUSE_FACTOR = 10


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _plain(value: Any) -> Any:
    """What the JSON encoder cannot write itself; called by it for every such thing, so no copy of the world is made."""
    if isinstance(value, Media):
        return {name: part for name, part in vars(value).items() if name != "content"}
    if isinstance(value, datetime):
        return value.isoformat()
    return vars(value)


def _in(kind: Any, value: Any) -> Any:
    origin, args = get_origin(kind), get_args(kind)
    if kind is Any or value is None:
        return value
    if origin is types.UnionType:
        return _in(next(arg for arg in args if arg is not type(None)), value)
    if origin is list:
        return [_in(args[0], item) for item in value]
    if origin is tuple:
        return tuple(_in(arg, item) for arg, item in zip(args, value, strict=True))
    if origin is dict:
        return {args[0](key): _in(args[1], item) for key, item in value.items()}
    if kind is datetime:
        return datetime.fromisoformat(value)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        # A field this version does not know is left out, one it misses takes its default: old files stay readable.
        hints = _hints(kind)
        return kind(**{name: _in(hints[name], item) for name, item in value.items() if name in hints})
    return value


def _blobs(path: Path) -> Path:
    return path.with_suffix(".media")


def _write(path: Path, data: bytes) -> None:
    """The whole file or the old one: written beside, synced, then renamed."""
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)


def save(desk: Desk, path: Path) -> None:
    """Write the world to `path`, and the media not yet written to the folder `<path without ending>.media`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = _blobs(path)
    folder.mkdir(exist_ok=True)
    with desk.lock:
        whole = {"saved_at": desk.clock(), "world": desk.world}
        text = json.dumps(whole, ensure_ascii=False, default=_plain, separators=(",", ":"))
        media = {media.media_id: media.content for media in desk.world.media.values()}
    there = {found.name for found in folder.iterdir()}
    for media_id, content in media.items():
        if media_id not in there:
            _write(folder / media_id, content)
    for name in there - media.keys():
        (folder / name).unlink()
    _write(path, text.encode())


def load(path: Path) -> World:
    """The world in this file, or a new one if there is no file; ValueError if it cannot be read."""
    if not path.exists():
        return World()
    world: World = _in(World, json.loads(path.read_text("utf-8"))["world"])
    folder = _blobs(path)
    for media_id, media in world.media.items():
        media.content = (folder / media_id).read_bytes()
    return world


def saved_at(path: Path) -> datetime | None:
    """What the clock showed when this file was written, so that a hand clock never goes back."""
    if not path.exists():
        return None
    return datetime.fromisoformat(json.loads(path.read_text("utf-8"))["saved_at"])


class Keeper(threading.Thread):
    """Saves in the background whenever something has changed, and once more when stopped."""

    def __init__(self, desk: Desk, path: Path, pause: float = 0.5) -> None:
        """`pause` is the least time in seconds between two writes."""
        super().__init__(name="keeper", daemon=True)
        self.desk = desk
        self.path = path
        self.pause = pause
        self._stop_wanted = threading.Event()
        self._saved_mark: tuple[int, int] | None = None

    def _mark(self) -> tuple[int, int]:
        return self.desk.version, self.desk.world.serial

    def run(self) -> None:
        """Write after every change, with pauses that grow with the time a write takes."""
        pause = self.pause
        while not self._stop_wanted.wait(pause):
            started = time.monotonic()
            self.save_if_changed()
            pause = max(self.pause, (time.monotonic() - started) * PAUSE_FACTOR)

    def save_if_changed(self) -> None:
        """Write now if anything happened since the last write."""
        mark = self._mark()
        if mark != self._saved_mark:
            save(self.desk, self.path)
            self._saved_mark = mark

    def stop(self) -> None:
        """End the thread and write a last time."""
        self._stop_wanted.set()
        self.join()
        save(self.desk, self.path)
