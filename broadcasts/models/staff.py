"""Table of staff who get pushes: customer managers, and users of the console who are none."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base
from foundation.dialects import only


class StaffRecipient(Base):
    """Staff member of a push's frozen audience, with the reason they are left out or what became of their message."""

    __tablename__ = "push_staff"
    __table_args__ = (
        CheckConstraint("(why IS NULL) <> (outcome IS NULL)", name="left_out_or_meant"),
        Index("ix_push_staff_openid", "openid", "push_id", **only("openid is not null")),
    )

    push_id: Mapped[int] = mapped_column(ForeignKey("push.id"), primary_key=True)
    #: `manager:3` or `user:7`. A user who is a customer manager is listed as the manager.
    person: Mapped[str] = mapped_column(String(24), primary_key=True)
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    #: Their account in the console; of a manager, the one that wants e-mails.
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    #: Where it goes in WeChat; null where it does not, and after they were left out.
    openid: Mapped[str | None] = mapped_column(String(64))
    is_mailed: Mapped[bool]
    why: Mapped[str | None] = mapped_column(String(16))
    #: As far as it is written down; the delivery, and then the e-mail, tell the rest (`queries/staff.py`).
    outcome: Mapped[str | None] = mapped_column(String(16))
    delivery_id: Mapped[int | None]
    opened_at: Mapped[datetime | None]
