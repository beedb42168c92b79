"""The health page answers in time, whatever hangs."""

import signal
import time

import pytest

from config import health
from config.app import FEATURES
from foundation.database import Database
from migrations import schema
from tests import processes
from tests.config.test_health import beat, healthz
from tools import servers


@pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
def test_it_answers_in_time_while_postgresql_and_redis_hang(build) -> None:
    port = servers.free_port()
    redis = servers.start_redis(port)
    try:
        with servers.restartable_postgresql() as postgresql:
            database = Database(postgresql.url)
            schema.upgrade(database, FEATURES)
            database.dispose()
            house = build(database_url=postgresql.url, redis_url=f"redis://127.0.0.1:{port}/0")
            beat(house)
            assert healthz(house)["ok"]
            redis.send_signal(signal.SIGSTOP)
            with postgresql.hanging():
                for _ in range(2):  # what hangs is not asked a second time
                    began = time.monotonic()
                    told = healthz(house)
                    assert time.monotonic() - began < 2
                    assert (told["database"], told["store"]) == (health.HANGS, "unreachable")
                    assert told["worker"] == "alive, but cannot write its beat"
            redis.send_signal(signal.SIGCONT)
            processes.until(lambda: healthz(house)["ok"])  # each first ends what it was at when it was stopped
    finally:
        redis.kill()
        redis.wait(10)
