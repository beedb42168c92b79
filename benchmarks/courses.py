"""Courses: a lesson released to fifty thousand enrolments against a bare INSERT … SELECT of as many messages; released
and told, against the same INSERT … SELECT in the same lots; and the longest that anybody waits for SQLite's lock."""

import statistics
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as hour
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import String, bindparam, cast, delete, func, literal, select, text, update
from sqlalchemy.orm import Session

from benchmarks import harness, town
from campaigns.kinds import CampaignContext
from config.app import FEATURES
from courses.actions import authoring, releasing
from courses.models.learning import Enrolment
from courses.rules.definition import CourseDefinition, LessonDefinition, Screen
from foundation.database import Database, Moment
from migrations import schema
from people.models import Retailer
from wechat_bot import reply
from wechat_bot.conversation import Account
from wechat_bot.models import Delivery
from wechat_bot.outbox import queueing

SHOPS, ROUNDS = 50_000, 3
LIMIT, LIMIT_WAIT = 2.5, 0.5
ZONE = ZoneInfo("Asia/Shanghai")
ACCOUNT = Account(name="", public_url="", has_pages=True)
WEDNESDAY = datetime.combine(date(2026, 12, 2), hour(10), ZONE)
_FOLLOWERS = """
INSERT INTO follower (openid, followed_at, message_left, event_left, has_held)
SELECT openid, :now, 0, 0, {false} FROM retailer
"""
_BEGUN: dict[str, Any] = {"released": 1, "told": 1, "told_at": None, "reminded": 0, "tell_at": None}


def run() -> None:
    """Measure, and print."""
    rows = []
    with harness.stores() as stores:
        for name, url in stores.items():
            database = Database(url)
            schema.upgrade(database, FEATURES)
            _settle(database)
            steps: list[float] = []
            runs = {
                "bare": partial(_bare, database, SHOPS),
                "released": partial(_released, database, []),
                "bare in lots": partial(_bare, database, releasing.BATCH),
                "told": partial(_told, database, steps),
            }
            found = harness.rotate(runs, ROUNDS)
            for ours, theirs in (("released", "bare"), ("told", "bare in lots")):
                ratio = harness.paired(found[ours], found[theirs])
                took = f"{statistics.median(found[ours]) * 1000:,.0f}"
                rows.append([name, f"{ours} ÷ {theirs}", f"{ratio}, {harness.verdict(ratio.median, LIMIT)}", took])
            rows.append([name, "longest transaction", _longest(database, steps), ""])
            database.dispose()
    harness.table(
        f"A lesson released to {SHOPS:,} shops, and each told of it, against a bare INSERT … SELECT of the messages",
        ["database", "what", "ratio, or seconds", "ms"],
        rows,
    )


def _longest(database: Database, steps: list[float]) -> str:
    longest = max(steps)
    return f"{longest:.2f}, {harness.verdict(longest, LIMIT_WAIT) if database.is_sqlite else 'no limit'}"


def _settle(database: Database) -> None:
    """A course that every shop has begun on Monday, with the second lesson due on Wednesday."""
    now = WEDNESDAY - timedelta(days=2)
    false = "0" if database.is_sqlite else "false"
    lessons = tuple(LessonDefinition(f"l{n}", f"第 {n} 课", (Screen("字" * 300),)) for n in range(1, 8))
    definition = CourseDefinition("怎么辨别真假烟", lessons=lessons, every_days=2, is_ordered=False)
    with database.transaction() as session:
        town.settle(session, now=now)
        town.shops(session, SHOPS, now=now, openid="'o' || n")
        session.execute(text(_FOLLOWERS.format(false=false)).bindparams(bindparam("now", type_=Moment())), {"now": now})
        course = authoring.load(session, definition, who="", now=now)
        authoring.publish(session, course.id, criteria={}, stamp=course.stamp, who="", now=now)
        version = course.version_id
        begun = {"version_id": version, "started_at": now, "released_at": now, "last_at": now, **_BEGUN}
        session.execute(update(Enrolment).values(next_at=WEDNESDAY, **begun))


def _bare(database: Database, lot: int) -> float:
    """The same messages, in statements of so many."""
    words, steps = reply.text_message("今日一课（2/7）：第 2 课（2 分钟）"), list[float]()
    first = iter(range(0, SHOPS + 1, lot))

    def step(session: Session) -> int:
        after = next(first)
        to: Any = select(Retailer.openid, literal("bare:") + cast(Enrolment.id, String))
        to = to.join(Enrolment, Enrolment.retailer_id == Retailer.id)
        to = to.where(Enrolment.id.between(after + 1, after + lot))
        return queueing.queue_all(session, to, words, now=datetime.now(UTC), about="course:1", heeds_quiet=True)

    _in_lots(database, lot, step, steps)
    _clear(database)
    return sum(steps)


def _released(database: Database, steps: list[float]) -> float:
    """Only the lesson: who is told of it is told later."""
    before, (version, context) = len(steps), _due(database)
    step = partial(releasing.release_some, version=version, quiet=None, zone=ZONE, now=context.now)
    _in_lots(database, releasing.BATCH, step, steps)
    _clear(database)
    return sum(steps[before:])


def _told(database: Database, steps: list[float]) -> float:
    """What the clock does, in lots: each is released the lesson and told of it."""
    before, (version, context) = len(steps), _due(database)
    step = partial(releasing.release_and_tell, version=version, context=context, quiet=None)
    _in_lots(database, releasing.BATCH, step, steps)
    with database.reading() as session:
        told = session.scalar(select(func.count()).select_from(Enrolment).where(Enrolment.told == 2))
        assert told == session.scalar(select(func.count()).select_from(Delivery)) == SHOPS
    _clear(database)
    return sum(steps[before:])


def _due(database: Database) -> tuple[releasing.DueVersion, CampaignContext]:
    context = CampaignContext(WEDNESDAY + timedelta(seconds=5), zone=ZONE, account=ACCOUNT)
    with database.reading() as session:
        (version,) = releasing.due_versions(session, now=context.now)
    return version, context


def _in_lots(database: Database, lot: int, step: Any, steps: list[float]) -> None:
    done = lot
    while done == lot:
        begun = time.perf_counter()
        with database.transaction() as session:
            done = step(session)
        steps.append(time.perf_counter() - begun)


def _clear(database: Database) -> None:
    """Put all back, so that each round begins alike."""
    with database.transaction() as session:
        session.execute(delete(Delivery))
        _put_back(session)
    database.empty_log()
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in ("delivery", "course_enrolment"):
                connection.execute(text(f"VACUUM ANALYZE {table}"))


def _put_back(session: Session) -> None:
    begun = {"released_at": WEDNESDAY - timedelta(days=2), "next_at": WEDNESDAY, **_BEGUN}
    session.execute(update(Enrolment).values(**begun))
