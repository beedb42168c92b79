"""What the clock does for visits."""

from datetime import timedelta

from visits.actions import intake, routing
from wechat_bot.feature import Job
from wechat_bot.services import Services


def sweep_owners(services: Services) -> None:
    """Give what absent or disabled managers hold, and what has no owner, to whoever answers today."""
    with services.transaction() as session:
        intake.attach_strays(session, now=services.clock(), zone=services.zone)
    after = 0
    while True:
        with services.transaction() as session:
            swept = routing.sweep(session, now=services.clock(), zone=services.zone, after=after)
        if not swept.last_id:
            return
        after = swept.last_id


JOBS = (Job("sweep requests of absent owners", timedelta(minutes=1), sweep_owners),)
