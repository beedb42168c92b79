"""Broadcasts that cannot go now wait together: for WeChat's next day, for a mended setting, for the morning."""

from datetime import timedelta

import pytest
from sqlalchemy import literal, select

from wechat_bot import reply
from wechat_bot.models import Delivery, Follower
from wechat_bot.outbox import pausing, queueing, sending

CUSTOM, TEMPLATE = "/cgi-bin/message/custom/send", "/cgi-bin/message/template/send"
WAITS = "明天 00:00 以后接着发"


def broadcast(house, phones, text="停电通知", **more) -> None:
    with house.services.transaction() as session:
        openids = [phone.openid for phone in phones]
        to = select(Follower.openid, literal(f"{text}:") + Follower.openid).where(Follower.openid.in_(openids))
        assert queueing.queue_all(session, to, reply.text_message(text), now=house.clock(), **more) == len(phones)


def answer(house, phone) -> None:
    with house.services.transaction() as session:
        queueing.queue(session, phone.openid, reply.text_message("好的"), now=house.clock())


def rows(house, text: str) -> list[Delivery]:
    """The deliveries of one text, in the order they were queued."""
    with house.look() as session:
        found = session.scalars(select(Delivery).order_by(Delivery.id))
        return [row for row in found if row.message["text"]["content"] == text]


def waits_until(house, text: str) -> set[str]:
    """When those that wait are due, where WeChat is."""
    waiting = [row for row in rows(house, text) if row.state == "pending"]
    return {f"{row.due_at.astimezone(house.services.zone):%d %H:%M}" for row in waiting}


def called(house, text: str) -> int:
    """How many calls were made for all that say it."""
    return sum(row.attempts for row in rows(house, text))


@pytest.fixture
def shops(house):
    phones = [house.phone(f"店{n}") for n in range(6)]
    for phone in phones:
        phone.follow(), phone.say("您好")
    house.clock.advance(timedelta(minutes=2))
    return phones


@pytest.fixture
def notice(house):
    template_id = house.sim.add_template("新回复", "店铺:{{thing1.DATA}}", kind="template")
    return {"template_id": template_id, "url": "http://127.0.0.1/t", "data": {"thing1": {"value": "城南便利店"}}}


@pytest.fixture
def silent(house):
    """Shops that follow, and whose reply window has closed: they are reached by a template message."""
    phones = [house.phone(f"静{n}") for n in range(3)]
    for phone in phones:
        phone.follow()
    house.clock.advance(timedelta(minutes=2))
    return phones


@pytest.mark.on_sqlite
def test_one_call_puts_off_all_broadcasts_until_wechats_next_day(house, shops, silent, notice) -> None:
    house.sim.set_quota(CUSTOM, 2)
    broadcast(house, shops)
    broadcast(house, silent, "模板通知", template=notice)
    sending.send(house.services, more=lambda: True)
    assert called(house, "停电通知") == 3  # two that were taken, and one that learnt it for all
    assert waits_until(house, "停电通知") == {f"{house.clock() + timedelta(days=1):%d} 00:00"}
    assert [row.state for row in rows(house, "模板通知")] == ["sent"] * 3  # WeChat counts each kind of call by itself
    answer(house, shops[5])
    house.work()
    house.later(minutes=6)
    assert called(house, "好的") == 2  # every five minutes
    assert called(house, "停电通知") == 3
    house.later(hours=24)
    # The next day two go as well: the answer, and the first of those that waited; what comes next learns it anew.
    assert [row.attempts for row in rows(house, "停电通知")] == [1, 1, 2, 1, 0, 0]
    assert [row.state for row in rows(house, "停电通知")] == ["sent"] * 3 + ["pending"] * 3
    assert rows(house, "好的")[0].state == "sent"


def test_the_count_of_template_messages_does_not_hold_up_the_others(house, shops, silent, notice) -> None:
    house.sim.set_quota(TEMPLATE, 1)
    broadcast(house, [*silent, *shops], template=notice)
    house.work()
    assert called(house, "停电通知") == 2 + len(shops)
    assert [shop.unread().texts for shop in shops] == [["停电通知"]] * len(shops)


def test_it_is_said_and_what_waits_goes_once_the_count_is_cleared(house, shops, monkeypatch) -> None:
    monkeypatch.setattr(pausing, "BATCH", 2)
    health = house.app.test_client()
    assert "没有在等" in house.flask("outbox", "resume").output
    house.sim.set_quota(CUSTOM, 0)
    broadcast(house, shops)
    house.work()
    house.later(hours=1)  # nobody calls any more, and the alarm is over
    assert WAITS in health.get("/healthz").get_json()["calls"]
    assert WAITS in house.flask("outbox", "list").output
    house.sim.set_quota(CUSTOM, 100)
    assert "6 条群发的消息现在接着发" in house.flask("outbox", "resume").output
    house.work()
    assert [shop.unread().texts for shop in shops] == [["停电通知"]] * len(shops)
    assert health.get("/healthz").get_json()["calls"] == "ok"
    assert WAITS not in house.flask("outbox", "list").output


@pytest.mark.on_sqlite
def test_what_somebody_must_mend_costs_one_call_every_five_minutes(house, shops) -> None:
    house.sim.faults.add(CUSTOM, "errcode", value=48001, times=None)
    broadcast(house, shops)
    house.work()
    assert called(house, "停电通知") == 1
    house.later(minutes=6)
    assert called(house, "停电通知") == 2
    house.sim.faults.clear()
    house.later(minutes=6)
    assert [row.state for row in rows(house, "停电通知")] == ["sent"] * len(shops)


def test_the_quiet_hours_put_off_all_at_once_and_only_what_heeds_them(house, shops) -> None:
    house.clock.advance(timedelta(hours=14))
    now = house.clock()
    assert house.services.quiet is not None and house.services.quiet.over_at(now)
    broadcast(house, shops, heeds_quiet=True)
    broadcast(house, shops[:2], "紧急停电")
    answer(house, shops[0])
    assert sending.send(house.services, more=lambda: True) == 4  # the answer, two, and one look for all the others
    assert waits_until(house, "停电通知") == {f"{now + timedelta(days=1):%d} 08:00"}
    assert called(house, "停电通知") == 0
    house.later(hours=10)
    assert {row.state for row in rows(house, "停电通知")} == {"sent"}
