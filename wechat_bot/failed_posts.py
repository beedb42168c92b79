"""Failure counter of callbacks: WeChat's last post of a message is answered by an apology instead of an error.

WeChat posts a message that fails four times within two seconds, then never again (wechat-platform.md §1). The failures
are counted in the database. While that is unreachable, each web process counts those it sees: of four posts, one of n
processes sees at least 4/n, rounded up, and takes that one for the last. A message that is several seconds old is taken
for the last post by any process.
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
#: Age of a message at its last post by then: an unanswered one is posted every five seconds.
MANY = timedelta(seconds=9)
KEPT = timedelta(hours=1)


class FailedPosts:
    """Failure counter of one web process, by message."""

    #: Messages counted at most; the oldest is dropped.
    MOST = 10_000

    def __init__(self, processes: int) -> None:
        """`processes` is the number of web processes, among which the posts of a message are spread."""
        self._enough = -(-POSTS // processes)
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def is_enough(self, key: str) -> bool:
        """Count a failure of a message; returns whether it may have been the last post, by what this process knows."""
        with self._lock:
            count = self._counts.pop(key, 0) + 1
            self._counts[key] = count
            if len(self._counts) > self.MOST:
                del self._counts[next(iter(self._counts))]
        return count >= self._enough

    def is_last(self, database: Database, message: Incoming, error: Exception, *, now: datetime) -> bool:
        """Count a failure of a message; returns whether WeChat will not post it again."""
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
    """Delete the counts of messages that WeChat no longer posts."""
    session.execute(delete(FailedPost).where(FailedPost.tried_at < now - KEPT))
