"""Tables of filed requests: what reports count of a closed one, and its words for the search."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base
from foundation.search_index import Grams, SearchIndex


class Filed(Base):
    """Fact row of a closed request, as reports count it: narrow, because a report reads a year of them at once.

    Deleted when the request changes, and filed again. It repeats only what the request's moments say
    (`report_columns.living`): deleting all rows, and resetting `is_filed` of the requests, loses nothing.
    """

    __tablename__ = "visit_filed"
    # In the order of the reports' spans: SQLite stores the rows themselves in it, and needs no second index.
    __table_args__ = {"sqlite_with_rowid": False}

    opened_at: Mapped[datetime] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id"), primary_key=True)
    #: The manager it counts for: who gave the first answer, else the owner.
    manager_id: Mapped[int | None]
    owner_id: Mapped[int | None]
    retailer_id: Mapped[int | None]
    area_id: Mapped[int | None]
    category_id: Mapped[int | None]
    class_id: Mapped[int | None]
    #: Milliseconds until the first answer, of the longest wait for a later answer, and until it was closed.
    first_ms: Mapped[int | None] = mapped_column(BigInteger)
    next_ms: Mapped[int | None] = mapped_column(BigInteger)
    closing_ms: Mapped[int | None] = mapped_column(BigInteger)
    #: 1 or 0, so that they can be summed.
    overdue: Mapped[int] = mapped_column(SmallInteger)
    lost: Mapped[int] = mapped_column(SmallInteger)
    #: Whether the first answer's promise has ended, and whether it was kept.
    promised: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    kept: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    #: Ratings given: all, content, not content.
    rated: Mapped[int] = mapped_column(SmallInteger)
    content: Mapped[int] = mapped_column(SmallInteger)
    discontent: Mapped[int] = mapped_column(SmallInteger)


class SpokenWords(Base):
    """Words said in a filed request, as one text for the search. Filed, removed and rewritten with it; an open request
    has none, for those are few and their messages are read themselves."""

    __tablename__ = "visit_words"
    __table_args__ = (
        # SQLite has a table of its own for this: `SPOKEN_SEARCH`.
        Index("ix_visit_words_grams", "grams", postgresql_using="gin").ddl_if(dialect="postgresql"),
    )

    request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id"), primary_key=True)
    #: The messages, normalised in width and case, with a line break between two.
    said: Mapped[str] = mapped_column(Text)
    grams: Mapped[list[str]] = mapped_column(Grams())


#: The search index over what was said in filed requests, one row a request.
SPOKEN_SEARCH = SearchIndex("visit_words_search", "visit_words", "grams", key="request_id")
