"""The product's own web and worker for tests with real processes, with a clock that runs several times as fast.

A lease of a minute then lapses in seconds, and the clock's jobs come around as much sooner. `HASTE` says when the
product's day began, when that was in truth, and how fast it runs; `SKEW` a file that says by how many seconds the clock
is wrong just now; `STALL` a statement before which to stop for good, with a file that is touched when it is reached.

    gunicorn -c config/gunicorn.py "tests.programs.hasty:app()"
    python -m tests.programs.hasty
"""

import os
import signal
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event

from config.app import FEATURES, build_services, create_app, jobs_of
from config.settings import load
from config.worker import Worker
from foundation.clock import system_clock
from tests.processes import SENDERS
from wechat_bot.feature import Job
from wechat_bot.services import Services

#: However fast the clock runs, jobs leave the machine some air.
SELDOM = timedelta(seconds=1)
_BEGAN, _REAL, _SPEED = os.environ["HASTE"].split("|")


def clock() -> datetime:
    """The product's time."""
    wrong_by = (
        timedelta(seconds=float(Path(os.environ["SKEW"]).read_text() or 0)) if "SKEW" in os.environ else timedelta()
    )
    right = datetime.fromisoformat(_BEGAN) + (system_clock() - datetime.fromisoformat(_REAL)) * float(_SPEED)
    return right + wrong_by


def app() -> Flask:
    """What gunicorn serves."""
    settings = load()
    return create_app(settings, services=build_services(settings, clock=clock))


def main() -> None:
    """Be a worker until asked to stop."""
    services = build_services(load(), clock=clock)
    if "STALL" in os.environ:
        _stall(services, *os.environ["STALL"].split("|"))
    worker = Worker(services, [_hurried(job) for job in jobs_of(FEATURES)], senders=SENDERS)
    signal.signal(signal.SIGTERM, lambda number, frame: worker.stop())
    worker.run()


def _hurried(job: Job) -> Job:
    return replace(job, every=max(job.every / float(_SPEED), SELDOM))


def _stall(services: Services, beginning: str, reached: str) -> None:
    def wait(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        if statement.startswith(beginning):
            Path(reached).touch()
            threading.Event().wait()

    event.listen(services.database.engine, "before_cursor_execute", wait)


if __name__ == "__main__":
    main()
