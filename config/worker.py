"""The worker: the heartbeat that runs what is due, and the threads that send. Any number of them may run.

APScheduler only ticks: nothing is stored in it, every job asks the database what is due, and two workers that tick at
once share the rows out among them. Stopping is graceful: what is in hand is finished.
"""

import errno
import logging
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from foundation.clock import Clock, system_clock
from foundation.database import is_away
from foundation.log import Seldom
from wechat_bot import beats, clock_steadiness
from wechat_bot import jobs as sending
from wechat_bot.feature import Job
from wechat_bot.services import Services

log = structlog.get_logger(__name__)

#: Threads, because what a sender does is wait for WeChat, a tenth of a second and more.
SENDERS = 12
#: Fewer than a process's connections to the database: a long job may hold one and ask for another.
JOBS_AT_ONCE = 4
#: Without a ring, how long before a sender looks by itself.
LOOK_EVERY = timedelta(seconds=1)
BEAT_EVERY = timedelta(seconds=5)
#: A disk that is full, or of no use, says so to every sender again and again.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
#: How far the time of day may stray from the time that passes before it was set by somebody.
STRAYS = timedelta(seconds=2)


class Worker:
    """One process's heartbeat and senders."""

    def __init__(
        self, services: Services, jobs: Sequence[Job], *, senders: int = SENDERS, wall: Clock = system_clock
    ) -> None:
        """`wall` is the machine's time of day, by which the scheduler goes."""
        self._services = services
        self._wall = wall
        self._name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"
        self._started_at = services.clock()
        self._stopping = threading.Event()
        self._signs, self._disks = Seldom(), Seldom()
        self._senders = [threading.Thread(target=self._send, name=f"sender-{n}") for n in range(senders)]
        # In memory, on purpose: a stored job is one that two processes run, or an upgrade loses.
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(JOBS_AT_ONCE)},
            timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        # That a job is still at work when its next turn comes is no news.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        for job in jobs:
            self._scheduler.add_job(
                self._do,
                "interval",
                args=[job],
                seconds=job.every.total_seconds(),
                id=job.name,
                # Now, and not by the product's clock: told of a day long past it would count all it missed.
                next_run_time=system_clock(),
            )

    def run(self) -> None:
        """Tick and send until `stop` is called and what was in hand is finished."""
        for sign in (self._leave_sign, self._beat):
            threading.Thread(target=self._live, args=(sign,), name=sign.__name__, daemon=True).start()
        began = self._began()
        self._scheduler.start()
        for sender in self._senders:
            sender.start()
        log.info("worker started", worker=self._name, senders=len(self._senders))
        self._mind_the_clock(began)
        self._scheduler.shutdown(wait=True)
        for sender in self._senders:
            sender.join()
        log.info("worker stopped", worker=self._name)

    def stop(self) -> None:
        """Ask to stop; returns at once. Safe in a signal handler."""
        self._stopping.set()

    def _mind_the_clock(self, began: datetime) -> None:
        """Stay until asked to stop. Where the time of day is set meanwhile every job has its turn at once: set back by
        hours, the scheduler would wait for the hours to come again."""
        while not self._stopping.wait(LOOK_EVERY.total_seconds()):
            if abs(self._began() - began) > STRAYS:
                began = self._began()
                log.warning("the time of day was set", now=self._wall().isoformat())
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=system_clock())

    def _began(self) -> datetime:
        """When the machine started, by its time of day: the same at each look, until that is set."""
        return self._wall() - timedelta(seconds=time.monotonic())

    def _do(self, job: Job) -> None:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(job=job.name)
        try:
            job.run(self._services)
        except Exception as error:
            self._tell("a job failed", error)

    def _tell(self, event: str, error: Exception) -> None:
        if is_away(error):
            self._services.database.tell(error)
        elif isinstance(error, OSError) and error.errno in FULL:
            self._disks.warning(event, error=str(error))
        else:
            log.exception(event)

    def _send(self) -> None:
        while not self._stopping.is_set():
            try:
                if not sending.work(self._services, goes_on=lambda: not self._stopping.is_set()):
                    self._services.doorbell.wait(LOOK_EVERY)
            except Exception as error:
                # The database away for a moment, or a bug of ours in one delivery, must not end the thread that sends
                # all the others. The rows are as they were, or lapse with their lease.
                self._tell("a sender failed", error)
                self._stopping.wait(LOOK_EVERY.total_seconds())

    def _beat(self) -> None:
        with self._services.transaction() as session:
            now = self._services.clock()
            beats.beat(session, self._name, self._started_at, now=now)
            clock_steadiness.note(session, now=now)

    def _leave_sign(self) -> None:
        beats.leave_sign(self._services.files_folder, now=self._services.clock())

    def _live(self, sign: Callable[[], None]) -> None:
        """Give a sign of life again and again, from a thread that waits for no job and for no other sign."""
        while True:
            try:
                sign()
            except OSError as error:
                self._signs.warning("no sign of life could be left", error=str(error))
            except Exception as error:
                self._tell("no beat", error)
            if self._stopping.wait(BEAT_EVERY.total_seconds()):
                return
