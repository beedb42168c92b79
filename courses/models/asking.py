"""Tables of the classroom: questions that nothing answered, who asked them, and the answers that staff wrote."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base

LONGEST_QUESTION = 200
#: Topic of answers, as in their links (`answer:5`).
ANSWER = "answer"


class Settled(StrEnum):
    """How a question that nothing answered was settled."""

    ANSWERED = "answered"
    #: A word or a synonym was added, by which something is found.
    WORDS = "words"
    #: It has nothing to do with the trade: asked again, it stays aside.
    ASIDE = "aside"


class StaffAnswer(Base):
    """Answer that staff wrote to a question: a text that is found from then on, for shops or for anybody."""

    __tablename__ = "classroom_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(LONGEST_QUESTION))
    text: Mapped[str] = mapped_column(Text)
    #: Link to what says more (`lesson:5`); empty where nothing does.
    link: Mapped[str] = mapped_column(String(40))
    #: Whether it is found by who is nobody's shop, too.
    is_open: Mapped[bool]
    written_by: Mapped[str] = mapped_column(String(40))
    written_at: Mapped[datetime]
    #: From then on it is found and read no more.
    withdrawn_at: Mapped[datetime | None]


class OpenQuestion(Base):
    """Question that nothing answered, once for all that ask the same."""

    __tablename__ = "unanswered_question"
    # Staff look at those that are settled in one way, or at the open ones; those asked last in front.
    __table_args__ = (Index("ix_unanswered_question_list", "settled_how", "last_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Digest of its meaning: the same for all wordings that are read alike.
    meaning: Mapped[str] = mapped_column(String(64), unique=True)
    #: How many have asked it, and when it was asked last.
    asked: Mapped[int]
    last_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_how: Mapped[str | None] = mapped_column(String(8))
    settled_by: Mapped[str | None] = mapped_column(String(40))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("classroom_answer.id"), index=True)


class Asker(Base):
    """Somebody who asked a question that nothing answered, once, in the words they used last."""

    __tablename__ = "unanswered_asker"
    __table_args__ = (
        UniqueConstraint("question_id", "openid"),
        Index("ix_unanswered_asker_openid", "openid"),
        Index("ix_unanswered_asker_retailer_id", "retailer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("unanswered_question.id"))
    openid: Mapped[str] = mapped_column(String(64))
    #: Their shop when they asked; null for a customer manager, and for who is neither.
    retailer_id: Mapped[int | None] = mapped_column(ForeignKey("retailer.id"))
    words: Mapped[str] = mapped_column(String(LONGEST_QUESTION))
    asked_at: Mapped[datetime]
