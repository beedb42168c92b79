"""Jobs of the clock for quizzes: end attempts whose time is over, file those that have ended."""

from datetime import timedelta

from quizzes.actions import filing, overdue
from wechat_bot.feature import Job
from wechat_bot.services import Services


def end_attempts(services: Services) -> None:
    """End the attempts whose time is over, and tell their shops."""
    ended = overdue.BATCH
    while ended == overdue.BATCH:
        with services.transaction() as session:
            ended = overdue.end_some(session, now=services.clock())


def file(services: Services) -> None:
    """Add ended attempts to the counters of their quizzes."""
    filed = filing.BATCH
    while filed == filing.BATCH:
        with services.transaction() as session:
            filed = filing.file_some(session)


JOBS = (
    Job("end attempts", timedelta(seconds=10), end_attempts),
    Job("file attempts", timedelta(seconds=5), file),
)
