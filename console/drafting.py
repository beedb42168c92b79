"""Drafts of authored work: begun, kept over another, taken back, deleted, frozen into versions, ended; each once for
surveys, quizzes and courses."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from console import stamps
from console.authored import LONGEST_NAME, Authored, AuthoredState, Undoable, Work
from foundation import digest_cache
from foundation.database import SYNCHRONISED, changed
from foundation.errors import Refused


class AuthoredDefinition(Protocol):
    """Definition of a work, as far as every kind has it."""

    @property
    def title(self) -> str: ...
    @property
    def opens_at(self) -> datetime | None: ...
    @property
    def closes_at(self) -> datetime | None: ...
    @property
    def audience(self) -> Mapping[str, Any] | None: ...


Written = TypeVar("Written", bound=AuthoredDefinition)


@dataclass(frozen=True, slots=True)
class Works(Generic[Work, Written]):
    """Works of one sort: their table, that of their versions with its column of the work, what people call one, and how
    a definition is written in a draft."""

    table: type[Work]
    versions: Any
    work_id: Any
    noun: str
    to_json: Callable[[Written], Mapping[str, Any]]
    from_json: Callable[[Mapping[str, Any]], Written]

    def unknown(self, work_id: int) -> str:
        """The sentence for staff who named a work that does not exist."""
        return f"没有编号为 {work_id} 的{self.noun}。"


@dataclass(frozen=True, slots=True)
class Published:
    """Result of a publication: the version that holds now, and how many it newly listed."""

    number: int
    listed: int


class DraftOvertaken(stamps.Overtaken):
    """Somebody else has saved this draft since it was read; `stamp` is that of theirs."""

    def __init__(self, work: Authored) -> None:
        super().__init__({"标题": work.title}, work.drafted_by, work.drafted_at)
        self.who, self.stamp = work.drafted_by, str(work.stamp)


def known(session: Session, of: Works[Work, Any], work_id: int) -> Work:
    """Return a work. Raises Refused where there is none."""
    work = session.get(of.table, work_id)
    if work is None:
        raise Refused(of.unknown(work_id))
    return work


def locked(session: Session, of: Works[Work, Any], work_id: int) -> Work:
    """Lock and return a work. Raises Refused where there is none."""
    # NO KEY UPDATE: every answer has a foreign key to the work, and must not wait for this lock.
    work = session.scalar(select(of.table).where(of.table.id == work_id).with_for_update(key_share=True))
    if work is None:
        raise Refused(of.unknown(work_id))
    return work


def shared(session: Session, of: Works[Any, Any], work_ids: Collection[int]) -> set[int]:
    """Lock works for reading, those that nobody changes at this moment; gives which: filing jobs may share this lock, a
    recount may not."""
    free = select(of.table.id).where(of.table.id.in_(work_ids))
    return set(session.scalars(free.with_for_update(read=True, skip_locked=True)))


def begin(
    session: Session,
    of: Works[Work, Written],
    definition: Written,
    *,
    title: str = "",
    who: str,
    now: datetime,
    **own: Any,
) -> Work:
    """Save a definition as the draft of a new work; nobody can take part in it yet, and it may be unfinished. `title`
    is that of one without; `own` are the values that only its kind has."""
    values = _written(of, definition, who, now) | own
    work = of.table(title=definition.title or title, stamp=1, created_at=now, **values)
    session.add(work)
    session.flush()
    return work


def keep(
    session: Session,
    of: Works[Work, Written],
    work_id: int,
    definition: Written,
    *,
    stamp: int | None,
    title: str = "",
    who: str,
    now: datetime,
    **own: Any,
) -> Work:
    """Save a draft, complete or not, over the one whose stamp was read, which an undoable work keeps for its undo; None
    overwrites whatever is there. A work that was never published takes its title. `own` are the values that only its
    kind has.

    Raises Refused where there is no such work, DraftOvertaken where another draft was saved meanwhile: nothing is
    overwritten unseen.
    """
    mine = update(of.table).where(of.table.id == work_id).execution_options(**SYNCHRONISED)
    if stamp is not None:
        mine = mine.where(of.table.stamp == stamp)
    # The row count says whether the draft is still the one that was read.
    values = _written(of, definition, who, now) | own
    if issubclass(of.table, Undoable):
        values["before"] = of.table.draft
    kept = changed(session, mine.values(stamp=of.table.stamp + 1, **values))
    work = locked(session, of, work_id)
    if not kept:
        raise DraftOvertaken(work)
    if work.version_id is None:
        work.title = definition.title or title
        session.flush()
    return work


def before(session: Session, of: Works[Any, Written], work_id: int) -> Written:
    """Return the draft as it was before its last change. Raises Refused where nothing was changed."""
    draft: Mapping[str, Any] | None = session.scalar(select(of.table.before).where(of.table.id == work_id))
    if draft is None:
        raise Refused("没有可以撤销的修改。")
    return of.from_json(draft)


def discard(
    session: Session,
    of: Works[Work, Any],
    work_id: int,
    *,
    stamp: int,
    let_go: Callable[[], object] = lambda: None,
) -> None:
    """Delete a work that was never published; `let_go` deletes what it holds. Raises Refused where it was or does not
    exist, DraftOvertaken where `stamp` is no longer that of the draft."""
    work = locked(session, of, work_id)
    if work.version_id is not None:
        raise Refused(f"已经发布过的{of.noun}不能删除。")
    if stamp != work.stamp:
        raise DraftOvertaken(work)
    let_go()
    session.execute(delete(of.table).where(of.table.id == work_id))


def check_looked_at(work: Authored, *, stamp: int) -> None:
    """Check that a draft is the one that was looked at before it is published. Raises Refused."""
    if stamp != work.stamp:
        raise Refused(f"{work.drafted_by or '别人'}刚刚改过这份草稿。请看过新的内容，再发布。")


def newest(session: Session, of: Works[Any, Written], work_id: int) -> tuple[Any, Written | None]:
    """Return the newest version of a work, and its definition; None where there is none."""
    theirs = select(of.versions).where(of.work_id == work_id)
    last = session.scalar(theirs.order_by(of.versions.number.desc()).limit(1))
    return last, of.from_json(last.definition) if last is not None else None


def freeze(
    session: Session,
    of: Works[Work, Any],
    work: Work,
    definition: AuthoredDefinition,
    last: Any,
    content: Mapping[str, Any],
    *,
    now: datetime,
) -> Any:
    """Publish a work that is locked: freeze what is asked into the version after its `last`, and take over title and
    window; gives the version. Content that is not new makes none."""
    digest = digest_cache.digest(content)
    if last is None or last.digest != digest:
        own = {of.work_id.key: work.id, "number": last.number + 1 if last else 1, "published_at": now}
        last = of.versions(**own, definition=content, digest=digest)
        session.add(last)
        session.flush()
    work.version_id, work.title = last.id, definition.title
    work.opens_at, work.closes_at = definition.opens_at, definition.closes_at
    work.is_for_everyone = definition.audience is None
    work.published_at = work.published_at or now
    session.flush()
    return last


def close(session: Session, of: Works[Work, Any], work_id: int, *, now: datetime) -> None:
    """End a work now. Raises Refused where it is not running."""
    work = locked(session, of, work_id)
    if work.state(now) not in (AuthoredState.OPEN, AuthoredState.WAITING):
        raise Refused(f"这份{of.noun}还没有发布。" if work.version_id is None else f"这份{of.noun}已经结束了。")
    work.closes_at = now
    session.flush()


def _written(of: Works[Any, Written], definition: Written, who: str, now: datetime) -> dict[str, Any]:
    return {"draft": of.to_json(definition), "drafted_at": now, "drafted_by": who[:LONGEST_NAME]}
