"""Tables of deadlines: what is promised to whom, the clocks of a request, and the steps of escalation taken."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base
from foundation.dialects import only

IS_RUNNING = text("ended_at IS NULL")
HAS_STEP = text("step_at IS NOT NULL AND ended_at IS NULL")


class Policy(Base):
    """Policy: the promises to a class of shops, or, without a class, to every class that has none of its own."""

    __tablename__ = "visit_policy"
    __table_args__ = (
        Index("uq_visit_policy_default", text("(class_id IS NULL)"), unique=True, **only("class_id IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int | None] = mapped_column(ForeignKey("shop_class.id"), unique=True)
    #: Seconds allowed, by the wall clock or in working hours.
    handing_over: Mapped[int]
    first_answer: Mapped[int]
    next_answer: Mapped[int]
    closing: Mapped[int]
    counts_working_hours: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]


class Promise(StrEnum):
    """Kind of promise that a deadline is for."""

    HANDING_OVER = "handing_over"
    FIRST_ANSWER = "first_answer"
    NEXT_ANSWER = "next_answer"
    CLOSING = "closing"
    #: WeChat's own limit: until when a customer-service message may answer.
    REPLY_WINDOW = "reply_window"


class Deadline(Base):
    """Deadline of a request: one running or ended clock. Whether it was kept follows from its moments, never from when
    somebody looked."""

    __tablename__ = "visit_deadline"
    __table_args__ = (
        UniqueConstraint("request_id", "promise", "round"),
        # For the job that finds due steps of running clocks.
        Index("ix_visit_deadline_step", "step_at", "id", **only(HAS_STEP)),
        Index("ix_visit_deadline_running", "request_id", **only(IS_RUNNING)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id"))
    promise: Mapped[str] = mapped_column(String(16))
    #: Counts the clocks of one promise in one request, from 1.
    round: Mapped[int]
    started_at: Mapped[datetime]
    #: Seconds allowed, and seconds used up before it was last paused.
    allowed: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)
    #: Null while it is paused.
    running_since: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]
    #: Once ended it is frozen: no change of policy or calendar affects it.
    ended_at: Mapped[datetime | None]
    counts_working_hours: Mapped[bool] = mapped_column(default=False)
    #: The fingerprint of the policy and calendar it was computed with.
    fingerprint: Mapped[str] = mapped_column(String(16), default="")
    #: The next step of escalation, and when; null when all are taken.
    step: Mapped[str | None] = mapped_column(String(16))
    step_at: Mapped[datetime | None]


class Escalation(Base):
    """Escalation step that was taken: once for each clock."""

    __tablename__ = "visit_escalation"
    __table_args__ = (UniqueConstraint("deadline_id", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("visit_deadline.id"))
    step: Mapped[str] = mapped_column(String(16))
    #: When it was due by the clock, and when it was taken.
    due_at: Mapped[datetime]
    taken_at: Mapped[datetime]


class StepNotice(Base):
    """Notice of an escalation step: who was notified, and the delivery."""

    __tablename__ = "visit_escalation_told"

    escalation_id: Mapped[int] = mapped_column(ForeignKey("visit_escalation.id"), primary_key=True)
    manager_id: Mapped[int] = mapped_column(ForeignKey("manager.id"), primary_key=True, index=True)
    #: Null where no message could be queued: not bound, or no longer following.
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"), index=True)
