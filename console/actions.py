"""Verbs of the console: make users, let them in, turn them out."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from console import audit, passwords, rules, tasks
from console.models import KnownBrowser, SignInTries, User, UserSession
from console.rules import Role
from foundation.database import changed, upsert
from foundation.errors import Refused
from wechat_bot.feature import Forgetting

WRONG = "用户名或密码不对。"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Whoever says they are this user: what to compare the password with, or how long to wait before that."""

    user_id: int | None
    password_hash: str | None
    waits: timedelta = timedelta(0)


def count_try(
    session: Session, subjects: Mapping[str, int], did: str, *, who: str, address: str, now: datetime
) -> timedelta:
    """Count a try before anything is compared, so that many at once get no more of them than one by one.

    `subjects` says how many tries of each are free. Where one of them must wait, this gives how long, and no try is
    counted: who keeps knocking does not wait longer. The first of those who wait is written down, the others counted.
    """
    keys = {subject[:120]: free for subject, free in subjects.items()}
    for key in sorted(keys):
        made = upsert(session, SignInTries).values(subject=key, since_at=now, count=0, refused=0)
        session.execute(made.on_conflict_do_nothing(index_elements=["subject"]))
    # Locked in one order, so that two who share a name and an address do not wait for one another.
    rows = session.scalars(
        select(SignInTries).where(SignInTries.subject.in_(keys)).order_by(SignInTries.subject).with_for_update()
    ).all()
    left = max(rules.left_to_wait(row.count, keys[row.subject], row.since_at, now) for row in rows)
    for row in rows:
        if left:
            if rules.left_to_wait(row.count, keys[row.subject], row.since_at, now):
                if not row.refused:
                    said = f"试了 {row.count} 次,要等 {math.ceil(left.total_seconds())} 秒"
                    audit.note(session, None, f"{did}.wait", detail=said, address=address, now=now, who=who)
                row.refused += 1
            row.since_at = min(row.since_at, now)
            continue
        is_forgotten = now - row.since_at >= rules.TRIES_FORGOTTEN
        row.count = 1 if is_forgotten else row.count + 1
        row.since_at, row.refused = now, 0
    return left


def try_sign_in(session: Session, name: str, address: str, browser: str, *, now: datetime) -> Candidate:
    """Count a try to sign in, and find what to compare. The same is done for a name nobody has."""
    found = session.execute(
        select(User.id, User.password_hash).where(User.name == name, User.disabled_at.is_(None))
    ).first()
    left = count_try(
        session, _subjects(session, name, address, browser, now), "sign_in", who=name, address=address, now=now
    )
    return Candidate(found.id, found.password_hash, left) if found else Candidate(None, None, left)


def sign_in(
    session: Session,
    user_id: int,
    token: str,
    *,
    browser: str,
    rehashed: str | None,
    address: str,
    agent: str,
    now: datetime,
) -> None:
    """Begin a session for somebody whose password was right; their tries are forgiven, the browser is known.

    Raises `Refused` where they were disabled meanwhile.
    """
    user = session.scalar(select(User).where(User.id == user_id, User.disabled_at.is_(None)))
    if user is None:
        raise Refused(WRONG)
    user.signed_in_at = now
    user.password_hash = rehashed or user.password_hash
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
    forgive(session, _subjects(session, user.name, address, browser, now))
    known = upsert(session, KnownBrowser).values(token_hash=passwords.token_hash(browser), user_id=user_id, seen_at=now)
    session.execute(known.on_conflict_do_update(index_elements=["token_hash", "user_id"], set_={"seen_at": now}))


def forgive(session: Session, subjects: Mapping[str, int]) -> None:
    """Take back the try that was right: what strangers tried under the same name or address stays counted."""
    for subject, free in subjects.items():
        own = SignInTries.subject == subject[:120]
        if free == rules.TRIES_OF_PAIR:
            session.execute(delete(SignInTries).where(own))
        else:
            session.execute(update(SignInTries).where(own, SignInTries.count > 0).values(count=SignInTries.count - 1))


def _subjects(session: Session, name: str, address: str, browser: str, now: datetime) -> dict[str, int]:
    """What a try to sign in is counted under, and how many of each are free."""
    mark = passwords.token_hash(browser)
    known = (
        select(KnownBrowser.id)
        .join(User, User.id == KnownBrowser.user_id)
        .where(KnownBrowser.token_hash == mark, User.name == name, KnownBrowser.seen_at > now - rules.BROWSER_KNOWN)
    )
    if browser and session.scalar(known) is not None:
        return {f"browser:{mark[:40]}:{name}": rules.TRIES_OF_PAIR}
    where = rules.network(address)
    return {
        f"pair:{where}:{name}": rules.TRIES_OF_PAIR,
        f"name:{name}": rules.TRIES_OF_NAME,
        f"address:{where}": rules.TRIES_OF_ADDRESS,
    }


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


def try_password(session: Session, user_id: int, *, who: str, address: str, now: datetime) -> Candidate:
    """Count a try to say one's password once more, and find what to compare."""
    kept = session.scalar(select(User.password_hash).where(User.id == user_id))
    subjects = {f"password:{user_id}": rules.TRIES_OF_PAIR}
    return Candidate(user_id, kept, count_try(session, subjects, "password", who=who, address=address, now=now))


def change_password(
    session: Session, user_id: int, old_hash: str, new_hash: str, *, keep_session: int, browser: str, now: datetime
) -> None:
    """Give a user a new password in place of the one that was compared; their other sessions end, and no other browser
    is known any more. Raises `Refused` where it is another one by now."""
    done = changed(
        session,
        update(User)
        .where(User.id == user_id, User.password_hash == old_hash)
        .values(password_hash=new_hash, must_change_password=False),
    )
    if not done:
        raise Refused("密码刚刚被改过,请重新登录。")
    forgive(session, {f"password:{user_id}": rules.TRIES_OF_PAIR})
    mark = passwords.token_hash(browser)
    session.execute(delete(KnownBrowser).where(KnownBrowser.user_id == user_id, KnownBrowser.token_hash != mark))
    _end_all(session, user_id, now, but=keep_session)


def create_user(
    session: Session,
    name: str,
    role: Role,
    password_hash: str,
    *,
    area_id: int | None = None,
    manager_id: int | None = None,
    now: datetime,
) -> int:
    """Make a user with a password for the first sign-in; gives the id. Raises `Refused` for a name that is taken."""
    kept = rules.user_name(name)
    rules.check_part(role, area_id, manager_id)
    statement = upsert(session, User).values(
        name=kept,
        password_hash=password_hash,
        role=role,
        area_id=area_id,
        manager_id=manager_id,
        must_change_password=True,
        created_at=now,
    )
    user_id = session.scalar(statement.on_conflict_do_nothing(index_elements=["name"]).returning(User.id))
    if user_id is None:
        raise Refused(f"已经有叫“{kept}”的账号了。")
    return int(user_id)


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


def reset_password(session: Session, user_id: int, password_hash: str, *, now: datetime) -> str:
    """Give a user a new first password and end their sessions; gives the name. No browser is known any more."""
    user = _locked(session, user_id)
    user.password_hash, user.must_change_password = password_hash, True
    tried = SignInTries.subject
    theirs = and_(tried.startswith("pair:"), tried.endswith(f":{user.name}", autoescape=True))
    session.execute(delete(SignInTries).where(or_(tried == f"name:{user.name}", theirs)))
    session.execute(delete(KnownBrowser).where(KnownBrowser.user_id == user_id))
    _end_all(session, user_id, now)
    return user.name


def disable(session: Session, user_id: int, *, now: datetime) -> str:
    """Let a user in no more, and end their sessions; gives the name. The last admin stays."""
    user = _locked(session, user_id)
    if user.role == Role.ADMIN:
        _keep_an_admin(session, user_id)
    user.disabled_at = user.disabled_at or now
    session.execute(delete(KnownBrowser).where(KnownBrowser.user_id == user_id))
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
    session.execute(delete(SignInTries).where(SignInTries.since_at < now - rules.TRIES_FORGOTTEN))
    session.execute(delete(KnownBrowser).where(KnownBrowser.seen_at < now - rules.BROWSER_KNOWN))


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
