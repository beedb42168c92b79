"""Callbacks to the app: envelope, attempts, replies (wechat-platform.md §1, §2)."""

import json

import pytest

from simulator import crypto
from simulator.callbacks import FAILURE
from simulator.handset import NotPossible
from simulator.simulator import Simulator
from simulator.world import Account


@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_a_message_is_heard_and_answered_in_every_mode_and_format(make, mode, form):
    sim, shop, _ = make(mode=mode, format=form)
    li = sim.phone("老李")
    li.follow()
    assert li.say("你好 ]]> <b>&").text == "听到text"
    message, query, body = shop.heard[-1], shop.queries[-1], shop.bodies[-1]
    assert message["Content"] == "你好 ]]> <b>&"
    assert message["FromUserName"] == query["openid"] == li.openid
    assert query["signature"] == crypto.signature(sim.account.token, query["timestamp"], query["nonce"])
    assert ("encrypt_type" in query) == (mode != "plain")
    assert (b"Content" in body) == (mode != "safe")
    if mode != "plain":
        encrypted = shop.read(body)["Encrypt"]
        parts = (sim.account.token, query["timestamp"], query["nonce"], encrypted)
        assert query["msg_signature"] == crypto.signature(*parts)


def test_the_console_checks_the_address(sim):
    assert sim.check_url()
    sim.connect(lambda environ, start: [start("200 OK", []), b"no"][1:])
    assert not sim.check_url()


def test_every_kind_of_message_carries_its_fields(li, shop):
    li.send_image(b"png")
    li.send_voice()
    li.send_video(is_short=True)
    li.send_location(25.1, 117.0, "新罗区")
    li.send_link("题", "http://a.cn/", "说明")
    wanted = [{"PicUrl", "MediaId"}, {"MediaId", "Format"}, {"MediaId", "ThumbMediaId"},
              {"Location_X", "Location_Y", "Scale", "Label"}, {"Title", "Description", "Url"}]  # fmt: skip
    kinds = ["image", "voice", "shortvideo", "location", "link"]
    for heard, kind, fields in zip(shop.heard[-5:], kinds, wanted, strict=True):
        assert heard["MsgType"] == kind
        assert fields | {"MsgId", "CreateTime", "ToUserName"} <= heard.keys()


def test_events_have_no_msgid_and_unfollowing_shows_no_answer(li, shop):
    assert li.unfollow() == []
    assert shop.heard[-1]["Event"] == "unsubscribe"
    assert "MsgId" not in shop.heard[-1]
    assert li.unfollow() == []


def test_who_does_not_follow_cannot_write(sim):
    with pytest.raises(NotPossible):
        sim.phone("路人").say("你好")


def test_any_other_event_can_be_sent(li, shop):
    li.event("user_info_modified", OpenID=li.openid)
    assert (shop.heard[-1]["Event"], shop.heard[-1]["OpenID"]) == ("user_info_modified", li.openid)
    li.report_location(25.1, 117.0)
    assert shop.heard[-1]["Latitude"] == "25.1"


@pytest.mark.parametrize("answer", [b"", b"success"])
def test_success_and_nothing_mean_no_answer(sim, li, shop, answer):
    shop.answer = lambda message: answer
    assert li.say("你好") == []
    assert sim.deliveries[-1].outcome == "silent"


def test_an_app_that_fails_is_posted_the_same_message_four_times_at_once(sim, li, shop):
    shop.status = 500
    assert li.say("你好").text == FAILURE
    attempts = shop.heard[-4:]
    assert len({attempt["MsgId"] for attempt in attempts}) == 1
    assert len({query["nonce"] for query in shop.queries[-4:]}) == 4
    assert len(sim.deliveries[-1].attempts) == 4


def test_an_app_that_recovers_is_answered_by(sim, li, shop):
    def answer(message):
        shop.status = 200 if len(sim.deliveries[-1].attempts) == 2 else 500
        return "好了"

    shop.answer, shop.status = answer, 500
    assert li.say("你好").text == "好了"


def test_an_answer_that_is_too_late_is_as_none(sim, li, shop):
    sim.courier.timeout = -1
    assert li.say("你好").text == FAILURE
    assert len(sim.deliveries[-1].attempts) == 4


def bad(shop, how):
    """Answers WeChat would not take."""

    def answer(message):
        good = shop.text("好", message)
        return {
            "garbage": b"<html>",
            "json": json.dumps({"ok": 1}).encode(),
            "plain in safe mode": good.encode(),
            "signature": shop.encrypted(good).replace(b"<TimeStamp>1", b"<TimeStamp>2"),
            "key": shop.encrypted(good, "B" * 43),
            "too long": shop.encrypted(good.replace("好", "字" * 683)),
            "empty": shop.encrypted(good.replace("好", "")),
            "to somebody else": shop.encrypted(good.replace(message["FromUserName"], "o1")),
            "from somebody else": shop.encrypted(good.replace(message["ToUserName"], "gh_1")),
            "no time": shop.encrypted(good.replace("<CreateTime>1</CreateTime>", "")),
            "unknown type": shop.encrypted(good.replace(">text<", ">dance<")),
            "doctype": b"<!DOCTYPE xml><xml></xml>",
            "no media": shop.encrypted(good.replace(">text<", ">image<")),
        }[how]

    return answer


@pytest.mark.parametrize(
    "how",
    ["garbage", "json", "plain in safe mode", "signature", "key", "too long", "empty", "to somebody else",
     "from somebody else", "no time", "unknown type", "doctype", "no media"],
)  # fmt: skip
def test_an_invalid_answer_is_shown_as_a_failure(sim, li, shop, how):
    shop.answer = bad(shop, how)
    seen = li.say("你好")
    assert (seen.text, seen[0].kind, seen[0].source) == (FAILURE, "failure", "system")
    assert sim.deliveries[-1].attempts[-1].outcome.startswith("bad answer")


def test_a_text_of_2047_bytes_is_taken(li, shop):
    shop.answer = lambda message: "字" * 682 + "x"
    assert len(li.say("你好").text.encode()) == 2047


def test_an_encrypted_answer_in_plain_mode_is_a_failure(make):
    sim, shop, _ = make(mode="plain")
    shop.answer = lambda message: shop.encrypted(shop.text("好", message))
    assert sim.phone("老李").follow().text == FAILURE


def test_a_plain_answer_in_compatible_mode_is_taken(make):
    sim, shop, _ = make(mode="compatible")
    shop.answer = lambda message: shop.text("好", message).encode()
    assert sim.phone("老李").follow().text == "好"


def test_after_a_rotation_answers_under_the_old_key_are_read(sim, li, shop):
    old = sim.account.aes_key
    sim.rotate_key("B" * 43)
    shop.answer = lambda message: shop.encrypted(shop.text("好", message), old)
    assert li.say("你好").text == "好"
    sim.rotate_key("C" * 43)
    assert li.say("你好").text == FAILURE


def news(count):
    items = "".join(
        f"<item><Title>题{n}</Title><Description/><PicUrl/><Url>http://a.cn/{n}</Url></item>" for n in range(count)
    )
    return f"<ArticleCount>{count}</ArticleCount><Articles>{items}</Articles>"


def test_news_after_a_message_are_cut_to_one_article_and_after_an_event_to_eight(li, shop):
    def answer(message):
        return shop.text("", message).replace("<Content></Content>", news(9)).replace(">text<", ">news<")

    shop.answer = answer
    assert len(li.say("看看")[0].detail["articles"]) == 1
    assert [article["title"] for article in li.click("news")[0].detail["articles"]] == [f"题{n}" for n in range(8)]


def test_pictures_and_transfers_are_shown(api, li, shop):
    media_id = api.upload("media/upload", "a.png", b"png", type="image")["media_id"]
    image = f"<Image><MediaId>{media_id}</MediaId></Image>"
    shop.answer = lambda message: (
        shop.text("", message).replace("<Content></Content>", image).replace(">text<", ">image<")
    )
    seen = li.say("图")
    assert li.picture_of(seen[0]) == b"png"
    shop.answer = lambda message: shop.text("", message).replace(">text<", ">transfer_customer_service<")
    assert li.say("人工")[0].kind == "transfer"


def test_the_same_callback_can_be_sent_again_and_nothing_new_is_shown(sim, li, shop):
    li.say("你好")
    said = li.transcript[-2]
    again = sim.redeliver(said)
    assert again.text == "听到text"
    assert shop.heard[-1]["MsgId"] == shop.heard[-2]["MsgId"]
    assert len(li.transcript) == said.number + 2


def test_a_broken_callback_can_be_posted(sim, shop):
    shop.status = 403
    shop.open = lambda body: {"MsgType": "broken", "FromUserName": "o", "ToUserName": "gh"}
    assert sim.deliver_raw("not xml", {"signature": "x"})[0] == 403


def test_without_an_app_the_person_sees_a_failure(sim):
    sim.courier.transport = None
    assert sim.phone("老李").follow().text == FAILURE
    with pytest.raises(RuntimeError):
        sim.deliver_raw(b"", {})


def test_callbacks_can_be_prepared_for_a_load_and_their_answers_read(sim, shop):
    phones = sim.follow_many(3)
    made = sim.prepare(phones, ["1", "2", "3"])
    assert [sim.sends_left(phone) for phone in phones] == [5, 5, 5]
    for one, text in zip(made, "123", strict=True):
        status, body = sim.deliver_raw(one.body, one.query)
        assert (status, shop.heard[-1]["Content"], shop.heard[-1]["FromUserName"]) == (200, text, one.openid)
        assert sim.read_answer(one.number, body).text == "听到text"
    assert phones[0].unread().text == "听到text"


def test_a_plain_function_can_be_the_app():
    heard = []
    sim = Simulator(Account(mode="plain"), callback=lambda query, body: heard.append(body) or b"success")
    sim.phone("老李").follow()
    assert b"subscribe" in heard[0]
