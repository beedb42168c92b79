"""Stores that are stopped, hang or are full, under messages: nothing lost or doubled, every answer in its time."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from redis import Redis

from config import health
from config.app import FEATURES
from foundation.database import Database
from migrations import schema
from tests import processes
from tests.drills.traffic import IN_TIME, Traffic, healthz
from tests.processes import until
from tools import servers

#: Seconds that PostgreSQL is away; with the start of the next, what was being sent has lapsed.
AWAY = 60.0


@contextmanager
def traffic(folder: Path, database_url: str, redis_url: str, behind: str = "", **more: str) -> Iterator[Traffic]:
    """Two web processes and a worker at work; `behind` is the way to the database that the test itself takes."""
    database = Database(behind or database_url)
    schema.upgrade(database, FEATURES)
    schema.settle(database)
    try:
        with processes.town(folder, database_url, redis_url, **more) as town:
            town.worker()
            until(lambda: town.health()[0] == 200)
            moving = Traffic(town, database)
            moving.open_shops()
            yield moving
    finally:
        database.dispose()


def test_a_minute_without_postgresql_loses_nothing_and_doubles_nothing(
    tmp_path: Path, tell: Callable[[str], None]
) -> None:
    with (
        servers.restartable_postgresql() as postgresql,
        servers.redis() as redis,
        traffic(tmp_path, postgresql.url, redis) as moving,
    ):
        moving.queue(100, "途中")
        with moving.writing():
            time.sleep(2)
            postgresql.stop()
            stopped = time.monotonic()
            slowest = 0.0
            while time.monotonic() - stopped < AWAY:
                took, status, told = healthz(moving.town)
                assert status == 503
                slowest = max(slowest, took)
                time.sleep(2)
            assert str(told["database"]).startswith("unreachable")
            assert told["worker"] == "alive, but cannot write its beat"
            postgresql.start()
            back = time.monotonic()
            until(lambda: moving.town.health()[0] == 200)
            time.sleep(3)
        moving.reckon(unsure=12)
        assert slowest < 2
        assert moving.slowest() < IN_TIME
        after = [each for each in moving.said if each.at > back + 2]
        assert after
        assert all(each.is_heard for each in after)
        heard = sum(each.is_heard for each in moving.said)
        tell(f"{len(moving.said)} said, {heard} heard, the others told; slowest {moving.slowest():.2f} s")


def test_a_postgresql_that_comes_late_and_then_hangs_is_waited_for_and_named(
    tmp_path: Path, tell: Callable[[str], None]
) -> None:
    with servers.restartable_postgresql() as postgresql:
        database = Database(postgresql.url)
        schema.upgrade(database, FEATURES)
        postgresql.stop()
        late = threading.Timer(5, postgresql.start)
        late.start()
        with processes.town(tmp_path, postgresql.url, None) as town:
            town.worker()
            until(lambda: town.health()[0] == 200)
            moving = Traffic(town, database)
            moving.open_shops()
            slowest = 0.0
            with moving.writing():
                time.sleep(2)
                with postgresql.hanging():
                    for _ in range(10):
                        time.sleep(2)
                        took, status, told = healthz(town)
                        slowest = max(slowest, took)
                        assert (status, told["database"]) == (503, health.HANGS)
                began = time.monotonic()
                until(lambda: town.health()[0] == 200)
                tell(f"health page's slowest answer {slowest:.2f} s; well {time.monotonic() - began:.1f} s after")
                time.sleep(8)
            assert slowest < 2
            moving.reckon(may_lose=True)
            assert all(each.is_heard for each in moving.said if each.at > began + 8)
        late.join()
        database.dispose()


def test_through_pgbouncer_in_transaction_mode_all_is_as_without(tmp_path: Path, tell: Callable[[str], None]) -> None:
    with (
        servers.postgresql() as postgresql,
        servers.pgbouncer(postgresql) as pooled,
        servers.redis() as redis,
        traffic(tmp_path, pooled, redis, postgresql, DATABASE_PREPARE="0") as moving,
    ):
        moving.queue(60, "经过")
        with moving.writing():
            until(moving.is_sent, 60)
            time.sleep(10)
        moving.reckon()
        assert all(each.is_heard for each in moving.said)
        assert moving.slowest() < IN_TIME
        tell(f"{len(moving.said)} said and heard; slowest answer {moving.slowest():.2f} s")


def test_a_redis_that_hangs_is_a_replica_or_full_slows_no_answer(tmp_path: Path, tell: Callable[[str], None]) -> None:
    port = servers.free_port()
    server, redis = servers.start_redis(port), Redis(port=port)
    ailments: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "unreachable": (lambda: os.kill(server.pid, signal.SIGSTOP), lambda: os.kill(server.pid, signal.SIGCONT)),
        "read-only": (lambda: redis.replicaof("127.0.0.1", "1"), lambda: redis.replicaof("NO", "ONE")),
        "full": (lambda: redis.config_set("maxmemory", "1"), lambda: redis.config_set("maxmemory", "0")),
    }
    try:
        with (
            servers.postgresql() as postgresql,
            traffic(tmp_path, postgresql, f"redis://127.0.0.1:{port}/0") as moving,
        ):
            for said, (ail, mend) in ailments.items():
                before = len(moving.said)
                with moving.writing():
                    ail()
                    moving.queue(12, said)
                    until(moving.is_sent, 30)
                    took, status, told = healthz(moving.town)
                    assert (told["store"], status) == (said, 503)
                    assert took < 2
                    mend()
                    until(lambda: moving.town.health()[0] == 200)
                slowest = max(each.seconds for each in moving.said[before:])
                assert slowest < IN_TIME
                tell(f"Redis {said}: {len(moving.said) - before} said, slowest answer {slowest:.2f} s")
            moving.reckon()
            assert all(each.is_heard for each in moving.said)
            calls = requests.get(f"{moving.town.platform}/simulator/calls?limit=1000", timeout=10).json()["calls"]
            assert sum(call["path"] == "/cgi-bin/stable_token" for call in calls) <= len(ailments)
    finally:
        os.kill(server.pid, signal.SIGCONT)
        server.terminate()
        server.wait(10)
        redis.close()
