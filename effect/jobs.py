"""Jobs of the clock for effect: file the open month, close the last one, send it to supervisors; and long work."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from console.work import Work, WorkKind
from effect.actions import filing, reporting
from effect.export.month import MONTH
from effect.queries import counting
from effect.rules import figures, months
from effect.texts import sentences as texts
from foundation.errors import Refused
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
            same_days = counting.of_same_days(session, measure, month, services.zone, now=now)
        with services.transaction() as session:
            if not filing.keep(session, month, measure.name, rows, late, same_days, now=now):
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


def close_asked(work: Work) -> None:
    """Close a month that an administrator wants closed. Raises Refused where it is closed already."""
    month = int(work.params["month"])
    if not close(work.services, month, by=work.params["by"]):
        raise Refused(texts.IS_CLOSED.format(months.written(month)))
    work.finish({"said": texts.IS_CLOSED.format(months.written(month))})


def recount_asked(work: Work) -> None:
    """Recount a month that an administrator wants recounted; the task shows the difference."""
    found = recount(work.services, int(work.params["month"]), by=work.params["by"])
    lines = [
        f"{measure.label}：{figures.with_parts(measure, before)} → {figures.with_parts(measure, after)}"
        for measure, (before, after) in found.items()
    ]
    work.finish({"said": "\n".join(lines) or texts.NO_CHANGE})


def send(services: Services) -> None:
    """Send the last month to every supervisor on the first working day: its file as a task of theirs, and a notice."""
    now = services.clock()
    if not clock_steadiness.goes_steadily(services):
        return
    month = months.before(months.current(now, services.zone))
    with services.reading() as session:
        if not reporting.is_due(session, month, services.zone, now=now):
            return
        users, managers = reporting.users(session), reporting.managers(session)
    is_whole = True
    for user_id in users:
        with services.transaction() as session:
            is_whole &= reporting.hand_out(session, month, user_id, MONTH.kind, now=now)
    for manager_id in managers:
        with services.transaction() as session:
            reporting.tell(session, month, manager_id, now=now)
    if is_whole:
        with services.transaction() as session:
            filing.note_sent(session, month, now=now)


JOBS = (Job("file the month", timedelta(minutes=10), run), Job("send the month", timedelta(minutes=10), send))
TASKS = {
    filing.CLOSE: WorkKind(close_asked, is_begun_again=True),
    filing.RECOUNT: WorkKind(recount_asked, is_begun_again=True),
}
