"""The worker: the heartbeat that runs what is due, and the threads that send. Any number of them may run.

APScheduler only ticks: nothing is stored in it, every job asks the database what is due, and two workers that tick at
once share the rows out among them. Stopping is graceful: what is in hand is finished.
"""

import os
import secrets
import socket
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import delete

from foundation.clock import system_clock
from foundation.database import upsert
from wechat_bot import jobs
from wechat_bot.feature import Feature, Job
from wechat_bot.models import Beat
from wechat_bot.services import Services

log = structlog.get_logger(__name__)

#: Threads, because what a sender does is wait for WeChat, a tenth of a second and more. With the clock's four they stay
#: within one process's connections to the database.
SENDERS = 12
#: Without a ring, how long before a sender looks by itself.
LOOK_EVERY = timedelta(seconds=1)
BEAT_EVERY = timedelta(seconds=5)
#: Beats of workers that are long gone only confuse the health page.
BEATS_KEPT = timedelta(days=1)


class Worker:
    """One process's heartbeat and senders."""

    def __init__(self, services: Services, features: Sequence[Feature], *, senders: int = SENDERS) -> None:
        self._services = services
        self._name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"
        self._started_at = services.clock()
        self._stopping = threading.Event()
        self._senders = [threading.Thread(target=self._send, name=f"sender-{n}") for n in range(senders)]
        # In memory, on purpose: a stored job is one that two processes run, or an upgrade loses.
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(4)},
            timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for job in (Job("beat", BEAT_EVERY, self._beat), *(job for feature in features for job in feature.jobs)):
            self._scheduler.add_job(
                _logged(job, services),
                "interval",
                seconds=job.every.total_seconds(),
                id=job.name,
                # By the machine's clock, as the scheduler goes: told of a day long past it would count all it missed.
                next_run_time=system_clock(),
            )

    def start(self) -> None:
        """Begin to tick and to send."""
        self._beat(self._services)
        self._scheduler.start()
        for sender in self._senders:
            sender.start()
        log.info("worker started", worker=self._name, senders=len(self._senders))

    def run(self) -> None:
        """Start, and stay until `stop` is called and what was in hand is finished."""
        self.start()
        self._stopping.wait()
        self._scheduler.shutdown(wait=True)
        for sender in self._senders:
            sender.join()
        log.info("worker stopped", worker=self._name)

    def stop(self) -> None:
        """Ask to stop; returns at once. Safe in a signal handler."""
        self._stopping.set()

    def _send(self) -> None:
        while not self._stopping.is_set():
            try:
                if not jobs.work(self._services, goes_on=lambda: not self._stopping.is_set()):
                    self._services.doorbell.wait(LOOK_EVERY)
            except Exception:
                # The database away for a moment, or a bug of ours in one delivery, must not end the thread that sends
                # all the others. The rows are as they were, or lapse with their lease.
                log.exception("a sender failed")
                self._stopping.wait(LOOK_EVERY.total_seconds())

    def _beat(self, services: Services) -> None:
        now = services.clock()
        with services.transaction() as session:
            statement = upsert(session, Beat).values(worker=self._name, started_at=self._started_at, beat_at=now)
            session.execute(statement.on_conflict_do_update(index_elements=["worker"], set_={"beat_at": now}))
            session.execute(delete(Beat).where(Beat.beat_at < now - BEATS_KEPT))


def _logged(job: Job, services: Services) -> Callable[[], None]:
    def run() -> None:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(job=job.name)
        try:
            job.run(services)
        except Exception:
            log.exception("a job failed")

    return run
