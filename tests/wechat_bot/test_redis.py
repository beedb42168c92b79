"""A Redis that hangs, is a replica, full or gone: nobody who writes waits for it, and the token is fetched once."""

import json
import signal
import threading
import time

import pytest
from redis import Redis

from tests import logs, processes
from tools import servers
from wechat_bot.shared_redis import COMMAND_TIMEOUT

STABLE = "/cgi-bin/stable_token"


def hang(server, redis) -> None:
    server.send_signal(signal.SIGSTOP)


def follow(server, redis) -> None:
    redis.replicaof("127.0.0.1", "1")


def fill(server, redis) -> None:
    redis.config_set("maxmemory", "1")


def lock(server, redis) -> None:
    redis.config_set("requirepass", "another")
    redis.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")


def end(server, redis) -> None:
    server.terminate()
    server.wait(10)


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("ails", "said"),
    [
        (hang, "unreachable"),
        (follow, "read-only"),
        (fill, "full"),
        (lock, "refuses the password in REDIS_URL"),
        (end, "unreachable"),
    ],
)
def test_a_redis_of_no_use_costs_no_answer_any_time_and_no_token_twice(build_chat, ails, said) -> None:
    port = servers.free_port()
    server, redis = servers.start_redis(port), Redis(port=port)
    try:
        with logs.written() as lines:
            house = build_chat(redis_url=f"redis://127.0.0.1:{port}/0")
            li = house.phone("老李")
            li.follow(), li.say("数数")
            ails(server, redis)
            spans = []
            for _ in range(3):
                began = time.monotonic()
                li.say("另发")
                spans.append(time.monotonic() - began)
                house.work()
                assert li.unread().texts == ["另外告诉您"]
                li.say("数数")
            # The first may wait for Redis, once; whoever comes after it does not, and none as long as WeChat waits.
            assert min(spans) < COMMAND_TIMEOUT and max(spans) < 5
            assert house.sim.count(STABLE) == 1
            health = house.app.test_client().get("/healthz").get_json()
            assert (health["store"], health["token"]) == (said, "ok")
            told = [
                line["event"] for line in map(json.loads, lines.getvalue().splitlines()) if line["level"] == "warning"
            ]
            assert told == ["redis is of no use just now"]
    finally:
        server.send_signal(signal.SIGCONT)
        server.kill()
        server.wait(10)
        redis.close()


@pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
def test_a_lock_whose_holder_died_and_a_bell_nobody_hears_hold_nobody_up(house, stores) -> None:
    redis = Redis.from_url(stores["redis_url"])
    redis.set(f"wuwei:{house.settings.wechat_app_id}:lock:token", "somebody", px=400)
    assert house.services.wechat.tokens.current()
    before = threading.active_count()
    for _ in range(1000):
        house.services.doorbell.ring()
    assert threading.active_count() <= before + 1  # one rings for all of them
    bell = f"wuwei:{house.settings.wechat_app_id}:bell"
    processes.until(lambda: redis.llen(bell) > 0)
    assert redis.llen(bell) < 10  # eight, and one that is being put on top
    redis.close()
