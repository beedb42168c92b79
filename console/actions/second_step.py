"""Second step of the sign-in: verify, set up, remove."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from console import second
from console.actions import accounts, browsers, sessions, tries
from console.models import RecoveryCode, UsedStep, User, UserSession
from console.rules.tries import TRIES_OF_NAME, TRIES_OF_PAIR, TryCount, network
from foundation.database import changed, upsert
from foundation.errors import Refused


@dataclass(frozen=True, slots=True)
class Tried:
    """Counted try at the second step: the secret to compare with, the keys it was counted under, the time to wait."""

    kept: str | None
    counts: Sequence[TryCount]
    waits: timedelta


def try_second(session: Session, user_id: int, browser: str, *, who: str, address: str, now: datetime) -> Tried:
    """Count a try at the second step, and find the secret to compare with."""
    kept = session.scalar(select(User.second_secret).where(User.id == user_id))
    counts = _counts(session, user_id, address, browser, now)
    return Tried(kept, counts, tries.count_try(session, counts, "second", who=who, address=address, now=now))


def take_second(
    session: Session, user_id: int, session_id: int, *, step: int | None, code_hash: str, browser: str, now: datetime
) -> bool:
    """Accept a code of this time step, or a recovery code, each only once; False where it was used or is none.

    Only now is the browser saved as known, so that somebody with only the password does not gain by it.
    """
    if step is not None:
        taken = upsert(session, UsedStep).values(user_id=user_id, step=step).on_conflict_do_nothing()
    else:
        own = RecoveryCode.user_id == user_id, RecoveryCode.code_hash == code_hash, RecoveryCode.used_at.is_(None)
        taken = update(RecoveryCode).where(*own).values(used_at=now)
    if not changed(session, taken):
        return False
    session.execute(update(UserSession).where(UserSession.id == session_id).values(second_at=now))
    browsers.know(session, user_id, browser, now)
    return True


def begin_second(session: Session, user_id: int, sealed: str) -> None:
    """Save the secret being set up. Raises `Refused` where a second step is already in use."""
    own = update(User).where(User.id == user_id, User.second_at.is_(None)).values(second_secret=sealed)
    if not changed(session, own):
        raise Refused("第二步验证已经开启了。")


def give_second(
    session: Session,
    user_id: int,
    shown: str,
    sealed: str,
    code_hashes: Sequence[str],
    *,
    keep_session: int = 0,
    now: datetime,
) -> None:
    """Turn on the second step with the secret that was `shown` (`sealed` for storage), and end the user's other
    sessions. Raises `Refused` where another secret was set up meanwhile."""
    theirs = update(User).where(User.id == user_id, User.second_at.is_(None), User.second_secret == shown)
    if not changed(session, theirs.values(second_at=now, second_secret=sealed)):
        raise Refused("刚刚在别处设置过了，请重新打开这一页。")
    session.execute(insert(RecoveryCode), [{"code_hash": each, "user_id": user_id} for each in code_hashes])
    session.execute(update(UserSession).where(UserSession.id == keep_session).values(second_at=now))
    sessions.end_all(session, user_id, now, but=keep_session)


def drop_second(session: Session, user_id: int) -> None:
    """Turn off the second step of a user."""
    session.execute(update(User).where(User.id == user_id).values(second_secret=None, second_at=None))
    for table in (RecoveryCode, UsedStep):
        session.execute(delete(table).where(table.user_id == user_id))


def reset_second(session: Session, user_id: int, *, now: datetime) -> str:
    """Remove a user's second step, known browsers and sessions; gives the name."""
    user = accounts.locked(session, user_id)
    drop_second(session, user_id)
    browsers.forget_all(session, user_id)
    sessions.end_all(session, user_id, now)
    return user.name


def forget_old(session: Session, *, now: datetime) -> None:
    """Delete used time steps whose codes have expired anyway."""
    a_day_ago = int((now - timedelta(days=1)).timestamp()) // second.SECONDS
    session.execute(delete(UsedStep).where(UsedStep.step < a_day_ago))


def _counts(session: Session, user_id: int, address: str, browser: str, now: datetime) -> list[TryCount]:
    """The keys under which a try at the second step is counted, also over all addresses: six digits are few."""
    if mark := browsers.known(session, browser, User.id == user_id, now):
        return [TryCount(f"second:{user_id}:{mark}", TRIES_OF_PAIR)]
    return [
        TryCount(f"second:{user_id}:{network(address)}", TRIES_OF_PAIR),
        TryCount(f"second:{user_id}", TRIES_OF_NAME, is_shared=True),
    ]
