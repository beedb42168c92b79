"""Failure counter of callbacks: before WeChat gives a message up, the last answer is an apology instead of an error.

WeChat posts a message that fails four times within two seconds, then never again (wechat-platform.md §1). While the
database is there the failed tries are counted in it, whichever process had them. While it is away no row can be kept,
and each web process counts what it saw itself: of four posts shared out among so many processes one sees at least four
divided by their number, rounded up, and takes that one for the last. A process alone counts to four, of two or three
one to two, and four or more do not wait; nor does anybody once WeChat must have asked several times over five seconds.
"""

import threading
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from foundation.database import Database, count_up, is_away
from wechat_bot.messages import Incoming
from wechat_bot.models import FailedPost

log = structlog.get_logger(__name__)
POSTS = 4
#: Unanswered, WeChat asks every five seconds.
MANY = timedelta(seconds=9)
KEPT = timedelta(hours=1)


class FailedPosts:
    """How often this process failed at each of the latest messages."""

    MOST = 10_000

    def __init__(self, processes: int) -> None:
        """`processes` share the posts of one message out among themselves."""
        self._enough = -(-POSTS // processes)
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def is_enough(self, key: str) -> bool:
        """Count one more; whether it may be the last post, as far as one process can know."""
        with self._lock:
            count = self._counts.pop(key, 0) + 1
            self._counts[key] = count
            if len(self._counts) > self.MOST:
                del self._counts[next(iter(self._counts))]
        return count >= self._enough

    def is_last(self, database: Database, message: Incoming, error: Exception, *, now: datetime) -> bool:
        """Note that a post of this message failed; whether WeChat will not post it again."""
        may_be_last = self.is_enough(message.key) or now - message.sent_at >= MANY
        if is_away(error):
            return may_be_last
        try:
            with database.transaction() as session:
                return count_up(session, FailedPost.count, {"key": message.key}, tried_at=now) >= POSTS
        except SQLAlchemyError as other:
            log.warning("a failed try could not be counted", error=type(other).__name__)
            return may_be_last


def forget(session: Session, *, now: datetime) -> None:
    """Drop the counts of what WeChat has long given up."""
    session.execute(delete(FailedPost).where(FailedPost.tried_at < now - KEPT))
