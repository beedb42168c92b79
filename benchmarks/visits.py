"""Visits: what the clock and the inbox do with a thousand open requests, alone and behind a million closed ones."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Date, bindparam, event, func, insert, select, text
from sqlalchemy.orm import Session

from benchmarks import harness, town
from benchmarks.profiled import short
from config.app import FEATURES
from console.rules.visitors import Role, Visitor
from foundation.database import Database, Moment
from migrations import schema
from people.models import CLASSES
from visits.actions import escalating, filing, intake
from visits.actions.shop_message import ShopMessage
from visits.models.deadlines import Deadline, Promise
from visits.models.plans import VisitPlan
from visits.models.requests import Request
from visits.queries import inbox, plans, reports
from visits.queries.inbox import InboxFilter, Shelf
from visits.queries.visibility import Colleague
from visits.rules.figures import DividedBy, Narrowed, ReportFigure, ReportSpan
from visits.rules.promises import EscalationStep
from wechat_bot.models import Delivery, Follower

OLD, OPEN = 1_000_000, 1_000
#: Old requests are laid out in so many parts, each on another day.
PARTS = 100
#: Steps that are due in one look of the clock.
DUE = 100
LOOKS, ROUNDS = 5, 15
#: Shops of the plan's town; and how often what reads many rows is measured.
SHOPS, READS = 1_000_000, 3
LIMIT = 1.5
ZONE = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
Work = Callable[[Session], Any]


class _Undone(Exception):
    """Raised so that a measured transaction keeps nothing, and the next finds what it found."""


def run() -> None:
    """Measure, and print."""
    rows, whole, said, sums = [], [], [], []
    with harness.stores() as stores:
        for name, url in stores.items():
            now = datetime.now(UTC)
            alone = Database(_another(url))
            behind = Database(url)
            fill(alone, now, old=0)
            fill(behind, now, old=OLD)
            for what, work in parts(now).items():
                times = harness.rotate(
                    {"alone": partial(_measured, alone, work), "behind": partial(_measured, behind, work)}, ROUNDS
                )
                ratio = harness.paired(times["behind"], times["alone"])
                alone_ms, behind_ms = (1000 * statistics.median(times[each]) for each in ("alone", "behind"))
                rows.append(
                    [
                        name,
                        what,
                        str(ratio),
                        harness.verdict(ratio.median, LIMIT),
                        f"{alone_ms:.2f}",
                        f"{behind_ms:.2f}",
                    ]
                )
            statements = _statements(behind, now)
            said += [[name, what, f"{ms:.2f}"] for what, ms in statements]
            sums.append(f"{name}: {len(statements)} statements, {sum(ms for _, ms in statements):.1f} ms.")
            # Only now: a town of a million shops is another one than that of the inbox.
            lay_out_plan(behind, now)
            whole += [
                [name, what, f"{1000 * statistics.median(_measured(behind, work) for _ in range(READS)):,.0f}"]
                for what, work in reports_and_plans(now).items()
            ]
            alone.dispose()
            behind.dispose()
    harness.table(
        f"Visits: {OPEN:,} open requests behind {OLD:,} closed ones, against {OPEN:,} alone",
        ["database", "what", "ratio [IQR]", "limit", "ms alone", "ms behind"],
        rows,
    )
    harness.table(
        "The statements from a shop's first message to its manager's notice queued, without the commit",
        ["database", "statement", "ms, median"],
        said,
        sums,
    )
    harness.table(
        f"Visits: a report of {OLD:,} requests, and whose turn it is of {SHOPS:,} shops",
        ["database", "what", "ms"],
        whole,
    )


def _another(url: str) -> str:
    return f"{url}.alone" if url.startswith("sqlite") else harness.another_database(url, "alone")


def parts(now: datetime) -> dict[str, Work]:
    """What is measured, by name."""
    return {
        "from a shop's message to its manager's notice queued": lambda session: _message(session, now),
        "a look of the clock, nothing due": lambda session: _sweep(session, now, 0),
        f"{DUE} steps taken and told": lambda session: _sweep(session, now + HOUR, DUE),
        "a manager's inbox": lambda session: _inbox(session, _manager(now), Shelf.MINE),
        "the company's inbox": lambda session: _inbox(session, _company(now), Shelf.OPEN),
    }


def reports_and_plans(now: datetime) -> dict[str, Work]:
    """What reads many rows, by name: for whoever sees the whole company, the most there is."""
    today = now.astimezone(ZONE).date()
    week, all_of_them = (
        ReportSpan(today - timedelta(days=16), today - timedelta(days=10)),
        ReportSpan(today - timedelta(150), today),
    )
    return {
        "a report of 70,000 requests by manager": partial(_report, now=now, span=week),
        "the same for one manager": partial(_report, now=now, span=week, manager_id=1),
        "a report of all of them by month": partial(_report, now=now, span=all_of_them, by=DividedBy.MONTH),
        "the newest requests behind a figure": partial(_behind, now=now, span=all_of_them),
        "whose turn it is, the first page": partial(_plan, now=now),
        "how many are due, of one plan": partial(_plans, now=now),
        "whose turn it is, for one manager": partial(_own_plan, now=now),
        "no contact for 30 days, the first page": partial(_silent, now=now),
    }


def _report(
    session: Session,
    *,
    now: datetime,
    span: ReportSpan,
    by: DividedBy = DividedBy.MANAGER,
    manager_id: int | None = None,
) -> None:
    narrowed = Narrowed(span, manager_id=manager_id)
    lines, total = reports.report(session, _company(now), narrowed, by, now=now)
    if not total.requests or sum(line.requests for line in lines) != total.requests:
        raise AssertionError(f"{total.requests} requests")


def _behind(session: Session, *, now: datetime, span: ReportSpan) -> None:
    lines = reports.page(session, _company(now), Narrowed(span), ReportFigure.ALL, now=now).lines
    if len(lines) != reports.PAGE:
        raise AssertionError(f"{len(lines)} lines")


def _plan(session: Session, *, now: datetime) -> None:
    _page_of_plan(session, _company(now), now)


def _own_plan(session: Session, *, now: datetime) -> None:
    _page_of_plan(session, _manager(now), now)


def _page_of_plan(session: Session, who: Colleague, now: datetime) -> None:
    plan = plans.one(session, 1)
    page = plans.page(session, who, plan, {}, part="due", now=now) if plan else None
    if page is None or len(page.lines) != plans.PAGE:
        raise AssertionError("no page of shops")


def _plans(session: Session, *, now: datetime) -> None:
    [plan] = plans.running(session, _company(now), {}, now=now)
    if not 0 < plan.due < plan.shops:
        raise AssertionError(f"{plan.due} of {plan.shops} shops are due")


def _silent(session: Session, *, now: datetime) -> None:
    if not plans.silent(session, _company(now), 30, now=now).lines:
        raise AssertionError("everybody was in touch")


def _message(session: Session, now: datetime) -> None:
    """A shop writes: request, owner, clocks and the notice to its manager."""
    # One without an open request, as the heavier case.
    received = intake.receive(session, f"shop{2 * OPEN - 1}", ShopMessage("text", "断货了"), now=now, zone=ZONE)
    session.flush()
    about = f"visit:{received.request_id}"
    if session.scalar(select(func.count()).select_from(Delivery).where(Delivery.about == about)) != 1:
        raise AssertionError("its manager was not told")


def _sweep(session: Session, now: datetime, due: int) -> None:
    taken = escalating.take_steps(session, now=now, zone=ZONE, quiet=None)
    if taken != due:
        raise AssertionError(f"{taken} requests had a step due, and not {due}")


def _inbox(session: Session, who: Colleague, shelf: Shelf) -> None:
    """What the inbox's page asks: its lines, and how many stand where."""
    page = inbox.page(session, who, InboxFilter(shelf), now=who.now)
    counts = inbox.counts(session, who, now=who.now)
    if not page.lines or counts.open < len(page.lines):
        raise AssertionError(f"{len(page.lines)} lines of {counts.open}")


def _manager(now: datetime) -> Colleague:
    sees = Visitor(0, "manager", Role.MANAGER, manager_id=1)
    return Colleague(sees.name, now, ZONE, sees, manager_id=1)


def _company(now: datetime) -> Colleague:
    sees = Visitor(1, "market", Role.MARKETING)
    return Colleague(sees.name, now, ZONE, sees, user_id=1)


def _statements(database: Database, now: datetime) -> list[tuple[str, float]]:
    """The statements of a shop's first message in their order, each with its milliseconds, the driver's included."""
    looks: list[list[tuple[str, float]]] = []
    begun = [0.0]

    def before(*_: Any) -> None:
        begun[0] = time.perf_counter()

    def after(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            looks[-1].append((short(statement), 1000 * (time.perf_counter() - begun[0])))

    def look(session: Session) -> None:
        looks.append([])
        _message(session, now)

    event.listen(database.engine, "before_cursor_execute", before)
    event.listen(database.engine, "after_cursor_execute", after)
    for _ in range(ROUNDS):
        _measured(database, look)
    event.remove(database.engine, "before_cursor_execute", before)
    event.remove(database.engine, "after_cursor_execute", after)
    # The last looks at what was done is the benchmark's own.
    names = [name for name, _ in looks[-1][:-1]]
    return [(name, statistics.median(each[place][1] for each in looks)) for place, name in enumerate(names)]


def _measured(database: Database, work: Work) -> float:
    """Seconds of one transaction, the median of a few; nothing is kept."""
    times = []
    for _ in range(LOOKS):
        begun = time.perf_counter()
        try:
            with database.transaction() as session:
                work(session)
                session.flush()
                times.append(time.perf_counter() - begun)
                raise _Undone
        except _Undone:
            pass
    return statistics.median(times)


def fill(database: Database, now: datetime, *, old: int) -> None:
    """A town of two thousand shops, half of them with an open request, and so many closed ones before."""
    schema.upgrade(database, FEATURES)
    with database.transaction() as session:
        town.settle(session, [f"shop{n}" for n in range(2 * OPEN)], now=now)
        session.execute(text("UPDATE manager SET openid = 'manager' || id"))
        session.execute(
            insert(Follower),
            [
                {"openid": f"manager{n}", "message_left": 5, "event_left": 0, "has_held": False}
                for n in range(1, town.AREAS + 1)
            ],
        )
    for part in range(PARTS if old else 0):
        with database.transaction() as session:
            lay_out_old(session, part * (old // PARTS), old // PARTS, now - timedelta(days=part + 10))
    with database.transaction() as session:
        lay_out_open(session, old, now)
    file_all(database, now)
    analyze(database)


def file_all(database: Database, now: datetime) -> int:
    """What the clock does every minute: file what is closed. Gives how many."""
    done = 0
    while True:
        with database.transaction() as session:
            filed = filing.file_some(session, now=now)
        done += filed
        if not filed:
            return done


def analyze(database: Database) -> None:
    """Let the database know what it holds."""
    if not database.is_sqlite:
        # The rows were given their ids; PostgreSQL counts on from where it stopped.
        with database.transaction() as session:
            for table in ("retailer", "visit_request", "visit_deadline"):
                session.execute(text(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE"))


def lay_out_plan(database: Database, now: datetime) -> None:
    """A plan for a quarter of a million more shops; four of five were visited, two of three of all a second time."""
    today = now.astimezone(ZONE).date()
    with database.transaction() as session:
        # Out of the way of those to come.
        session.execute(text("UPDATE retailer SET licence = '9' || licence, bind_token = 'first' || bind_token"))
        town.shops(session, SHOPS, now=now)
        begins_on = today - timedelta(days=200)
        session.add(VisitPlan(id=1, name="月访", audience={"class": CLASSES[0]}, every_days=30, begins_on=begins_on))
        session.flush()
        for days, share in ((70, 5), (20, 3)):
            visits = text(
                "INSERT INTO visit_made (retailer_id, made_on, how, note) "
                f"SELECT id, :day, 'shop', '' FROM retailer WHERE id % {share} > 0"
            ).bindparams(bindparam("day", type_=Date()))
            session.execute(visits, {"day": today - timedelta(days=days)})
    analyze(database)


def lay_out_old(session: Session, after: int, count: int, at: datetime, shops: int = 2 * OPEN) -> None:
    """So many closed requests of one moment behind those of this number, of the first shops in turn."""
    first = after + 1
    moments = [bindparam(name, type_=Moment()) for name in ("opened", "answered", "closed", "due")]
    given = {
        "first": first,
        "last": first + count - 1,
        "shops": shops,
        "areas": town.AREAS,
        "opened": at,
        "answered": at + 6 * HOUR,
        "closed": at + 30 * HOUR,
        "due": at + 24 * HOUR,
    }
    numbers = "WITH RECURSIVE n(i) AS (SELECT CAST(:first AS INTEGER) UNION ALL SELECT i + 1 FROM n WHERE i < :last) "
    requests = (
        "INSERT INTO visit_request (id, openid, retailer_id, area_id, class_id, owner_id, opened_at, handed_over_at, "
        "first_answered_at, shop_wrote_at, answered_at, closed_at, closed_how, closings, version) "
        f"{numbers} SELECT i, 'shop' || (i % :shops), i % :shops + 1, i % :areas + 1, i % 4 + 1, i % :areas + 1, "
        ":opened, :opened, :answered, :opened, :answered, :closed, 'done', 1, 1 FROM n"
    )
    _execute(session, requests, moments, given)
    for promise in (Promise.FIRST_ANSWER, Promise.CLOSING, Promise.REPLY_WINDOW):
        deadlines = (
            "INSERT INTO visit_deadline (request_id, promise, round, started_at, allowed, used, running_since, due_at, "
            "met_at, ended_at, counts_working_hours, fingerprint) "
            f"{numbers} SELECT i, '{promise}', 1, :opened, 86400, 0, :opened, :due, :answered, :answered, false, '' "
            "FROM n"
        )
        _execute(session, deadlines, moments, given)


def _execute(session: Session, statement: str, moments: list[Any], given: dict[str, Any]) -> None:
    used = [moment for moment in moments if f":{moment.key}" in statement]
    session.execute(text(statement).bindparams(*used), given)


def lay_out_open(session: Session, after: int, now: datetime) -> None:
    """Behind those of this number a thousand open requests; of a hundred half the time is over within the hour."""
    begun = [now - 12 * HOUR + (HOUR / 2 if n < DUE else 6 * HOUR) for n in range(OPEN)]
    session.execute(
        insert(Request),
        [
            {
                "id": after + n + 1,
                "openid": f"shop{n}",
                "retailer_id": n + 1,
                "area_id": n % town.AREAS + 1,
                "class_id": n % 4 + 1,
                "owner_id": n % town.AREAS + 1,
                "opened_at": begun[n],
                "handed_over_at": begun[n],
                "unanswered_since": begun[n],
                "shop_wrote_at": begun[n],
                "due_at": begun[n] + 24 * HOUR,
                "closings": 0,
                "version": 1,
            }
            for n in range(OPEN)
        ],
    )
    running = ((Promise.FIRST_ANSWER, 24, 12, EscalationStep.HALF), (Promise.CLOSING, 168, 134.4, EscalationStep.NEAR))
    session.execute(
        insert(Deadline),
        [
            {
                "request_id": after + n + 1,
                "promise": promise,
                "round": 1,
                "started_at": begun[n],
                "allowed": allowed * 3600,
                "used": 0,
                "running_since": begun[n],
                "due_at": begun[n] + allowed * HOUR,
                "counts_working_hours": False,
                "fingerprint": "",
                "step": step,
                "step_at": begun[n] + step_after * HOUR,
            }
            for n in range(OPEN)
            for promise, allowed, step_after, step in running
        ],
    )
