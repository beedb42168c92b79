"""How content shops were with what was closed, and what they said of it."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base


class Rating(Base):
    """How content the shop was with one closing: once each."""

    __tablename__ = "visit_rating"

    request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id"), primary_key=True)
    closing: Mapped[int] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    #: 1 content, 2 so-so, 3 not content.
    score: Mapped[int | None]
    rated_at: Mapped[datetime | None]
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    #: Who gave it: the comment is theirs, to be erased with them, also where the shop has another keeper since.
    openid: Mapped[str | None] = mapped_column(String(64))
    #: What was wrong, in the shop's own words.
    comment: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: Until when the next text in the chat is the comment; none where nobody was asked for one, or gave it.
    comment_until: Mapped[datetime | None]
