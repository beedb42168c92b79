"""Console queries: session of a cookie, users, open sessions, audit log, tasks, and what needs a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, false, func, literal_column, or_, select
from sqlalchemy.orm import Session

from console import passwords
from console.audit import TERMINAL
from console.models import AuditEntry, RecoveryCode, Task, TaskState, User, UserSession
from console.permissions import TASKS_ALL
from console.rules.sessions import ABSOLUTE, IDLE, SEEN_EVERY, has_expired
from console.rules.visitors import Role, Visitor
from foundation import paging
from foundation.database import count_to
from foundation.paging import FIRST, Cursor, Order, Page
from wechat_bot import beats
from wechat_bot.mass import receipts
from wechat_bot.models import BEAT_LOST, Delivery, DeliveryState, Follower

#: The front page's figures are exact up to here and "at least" beyond, so that it stays fast on large tables.
FIGURED = 10_000
#: How far back failed and unsure messages count on the front page; the lists show all.
RECENT = timedelta(days=7)
#: Literals and not parameters, so that PostgreSQL uses the partial indexes.
_PENDING = literal_column(f"'{DeliveryState.PENDING}'", String)
_UNSURE = literal_column(f"'{DeliveryState.UNSURE}'", String)
_FAILED = literal_column(f"'{DeliveryState.FAILED}'", String)
#: The index's condition: SQLite uses a partial index only where its condition appears literally in the statement.
_IS_TROUBLE = Delivery.state.in_([_UNSURE, _FAILED])


@dataclass(frozen=True, slots=True)
class Entrance:
    """Valid session of a cookie: its visitor, and whether its last use should be saved again."""

    visitor: Visitor
    is_due: bool


@dataclass(frozen=True, slots=True)
class SessionLine:
    """Open session of a user."""

    id: int
    created_at: datetime
    seen_at: datetime
    address: str
    agent: str


#: Entries without a user: of commands, and of who was not signed in.
COMMAND, NOBODY = "command", "nobody"


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Filter of the audit log. What was only looked at is left out unless it, or its kind, is asked for."""

    user_id: int | None = None
    #: `COMMAND` or `NOBODY`, where no user is meant.
    who: str = ""
    did: str = ""
    since: datetime | None = None
    until: datetime | None = None
    with_views: bool = False


@dataclass(frozen=True, slots=True)
class OwnedTask:
    """Task, with the name of the user who asked for it."""

    task: Task
    owner: str


_BY_LOGIN: Order[User] = Order((User.login,), lambda user: (user.login,))
_NEWEST_ENTRY: Order[AuditEntry] = Order((AuditEntry.id,), lambda entry: (entry.id,), is_down=True)
_NEWEST_TASK: Order[OwnedTask] = Order((Task.id,), lambda owned: (owned.task.id,), is_down=True)


@dataclass(frozen=True, slots=True)
class Outbox:
    """Figures of the outbox that need a person, and the number of followers; each counted up to
    `most` + 1."""

    unsure: int
    failed: int
    waiting: int
    following: int
    gone: int
    #: A figure above this is "at least".
    most: int = FIGURED


def entrance(session: Session, token: str, key: str, *, now: datetime) -> Entrance | None:
    """The session of a cookie's token; None where there is none, or it has expired or was ended."""
    row = session.execute(
        select(UserSession.id, UserSession.created_at, UserSession.seen_at, UserSession.second_at, User)
        .join(User, User.id == UserSession.user_id)
        .where(
            UserSession.token_hash == passwords.token_hash(token),
            UserSession.ended_at.is_(None),
            User.disabled_at.is_(None),
        )
    ).first()
    if row is None or has_expired(row.created_at, row.seen_at, now):
        return None
    visitor = _visitor(row.User, row.id, passwords.form_token(token, key), row.second_at is not None)
    return Entrance(visitor, now - row.seen_at >= SEEN_EVERY)


def visitor(session: Session, user_id: int) -> Visitor | None:
    """The visitor for a user who may still sign in, for work done on their behalf; else None."""
    user = session.scalar(select(User).where(User.id == user_id, User.disabled_at.is_(None)))
    return _visitor(user) if user else None


def sessions(session: Session, user_id: int, *, now: datetime) -> list[SessionLine]:
    """The open sessions of a user, the most recently used first."""
    rows = session.execute(
        select(UserSession.id, UserSession.created_at, UserSession.seen_at, UserSession.address, UserSession.agent)
        .where(
            UserSession.user_id == user_id,
            UserSession.ended_at.is_(None),
            UserSession.seen_at > now - IDLE,
            UserSession.created_at > now - ABSOLUTE,
        )
        .order_by(UserSession.seen_at.desc())
    )
    return [SessionLine(*row) for row in rows]


def recovery_codes(session: Session, user_id: int) -> int:
    """The number of recovery codes a user has left."""
    own = RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    return count_to(session, select(RecoveryCode.code_hash).where(*own), FIGURED)


def users(session: Session, *, search: str = "", cursor: Cursor = FIRST, limit: int) -> Page[User]:
    """A select of the users by login, filtered by a part of the login, the name or the phone."""
    statement = select(User)
    if search:
        columns = (User.login, User.name, User.phone)
        statement = statement.where(or_(*(each.icontains(search, autoescape=True) for each in columns)))
    return paging.page(session, statement, _BY_LOGIN, cursor, limit=limit)


def called(session: Session) -> list[tuple[int, str]]:
    """All users, by name, with the login where it is another."""
    rows = session.execute(select(User.id, User.name, User.login).order_by(User.name, User.login))
    return [(key, name if name == login else f"{name}（{login}）") for key, name, login in rows]


def user(session: Session, user_id: int) -> User | None:
    """One user; None where there is none."""
    return session.get(User, user_id)


def audit(session: Session, wanted: LogFilter, *, cursor: Cursor = FIRST, limit: int) -> Page[AuditEntry]:
    """A select of the audit log, newest first."""
    statement = select(AuditEntry)
    if wanted.user_id is not None:
        statement = statement.where(AuditEntry.user_id == wanted.user_id)
    elif wanted.who:
        by_command = AuditEntry.who == TERMINAL
        is_theirs = by_command if wanted.who == COMMAND else ~by_command
        statement = statement.where(AuditEntry.user_id.is_(None), is_theirs)
    if wanted.did:
        statement = statement.where(AuditEntry.did == wanted.did)
    elif not wanted.with_views:
        statement = statement.where(AuditEntry.is_view == false())
    if wanted.since and wanted.until:
        during = AuditEntry.at >= wanted.since, AuditEntry.at < wanted.until
        # The ids of the day are found by the index over its moments; the page is then found by the ids, as always.
        first, last = session.execute(select(func.min(AuditEntry.id), func.max(AuditEntry.id)).where(*during)).one()
        if first is None:
            return Page(())
        statement = statement.where(*during, AuditEntry.id.between(first, last))
    return paging.page(session, statement, _NEWEST_ENTRY, cursor, limit=limit)


def tasks(session: Session, visitor: Visitor, *, cursor: Cursor = FIRST, limit: int) -> Page[OwnedTask]:
    """A select of the visitor's tasks, or of everybody's for those who may see them, newest first."""
    statement = select(Task, User.name).join(User, User.id == Task.owner_id)
    if not visitor.may(TASKS_ALL):
        statement = statement.where(Task.owner_id == visitor.user_id)
    return paging.page(session, statement, _NEWEST_TASK, cursor, limit=limit, read=OwnedTask)


def task(session: Session, visitor: Visitor, task_id: int) -> Task | None:
    """A task this visitor may see; None where it does not exist or belongs to somebody else."""
    found = session.get(Task, task_id)
    if found is None or (found.owner_id != visitor.user_id and not visitor.may(TASKS_ALL)):
        return None
    return found


def outbox(session: Session, *, now: datetime) -> Outbox:
    """The numbers of unsure (mass messages among them), recently failed and waiting messages, and of followers."""

    def count(*conditions: ColumnElement[bool]) -> int:
        return count_to(session, select(Delivery.id).where(*conditions), FIGURED)

    def followers(*conditions: ColumnElement[bool]) -> int:
        return count_to(session, select(Follower.openid).where(*conditions), FIGURED)

    return Outbox(
        count(_IS_TROUBLE, Delivery.state == _UNSURE) + receipts.count_unsure(session),
        count(_IS_TROUBLE, Delivery.state == _FAILED, Delivery.settled_at > now - RECENT),
        count(Delivery.state == _PENDING),
        followers(Follower.unfollowed_at.is_(None), Follower.followed_at.is_not(None)),
        followers(Follower.unfollowed_at.is_not(None)),
    )


def undelivered(session: Session, *, failed_since: datetime) -> tuple[int, int]:
    """The numbers of unsure messages, mass messages among them, and of those that failed since a moment."""
    failed = select(Delivery.id).where(_IS_TROUBLE, Delivery.state == _FAILED, Delivery.settled_at > failed_since)
    unsure = select(Delivery.id).where(_IS_TROUBLE, Delivery.state == _UNSURE)
    return count_to(session, unsure, FIGURED) + receipts.count_unsure(session), count_to(session, failed, FIGURED)


def is_worker_alive(session: Session, *, now: datetime) -> bool:
    """Whether a worker sent a heartbeat recently."""
    beat = beats.last(session, now=now)
    return beat is not None and now - beat < BEAT_LOST


def failed_tasks(session: Session, user_id: int, *, since: datetime) -> int:
    """The number of a user's tasks that failed since a moment. Tasks are kept for some days only, so there are few."""
    return count_to(
        session,
        select(Task.id).where(Task.owner_id == user_id, Task.state == TaskState.FAILED, Task.settled_at > since),
        FIGURED,
    )


def _visitor(user: User, session_id: int = 0, form_token: str = "", passed_second: bool = False) -> Visitor:
    return Visitor(
        user.id,
        user.name,
        Role(user.role),
        user.area_id,
        user.manager_id,
        user.must_change_password,
        user.second_at is not None,
        passed_second,
        session_id,
        form_token,
        user.login,
        user.phone,
    )
