"""Tables of the company's working time: the hours of its week, and its special days."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base


class WorkingWeek(Base):
    """Working hours of the company: one row, or none where nobody has set any."""

    __tablename__ = "working_week"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The time zone of the hours. Stored with them, so that a moment means the same whoever computes it.
    zone: Mapped[str] = mapped_column(String(40))
    #: For each day from Monday, pairs of minutes from midnight.
    days: Mapped[list[Any]]
    #: Whether public holidays are free and make-up working days are worked.
    keeps_public_days: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]


class SpecialDay(Base):
    """Special day: its working hours differ from the week and the public calendar. Without spans it is free."""

    __tablename__ = "special_day"

    day_on: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    #: Pairs of minutes from midnight.
    spans: Mapped[list[Any]]
