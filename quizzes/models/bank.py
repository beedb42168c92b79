"""Tables of the question bank: questions, their tags, versions as shown, keys apart from them, pictures."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base
from foundation.dialects import only

BANK = 0
"""The home of what belongs to no single quiz."""


class BankQuestion(Base):
    """Question of the bank, or of one quiz. It is retired, never deleted, once it was asked."""

    __tablename__ = "quiz_question"
    __table_args__ = (
        UniqueConstraint("home_quiz_id", "code"),
        Index("ix_quiz_question_folded", "home_quiz_id", "folded"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The quiz it was written in; 0 for the bank. No foreign key, because of the 0.
    home_quiz_id: Mapped[int]
    #: Named by its author, unique in its home.
    code: Mapped[str] = mapped_column(String(40))
    #: The newest version, and what a list shows of it. No foreign key: it would be circular.
    version_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(String(200))
    #: The text as `keyed.items.folded` gives it: the bank holds no question twice.
    folded: Mapped[str] = mapped_column(String(200))
    difficulty: Mapped[str] = mapped_column(String(8))
    #: Hundredths of a point it is worth where a quiz says nothing else.
    points: Mapped[int]
    is_retired: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Increased by each change: whoever saves says which one they read.
    stamp: Mapped[int] = mapped_column(default=1, server_default="1")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(40))


class QuestionTag(Base):
    """Tag of a question: what it is about. Quizzes draw by it, and weak spots are named by it."""

    __tablename__ = "quiz_question_tag"
    __table_args__ = (Index("ix_quiz_question_tag_tag", "tag", "question_id"),)

    question_id: Mapped[int] = mapped_column(ForeignKey("quiz_question.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(20), primary_key=True)


class QuestionVersion(Base):
    """Version of a question as it was shown: never changed, so that a paper of last year looks as it did."""

    __tablename__ = "quiz_question_version"
    __table_args__ = (UniqueConstraint("question_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("quiz_question.id"))
    number: Mapped[int]
    #: As `keyed.items.to_json` writes it, without the key.
    body: Mapped[dict[str, Any]]
    #: The SHA-256 of the body: an unchanged question gets no new version.
    digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(40))


class AnswerKey(Base):
    """Key of a version, by number. The first comes with the version; each further one by an approved change."""

    __tablename__ = "quiz_answer_key"
    __table_args__ = (UniqueConstraint("version_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("quiz_question_version.id"))
    number: Mapped[int]
    #: The one quiz it is for (a question struck there); 0 for all.
    quiz_id: Mapped[int]
    #: As `keyed.items.key_to_json` writes it.
    key: Mapped[dict[str, Any]]
    #: Whether its change was undone: nothing is marked by it any more.
    is_withdrawn: Mapped[bool] = mapped_column(default=False, server_default=false())
    reason: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(40))


class QuestionUse(Base):
    """Use of a question in the fixed paper of a quiz that was published. Drawn papers are found by their counters."""

    __tablename__ = "quiz_question_use"

    question_id: Mapped[int] = mapped_column(ForeignKey("quiz_question.id"), primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), primary_key=True)


class QuestionPicture(Base):
    """Picture that an author put into a question: which question shows the file of this key."""

    __tablename__ = "quiz_question_picture"
    __table_args__ = (Index("ix_quiz_question_picture_unused", "added_at", **only("not is_used")),)

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    added_at: Mapped[datetime]
    #: Whether a draft or a version holds it; others are swept.
    is_used: Mapped[bool] = mapped_column(default=False, server_default=false())
