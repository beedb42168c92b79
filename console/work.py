"""Long tasks in progress: kinds of task, and the handle with which one reports progress and its result."""

import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from console import queries, tasks
from console.rules.visitors import Permission, Visitor
from console.tasks import TaskClaim
from foundation.clock import day_in
from foundation.errors import Refused
from wechat_bot import storage
from wechat_bot.services import Services

#: Least time between two saved reports of progress: a page asks every two seconds.
NOTE_EVERY = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class WorkKind:
    """Kind of long task: the function that does it, and whether it is run again after its worker died.

    A task that reads an uploaded file is not: a file that killed one worker would kill the next.
    """

    do: Callable[["Work"], None]
    is_begun_again: bool


class Work:
    """Running task: its parameters and services, and methods to report progress."""

    def __init__(self, services: Services, claim: TaskClaim) -> None:
        self.services, self.claim = services, claim
        self.params: dict[str, Any] = claim.params
        self._noted_at: float | None = None
        self._stage = ""
        self._file = ""

    def stage(self, stage: str) -> Callable[[int, int], None]:
        """Begin a stage; gives a function `progress(done, total)` that may be called as often as wanted.

        Not to be called inside a transaction, because it uses one of its own.
        """
        self._stage, self._noted_at = stage, None
        self._note(0, 0)
        return self._note

    @contextmanager
    def writing(self, suffix: str) -> Iterator[Path]:
        """Context with a path to write the result file at, in a working folder; `hand_out` then offers the file.

        When the block ends, the complete file is moved to the others. Where it fails or the worker dies, there is none.
        """
        folder = tasks.work_folder(self.services.files_folder, self.claim)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            part = folder / f"part{suffix}"
            yield part
            path = tasks.new_file(self.services.files_folder, suffix)
            storage.rename(part, path)
            self._file = path.name
        finally:
            shutil.rmtree(folder, ignore_errors=True)  # what cannot be removed now is removed later by a job

    @property
    def written(self) -> str:
        """The name of the file written last, for the result's `kept` where only the task's own page reads it."""
        return self._file

    def hand_out(
        self, name: str, result: dict[str, Any], *, needs: Collection[Permission], part: Collection[str] | None
    ) -> None:
        """Mark the task as done with its file, offered under this name to users with the permissions it `needs` who see
        these parts of the shops; None is all of them."""
        with self.services.transaction() as session:
            file = tasks.TaskFile(self._file, name, needs, part)
            tasks.finish(session, self.claim, now=self.services.clock(), result=result, file=file)

    def finish(self, result: dict[str, Any]) -> None:
        """Mark the task as done, in a transaction of its own."""
        with self.services.transaction() as session:
            tasks.finish(session, self.claim, now=self.services.clock(), result=result)

    def fail(self, error: str, result: dict[str, Any] | None = None, file: tasks.TaskFile | None = None) -> None:
        """Mark the task as failed, with the reason, and a file that shows it."""
        with self.services.transaction() as session:
            tasks.fail(session, self.claim, error, now=self.services.clock(), result=result, file=file)

    def _note(self, done: int, total: int) -> None:
        passed = self.services.stopwatch()
        if self._noted_at is not None and passed - self._noted_at < NOTE_EVERY.total_seconds():
            return
        self._noted_at = passed
        with self.services.transaction() as session:
            tasks.progress(session, self.claim, self._stage, done, total, now=self.services.clock())


@dataclass(frozen=True, slots=True)
class Made:
    """File that an export has written: the name it is offered under, what is said of it, and what its owner must be
    allowed beside exporting."""

    name: str
    said: str
    needs: Collection[Permission] = ()


def export(
    write: Callable[[Work, Session, Visitor, Path], Made],
    *,
    permission: Permission,
    what: str,
    part: Callable[[Session, Visitor, date], Collection[str] | None],
    suffix: Callable[[Mapping[str, Any]], str] = lambda params: ".xlsx",
) -> WorkKind:
    """Export as long work: a file for whoever asked for it, as far as they may still have what is in it.

    `write` writes it in a session that only reads; `what` names it where it is refused; `part` says which parts of the
    shops a visitor's file holds.
    """

    def do(work: Work) -> None:
        services, now = work.services, work.services.clock()
        with work.writing(suffix(work.params)) as path, services.reading() as session:
            visitor = queries.visitor(session, work.claim.owner_id)
            if visitor is None or not visitor.may(permission):
                raise Refused(f"您现在没有{what}的权限。")
            held = part(session, visitor, day_in(now, services.zone))
            made = write(work, session, visitor, path)
        work.hand_out(made.name, {"said": made.said}, needs={permission, *made.needs}, part=held)

    return WorkKind(do, is_begun_again=True)
