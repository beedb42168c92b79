"""What the clock does for visits."""

from datetime import timedelta

from visits.actions import categories, clocks, escalating, intake, routing
from wechat_bot.feature import Job
from wechat_bot.services import Services


def sweep_owners(services: Services) -> None:
    """Give what absent or disabled managers hold, and what has no owner, to whoever answers today."""
    with services.transaction() as session:
        # Before the first message the settings' page shows the categories the company begins with.
        categories.ensure(session)
        intake.attach_strays(session, now=services.clock(), zone=services.zone)
    after = 0
    while True:
        with services.transaction() as session:
            swept = routing.sweep(session, now=services.clock(), zone=services.zone, after=after)
        if not swept.last_id:
            return
        after = swept.last_id


def escalate(services: Services) -> None:
    """Take the steps of escalation that are due, a batch to a transaction."""
    while True:
        with services.transaction() as session:
            now = services.clock()
            taken = escalating.sweep_steps(session, now=now, zone=services.zone, quiet=services.quiet)
        if not taken:
            return


def renew_deadlines(services: Services) -> None:
    """Reckon running clocks anew whose policy or calendar was changed, also by an upgrade that knows another year."""
    while True:
        with services.transaction() as session:
            renewed = clocks.renew_all(session, now=services.clock())
        if not renewed:
            return


JOBS = (
    Job("sweep requests of absent owners", timedelta(minutes=1), sweep_owners),
    Job("escalate requests", timedelta(seconds=15), escalate),
    Job("renew deadlines", timedelta(minutes=1), renew_deadlines),
)
