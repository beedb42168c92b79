"""A changed key of ten thousand attempts, carried out and undone by processes that are killed in the middle."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

from sqlalchemy import func, insert, select, update

from config.app import FEATURES
from console.models import User
from foundation.clock import system_clock
from foundation.database import Database
from migrations import schema
from quizzes.actions import standings
from quizzes.models.attempts import Attempt
from quizzes.models.quizzes import Standing
from quizzes.models.regrades import Regrade, RegradeChange, RegradeState
from quizzes.rules.definition import CountRule
from tests import processes
from tests.drills.conftest import new_sqlite
from tests.office import HASH, ROSTER
from tests.quizzes.examined import examine, paper_of
from tools import servers
from wechat_bot.models import Delivery, Follower

SHOPS = 10_000
#: Steps after which a process is killed: from the first to long into it.
KILLED_AFTER = (1, 2, 3)


def test_each_attempt_is_moved_and_told_once_and_back_on_sqlite(tmp_path: Path, tell: Callable[[str], None]) -> None:
    tell(_drill(tmp_path, new_sqlite(tmp_path), None))


def test_each_attempt_is_moved_and_told_once_and_back_on_postgresql(
    tmp_path: Path, tell: Callable[[str], None]
) -> None:
    with servers.restartable_postgresql() as postgresql, servers.redis() as redis:
        database = Database(postgresql.url)
        schema.upgrade(database, FEATURES)
        schema.settle(database)
        database.dispose()
        tell(_drill(tmp_path, postgresql.url, redis))


def _drill(folder: Path, url: str, redis_url: str | None) -> str:
    # What shops are told waits for the morning: it is counted here, not sent.
    with processes.town(folder, url, redis_url, has_web=False, QUIET_HOURS="00:00-23:59") as town:
        database = Database(url)
        try:
            return _killed_and_compared(folder, town, database)
        finally:
            database.dispose()


def _killed_and_compared(folder: Path, town: processes.Town, database: Database) -> str:
    quiz_id = _settle(folder, town, database)
    before = _rows(database)
    command = ("quizzes", "rekey", quiz_id, "k1", "--answer", "错", "--also-down", "--by", "zhang")
    plan = json.loads(town.flask(*command))
    assert (len(plan["up"]), len(plan["down"])) == (SHOPS // 2, SHOPS // 2)
    kills = _carried_out(town, database, plan["regrade"], "approve", RegradeState.DONE)
    with database.reading() as session:
        marks = session.scalars(select(Attempt.marks).order_by(Attempt.id)).all()
        assert marks == ["0,500" if n % 2 else "500,500" for n in range(SHOPS)]
        assert session.scalar(select(func.count()).select_from(RegradeChange)) == SHOPS
        assert session.scalar(select(func.count()).where(Delivery.key.startswith("regrade:"))) == SHOPS
    assert town.flask("quizzes", "recount", quiz_id) == "一致\n"
    kills += _carried_out(town, database, plan["regrade"], "undo", RegradeState.UNDONE)
    assert _rows(database) == before
    assert town.flask("quizzes", "recount", quiz_id) == "一致\n"
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(Delivery.key.startswith("regrade-undo:"))) == SHOPS
    return f"{SHOPS} attempts moved once, told once, and back, by processes killed {kills} times in the middle"


def _settle(folder: Path, town: processes.Town, database: Database) -> str:
    """A quiz that ten thousand shops have ended: every second one has the first question right."""
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    (folder / "quiz.yaml").write_text(paper_of("5", "5"), encoding="utf-8")
    town.flask("people", "import", str(folder / "roster.csv"))
    quiz_id = town.flask("quizzes", "load", str(folder / "quiz.yaml")).strip()
    town.flask("quizzes", "publish", quiz_id)
    rows = [(500 * (n % 2), 500) for n in range(SHOPS)]
    answers = [{"k1": {"o": 2 - n % 2}, "k2": {"o": 1}} for n in range(SHOPS)]
    house = SimpleNamespace(services=database, clock=system_clock)
    examine(SimpleNamespace(house=house), int(quiz_id), rows, answers)
    now = system_clock()
    with database.transaction() as session:
        # Managers have heard of these ends: what is compared changes by the regrade alone.
        session.execute(update(Attempt).values(is_passed=Attempt.total == 1000, is_told=True))
        shops = session.scalars(select(Attempt.retailer_id).order_by(Attempt.id)).all()
        standings.settle(session, int(quiz_id), shops, CountRule.BEST)
        openids = [f"o-{n}" for n in range(1, SHOPS + 1)]
        session.execute(insert(Follower), [{"openid": one, "followed_at": now, "has_held": False} for one in openids])
        person = {"role": "marketing", "password_hash": HASH, "must_change_password": False, "created_at": now}
        session.execute(insert(User), [{"login": name, "name": name, **person} for name in ("zhang", "market")])
    town.flask("quizzes", "figures", quiz_id, "--json")
    return quiz_id


def _carried_out(town: processes.Town, database: Database, regrade: int, step: str, end: RegradeState) -> int:
    """Let a command begin it and workers go on with it: each is killed after some steps, the last is not."""
    kills, place = 0, _place(database, regrade)[1]
    begin = ("quizzes", "regrade", str(regrade), step, "--by", "market")
    for steps in KILLED_AFTER:
        command = town.start(str(processes.BIN / "flask"), "--app", "wsgi", *begin) if not kills else None
        part = command or town.worker()
        _wait_for_steps(database, regrade, end, place, steps)
        part.kill()
        part.wait(40)
        state, place = _place(database, regrade)
        if state == end:
            break
        kills += 1
    assert kills, "it was done before anything was killed"
    last = town.worker()
    processes.until(lambda: _place(database, regrade)[0] == end)
    # It files what was marked anew, too.
    processes.until(lambda: not _unfiled(database))
    last.terminate()
    last.wait(40)
    return kills


def _place(database: Database, regrade: int) -> tuple[str, int]:
    with database.reading() as session:
        row = session.get_one(Regrade, regrade)
        return row.state, row.cursor


def _unfiled(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(Attempt.is_filed.is_(False))) or 0


def _rows(database: Database) -> list[object]:
    with database.reading() as session:
        return [
            [
                tuple(row)
                for row in session.execute(select(*model.__table__.columns).order_by(*model.__table__.primary_key))
            ]
            for model in (Attempt, Standing)
        ]


def _wait_for_steps(database: Database, regrade: int, end: RegradeState, place: int, steps: int) -> None:
    """Wait until so many steps were seen to be done, or all are; in short spans, for a step takes a few hundredths of a
    second."""
    waiting, seen = threading.Event(), {place}
    for _ in range(60_000):
        state, place = _place(database, regrade)
        seen.add(place)
        if state == end or len(seen) > steps:
            return
        waiting.wait(0.002)
    raise AssertionError("it did not come about")
