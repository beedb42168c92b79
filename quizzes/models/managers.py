"""Table of what customer managers were told of their shops' results."""

from datetime import date, datetime

from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base

EVERYBODY = 0
"""In place of a manager: all of them."""


class ManagerDay(Base):
    """Day of a customer manager: how much they were told of it. Its key makes a digest go out once, whatever fails."""

    __tablename__ = "quiz_manager_day"

    #: No foreign key, because of `EVERYBODY`.
    manager_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    #: Shops that failed their last attempt on this day.
    failed: Mapped[int] = mapped_column(default=0, server_default="0")
    #: When the digest of this day was queued, or there was nothing to say.
    digested_at: Mapped[datetime | None]
