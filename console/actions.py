"""Verbs of the console: make users, let them in, turn them out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from console import audit, passwords, rules, second, tasks
from console.models import KnownBrowser, RecoveryCode, SignInTries, UsedStep, User, UserSession
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


@dataclass(frozen=True, slots=True)
class Tried:
    """A try at the second step: the secret to compare with, what it was counted under, how long to wait before it."""

    kept: str | None
    subjects: Mapping[str, int]
    waits: timedelta


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
                    said = f"试了 {row.count} 次，要等 {math.ceil(left.total_seconds())} 秒"
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
    is_whole: bool,
    now: datetime,
) -> None:
    """Begin a session for somebody whose password was right; their tries are forgiven. The browser is known from now on
    where that is all that is asked for.

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
    if is_whole:
        _know(session, user_id, browser, now)


def take_second(
    session: Session, user_id: int, session_id: int, *, step: int | None, code_hash: str, browser: str, now: datetime
) -> bool:
    """Take the second step with a code of this step, or a recovery code, either once; False for one that is none.

    Only now the browser is known: whoever has no more than the password shall not be let through next time.
    """
    if step is not None:
        taken = upsert(session, UsedStep).values(user_id=user_id, step=step).on_conflict_do_nothing()
    else:
        own = RecoveryCode.user_id == user_id, RecoveryCode.code_hash == code_hash, RecoveryCode.used_at.is_(None)
        taken = update(RecoveryCode).where(*own).values(used_at=now)
    if not changed(session, taken):
        return False
    session.execute(update(UserSession).where(UserSession.id == session_id).values(second_at=now))
    _know(session, user_id, browser, now)
    return True


def try_second(session: Session, user_id: int, browser: str, *, who: str, address: str, now: datetime) -> Tried:
    """Count a try to take the second step, and find the secret to compare with."""
    kept = session.scalar(select(User.second_secret).where(User.id == user_id))
    subjects = _second_subjects(session, user_id, address, browser, now)
    return Tried(kept, subjects, count_try(session, subjects, "second", who=who, address=address, now=now))


def begin_second(session: Session, user_id: int, sealed: str) -> None:
    """Keep the secret that is being set up. Raises `Refused` where one is in use."""
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
    """Ask a user for the second step from now on, with the secret that was `shown`, `sealed` to be kept; other sessions
    end. Raises `Refused` where another is set up."""
    theirs = update(User).where(User.id == user_id, User.second_at.is_(None), User.second_secret == shown)
    if not changed(session, theirs.values(second_at=now, second_secret=sealed)):
        raise Refused("刚刚在别处设置过了，请重新打开这一页。")
    session.execute(insert(RecoveryCode), [{"code_hash": each, "user_id": user_id} for each in code_hashes])
    session.execute(update(UserSession).where(UserSession.id == keep_session).values(second_at=now))
    _end_all(session, user_id, now, but=keep_session)


def drop_second(session: Session, user_id: int) -> None:
    """Ask a user for no second step any more."""
    session.execute(update(User).where(User.id == user_id).values(second_secret=None, second_at=None))
    for table in (RecoveryCode, UsedStep):
        session.execute(delete(table).where(table.user_id == user_id))


def reset_second(session: Session, user_id: int, *, now: datetime) -> str:
    """Take the second step away from a user, and end their sessions; gives the name. No browser is known any more."""
    user = _locked(session, user_id)
    drop_second(session, user_id)
    session.execute(delete(KnownBrowser).where(KnownBrowser.user_id == user_id))
    _end_all(session, user_id, now)
    return user.name


def _know(session: Session, user_id: int, browser: str, now: datetime) -> None:
    known = upsert(session, KnownBrowser).values(token_hash=passwords.token_hash(browser), user_id=user_id, seen_at=now)
    session.execute(known.on_conflict_do_update(index_elements=["token_hash", "user_id"], set_={"seen_at": now}))


def _known(session: Session, browser: str, whose: ColumnElement[bool], now: datetime) -> str:
    """What tries in this browser are counted under, where this user signed in there before; else nothing."""
    mark = passwords.token_hash(browser)
    known = select(KnownBrowser.id).join(User, User.id == KnownBrowser.user_id).where(whose)
    since = KnownBrowser.seen_at > now - rules.BROWSER_KNOWN
    is_known = browser and session.scalar(known.where(KnownBrowser.token_hash == mark, since)) is not None
    return mark[:40] if is_known else ""


def _second_subjects(session: Session, user_id: int, address: str, browser: str, now: datetime) -> dict[str, int]:
    """What a try at the second step is counted under: six digits are few, whoever comes from wherever."""
    if mark := _known(session, browser, User.id == user_id, now):
        return {f"second:{user_id}:{mark}": rules.TRIES_OF_PAIR}
    where = rules.network(address)
    return {f"second:{user_id}:{where}": rules.TRIES_OF_PAIR, f"second:{user_id}": rules.TRIES_OF_NAME}


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
    if mark := _known(session, browser, User.name == name, now):
        return {f"browser:{mark}:{name}": rules.TRIES_OF_PAIR}
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
        raise Refused("密码刚刚被改过，请重新登录。")
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
    a_day_ago = int((now - timedelta(days=1)).timestamp()) // second.SECONDS
    session.execute(delete(UsedStep).where(UsedStep.step < a_day_ago))
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
        raise Refused("这是最后一位管理员，不能停用或改成别的角色。")


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
