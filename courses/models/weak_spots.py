"""Tables of weak spots: questions that shops answered wrong, each shop's question of the day, and all reviews."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, SmallInteger, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base
from foundation.dialects import only

#: The hour of a shop's question, where it has not said another one.
HOUR = 10
#: The topic of the daily question, and what its messages are about.
TOPIC, ABOUT = "daily", "daily:"
SPOT_ID = BigInteger().with_variant(Integer(), "sqlite")


class WeakSpot(Base):
    """Weak spot of a shop: a question that it answered wrong, in a queue or in a Leitner box (`rules.boxes`)."""

    __tablename__ = "course_weak_spot"
    __table_args__ = (
        UniqueConstraint("retailer_id", "topic", "reference"),
        # For the list of customer managers.
        Index("ix_course_weak_spot_stubborn", "id", **only("in_row >= 3")),
    )

    id: Mapped[int] = mapped_column(SPOT_ID, primary_key=True)
    retailer_id: Mapped[int] = mapped_column(ForeignKey("retailer.id"))
    #: The source of the question, and its reference there (`questions.weak_spots`).
    topic: Mapped[str] = mapped_column(String(16))
    reference: Mapped[str] = mapped_column(String(40))
    box: Mapped[int] = mapped_column(SmallInteger)
    due_on: Mapped[date]
    is_queued: Mapped[bool]
    #: Wrong answers altogether, and in a row.
    times: Mapped[int]
    in_row: Mapped[int] = mapped_column(SmallInteger)
    wrong_at: Mapped[datetime]


class DailyQuestion(Base):
    """Daily question (每天一题) of a shop: at which hour, which one waits for an answer, when the next comes."""

    __tablename__ = "course_daily_question"
    __table_args__ = (
        # For the clock.
        Index("ix_course_daily_question_next_at", "next_at", **only("next_at is not null")),
        Index("ix_course_daily_question_waits", "retailer_id", **only("waits")),
    )

    retailer_id: Mapped[int] = mapped_column(ForeignKey("retailer.id"), primary_key=True)
    hour: Mapped[int] = mapped_column(SmallInteger, default=HOUR, server_default=str(HOUR))
    stopped_at: Mapped[datetime | None]
    #: The weak spot that was asked and not answered yet; no foreign key, for it may leave meanwhile.
    spot_id: Mapped[int | None] = mapped_column(SPOT_ID)
    asked_at: Mapped[datetime | None]
    #: The last day on which a question was asked or answered: there is one a day.
    last_on: Mapped[date | None]
    #: When the next one is asked; null where none is due, or the last one was not answered.
    next_at: Mapped[datetime | None]
    #: Whether it was due when it could not be sent, and waits for the shop's next contact.
    waits: Mapped[bool] = mapped_column(default=False, server_default=false())


class WeakReview(Base):
    """Review of a weak spot: one answer, right or wrong. Kept so that the days of the boxes can be fitted later."""

    __tablename__ = "course_weak_review"
    __table_args__ = (Index("ix_course_weak_review_retailer_id", "retailer_id", "id"),)

    id: Mapped[int] = mapped_column(SPOT_ID, primary_key=True)
    retailer_id: Mapped[int] = mapped_column(ForeignKey("retailer.id"))
    topic: Mapped[str] = mapped_column(String(16))
    reference: Mapped[str] = mapped_column(String(40))
    #: The box it was asked from.
    box: Mapped[int] = mapped_column(SmallInteger)
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime]
    is_right: Mapped[bool]
