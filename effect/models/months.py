"""Tables of effect: months, their facts by company, area, class and customer manager, and what paper brought."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base


class FactBy(StrEnum):
    """Grouping of shops that a fact is of."""

    WHOLE = "whole"
    AREA = "area"
    CLASS = "class"
    MANAGER = "manager"


class EffectMonth(Base):
    """Month of facts: filed again and again while it is open, never changed by the clock once it is closed."""

    __tablename__ = "effect_month"

    #: Such as 202611.
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    filed_at: Mapped[datetime]
    #: What the last filing took: the next one keeps its distance by it.
    took_ms: Mapped[int] = mapped_column(default=0, server_default="0")
    closed_at: Mapped[datetime | None]
    #: The user who closed it; empty for the clock.
    closed_by: Mapped[str | None] = mapped_column(String(40))
    #: When it was recounted by hand after its close, and by whom.
    recounted_at: Mapped[datetime | None]
    recounted_by: Mapped[str | None] = mapped_column(String(40))
    #: When it had gone to all supervisors.
    sent_at: Mapped[datetime | None]


class MonthFact(Base):
    """Fact of a month: one measure of one group of shops.

    `n` and `of` are what the month shows: what its own rows give (`seen_n`, `seen_of`), and what came too late for a
    month that is closed. A closed month's `seen` goes on to be compared with its rows: the difference is counted in the
    open month, so that every change is counted once.
    """

    __tablename__ = "month_fact"
    # For what compares all areas of a month with those of the month before.
    __table_args__ = (Index("ix_month_fact_month", "by", "month", "measure"),)

    by: Mapped[str] = mapped_column(String(8), primary_key=True)
    #: An area, class or manager; 0 of the whole, and of what is of none. No foreign key: it points into three tables.
    member_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    measure: Mapped[str] = mapped_column(String(40), primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)
    #: Null of a measure that is a plain number.
    of: Mapped[int | None] = mapped_column(BigInteger)
    seen_n: Mapped[int] = mapped_column(BigInteger)
    seen_of: Mapped[int | None] = mapped_column(BigInteger)
    #: What the same days of the month before gave, while the month is open; null afterwards, and of how things stand.
    before_n: Mapped[int | None] = mapped_column(BigInteger)
    before_of: Mapped[int | None] = mapped_column(BigInteger)


class Recount(Base):
    """Recount of a closed month by hand: how a measure of the company changed by it. Never changed."""

    __tablename__ = "effect_recount"

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[int] = mapped_column(index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(40))
    measure: Mapped[str] = mapped_column(String(40))
    n_before: Mapped[int] = mapped_column(BigInteger)
    of_before: Mapped[int | None] = mapped_column(BigInteger)
    n_after: Mapped[int] = mapped_column(BigInteger)
    of_after: Mapped[int | None] = mapped_column(BigInteger)


class PaperFigure(Base):
    """What a measure was on paper, from a month on, with where that is known from: months before it keep theirs."""

    __tablename__ = "effect_paper"

    measure: Mapped[str] = mapped_column(String(40), primary_key=True)
    #: The first day of a month.
    from_on: Mapped[date] = mapped_column(primary_key=True)
    #: As people say it (300 张，约 2 周); empty where the numbers say all.
    said: Mapped[str] = mapped_column(String(60))
    #: What was counted on paper, and of how much; null where nobody did.
    n: Mapped[int | None] = mapped_column(BigInteger)
    of: Mapped[int | None] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(String(120))
    set_by: Mapped[str] = mapped_column(String(40))
    set_at: Mapped[datetime]
