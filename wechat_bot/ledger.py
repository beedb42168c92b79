"""Ledger of reply windows: how many messages WeChat still lets us send a follower, and until when.

5 sends in 48 hours after a message, 3 in 1 minute after a click, scan or follow; a new trigger resets its own
window and adds nothing (wechat-platform.md §4). Tapping a choice of a msgmenu counts as a click.
"""

from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, and_, or_

from wechat_bot import messages
from wechat_bot.models import Follower

MESSAGE_SENDS, MESSAGE_WINDOW = 5, timedelta(hours=48)
EVENT_SENDS, EVENT_WINDOW = 3, timedelta(minutes=1)

SAID = (messages.Text, messages.Image, messages.Voice, messages.Video, messages.Location, messages.Link)
TRIGGERS = (messages.Follow, messages.Scan, messages.Click, messages.ScanCode)


class Windows(Protocol):
    """Protocol of a follower's two reply windows: a row of the table, or what was read of one."""

    message_until: datetime | None
    message_left: int
    event_until: datetime | None
    event_left: int


def note(follower: Windows, message: messages.Incoming, *, now: datetime) -> None:
    """Open, reset or close the windows by what the follower just did."""
    if isinstance(message, SAID) and not (isinstance(message, messages.Text) and message.menu_id):
        follower.message_until, follower.message_left = now + MESSAGE_WINDOW, MESSAGE_SENDS
    elif isinstance(message, messages.Unfollow):
        # WeChat does not say that the old window opens again when somebody follows anew.
        shut(follower)
        follower.message_until = follower.event_until = None
    elif isinstance(message, (*TRIGGERS, messages.Text)):
        follower.event_until, follower.event_left = now + EVENT_WINDOW, EVENT_SENDS


def sends_left(follower: Windows, *, now: datetime) -> int:
    """The number of customer-service messages that may go out now."""
    return _event(follower, now) + _message(follower, now)


def is_open(now: datetime) -> ColumnElement[bool]:
    """Condition on `Follower`: whether any customer-service message may go out now."""
    return or_(
        and_(Follower.message_left > 0, Follower.message_until > now),
        and_(Follower.event_left > 0, Follower.event_until > now),
    )


def spend(follower: Windows, *, now: datetime, spares: int) -> datetime | None:
    """Take one send from the window that closes first; returns when that window closes, None if no send is left.

    The last `spares` sends of the longer window are not taken.
    """
    if _event(follower, now):
        follower.event_left -= 1
        return follower.event_until
    if _message(follower, now) > spares:
        follower.message_left -= 1
        return follower.message_until
    return None


def refund(follower: Windows, until: datetime | None) -> None:
    """Give back a send that WeChat did not count, to the window that `spend` took it from, if that is still open."""
    if until is None:
        return
    if follower.event_until == until:
        follower.event_left = min(follower.event_left + 1, EVENT_SENDS)
    elif follower.message_until == until:
        follower.message_left = min(follower.message_left + 1, MESSAGE_SENDS)


def shut(follower: Windows) -> None:
    """Close both windows, as when WeChat refuses a message because they are."""
    follower.event_left = follower.message_left = 0


def _event(follower: Windows, now: datetime) -> int:
    return follower.event_left if follower.event_until and now < follower.event_until else 0


def _message(follower: Windows, now: datetime) -> int:
    return follower.message_left if follower.message_until and now < follower.message_until else 0
