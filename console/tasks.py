"""Long task queue: tasks are requested in a page's transaction, claimed by one worker, and report their progress.

A live worker renews its claim. The claim of a dead one expires within a minute: the task is then run again where its
kind allows that, and otherwise fails with a sentence.
"""

import json
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, delete, literal_column, or_, select, update
from sqlalchemy.orm import Session

from console.models import Task, TaskState
from console.rules.visitors import Permission
from foundation.database import changed, upsert
from foundation.errors import Refused
from wechat_bot.erasure import Forgetting
from wechat_bot.storage import is_old

#: How long a claim holds without renewal, and how often it is renewed. While a long import is SQLite's single writer,
#: it cannot be renewed, but no other worker can claim either.
LEASE = timedelta(seconds=40)
RENEWED_EVERY = timedelta(seconds=10)
ATTEMPTS = 3
#: A claim that ends later than this was made before the clock was set back.
FURTHEST = 2 * LEASE
#: How long results and files are kept: they are for current work, and hold personal data.
KEPT = timedelta(days=7)
#: Tasks of one user that may wait or run at the same time.
MOST_OPEN = 5
#: A literal condition without parameters, identical to that of `ix_task_open`, or no database would use the index.
WAITING, RUNNING = (literal_column(f"'{state}'", String) for state in (TaskState.WAITING, TaskState.RUNNING))
IS_OPEN = Task.state.in_((WAITING, RUNNING))
#: Pattern of the names that `new_file` gives.
_OURS = re.compile(r"[0-9a-f]{32}\b")
GONE = "有人要求删除个人信息，这以前做好的文件都删掉了。需要的话，请再做一次。"
INTERRUPTED = "处理中断了多次，没有完成。请重试；如果还是不行，请联系管理员。"
DIED = "处理这份文件的程序中断了，什么都没有改动，也不会自动再试。请检查文件，再上传一次；还是不行，请联系管理员。"
#: Prefix of the folder in which a worker writes its file.
_WORK = "work-"


class Lost(Exception):
    """Error: the claim expired and another worker has the task; this transaction must be rolled back."""


@dataclass(frozen=True, slots=True)
class TaskFile:
    """Result file: its own name, the name it is offered under, and who may have it (`visitors.may_have`)."""

    stored: str
    name: str
    needs: Collection[Permission]
    part: Collection[str] | None


@dataclass(frozen=True, slots=True)
class TaskClaim:
    """Claimed task of a worker."""

    id: int
    kind: str
    owner_id: int
    params: dict[str, Any]
    fence: str


def asked_since(session: Session, kind: str, task: Task, *, but: str) -> str | None:
    """The title of the last task of a kind requested after another task, or settled after it or not yet, not counting
    the task with one key; None where there is none, or that key was requested already.

    The kind is read from the key: an import that is decided gets another kind (`turn`). What failed changed nothing.
    """
    if session.scalar(select(Task.id).where(Task.key == but)) is not None:
        return None
    is_later = or_(Task.id > task.id, Task.settled_at.is_(None), Task.settled_at > task.settled_at)
    those = Task.key.startswith(f"{kind}:", autoescape=True), Task.state != TaskState.FAILED, is_later
    return session.scalar(select(Task.title).where(*those).order_by(Task.id.desc()).limit(1))


def ask(
    session: Session,
    kind: str,
    title: str,
    params: dict[str, Any],
    *,
    owner_id: int,
    now: datetime,
    page: str = "",
    key: str = "",
) -> int:
    """Queue a long task; gives its id, or the earlier task's id where this key was queued already.

    Raises `Refused` where too many tasks of the same user are waiting or running.
    """
    if key:
        earlier = session.scalar(select(Task.id).where(Task.key == key))
        if earlier is not None:
            return earlier
    if is_full(session, owner_id):
        raise Refused(f"您已有 {MOST_OPEN} 项任务在处理，请等其中一项完成。")
    # Two at the same time with one key: the second inserts nothing and gets the first one's id.
    statement = upsert(session, Task).values(
        key=key or None,
        kind=kind,
        title=title[:120],
        params=params,
        owner_id=owner_id,
        page=page or None,
        state=TaskState.WAITING,
        stage="",
        done=0,
        total=0,
        attempts=0,
        created_at=now,
    )
    statement = statement.on_conflict_do_update(index_elements=["key"], set_={"kind": Task.kind})
    task_id: int = session.execute(statement.returning(Task.id)).scalar_one()
    return task_id


def is_full(session: Session, owner_id: int) -> bool:
    """Whether so many tasks of a user are waiting or running that no other may be asked for."""
    running = session.scalars(select(Task.id).where(Task.owner_id == owner_id, IS_OPEN).limit(MOST_OPEN)).all()
    return len(running) >= MOST_OPEN


def claim(session: Session, kinds: Collection[str], *, now: datetime) -> TaskClaim | None:
    """Claim the oldest task of these kinds that waits or whose worker died; the row count tells who won."""
    is_free = _is_free(now)
    found = session.execute(
        select(Task.id, Task.kind, Task.owner_id, Task.params, Task.attempts)
        .where(Task.kind.in_(kinds), is_free)
        .order_by(Task.id)
        .limit(1)
    ).first()
    if found is None:
        return None
    fence = secrets.token_hex(8)
    won = changed(
        session,
        update(Task)
        .where(Task.id == found.id, is_free)
        .values(
            state=TaskState.RUNNING,
            fence=fence,
            lease_until=now + LEASE,
            attempts=Task.attempts + 1,
            done=0,
            total=0,
        ),
    )
    if not won:
        return None
    return TaskClaim(found.id, found.kind, found.owner_id, found.params, fence)


def is_any_free(session: Session, kinds: Collection[str], *, now: datetime) -> bool:
    """Whether a task of these kinds waits or was left by a dead worker."""
    return session.scalar(select(Task.id).where(Task.kind.in_(kinds), _is_free(now)).limit(1)) is not None


def give_up_lapsed(session: Session, once: Collection[str], *, now: datetime) -> None:
    """Fail tasks left by dead workers: of the kinds that are run only `once`, and others after too many attempts."""
    died = Task.kind.in_(once)
    session.execute(
        update(Task)
        .where(IS_OPEN, Task.state == RUNNING, _has_lapsed(now), or_(died, Task.attempts >= ATTEMPTS))
        .values(
            state=TaskState.FAILED, error=case((died, DIED), else_=INTERRUPTED), settled_at=now, fence=None, file=None
        )
    )


def is_interrupted(task: Task, *, now: datetime) -> bool:
    """Whether a task was left by a dead worker and not claimed again yet."""
    return task.state == TaskState.RUNNING and task.lease_until is not None and task.lease_until <= now


def renew(session: Session, claim: TaskClaim, *, now: datetime) -> None:
    """Renew a claim. Raises `Lost`."""
    _mine(session, claim, lease_until=now + LEASE)


def progress(session: Session, claim: TaskClaim, stage: str, done: int, total: int, *, now: datetime) -> None:
    """Save the progress; `total` is 0 where unknown. Raises `Lost`."""
    _mine(session, claim, stage=stage[:40], done=done, total=total, lease_until=now + LEASE)


def finish(
    session: Session,
    claim: TaskClaim,
    *,
    now: datetime,
    result: dict[str, Any] | None = None,
    file: TaskFile | None = None,
) -> None:
    """Mark a task as done, in the transaction of its own work where there is one. Raises `Lost`."""
    _mine(
        session,
        claim,
        state=TaskState.DONE,
        result=result,
        settled_at=now,
        fence=None,
        **_of(file),
    )


def fail(
    session: Session,
    claim: TaskClaim,
    error: str,
    *,
    now: datetime,
    result: dict[str, Any] | None = None,
    file: TaskFile | None = None,
) -> None:
    """Mark a task as failed, with a sentence. Raises `Lost`."""
    _mine(session, claim, state=TaskState.FAILED, error=error, result=result, settled_at=now, fence=None, **_of(file))


def _of(file: TaskFile | None) -> dict[str, Any]:
    """The columns of a task that name its file."""
    return {
        "file": file and file.stored,
        "file_name": file and file.name,
        "needs": file and sorted(each.name for each in file.needs),
        "part": file and file.part and sorted(file.part),
    }


def turn(session: Session, claim: TaskClaim, kind: str) -> int:
    """Turn a task into one of another kind, which no worker claims and any process may complete. Gives its id.

    Raises `Lost`.
    """
    _mine(session, claim, kind=kind)
    return claim.id


def complete(session: Session, task_id: int, result: dict[str, Any], *, now: datetime) -> None:
    """Mark a task as done, whoever had claimed it."""
    session.execute(
        update(Task)
        .where(Task.id == task_id)
        .values(state=TaskState.DONE, result=result, error=None, settled_at=now, fence=None)
    )


def forget_old(session: Session, folder: Path, *, now: datetime) -> list[Path]:
    """Delete expired tasks; gives their files, to be removed after the commit."""
    old = Task.created_at < now - KEPT
    files: list[str] = []
    for row in session.execute(select(Task.file, Task.params, Task.result).where(old)):
        files += files_of(*row)
    session.execute(delete(Task).where(old))
    return [folder / name for name in files]


def forget(session: Session, whom: Forgetting) -> None:
    """Remove the files and results of finished tasks, which may hold data of a person who is erased.

    Running tasks may have read their data already, and are started again.
    """
    if not (whom.words or whom.links or whom.shop_id):
        return
    session.execute(
        update(Task).where(IS_OPEN, Task.state == RUNNING).values(state=TaskState.WAITING, fence=None, lease_until=None)
    )
    for task in session.scalars(select(Task).where(IS_OPEN)) if whom.names else ():
        # The parameters hold searched texts, which are removed.
        asked = json.dumps(task.params, ensure_ascii=False)
        for name in whom.names:
            task.title, asked = task.title.replace(name, "…"), asked.replace(name, "…")
        task.params = json.loads(asked)
    held = select(Task).where(Task.state.in_((TaskState.DONE, TaskState.FAILED)), Task.created_at <= whom.now)
    for task in session.scalars(held.order_by(Task.id).with_for_update()):
        files = files_of(task.file, task.params, task.result)
        whom.files += files
        for name in whom.names:
            task.title = task.title.replace(name, "…")
        if files:
            # Tasks with a page of their own show results there; these are removed.
            done = TaskState.FAILED if task.page else TaskState(task.state)
            task.state, task.error, task.file_name = done, GONE if task.page else task.error, None
            task.result = {"said": GONE}
        task.params, task.file = {}, None


def swept(session: Session, folder: Path) -> list[Path]:
    """Old files that belong to no task, left by workers that were killed or lost their claim."""
    known: set[str] = set()
    for row in session.execute(select(Task.file, Task.params, Task.result)):
        known.update(files_of(*row))
    return [path for path in folder.glob("*") if _OURS.match(path.name) and path.name not in known and is_old(path)]


def files_of(file: str | None, params: dict[str, Any], result: dict[str, Any] | None) -> list[str]:
    """All files of a task: the one it offers, the one it was given, and the one its page reads."""
    named = (file, params.get("file"), (result or {}).get("kept"))
    return [name for name in named if isinstance(name, str)]


def new_file(folder: Path, suffix: str) -> Path:
    """A new path for a file, with a random name."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{secrets.token_hex(16)}{suffix}"


def work_folder(folder: Path, claim: TaskClaim) -> Path:
    """The folder in which a worker writes an unfinished file."""
    return folder / f"{_WORK}{claim.fence}"


def deserted(session: Session, folder: Path) -> list[Path]:
    """The working folders of dead workers."""
    # List the folders first: a folder is made only after its claim was committed.
    found = list(folder.glob(f"{_WORK}*"))
    held = set(session.scalars(select(Task.fence).where(IS_OPEN, Task.state == RUNNING)))
    return [path for path in found if path.name.removeprefix(_WORK) not in held]


def _is_free(now: datetime) -> ColumnElement[bool]:
    return and_(IS_OPEN, or_(Task.state == WAITING, _has_lapsed(now)))


def _has_lapsed(now: datetime) -> ColumnElement[bool]:
    return or_(Task.lease_until <= now, Task.lease_until > now + FURTHEST)


def _mine(session: Session, claim: TaskClaim, **values: Any) -> None:
    if not changed(session, update(Task).where(Task.id == claim.id, Task.fence == claim.fence).values(**values)):
        raise Lost(f"task {claim.id}")
