"""What closed requests count for in reports: one narrow row each, for a report reads a year of them at once."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base


class Filed(Base):
    """A closed request as reports count it. Taken back when the request changes, and filed again.

    No more than its moments say (`facts.living`): deleting all rows, with `is_filed` of the requests, loses nothing.
    """

    __tablename__ = "visit_filed"
    # In the order of the reports' spans: SQLite keeps the rows themselves in it, and needs no second index.
    __table_args__ = {"sqlite_with_rowid": False}

    opened_at: Mapped[datetime] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id"), primary_key=True)
    #: Whom it counts for: who gave the first answer, else the owner.
    manager_id: Mapped[int | None]
    owner_id: Mapped[int | None]
    retailer_id: Mapped[int | None]
    area_id: Mapped[int | None]
    category_id: Mapped[int | None]
    class_id: Mapped[int | None]
    #: Milliseconds until the first answer, of the longest wait for a later one, and until it was closed.
    first_ms: Mapped[int | None] = mapped_column(BigInteger)
    next_ms: Mapped[int | None] = mapped_column(BigInteger)
    closing_ms: Mapped[int | None] = mapped_column(BigInteger)
    #: 1 or 0, so that they can be summed.
    overdue: Mapped[int] = mapped_column(SmallInteger)
    lost: Mapped[int] = mapped_column(SmallInteger)
    #: Whether the first answer's promise came to its end, and whether it was kept.
    promised: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    kept: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    #: Ratings given: all, content, not content.
    rated: Mapped[int] = mapped_column(SmallInteger)
    content: Mapped[int] = mapped_column(SmallInteger)
    discontent: Mapped[int] = mapped_column(SmallInteger)
