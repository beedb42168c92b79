"""The clock's door of the console: long work done by workers, and what is past its time removed."""

import shutil
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from console import actions, tasks
from console.rules import Permission
from console.tasks import Claim, Lost
from foundation.database import is_away
from foundation.errors import Refused
from wechat_bot import clock_steadiness, shelf
from wechat_bot.feature import Job
from wechat_bot.services import Services

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(seconds=2)
#: Progress is written down no more often: a page asks every two seconds.
NOTE_EVERY = timedelta(seconds=1)
BUG = "处理时出错了，已记录。请重试；如果还是不行，请联系管理员。"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of long work: how it is done, and whether it is begun again where its worker died in it.

    What reads what people handed in is not: a file that killed one worker would kill the next.
    """

    do: Callable[["Work"], None]
    is_begun_again: bool


class Work:
    """A task being done: what it needs, and where it says how far it is."""

    def __init__(self, services: Services, claim: Claim) -> None:
        self.services, self.claim = services, claim
        self.params: dict[str, Any] = claim.params
        self._noted_at: float | None = None
        self._stage = ""
        self._file = ""

    def stage(self, stage: str) -> Callable[[int, int], None]:
        """Begin a stage; gives a function `progress(done, total)` that may be called as often as one likes.

        Not to be called inside a transaction: the note is one of its own.
        """
        self._stage, self._noted_at = stage, None
        self._note(0, 0)
        return self._note

    @contextmanager
    def writing(self, suffix: str) -> Iterator[Path]:
        """A place to write the file at, with room beside it for what is not whole yet; `hand_out` gives the file out.

        Once the block is over the file stands whole among the others. Where it fails, or the worker dies, none does.
        """
        folder = tasks.work_folder(self.services.files_folder, self.claim)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            part = folder / f"part{suffix}"
            yield part
            path = tasks.new_file(self.services.files_folder, suffix)
            shelf.put(part, path)
            self._file = path.name
        finally:
            shutil.rmtree(folder, ignore_errors=True)  # what cannot be removed now is removed by the clock

    def hand_out(
        self, name: str, result: dict[str, Any], *, needs: Collection[Permission], part: Collection[str] | None
    ) -> None:
        """Note that it is done and its file there, under this name, for whoever may do what it `needs` and sees this
        part of the shops; None is all of them."""
        with self.services.transaction() as session:
            file = tasks.File(self._file, name, needs, part)
            tasks.finish(session, self.claim, now=self.services.clock(), result=result, file=file)

    def finish(self, result: dict[str, Any]) -> None:
        """Note that it is done, in a transaction of its own."""
        with self.services.transaction() as session:
            tasks.finish(session, self.claim, now=self.services.clock(), result=result)

    def fail(self, error: str, result: dict[str, Any] | None = None) -> None:
        """Note why it cannot be done."""
        with self.services.transaction() as session:
            tasks.fail(session, self.claim, error, now=self.services.clock(), result=result)

    def _note(self, done: int, total: int) -> None:
        passed = self.services.stopwatch()
        if self._noted_at is not None and passed - self._noted_at < NOTE_EVERY.total_seconds():
            return
        self._noted_at = passed
        with self.services.transaction() as session:
            tasks.progress(session, self.claim, self._stage, done, total, now=self.services.clock())


def worker(name: str, kinds: Mapping[str, Kind]) -> Job:
    """The job with which a feature does its kinds of long work, one after the other."""

    def run(services: Services) -> None:
        while work_once(services, kinds):
            pass

    return Job(name, LOOK_EVERY, run)


def work_once(services: Services, kinds: Mapping[str, Kind], *, renewed_every: timedelta = tasks.RENEWED_EVERY) -> bool:
    """Do one waiting task; False where none waits."""
    now, once = services.clock(), [name for name, kind in kinds.items() if not kind.is_begun_again]
    # A look first: claiming takes SQLite's one write lock, and mostly nothing waits.
    with services.reading() as session:
        if not tasks.is_any_free(session, kinds, now=now):
            return False
    with services.transaction() as session:
        tasks.give_up_lapsed(session, once, now=now)
        claimed = tasks.claim(session, kinds, now=now)
    if claimed is None:
        return False
    work = Work(services, claimed)
    try:
        try:
            with _alive(services, claimed, renewed_every):
                kinds[claimed.kind].do(work)
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


@contextmanager
def _alive(services: Services, claim: Claim, every: timedelta) -> Iterator[None]:
    """Renew a claim by the clock for as long as its work goes on, however long it says nothing of itself."""
    is_over = threading.Event()

    def renew() -> None:
        while not is_over.wait(every.total_seconds()):
            try:
                with services.transaction() as session:
                    tasks.renew(session, claim, now=services.clock())
            except Lost:
                return  # whoever does the work hears of it when they next note something
            except SQLAlchemyError as error:
                log.warning("a claim was not renewed", task=claim.id, error=type(error).__name__)

    thread = threading.Thread(target=renew, name=f"task-{claim.id}")
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def forget(services: Services) -> None:
    """Drop tasks with their files, sessions and tries that are past their time, and what dead workers left."""
    if not clock_steadiness.goes_steadily(services):
        return
    now = services.clock()
    with services.transaction() as session:
        actions.forget_old(session, now=now)
        files = tasks.forget_old(session, services.files_folder, now=now)
    for file in files:
        file.unlink(missing_ok=True)
    with services.reading() as session:
        deserted = tasks.deserted(session, services.files_folder)
    for folder in deserted:
        shutil.rmtree(folder, ignore_errors=True)


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
