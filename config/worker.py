"""Worker process: a scheduler for due jobs, and threads that send messages. Any number of workers may run.

APScheduler only triggers the jobs: nothing is stored in it, every job asks the database what is due, and workers that
run at the same time divide the rows among them. Stopping is graceful: work in progress is finished.
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

#: Threads that send: a sender mostly waits for WeChat, for 0.1 s and more a message.
SENDERS = 12
#: Threads that run jobs. Fewer than a process's database connections: a long job may hold one and need another.
JOBS_AT_ONCE = 4
#: Seconds after which a sender looks for work without being woken.
LOOK_EVERY = timedelta(seconds=1)
BEAT_EVERY = timedelta(seconds=5)
#: A disk that is full or fails gives every sender the same error again and again.
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
#: Seconds by which the system clock may differ from the elapsed time before it counts as set by somebody.
STRAYS = timedelta(seconds=2)


class Worker:
    """Scheduler and sender threads of one worker process."""

    def __init__(
        self, services: Services, jobs: Sequence[Job], *, senders: int = SENDERS, wall: Clock = system_clock
    ) -> None:
        """`wall` gives the machine's own time, which the scheduler uses; or a trial's, moved as if that were set."""
        self._services = services
        self._wall = wall
        self._name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"
        self._started_at = services.real_time()
        self._stopping = threading.Event()
        self._failures, self._disks = Seldom(), Seldom()
        self._senders = [threading.Thread(target=self._send, name=f"sender-{n}") for n in range(senders)]
        # In memory on purpose: a stored job could be run by two processes, or lost in an upgrade.
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(JOBS_AT_ONCE)},
            timezone="UTC",
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        # A job that is still running when its next turn comes is normal.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        for job in jobs:
            self._scheduler.add_job(
                self._do,
                "interval",
                args=[job],
                seconds=job.every.total_seconds(),
                id=job.name,
                # The real time and not the product's clock: from a past date it would count all runs it missed.
                next_run_time=system_clock(),
            )

    def run(self) -> None:
        """Run jobs and send until `stop` is called and the work in progress is finished."""
        for write in (self._touch_file, self._beat):
            threading.Thread(target=self._live, args=(write,), name=write.__name__, daemon=True).start()
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
        """Request a stop; returns at once. Safe in a signal handler."""
        self._stopping.set()

    def _mind_the_clock(self, began: datetime) -> None:
        """Wait until asked to stop. If the system clock is set meanwhile, run every job at once.

        With a clock set back by hours, the scheduler would otherwise do nothing for hours.
        """
        while not self._stopping.wait(LOOK_EVERY.total_seconds()):
            if abs(self._began() - began) > STRAYS:
                began = self._began()
                log.warning("the time of day was set", now=self._wall().isoformat())
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=system_clock())

    def _began(self) -> datetime:
        """The machine's start by its system clock: always the same, until that clock is set."""
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
                # A database unreachable for a moment, or a bug with one delivery, must not end the thread that sends
                # all the others. The rows are unchanged, or become free when their lease ends.
                self._tell("a sender failed", error)
                self._stopping.wait(LOOK_EVERY.total_seconds())

    def _beat(self) -> None:
        with self._services.transaction() as session:
            now, real = self._services.clock(), self._services.real_time()
            beats.beat(session, self._name, self._started_at, now=real)
            clock_steadiness.note(session, now=now, real=real)

    def _touch_file(self) -> None:
        beats.touch_file(self._services.files_folder, now=self._services.real_time())

    def _live(self, write: Callable[[], None]) -> None:
        """Write a heartbeat regularly, from a separate thread, so that no job or other heartbeat can delay it."""
        while True:
            try:
                write()
            except OSError as error:
                self._failures.warning("no sign of life could be left", error=str(error))
            except Exception as error:
                self._tell("no beat", error)
            if self._stopping.wait(BEAT_EVERY.total_seconds()):
                return
