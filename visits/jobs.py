"""Jobs of the clock for visits."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from visits.actions import binding, clocks, escalating, filing, moving, resting, undelivered, unreached
from wechat_bot.feature import Job
from wechat_bot.services import Services


def move_requests(services: Services) -> None:
    """Give requests of absent or disabled managers, and those without an owner, to whoever answers today."""
    with services.transaction() as session:
        binding.attach_newly_bound(session, now=services.clock(), zone=services.zone)
    after = 0
    while True:
        with services.transaction() as session:
            after = moving.reassign(session, now=services.clock(), zone=services.zone, after=after)
        if not after:
            return


def escalate(services: Services) -> None:
    """Take the due steps of escalation, after updating the clocks of reply windows."""
    with services.transaction() as session:
        clocks.windows_moved(session, now=services.clock())
    _repeat(services, partial(escalating.take_steps, zone=services.zone, quiet=services.quiet))


def renew_deadlines(services: Services) -> None:
    """Recompute running clocks whose policy or calendar was changed, also by an upgrade that brings a new year's
    holidays."""
    _repeat(services, clocks.renew_all)


def file_closed(services: Services) -> None:
    """File closed requests for the reports."""
    _repeat(services, filing.file_some)


def look_after_answers(services: Services) -> None:
    """Undo answers that came to nothing, and notify their writers."""
    _repeat(services, partial(undelivered.look, zone=services.zone))


def look_after_notices(services: Services) -> None:
    """Notify the next person in line of what a manager cannot be notified of now."""
    _repeat(services, partial(unreached.look, zone=services.zone))


def look_after_resting(services: Services) -> None:
    """Bring back requests snoozed until now, and close those in which the shop wrote nothing more."""
    for each in (resting.wake, resting.close_quiet):
        _repeat(services, partial(each, zone=services.zone))


def _repeat(services: Services, step: Callable[..., int]) -> None:
    """Do one batch after another, each in its own transaction, until one has nothing left to do."""
    done = 1
    while done:
        with services.transaction() as session:
            done = step(session, now=services.clock())


JOBS = (
    Job("sweep requests of absent owners", timedelta(minutes=1), move_requests),
    Job("escalate requests", timedelta(seconds=15), escalate),
    Job("look after answers", timedelta(seconds=5), look_after_answers),
    Job("look after notices", timedelta(seconds=5), look_after_notices),
    Job("look after resting requests", timedelta(minutes=1), look_after_resting),
    Job("file closed requests", timedelta(minutes=1), file_closed),
    Job("renew deadlines", timedelta(minutes=1), renew_deadlines),
)
