"""A visit group of 50,000 shops: whom it would reach, sending it, its progress, the shops behind a figure."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from benchmarks import harness, town
from campaigns import listing, sending
from campaigns.kinds import CampaignContext
from campaigns.models import Recipient
from config.app import FEATURES
from console.models import User
from console.rules.visitors import Role, Visitor
from foundation.database import Database
from foundation.paging import FIRST, Cursor
from migrations import schema
from visits.actions import groups as actions
from visits.queries import groups as queries
from visits.queries.groups import GroupLine
from visits.queries.visibility import Colleague
from wechat_bot.models import Delivery, DeliveryState, Follower

MEMBERS, GROUPS, READS = 50_000, 5, 7
ZONE = ZoneInfo("Asia/Shanghai")
#: Listing with reasons, counters and steps, against a bare INSERT … SELECT of the same rows.
LIMIT_LISTING = 2.5
_BARE = """
INSERT INTO campaign_recipient (campaign_id, retailer_id, openid, area_id, manager_id, outcome)
SELECT :campaign, retailer.id, openid, area_id, coalesce(retailer.manager_id, area.manager_id), 'listed'
FROM retailer JOIN area ON area.id = retailer.area_id
"""
#: What a person waits for without wondering; and what a callback waits for beside the clock's work on SQLite.
LIMIT, LIMIT_STEP = 1.0, 0.5


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
                session.add(
                    User(id=1, login="market", name="market", role="marketing", password_hash="", created_at=now)
                )
            who, parts = _company(now), Parts()
            for _ in range(GROUPS):
                begun = time.perf_counter()
                with database.transaction() as session:
                    group = _send(session, who, now)
                parts.door.append(time.perf_counter() - begun)
                _carry(database, parts, now)
                parts.bare.append(_bare(database))
            _answer(database, now)
            for what, times, limit in (
                ("a group of 50,000 sent: the door", parts.door, LIMIT),
                ("its audience frozen: the longest step of 10,000", parts.steps, LIMIT_STEP),
                ("a thousand handed to the outbox", parts.handed, LIMIT_STEP),
                ("news of 500 noted", parts.noted, LIMIT_STEP),
            ):
                rows.append(_row(name, what, max(times), limit))
            ratio = harness.paired(parts.listed, parts.bare)
            said = f"{ratio}, {harness.verdict(ratio.median, LIMIT_LISTING)}"
            milliseconds = f"{statistics.median(parts.listed) * 1000:,.0f}"
            rows.append([name, "all of it, against a bare INSERT … SELECT", milliseconds, said])
            with database.reading() as session:
                line = queries.one(session, who, group, now=now)
            assert line is not None
            for what, work in _reads(who, line, now).items():
                rows.append(_row(name, what, _measured(database, work), LIMIT))
            database.dispose()
    harness.table(
        f"Visit groups of {MEMBERS:,} shops, {GROUPS} of them",
        ["database", "what", "ms", "of the limit"],
        rows,
    )


@dataclass
class Parts:
    """Seconds that each transaction of a group took."""

    door: list[float] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)
    #: A whole audience frozen, and the same rows inserted bare.
    listed: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    handed: list[float] = field(default_factory=list)
    noted: list[float] = field(default_factory=list)


def _row(name: str, what: str, seconds: float, limit: float) -> list[str]:
    return [name, what, f"{seconds * 1000:,.0f}", f"{seconds / limit:.2f}, {harness.verdict(seconds, limit)}"]


def _reads(who: Colleague, group: GroupLine, now: datetime) -> dict[str, Callable[[Session], Any]]:
    def members(part: str, cursor: Cursor = FIRST) -> Callable[[Session], Any]:
        return lambda session: queries.members(session, who, group, part=part, now=now, quiet=None, cursor=cursor)

    everyone = None
    return {
        "the form: whom it would reach": lambda session: queries.preview(
            session, who, everyone, {}, has_template=True, now=now
        ),
        "the list of groups": lambda session: queries.listing(session, who, now=now),
        "one group's progress": lambda session: queries.one(session, who, group.id, now=now),
        "its members, the first page": members(""),
        "its members, a page at the back": members("", Cursor(str(MEMBERS - 100))),
        "those that did not answer": members("silent"),
        "those that could not be reached (none)": members("failed"),
        "those whose answer is late (none)": members("overdue"),
    }


def _company(now: datetime) -> Colleague:
    sees = Visitor(1, "market", Role.MARKETING)
    return Colleague(sees.name, now, ZONE, sees, user_id=1)


def _send(session: Session, who: Colleague, now: datetime) -> int:
    return actions.send(session, who, None, "明天下午到您店里看新品", criteria={}, now=now).id


def _carry(database: Database, parts: Parts, now: datetime) -> None:
    """What the clock does of a group until all of it was handed over; WeChat takes every message."""
    context = CampaignContext(now, zone=ZONE)
    with database.reading() as session:
        (campaign,) = sending.due(session, actions.KIND, now=now)
    is_more, before = True, len(parts.steps)
    while is_more:
        begun = time.perf_counter()
        with database.transaction() as session:
            is_more = listing.some(session, campaign, actions.KIND, context)
        parts.steps.append(time.perf_counter() - begun)
    parts.listed.append(sum(parts.steps[before:]))
    due = [campaign]
    while due:
        begun = time.perf_counter()
        with database.transaction() as session:
            sending.queue_some(session, campaign, actions.KIND, context)
        parts.handed.append(time.perf_counter() - begun)
        with database.transaction() as session:
            gone = update(Delivery).where(Delivery.state == DeliveryState.PENDING)
            values = {"state": DeliveryState.SENT, "channel": "custom", "has_news": True}
            session.execute(gone.values(settled_at=now, attempts=1, **values))
        looked = sending.BATCH
        while looked:
            begun = time.perf_counter()
            with database.transaction() as session:
                looked = sending.note_news(session, actions.KIND, now=now)
            parts.noted.append(time.perf_counter() - begun)
        with database.reading() as session:
            due = sending.due(session, actions.KIND, now=now)


def _bare(database: Database) -> float:
    """Insert the same rows with nothing but an INSERT … SELECT, for a campaign that is none; take them out again."""
    nobodys = {"campaign": 1_000_000}
    begun = time.perf_counter()
    with database.transaction() as session:
        session.execute(text(_BARE), nobodys)
    took = time.perf_counter() - begun
    with database.transaction() as session:
        session.execute(text("DELETE FROM campaign_recipient WHERE campaign_id = :campaign"), nobodys)
    return took


def _answer(database: Database, now: datetime) -> None:
    """One in ten answered."""
    with database.transaction() as session:
        answered = update(Recipient).where(Recipient.retailer_id % 10 == 0)
        session.execute(answered.values(acted_at=now + timedelta(minutes=5)))
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
