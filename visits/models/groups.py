"""Tables of visit groups: one message to many shops, and the requests that answer it."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base


class VisitGroup(Base):
    """Visit group: one message to many shops, where each answer is a request. Holds what visits keep besides its
    campaign."""

    __tablename__ = "visit_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(60))
    media_key: Mapped[str | None] = mapped_column(String(32))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class GroupAnswer(Base):
    """Answer to a group: the request that a shop's first answer opened or joined."""

    __tablename__ = "visit_group_answer"

    group_id: Mapped[int] = mapped_column(ForeignKey("visit_group.id"), primary_key=True)
    retailer_id: Mapped[int] = mapped_column(ForeignKey("retailer.id"), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id"), index=True)
