"""Verbs of the console: make users, let them in, turn them out."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, delete, select, update
from sqlalchemy.orm import Session

from console import audit, passwords, rules, tasks
from console.models import SignInTries, User, UserSession
from console.rules import Role
from foundation.database import changed, upsert
from foundation.errors import Refused
from wechat_bot.feature import Forgetting

WRONG = "用户名或密码不对。"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whoever says they are this user: what to compare the password with."""

    user_id: int | None
    password_hash: str | None


def try_sign_in(session: Session, name: str, address: str, *, now: datetime) -> Candidate:
    """Count a try before the password is looked at, so that many at once get no more of them than one by one.

    Raises `Refused` where the name or the address has had its tries; that is counted by the rows that stand already.
    """
    span = rules.TRIES_WITHIN
    for subject, limit in ((f"name:{name}"[:120], rules.TRIES_OF_NAME), (f"address:{address}", rules.TRIES_OF_ADDRESS)):
        is_over = SignInTries.since_at <= now - span
        statement = upsert(session, SignInTries).values(subject=subject, since_at=now, count=1)
        statement = statement.on_conflict_do_update(
            index_elements=["subject"],
            set_={
                "count": case((is_over, 1), else_=SignInTries.count + 1),
                "since_at": case((is_over, now), else_=SignInTries.since_at),
            },
        ).returning(SignInTries.count, SignInTries.since_at)
        count, since = session.execute(statement).one()
        if count > limit:
            minutes = max(int((since + span - now).total_seconds() + 59) // 60, 1)
            raise Refused(f"试的次数太多了,请过 {minutes} 分钟再试。忘了密码请找管理员重置。")
    found = session.execute(
        select(User.id, User.password_hash).where(User.name == name, User.disabled_at.is_(None))
    ).first()
    return Candidate(*found) if found else Candidate(None, None)


def sign_in(
    session: Session, user_id: int, password: str, token: str, *, address: str, agent: str, now: datetime
) -> None:
    """Begin a session for somebody whose password was right; their tries are forgiven.

    Raises `Refused` where they were disabled meanwhile.
    """
    user = session.scalar(select(User).where(User.id == user_id, User.disabled_at.is_(None)))
    if user is None:
        raise Refused(WRONG)
    user.signed_in_at = now
    if passwords.is_outdated(user.password_hash):
        user.password_hash = passwords.hashed(password)
    session.add(
        UserSession(
            token_hash=passwords.token_hash(token),
            user_id=user_id,
            created_at=now,
            seen_at=now,
            address=address[:64],
            agent=agent[:200],
        )
    )
    session.execute(delete(SignInTries).where(SignInTries.subject == f"name:{user.name}"))
    session.execute(
        update(SignInTries)
        .where(SignInTries.subject == f"address:{address}", SignInTries.count > 0)
        .values(count=SignInTries.count - 1)
    )


def seen(session: Session, session_id: int, *, now: datetime) -> None:
    """Note that a session is in use."""
    session.execute(update(UserSession).where(UserSession.id == session_id).values(seen_at=now))


def end_session(session: Session, user_id: int, session_id: int, *, now: datetime) -> None:
    """End one of a user's sessions. Raises `Refused` where they have no such session."""
    ended = changed(
        session,
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.user_id == user_id, UserSession.ended_at.is_(None))
        .values(ended_at=now),
    )
    if not ended:
        raise Refused("这次登录已经结束了。")


def change_password(session: Session, user_id: int, old: str, new: str, *, keep_session: int, now: datetime) -> None:
    """Give a user a new password, and end their other sessions. Raises `Refused` for a wrong old or a weak new one."""
    user = session.get_one(User, user_id, with_for_update=True)
    if not passwords.fits(user.password_hash, old):
        raise Refused("现在的密码不对。")
    rules.check_password(new, user.name)
    if new == old:
        raise Refused("新密码和现在的一样,请换一个。")
    user.password_hash, user.must_change_password = passwords.hashed(new), False
    _end_all(session, user_id, now, but=keep_session)


def create_user(
    session: Session, name: str, role: Role, *, area_id: int | None = None, manager_id: int | None = None, now: datetime
) -> tuple[int, str]:
    """Make a user; gives the id and a password for the first sign-in. Raises `Refused` for a name that is taken."""
    kept = rules.user_name(name)
    rules.check_part(role, area_id, manager_id)
    password = passwords.first_password()
    statement = upsert(session, User).values(
        name=kept,
        password_hash=passwords.hashed(password),
        role=role,
        area_id=area_id,
        manager_id=manager_id,
        must_change_password=True,
        created_at=now,
    )
    user_id = session.scalar(statement.on_conflict_do_nothing(index_elements=["name"]).returning(User.id))
    if user_id is None:
        raise Refused(f"已经有叫“{kept}”的账号了。")
    return user_id, password


def change_user(
    session: Session, user_id: int, role: Role, *, area_id: int | None, manager_id: int | None, now: datetime
) -> str:
    """Give a user another role or part of the shops; gives the name. The last admin stays one."""
    rules.check_part(role, area_id, manager_id)
    user = _locked(session, user_id)
    if user.role == Role.ADMIN and role is not Role.ADMIN:
        _keep_an_admin(session, user_id)
    user.role, user.area_id, user.manager_id = role, area_id, manager_id
    return user.name


def reset_password(session: Session, user_id: int, *, now: datetime) -> tuple[str, str]:
    """Give a user a new first password and end their sessions; gives the name and the password."""
    user = _locked(session, user_id)
    password = passwords.first_password()
    user.password_hash, user.must_change_password = passwords.hashed(password), True
    session.execute(delete(SignInTries).where(SignInTries.subject == f"name:{user.name}"))
    _end_all(session, user_id, now)
    return user.name, password


def disable(session: Session, user_id: int, *, now: datetime) -> str:
    """Let a user in no more, and end their sessions; gives the name. The last admin stays."""
    user = _locked(session, user_id)
    if user.role == Role.ADMIN:
        _keep_an_admin(session, user_id)
    user.disabled_at = user.disabled_at or now
    _end_all(session, user_id, now)
    return user.name


def enable(session: Session, user_id: int) -> str:
    """Let a user in again; gives the name."""
    user = _locked(session, user_id)
    user.disabled_at = None
    return user.name


def forget_old(session: Session, *, now: datetime) -> None:
    """Drop sessions and tries that nothing asks for any more."""
    session.execute(delete(UserSession).where(UserSession.seen_at < now - rules.ABSOLUTE * 10))
    session.execute(delete(SignInTries).where(SignInTries.since_at < now - rules.TRIES_WITHIN))


def _locked(session: Session, user_id: int) -> User:
    user = session.scalar(select(User).where(User.id == user_id).with_for_update())
    if user is None:
        raise Refused("没有这个账号。")
    return user


def _keep_an_admin(session: Session, but: int) -> None:
    # Locked, so that two admins who disable one another at once do not both succeed.
    admins = session.scalars(
        select(User.id).where(User.role == Role.ADMIN, User.disabled_at.is_(None)).order_by(User.id).with_for_update()
    ).all()
    if not [each for each in admins if each != but]:
        raise Refused("这是最后一位管理员,不能停用或改成别的角色。")


def _end_all(session: Session, user_id: int, now: datetime, *, but: int = 0) -> None:
    session.execute(
        update(UserSession)
        .where(UserSession.user_id == user_id, UserSession.id != but, UserSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def forget(session: Session, whom: Forgetting) -> None:
    """Take somebody who is erased out of the audit log and out of finished work."""
    if not whom.kinds:
        audit.forget(session, whom)
        tasks.forget(session, whom)
