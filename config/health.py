"""The health page: whether database, Redis, worker, disks and token are well. For load balancers and for people."""

import errno
import os
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoAnswer
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from foundation.database import is_full
from wechat_bot import alarms, beats, texts
from wechat_bot.models import BEAT_LOST
from wechat_bot.outbox import pausing, resolving
from wechat_bot.services import Services

blueprint = Blueprint("health", __name__)
PATH = "/healthz"
#: Seconds in which all parts together must answer: whoever asks gives up after two.
WITHIN = 1.5
#: Seconds an answer serves whoever else asks: the page is open to all, and must cost little.
FRESH = 1.0
#: What is written to see whether a disk takes it: more than is left over in a block that is written to already.
PROBE = bytes(1 << 16)
FULL, HANGS = "the disk is full", f"no answer within {WITHIN} s"
#: Who has SQLite's file open still writes to it, and loses all of that at the next start.
GONE = "its file was moved or deleted: stop all processes and put it back"
_EXTENSION = "checkup"


@blueprint.get(PATH)
def healthz() -> ResponseReturnValue:
    """200 while the account can answer and send; 503 with the part that cannot. Never asks WeChat anything."""
    report = checkup_of(current_app).report()
    return jsonify(report), 200 if report["ok"] else 503


def install(app: Flask, services: Services) -> None:
    """Give an app its checkup."""
    app.extensions[_EXTENSION] = Checkup(services)


def checkup_of(app: Flask) -> "Checkup":
    """The checkup of an app."""
    checkup: Checkup = app.extensions[_EXTENSION]
    return checkup


class Checkup:
    """The state of each part: `ok`, or what is wrong with it. What hangs is not waited for."""

    def __init__(self, services: Services) -> None:
        self.fresh = FRESH
        self._services = services
        self._guard = threading.Lock()
        self._asked_at = 0.0
        self._report: dict[str, Any] = {}
        # Where uploads pass through: a disk of its own on many machines.
        temporary = Path(tempfile.gettempdir())
        self._folders = {"media": services.media_folder, "files": services.files_folder, "temporary": temporary}
        self._questions: dict[str, _Question] = {
            "read": _Question(self._read),
            "database": _Question(self._write),
            "store": _Question(self._store),
            "sign": _Question(lambda: beats.is_there_a_sign(services.files_folder, now=services.clock())),
            **{name: _Question(partial(_disk, folder)) for name, folder in self._folders.items()},
        }

    def report(self) -> dict[str, Any]:
        """All parts, as they are or were a moment ago."""
        # Who asks while another waits for the parts gets what was found before, where anything was.
        if self._guard.acquire(blocking=not self._report):
            try:
                if not self._report or time.monotonic() - self._asked_at >= self.fresh:
                    self._report = self._ask()
                    self._asked_at = time.monotonic()
            finally:
                self._guard.release()
        return self._report

    def _ask(self) -> dict[str, Any]:
        until = time.monotonic() + WITHIN
        for question in self._questions.values():
            question.put()
        told = {name: question.answer(until) for name, question in self._questions.items()}
        read = told["read"] if isinstance(told["read"], dict) else {}
        store, token = told["store"] if isinstance(told["store"], tuple) else (told["store"], "unknown")
        parts = {
            "token": token,
            "store": store,
            "database": told["database"] if read else told["read"],
            "worker": _worker(read, self._services.clock(), is_seen=told["sign"] is True),
            "wechat": (read.get("problems") or "ok") if read else "unknown",
            **{name: told[name] for name in self._folders},
        }
        well = all(part == "ok" for name, part in parts.items() if name != "token") and token != "refused"
        more = {name: read[name] for name in ("broadcasts", "outbox") if name in read}
        return {"ok": well, "development": self._services.is_development, **parts, **more}

    def _read(self) -> dict[str, Any] | str:
        now = self._services.clock()
        try:
            with self._services.reading() as session:
                return {
                    "beat": beats.last(session, now=now),
                    "problems": alarms.sounding(session, now=now),
                    "broadcasts": texts.DAY_SPENT if pausing.is_day_spent(session, now=now) else "ok",
                    "outbox": resolving.counts(session),
                }
        except SQLAlchemyError as error:
            return f"unreachable ({type(error).__name__})"

    def _write(self) -> str:
        database, now = self._services.database, self._services.clock()
        file = Path(str(database.url.database))
        if database.is_sqlite and not file.exists():
            return GONE
        try:
            with self._services.transaction() as session:
                # A row for each machine: processes of one write the same.
                beats.pulse(session, f"health:{socket.gethostname()}"[:32], at=now)
        except SQLAlchemyError as error:
            if isinstance(error, DBAPIError) and is_full(error):
                return FULL
            cause = error.orig if isinstance(error, DBAPIError) else error
            return f"cannot be written to ({type(cause).__name__})"
        # SQLite goes on for a while in room it took before.
        return _disk(file.parent) if database.is_sqlite else "ok"

    def _store(self) -> tuple[str, str]:
        tokens = self._services.wechat.tokens
        return tokens.store_ailment() or "ok", tokens.peek()


class _Question:
    """A question to something that may hang, asked in a thread of its own: while one is open no second is put."""

    def __init__(self, ask: Callable[[], Any]) -> None:
        self._ask = ask
        self._open: Future[Any] | None = None

    def put(self) -> None:
        """Put it, unless it is open."""
        if self._open is None or self._open.done():
            self._open = Future()
            threading.Thread(target=self._find_out, args=(self._open,), name="checkup", daemon=True).start()

    def answer(self, until: float) -> Any:
        """The answer, or that there was none until then."""
        assert self._open is not None
        try:
            return self._open.result(max(until - time.monotonic(), 0.0))
        except NoAnswer:
            return HANGS

    def _find_out(self, found: Future[Any]) -> None:
        try:
            found.set_result(self._ask())
        except Exception as error:
            found.set_exception(error)  # a bug of ours: whoever asked has it


def _worker(read: dict[str, Any], now: datetime, *, is_seen: bool) -> str:
    """What is known of the workers by the last beat that was written, and by the sign that needs no room."""
    beat: datetime | None = read.get("beat")
    if beat is not None and now - beat < BEAT_LOST:
        return "ok"
    if is_seen:
        return "alive, but cannot write its beat"
    if not read:
        return "unknown"
    return f"silent for {int((now - beat).total_seconds())} s" if beat else "no worker has started yet"


def _disk(folder: Path) -> str:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(PROBE)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else f"cannot be written to ({error.strerror})"
    return "ok"
