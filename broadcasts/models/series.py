"""Tables of series: a rule by which pushes are made again and again, and the days on which one was made."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base
from foundation.dialects import only


class PushSeries(Base):
    """Series of pushes: the push it copies, and the rule for its days (`rules/occurrences.py`)."""

    __tablename__ = "push_series"
    __table_args__ = (Index("ix_push_series_running", "id", **only("ended_at IS NULL")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    #: The push that each occurrence copies.
    push_id: Mapped[int] = mapped_column(ForeignKey("push.id"))
    rule: Mapped[dict[str, Any]]
    #: The time of the wall clock, in the settings' zone.
    at: Mapped[time]
    #: Whether the series was approved with this very content: then its occurrences need no approval of their own.
    approved: Mapped[str | None] = mapped_column(String(64))
    approved_by: Mapped[str | None] = mapped_column(String(40))
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    until: Mapped[date | None]
    #: Up to and with this day the occurrences are made.
    made_until: Mapped[date | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(40))
    ended_at: Mapped[datetime | None]


class Occurrence(Base):
    """Occurrence of a series on a day, made once: the push for it, or the question that must be answered first."""

    __tablename__ = "push_occurrence"

    series_id: Mapped[int] = mapped_column(ForeignKey("push_series.id"), primary_key=True)
    #: The day its rule wants, before it is moved to a working day.
    wanted_on: Mapped[date] = mapped_column(primary_key=True)
    #: The day it is for; None while the year's holidays are not published and it would have to be guessed.
    day_on: Mapped[date | None]
    push_id: Mapped[int | None] = mapped_column(ForeignKey("push.id"), unique=True)
    #: Whether another occurrence was moved to the same day, and one push is enough.
    is_same_day: Mapped[bool] = mapped_column(default=False, server_default=false())
