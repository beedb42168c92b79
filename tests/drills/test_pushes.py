"""A push by three workers that are killed, stopped past their lease and lose Redis, while it is paused and the web that
hears WeChat's reports dies too."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis

from config.app import FEATURES
from foundation.database import Database
from migrations import schema
from tests import processes
from tests.broadcasts import killing
from tests.drills.conftest import new_sqlite
from tests.forking import Part
from tools import servers

WORKERS = 3
#: How many in how many areas, and how many strikes.
sizes = pytest.mark.parametrize(("people", "areas", "strikes"), [(1_500, 20, 15), (20_000, 40, 30)])


@sizes
def test_all_get_a_push_once_whatever_happens_to_three_workers_on_sqlite(
    tmp_path: Path, tell: Callable[[str], None], people: int, areas: int, strikes: int
) -> None:
    tell(_drill(tmp_path, new_sqlite(tmp_path), None, people, areas, strikes))


@sizes
def test_all_get_a_push_once_whatever_happens_to_three_workers_on_postgresql(
    tmp_path: Path, tell: Callable[[str], None], people: int, areas: int, strikes: int
) -> None:
    with servers.restartable_postgresql() as postgresql, servers.redis() as redis:
        database = Database(postgresql.url)
        schema.upgrade(database, FEATURES)
        schema.settle(database)
        database.dispose()
        tell(_drill(tmp_path, postgresql.url, redis, people, areas, strikes))


def _drill(folder: Path, database_url: str, redis_url: str | None, people: int, areas: int, strikes: int) -> str:
    stopped: list[Part] = []
    with (
        processes.town(folder, database_url, redis_url, QUIET_HOURS="off") as town,
        killing.trial(town, people=people, areas=areas) as found,
    ):
        web, pauses = town.running[1], 0

        def strike(victim: Part, number: int) -> bool:
            """Every third worker is only stopped, until the next but one is struck: past its lease by then."""
            nonlocal pauses
            if redis_url and number % 5 == 4:
                with Redis.from_url(redis_url) as redis:
                    redis.flushall()
            if number % 10 == 9:
                processes.kill(*processes.children(web))
            if stopped and number % 3 == 2:
                stopped.pop().send_signal(signal.SIGCONT)
            elif not stopped:
                pauses += killing.pause_and_resume(found)
            if number % 3 == 0 and victim not in stopped:
                victim.send_signal(signal.SIGSTOP)
                stopped.append(victim)
                return False
            return victim not in stopped

        struck = killing.send_and_kill(found, workers=WORKERS, kills=strikes, strike=strike)
        became = killing.compare(found)
    return f"struck {dict(struck)}, paused {pauses} times: 0 lost, 0 doubled; {dict(became)}"
