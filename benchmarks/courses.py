"""Courses: a lesson released to fifty thousand enrolments against a bare INSERT … SELECT of as many messages; released
and told, against the same INSERT … SELECT in the same lots; and the longest that anybody waits for SQLite's lock."""

import statistics
import time
from dataclasses import dataclass
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
from courses.actions import authoring, releasing, telling
from courses.models.learning import Enrolment
from courses.rules.definition import CourseDefinition, LessonDefinition, Screen
from foundation.database import Database, Moment
from migrations import schema
from people.models import Retailer
from wechat_bot.conversation import Account
from wechat_bot.models import Delivery, DeliveryState, Follower
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
_BEGUN: dict[str, Any] = {"released": 1, "told": 1, "told_at": None, "reminded": 0, "tell_at": None, "is_filed": True}


@dataclass(frozen=True)
class Bench:
    """Database to measure in, and what counts the CPU time that it takes."""

    database: Database
    cpu: harness.Cpu
    #: What learners are told.
    message: dict[str, Any]


@dataclass(frozen=True)
class Took:
    """Seconds of the clock and of CPU."""

    seconds: float
    cpu: float


def run() -> None:
    """Measure, and print."""
    rows = []
    with harness.stores() as stores:
        for name, url in stores.items():
            database = Database(url)
            schema.upgrade(database, FEATURES)
            _settle(database)
            bench, steps = Bench(database, harness.Cpu(database), _message(database)), list[Took]()
            runs = {
                "bare": partial(_bare, bench, SHOPS),
                "released, nobody told": partial(_released, bench),
                "bare in lots": partial(_bare, bench, releasing.BATCH),
                "released and told": partial(_told, bench, steps),
                "and the last withdrawn": partial(_replaced, bench, steps),
            }
            found = harness.rotate(runs, ROUNDS)
            for ours, theirs, limit in (
                ("released, nobody told", "bare", LIMIT),
                ("released and told", "bare in lots", LIMIT),
                ("and the last withdrawn", "bare in lots", None),
            ):
                rows.append([name, f"{ours} ÷ {theirs}", *_compared(found[ours], found[theirs], limit)])
            rows.append([name, "longest transaction", *_longest(database, steps)])
            database.dispose()
    harness.table(
        f"A lesson released to {SHOPS:,} shops, and each told of it, against a bare INSERT … SELECT of the messages",
        ["database", "what", "ratio of CPU", "of the clock, or seconds", "ms of CPU"],
        rows,
    )


def _compared(ours: list[Took], theirs: list[Took], limit: float | None) -> list[str]:
    by_cpu = harness.paired([each.cpu for each in ours], [each.cpu for each in theirs])
    by_clock = harness.paired([each.seconds for each in ours], [each.seconds for each in theirs])
    verdict = harness.verdict(by_cpu.median, limit) if limit else "no limit"
    return [f"{by_cpu}, {verdict}", str(by_clock), f"{statistics.median(each.cpu for each in ours) * 1000:,.0f}"]


def _longest(database: Database, steps: list[Took]) -> list[str]:
    by_clock, by_cpu = (max(getattr(each, name) for each in steps) for name in ("seconds", "cpu"))
    verdict = harness.verdict(by_clock, LIMIT_WAIT) if database.is_sqlite else "no limit"
    return ["", f"{by_clock:.2f}, {verdict}", f"{by_cpu * 1000:,.0f}"]


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


def _message(database: Database) -> dict[str, Any]:
    """What the first learners are told, who are put back after it."""
    version, context = _due(database)
    with database.transaction() as session:
        releasing.release_some(session, version, context, quiet=None)
        message: dict[str, Any] = session.scalars(select(Delivery.message).limit(1)).one()
    _clear(database)
    return message


def _bare(bench: Bench, lot: int) -> Took:
    """The very same messages with the same keys, in statements of so many."""
    first = iter(range(0, SHOPS + 1, lot))

    def step(session: Session) -> int:
        after = next(first)
        to: Any = select(Retailer.openid, literal(telling.KEY) + cast(Enrolment.id, String) + ":2")
        to = to.join(Enrolment, Enrolment.retailer_id == Retailer.id)
        to = to.where(Enrolment.id.between(after + 1, after + lot))
        return queueing.queue_all(session, to, bench.message, now=datetime.now(UTC), about="course:1", heeds_quiet=True)

    took = _in_lots(bench, step, [], lot)
    _clear(bench.database)
    return took


def _released(bench: Bench) -> Took:
    """Only the lesson: nobody wants to be told."""
    with bench.database.transaction() as session:
        session.execute(update(Enrolment).values(stopped_at=WEDNESDAY, tell_at=None))
    _tidy(bench.database)
    return _release(bench, [], told=0)


def _told(bench: Bench, steps: list[Took]) -> Took:
    """What the clock does, in lots: each is released the lesson and told of it."""
    return _release(bench, steps, told=SHOPS)


def _replaced(bench: Bench, steps: list[Took]) -> Took:
    """The same where the lesson before still waits for each of them to write: it is withdrawn."""
    with bench.database.transaction() as session:
        key = literal(telling.KEY) + cast(Enrolment.id, String) + ":1"
        to = select(Retailer.openid, key).join(Enrolment, Enrolment.retailer_id == Retailer.id)
        queueing.queue_all(session, to, bench.message, now=WEDNESDAY, about="course:1", heeds_quiet=True)
        session.execute(update(Delivery).values(state=DeliveryState.HELD))
        session.execute(update(Follower).values(has_held=True))
    _tidy(bench.database)
    return _release(bench, steps, told=2 * SHOPS)


def _release(bench: Bench, steps: list[Took], *, told: int) -> Took:
    version, context = _due(bench.database)
    took = _in_lots(bench, partial(releasing.release_some, version=version, context=context, quiet=None), steps)
    with bench.database.reading() as session:
        released = select(func.count()).select_from(Enrolment).where(Enrolment.released == 2)
        assert session.scalar(released) == SHOPS
        assert session.scalar(select(func.count()).select_from(Delivery)) == told
    _clear(bench.database)
    return took


def _due(database: Database) -> tuple[releasing.DueVersion, CampaignContext]:
    context = CampaignContext(WEDNESDAY + timedelta(seconds=5), zone=ZONE, account=ACCOUNT)
    with database.reading() as session:
        (version,) = releasing.due_versions(session, now=context.now)
    return version, context


def _in_lots(bench: Bench, step: Any, steps: list[Took], lot: int = releasing.BATCH) -> Took:
    mine: list[Took] = []
    done = lot
    while done == lot:
        begun, cpu = time.perf_counter(), bench.cpu.spent()
        with bench.database.transaction() as session:
            done = step(session)
        mine.append(Took(time.perf_counter() - begun, bench.cpu.spent() - cpu))
    steps += mine
    return Took(sum(each.seconds for each in mine), sum(each.cpu for each in mine))


def _clear(database: Database) -> None:
    """Put all back, so that each round begins alike."""
    with database.transaction() as session:
        session.execute(delete(Delivery))
        _put_back(session)
        session.execute(update(Follower).values(has_held=False))
    _tidy(database)


def _tidy(database: Database) -> None:
    database.empty_log()
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in ("delivery", "course_enrolment", "follower"):
                connection.execute(text(f"VACUUM ANALYZE {table}"))


def _put_back(session: Session) -> None:
    begun = {"released_at": WEDNESDAY - timedelta(days=2), "next_at": WEDNESDAY, "stopped_at": None, **_BEGUN}
    session.execute(update(Enrolment).values(**begun))
