"""Roster import in short transactions: a checked roster is imported entirely or not at all, without blocking others.

First its rows are staged, then the import is committed by one statement, then the rows are written in parts. Before
the commit nothing of it is visible, and what a dead process staged is deleted. After it the import is always finished:
if the process dies in between, a job of any worker continues where it stopped (`finish_committed`).
"""

import hashlib
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from console import tasks
from foundation.database import changed, one_at_a_time
from foundation.dialects import has_one_writer
from foundation.errors import Refused
from people.models import RosterImport, RosterPart
from people.roster import writing
from people.roster.changes import ChangeDigest
from people.roster.checking import Progress, Roster
from people.roster.writing import Part, RosterPlan, Summary

#: Seconds for which the write lock is held, and for which it is left to others: SQLite has no queue, and waiting
#: writers poll ten times a second.
HELD, LEFT = 0.25, 0.11
#: Parts staged in one transaction.
STAGED_AT_ONCE = 5
#: After so long without a heartbeat, the importing process counts as dead. A heartbeat in the future does not count.
ALIVE = timedelta(seconds=30)
#: Lock key for one import at a time: two that write the same shops in different order would deadlock.
ONE_AT_A_TIME = 0x5EED_0001


class RosterChanged(Refused):
    """Error: an import would by now do something else than was looked at."""

    def __init__(self) -> None:
        super().__init__("检查以后名单又有了变化，什么都没有导入。请看过新的检查结果，再确认。")


class Stores(Protocol):
    """Database of an import: the services, or a database alone."""

    def transaction(self) -> AbstractContextManager[Session]: ...

    def reading(self) -> AbstractContextManager[Session]: ...


def import_roster(
    stores: Stores,
    roster: Roster,
    *,
    clock: Callable[[], datetime],
    on_commit: Callable[[Session], int] | None = None,
    progress: Progress | None = None,
    longest: float = HELD,
    expected: str = "",
) -> Summary:
    """Import a roster; earlier committed imports are finished first.

    Where a digest of the changes is `expected` (`ChangeList`), raises `RosterChanged` if they are others by now, and
    imports nothing.

    `on_commit` is called in the transaction that commits the import, and gives the task that is done with it.
    `progress(done, total)` counts shops. No transaction is longer than `longest` seconds and one part.
    """
    while True:
        finish_committed(stores, clock=clock)
        number, summary, seen = _stage(stores, roster, clock, expected)
        with stores.transaction() as session:
            if _commit(session, number, seen, now=clock()):
                if on_commit is not None:
                    _set_task(session, number, on_commit(session))
                break
    most = 0

    def count(left: int) -> None:
        nonlocal most
        most = max(most, left)
        if progress is not None:
            progress(roster.count - left * roster.count // most, roster.count)

    finish_committed(stores, clock=clock, left=count, longest=longest)
    if progress is not None and on_commit is None:
        progress(roster.count, roster.count)
    return summary


def finish_committed(
    stores: Stores,
    *,
    clock: Callable[[], datetime],
    left: Callable[[int], None] | None = None,
    when_idle: timedelta | None = None,
    longest: float = HELD,
) -> None:
    """Finish writing all committed imports.

    With `when_idle` only imports without a heartbeat for so long, for a live process needs no help.
    """
    with stores.reading() as session:
        waits = _is_waiting(session, clock(), when_idle)
    while waits:
        with stores.transaction() as session:
            parts = _write_some(session, _time_of(longest), now=clock())
            is_rushed = has_one_writer(session)
        waits = parts > 0
        if waits and left is not None:
            left(parts)
        if waits and is_rushed:
            time.sleep(LEFT)


def delete_abandoned(stores: Stores, *, now: datetime) -> None:
    """Delete rows that dead processes staged and never committed."""
    gone = RosterImport.decided_at.is_(None) & (RosterImport.touched_at < now - 10 * ALIVE)
    with stores.reading() as session:
        is_any = session.scalar(select(RosterImport.id).where(gone).limit(1)) is not None
    if is_any:
        with stores.transaction() as session:
            session.execute(delete(RosterPart).where(RosterPart.import_id.in_(select(RosterImport.id).where(gone))))
            session.execute(delete(RosterImport).where(gone))


def _stage(
    stores: Stores, roster: Roster, clock: Callable[[], datetime], expected: str
) -> tuple[int, Summary, set[Any]]:
    """Stage the roster's changes, not yet visible; gives the import's number, its summary, and the imports committed
    before it was compared. Raises `RosterChanged`, with nothing staged."""
    with stores.transaction() as session:
        number = session.execute(
            insert(RosterImport).values(touched_at=clock()).returning(RosterImport.id)
        ).scalar_one()
    waiting: list[Part] = []
    place = 0

    def keep() -> None:
        nonlocal place
        values = [{"import_id": number, "number": place + at, "holds": holds} for at, holds in enumerate(waiting)]
        with stores.transaction() as session:
            session.execute(insert(RosterPart), values)
            session.execute(update(RosterImport).where(RosterImport.id == number).values(touched_at=clock()))
        place += len(waiting)
        waiting.clear()

    changes = ChangeDigest()
    with stores.reading() as look:
        seen = _committed(look)
        plan = RosterPlan(look, roster, watch=changes.add if expected else None)
        for part in plan.parts():
            waiting.append(part)
            if len(waiting) == STAGED_AT_ONCE:
                keep()
    if waiting:
        keep()
    summary = plan.summary()
    if expected and expected != digest_of(summary, changes):
        _discard(stores, number)
        raise RosterChanged()
    said = f"新增 {summary.new} 家，更新 {summary.changed} 家，不变 {summary.unchanged} 家。"
    result = {**asdict(summary), "said": said}
    with stores.transaction() as session:
        session.execute(update(RosterImport).where(RosterImport.id == number).values(result=result))
    return number, summary, seen


def digest_of(summary: Summary, changes: ChangeDigest) -> str:
    """What identifies all that an import would do: its changes, and the areas and managers it would make."""
    made = (*summary.new_areas, *summary.new_classes, *summary.new_managers, *summary.renamed_managers, *summary.twins)
    return hashlib.sha256(f"{changes.digest}{made!r}".encode()).hexdigest()


def _discard(stores: Stores, number: int) -> None:
    with stores.transaction() as session:
        session.execute(delete(RosterPart).where(RosterPart.import_id == number))
        session.execute(delete(RosterImport).where(RosterImport.id == number))


def _commit(session: Session, number: int, seen: set[Any], *, now: datetime) -> bool:
    """Commit the import. False where another was committed since its rows were compared: compare them again."""
    one_at_a_time(session, ONE_AT_A_TIME)
    mine = RosterImport.id == number
    if _committed(session) == seen and all(is_done for _, is_done in seen):
        writing.ensure_classes(session)
        return bool(changed(session, update(RosterImport).where(mine).values(decided_at=now, touched_at=now)))
    session.execute(delete(RosterPart).where(RosterPart.import_id == number))
    session.execute(delete(RosterImport).where(mine))
    return False


def _committed(session: Session) -> set[Any]:
    found = session.execute(
        select(RosterImport.id, RosterImport.done_at.is_not(None)).where(RosterImport.decided_at.is_not(None))
    )
    return {tuple(row) for row in found}


def _set_task(session: Session, number: int, task_id: int) -> None:
    session.execute(update(RosterImport).where(RosterImport.id == number).values(task_id=task_id))


def _is_waiting(session: Session, now: datetime, when_idle: timedelta | None) -> bool:
    touched = session.scalar(select(func.max(RosterImport.touched_at)).where(_is_committed()))
    return touched is not None and (when_idle is None or not now - when_idle < touched <= now)


def _write_some(session: Session, has_time: Callable[[], bool], *, now: datetime) -> int:
    """Write parts of committed imports while there is time, at least one; gives the number left."""
    one_at_a_time(session, ONE_AT_A_TIME)
    found = session.scalars(select(RosterImport).where(_is_committed())).first()
    if found is None or found.decided_at is None:
        return 0
    parts = select(RosterPart).where(RosterPart.import_id == found.id).order_by(RosterPart.number)
    while part := session.scalars(parts.limit(1)).first():
        writing.write(session, part.holds, now=found.decided_at)
        session.delete(part)
        session.flush()
        if not has_time():
            break
    found.touched_at = now
    left = session.scalar(select(func.count()).select_from(RosterPart).where(RosterPart.import_id == found.id)) or 0
    if not left:
        if found.task_id is not None:
            result = {**(found.result or {}), "at": found.decided_at.isoformat()}
            tasks.complete(session, found.task_id, result, now=now)
        # An import that compared its rows before this one was finished detects it by this.
        found.done_at, found.result = now, None
        session.execute(delete(RosterImport).where(RosterImport.done_at.is_not(None), RosterImport.id < found.id))
    session.flush()
    return left


def _is_committed() -> Any:
    return RosterImport.decided_at.is_not(None) & RosterImport.done_at.is_(None)


def _time_of(seconds: float) -> Callable[[], bool]:
    until = time.monotonic() + seconds
    return lambda: time.monotonic() < until
