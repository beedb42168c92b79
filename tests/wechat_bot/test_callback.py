"""A message through the callback's door: answered once, in time, in the right form, and never half-done."""

import json
import random
import socket
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from config.app import create_app, furnish
from simulator import crypto
from simulator.clock import HandClock
from simulator.world import Account
from wechat_bot.chat import forget_answers
from wechat_bot.models import Delivery, DeliveryState, FailedPost, Heard, Talk

pytestmark = pytest.mark.pooled


def rows(house, table) -> int:
    with house.look() as session:
        return session.scalar(select(func.count()).select_from(table))


@pytest.mark.on_sqlite
@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_a_follower_is_answered_in_each_mode_and_form(build_chat, mode, form) -> None:
    house = build_chat(account=Account(mode=mode, format=form))
    assert house.sim.check_url()
    li = house.phone("老李")
    assert li.follow().text == "欢迎"
    assert li.say("数数").text == "数到 3"
    assert li.say("嗯").text == "1"


def test_a_message_delivered_again_gets_the_same_answer_and_counts_once(house) -> None:
    li = house.phone("老李")
    li.follow()
    li.click("count:3")
    li.say("一")
    first = li.transcript[-2]
    assert li.say("二").text == "2"
    assert house.sim.redeliver(first).text == "1"
    assert li.say("三").text == "数完了"


def test_two_deliveries_of_one_message_at_the_same_time_take_effect_once(house) -> None:
    li = house.phone("老李")
    li.follow()
    li.click("count:5")
    sealed = house.sim.prepare([li], ["一"])[0]
    answers, start = [], threading.Barrier(6)

    def deliver() -> None:
        start.wait()
        response = house.app.test_client().post("/wechat", query_string=sealed.query, data=sealed.body)
        answers.append((response.status_code, house.sim.read_answer(sealed.number, response.data).text))

    threads = [threading.Thread(target=deliver) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [(200, "1")] * 6
    assert li.say("二").text == "2"


def test_a_bug_of_ours_keeps_nothing_and_the_redelivery_starts_afresh(house) -> None:
    li = house.phone("老李")
    li.follow()
    li.click("count:3")
    sealed = house.sim.prepare([li], ["坏"])[0]
    for _ in range(2):
        response = house.app.test_client().post("/wechat", query_string=sealed.query, data=sealed.body)
        assert response.status_code == 500
    assert rows(house, Delivery) == 0
    with house.look() as session:
        assert session.scalars(select(Talk)).one().state == {"n": 0}


def test_when_wechat_posts_it_for_the_last_time_the_person_hears_that_it_failed(house) -> None:
    li = house.phone("老李")
    li.follow()
    li.click("count:3")
    # Four posts at one moment, each to the process that has time, and our clock may be ahead.
    services = replace(house.another_process(), switchboard=house.services.switchboard)
    other = create_app(house.settings, services=services, features=house.app.extensions["features"])
    for late in (0, 20):
        sealed = house.sim.prepare([li], ["坏"])[0]
        house.clock.advance(timedelta(seconds=late))
        answers = [
            app.test_client().post("/wechat", query_string=sealed.query, data=sealed.body)
            for app in (house.app, other, other, house.app)
        ]
        assert [answer.status_code for answer in answers] == [500, 500, 500, 200]
        assert "没有保存成功" in house.sim.read_answer(sealed.number, answers[-1].data).text
    assert rows(house, Delivery) == 0
    assert "没有保存成功" in li.say("坏").text  # as WeChat posts it
    assert len(house.sim.deliveries[-1].attempts) == 4
    assert li.say("一").text == "1"
    house.clock.advance(timedelta(hours=2))
    forget_answers(house.services)
    assert rows(house, FailedPost) == 0
    services.database.dispose()


@pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
def test_while_the_database_is_away_one_of_four_posts_is_answered_however_many_processes_share_them(house) -> None:
    li = house.phone("老李")
    li.follow()
    features = house.app.extensions["features"]
    apps = [create_app(house.settings, services=house.services, features=features) for _ in range(3)]
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and never listens
        away = f"postgresql://127.0.0.1:{nobody.getsockname()[1]}/gone"
        gone = house.another_process(database_url=away).database
        with pytest.raises(OperationalError), gone.reading():
            pass  # from now on it is known to be away
        for processes, answered in ((1, 4), (2, 3), (3, 4), (4, 1)):
            for app in apps[:processes]:
                services = house.another_process(database_url=away, web_concurrency=processes)
                furnish(app, house.settings, replace(services, database=gone))
            sealed, codes = house.sim.prepare([li], ["在吗"])[0], []
            while 200 not in codes:
                app = apps[len(codes) % processes]
                response = app.test_client().post("/wechat", query_string=sealed.query, data=sealed.body)
                codes.append(response.status_code)
            assert len(codes) == answered
            assert "没有保存成功" in house.sim.read_answer(sealed.number, response.data).text


def test_what_was_said_is_forgotten_soon_and_the_mark_later(house) -> None:
    li = house.phone("老李")
    li.follow()
    li.say("数数")
    first = li.transcript[-2]
    house.clock.advance(timedelta(minutes=20))
    forget_answers(house.services)
    assert house.sim.redeliver(first).text == ""  # still heard once only
    with house.look() as session:
        assert all(heard.answer is None for heard in session.scalars(select(Heard)))
    house.clock.advance(timedelta(days=3))
    forget_answers(house.services)
    assert rows(house, Heard) == 0


def test_a_refusal_is_said_and_keeps_nothing_of_the_refused_action(house) -> None:
    li = house.phone("老李")
    li.follow()
    li.click("count:3")
    assert li.say("错").text == "这一步不行。"
    assert house.sim.redeliver(li.transcript[-2]).text == "这一步不行。"
    assert rows(house, Delivery) == 0
    assert li.click("count:closed").text == "这里已经结束了。"


@pytest.mark.on_sqlite
def test_a_long_answer_is_split_and_the_rest_follows(house) -> None:
    li = house.phone("老李")
    li.follow()
    li.click("count:3")
    assert li.say("长").text == "一" * 500 + "。"
    house.work()
    assert li.unread().text == "二" * 600


def slow(house, seconds: float) -> None:
    """Make the feature's next answer take so long by the clock."""
    board = house.services.switchboard
    conversation = board.conversations["count"]

    def hear(turn, talk):
        house.clock.advance(timedelta(seconds=seconds))
        board.conversations["count"] = conversation
        return conversation.hear(turn, talk)

    board.conversations["count"] = type(conversation)(conversation.topic, conversation.open, hear)


def test_an_answer_that_comes_too_late_arrives_by_the_outbox(house) -> None:
    li = house.phone("老李")
    li.follow()
    li.click("count:3")
    slow(house, 6)
    assert li.say("一").text == ""
    house.work()
    assert li.unread().text == ""  # a redelivery may still carry it
    house.later(seconds=15)
    assert li.unread().text == "1"


def test_a_late_answer_that_a_redelivery_carried_is_not_sent_again(house) -> None:
    li = house.phone("老李")
    li.follow()
    li.click("count:3")
    slow(house, 6)
    li.say("一")
    assert house.sim.redeliver(li.transcript[-1]).text == "1"
    house.later(minutes=1)
    assert li.unread().text == ""
    with house.look() as session:
        assert session.scalars(select(Delivery)).one().state == DeliveryState.CANCELLED


@pytest.mark.on_sqlite
@pytest.mark.parametrize("form", ["xml", "json"])
@pytest.mark.parametrize("mode", ["plain", "safe"])
def test_events_that_differ_anywhere_are_each_heard_and_one_delivered_again_is_one(build_chat, mode, form) -> None:
    house = build_chat(account=Account(mode=mode, format=form))
    platform, moment = {"MsgType": "event", "FromUserName": "wechat", "CreateTime": 1789178400}, []
    for person in ("oA", "oB", "oC"):
        moment.append({**platform, "Event": "user_authorization_revoke", "OpenID": person, "RevokeInfo": "204"})
    for number in (1, 2):
        moment.append({**platform, "Event": "PUBLISHJOBFINISH", "PublishEventInfo": {"publish_id": number}})
        choice = {"TemplateId": f"T{number}", "SubscribeStatusString": "accept"}
        consent = {"SubscribeMsgPopupEvent": {"List": choice}} if form == "xml" else {"List": choice}
        moment.append({**platform, "Event": "subscribe_msg_popup_event", **consent})
    for fields in moment:
        house.sim.courier.deliver(house.sim.courier.make(None, fields))
    assert rows(house, Heard) == len(moment)
    for delivery in house.sim.deliveries:  # sealed anew: another nonce, another signature, other ciphertext
        assert house.sim.redeliver(delivery).outcome == "silent"
    assert rows(house, Heard) == len(moment)


@st.composite
def bodies(draw, form: str) -> str:
    """A body of WeChat's in which something is not as we know it."""
    fields = draw(st.sampled_from(SHAPES))
    fields = {"ToUserName": "gh_1", "FromUserName": "oA", "CreateTime": 1789178400, "MsgId": 7, **fields}
    for name in draw(st.lists(st.sampled_from(list(fields)), max_size=2)):
        fields.pop(name, None)
    odd = st.sampled_from(
        ["", "1.7e9", "1700000000.5", "9" * 30, "1e999999999", "\n\n\n", "NaN", "-1", "x" * 300, "SCAN"]
    )
    nested = st.recursive(
        odd, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=8
    )
    fields |= draw(st.dictionaries(NAMES, nested, max_size=3))
    if form == "json":
        return json.dumps(fields)
    return f"<xml>{draw(st.permutations([as_xml(name, value) for name, value in fields.items()]).map(''.join))}</xml>"


SHAPES = [
    {"MsgType": "text", "Content": "在吗"},
    {"MsgType": "image", "MediaId": "M", "PicUrl": "http://p"},
    {"MsgType": "location", "Location_X": "25.1", "Location_Y": "117.0", "Scale": "20"},
    {"MsgType": "event", "Event": "subscribe", "EventKey": "qrscene_count:3"},
    {"MsgType": "event", "Event": "CLICK", "EventKey": "count:3"},
    {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "MsgID": "1", "Status": "success"},
    {"MsgType": "event", "Event": "MASSSENDJOBFINISH", "MsgID": "1", "ArticleUrlResult": {"ResultList": None}},
    {"MsgType": "event", "Event": "subscribe_msg_sent_event", "List": {"TemplateId": "T", "MsgID": "2"}},
    {"MsgType": "event", "Event": "verify_expired", "ExpiredTime": "1"},
]
NAMES = st.sampled_from(sorted({name for shape in SHAPES for name in shape} | {"FromUserName", "CreateTime", "MsgId"}))


def as_xml(name: str, value: object) -> str:
    if isinstance(value, list):
        return "".join(as_xml(name, each) for each in value) or f"<{name}/>"
    if isinstance(value, dict):
        return f"<{name}>{''.join(as_xml(inner, each) for inner, each in value.items())}</{name}>"
    return f"<{name}>{'' if value is None else value}</{name}>"


@pytest.mark.parametrize("stores", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("form", ["xml", "json"])
def test_whatever_wechat_says_is_a_200_and_is_kept_whole(build_chat, form) -> None:
    house = build_chat(account=Account(format=form))
    account, client = house.sim.account, house.app.test_client()

    @settings(max_examples=50, derandomize=True)
    @given(bodies(form) | st.text(max_size=40))
    def say(body: str) -> None:
        query, sealed = sealed_body(account, body.encode(errors="surrogatepass"), form)
        with house.look() as session:
            before = set(session.scalars(select(Heard.key)))
        for _ in range(2):
            assert client.post("/wechat", query_string=query, data=sealed).status_code == 200
        with house.look() as session:
            new = [heard for heard in session.scalars(select(Heard)) if heard.key not in before]
        # Nothing new only where this very message had been heard.
        assert len(new) <= 1 and (new or before)

    say()
    with house.look() as session:
        kept = session.scalars(select(Heard)).all()
        assert len(kept) > 25 and sum(heard.raw is not None for heard in kept) > 10


@pytest.mark.on_sqlite
@pytest.mark.parametrize("form", ["xml", "json"])
def test_a_shape_nobody_can_read_is_kept_in_compatible_mode_too(build_chat, form) -> None:
    house = build_chat(account=Account(mode="compatible", format=form))
    deep = {"MsgType": "event", "Event": "of_2027", "a": 1}
    for _ in range(20):
        deep = {"MsgType": "event", "Event": "of_2027", "Encrypt": "no", "a": deep}
    delivery = house.sim.courier.make(None, deep)
    house.sim.courier.deliver(delivery)
    assert [attempt.status for attempt in delivery.attempts] == [200]
    with house.look() as session:
        assert "of_2027" in session.scalars(select(Heard.raw)).one()["body"]


def sealed_body(account: Account, body: bytes, form: str) -> tuple[dict[str, str], str]:
    encrypted = crypto.encrypt(account.aes_key, account.app_id, body)
    stamp = str(int(HandClock()().timestamp()))
    signed = crypto.signature(account.token, stamp, "1", encrypted)
    query = {"timestamp": stamp, "nonce": "1", "encrypt_type": "aes", "msg_signature": signed}
    outer = json.dumps({"Encrypt": encrypted}) if form == "json" else f"<xml><Encrypt>{encrypted}</Encrypt></xml>"
    return query, outer


@pytest.mark.on_sqlite
def test_a_very_large_body_is_refused(house) -> None:
    status, _ = house.sim.deliver_raw(b"<xml>" + b"a" * (10 << 20), {"timestamp": "1", "nonce": "1"})
    assert status == 400


def test_unknown_events_are_kept_raw_and_answered_with_success(house) -> None:
    li = house.phone("老李")
    li.follow()
    assert li.event("something_of_2027", Surprise="1").text == ""
    assert house.sim.deliveries[-1].attempts[-1].raw == b"success"
    with house.look() as session:
        assert session.scalars(select(Heard).where(Heard.raw.is_not(None))).one().raw["Surprise"] == "1"


# PostgreSQL takes less than SQLite: neither a NUL nor half a character. A thousand in either form.
@pytest.mark.parametrize("stores", ["postgresql"], indirect=True)
@pytest.mark.parametrize("form", ["xml", "json"])
def test_two_thousand_mutations_of_real_messages_get_a_deliberate_answer(build_chat, form) -> None:
    house = build_chat(account=Account(mode="plain", format=form))
    li = house.phone("老李")
    li.follow()
    li.say("数数"), li.send_image(), li.send_location(25.1, 117.0, "新罗区"), li.click("count:3"), li.scan("count:5")
    samples = [(d.attempts[0].query, d.attempts[0].body.encode()) for d in house.sim.deliveries]
    dice, client, seen = random.Random(7), house.app.test_client(), set()
    for number in range(1000):
        query, body = dice.choice(samples)
        body = mutate(dice, body)
        if number % 10 == 0:
            query = {**query, dice.choice(list(query)): "x"}
        seen.add(client.post("/wechat", query_string=query, data=body).status_code)
    assert seen == {200, 403}
    assert li.say("数数").text == "数到 3"


def mutate(dice: random.Random, body: bytes) -> bytes:
    kind, at = dice.randrange(6), dice.randrange(len(body))
    end = min(len(body), at + dice.randrange(1, 20))
    match kind:
        case 0:
            return body[:at] + bytes([dice.randrange(256)]) + body[at + 1 :]
        case 1:
            return body[:at] + body[end:]
        case 2:
            return body[:at] + body[at:end] * 2 + body[end:]
        case 3:
            return body[:at]
        case 4:
            odd = (
                b"\x1d",
                b"]]>",
                b"&#0;",
                b"<![CDATA[",
                b"<a>",
                b"\xff",
                b"\\u0000",
                b"\\ud800",
                b"[[",
                b"{",
                "二".encode(),
            )
            return body[:at] + dice.choice(odd) + body[at:]
        case _:
            return body.replace(b"text", b"tex\xe4", 1)


def test_half_a_day_of_silence_ends_nothing_and_a_day_does(house) -> None:
    li = house.phone("老李")
    li.follow()
    li.say("数数")
    house.later(hours=23)
    assert li.say("一").text == "1"
    house.later(hours=25)
    assert li.say("二").text == "没看懂"
    assert li.say("继续").text == "数到 3"


def test_two_talks_never_take_each_others_reply_and_the_end_of_one_offers_the_other(house) -> None:
    li = house.phone("老李")
    li.follow()
    li.say("再数")
    li.say("一")
    li.say("数数")
    li.say("一"), li.say("二")
    assert li.say("三").text == "数完了\n刚才还剩 4 个，回复“继续”接着填。"
    assert li.say("四").text == "没看懂"
    assert li.say("继续").text == "数到 5"


def test_a_link_opened_by_another_conversation_begins_one_talk_and_not_two(house) -> None:
    li = house.phone("老李")
    li.follow()
    li.say("再数")
    assert li.click("again:").text == "数到 3"
    assert li.say("一").text == "1"
    with house.look() as session:
        talks = session.scalars(select(Talk).order_by(Talk.id)).all()
    assert [(talk.topic, talk.reference, talk.paused_at is None) for talk in talks] == [
        ("count", "5", False),
        ("count", "3", True),
    ]


@pytest.mark.on_sqlite
@pytest.mark.parametrize("word", ["退出", "0 退出", "“退出”", "退出。"])
def test_a_talk_is_left_and_taken_up_again(house, word) -> None:
    li = house.phone("老李")
    li.follow()
    li.say("数数")
    assert li.say(word).text == "好的，先到这里。刚才还剩 3 个，回复“继续”接着填。"
    assert li.say("一").text == "没看懂"
    assert li.say("继续").text == "数到 3"


@pytest.mark.on_sqlite
def test_help_and_a_person_always_work_and_numbers_open_the_menu(house) -> None:
    li = house.phone("老李")
    li.follow()
    assert li.say("1").text == "数到 3"
    assert li.say("?").text.startswith("帮助")
    assert li.say("？").text.startswith("帮助")
    assert li.say("人工").text == "请打电话"
    assert li.say("一").text == "1"
    li.say("退出")
    assert li.say("２").text == "数到 5"
