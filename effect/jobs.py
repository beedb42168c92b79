"""Jobs of the clock for effect: file the open month, and close the last one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from effect.actions import filing
from effect.queries import counting
from effect.rules import months
from wechat_bot import clock_steadiness
from wechat_bot.feature import Job
from wechat_bot.measure import Fact, Measure
from wechat_bot.services import Services


def run(services: Services) -> None:
    """Close the months that are over, the earliest first, and file the one that runs if it is time."""
    now = services.clock()
    if not clock_steadiness.goes_steadily(services):  # a clock that was just set may be in another month
        return
    with services.reading() as session:
        over = counting.unclosed(session, until=months.to_close(now, services.zone))
    for month in over:
        close(services, month, by="")
    current = months.current(now, services.zone)
    with services.reading() as session:
        due = [each for each in (months.before(current), current) if counting.is_due(session, each, now=now)]
    for month in due:
        # The last month is filed on until it is closed, but not where nobody has begun it.
        if month == current or month in over:
            file(services, month, services.measures, now=now)


def close(services: Services, month: int, *, by: str) -> bool:
    """File a month a last time and close it; False where it was closed already."""
    now = services.clock()
    if not file(services, month, services.measures, now=now):
        return False
    with services.transaction() as session:
        return filing.close(session, month, by=by, now=now)


def file(services: Services, month: int, measures: Sequence[Measure], *, now: datetime) -> bool:
    """Count all measures of a month and keep them, each in a short transaction; False where the month is closed."""
    since = services.stopwatch()
    for measure in measures:
        with services.reading() as session:
            rows = counting.of_rows(session, measure, month, services.zone, now=now)
            late = counting.taken_late(session, measure, month, services.zone, now=now)
        with services.transaction() as session:
            if not filing.keep(session, month, measure.name, rows, late, now=now):
                return False
    with services.transaction() as session:
        filing.note_time(session, month, took_ms=round(1000 * (services.stopwatch() - since)))
    return True


def recount(services: Services, month: int, *, by: str) -> Mapping[Measure, tuple[Fact, Fact]]:
    """Recount all measures of a closed month that its rows still tell, each in a transaction; gives the company's facts
    that changed, before and after. Raises Refused where the month is open."""
    now = services.clock()
    found = {}
    for measure in services.measures:
        if measure.is_state:
            continue  # how things stood is not in the rows any more
        with services.reading() as session:
            rows = counting.of_rows(session, measure, month, services.zone, now=now)
        with services.transaction() as session:
            before, after = filing.recount(session, month, measure, rows, by=by, now=now)
        if before != after:
            found[measure] = (before, after)
    return found


JOBS = (Job("file the month", timedelta(minutes=10), run),)
