"""Answers to pushes in the chat: buttons by number, words to the manager, promotions refused; ratings in between."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from broadcasts.models.pushes import Refusal
from tests.broadcasts.town import PushTown
from tests.conftest import House
from visits.models.requests import Message, Request

LAW = "法规与真假鉴别"
BUTTONS = [("看公告", "https://example.com/a"), ("问经理", "message:")]


@pytest.fixture
def town(house: House) -> PushTown:
    town = PushTown(house)
    house.lay_out("a town that gets pushes", town.settle)
    return town


def requests(town: PushTown) -> list[Request]:
    with town.house.look() as session:
        return list(session.scalars(select(Request).order_by(Request.id)))


def said(town: PushTown) -> list[tuple[str, str]]:
    with town.house.look() as session:
        rows = session.scalars(select(Message).order_by(Message.id))
        return [(each.content, (each.more or {}).get("replies_to", "")) for each in rows]


def news(town: PushTown, phone) -> list[str]:
    town.house.work()
    return [entry.text for entry in phone.unread() if entry.source == "account"]


@pytest.mark.on_sqlite
def test_a_button_by_its_number_is_an_act_and_an_opening(town) -> None:
    push_id = town.push(buttons=BUTTONS, audience="{licence: ['350802100001', '350802100002']}")
    wang, li = town.phone("王建国"), town.phone("老李")
    assert 'href="https://example.com/a"' in wang.say("1").text
    assert town.counts(push_id)["acted"] == 1 and town.counts(push_id)["opened"] == 1
    # What has no button is the menu's.
    town.house.later(minutes=2)
    li.say("7")
    assert town.counts(push_id)["acted"] == 1
    town.house.later(minutes=2)
    # He has written since: now 1 is the menu's, too.
    assert "example.com" not in li.say("1").text
    assert town.counts(push_id)["acted"] == 1


def test_two_leaves_words_that_name_the_push_to_the_manager(town) -> None:
    chen = town.manager("陈志强", "13900002201")
    push_id = town.push(buttons=BUTTONS)
    news(town, chen)
    wang = town.phone("王建国")
    assert "请直接写您要说的" in wang.say("2").text
    assert not requests(town)
    wang.say("这个堆头的架子哪里有")
    [request] = requests(town)
    assert said(town) == [("这个堆头的架子哪里有", "推送《旺季陈列怎么摆》")]
    [told] = news(town, chen)
    assert "城南便利店" in told and "回推送《旺季陈列怎么摆》" in told and "这个堆头的架子哪里有" in told
    counts = town.counts(push_id)
    assert (counts["opened"], counts["acted"], counts["only:asked"]) == (1, 1, 1)
    recipient = town.recipient(push_id, "王建国")
    assert recipient.asked_at == town.house.clock() and recipient.acted_at == recipient.asked_at
    assert request.number > 100
    page = town.page("王建国").open("/m/visits/mine")
    assert "回推送《旺季陈列怎么摆》" in page


@pytest.mark.on_sqlite
def test_words_in_reply_become_a_request_that_names_it_and_thanks_do_not(town) -> None:
    push_id = town.push()
    town.phone("王建国").say("这次有没有赠品")
    assert said(town) == [("这次有没有赠品", "推送《旺季陈列怎么摆》")]
    assert "不客气" in town.phone("老李").say("收到").text
    assert len(requests(town)) == 1 and town.counts(push_id)["acted"] == 1
    # Words on the page are the same.
    page = town.page("小王")
    page.open("/m/visits/mine?to=push:1")
    assert "回推送《旺季陈列怎么摆》" in page.text
    page.send("write", content="什么时候送到")
    assert said(town)[-1] == ("什么时候送到", "推送《旺季陈列怎么摆》")
    assert town.counts(push_id)["only:asked"] == 2


@pytest.mark.on_sqlite
def test_after_a_rating_was_asked_since_a_number_rates_and_before_it_answers_the_push(town) -> None:
    chen = town.manager("陈志强", "13900002201")
    wang = town.phone("王建国")
    wang.say("红七匹狼这周断货了能不能先补两条")
    town.house.work()
    [request] = requests(town)
    push_id = town.push(buttons=BUTTONS)
    chen.say(f"{request.number} 明天送到")
    chen.say(f"{request.number} 完结")
    assert "满意吗" in news(town, wang)[-1]
    assert "谢谢您的评价" in wang.say("2").text
    assert "acted" not in town.counts(push_id)


@pytest.mark.on_sqlite
def test_what_was_sent_last_is_answered_although_a_rating_was_asked_before(town) -> None:
    chen = town.manager("陈志强", "13900002201")
    wang = town.phone("王建国")
    wang.say("红七匹狼这周断货了能不能先补两条")
    town.house.work()
    [request] = requests(town)
    chen.say(f"{request.number} 明天送到")
    chen.say(f"{request.number} 完结")
    assert "满意吗" in news(town, wang)[-1]
    push_id = town.push(buttons=BUTTONS)
    assert 'href="https://example.com/a"' in wang.say("1").text
    assert town.counts(push_id)["acted"] == 1


def test_nine_refuses_promotions_the_next_leaves_out_with_the_reason_and_service_still_comes(town) -> None:
    push_id = town.push()
    wang = town.phone("王建国")
    answer = wang.say("9").text
    assert "不再给您发促销" in answer and "业务通知照常" in answer and "收促销" in answer
    assert "opened" not in town.counts(push_id)
    town.house.clock.advance(timedelta(days=9))
    for name in ("王建国", "老李", "小王"):
        town.phone(name).say("在吗")
    second = town.push("元旦堆头")
    assert town.recipient(second, "王建国").why == "refused"
    assert town.counts(second)["why:refused"] == 1
    assert [each["reason"] for each in town.missed(second)] == ["refused"]
    third = town.push("新规定", kind="service", column=LAW, in_hours=24)
    assert town.recipient(third, "王建国").why is None
    # Nine does not mean that under a service notice, nor after other words: he is asked. And it is taken back.
    li = town.phone("老李")
    assert "您是不想再收促销吗？是的话，请回复“不收促销”" in li.say("9").text
    assert "您是不想再收促销吗" in li.say("9").text and "不再给您发促销" in li.say("退订").text
    assert "没看懂" in li.say("9").text
    assert "再告诉您" in wang.say("收促销").text
    with town.house.look() as session:
        assert session.scalars(select(Refusal.openid)).all() == [li.openid]
    assert "不再给您发促销" in wang.say("不收促销").text


@pytest.mark.on_sqlite
@pytest.mark.parametrize("said", ["9。", "“9”", "９", "9！", "回复9", "回复：“9”", "九。"])
def test_nine_is_nine_with_whatever_stands_around_it(town, said: str) -> None:
    town.push(audience="{licence: ['350802100001']}")
    assert "不再给您发促销" in town.phone("王建国").say(said).text
    assert requests(town) == []
