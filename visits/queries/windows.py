"""Reply windows: until when WeChat accepts an answer to each request of a page, and what the request answers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from visits.models.groups import VisitGroup
from visits.models.requests import Request
from wechat_bot.models import Follower


@dataclass(frozen=True, slots=True)
class Window:
    """Reply window of a shop, and what its request answers."""

    is_following: bool
    #: How many messages may still be sent before `until`.
    left: int
    until: datetime | None
    #: The title of the message to many shops that its request answers; empty for any other request.
    group: str = ""

    def is_open(self, now: datetime) -> bool:
        return self.left > 0 and self.until is not None and now < self.until


def windows(session: Session, requests: Collection[int]) -> dict[int, Window]:
    """Return the windows of those of these requests that wait for an answer, in one statement."""
    if not requests:
        return {}
    rows = session.execute(
        select(
            Request.id,
            Follower.unfollowed_at.is_(None),
            Follower.message_left,
            Follower.message_until,
            func.coalesce(VisitGroup.title, ""),
        )
        .join(Follower, Follower.openid == Request.openid)
        .outerjoin(VisitGroup, VisitGroup.id == Request.group_id)
        .where(Request.id.in_(requests), Request.closed_at.is_(None), Request.unanswered_since.is_not(None))
    )
    return {key: Window(follows, left, until, group) for key, follows, left, until, group in rows}
