"""Messages of a request: each with its writer, its file, and the state of its delivery."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from console.models import User
from people.models import Manager
from visits.models.requests import Author, Message, Request
from visits.queries.visibility import Colleague
from visits.texts import answering as texts
from wechat_bot.client.codes import EXPLAINED
from wechat_bot.models import Delivery, DeliveryState, Media
from wechat_bot.outbox import states

#: At most so many messages that came in between are shown.
MOST = 20
#: The outbox's own errors, where it gives up by itself.
_OWN_REASONS = {states.UNFOLLOWED: "对方已取消关注", states.TOO_LATE: "已过时"}


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """Message of a request."""

    id: int
    at: datetime
    author: Author
    #: The colleague's name; empty for the shop.
    name: str
    manager_id: int | None
    user_id: int | None
    is_note: bool
    kind: str
    content: str
    media_key: str | None
    #: Whether its file has been fetched; None where it never will be.
    has_file: bool | None
    content_type: str
    more: dict[str, Any]
    #: The state of an answer's delivery in words; empty for what is not sent.
    state: str
    #: Whether somebody should look at that.
    is_alarming: bool

    @property
    def is_erased(self) -> bool:
        """Whether it was erased: no message is written empty."""
        return not (self.content or self.media_key or self.more)

    def is_of(self, who: Colleague) -> bool:
        """Whether this colleague wrote it."""
        if self.author is Author.SHOP:
            return False
        if self.author is Author.MANAGER:
            return self.manager_id is not None and self.manager_id == who.manager_id
        return self.user_id is not None and self.user_id == who.user_id


def came_since(session: Session, request_id: int, who: Colleague, seen: int) -> list[ThreadMessage]:
    """Return what others wrote after a message."""
    rows = session.execute(select_messages(request_id).where(Message.id > seen).order_by(Message.id).limit(MOST)).all()
    return [each for each in map(read, rows) if not each.is_of(who)]


def seen_in_chat(session: Session, request_id: int, who: Colleague) -> int:
    """Return the newest message a manager in the chat has seen: the shop's, of which they are notified, or their own.
    An addition they are still to be notified of does not count."""
    theirs = (Message.author == Author.MANAGER) & (Message.manager_id == who.manager_id)
    known = (Message.author == Author.SHOP) | theirs
    newest = select(func.max(Message.id)).where(Message.request_id == request_id, known)
    untold = _untold(session, request_id, who)
    row = session.execute(
        select(Request.told_id, Request.looked_id).where(Request.id == request_id, Request.owner_id == who.manager_id)
    ).first()
    if row is not None and row.told_id is not None:
        # They were not notified of later messages: one notice stands for all until they look.
        newest = newest.where((Message.author != Author.SHOP) | (Message.id <= max(row.told_id, row.looked_id or 0)))
    return session.scalar(newest.where(Message.id < untold) if untold else newest) or 0


def _untold(session: Session, request_id: int, who: Colleague) -> int | None:
    """Return the first message whose notice (the shop added something, or wrote again) has not gone out to this
    manager."""
    keys = session.scalars(
        select(Delivery.key)
        .join(Manager, Manager.openid == Delivery.openid)
        .where(Manager.id == who.manager_id, Delivery.about == f"visit:{request_id}")
        .where(
            Delivery.state.in_(states.OPEN),
            or_(*(Delivery.key.like(f"visit:%:{kind}:%") for kind in ("more", "again"))),
        )
    )
    return min((int(str(key).rpartition(":")[2]) for key in keys), default=None)


def select_messages(request_id: int) -> Any:
    """Build the select of a request's messages with their deliveries, for `read`."""
    return (
        select(
            Message,
            func.coalesce(Manager.name, User.name, "").label("name"),
            Media.fetched_at,
            Media.gave_up_at,
            func.coalesce(Media.content_type, "").label("content_type"),
            Delivery.state,
            Delivery.channel,
            Delivery.attempts,
            Delivery.error,
            Delivery.error_code,
        )
        .outerjoin(Manager, Manager.id == Message.manager_id)
        .outerjoin(User, User.id == Message.user_id)
        .outerjoin(Media, Media.key == Message.media_key)
        .outerjoin(Delivery, Delivery.id == Message.delivery_id)
        .where(Message.request_id == request_id)
    )


def explained(code: int | None, error: str | None) -> str:
    """Return in words why an answer did not arrive; empty where there is no reason."""
    return EXPLAINED.get(code or 0, "") or _OWN_REASONS.get(error or "", "")


def read(row: Any) -> ThreadMessage:
    """Read a row of `select_messages`."""
    message: Message = row.Message
    why = explained(row.error_code, row.error)
    return ThreadMessage(
        id=message.id,
        at=message.said_at,
        author=Author(message.author),
        name=row.name,
        manager_id=message.manager_id,
        user_id=message.user_id,
        is_note=message.is_note,
        kind=message.kind,
        content=message.content,
        media_key=message.media_key,
        has_file=None if row.gave_up_at else row.fetched_at is not None,
        content_type=row.content_type,
        more=message.more or {},
        # An answer ignores quiet hours: only a failed attempt delays one.
        state=texts.state(row.state, row.channel, row.attempts, why, until="") if row.state else "",
        is_alarming=row.state in (DeliveryState.FAILED, DeliveryState.UNSURE),
    )
