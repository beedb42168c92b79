"""A shop that comes back, rates, leaves for good: what was closed goes on, is rated once, and is erased with it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from people import actions as people
from visits.actions import clocks, rating
from visits.actions.open_request import OpenRequest
from visits.models.answers import Rating
from visits.models.deadlines import Deadline, Promise
from visits.models.requests import Closed, Message, Request
from visits.queries import audience
from wechat_bot import reply
from wechat_bot.models import Delivery, Media
from wechat_bot.outbox import queueing

MENU = "这次答复您满意吗？"


def answer(town, content: str = "明早配送车带两条") -> None:
    """The manager's answer, as the database sees it."""
    services = town.house.services
    with services.transaction() as session:
        request = session.scalars(select(Request).where(Request.closed_at.is_(None))).one()
        now = services.clock()
        sent = queueing.queue(session, request.openid, reply.text_message(content), now=now)
        message = Message(
            request_id=request.id, said_at=now, author="manager", kind="text", content=content, delivery_id=sent
        )
        session.add(message)
        session.flush()
        request.last_message_id = message.id
        clocks.answered(OpenRequest(session, request, now, services.zone))
    town.house.work()


def close(town) -> bool:
    services = town.house.services
    with services.transaction() as session:
        request = session.scalars(select(Request).where(Request.closed_at.is_(None))).one()
        request.closed_how, request.closings = Closed.DONE, request.closings + 1
        clocks.closed(OpenRequest(session, request, services.clock(), services.zone))
        asked = rating.ask_rating(session, request, now=services.clock())
    town.house.work()
    return asked


@pytest.fixture
def chen(asked):
    return asked.chen


@pytest.fixture
def wang(asked):
    return asked.wang


def scores(town) -> list[int | None]:
    with town.house.look() as session:
        return list(session.scalars(select(Rating.score).order_by(Rating.request_id, Rating.closing)))


def running(town, promise: Promise) -> int:
    with town.house.look() as session:
        rows = session.scalars(select(Deadline.id).where(Deadline.promise == promise, Deadline.ended_at.is_(None)))
        return len(rows.all())


def test_what_the_shop_writes_after_an_answer_is_a_new_promise(town, chen, wang) -> None:
    answer(town)
    town.house.later(hours=1)
    at = (town.house.clock() + timedelta(days=1)).astimezone(town.house.services.zone)
    assert wang.say("3").text == f"已转给客户经理陈志强，明天 {at:%H:%M} 前答复您。着急请打 13900002201。"
    [notice] = town.news(chen)
    assert notice.startswith(
        f"【新回复 #{town.request().number}】城南便利店：“3”\n截止 {at.month} 月 {at.day} 日 {at:%H:%M}。"
    )
    assert running(town, Promise.NEXT_ANSWER) == 1


@pytest.mark.on_sqlite
def test_thanks_after_an_answer_promise_nothing_and_tell_nobody(town, chen, wang) -> None:
    answer(town)
    assert wang.say("好的,谢谢").text == "不客气，有需要随时说。"
    assert town.news(chen) == []
    assert (running(town, Promise.NEXT_ANSWER), town.said()[-1]) == (0, ("text", "好的,谢谢"))
    assert close(town)
    assert wang.say("谢谢").text == "不客气，有需要随时说。"
    assert town.request().closed_at is not None


@pytest.mark.on_sqlite
def test_within_three_days_it_goes_on_and_later_it_is_a_new_one(town, chen, wang) -> None:
    answer(town)
    close(town)
    town.news(chen)
    town.house.later(days=2)
    chen.say("帮助")
    assert "已转给客户经理陈志强" in wang.say("送来的数量不对").text
    request = town.request()
    assert (request.closed_at, request.closings) == (None, 1)
    [notice] = [each for each in town.news(chen) if "又来留言" in each]
    assert notice.startswith(f"【又来留言 #{request.number}】城南便利店：“送来的数量不对”")
    answer(town)
    close(town)
    town.house.later(days=4)
    wang.say("价签要换新的")
    assert [each.closed_at is None for each in town.requests()] == [False, True]


@pytest.mark.on_sqlite
def test_where_the_shop_says_nothing_more_it_is_closed_and_goes_on_when_it_does(town, chen, wang) -> None:
    number = town.request().number
    chen.say(f"{number} 明早带两条")
    town.house.later(days=2)
    chen.say(f"{number} 备注 已送到门口")
    for days, how in ((2.9, None), (0.2, Closed.QUIET)):
        town.house.later(days=days)
        town.run("look after resting requests")
        assert town.request().closed_how == how
    with town.house.look() as session:
        closing = session.scalars(select(Deadline).where(Deadline.promise == Promise.CLOSING)).one()
    assert closing.met_at is not None and scores(town) == []
    town.news(wang), town.news(chen)
    # Opened again by hand it is not closed at the next look.
    chen.say(f"{number} 重开")
    town.house.later(days=2)
    town.run("look after resting requests")
    assert town.request().closed_at is None
    town.house.later(days=2)
    town.run("look after resting requests")
    assert town.request().closed_how == Closed.QUIET
    chen.say("在吗")
    town.news(chen)
    wang.say("那两条还没有送到")
    assert town.request().closed_at is None
    assert [text.partition(" ")[0] for text in town.news(chen)][-1] == "【又来留言"


@pytest.mark.on_sqlite
def test_what_was_put_off_comes_back_with_one_notice_and_its_promise_went_on(town, chen, wang) -> None:
    number, due = town.request().number, town.request().due_at
    chen.say(f"{number} 稍后 3小时")
    assert "没有" in chen.say("待办").text
    town.house.later(hours=2.9)
    town.run("look after resting requests")
    assert town.news(chen) == []
    town.house.later(hours=0.2)
    for _ in range(2):
        town.run("look after resting requests")
    [notice] = town.news(chen)
    assert notice.startswith(f"【到时间了 #{number}】城南便利店的留言回到待办，还没有答复。")
    assert f"#{number}" in chen.say("待办").text and town.request().due_at == due


@pytest.mark.on_sqlite
def test_what_the_deputy_has_stays_theirs_and_what_comes_back_after_the_leave_is_the_owners(town, chen, wang) -> None:
    number = town.request().number
    lin = town.manager("林小燕")
    today = town.house.clock().astimezone(town.house.services.zone).date()
    town.leave("城区一片", "林小燕", today, today + timedelta(days=1))
    town.run("sweep requests of absent owners")
    assert town.owners() == ["林小燕"]
    town.house.later(days=2)
    lin.say("在吗")
    town.run("sweep requests of absent owners")
    assert town.owners() == ["林小燕"]  # the shop was told that name, and the leave is over
    lin.say(f"{number} 明早带两条")
    lin.say(f"{number} 完结")
    town.house.later(hours=1)
    chen.say("在吗")
    town.news(chen)
    wang.say("两条不够,还要三条")
    assert town.owners() == ["陈志强"]
    assert f"【转来 #{number}】" in town.news(chen)[-1]


def test_a_closing_is_rated_once_by_a_tap_and_a_late_tap_is_thanked(town, wang) -> None:
    answer(town)
    assert close(town)
    asked = wang.unread()[-1]
    assert asked.text.startswith(MENU)
    first, *_, last = asked.detail["list"]
    assert [each["content"] for each in asked.detail["list"]] == ["1 满意", "2 一般", "3 不满意"]
    assert wang.tap(first["id"]).text == "谢谢您的评价。"
    assert wang.tap(last["id"]).text == "您已评价过，谢谢。"
    assert (scores(town), town.request().closed_at is not None) == ([1], True)
    with town.house.look() as session:
        now = town.house.clock()
        rated = {word: session.scalars(audience.last_rated(session, word, now)).all() for word in audience.RATED}
        assert rated == {"content": [town.request().retailer_id], "so_so": [], "discontent": []}


@pytest.mark.on_sqlite
def test_a_number_rates_while_it_was_asked_last(town, wang) -> None:
    answer(town)
    close(town)
    assert wang.say("３").text.startswith("谢谢您直说")
    assert scores(town) == [3]


@pytest.mark.on_sqlite
def test_a_number_after_something_else_is_the_short_menus(town, wang) -> None:
    answer(town)
    close(town)
    town.house.later(minutes=5)
    wang.say("帮助")
    assert "调查" in wang.say("1").text
    assert scores(town) == [None]


@pytest.mark.on_sqlite
def test_nobody_is_asked_when_the_window_is_closed_or_used_up(town, wang) -> None:
    town.house.later(minutes=2)
    for _ in range(5):
        answer(town)
    assert not close(town)
    assert scores(town) == []


@pytest.mark.on_sqlite
def test_the_third_closing_of_a_request_is_asked_and_rated_by_itself(town, wang) -> None:
    for score in ("1", "2"):
        answer(town)
        close(town)
        wang.say(score)
        town.house.later(minutes=5)
        wang.say("还有一件事要麻烦您")
    assert scores(town) == [1, 2]


def test_who_is_erased_takes_the_conversation_along_and_the_figures_stay(town, chen, wang) -> None:
    wang.send_image()
    town.house.later(minutes=1)
    answer(town, "王老板,明早到")
    folder = town.house.settings.media_path
    assert [each for each in folder.rglob("*") if each.is_file()]
    services = town.house.services
    with services.transaction() as session:
        people.withdraw(session, wang.openid, now=services.clock())
    town.run("erase who is gone")
    town.run("delete discarded files")
    with town.house.look() as session:
        assert {(each.content, each.media_key) for each in session.scalars(select(Message))} == {("", None)}
        assert session.scalars(select(Media)).all() == []
        told = [str(each.message) for each in session.scalars(select(Delivery))]
        assert not [each for each in told if "红七匹狼" in each or "王老板" in each]
    request = town.request()
    assert request.openid.startswith("erased:") and request.first_answered_at is not None
    assert (request.closed_how, running(town, Promise.CLOSING)) == ("erased", 0)
    assert not [each for each in folder.rglob("*") if each.is_file()]
