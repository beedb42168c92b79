"""Questions about the console: who holds this cookie, which sessions are open, what was done, what needs a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from console import passwords, rules
from console.models import AuditEntry, Task, User, UserSession
from console.rules import Permission, Role, Visitor
from wechat_bot.models import Delivery, DeliveryState, Follower

PAGE = 50


@dataclass(frozen=True, slots=True)
class Entrance:
    """A valid session: whose it is, and whether being seen should be written down again."""

    visitor: Visitor
    is_due: bool


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One of somebody's open sessions."""

    id: int
    created_at: datetime
    seen_at: datetime
    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class Outbox:
    """What of the messages needs a person, and how many followers the account has."""

    unsure: int
    failed: int
    waiting: int
    following: int
    gone: int


def entrance(session: Session, token: str, key: str, *, now: datetime) -> Entrance | None:
    """Whose session a cookie's token is; None where it is nobody's, over, or ended."""
    row = session.execute(
        select(UserSession.id, UserSession.created_at, UserSession.seen_at, User)
        .join(User, User.id == UserSession.user_id)
        .where(
            UserSession.token_hash == passwords.token_hash(token),
            UserSession.ended_at.is_(None),
            User.disabled_at.is_(None),
        )
    ).first()
    if row is None or rules.has_expired(row.created_at, row.seen_at, now):
        return None
    visitor = _visitor(row.User, row.id, passwords.form_token(token, key))
    return Entrance(visitor, now - row.seen_at >= rules.SEEN_EVERY)


def visitor(session: Session, user_id: int) -> Visitor | None:
    """A user who may still sign in, for work done on their behalf."""
    user = session.scalar(select(User).where(User.id == user_id, User.disabled_at.is_(None)))
    return _visitor(user) if user else None


def sessions(session: Session, user_id: int, *, now: datetime) -> list[SessionLine]:
    """A user's open sessions, the one used last first."""
    rows = session.execute(
        select(UserSession.id, UserSession.created_at, UserSession.seen_at, UserSession.address, UserSession.agent)
        .where(
            UserSession.user_id == user_id,
            UserSession.ended_at.is_(None),
            UserSession.seen_at > now - rules.IDLE,
            UserSession.created_at > now - rules.ABSOLUTE,
        )
        .order_by(UserSession.seen_at.desc())
    )
    return [SessionLine(*row) for row in rows]


def users(session: Session) -> Sequence[User]:
    """Every user by name."""
    return session.scalars(select(User).order_by(User.disabled_at.is_not(None), User.name)).all()


def audit(session: Session, *, who: str = "", did: str = "", before: int | None = None) -> list[AuditEntry]:
    """A page of the audit log, the newest first, and one more where there is more."""
    statement = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(PAGE + 1)
    if who:
        statement = statement.where(AuditEntry.who == who)
    if did:
        statement = statement.where(AuditEntry.did == did)
    if before is not None:
        statement = statement.where(AuditEntry.id < before)
    return list(session.scalars(statement))


def tasks(session: Session, visitor: Visitor, *, limit: int = 30) -> Sequence[tuple[Task, str]]:
    """The latest tasks of a visitor, or of everybody for whoever may see them, with the owners' names."""
    statement = select(Task, User.name).join(User, User.id == Task.owner_id).order_by(Task.id.desc()).limit(limit)
    if not visitor.may(Permission.TASKS_ALL):
        statement = statement.where(Task.owner_id == visitor.user_id)
    return [(row[0], row[1]) for row in session.execute(statement)]


def task(session: Session, visitor: Visitor, task_id: int) -> Task | None:
    """A task this visitor may see; None for one that is not there, or somebody else's."""
    found = session.get(Task, task_id)
    if found is None or (found.owner_id != visitor.user_id and not visitor.may(Permission.TASKS_ALL)):
        return None
    return found


def outbox(session: Session) -> Outbox:
    """Messages nobody can be sure of, those that failed, those that wait; and the followers."""
    watched = (DeliveryState.UNSURE, DeliveryState.FAILED, DeliveryState.PENDING)
    rows = session.execute(
        select(Delivery.state, func.count()).where(Delivery.state.in_(watched)).group_by(Delivery.state)
    ).all()
    counts = {row[0]: row[1] for row in rows}
    following, gone = session.execute(
        select(
            func.count().filter(Follower.unfollowed_at.is_(None), Follower.followed_at.is_not(None)),
            func.count().filter(Follower.unfollowed_at.is_not(None)),
        ).select_from(Follower)
    ).one()
    unsure, failed, pending = (counts.get(state, 0) for state in watched)
    return Outbox(unsure, failed, pending, following, gone)


def _visitor(user: User, session_id: int = 0, form_token: str = "") -> Visitor:
    return Visitor(
        user.id,
        user.name,
        Role(user.role),
        user.area_id,
        user.manager_id,
        user.must_change_password,
        session_id,
        form_token,
    )
