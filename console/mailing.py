"""E-mails to users: queued in the transaction that wants them sent, claimed by one worker, sent once.

SMTP has no key by which a server knows a repetition: a mail whose sender died in the call is unsure, and never sent
again unasked.
"""

from datetime import datetime, timedelta
from secrets import token_hex

import structlog
from sqlalchemy import Select, String, cast, delete, func, literal, or_, select, update
from sqlalchemy.orm import Session

from console.models import Mail, MailState, User
from foundation.database import Moment, changed, upsert
from foundation.mail import MailError
from wechat_bot.services import Services

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)
#: Waits before the tries after the first; a mail that the last one did not bring out has failed.
TRIES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
#: Finished mails are kept so long.
KEPT = timedelta(days=30)
TOO_LATE, WITHDRAWN = "过了时间，没有再发", "取消了，没有再试"


def wants_mail() -> Select[int]:
    """Return a select of the users that have an e-mail address they have confirmed, and want notices there."""
    return select(User.id).where(User.email_at.is_not(None), User.wants_mail, User.disabled_at.is_(None))


def queue(
    session: Session,
    users: Select[int],
    subject: str,
    text: str,
    *,
    key: str,
    not_after: datetime | None = None,
    now: datetime,
) -> int:
    """Queue a mail to each of these users that wants mails, once for each `key`; gives to how many."""
    chosen = select(
        literal(f"{key}:") + cast(User.id, String),
        User.id,
        literal(subject[:200]),
        literal(text),
        literal(MailState.PENDING.value),
        literal(now, Moment()),
        literal(not_after, Moment()),
        literal(now, Moment()),
        literal(0),
    ).where(User.id.in_(users), User.id.in_(wants_mail()))
    columns = ["key", "user_id", "subject", "text", "state", "due_at", "not_after", "created_at", "attempts"]
    return changed(session, upsert(session, Mail).from_select(columns, chosen).on_conflict_do_nothing())


def withdraw(session: Session, keys: Select[str], *, now: datetime) -> None:
    """Withdraw the mails with these keys that were not sent. One in the call goes out, and is not tried again."""
    mine = update(Mail).where(Mail.key.in_(keys)).execution_options(synchronize_session=False)
    session.execute(mine.where(Mail.state == MailState.SENDING).values(not_after=now))
    gone = mine.where(Mail.state == MailState.PENDING)
    session.execute(gone.values(state=MailState.WITHDRAWN, settled_at=now, error=WITHDRAWN))


def let_go(session: Session, keys: Select[str], *, not_after: datetime | None, now: datetime) -> None:
    """Let mails with these keys go after all that were withdrawn."""
    mine = update(Mail).where(Mail.key.in_(keys), Mail.state == MailState.WITHDRAWN)
    freed = mine.values(state=MailState.PENDING, due_at=now, not_after=not_after, settled_at=None, error=None)
    session.execute(freed.execution_options(synchronize_session=False))


def in_call(session: Session, keys: Select[str]) -> int:
    """Return how many mails with these keys are in the call: they can no longer be stopped."""
    found = select(func.count()).select_from(Mail).where(Mail.key.in_(keys), Mail.state == MailState.SENDING)
    return session.scalar(found) or 0


def ask_whose(session: Session, user_id: int, address: str, code: str, *, now: datetime) -> None:
    """Queue the mail whose code shows that an address is this user's."""
    text = f"您的验证码是 {code}。请在“邮件通知”页里填上。不是您本人操作的，不用理会这封邮件。"
    session.add(
        Mail(
            key=f"email:{user_id}:{token_hex(8)}",
            user_id=user_id,
            to=address,
            subject="验证邮箱",
            text=text,
            state=MailState.PENDING,
            due_at=now,
            attempts=0,
            created_at=now,
        )
    )


def send(services: Services) -> None:
    """Send the mails that are due, one after the other; without an SMTP server they wait for as long as they may."""
    if services.mailer is None:
        with services.transaction() as session:
            _give_up(session, services.clock())
        return
    while _send_one(services):
        pass


def _send_one(services: Services) -> bool:
    now, fence = services.clock(), token_hex(16)
    with services.transaction() as session:
        _give_up(session, now)
        # What is due later than any try was put off by a clock that was wrong.
        is_due = or_(Mail.due_at <= now, Mail.due_at > now + TRIES[-1] + LEASE)
        due = select(Mail.id).where(Mail.state == MailState.PENDING, is_due).order_by(Mail.due_at, Mail.id)
        mail_id = session.scalar(due.limit(1).with_for_update(skip_locked=True))
        if mail_id is None:
            return False
        mail = session.get_one(Mail, mail_id)
        mail.state, mail.fence, mail.lease_until, mail.attempts = (
            MailState.SENDING,
            fence,
            now + LEASE,
            mail.attempts + 1,
        )
        confirmed = select(User.email).where(User.id == mail.user_id, User.id.in_(wants_mail()))
        to = mail.to or session.scalar(confirmed)
        subject, text = mail.subject, mail.text
    error = None
    if to is None:
        error = MailError("这位同事不再收邮件", is_final=True)
    else:
        try:
            if services.mailer is not None:
                services.mailer.send(to, subject, text)
        except MailError as failed:
            error = failed
    with services.transaction() as session:
        _note(session, mail_id, fence, error, services.clock())
    return True


def _note(session: Session, mail_id: int, fence: str, error: MailError | None, now: datetime) -> None:
    mail = session.scalar(select(Mail).where(Mail.id == mail_id, Mail.fence == fence).with_for_update())
    if mail is None or mail.state != MailState.SENDING:
        return
    mail.error, mail.lease_until = (str(error)[:200] if error else None), None
    if error is None:
        mail.state, mail.settled_at = MailState.SENT, now
    elif error.is_unsure:
        mail.state, mail.settled_at = MailState.UNSURE, now
    elif error.is_final or mail.attempts > len(TRIES):
        mail.state, mail.settled_at = MailState.FAILED, now
        log.warning("a mail was not taken", mail=mail.id, error=mail.error)
    elif mail.not_after is not None and mail.not_after <= now:
        mail.state, mail.settled_at, mail.error = MailState.WITHDRAWN, now, WITHDRAWN
    else:
        mail.state, mail.due_at = MailState.PENDING, now + TRIES[mail.attempts - 1]
    if mail.to and mail.settled_at is not None:
        # The code that shows whose an address is: nobody reads it in our tables afterwards.
        mail.text = ""


def _give_up(session: Session, now: datetime) -> None:
    """Call unsure what was in the call when its process ended, and give up what waited for too long."""
    is_lapsed = or_(Mail.lease_until < now, Mail.lease_until > now + 2 * LEASE)
    lapsed = update(Mail).where(Mail.state == MailState.SENDING, is_lapsed)
    session.execute(lapsed.values(state=MailState.UNSURE, settled_at=now, error="发送它的进程中断了"))
    stale = update(Mail).where(Mail.state == MailState.PENDING, Mail.not_after < now)
    session.execute(stale.values(state=MailState.FAILED, settled_at=now, error=TOO_LATE))


def sweep(session: Session, *, now: datetime) -> None:
    """Delete mails that were finished long ago."""
    old = select(Mail.id).where(Mail.settled_at < now - KEPT).limit(1_000)
    session.execute(delete(Mail).where(Mail.id.in_(old)))


def trouble(session: Session, *, since: datetime) -> int:
    """Return how many mails since a moment failed, or may or may not have gone out."""
    bad = or_(Mail.state == MailState.FAILED, Mail.state == MailState.UNSURE)
    return session.scalar(select(func.count()).select_from(Mail).where(Mail.settled_at >= since, bad)) or 0
