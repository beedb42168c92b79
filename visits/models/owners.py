"""Tables of owners: whom a request went to and why, and whom it is hidden from."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base


class AssignmentReason(StrEnum):
    """Reason why a request went to its owner."""

    OWN = "own"
    AREA = "area"
    DEPUTY = "deputy"
    SUPERVISOR = "supervisor"
    POOL = "pool"
    TRANSFER = "transfer"


class Assignment(Base):
    """Assignment of a request to a new owner. Never changed."""

    __tablename__ = "visit_assignment"
    __table_args__ = (Index("ix_visit_assignment_request_id", "request_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id"))
    at: Mapped[datetime]
    from_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    to_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    reason: Mapped[str] = mapped_column(String(16))
    #: The whole reason for people: who was passed over and why.
    explained: Mapped[str] = mapped_column(String(300))
    #: Who decided it, where a person did.
    by: Mapped[str] = mapped_column(String(40), default="")
    #: The delivery that notified the new owner; null where they cannot be notified in WeChat. Several assignments may
    #: share one.
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))


class HiddenFrom(Base):
    """Customer manager a complaint is hidden from: who is, or may be, complained about."""

    __tablename__ = "visit_kept_from"

    request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id"), primary_key=True)
    manager_id: Mapped[int] = mapped_column(ForeignKey("manager.id"), primary_key=True, index=True)
