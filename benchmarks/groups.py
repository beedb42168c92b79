"""A visit group of 50,000 shops: whom it would reach, sending it, its progress, the shops behind a figure."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from benchmarks import harness, town
from config.app import FEATURES
from console.rules.visitors import Role, Visitor
from foundation.database import Database
from migrations import schema
from visits.actions import groups as actions
from visits.models import GroupMember
from visits.queries import groups as queries
from visits.queries.visibility import Colleague
from visits.rules.whom import Kind, Whom
from wechat_bot.models import Delivery, DeliveryState, Follower

MEMBERS, GROUPS, READS = 50_000, 5, 7
ZONE = ZoneInfo("Asia/Shanghai")
#: What a person waits for without wondering.
LIMIT = 1.0
#: One statement inserts members, deliveries and ties: whoever sends to 50,000 waits for it once.
LIMIT_SENDING = 10.0


def run() -> None:
    """Measure, and print."""
    rows = []
    with harness.stores() as stores:
        for name, url in stores.items():
            database, now = Database(url), datetime.now(UTC)
            schema.upgrade(database, FEATURES)
            with database.transaction() as session:
                town.settle(session, [f"shop{n}" for n in range(MEMBERS)], now=now)
                # Half of them cannot be written to; the queue holds them.
                session.execute(update(Follower).where(Follower.openid.like("%1")).values(message_left=0))
            who = _company(now)
            begun = time.perf_counter()
            with database.transaction() as session:
                group = _send(session, who, now)
            rows.append(_row(name, f"a group of {MEMBERS:,} sent", time.perf_counter() - begun, LIMIT_SENDING))
            for _ in range(GROUPS - 1):
                with database.transaction() as session:
                    group = _send(session, who, now)
            _go_out(database, now)
            for what, work in _reads(who, group, now).items():
                rows.append(_row(name, what, _measured(database, work), LIMIT))
            database.dispose()
    harness.table(
        f"Visit groups of {MEMBERS:,} shops, {GROUPS} of them",
        ["database", "what", "ms", "of the limit"],
        rows,
    )


def _row(name: str, what: str, seconds: float, limit: float) -> list[str]:
    return [name, what, f"{seconds * 1000:,.0f}", f"{seconds / limit:.2f}, {harness.verdict(seconds, limit)}"]


def _reads(who: Colleague, group: int, now: datetime) -> dict[str, Callable[[Session], Any]]:
    def members(part: str, after: int = 0) -> Callable[[Session], Any]:
        return lambda session: queries.members(session, who, group, part=part, now=now, after=after)

    everyone = Whom(Kind.ALL)
    return {
        "the form: whom it would reach": lambda session: queries.preview(
            session, who, everyone, {}, has_template=True, now=now
        ),
        "the list of groups": lambda session: queries.listing(session, who, now=now),
        "one group's progress": lambda session: queries.one(session, who, group, now=now),
        "its members, the first page": members(""),
        "its members, a page at the back": members("", MEMBERS - 100),
        "those that did not answer": members("silent"),
        "those that could not be reached (none)": members("failed"),
        "those whose answer is late (none)": members("overdue"),
    }


def _company(now: datetime) -> Colleague:
    sees = Visitor(1, "market", Role.MARKETING)
    return Colleague(sees.name, now, ZONE, sees)


def _send(session: Session, who: Colleague, now: datetime) -> int:
    return actions.send(session, who, Whom(Kind.ALL), "明天下午到您店里看新品", criteria={}, now=now).id


def _go_out(database: Database, now: datetime) -> None:
    """All but the last thousand were sent, and one in ten answered."""
    with database.transaction() as session:
        gone = update(Delivery).where(Delivery.id % MEMBERS < MEMBERS - 1000)
        session.execute(gone.values(state=DeliveryState.SENT, settled_at=now, attempts=1))
        answered = update(GroupMember).where(GroupMember.retailer_id % 10 == 0)
        session.execute(answered.values(answered_at=now + timedelta(minutes=5)))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE"))


def _measured(database: Database, work: Callable[[Session], Any]) -> float:
    times = []
    for _ in range(READS):
        begun = time.perf_counter()
        with database.reading() as session:
            work(session)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)
