"""Tables of changed keys: the change, who decided it, how far it is, and what it does to each attempt."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base
from foundation.dialects import only
from quizzes.models.attempts import ATTEMPT_ID


class RegradeState(StrEnum):
    """State of a change of a key."""

    PLANNED = "planned"
    """Only reckoned: what it would do is listed, nothing has changed."""
    SUBMITTED = "submitted"
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    REJECTED = "rejected"


class Regrade(Base):
    """Change of a question's key in one quiz: reckoned, decided by another person, then carried out in steps."""

    __tablename__ = "quiz_regrade"
    __table_args__ = (
        Index("ix_quiz_regrade_quiz_id", "quiz_id", "id"),
        # One change of a question at a time.
        Index(
            "uq_quiz_regrade_running",
            "quiz_id",
            "question_id",
            unique=True,
            **only("state in ('submitted', 'running', 'undoing')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("quiz_question.id"))
    question_version_id: Mapped[int] = mapped_column(ForeignKey("quiz_question_version.id"))
    #: The key as it is to be; it becomes an `AnswerKey` when the change is approved.
    key: Mapped[dict[str, Any]]
    key_number: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(200))
    #: Whether marks may fall too.
    is_also_down: Mapped[bool] = mapped_column(default=False, server_default=false())
    state: Mapped[str] = mapped_column(String(12))
    #: The last attempt that was done.
    cursor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(40))
    made_by_id: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(40), default="", server_default="")
    decided_by_id: Mapped[int | None]
    done_at: Mapped[datetime | None]


class RegradeChange(Base):
    """Change of one attempt by a regrade: before and after. It is the list of the dry run, the undo, and the reason of
    the message to the shop."""

    __tablename__ = "quiz_regrade_change"

    regrade_id: Mapped[int] = mapped_column(ForeignKey("quiz_regrade.id"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ATTEMPT_ID, ForeignKey("quiz_attempt.id"), primary_key=True)
    marks_before: Mapped[str] = mapped_column(Text)
    marks_after: Mapped[str] = mapped_column(Text)
    total_before: Mapped[int]
    total_after: Mapped[int]
    maximum_before: Mapped[int]
    maximum_after: Mapped[int]
    passed_before: Mapped[bool]
    passed_after: Mapped[bool]
    is_done: Mapped[bool] = mapped_column(default=False, server_default=false())
