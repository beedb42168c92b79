"""What WeChat answers is understood: what went out before went out, what is banned stops, what nobody knows is told."""

from datetime import timedelta

import pytest
from sqlalchemy import literal, select

from tests import pictures
from tests.wechat_bot.test_outbox import CUSTOM, TEMPLATE, queue, states
from wechat_bot import reply
from wechat_bot.client.codes import Act, SendError
from wechat_bot.models import Delivery, Follower
from wechat_bot.outbox import queueing

MASS = "/cgi-bin/message/mass/send"


@pytest.fixture
def silent(house, li):
    """So long after the last word that only a template goes out."""
    house.clock.advance(timedelta(hours=49))


def notice(house, title="新回复"):
    template_id = house.sim.add_template(title, "店铺:{{thing1.DATA}}", kind="template")
    return {"template_id": template_id, "url": "http://127.0.0.1/t", "data": {"thing1": {"value": "城南便利店"}}}


def alarms(house) -> dict[str, str]:
    told = house.app.test_client().get("/healthz").get_json()["wechat"]
    return {} if told == "ok" else told


@pytest.mark.on_sqlite
def test_a_duplicate_within_a_minute_was_sent(house, li, silent) -> None:
    queue(house, li, template=notice(house))
    house.sim.faults.add(TEMPLATE, "errcode", value=40241, times=1)
    house.work()
    assert states(house) == ["sent"]
    assert house.sim.count(TEMPLATE) == 1 and not alarms(house)


def test_a_banned_template_stops_what_uses_it_alone_and_is_told(house, li, silent) -> None:
    good, banned = notice(house, "结果"), notice(house)
    shops = [phone.openid for phone in house.sim.follow_many(3)]
    with house.services.transaction() as session:
        session.add_all(Follower(openid=openid, message_left=0, event_left=0) for openid in shops)
    for template in (banned, good):
        with house.services.transaction() as session:
            to = select(Follower.openid, literal(None)).where(Follower.openid.in_(shops))
            queueing.queue_all(session, to, reply.text_message("群发"), now=house.clock(), template=template)
    house.sim.faults.add(TEMPLATE, "errcode", value=43116, times=1)
    house.work()
    assert states(house) == ["pending"] * 3 + ["delivered"] * 3
    assert "封禁" in alarms(house)["wechat:43116"]


@pytest.mark.on_sqlite
@pytest.mark.parametrize(("code", "minutes"), [(43117, 10), (45011, 1)])
def test_too_often_waits_as_long_as_wechat_asks(house, li, silent, code, minutes) -> None:
    queue(house, li, template=notice(house))
    house.sim.faults.add(TEMPLATE, "errcode", value=code, times=1)
    house.work()
    house.later(seconds=minutes * 60 - 1)
    assert (states(house), house.sim.count(TEMPLATE)) == (["pending"], 1)
    house.later(seconds=2)
    assert states(house) == ["delivered"]
    assert not alarms(house)


@pytest.mark.on_sqlite
@pytest.mark.parametrize("code", [40200, 43106])
def test_what_a_person_must_mend_is_shown(house, li, code) -> None:
    queue(house, li)
    house.sim.faults.add(CUSTOM, "errcode", value=code, times=1)
    house.work()
    assert list(alarms(house)) == [f"wechat:{code}"]
    house.later(minutes=6)
    assert li.unread().texts == ["另外告诉您"]


@pytest.mark.on_sqlite
@pytest.mark.parametrize(("path", "code"), [(CUSTOM, 47001), (CUSTOM, 41001), (TEMPLATE, 40037)])
def test_a_mistake_of_ours_that_lets_nothing_out_is_shown(house, li, path, code) -> None:
    if path == TEMPLATE:
        house.clock.advance(timedelta(hours=49))
    queue(house, li, template=notice(house))
    house.sim.faults.add(path, "errcode", value=code, times=1)
    house.work()
    assert (states(house), list(alarms(house))) == (["failed"], [f"wechat:{code}"])


def test_a_verification_that_lapsed_is_shown_and_one_that_succeeded_is_no_trouble(house) -> None:
    for name, shown in (("qualification_verify_success", []), ("verify_expired", ["account:verify_expired"])):
        house.sim.courier.deliver(house.sim.courier.make(None, {"MsgType": "event", "Event": name, "ExpiredTime": 1}))
        assert list(alarms(house)) == shown


def test_an_hour_of_waiting_for_the_count_uses_up_no_attempts(house, li) -> None:
    queue(house, li)
    house.sim.faults.add(CUSTOM, "errcode", value=45009, times=12)
    house.sim.faults.add(CUSTOM, "errcode", value=45011, times=1)
    house.work()
    for _ in range(12):
        house.later(minutes=6)
    assert (states(house), house.sim.count(CUSTOM)) == (["pending"], 13)
    house.later(minutes=1)
    assert li.unread().texts == ["另外告诉您"]


def test_a_code_nobody_knows_is_told_once_and_nothing_is_sent_twice_for_it(house, li) -> None:
    queue(house, li, "一"), queue(house, li, "二")
    house.sim.faults.add(CUSTOM, "errcode", value=48765, times=2)
    house.work()
    house.clock.advance(timedelta(hours=49))
    queue(house, li, template=notice(house))
    house.sim.faults.add(TEMPLATE, "errcode", value=48765, times=1)
    house.work()
    assert states(house) == ["unsure"] * 3
    assert list(alarms(house)) == ["wechat:48765"]
    house.later(hours=1)
    assert house.sim.count(CUSTOM) == 2 and house.sim.count(TEMPLATE) == 1


@pytest.mark.on_sqlite
def test_a_template_that_may_have_gone_out_is_not_sent_once_wechat_has_forgotten_it(house, li, silent) -> None:
    queue(house, li, template=notice(house))
    house.sim.faults.add(TEMPLATE, "lost_answer", times=None)
    house.work()
    for _ in range(20):
        house.later(minutes=1)
    assert states(house) == ["unsure"]
    assert [entry.channel for entry in li.transcript].count("template") == 1
    # A plain no before that does not count: nothing went out then.
    house.sim.faults.clear()
    queue(house, li, template=notice(house))
    house.sim.faults.add(TEMPLATE, "errcode", value=43117, times=2)
    house.work()
    house.later(minutes=11), house.later(minutes=11)
    assert states(house)[1] == "delivered"


@pytest.mark.on_sqlite
def test_a_mass_message_accepted_before_gives_the_first_ones_id(house, li) -> None:
    wang = house.phone("老王")
    wang.follow()
    message = {"touser": [li.openid, wang.openid], "msgtype": "text", "text": {"content": "通知"}}
    message["clientmsgid"] = "wuwei-mass-1"
    first = house.services.wechat.call(MASS, message)
    with pytest.raises(SendError) as caught:
        house.services.wechat.call(MASS, message)
    assert (caught.value.code, caught.value.act, caught.value.wait) == (45066, Act.RETRY, timedelta(minutes=1))
    house.clock.advance(timedelta(minutes=2))
    again = house.services.wechat.call(MASS, message)
    assert (again["errcode"], again["msg_id"]) == (45065, first["msg_id"])
    assert [entry.channel for entry in li.transcript].count("mass") == 1


@pytest.mark.on_sqlite
def test_a_file_that_cannot_be_fetched_for_a_reason_to_mend_is_shown_too(house, li) -> None:
    li.say("数数"), li.send_image(pictures.png(1))
    house.sim.faults.add("/cgi-bin/media/get", "errcode", value=48001, times=1)
    house.work()
    assert "wechat:48001" in alarms(house)
    with house.look() as session:
        assert session.scalars(select(Delivery)).all() == []
