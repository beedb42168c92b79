"""Health check page: the state of database, Redis, worker, disks and token, for load balancers and for people."""

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
from wechat_bot.mass import settling
from wechat_bot.models import BEAT_LOST
from wechat_bot.outbox import pausing, resolving
from wechat_bot.services import Services

blueprint = Blueprint("health", __name__)
PATH = "/healthz"
#: Seconds within which all parts must answer: clients of the page give up after two.
WITHIN = 1.5
#: Seconds for which an answer is cached: the page is public, and must cost little.
FRESH = 1.0
#: Bytes written to test a disk: more than fits into the rest of a block already in use.
PROBE = bytes(1 << 16)
FULL, HANGS = "the disk is full", f"no answer within {WITHIN} s"
#: Alarm of a deleted SQLite file: processes that have it open still write to it, and all of that will be lost.
GONE = "its file was moved or deleted: stop all processes and put it back"
_EXTENSION = "checkup"


@blueprint.get(PATH)
def healthz() -> ResponseReturnValue:
    """Answer 200 while the account can answer and send, else 503 with the failing part. Makes no call to WeChat."""
    report = checkup_of(current_app).report()
    return jsonify(report), 200 if report["ok"] else 503


def install(app: Flask, services: Services) -> None:
    """Give an app its health checks."""
    app.extensions[_EXTENSION] = Checkup(services)


def checkup_of(app: Flask) -> "Checkup":
    """The health checks of an app."""
    checkup: Checkup = app.extensions[_EXTENSION]
    return checkup


class Checkup:
    """Health checks: for each part `ok` or what is wrong with it. A part that hangs is not waited for."""

    def __init__(self, services: Services) -> None:
        self.fresh = FRESH
        self._services = services
        self._guard = threading.Lock()
        self._asked_at = 0.0
        self._report: dict[str, Any] = {}
        # The folder for temporary files of uploads: on many machines a separate disk.
        temporary = Path(tempfile.gettempdir())
        self._folders = {"media": services.media_folder, "files": services.files_folder, "temporary": temporary}
        self._questions: dict[str, _Question] = {
            "read": _Question(self._read),
            "database": _Question(self._write),
            "store": _Question(self._store),
            "sign": _Question(lambda: beats.is_file_fresh(services.files_folder, now=services.real_time())),
            **{name: _Question(partial(_disk, folder)) for name, folder in self._folders.items()},
        }

    def report(self) -> dict[str, Any]:
        """The state of all parts, at most a few seconds old."""
        # A request that comes while another one is checking gets the previous report, where there is one.
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
            "worker": _worker(read, self._services.real_time(), is_seen=told["sign"] is True),
            "wechat": (read.get("problems") or "ok") if read else "unknown",
            **{name: told[name] for name in self._folders},
        }
        well = all(part == "ok" for name, part in parts.items() if name != "token") and token != "refused"
        more = {name: read[name] for name in ("calls", "outbox", "mass") if name in read}
        return {"ok": well, "development": self._services.is_development, **parts, **more}

    def _read(self) -> dict[str, Any] | str:
        now = self._services.clock()
        try:
            with self._services.reading() as session:
                return {
                    "beat": beats.last(session, now=self._services.real_time()),
                    "problems": alarms.recent(session, now=now),
                    "calls": texts.DAY_SPENT if pausing.is_day_spent(session, now=now) else "ok",
                    "outbox": resolving.counts(session),
                    "mass": settling.counts(session),
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
                # One row for each machine: all processes of a machine write the same one.
                beats.save_timestamp(session, f"health:{socket.gethostname()}"[:32], at=now)
        except SQLAlchemyError as error:
            if isinstance(error, DBAPIError) and is_full(error):
                return FULL
            cause = error.orig if isinstance(error, DBAPIError) else error
            return f"cannot be written to ({type(cause).__name__})"
        # With a full disk, SQLite can go on writing for a while in space it already has.
        return _disk(file.parent) if database.is_sqlite else "ok"

    def _store(self) -> tuple[str, str]:
        tokens = self._services.wechat.tokens
        return tokens.store_problem() or "ok", tokens.peek()


class _Question:
    """Check of a part that may hang, run in its own thread: no second one is started while one is running."""

    def __init__(self, ask: Callable[[], Any]) -> None:
        self._ask = ask
        self._open: Future[Any] | None = None

    def put(self) -> None:
        """Start the check, unless it is running."""
        if self._open is None or self._open.done():
            self._open = Future()
            threading.Thread(target=self._find_out, args=(self._open,), name="checkup", daemon=True).start()

    def answer(self, until: float) -> Any:
        """The result, or that there was none by then."""
        assert self._open is not None
        try:
            return self._open.result(max(until - time.monotonic(), 0.0))
        except NoAnswer:
            return HANGS

    def _find_out(self, found: Future[Any]) -> None:
        try:
            found.set_result(self._ask())
        except Exception as error:
            found.set_exception(error)  # a bug of ours: raised again for the caller


def _worker(read: dict[str, Any], now: datetime, *, is_seen: bool) -> str:
    """The state of the workers by their last heartbeat in the database, and by the file written on a full disk."""
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
