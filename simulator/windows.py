"""Ledger of reply windows: how many customer-service messages may be sent to whom, until when (§4)."""

from datetime import datetime, timedelta

from simulator.errors import Refusal
from simulator.world import Follower, Window

AFTER_MESSAGE = (5, timedelta(hours=48))
AFTER_TOUCH = (3, timedelta(minutes=1))


def open_window(follower: Follower, trigger: str, now: datetime) -> None:
    """Note what the follower did: `message` allows 5 in 48 hours; `click`, `follow`, `scan` 3 in one minute.

    Doing the same again starts that window anew, it adds nothing; windows of different triggers stand side by side.
    """
    left, life = AFTER_MESSAGE if trigger == "message" else AFTER_TOUCH
    follower.windows[trigger] = Window(left, now + life)


def take(follower: Follower, now: datetime) -> None:
    """Use one send up, from the window that expires first. 45015 if none is open, 45047 if all are used up."""
    standing = [window for window in follower.windows.values() if now < window.expires_at]
    if not follower.subscribed or not standing:
        raise Refusal(45015)
    usable = [window for window in standing if window.left > 0]
    if not usable:
        raise Refusal(45047)
    min(usable, key=lambda window: window.expires_at).left -= 1


def left(follower: Follower, now: datetime) -> int:
    """How many customer-service messages may be sent to this follower at this moment."""
    if not follower.subscribed:
        return 0
    return sum(window.left for window in follower.windows.values() if now < window.expires_at)
