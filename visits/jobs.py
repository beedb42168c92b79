"""Jobs of the clock for visits."""

from datetime import timedelta

from visits.actions import clocks, escalating, filing, intake, moving, resting, undelivered, unreached
from wechat_bot.feature import Job
from wechat_bot.services import Services


def sweep_owners(services: Services) -> None:
    """Give requests of absent or disabled managers, and those without an owner, to whoever answers today."""
    with services.transaction() as session:
        intake.attach_strays(session, now=services.clock(), zone=services.zone)
    after = 0
    while True:
        with services.transaction() as session:
            swept = moving.sweep(session, now=services.clock(), zone=services.zone, after=after)
        if not swept.last_id:
            return
        after = swept.last_id


def escalate(services: Services) -> None:
    """Take the due steps of escalation, a batch in each transaction, after updating the clocks of reply windows."""
    with services.transaction() as session:
        clocks.windows_moved(session, now=services.clock())
    while True:
        with services.transaction() as session:
            now = services.clock()
            taken = escalating.sweep_steps(session, now=now, zone=services.zone, quiet=services.quiet)
        if not taken:
            return


def renew_deadlines(services: Services) -> None:
    """Recompute running clocks whose policy or calendar was changed, also by an upgrade that brings a new year's
    holidays."""
    while True:
        with services.transaction() as session:
            renewed = clocks.renew_all(session, now=services.clock())
        if not renewed:
            return


def file_closed(services: Services) -> None:
    """File closed requests for the reports, a batch in each transaction."""
    while True:
        with services.transaction() as session:
            filed = filing.file_some(session, now=services.clock())
        if not filed:
            return


def look_after_answers(services: Services) -> None:
    """Undo answers that came to nothing, and notify their writers."""
    while True:
        with services.transaction() as session:
            looked_at = undelivered.look(session, now=services.clock())
        if not looked_at:
            return


def look_after_notices(services: Services) -> None:
    """Notify the next person in line of what a manager cannot be notified of now."""
    while True:
        with services.transaction() as session:
            looked_at = unreached.look(session, now=services.clock(), zone=services.zone)
        if not looked_at:
            return


def look_after_resting(services: Services) -> None:
    """Bring back requests snoozed until now, and close those in which the shop wrote nothing more."""
    for each in (resting.wake, resting.close_quiet):
        while True:
            with services.transaction() as session:
                done = each(session, now=services.clock())
            if not done:
                break


JOBS = (
    Job("sweep requests of absent owners", timedelta(minutes=1), sweep_owners),
    Job("escalate requests", timedelta(seconds=15), escalate),
    Job("look after answers", timedelta(seconds=5), look_after_answers),
    Job("look after notices", timedelta(seconds=5), look_after_notices),
    Job("look after resting requests", timedelta(minutes=1), look_after_resting),
    Job("file closed requests", timedelta(minutes=1), file_closed),
    Job("renew deadlines", timedelta(minutes=1), renew_deadlines),
)
