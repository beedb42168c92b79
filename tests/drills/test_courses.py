"""A lesson released to fifty thousand shops by workers that are killed in the middle: each once, and told once."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sqlalchemy import func, insert, literal, select, update

from config.app import FEATURES
from courses.actions import authoring
from courses.models.learning import Enrolment
from foundation.clock import system_clock
from foundation.database import Database
from migrations import schema
from people.models import Retailer
from tests import processes
from tests.courses.pacing import PACED
from tests.drills.conftest import new_sqlite
from tests.office import ROSTER
from tests.quizzes.examined import shops
from tools import servers
from wechat_bot.models import Delivery, Follower

SHOPS = 50_000
#: Lots after which a worker is killed: from the first to long into it.
KILLED_AFTER = (1, 2, 3)


def test_each_lesson_is_released_and_told_once_on_sqlite(tmp_path: Path, tell: Callable[[str], None]) -> None:
    tell(_drill(tmp_path, new_sqlite(tmp_path), None))


def test_each_lesson_is_released_and_told_once_on_postgresql(tmp_path: Path, tell: Callable[[str], None]) -> None:
    with servers.restartable_postgresql() as postgresql, servers.redis() as redis:
        database = Database(postgresql.url)
        schema.upgrade(database, FEATURES)
        schema.settle(database)
        database.dispose()
        tell(_drill(tmp_path, postgresql.url, redis))


def _drill(folder: Path, url: str, redis_url: str | None) -> str:
    # Nobody has written of late: what they are told waits for a contact, and is counted here.
    with processes.town(folder, url, redis_url, has_web=False, QUIET_HOURS="off") as town:
        database = Database(url)
        try:
            return _killed_and_counted(folder, town, database)
        finally:
            database.dispose()


def _killed_and_counted(folder: Path, town: processes.Town, database: Database) -> str:
    _settle(folder, town, database)
    kills = 0
    for lots in KILLED_AFTER:
        worker = town.worker()
        _wait_for_lots(database, lots)
        worker.kill()
        worker.wait(40)
        if _released(database) == SHOPS:
            break
        kills += 1
    assert kills, "it was done before anything was killed"
    last = town.worker()
    processes.until(lambda: _released(database) == SHOPS and not _untold(database))
    last.terminate()
    last.wait(40)
    with database.reading() as session:
        assert set(session.scalars(select(Enrolment.released).distinct())) == {2}
        told = select(func.count(), func.count(Delivery.openid.distinct())).where(
            Delivery.key.startswith("course-told:")
        )
        assert tuple(session.execute(told).one()) == (SHOPS, SHOPS)
    return f"a lesson released to {SHOPS} shops once, and told once, by workers killed {kills} times in the middle"


def _settle(folder: Path, town: processes.Town, database: Database) -> None:
    """Fifty thousand shops have begun a course, and the second lesson is due."""
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    town.flask("people", "import", str(folder / "roster.csv"))
    now = system_clock()
    with database.transaction() as session:
        shops(session, SHOPS, now)
        follows = select(
            Retailer.openid, literal(now, Follower.followed_at.type), literal(False), literal(0), literal(0)
        )
        columns = ["openid", "followed_at", "has_held", "message_left", "event_left"]
        session.execute(insert(Follower).from_select(columns, follows.where(Retailer.openid.is_not(None))))
        course = authoring.load(session, replace(PACED, every_days=9, is_ordered=False), who="", now=now)
        authoring.publish(session, course.id, criteria={}, stamp=course.stamp, who="", now=now)
        begun = {"version_id": course.version_id, "started_at": now, "last_at": now, "released_at": now}
        session.execute(update(Enrolment).values(released=1, told=1, next_at=now, **begun))


def _released(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(Enrolment.released == 2)) or 0


def _untold(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(Enrolment.told == 1)) or 0


def _wait_for_lots(database: Database, lots: int) -> None:
    """Wait until so many lots more were seen to be released, or all are."""
    waiting, seen = threading.Event(), {_released(database)}
    for _ in range(60_000):
        count = _released(database)
        seen.add(count)
        if count == SHOPS or len(seen) > lots:
            return
        waiting.wait(0.005)
    raise AssertionError("it did not come about")
