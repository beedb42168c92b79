"""The clock's door of the console: long work done by workers, and what is past its time removed."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from console import actions, tasks
from console.tasks import Claim, Lost
from foundation.database import is_away
from foundation.errors import Refused
from wechat_bot.feature import Job
from wechat_bot.services import Services

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(seconds=2)
#: Progress is written down no more often: a page asks every two seconds.
NOTE_EVERY = timedelta(seconds=1)
BUG = "处理时出错了,已记录。请重试;如果还是不行,请联系管理员。"


class Work:
    """A task being done: what it needs, and where it says how far it is."""

    def __init__(self, services: Services, claim: Claim) -> None:
        self.services, self.claim = services, claim
        self.params: dict[str, Any] = claim.params
        self._noted_at: datetime | None = None
        self._stage = ""

    def stage(self, stage: str) -> Callable[[int, int], None]:
        """Begin a stage; gives a function `progress(done, total)` that may be called as often as one likes.

        Not to be called inside a transaction: the note is one of its own.
        """
        self._stage, self._noted_at = stage, None
        self._note(0, 0)
        return self._note

    def finish(self, result: dict[str, Any] | None = None, file: str = "", file_name: str = "") -> None:
        """Note that it is done, in a transaction of its own."""
        with self.services.transaction() as session:
            tasks.finish(session, self.claim, now=self.services.clock(), result=result, file=file, file_name=file_name)

    def fail(self, error: str, result: dict[str, Any] | None = None) -> None:
        """Note why it cannot be done."""
        with self.services.transaction() as session:
            tasks.fail(session, self.claim, error, now=self.services.clock(), result=result)

    def _note(self, done: int, total: int) -> None:
        now = self.services.clock()
        if self._noted_at is not None and now - self._noted_at < NOTE_EVERY:
            return
        self._noted_at = now
        with self.services.transaction() as session:
            tasks.progress(session, self.claim, self._stage, done, total, now=now)


Do = Callable[[Work], None]


def worker(name: str, kinds: Mapping[str, Do]) -> Job:
    """The job with which a feature does its kinds of long work, one after the other."""

    def run(services: Services) -> None:
        while work_once(services, kinds):
            pass

    return Job(name, LOOK_EVERY, run)


def work_once(services: Services, kinds: Mapping[str, Do]) -> bool:
    """Do one waiting task; False where none waits."""
    now = services.clock()
    # A look first: claiming takes SQLite's one write lock, and mostly nothing waits.
    with services.reading() as session:
        if not tasks.is_any_free(session, kinds, now=now):
            return False
    with services.transaction() as session:
        tasks.give_up_lapsed(session, now=now)
        claimed = tasks.claim(session, kinds, now=now)
    if claimed is None:
        return False
    work = Work(services, claimed)
    try:
        try:
            kinds[claimed.kind](work)
        except Refused as refusal:
            work.fail(refusal.sentence)
        except Lost:
            raise
        except Exception as error:
            if is_away(error):
                raise  # the claim lapses, and the work is begun again
            # A bug, or a file that is gone: whoever waits must be told, and the next task be done.
            log.exception("a task failed", task=claimed.id, kind=claimed.kind)
            work.fail(BUG)
    except Lost:
        log.warning("a task was taken over", task=claimed.id, kind=claimed.kind)
    return True


def forget(services: Services) -> None:
    """Drop tasks with their files, sessions and tries that are past their time."""
    now = services.clock()
    with services.transaction() as session:
        actions.forget_old(session, now=now)
        files = tasks.forget_old(session, services.files_folder, now=now)
    for file in files:
        file.unlink(missing_ok=True)


def sweep(services: Services) -> None:
    """Delete files of long work that belong to no task."""
    with services.reading() as session:
        files = tasks.swept(session, services.files_folder)
    for file in files:
        file.unlink(missing_ok=True)
    if files:
        log.info("files swept", folder="files", count=len(files))


JOBS = (
    Job("forget old tasks", timedelta(hours=1), forget),
    Job("sweep the files folder", timedelta(hours=6), sweep),
)
