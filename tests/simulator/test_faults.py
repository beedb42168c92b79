"""Faults on request, for API calls and for callbacks."""

import pytest
import requests

from simulator.callbacks import FAILURE

SEND = "/cgi-bin/message/custom/send"


def test_an_errcode_for_so_many_calls(sim, api, li):
    sim.faults.add(SEND, "errcode", value=-1, times=2)
    assert [api.say(li.openid) for _ in range(3)] == [-1, -1, 0]


def test_a_token_that_never_works(sim, api, li):
    sim.faults.add("/cgi-bin/message/*", "errcode", value=40001, times=None)
    assert {api.say(li.openid) for _ in range(10)} == {40001}
    sim.faults.clear()
    assert api.say(li.openid) == 0


def test_an_http_error_and_a_dead_connection_do_nothing(sim, api, li):
    sim.faults.add(SEND, "http", value=502)
    with pytest.raises(requests.JSONDecodeError):
        api.say(li.openid)
    sim.faults.add(SEND, "unreachable")
    with pytest.raises(requests.ConnectionError):
        api.say(li.openid)
    assert li.unread() == []
    assert [call.fault for call in sim.calls[-2:]] == ["http", "unreachable"]


def test_a_lost_answer_was_done_all_the_same(sim, api, li):
    api("user/get")
    sim.faults.add(SEND, "lost_answer")
    with pytest.raises(requests.ConnectionError):
        api.say(li.openid)
    assert li.unread().text == "您好"


def test_a_slow_answer_is_a_timeout_for_the_impatient(sim, api, li):
    body = {"touser": li.openid, "msgtype": "text", "text": {"content": "慢"}}
    sim.faults.add(SEND, "slow", value=10, times=2)
    with pytest.raises(requests.ReadTimeout):
        api("message/custom/send", body, timeout=5)
    assert api("message/custom/send", body, timeout=11)["errcode"] == 0
    assert len(li.unread()) == 2


def test_chance_comes_from_a_seed(sim, api, li):
    sim.faults.add("/cgi-bin/user/get", "errcode", value=-1, times=None, probability=0.3)
    first = [api("user/get").get("errcode", 0) for _ in range(200)]
    assert 30 < first.count(-1) < 90


def test_an_unknown_fault_is_refused(sim):
    with pytest.raises(ValueError, match="lost"):
        sim.faults.add("callback", "dance")


def test_a_lost_callback_never_arrives(sim, li, shop):
    before = len(shop.heard)
    sim.faults.add("callback:text", "lost")
    assert li.say("你好") == []
    assert len(shop.heard) == before
    assert sim.redeliver(li.transcript[-1]).text == "听到text"
    assert li.transcript[-1].text == "听到text"


def test_a_doubled_callback_arrives_twice_and_is_answered_once(sim, li, shop):
    sim.faults.add("callback:text", "doubled")
    assert li.say("你好").text == "听到text"
    assert shop.heard[-1]["MsgId"] == shop.heard[-2]["MsgId"]


def test_a_late_callback_arrives_when_its_time_has_come(sim, li, shop):
    sim.faults.add("callback:CLICK", "late", value=90)
    li.click("k")
    assert shop.heard[-1]["Event"] == "subscribe"
    assert sim.later(seconds=89) == 0
    assert sim.later(seconds=1) == 1
    assert shop.heard[-1]["Event"] == "CLICK"
    assert li.unread().text == "听到event"


def test_an_overtaken_callback_comes_after_the_next(sim, li, shop):
    sim.faults.add("callback:text", "overtaken")
    li.say("一")
    li.say("二")
    assert [heard["Content"] for heard in shop.heard[-2:]] == ["二", "一"]


def test_an_unheard_answer_brings_the_message_again(sim, li, shop):
    sim.faults.add("callback:text", "unanswered")
    assert li.say("你好").text == "听到text"
    assert shop.heard[-1]["MsgId"] == shop.heard[-2]["MsgId"]
    assert FAILURE not in li.transcript[-1].text


def test_a_receipt_can_be_lost(sim, api, shop):
    phones = sim.follow_many(2)
    sim.faults.add("callback:MASSSENDJOBFINISH", "lost")
    body = {"touser": [phone.openid for phone in phones], "msgtype": "text", "text": {"content": "好"}}
    number = api("message/mass/send", body)["msg_id"]
    sim.settle()
    assert shop.heard == []
    assert api("message/mass/get", {"msg_id": number})["msg_status"] == "SEND_SUCCESS"


def test_the_hand_clock_moves_only_forward(clock):
    with pytest.raises(ValueError, match="forward"):
        clock.advance(seconds=-1)
