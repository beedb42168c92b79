"""A worker of pushes for tests: the product's own, whose jobs for pushes and mass messages come around in haste. `DIES`
says before which of the statements that it writes or commits with it ends itself, as by SIGKILL.

python -m tests.programs.pushing
"""

import itertools
import os
import re
import signal
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from config.app import FEATURES, build_services, jobs_of
from config.settings import load
from config.worker import Worker
from wechat_bot.services import Services

#: Threads that send: so many calls may be on their way when it is killed.
SENDERS = 3
OFTEN = timedelta(seconds=0.5)
OF_PUSHES = re.compile("of push$|mass messages|reap deliveries|count pushes")
#: Statements that change something of a push.
CHANGES = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) (campaign|mass_|delivery|account_use)")


def main() -> None:
    """Be a worker until asked to stop."""
    services = build_services(load())
    if number := int(os.environ.get("DIES", "0")):
        _die(services, number)
    jobs = [replace(job, every=OFTEN) for job in jobs_of(FEATURES) if OF_PUSHES.search(job.name)]
    worker = Worker(services, jobs, senders=SENDERS)
    signal.signal(signal.SIGTERM, lambda number, frame: worker.stop())
    worker.run()


def _die(services: Services, number: int) -> None:
    """End this process before its `number`th step that changes a push: between two rows of one transaction, or between
    the last of them and the commit."""
    steps = itertools.count(1)

    def step() -> None:
        if next(steps) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def execute(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        if CHANGES.match(statement):
            connection.info["has_changed"] = True
            step()

    def commit(connection: Any) -> None:
        if connection.info.pop("has_changed", False):
            step()

    event.listen(services.database.engine, "before_cursor_execute", execute)
    event.listen(services.database.engine, "commit", commit)


if __name__ == "__main__":
    main()
