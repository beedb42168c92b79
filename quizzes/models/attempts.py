"""Tables of taking a quiz: attempts with their own frozen papers, and what a shop answered wrong."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base
from foundation.dialects import only

ATTEMPT_ID = BigInteger().with_variant(Integer(), "sqlite")


class EndedBy(StrEnum):
    """Ender of an attempt: its shop, or its time."""

    SHOP = "shop"
    TIME = "time"


class Attempt(Base):
    """Attempt of a shop at a quiz, in the chat and on its page alike. One open attempt, kept by the database.

    The paper is drawn and shuffled at the beginning and never again. After the end only a regrade changes marks.
    """

    __tablename__ = "quiz_attempt"
    __table_args__ = (
        UniqueConstraint("quiz_id", "retailer_id", "number"),
        Index("uq_quiz_attempt_open", "quiz_id", "retailer_id", unique=True, **only("ended_at is null")),
        Index("ix_quiz_attempt_quiz_id", "quiz_id", "id"),
        # For lists: those that are open (null), that passed, that did not; those with a late answer.
        Index("ix_quiz_attempt_passed", "quiz_id", "is_passed", "id"),
        Index("ix_quiz_attempt_late", "quiz_id", "has_late", "id", **only("has_late")),
        Index("ix_quiz_attempt_retailer_id", "retailer_id"),
        # For what ended since a change of a key was reckoned, and what is open though its quiz is over.
        Index("ix_quiz_attempt_ended", "quiz_id", "ended_at"),
        # For the clock, which ends what ran out and files what has ended.
        Index("ix_quiz_attempt_running_out", "ends_at", **only("ended_at is null and ends_at is not null")),
        Index("ix_quiz_attempt_unfiled", "id", **only("ended_at is not null and not is_filed")),
        Index("ix_quiz_attempt_untold", "id", **only("ended_at is not null and not is_told")),
        Index("ix_quiz_attempt_manager_id", "manager_id", "ended_at"),
    )

    id: Mapped[int] = mapped_column(ATTEMPT_ID, primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    quiz_version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"))
    retailer_id: Mapped[int] = mapped_column(ForeignKey("retailer.id"))
    number: Mapped[int]
    #: `[[question version, points, [option code, …]], …]` in the order shown; no codes where the order is the author's.
    paper: Mapped[list[Any]]
    #: By the question's code.
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Answers that came after the time: code to `{"answer": …, "seconds": …}`. Kept and shown, never marked.
    late: Mapped[dict[str, Any]] = mapped_column(default=dict)
    has_late: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Codes that were answered within the seconds of grace of a page.
    grace: Mapped[list[Any]] = mapped_column(default=list)
    #: The question gone back to; null means the next unanswered one.
    at: Mapped[str | None] = mapped_column(String(40))
    #: Replies in a row that could not be read as an answer to this question.
    misread: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    #: Fixed at the beginning; null where there is no limit and no end.
    ends_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(8))
    #: The last door an answer came through.
    source: Mapped[str] = mapped_column(String(16))
    #: The number of the key each question was marked by, and its mark in hundredths of a point (empty: struck), in the
    #: order of the paper, such as `1,1,2` and `500,0,`.
    key_numbers: Mapped[str] = mapped_column(Text, default="", server_default="")
    marks: Mapped[str] = mapped_column(Text, default="", server_default="")
    total: Mapped[int | None]
    maximum: Mapped[int | None]
    is_passed: Mapped[bool | None]
    seconds: Mapped[int | None]
    #: The area, class and manager at the end: figures must not change when a shop moves.
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    class_id: Mapped[int | None] = mapped_column(ForeignKey("shop_class.id"))
    manager_id: Mapped[int | None]
    #: Whether it is in the counters: only the attempt of a shop that counts is.
    is_counted: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Whether the clock has looked at it since it ended.
    is_filed: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Whether it was seen to be a failed last one, of which the manager is told.
    is_told: Mapped[bool] = mapped_column(default=False, server_default=false())


class Mistake(Base):
    """Line of a shop's wrong-answer book (错题本): a question it got wrong, until it is right in practice."""

    __tablename__ = "quiz_mistake"
    __table_args__ = (
        # For who asks weak spots again (`questions.weak_spots`).
        Index("ix_quiz_mistake_ungiven", "closing_quiz_id", "retailer_id", "question_id", **only("not is_given")),
    )

    retailer_id: Mapped[int] = mapped_column(ForeignKey("retailer.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("quiz_question.id"), primary_key=True)
    #: The version it was shown in.
    version_id: Mapped[int] = mapped_column(ForeignKey("quiz_question_version.id"))
    #: The attempt it was wrong in, the last of those that show the key soonest.
    attempt_id: Mapped[int] = mapped_column(ATTEMPT_ID, ForeignKey("quiz_attempt.id"))
    #: The quiz of that attempt, where the key is shown, and so the question practised, only once it is over.
    closing_quiz_id: Mapped[int | None] = mapped_column(ForeignKey("quiz.id"))
    times: Mapped[int] = mapped_column(default=1)
    wrong_at: Mapped[datetime]
    #: Right answers in a row in practice; `learnt_at` after the second.
    right_in_row: Mapped[int] = mapped_column(default=0, server_default="0")
    practised_at: Mapped[datetime | None]
    learnt_at: Mapped[datetime | None]
    #: Whether it was given to who asks weak spots again, since it was wrong in a quiz last.
    is_given: Mapped[bool] = mapped_column(default=False, server_default=false())
