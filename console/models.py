"""Nouns of the console: who may come in, who is in, what was done, and long work under way.

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
    """Somebody who may sign in, with a role and, where the role wants one, a part of the shops."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(16))
    #: Sees the shops of this area and of those below it.
    area_id: Mapped[int | None]
    #: Is this customer manager.
    manager_id: Mapped[int | None]
    must_change_password: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    signed_in_at: Mapped[datetime | None]
    #: The sealed secret of the second step, and since when it is asked for; until then it is being set up.
    second_secret: Mapped[str | None] = mapped_column(String(200))
    second_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]


class UserSession(Base):
    """A browser that is signed in. The cookie holds the token, the row only what it hashes to."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    address: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(200))
    #: When the second step was taken; until then a session of somebody who has one opens nothing else.
    second_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class SignInTries(Base):
    """Tries to get in, under a name, from an address or in a browser; `rules/tries.py` says how long they make wait."""

    __tablename__ = "sign_in_tries"

    subject: Mapped[str] = mapped_column(String(120), primary_key=True)
    #: The last one that was let through to be compared.
    since_at: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int]
    #: Tries since then that had to wait.
    refused: Mapped[int] = mapped_column(default=0, server_default="0")


class KnownBrowser(Base):
    """A browser in which somebody signed in: strangers' tries elsewhere do not make them wait there."""

    __tablename__ = "known_browser"
    __table_args__ = (UniqueConstraint("token_hash", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    seen_at: Mapped[datetime] = mapped_column(index=True)


class RecoveryCode(Base):
    """A code that stands in for the second step, once."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    used_at: Mapped[datetime | None]


class UsedStep(Base):
    """A step whose code was taken: it is taken once, whatever clocks do meanwhile."""

    __tablename__ = "used_step"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    step: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class AuditEntry(Base):
    """Who did or saw what, on what, when, from where. Never changed."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_who", "who", "id"), Index("ix_audit_entry_did", "did", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    who: Mapped[str] = mapped_column(String(40))
    did: Mapped[str] = mapped_column(String(40))
    #: A link, like `survey:12`.
    about: Mapped[str] = mapped_column(String(120))
    detail: Mapped[str] = mapped_column(String(300))
    #: What was sought stands in the detail, in quotation marks.
    is_search: Mapped[bool] = mapped_column(default=False, server_default=false())
    address: Mapped[str] = mapped_column(String(64))


class ChosenColumns(Base):
    """Columns of a list that somebody wants to see; without a row those that the list shows by itself."""

    __tablename__ = "chosen_columns"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    list_name: Mapped[str] = mapped_column(String(60), primary_key=True)
    columns: Mapped[list[Any]]


class TaskState(StrEnum):
    """Where long work stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Task(Base):
    """Long work (an import, an export): asked for on a page, done by a worker, watched by whoever asked."""

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
    #: Whoever asks twice under one key asks once.
    key: Mapped[str | None] = mapped_column(String(100), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(120))
    params: Mapped[dict[str, Any]]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    #: The endpoint of the page that shows it, where the feature has one of its own.
    page: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(16), default=TaskState.WAITING)
    #: What is being done, in a word; `total` is 0 where nobody knows how much there is.
    stage: Mapped[str] = mapped_column(String(40), default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None]
    #: The name of the file under the folder of files, and the one it is offered under.
    file: Mapped[str | None] = mapped_column(String(80))
    file_name: Mapped[str | None] = mapped_column(String(200))
    #: Who may have the file: whoever holds all these permissions, and sees all these parts of the shops, as the feature
    #: of the shops names them; no parts where the file holds what only who sees all shops may see.
    needs: Mapped[list[Any] | None]
    part: Mapped[list[Any] | None]
    error: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    #: Changes with every claim: who comes back late with an old one is not believed.
    fence: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    settled_at: Mapped[datetime | None]

    @property
    def is_settled(self) -> bool:
        return self.state in (TaskState.DONE, TaskState.FAILED)
