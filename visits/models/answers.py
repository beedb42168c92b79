"""Tables of answers: the way each goes to the shop, the canned ones, and how a shop rates them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base

#: The key prefixes of deliveries to a shop: the answer, and the rating question.
ANSWER_KEY, RATING_KEY = "visit-answer:", "rate:"


class Way(StrEnum):
    """Way in which an answer reaches the shop."""

    MESSAGE = "message"
    #: A template message that links to the request's page.
    NOTICE = "notice"
    #: Held until the shop's next contact.
    LATER = "later"
    #: The shop no longer follows.
    NEVER = "never"


class Canned(Base):
    """Canned answer with variables; shared, or one manager's own."""

    __tablename__ = "visit_canned"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(40))
    content: Mapped[str] = mapped_column(Text)
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("visit_category.id"))
    position: Mapped[int] = mapped_column(default=0)


class Rating(Base):
    """Rating of a shop for one closing, at most one each."""

    __tablename__ = "visit_rating"

    request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id"), primary_key=True)
    closing: Mapped[int] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    #: 1 content, 2 so-so, 3 not content.
    score: Mapped[int | None]
    rated_at: Mapped[datetime | None]
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    #: Who gave it: the comment is theirs and erased with them, also where the shop has another keeper since.
    openid: Mapped[str | None] = mapped_column(String(64))
    #: What was wrong, in the shop's own words.
    comment: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: Until when the next text in the chat is the comment; null where none was asked for, or it was given.
    comment_until: Mapped[datetime | None]
