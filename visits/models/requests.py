"""Tables of requests: their categories, the requests themselves, and the messages in them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base
from foundation.dialects import only

#: The first request number, high enough never to be taken for a number of the short menu.
FIRST_NUMBER = 100
#: In what a message has besides its text: what it replies to; and of an answer the `Way` its writer was told it goes.
REPLIES_TO, TOLD = "replies_to", "told"
IS_OPEN, IS_ANOTHERS = text("closed_at IS NULL"), text("openid IS NOT NULL")
IS_UNFILED = text("not is_filed")


class Category(Base):
    """Category of requests, with the keywords that recognise it; maintained by staff."""

    __tablename__ = "visit_category"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(30), unique=True)
    #: Where two categories fit equally well, the lower position wins.
    position: Mapped[int] = mapped_column(default=0)
    keywords: Mapped[list[Any]]
    #: Whether a message with one of these keywords goes to the supervisor, and not to the manager who may be complained
    #: about.
    goes_up: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Whether questions with one of these keywords are looked up before the manager is asked.
    is_looked_up: Mapped[bool] = mapped_column(default=False, server_default=false())
    retired_at: Mapped[datetime | None]


class Request(Base):
    """Request of a shop, from its first message until it is closed. A shop, and a follower, has at most one open."""

    __tablename__ = "visit_request"
    __table_args__ = (
        Index("uq_visit_request_open_openid", "openid", unique=True, **only(IS_OPEN)),
        Index("uq_visit_request_open_retailer_id", "retailer_id", unique=True, **only(IS_OPEN)),
        # The inbox: one owner's open requests, the most urgent first.
        Index("ix_visit_request_inbox", "owner_id", "due_at", "id", **only(IS_OPEN)),
        # The same for somebody who sees more than one owner's.
        Index("ix_visit_request_open", "due_at", "id", **only(IS_OPEN)),
        Index("ix_visit_request_closed", "closed_at", "id"),
        Index("ix_visit_request_area_closed", "area_id", "closed_at", "id"),
        Index("ix_visit_request_retailer_id", "retailer_id", "id"),
        # A shop's closed requests in the order of their list, for a search.
        Index("ix_visit_request_retailer_closed", "retailer_id", "closed_at", "id", **only("closed_at is not null")),
        Index("ix_visit_request_openid", "openid", "id"),
        Index("ix_visit_request_owner_closed", "owner_id", "closed_at"),
        Index("ix_visit_request_opened_at", "opened_at"),
        Index("ix_visit_request_unfiled", "opened_at", **only(IS_UNFILED)),
        Index("ix_visit_request_group_id", "group_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    openid: Mapped[str] = mapped_column(String(64))
    #: Null until the writer is bound.
    retailer_id: Mapped[int | None] = mapped_column(ForeignKey("retailer.id"))
    #: As the shop was when it wrote: reports must not change when a shop moves.
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    class_id: Mapped[int | None] = mapped_column(ForeignKey("shop_class.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("visit_category.id"))
    #: The customer manager who answers for it; null is the pool, of which staff are notified.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    #: The visit group whose message it answers.
    group_id: Mapped[int | None] = mapped_column(ForeignKey("visit_group.id"))
    opened_at: Mapped[datetime]
    #: When the owner's notice was queued for the first time.
    handed_over_at: Mapped[datetime | None]
    first_answered_at: Mapped[datetime | None]
    #: The customer manager who gave the first answer, whoever owned it: reports count it for them.
    first_answered_by: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    #: The first unanswered message of the shop; null while it is the shop's turn.
    unanswered_since: Mapped[datetime | None]
    shop_wrote_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_how: Mapped[str | None] = mapped_column(String(16))
    #: How often it was closed: a reopened request may be rated again.
    closings: Mapped[int] = mapped_column(default=0)
    #: The next running deadline, copied here for the inbox's order; null while all clocks rest.
    due_at: Mapped[datetime | None]
    #: The id of the newest message, so that a writer can be shown what came in between.
    last_message_id: Mapped[int | None]
    #: The newest message its owner has seen, and the newest addition they were notified of: further ones are told once
    #: they have looked.
    looked_id: Mapped[int | None]
    told_id: Mapped[int | None]
    #: Increased with every change of owner: a compare-and-set with an old value fails.
    version: Mapped[int] = mapped_column(default=0)
    #: A complaint: whoever stands above owns it, and the managers in `HiddenFrom` never see it.
    goes_up: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_filed: Mapped[bool] = mapped_column(default=False, server_default=false())

    @property
    def number(self) -> int:
        """The number people call it by."""
        return self.id + FIRST_NUMBER


class Closed(StrEnum):
    """Way in which a request was closed."""

    DONE = "done"
    NO_REPLY_NEEDED = "no_reply_needed"
    #: The shop was answered and did not write again.
    QUIET = "quiet"
    VOID = "void"  # joined to another request: it counts nowhere
    ERASED = "erased"  # its writer was erased: it still counts as before


class Author(StrEnum):
    """Author of a message."""

    SHOP = "shop"
    MANAGER = "manager"
    #: A user of the console who is no customer manager.
    STAFF = "staff"


class Message(Base):
    """Message of a request: from the shop, to the shop, or a note among colleagues."""

    __tablename__ = "visit_message"
    __table_args__ = (
        Index("ix_visit_message_request_id", "request_id", "id"),
        Index("ix_visit_message_openid", "openid", **only(IS_ANOTHERS)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id"))
    #: With which follower it was exchanged, where the shop has another keeper since.
    openid: Mapped[str | None] = mapped_column(String(64))
    said_at: Mapped[datetime]
    author: Mapped[str] = mapped_column(String(8))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    #: A note is for colleagues and never sent.
    is_note: Mapped[bool] = mapped_column(default=False)
    #: One of text, image, voice, video, location, link.
    kind: Mapped[str] = mapped_column(String(12))
    content: Mapped[str] = mapped_column(Text, default="")
    #: For a picture, voice or video: its key among the fetched media.
    media_key: Mapped[str | None] = mapped_column(String(32))
    #: What a kind has besides its text: latitude and longitude, or a link's address; what it replies to.
    more: Mapped[dict[str, Any] | None]
    #: The delivery that carries it to the shop.
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))
    #: Drawn by the page with the form: the same form posted twice answers once.
    token: Mapped[str | None] = mapped_column(String(64), unique=True)
