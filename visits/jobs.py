"""Jobs of the clock for visits."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from console.rules.visitors import Visitor
from console.work import Made, Work, export
from people import visibility as people_scope
from visits import export as report
from visits.actions import clocks, escalating, filing, intake, moving, resting, undelivered, unreached
from visits.permissions import VISITS_EXPORT
from visits.queries import reports, visibility
from visits.rules import figures
from visits.rules.figures import DividedBy, Narrowed, Took
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


def export_report(work: Work, session: Session, visitor: Visitor, path: Path) -> Made:
    """Write a report and its requests to a file, limited to what whoever asked may see now."""
    services, given, progress = work.services, work.params, work.stage("导出")
    now = services.clock()
    who = visibility.of_visitor(session, visitor, now=now, zone=services.zone)
    span = figures.span(given["from"], given["until"], today=who.today)
    narrowed = Narrowed(span, *(given.get(name) for name in ("manager", "area", "category", "class")))
    lines, total = reports.report(session, who, narrowed, DividedBy(given["by"]), now=now, took=tuple(Took))
    title = f"拜访统计 {span.from_on} 到 {span.until_on}"
    count = report.write(
        path,
        title,
        [*lines, total],
        reports.stream(session, who, narrowed, now=now),
        zone=services.zone,
        progress=lambda done: progress(done, total.requests),
    )
    return Made(f"拜访统计_{span.from_on:%Y%m%d}-{span.until_on:%Y%m%d}.xlsx", f"共 {count} 条留言。")


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


TASKS = {
    report.EXPORT: export(export_report, permission=VISITS_EXPORT, what="导出拜访统计", part=people_scope.part),
}
JOBS = (
    Job("sweep requests of absent owners", timedelta(minutes=1), sweep_owners),
    Job("escalate requests", timedelta(seconds=15), escalate),
    Job("look after answers", timedelta(seconds=5), look_after_answers),
    Job("look after notices", timedelta(seconds=5), look_after_notices),
    Job("look after resting requests", timedelta(minutes=1), look_after_resting),
    Job("file closed requests", timedelta(minutes=1), file_closed),
    Job("renew deadlines", timedelta(minutes=1), renew_deadlines),
)
