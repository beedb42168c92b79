"""Message of a shop before it is put into a request, by whichever door it came."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from foundation.text import is_visible, visible
from wechat_bot import media, messages


@dataclass(frozen=True, slots=True)
class ShopMessage:
    """Message of a shop. `kind` is text, image, voice, video, location or link."""

    kind: str
    content: str = ""
    media_key: str | None = None
    more: dict[str, Any] | None = field(default=None)
    #: Whether it was explicitly left as a message (留言): whatever it says, somebody must answer it.
    is_left: bool = False
    #: What another feature sent to many and this replies to (推送《…》); empty for all else.
    replies_to: str = ""


def said(session: Session, message: messages.Incoming, *, now: datetime) -> ShopMessage | None:
    """Read a chat message as a `ShopMessage`; its picture, voice or video will be fetched. None for events, and for a
    text without visible characters."""
    match message:
        case messages.Text(content=content):
            return ShopMessage("text", visible(content)) if is_visible(content) else None
        case messages.Image() | messages.Voice() | messages.Video():
            return ShopMessage(type(message).__name__.lower(), media_key=media.keep(session, message, now=now))
        case messages.Location(latitude=latitude, longitude=longitude, label=label):
            return ShopMessage("location", label, more={"latitude": latitude, "longitude": longitude})
        case messages.Link(title=title, description=description, url=url):
            return ShopMessage("link", title, more={"url": url, "description": description})
        case _:
            return None
