"""What is queued is sent once, in order, by the channel that is open; what is not known is said to be unknown."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import case, literal, select

from wechat_bot import jobs, reply
from wechat_bot.models import Delivery, DeliveryState, Follower
from wechat_bot.outbox import claiming, queueing, sending, settling

pytestmark = pytest.mark.pooled

CUSTOM = "/cgi-bin/message/custom/send"
TEMPLATE = "/cgi-bin/message/template/send"


def queue(house, phone, text="另外告诉您", **more):
    with house.services.transaction() as session:
        return queueing.queue(session, phone.openid, reply.text_message(text), now=house.clock(), **more)


def states(house) -> list[str]:
    with house.look() as session:
        return list(session.scalars(select(Delivery.state).order_by(Delivery.id)))


def claimed(house):
    """What a process that dies in the call leaves behind."""
    with house.services.transaction() as session:
        return claiming.claim(house.services, session, 0, now=house.clock())[0]


def note_sent(house, claim, msgid=None) -> None:
    with house.services.transaction() as session:
        settling.note(session, claim, msgid, None, now=house.clock())


@pytest.fixture
def notice(house):
    """A template message that stands in when the window is closed."""
    template_id = house.sim.add_template("新回复", "店铺:{{thing1.DATA}}", kind="template")
    return {"template_id": template_id, "url": "http://127.0.0.1/t", "data": {"thing1": {"value": "城南便利店"}}}


def test_a_queued_message_arrives_once(house, li) -> None:
    queue(house, li)
    house.work()
    house.work()
    assert li.unread().texts == ["另外告诉您"]
    assert states(house) == ["sent"]


def test_what_is_queued_with_a_refused_action_is_never_sent(house, li) -> None:
    li.say("数数")
    li.say("错")
    assert house.work() == 0


def test_the_same_key_queues_once(house, li) -> None:
    assert queue(house, li, key="reminder:1") is not None
    assert queue(house, li, key="reminder:1") is None
    house.work()
    assert li.unread().texts == ["另外告诉您"]


def test_messages_to_one_person_keep_their_order_through_a_failure(house, li) -> None:
    for text in "一二三":
        queue(house, li, text)
    house.sim.faults.add(CUSTOM, "errcode", value=45011, times=1)
    house.work()
    assert li.unread().texts == []
    house.later(minutes=1)
    assert li.unread().texts == ["一", "二", "三"]


def test_the_ledger_agrees_with_wechat_and_the_sixth_message_waits_for_the_next_contact(house, li) -> None:
    house.clock.advance(timedelta(minutes=2))  # the minute after the follow is over
    for n in range(6):
        queue(house, li, str(n))
    house.work()
    assert li.unread().texts == list("01234")
    assert house.sim.sends_left(li) == 0
    assert states(house)[-1] == "held"
    li.say("还在")
    house.work()
    assert li.unread().texts == ["5"]


def test_twelve_senders_at_once_send_no_more_than_wechat_allows(house, li) -> None:
    house.clock.advance(timedelta(minutes=2))
    for n in range(12):
        queue(house, li, str(n))
    start, errors = threading.Barrier(12), []

    def work() -> None:
        start.wait()
        try:
            while jobs.work(house.services):
                pass
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    house.work()  # what was left because its follower was in another one's hands
    house.later(seconds=2)
    assert errors == []
    assert (house.sim.count(CUSTOM), li.unread().texts) == (5, list("01234"))
    assert states(house) == ["sent"] * 5 + ["held"] * 7


def test_a_click_opens_three_sends_for_one_minute(house, li) -> None:
    house.clock.advance(timedelta(hours=49))
    li.click("count:3")
    for n in range(4):
        queue(house, li, str(n))
    house.work()
    assert li.unread().texts == list("012")
    assert states(house) == ["sent", "sent", "sent", "held"]


def test_a_tapped_choice_counts_as_a_click_and_not_as_a_message(house, li) -> None:
    house.clock.advance(timedelta(hours=49))
    li.say("您好")
    house.clock.advance(timedelta(hours=49))
    with house.services.transaction() as session:
        queueing.queue(session, li.openid, {"msgtype": "text", "text": {"content": "x"}}, now=house.clock())
    house.work()
    assert states(house) == ["held"]
    assert house.sim.sends_left(li) == 0


def test_outside_the_window_the_template_goes_out_and_its_receipt_is_kept(house, li, notice) -> None:
    house.clock.advance(timedelta(hours=49))
    queue(house, li, template=notice)
    house.work()
    assert "城南便利店" in li.unread().text
    assert states(house) == ["delivered"]


@pytest.mark.on_sqlite
@pytest.mark.parametrize(("status", "state"), [("Success", "delivered"), ("", "sent"), ("failed:user block", "failed")])
def test_a_receipt_says_what_became_of_it_in_any_letter_case_or_nothing(house, li, notice, status, state) -> None:
    house.clock.advance(timedelta(hours=49))
    queue(house, li, template=notice)
    sending.send(house.services)
    with house.look() as session:
        msgid = session.scalars(select(Delivery.msgid)).one()
    receipt = {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "MsgID": msgid, "Status": status}
    house.sim.courier.deliver(house.sim.courier.make(li.openid, receipt))
    assert states(house) == [state]


def test_a_receipt_that_comes_before_our_own_note_counts(house, li, notice) -> None:
    house.clock.advance(timedelta(hours=49))
    queue(house, li, template=notice)
    claim = claimed(house)
    msgid = str(house.services.wechat.send_template(claim.body))
    house.sim.settle()
    assert states(house) == ["sending"]
    note_sent(house, claim, msgid)
    assert states(house) == ["delivered"]


def test_a_template_whose_answer_was_lost_is_sent_again_under_the_same_id_and_arrives_once(house, li, notice) -> None:
    house.clock.advance(timedelta(hours=49))
    queue(house, li, template=notice)
    house.sim.faults.add(TEMPLATE, "lost_answer", times=1)
    house.work()
    house.later(minutes=1)
    assert len(li.unread()) == 1
    assert house.sim.count(TEMPLATE) == 2
    assert states(house) == ["delivered"]


@pytest.mark.parametrize("fault", ["lost_answer", "slow"])
def test_a_customer_message_whose_answer_was_lost_is_unsure_and_never_resent_unasked(house, li, fault) -> None:
    queue(house, li)
    house.sim.faults.add(CUSTOM, fault, value=30, times=1)
    house.work()
    house.later(hours=1)
    assert states(house) == ["unsure"]
    assert house.sim.count(CUSTOM) == 1


def test_a_call_that_never_left_is_made_again(house, li) -> None:
    house.sim.faults.add(CUSTOM, "unreachable", times=1)
    queue(house, li)
    house.work()
    state = states(house)
    house.later(minutes=1)
    assert (state, states(house)) in ((["pending"], ["sent"]), (["unsure"], ["unsure"]))


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("fault", "value"),
    [("http", 500), ("http", 200), ("bare", 0), ("lost_answer", 0), ("errcode", -1), ("errcode", 45011)],
)
def test_a_message_whose_token_did_not_come_was_never_sent_and_goes_later(build_chat, fault, value) -> None:
    house = build_chat()
    li = house.phone("老李")
    li.follow(), li.say("您好")
    queue(house, li)
    house.sim.faults.add("/cgi-bin/stable_token", fault, value=value, times=1)
    house.work()
    assert states(house) == ["pending"] and house.app.test_client().get("/healthz").get_json()["wechat"] == "ok"
    house.later(minutes=2)
    assert li.unread().texts == ["另外告诉您"]


def test_staff_decide_on_what_is_unsure(house, li) -> None:
    number = queue(house, li)
    house.sim.faults.add(CUSTOM, "http", value=502, times=1)
    house.work()
    assert states(house) == ["unsure"]
    assert str(number) in house.flask("outbox", "list").output
    assert house.flask("outbox", "resolve", str(number), "resend").exit_code == 0
    house.work()
    assert li.unread().texts == ["另外告诉您"]
    assert house.flask("outbox", "resolve", str(number), "sent").exit_code == 1


def test_who_has_left_gets_nothing_and_the_reason_is_kept(house, li) -> None:
    queue(house, li)
    li.unfollow()
    house.work()
    with house.look() as session:
        assert session.scalars(select(Delivery)).one().error == "no longer follows"


def test_what_is_too_late_to_be_useful_is_not_sent(house, li) -> None:
    queue(house, li, not_after=house.clock() + timedelta(hours=1))
    house.clock.advance(timedelta(hours=2))
    house.work()
    assert states(house) == ["failed"]
    assert house.sim.count(CUSTOM) == 0


def test_what_nobody_got_in_touch_for_in_time_is_given_up_and_never_sent(house, li) -> None:
    house.clock.advance(timedelta(hours=49))
    queue(house, li, not_after=house.clock() + timedelta(days=7)), queue(house, li, "不急")
    house.work()
    house.clock.advance(timedelta(days=8))
    house.tick()
    assert states(house) == ["failed", "held"]
    li.say("在吗")
    house.work()
    assert "不急" in li.unread().texts
    assert states(house) == ["failed", "sent"]


def test_a_wrong_secret_stops_the_sending_is_shown_and_costs_no_quota(build_chat) -> None:
    house = build_chat(wechat_app_secret="ffffffffffffffffffffffffffffffff")
    li = house.phone("老李")
    li.follow(), li.say("您好")
    for _ in range(20):
        queue(house, li)
    house.work()
    assert house.sim.count("/cgi-bin/stable_token") == 1
    health = house.app.test_client().get("/healthz")
    assert health.status_code == 503
    assert "WECHAT_APP_SECRET" in health.get_data(as_text=True)


def test_the_ledger_learns_from_wechat_when_they_disagree(house, li) -> None:
    with house.services.transaction() as session:
        follower = session.get_one(Follower, li.openid)
        follower.message_left = follower.event_left = 9
    for n in range(9):
        queue(house, li, str(n))
    house.clock.advance(timedelta(minutes=2))
    house.work()
    assert len(li.unread()) == 5
    assert states(house).count("held") == 4


def test_a_delivery_whose_process_died_in_the_call_becomes_unsure(house, li) -> None:
    number = queue(house, li)
    claim = claimed(house)
    assert claim is not None
    house.clock.advance(claiming.LEASE + timedelta(seconds=1))
    assert settling.reap(house.services) == 1
    assert states(house) == ["unsure"]
    # The process was only stopped, and wakes up with the answer.
    note_sent(house, claim)
    assert states(house) == ["sent"]
    assert number == claim.id


def test_a_template_whose_process_died_is_tried_again_while_wechat_knows_its_id_and_then_no_more(
    house, li, notice
) -> None:
    house.clock.advance(timedelta(hours=49))
    queue(house, li, template=notice)
    stale = claimed(house)
    house.clock.advance(claiming.LEASE + timedelta(seconds=1))
    settling.reap(house.services)
    assert states(house) == ["pending"]
    again = claimed(house)
    note_sent(house, stale, "1")  # fenced: the row was claimed anew
    assert states(house) == ["sending"]
    house.clock.advance(timedelta(minutes=9))
    settling.reap(house.services)
    assert states(house) == ["unsure"]
    assert again is not None


def test_the_health_page_counts_what_waits(house, li) -> None:
    house.clock.advance(timedelta(hours=49))
    queue(house, li)
    house.work()
    assert house.app.test_client().get("/healthz").get_json()["outbox"] == {"held": 1}
    assert DeliveryState.HELD == "held"


def broadcast(house, phones, text="停电通知") -> None:
    with house.services.transaction() as session:
        openids = [phone.openid for phone in phones]
        to = select(Follower.openid, literal(f"{text}:") + Follower.openid).where(Follower.openid.in_(openids))
        assert queueing.queue_all(session, to, reply.text_message(text), now=house.clock()) == len(phones)


def test_each_of_many_gets_words_of_their_own_whatever_is_in_them(house, shops) -> None:
    own = {phone.openid: f'第{n}家 "引号" \\ 100% \n下一行' for n, phone in enumerate(shops)}
    with house.services.transaction() as session:
        words = case(own, value=Follower.openid)
        to = select(Follower.openid, literal("own:") + Follower.openid, words).where(Follower.openid.in_(own))
        message = reply.text_message(f"您好：{queueing.OWN}。回复“我的”看全部。")
        assert queueing.queue_all(session, to, message, now=house.clock()) == len(shops)
    house.work()
    for phone in shops:
        assert phone.unread().texts == [f"您好：{own[phone.openid]}。回复“我的”看全部。"]


def ticks(house) -> bool:
    """A sender that always goes on, and a clock that shows in which order it sent."""
    house.clock.advance(timedelta(milliseconds=1))
    return True


def sent_in_order(house) -> list[str]:
    with house.look() as session:
        rows = session.scalars(select(Delivery).where(Delivery.state == "sent").order_by(Delivery.settled_at))
        return [row.message["text"]["content"] for row in rows]


@pytest.fixture
def shops(house):
    phones = [house.phone(f"店{n}") for n in range(4)]
    for phone in phones:
        phone.follow(), phone.say("您好")
    return phones


def test_what_one_waits_for_goes_before_what_was_queued_for_many_and_neither_starves(house, li, shops) -> None:
    broadcast(house, [li, *shops])
    for phone in shops:
        queue(house, phone, "回复一"), queue(house, phone, "回复二")
    house.clock.advance(timedelta(minutes=2))  # however long it has waited
    queue(house, shops[0], "回复三")
    sending.send(house.services, more=lambda: ticks(house))
    # One turn in four, and never before what its own person waits for.
    order = sent_in_order(house)
    assert [n for n, text in enumerate(order) if text == "停电通知"] == [3, 7, 11, 12, 13]
    assert order[10] == "回复三"


def test_an_answer_overtakes_the_broadcast_of_its_person_and_has_the_first_claim_to_the_last_send(house, li) -> None:
    house.clock.advance(timedelta(minutes=2))
    for n in range(4):
        queue(house, li, str(n))
    house.work()
    broadcast(house, [li])
    queue(house, li, "好的,马上送到")
    house.sim.faults.add(CUSTOM, "errcode", value=45011, times=1)
    house.work()
    assert states(house)[4:] == ["pending", "pending"]  # the answer is tried again, and the broadcast waits behind it
    house.later(minutes=1)
    assert li.unread().texts == ["0", "1", "2", "3", "好的,马上送到"]
    assert states(house)[4:] == ["held", "sent"]
    li.say("收到")
    house.work()
    assert "停电通知" in li.unread().texts


def test_what_came_of_a_call_is_kept_though_the_next_delivery_cannot_be_made(house, li, shops) -> None:
    queue(house, li, "一")
    with house.services.transaction() as session:
        queueing.queue(session, shops[0].openid, {"msgtype": "text", "text": {"content": 7}}, now=house.clock())
    with pytest.raises(AttributeError):
        house.work()
    assert states(house) == ["sent", "pending"]
