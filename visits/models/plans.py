"""Tables of visits to shops: the plans, and the visits that were made."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base


class VisitPlan(Base):
    """Visit plan: which shops are visited, and every how many days; town shops monthly, say, village shops
    quarterly."""

    __tablename__ = "visit_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    audience: Mapped[dict[str, Any]]
    every_days: Mapped[int]
    begins_on: Mapped[date]
    ended_at: Mapped[datetime | None]


class Visited(Base):
    """Visit that was made: at the shop, by telephone, or in the chat."""

    __tablename__ = "visit_made"
    #: Tapped twice it is one visit. The index also finds a shop's last one.
    __table_args__ = (UniqueConstraint("retailer_id", "made_on", "how"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    retailer_id: Mapped[int] = mapped_column(ForeignKey("retailer.id"))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    made_on: Mapped[date]
    how: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(String(300), default="")
    #: When it was noted: whoever deletes it names the one they saw by this moment.
    noted_at: Mapped[datetime | None]
    request_id: Mapped[int | None] = mapped_column(ForeignKey("visit_request.id"))
