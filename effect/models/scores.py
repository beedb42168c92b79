"""Tables of the scorecard: tiers of customer managers, weights by tier, and what managers say to their scores."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base


class Tier(StrEnum):
    """Tier of a customer manager, as the company trains them: 基础, 营销, 管理."""

    JUNIOR = "junior"
    MIDDLE = "middle"
    SENIOR = "senior"


class ManagerTier(Base):
    """Tier that a customer manager is in; whoever has no row is junior."""

    __tablename__ = "effect_tier"

    manager_id: Mapped[int] = mapped_column(ForeignKey("manager.id"), primary_key=True)
    tier: Mapped[str] = mapped_column(String(8))


class ScoreWeights(Base):
    """Weights of a tier from a month on: written down by one person, in force once another has approved them. Those of
    the latest month count, and of one month those approved last."""

    __tablename__ = "effect_weights"
    __table_args__ = (Index("ix_effect_weights_tier_from_month", "tier", "from_month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    tier: Mapped[str] = mapped_column(String(8))
    from_month: Mapped[int]
    #: Percent by score; they add up to 100.
    weights: Mapped[dict[str, Any]]
    #: Users by number, and by name as it was: they may have gone.
    written_by_id: Mapped[int | None]
    written_by: Mapped[str] = mapped_column(String(40))
    written_at: Mapped[datetime]
    decided_by_id: Mapped[int | None]
    decided_by: Mapped[str | None] = mapped_column(String(40))
    decided_at: Mapped[datetime | None] = mapped_column(index=True)
    #: False where they were rejected; null until somebody decides.
    is_approved: Mapped[bool | None]


class ScoreRemark(Base):
    """Remark of a customer manager to their own scores of a month (说明), for supervisors."""

    __tablename__ = "effect_remark"

    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    manager_id: Mapped[int] = mapped_column(ForeignKey("manager.id"), primary_key=True)
    text: Mapped[str] = mapped_column(String(500))
    written_at: Mapped[datetime]
