"""Console tables: users, sessions, sign-in tries, second step, audit log, chosen columns, codes to share, long tasks.

`area_id` and `manager_id` name rows of a floor above (people), so they are numbers here and no foreign keys.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base
from foundation.dialects import only


class User(Base):
    """User of the console, with a role and, where the role needs one, a part of the shops."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Name to sign in with.
    login: Mapped[str] = mapped_column(String(40), unique=True)
    #: Name that others see, never empty: a person's own; the login where nobody gave one. That of a customer manager's
    #: account, and its phone, are those in the roster.
    name: Mapped[str] = mapped_column(String(40))
    #: In its stored form, digits only; empty where nobody gave it.
    phone: Mapped[str] = mapped_column(String(20), default="", server_default="")
    #: Address for notices, since when they have shown that it is theirs, and the hash of the code that is to show it.
    email: Mapped[str | None] = mapped_column(String(120))
    email_at: Mapped[datetime | None]
    email_code: Mapped[str | None] = mapped_column(String(64))
    wants_mail: Mapped[bool] = mapped_column(default=False, server_default=false())
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(16))
    #: Area whose shops the user sees, with those of the areas below it.
    area_id: Mapped[int | None]
    #: The customer manager that the user is.
    manager_id: Mapped[int | None]
    must_change_password: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    signed_in_at: Mapped[datetime | None]
    #: Encrypted secret of the second step, and since when it is required; until then it is being set up.
    second_secret: Mapped[str | None] = mapped_column(String(200))
    second_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]


class UserSession(Base):
    """Session of a signed-in browser. The cookie holds the token, the row only its hash."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(200))
    #: When the second step was taken; before that, a session of a user who has one opens no other page.
    second_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class SignInTries(Base):
    """Sign-in try counter of a name, an address or a browser; `rules/tries.py` decides how long they wait."""

    __tablename__ = "sign_in_tries"

    subject: Mapped[str] = mapped_column(String(120), primary_key=True)
    #: The last try that was compared.
    since_at: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]
    #: Tries since then that were blocked.
    refused: Mapped[int] = mapped_column(default=0, server_default="0")


class KnownBrowser(Base):
    """Known browser, in which a user signed in before: strangers' tries elsewhere do not block it."""

    __tablename__ = "known_browser"
    __table_args__ = (UniqueConstraint("token_hash", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    seen_at: Mapped[datetime] = mapped_column(index=True)


class RecoveryCode(Base):
    """Recovery code: replaces a code of the second step, once."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    used_at: Mapped[datetime | None]


class UsedStep(Base):
    """Used time step of the second step: its code is accepted only once, even if a clock changes."""

    __tablename__ = "used_step"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    step: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class MailState(StrEnum):
    """State of an e-mail. `unsure`: the server may or may not have it; it is not sent again. `withdrawn`: whoever
    queued it stopped it in time, and may let it go after all."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNSURE = "unsure"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class Mail(Base):
    """E-mail to a user, queued in the transaction that wants it sent (`mailing.py`)."""

    __tablename__ = "mail"
    __table_args__ = (
        Index("ix_mail_due", "due_at", "id", **only("state = 'pending'")),
        Index("ix_mail_sending", "lease_until", **only("state = 'sending'")),
        Index("ix_mail_settled_at", "settled_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Idempotency key: queued twice, a mail is sent once.
    key: Mapped[str] = mapped_column(String(100), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    #: An address that is still to be shown to be theirs; None for the one they have shown.
    to: Mapped[str | None] = mapped_column(String(120))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    due_at: Mapped[datetime]
    #: From then on it is not sent any more; None for one that does not grow stale.
    not_after: Mapped[datetime | None]
    attempts: Mapped[int]
    fence: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class AuditEntry(Base):
    """Audit log entry: who did or saw what, when and from where. Changed only where a person is erased, and
    while what is searched for is still being typed."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_user_id", "user_id", "id"),
        Index("ix_audit_entry_did", "did", "id"),
        Index("ix_audit_entry_is_view", "is_view", "id"),
        Index("ix_audit_entry_at", "at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    who: Mapped[str] = mapped_column(String(40))
    did: Mapped[str] = mapped_column(String(40))
    #: Link of the subject, such as `survey:12`.
    about: Mapped[str] = mapped_column(String(120))
    detail: Mapped[str] = mapped_column(String(300))
    #: Whether the detail holds a searched text, in quotation marks.
    is_search: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Whether something was only looked at, which the page leaves out unless it is asked for.
    is_view: Mapped[bool] = mapped_column(default=False, server_default=false())
    address: Mapped[str] = mapped_column(String(64))


class ChosenColumns(Base):
    """Chosen columns of a list of a user; without a row the list shows its default columns."""

    __tablename__ = "chosen_columns"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    list_name: Mapped[str] = mapped_column(String(60), primary_key=True)
    columns: Mapped[list[Any]]


class SavedFilter(Base):
    """Filter of a list that a user saved under a name: the address parameters it stands for."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("user_id", "list_name", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    list_name: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(20))
    given: Mapped[dict[str, Any]]


class ShareCode(Base):
    """QR code of what a link leads to, made by WeChat: whoever scans it follows the account, and the link opens.

    Stored for each account (by app id), because another account cannot use it.
    """

    __tablename__ = "share_code"

    #: Such as `survey:3`.
    link: Mapped[str] = mapped_column(String(60), primary_key=True)
    app_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: Content of the QR code.
    url: Mapped[str] = mapped_column(String(300))
    made_at: Mapped[datetime]
    #: Null for a permanent one, of which an account has 100,000.
    expires_at: Mapped[datetime | None]


class TaskState(StrEnum):
    """State of a long task."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Task(Base):
    """Long task (an import, an export): requested on a page, done by a worker, watched by the user."""

    __tablename__ = "task"
    __table_args__ = (
        Index(
            "ix_task_open",
            "id",
            **only("state in ('waiting', 'running')"),
        ),
        Index("ix_task_owner_id", "owner_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Idempotency key: a second request with the same key makes no second task.
    key: Mapped[str | None] = mapped_column(String(100), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(120))
    params: Mapped[dict[str, Any]]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    #: Endpoint of the page that shows it, where the feature has its own.
    page: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(16), default=TaskState.WAITING)
    #: Current stage, in a word; `total` is 0 where it is unknown.
    stage: Mapped[str] = mapped_column(String(40), default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None]
    #: Name of the file in the folder of files, and the name it is offered under.
    file: Mapped[str | None] = mapped_column(String(80))
    file_name: Mapped[str | None] = mapped_column(String(200))
    #: Permissions and parts of the shops that a user needs to get the file; parts are named as by the feature of the
    #: shops, and None means that only users who see all shops may have it.
    needs: Mapped[list[Any] | None]
    part: Mapped[list[Any] | None]
    error: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    #: Fencing token, new with every claim: a late worker with an old one is ignored.
    fence: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    settled_at: Mapped[datetime | None]

    @property
    def is_settled(self) -> bool:
        return self.state in (TaskState.DONE, TaskState.FAILED)
