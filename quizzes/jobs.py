"""Jobs of the clock for quizzes: end attempts whose time is over."""

from datetime import timedelta

from quizzes.actions import overdue
from wechat_bot.feature import Job
from wechat_bot.services import Services


def end_attempts(services: Services) -> None:
    """End the attempts whose time is over, and tell their shops."""
    ended = overdue.BATCH
    while ended == overdue.BATCH:
        with services.transaction() as session:
            ended = overdue.end_some(session, now=services.clock())


JOBS = (Job("end attempts", timedelta(seconds=10), end_attempts),)
