"""Tables of a quiz: the quiz, its frozen versions, and where each shop stands in it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from console.authored import Undoable
from foundation.database import Base
from foundation.dialects import only


class Quiz(Undoable):
    """Quiz (微测试)."""

    __tablename__ = "quiz"


class QuizVersion(Base):
    """Version of a quiz as it was published: never changed. An attempt ends under the version it was begun with."""

    __tablename__ = "quiz_version"
    __table_args__ = (UniqueConstraint("quiz_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    number: Mapped[int]
    #: With the versions of its questions in place of their texts.
    definition: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]


class Standing(Base):
    """Standing of a shop in a quiz: that it was asked, how many attempts it used, and the attempt that counts.

    A shop of the audience has one from the publication on; another gets it when it begins.
    """

    __tablename__ = "quiz_standing"
    __table_args__ = (
        Index("ix_quiz_standing_retailer_id", "retailer_id"),
        Index("ix_quiz_standing_not_begun", "quiz_id", "retailer_id", **only("used = 0")),
        # For rankings: of the whole quiz, of an area, of a manager's shops.
        Index("ix_quiz_standing_rank", "quiz_id", "place", "retailer_id"),
        Index("ix_quiz_standing_area_rank", "quiz_id", "area_id", "place", "retailer_id"),
        Index("ix_quiz_standing_manager_rank", "quiz_id", "manager_id", "place", "retailer_id"),
        # For the measure of a period.
        Index("ix_quiz_standing_first_passed_at", "first_passed_at", **only("first_passed_at is not null")),
    )

    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), primary_key=True)
    retailer_id: Mapped[int] = mapped_column(ForeignKey("retailer.id"), primary_key=True)
    asked_at: Mapped[datetime]
    #: At least one invitation arrived.
    is_reached: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: The quiz was looked at, on its page or in the chat.
    is_opened: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Attempts that were begun.
    used: Mapped[int] = mapped_column(default=0, server_default="0")
    #: The attempt that counts, and what it got; null until one has ended. No foreign key: it would be circular.
    counted_attempt_id: Mapped[int | None]
    #: Hundredths of a point, and of how many.
    total: Mapped[int | None]
    maximum: Mapped[int | None]
    #: The total in hundredths of a per cent of the maximum, since papers that lost a struck question are worth less.
    share: Mapped[int | None]
    seconds: Mapped[int | None]
    #: What is ranked, the least in front, as `rules.ranking.place` gives it.
    place: Mapped[int | None] = mapped_column(BigInteger)
    is_passed: Mapped[bool | None]
    first_passed_at: Mapped[datetime | None]
    #: As in the attempt that counts: rankings must not change when a shop moves.
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    class_id: Mapped[int | None] = mapped_column(ForeignKey("shop_class.id"))
    manager_id: Mapped[int | None]


class TagStanding(Base):
    """Standing of a shop in what a tag is about: its share of the points of the questions with this tag, in the attempt
    that counts. Kept by the clock, soon after the attempt ended."""

    __tablename__ = "quiz_tag_standing"
    # For audiences: who is weak in it.
    __table_args__ = (Index("ix_quiz_tag_standing_share", "quiz_id", "tag", "share", "retailer_id"),)

    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"), primary_key=True)
    retailer_id: Mapped[int] = mapped_column(ForeignKey("retailer.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(20), primary_key=True)
    #: Hundredths of a per cent.
    share: Mapped[int]
