"""Visits: what the clock and the inbox do with a thousand open requests, alone and behind a million closed ones."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, insert, text
from sqlalchemy.orm import Session

from benchmarks import harness, town
from console.rules import Role, Visitor
from foundation.database import Database, Moment
from migrations import schema
from visits.actions import escalating
from visits.models import Deadline, Promise, Request
from visits.queries import inbox
from visits.queries.inbox import Filter, Shelf
from visits.rules.promises import Step
from visits.scope import Colleague
from wechat_bot.models import Follower

OLD, OPEN = 1_000_000, 1_000
#: Old requests are laid out in so many parts, each on another day.
PARTS = 100
#: Steps that are due in one look of the clock.
DUE = 100
LOOKS, ROUNDS = 5, 15
LIMIT = 1.5
ZONE = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
Work = Callable[[Session], Any]


class _Undone(Exception):
    """Raised so that a measured transaction keeps nothing, and the next finds what it found."""


def run() -> None:
    """Measure, and print."""
    rows = []
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
            alone.dispose()
            behind.dispose()
    harness.table(
        f"Visits: {OPEN:,} open requests behind {OLD:,} closed ones, against {OPEN:,} alone",
        ["database", "what", "ratio [IQR]", "limit", "ms alone", "ms behind"],
        rows,
    )


def _another(url: str) -> str:
    return f"{url}.alone" if url.startswith("sqlite") else harness.another_database(url, "alone")


def parts(now: datetime) -> dict[str, Work]:
    """What is measured, by name."""
    return {
        "a look of the clock, nothing due": lambda session: _sweep(session, now, 0),
        f"{DUE} steps taken and told": lambda session: _sweep(session, now + HOUR, DUE),
        "a manager's inbox": lambda session: _inbox(session, _manager(now), Shelf.MINE),
        "the company's inbox": lambda session: _inbox(session, _company(now), Shelf.OPEN),
    }


def _sweep(session: Session, now: datetime, due: int) -> None:
    taken = escalating.sweep_steps(session, now=now, zone=ZONE, quiet=None)
    if taken != due:
        raise AssertionError(f"{taken} requests had a step due, and not {due}")


def _inbox(session: Session, who: Colleague, shelf: Shelf) -> None:
    """What the inbox's page asks: its lines, and how many stand where."""
    page = inbox.page(session, who, Filter(shelf), now=who.now)
    counts = inbox.counts(session, who, now=who.now)
    if not page.lines or counts.open < len(page.lines):
        raise AssertionError(f"{len(page.lines)} lines of {counts.open}")


def _manager(now: datetime) -> Colleague:
    sees = Visitor(0, "manager", Role.MANAGER, manager_id=1)
    return Colleague(sees.name, now, ZONE, sees, manager_id=1)


def _company(now: datetime) -> Colleague:
    sees = Visitor(1, "market", Role.MARKETING)
    return Colleague(sees.name, now, ZONE, sees, user_id=1)


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
    schema.upgrade(database)
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
            _lay_out_old(session, part, old // PARTS, now - timedelta(days=part + 10))
    with database.transaction() as session:
        _lay_out_open(session, old, now)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE"))


def _lay_out_old(session: Session, part: int, count: int, at: datetime) -> None:
    first = part * count + 1
    moments = [bindparam(name, type_=Moment()) for name in ("opened", "answered", "closed", "due")]
    given = {
        "first": first,
        "last": first + count - 1,
        "shops": 2 * OPEN,
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


def _lay_out_open(session: Session, after: int, now: datetime) -> None:
    """A thousand open requests; of a hundred half the time is over within the hour."""
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
    running = ((Promise.FIRST_ANSWER, 24, 12, Step.HALF), (Promise.CLOSING, 168, 134.4, Step.NEAR))
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
