"""Calls to WeChat: one token for all, one retry, errors that say what to do and keep secrets."""

import logging
import threading
from datetime import timedelta

import pytest

from tests import logs, pictures
from tools import servers
from wechat_bot.client.codes import Act, SendError

STABLE = "/cgi-bin/stable_token"
TAGS = "/cgi-bin/tags/get"


def test_twelve_threads_starting_at_once_fetch_one_token(house) -> None:
    start, failures = threading.Barrier(12), []

    def call() -> None:
        start.wait()
        try:
            house.services.wechat.tags()
        except SendError as error:
            failures.append(error)

    threads = [threading.Thread(target=call) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert house.sim.count(STABLE) == 1


def test_twelve_processes_that_share_redis_fetch_one_token(house, stores) -> None:
    if not stores["redis_url"]:
        # Without Redis each process keeps its own; stable_token gives them all the same one.
        tokens = {house.another_process().wechat.tokens.current() for _ in range(3)}
        assert len(tokens) == 1
        return
    start = threading.Barrier(12)
    processes = [house.another_process() for _ in range(12)]

    def call(services) -> None:
        start.wait()
        services.wechat.tags()

    threads = [threading.Thread(target=call, args=(services,)) for services in processes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for services in processes:
        services.database.dispose()
    assert house.sim.count(STABLE) == 1


@pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
def test_a_redis_that_dies_in_between_stops_nothing(build_chat, li_says) -> None:
    with servers.redis() as url:
        house = build_chat(redis_url=url)
        li = li_says(house)
    # It is gone now.
    li.say("另发")
    house.work()
    assert li.unread().texts == ["另外告诉您"]
    health = house.app.test_client().get("/healthz")
    assert (health.status_code, health.get_json()["store"]) == (503, "unreachable")


@pytest.fixture
def li_says():
    """老李, in the middle of a talk."""

    def begin(house):
        li = house.phone("老李")
        li.follow(), li.say("数数")
        return li

    return begin


@pytest.mark.on_sqlite
def test_a_token_that_went_bad_is_replaced_and_the_call_made_once_more(house) -> None:
    house.services.wechat.tags()
    house.sim.faults.add(TAGS, "errcode", value=42001, times=1)
    house.services.wechat.tags()
    assert house.sim.count(TAGS) == 3
    assert house.sim.count(STABLE) == 2


def test_a_token_that_stays_bad_costs_two_calls(house) -> None:
    house.sim.faults.add(TAGS, "errcode", value=40001, times=None)
    with pytest.raises(SendError) as caught:
        house.services.wechat.tags()
    assert caught.value.code == 40001
    assert house.sim.count(TAGS) == 2
    assert house.sim.count(STABLE) == 2


@pytest.mark.on_sqlite
def test_whoever_failed_with_a_token_that_is_replaced_by_now_fetches_none(house) -> None:
    tokens = house.services.wechat.tokens
    old = tokens.current()
    house.clock.advance(timedelta(minutes=118))
    new = tokens.replace(old)
    fetched = house.sim.count(STABLE)
    assert tokens.replace(old) == new != old
    assert house.sim.count(STABLE) == fetched


@pytest.mark.on_sqlite
def test_a_wrong_secret_is_asked_about_once_in_half_a_minute(build_chat) -> None:
    house = build_chat(wechat_app_secret="ffffffffffffffffffffffffffffffff")
    for _ in range(10):
        with pytest.raises(SendError) as caught:
            house.services.wechat.tags()
        assert caught.value.act is Act.STOP
    assert house.sim.count(STABLE) == 1


@pytest.mark.on_sqlite
def test_no_secret_and_no_token_is_in_any_error(house) -> None:
    secret, token = house.settings.wechat_app_secret.get_secret_value(), house.services.wechat.tokens.current()
    for fault, value in (("unreachable", None), ("lost_answer", None), ("slow", 60), ("http", 502)):
        house.sim.faults.add(TAGS, fault, **({"value": value} if value else {}), times=1)
        with pytest.raises(SendError) as caught:
            house.services.wechat.tags()
        error = caught.value
        shown = f"{error!r} {error} {error.__cause__} {error.__context__ if not error.__suppress_context__ else None}"
        assert secret not in shown
        assert token not in shown


@pytest.mark.on_sqlite
def test_chinese_reaches_wechat_unescaped(house) -> None:
    house.services.wechat.create_tag("城区一片")
    assert "城区一片" in house.sim.calls[-1].body


def test_logs_hold_no_secret_no_token_and_no_phone_number() -> None:
    with logs.written("s3cr3t-value") as stream:
        logging.getLogger("x").warning("call https://api/x?access_token=abc123&y=1 for 13900002201 with s3cr3t-value")
        try:
            raise ValueError("bad s3cr3t-value of 13900002201")
        except ValueError:
            logging.getLogger("x").exception("failed")
    written = stream.getvalue()
    for hidden in ("abc123", "13900002201", "s3cr3t-value"):
        assert hidden not in written
    assert written.count("\n") == 2


@pytest.mark.on_sqlite
def test_a_picture_is_fetched_and_a_picture_gone_is_given_up(house) -> None:
    li = house.phone("老李")
    li.follow(), li.say("数数")
    li.send_image(pictures.png(1))
    house.work()
    files = [path.read_bytes() for path in house.settings.media_path.rglob("*") if path.is_file()]
    assert files == [pictures.png(1)]
    li.send_image(pictures.png(2))
    house.clock.advance(timedelta(days=4))
    house.work()
    assert len([path for path in house.settings.media_path.rglob("*") if path.is_file()]) == 1
