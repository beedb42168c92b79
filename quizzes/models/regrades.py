"""Tables of changed keys: the change, who decided it, how far it is, and what it does to each shop and each attempt."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, false
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base
from foundation.dialects import only
from quizzes.models.attempts import ATTEMPT_ID


class RegradeState(StrEnum):
    """State of a change of a key."""

    PLANNING = "planning"
    """Being reckoned, in steps."""
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
        # For the clock, which goes on with what is begun.
        Index("ix_quiz_regrade_begun", "id", **only("state in ('planning', 'running', 'undoing')")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    question_id: Mapped[int] = mapped_column(ForeignKey("quiz_question.id"))
    #: The newest version of it in this quiz. Others that showed the same are changed with it.
    question_version_id: Mapped[int] = mapped_column(ForeignKey("quiz_question_version.id"))
    #: The key as it is to be; it becomes an `AnswerKey` when the change is approved.
    key: Mapped[dict[str, Any]]
    key_number: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(200))
    #: Whether results may fall too.
    is_also_down: Mapped[bool] = mapped_column(default=False, server_default=false())
    state: Mapped[str] = mapped_column(String(12))
    #: The last shop that was looked at.
    cursor: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    #: What was counted so far, as `rules.regrading.RegradeCounts` writes it; and as it was planned.
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    planned: Mapped[dict[str, Any] | None]
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(40))
    made_by_id: Mapped[int | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(String(40), default="", server_default="")
    decided_by_id: Mapped[int | None]
    #: Why it was rejected.
    why: Mapped[str] = mapped_column(String(200), default="", server_default="")
    done_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(String(40), default="", server_default="")


class RegradeShop(Base):
    """Shop whose result a change of a key moves, with its result before and after. First it says what the change would
    do; while the change is carried out, each row is written again with what it did."""

    __tablename__ = "quiz_regrade_shop"

    regrade_id: Mapped[int] = mapped_column(ForeignKey("quiz_regrade.id"), primary_key=True)
    retailer_id: Mapped[int] = mapped_column(ForeignKey("retailer.id"), primary_key=True, index=True)
    #: The attempt that counts afterwards.
    attempt_id: Mapped[int] = mapped_column(BigInteger)
    total_before: Mapped[int]
    total_after: Mapped[int]
    maximum_before: Mapped[int]
    maximum_after: Mapped[int]
    passed_before: Mapped[bool]
    passed_after: Mapped[bool]
    #: 1 where the share of the maximum rises, -1 where it falls.
    direction: Mapped[int]
    #: What the shop is told, without the head that all messages of the change have; empty while nothing is.
    said: Mapped[str] = mapped_column(String(200), default="", server_default="")
    told_at: Mapped[datetime | None]


class RegradeChange(Base):
    """Change of one attempt by a regrade: the mark and the key of the question before and after. It is the undo."""

    __tablename__ = "quiz_regrade_change"

    regrade_id: Mapped[int] = mapped_column(ForeignKey("quiz_regrade.id"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ATTEMPT_ID, ForeignKey("quiz_attempt.id"), primary_key=True)
    #: The number of the key it was marked by; empty marks mean that the question was struck.
    key_before: Mapped[int]
    mark_before: Mapped[int | None]
    mark_after: Mapped[int | None]
