"""Until when WeChat takes an answer to each request of a page, as the ledger has it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.models import Request
from wechat_bot.models import Follower


@dataclass(frozen=True, slots=True)
class Window:
    """A shop's reply window."""

    is_following: bool
    #: How many messages may still be sent before `until`.
    left: int
    until: datetime | None

    def is_open(self, now: datetime) -> bool:
        return self.left > 0 and self.until is not None and now < self.until


def windows(session: Session, requests: Collection[int]) -> dict[int, Window]:
    """The windows of those of these requests that wait for an answer. One statement."""
    if not requests:
        return {}
    rows = session.execute(
        select(Request.id, Follower.unfollowed_at, Follower.message_left, Follower.message_until)
        .join(Follower, Follower.openid == Request.openid)
        .where(Request.id.in_(requests), Request.closed_at.is_(None), Request.unanswered_since.is_not(None))
    )
    return {key: Window(unfollowed_at is None, left, until) for key, unfollowed_at, left, until in rows}
