"""Sign-in with a password, and change of one's own password."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from console import passwords
from console.actions import browsers, sessions, tries
from console.models import User, UserSession
from console.rules.tries import TRIES_OF_ADDRESS, TRIES_OF_NAME, TRIES_OF_PAIR, TryCount, network
from foundation.database import changed
from foundation.errors import Refused

WRONG = "用户名或密码不对。"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Sign-in candidate: the hash to compare the password with, or the time to wait first."""

    user_id: int | None
    password_hash: str | None
    waits: timedelta = timedelta(0)


def try_sign_in(session: Session, name: str, address: str, browser: str, *, now: datetime) -> Candidate:
    """Count a sign-in try, and find the hash to compare with. A name that nobody has is treated the same."""
    found = session.execute(
        select(User.id, User.password_hash).where(User.login == name, User.disabled_at.is_(None))
    ).first()
    left = tries.count_try(
        session, _counts(session, name, address, browser, now), "sign_in", who=name, address=address, now=now
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
    is_whole: bool,
    now: datetime,
) -> None:
    """Start a session after the right password, and take back the try. The browser becomes known where no second step
    is required.

    Raises `Refused` where the user was disabled meanwhile.
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
    tries.forgive(session, _counts(session, user.login, address, browser, now))
    if is_whole:
        browsers.know(session, user_id, browser, now)


def try_password(session: Session, user_id: int, *, who: str, address: str, now: datetime) -> Candidate:
    """Count a try to confirm one's own password, and find the hash to compare with."""
    kept = session.scalar(select(User.password_hash).where(User.id == user_id))
    counts = [_own(user_id)]
    return Candidate(user_id, kept, tries.count_try(session, counts, "password", who=who, address=address, now=now))


def change_password(
    session: Session, user_id: int, old_hash: str, new_hash: str, *, keep_session: int, browser: str, now: datetime
) -> None:
    """Replace the password that was compared by a new one; end the user's other sessions, and forget their other known
    browsers. Raises `Refused` where the password was changed meanwhile."""
    done = changed(
        session,
        update(User)
        .where(User.id == user_id, User.password_hash == old_hash)
        .values(password_hash=new_hash, must_change_password=False),
    )
    if not done:
        raise Refused("密码刚刚被改过，请重新登录。")
    tries.forgive(session, [_own(user_id)])
    browsers.forget_all(session, user_id, but=browser)
    sessions.end_all(session, user_id, now, but=keep_session)


def _counts(session: Session, name: str, address: str, browser: str, now: datetime) -> list[TryCount]:
    """The keys under which a sign-in try is counted."""
    if mark := browsers.known(session, browser, User.login == name, now):
        return [TryCount(f"browser:{mark}:{name}", TRIES_OF_PAIR)]
    where = network(address)
    return [
        TryCount(f"pair:{where}:{name}", TRIES_OF_PAIR),
        TryCount(f"name:{name}", TRIES_OF_NAME, is_shared=True),
        TryCount(f"address:{where}", TRIES_OF_ADDRESS, is_shared=True),
    ]


def _own(user_id: int) -> TryCount:
    """The key under which a try to confirm one's password is counted."""
    return TryCount(f"password:{user_id}", TRIES_OF_PAIR)
