"""Mass messages to twenty thousand by three workers that are killed, stopped past their lease, and lose Redis."""

import signal
from collections.abc import Callable
from pathlib import Path

from redis import Redis

from config.app import FEATURES
from foundation.database import Database
from migrations import schema
from tests import processes
from tests.drills.conftest import new_sqlite
from tests.forking import Part
from tests.wechat_bot.test_mass_kill import send_and_kill
from tools import servers

PEOPLE, PARTS, WORKERS, STRIKES = 20_000, 40, 3, 20


def test_twenty_thousand_get_it_once_whatever_happens_to_three_workers_on_sqlite(
    tmp_path: Path, tell: Callable[[str], None]
) -> None:
    _drill(tmp_path, new_sqlite(tmp_path), None, tell)


def test_twenty_thousand_get_it_once_whatever_happens_to_three_workers_on_postgresql(
    tmp_path: Path, tell: Callable[[str], None]
) -> None:
    with servers.restartable_postgresql() as postgresql, servers.redis() as redis:
        database = Database(postgresql.url)
        schema.upgrade(database, FEATURES)
        schema.settle(database)
        database.dispose()
        _drill(tmp_path, postgresql.url, redis, tell)


def _drill(folder: Path, database_url: str, redis_url: str | None, tell: Callable[[str], None]) -> None:
    database = Database(database_url)
    stopped: list[Part] = []

    def strike(victim: Part, number: int) -> bool:
        """Every third worker is only stopped, until the next but one is struck: past its lease by then."""
        if redis_url and number % 5 == 4:
            Redis.from_url(redis_url).flushall()
        if stopped and number % 3 == 2:
            stopped.pop().send_signal(signal.SIGCONT)
        if number % 3 == 0 and victim not in stopped:
            victim.send_signal(signal.SIGSTOP)
            stopped.append(victim)
            return False
        return victim not in stopped

    with processes.town(folder, database_url, redis_url, has_web=False) as town:
        states = send_and_kill(
            town, database, people=PEOPLE, parts=PARTS, workers=WORKERS, kills=STRIKES, strike=strike
        )
    database.dispose()
    tell(f"{PEOPLE:,} in {PARTS} parts, {STRIKES} workers killed or stopped: 0 lost, 0 doubled; {dict(states)}")
