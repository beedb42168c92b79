"""Authored work (surveys, quizzes, courses): its draft with a stamp, the window of its versions, its state."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Self, TypeVar

from sqlalchemy import ColumnElement, String, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from console.menu import Look, Waiting
from console.rules.visitors import Visitor
from foundation.clock import when
from foundation.database import Base, count_to
from foundation.text import whole_number
from wechat_bot.criterion import Choice
from wechat_bot.feature import Destination
from wechat_bot.services import Services

LONGEST_NAME = 40
#: Counting of drafts stops here.
COUNTED = 10_000


class AuthoredState(StrEnum):
    """State of authored work: derived from its moments, never stored."""

    DRAFT = "draft"
    WAITING = "waiting"
    OPEN = "open"
    CLOSED = "closed"

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Return the states to choose among, with their names."""
        return [(each.value, each.label) for each in cls]

    @property
    def label(self) -> str:
        return {"draft": "草稿", "waiting": "未开始", "open": "进行中", "closed": "已结束"}[self.value]

    @property
    def colour(self) -> str:
        """The colour of its chip."""
        return {"draft": "", "waiting": "warn", "open": "good", "closed": "accent"}[self.value]


class Authored(Base):
    """Authored work: a draft until it is published; open while `opens_at <= now < closes_at`."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(100))
    #: The definition being written; publishing freezes it into a version.
    draft: Mapped[dict[str, Any]]
    #: Increased whenever the draft is saved: whoever overwrites a draft says which one they read.
    stamp: Mapped[int] = mapped_column(default=0, server_default="0")
    drafted_at: Mapped[datetime | None]
    #: The author's name; empty for the command line.
    drafted_by: Mapped[str] = mapped_column(String(LONGEST_NAME), default="", server_default="")
    #: The newest frozen version; nothing is asked before there is one. No foreign key: it would be circular.
    version_id: Mapped[int | None]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    #: No audience was given: a shop bound after the publication may take part too.
    is_for_everyone: Mapped[bool] = mapped_column(default=False)
    #: How many waves of invitations were planned: the number of the last one.
    waves: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    def state(self, now: datetime) -> AuthoredState:
        if self.version_id is None:
            return AuthoredState.DRAFT
        if self.closes_at is not None and self.closes_at <= now:
            return AuthoredState.CLOSED
        return AuthoredState.WAITING if self.opens_at is not None and now < self.opens_at else AuthoredState.OPEN

    def is_open(self, now: datetime) -> bool:
        return self.state(now) is AuthoredState.OPEN

    @classmethod
    def is_in(cls, state: AuthoredState, now: datetime) -> ColumnElement[bool]:
        """Return `state` as a condition."""
        if state is AuthoredState.DRAFT:
            return cls.version_id.is_(None)
        has_ended, has_begun = cls.closes_at <= now, or_(cls.opens_at.is_(None), cls.opens_at <= now)
        if state is AuthoredState.CLOSED:
            return and_(cls.version_id.is_not(None), has_ended)
        runs = and_(cls.version_id.is_not(None), or_(cls.closes_at.is_(None), cls.closes_at > now))
        return and_(runs, has_begun) if state is AuthoredState.OPEN else and_(runs, cls.opens_at > now)


class Undoable(Authored):
    """Authored work whose last change can be taken back."""

    __abstract__ = True

    #: The draft before its last change, for its undo.
    before: Mapped[dict[str, Any] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoredDetail:
    """Work for its console pages, whatever it asks."""

    id: int
    title: str
    state: AuthoredState
    opens_at: datetime | None
    closes_at: datetime | None
    published_at: datetime | None
    #: Planned invitations.
    waves: int
    #: The draft's stamp: whoever overwrites it says which one they read.
    stamp: int
    drafted_at: datetime | None
    drafted_by: str

    @classmethod
    def of(cls, work: Authored, *, now: datetime, **own: Any) -> Self:
        """Return the detail of a work; `own` are the values that only its kind has."""
        shared = {each.name: getattr(work, each.name) for each in fields(AuthoredDetail) if each.name != "state"}
        return cls(state=work.state(now), **shared, **own)


Work = TypeVar("Work", bound=Authored)
#: Why nobody can take part in a work that is not open at some moment.
_SHUT = {
    AuthoredState.DRAFT: "还没有发布",
    AuthoredState.WAITING: "那时还没有开始",
    AuthoredState.CLOSED: "那时已经结束",
}
#: Works that are offered to lead to.
MOST_OFFERED = 20


def drafts(kind: type[Authored], *, one: Callable[[int], str], every: Callable[[], str], unit: str, icon: str) -> Look:
    """Return what looks for works that were written and never published, for the front page: `one` gives the address of
    a work, `every` that of all drafts."""

    def look(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
        unpublished = kind.version_id.is_(None)
        newest = session.scalars(select(kind).where(unpublished).order_by(kind.id.desc()).limit(1)).first()
        if newest is None:
            return []
        count = count_to(session, select(kind.id).where(unpublished), COUNTED)
        if count == 1:
            by = f"{newest.drafted_by} " if newest.drafted_by else ""
            small = f"{by}{when(newest.drafted_at or newest.created_at, now=now, zone=services.zone)} 保存"
            return [Waiting(0, f"《{newest.title}》还是草稿，没有发布", one(newest.id), small, "去发布", icon)]
        return [Waiting(count, f"份{unit}草稿还没有发布", every(), f"最新：《{newest.title}》", "看草稿", icon)]

    return look


def destinations(session: Session, kind: type[Work], link: str, noun: str, *, now: datetime) -> list[Destination]:
    """Return the works that a button can lead to, running or soon, the newest in front; `link` is the beginning of
    theirs, such as `survey:`."""
    runs = or_(kind.is_in(AuthoredState.OPEN, now), kind.is_in(AuthoredState.WAITING, now))
    rows = session.execute(select(kind.id, kind.title).where(runs).order_by(kind.id.desc()).limit(MOST_OFFERED))
    return [Destination(f"{link}{row.id}", f"{noun}《{row.title}》") for row in rows]


def choices(session: Session, kind: type[Work], *conditions: ColumnElement[bool]) -> list[Choice]:
    """Return the published works to choose among, the newest first; of several with one title each with its number."""
    published = select(kind.id, kind.title).where(kind.version_id.is_not(None), *conditions)
    rows = session.execute(published.order_by(kind.id.desc())).all()
    times = Counter(row.title for row in rows)
    return [Choice(row.id, f"{row.title}（编号 {row.id}）" if times[row.title] > 1 else row.title) for row in rows]


def shut(session: Session, kind: type[Work], reference: str, noun: str, *, at: datetime) -> str:
    """Return why nobody can take part at a moment, for staff; empty where they can, and for the link that leaves open
    which work it is."""
    work_id = whole_number(reference)
    work = session.get(kind, work_id) if work_id is not None else None
    if work is None:
        return f"没有编号为 {reference} 的{noun}" if reference else ""
    why = _SHUT.get(work.state(at))
    return f"{noun}《{work.title}》{why}" if why else ""
