"""Table of 陈列秀: photos of their displays that shops sent in to be shown to others."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base


class DisplayState(StrEnum):
    """State of a display photo."""

    #: Sent in, and not looked at.
    NEW = "new"
    #: In an article, or in the draft of one.
    CHOSEN = "chosen"
    #: Looked at, and not wanted.
    PASSED = "passed"


class Display(Base):
    """Display photo that a shop sent in, with its consent to be shown with the shop's name."""

    __tablename__ = "display"
    __table_args__ = (
        # A day has so many places: the database decides who gets the last one.
        UniqueConstraint("retailer_id", "day_on", "number"),
        Index("ix_display_state", "state", "sent_at", "id"),
        Index("ix_display_sent_at", "sent_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    retailer_id: Mapped[int] = mapped_column(ForeignKey("retailer.id"))
    day_on: Mapped[date]
    number: Mapped[int] = mapped_column(SmallInteger)
    #: Names the sending: the same form posted twice is one.
    mark: Mapped[str] = mapped_column(String(64), unique=True)
    #: Whose phone it came from.
    openid: Mapped[str] = mapped_column(String(64))
    #: The photo in the media inbox.
    media_key: Mapped[str] = mapped_column(String(32))
    words: Mapped[str] = mapped_column(Text)
    #: When it was sent, and its sender agreed to have it shown.
    sent_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default=DisplayState.NEW)
    #: The article it was put into, and the name of the photo on the shelf.
    article_id: Mapped[int | None] = mapped_column(ForeignKey("article.id"), index=True)
    picture: Mapped[str | None] = mapped_column(String(64))
    decided_by: Mapped[str | None] = mapped_column(String(40))
    #: When its shop was told that it is shown.
    told_at: Mapped[datetime | None]
