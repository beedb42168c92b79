"""Jobs of the clock for quizzes: end attempts whose time is over, file those that have ended, change keys."""

from datetime import timedelta

from quizzes.actions import filing, overdue, regrading
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


def regrade(services: Services) -> None:
    """Go on with changes of keys: those being reckoned, carried out, or undone."""
    with services.reading() as session:
        begun = regrading.begun(session)
    for regrade_id in begun:
        go_on(services, regrade_id)


def go_on(services: Services, regrade_id: int, *, most: int | None = None) -> None:
    """Take the steps of one change, or at most so many of them, each in a transaction of its own."""
    goes_on, taken = True, 0
    while goes_on and (most is None or taken < most):
        with services.transaction() as session:
            goes_on = regrading.step(session, regrade_id, now=services.clock())
        taken += 1


JOBS = (
    Job("end attempts", timedelta(seconds=10), end_attempts),
    Job("file attempts", timedelta(seconds=5), file),
    Job("regrade attempts", timedelta(seconds=5), regrade),
)
