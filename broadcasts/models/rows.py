"""Tables of own rows: the values that a service notice tells each shop of itself, from a table of Excel."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base
from foundation.dialects import only


class OwnTable(Base):
    """Table of own rows that belongs to a push: its headings, and who brought it.

    Its rows are written in many short transactions; it counts from the one that makes it whole, and the table before it
    no longer.
    """

    __tablename__ = "push_own_table"
    __table_args__ = (Index("ix_push_own_table_push_id", "push_id", unique=True, **only("is_whole")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    push_id: Mapped[int] = mapped_column(ForeignKey("push.id"))
    is_whole: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: The headings beside the licence, in the order of the file.
    headings: Mapped[list[Any]]
    file_name: Mapped[str] = mapped_column(String(200))
    rows: Mapped[int]
    #: Digest of what was read: part of what an approval is bound to.
    digest: Mapped[str] = mapped_column(String(64))
    brought_at: Mapped[datetime]
    brought_by: Mapped[str] = mapped_column(String(40))


class OwnRow(Base):
    """Own row of a shop: its values under the table's headings. Nobody but the shop and the staff in charge sees it."""

    __tablename__ = "push_own_row"

    table_id: Mapped[int] = mapped_column(ForeignKey("push_own_table.id", ondelete="CASCADE"), primary_key=True)
    retailer_id: Mapped[int] = mapped_column(ForeignKey("retailer.id"), primary_key=True, index=True)
    values: Mapped[list[Any]]
    #: The same as the message says it, a line for each heading that has a value.
    said: Mapped[str] = mapped_column(Text)
