"""A server whose clock is set wrong by hours, and right again: nothing stands still, and nobody is erased by it."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from config.worker import Worker
from console import queries
from people.models import Retailer
from wechat_bot import beats, clock_steadiness, reply
from wechat_bot.client.codes import SendError
from wechat_bot.feature import Job
from wechat_bot.models import Delivery
from wechat_bot.outbox import claiming, queueing, settling

AHEAD, BACK = timedelta(hours=5), timedelta(hours=-5)
ROSTER = """许可证号,店名,店主,手机,地址,片区,客户类型,客户经理,经理手机
350802100001,城南便利店,王建国,13600008899,新罗区,城区一片,现代终端,陈志强,13900002201
"""


def beat(house) -> None:
    """What a worker does every five seconds."""
    with house.services.transaction() as session:
        beats.beat(session, "here", house.server(), now=house.server())
        clock_steadiness.note(session, now=house.server())


def queue(house, phone, text: str) -> None:
    with house.services.transaction() as session:
        queueing.queue(session, phone.openid, reply.text_message(text), now=house.server())


def healthz(house) -> dict:
    return house.app.test_client().get("/healthz").get_json()


@pytest.fixture
def wang(house, tmp_path):
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    assert house.flask("people", "import", str(tmp_path / "roster.csv")).exit_code == 0
    wang = house.phone("王建国")
    wang.follow()
    assert "已绑定" in wang.say("绑定 350802100001 8899").text
    return wang


@pytest.mark.parametrize("wrong_by", [AHEAD, BACK])
def test_a_clock_set_while_somebody_is_answered_makes_no_answer_late(house, wang, wrong_by) -> None:
    @event.listens_for(house.services.database.engine, "before_cursor_execute")
    def set_clock(*_) -> None:
        house.server.wrong_by = wrong_by

    said = wang.say("帮助").text
    event.remove(house.services.database.engine, "before_cursor_execute", set_clock)
    assert said
    with house.look() as session:
        assert session.scalar(select(func.count()).select_from(Delivery)) == 0


@pytest.mark.on_sqlite
def test_a_clock_that_refuses_callbacks_is_named_with_how_wrong_it_is(house, wang) -> None:
    beat(house)
    house.server.wrong_by = AHEAD
    for number in range(6):
        house.clock.advance(timedelta(seconds=10))
        assert wang.say(f"在吗{number}")[0].kind == "failure"
        assert ("clock" in healthz(house)["wechat"]) == (number >= 4)
    assert healthz(house)["wechat"]["clock"].startswith("the server's clock is 5:00 ahead of WeChat's")
    # Behind, nobody is refused; and it is named all the same.
    house.server.wrong_by = BACK
    assert healthz(house)["wechat"] == "ok"
    assert wang.say("帮助").text


@pytest.mark.on_sqlite
def test_a_beat_that_is_still_to_come_is_no_sign_of_life(house) -> None:
    house.server.wrong_by = AHEAD
    beat(house)
    assert healthz(house)["worker"] == "ok"
    house.server.wrong_by = timedelta()
    assert healthz(house)["worker"] == "no worker has started yet"
    with house.look() as session:
        assert not queries.is_worker_alive(session, now=house.server())
    beat(house)
    assert healthz(house)["worker"] == "ok"


def test_a_clock_set_ahead_erases_nobody_and_one_that_goes_steadily_for_a_day_does(house, wang) -> None:
    def is_bound() -> bool:
        jobs = house.app.extensions["jobs"]
        next(job for job in jobs if job.name == "erase who is gone").run(house.services)
        with house.look() as session:
            return session.scalars(select(Retailer.openid)).one() == wang.openid

    beat(house)
    house.clock.advance(timedelta(hours=1))
    wang.unfollow()
    house.server.wrong_by = timedelta(days=31)
    assert is_bound()
    beat(house)
    assert is_bound()
    house.server.wrong_by = timedelta()
    beat(house)
    house.clock.advance(timedelta(days=31))
    assert is_bound()  # was it off so long, or set ahead?
    for _ in range(24):
        beat(house)
        assert is_bound()
        house.clock.advance(timedelta(hours=1))
    beat(house)
    assert not is_bound()


def test_what_a_clock_ahead_put_off_goes_once_it_is_right(house, wang) -> None:
    beat(house)
    house.server.wrong_by = AHEAD
    beat(house)
    queue(house, wang, "第一条")
    queue(house, wang, "第二条")
    with house.services.transaction() as session:  # whoever claimed it dies in the call
        assert claiming.claim(house.services, session, 0, now=house.server())[0]
    house.server.wrong_by = timedelta()
    house.work()
    assert wang.unread().text == ""
    beat(house)
    settling.reap(house.services)
    house.work()
    assert wang.unread().texts == ["第二条"]
    with house.look() as session:
        assert list(session.scalars(select(Delivery.state).order_by(Delivery.id))) == ["unsure", "sent"]


def test_a_refusal_is_forgotten_by_a_clock_set_back(build) -> None:
    house = build(wechat_app_secret="ffffffffffffffffffffffffffffffff")
    for wrong_by in (timedelta(), timedelta(), BACK):
        house.server.wrong_by = wrong_by
        with pytest.raises(SendError):
            house.services.wechat.tags()
    assert house.sim.count("/cgi-bin/stable_token") == (2 if house.settings.redis_url is None else 1)


@pytest.mark.parametrize("stores", ["sqlite"], indirect=True)
def test_jobs_are_done_whatever_the_clock_is_set_to(house) -> None:
    ticks = threading.Semaphore(0)
    job = Job("tick", timedelta(milliseconds=10), lambda services: ticks.release())
    worker = Worker(house.services, [job], senders=1)
    running = threading.Thread(target=worker.run)
    running.start()
    try:
        for wrong_by in (timedelta(), AHEAD, BACK):
            house.server.wrong_by = wrong_by
            for _ in range(5):
                assert ticks.acquire(timeout=60)
    finally:
        worker.stop()
        running.join()
