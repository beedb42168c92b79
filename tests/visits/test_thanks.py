"""A shop's thanks, in every situation: they reopen nothing, start no clock, and get a word that is not the menu."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.h5 import Browser
from visits.models.answers import Rating
from visits.models.deadlines import Deadline, Promise

WELCOME = "不客气，有需要随时说。"
KEPT = "已转告客户经理，谢谢您。有事请接着说。"
POLITE = ["谢谢陈经理", "货收到了谢谢", "太好了谢谢", "好滴", "👍", "感恩", "嗯好的", "🙏🌹", "好的谢谢，明天见"]


@pytest.fixture
def answered(asked):
    asked.chen.say(f"{asked.n} 明早带两条")
    asked.news(asked.wang), asked.news(asked.chen)
    return asked


@pytest.fixture
def closed(answered):
    answered.chen.say(f"{answered.n} 完结")
    answered.news(answered.wang), answered.news(answered.chen)
    return answered


def clocks(town) -> int:
    """How many answers are awaited."""
    with town.house.look() as session:
        running = select(Deadline.id).where(Deadline.promise == Promise.NEXT_ANSWER, Deadline.ended_at.is_(None))
        return len(session.scalars(running).all())


def scores(town) -> list[int | None]:
    with town.house.look() as session:
        return list(session.scalars(select(Rating.score)))


def later_news(town) -> list[str]:
    town.house.later(minutes=2)
    return town.news(town.chen)


@pytest.mark.on_sqlite
def test_after_an_answer_thanks_start_no_clock_and_tell_nobody(answered) -> None:
    for said in (*POLITE, "嗯嗯"):
        assert answered.wang.say(said).text == WELCOME, said
    assert (clocks(answered), answered.request().unanswered_since, later_news(answered)) == (0, None, [])


@pytest.mark.on_sqlite
def test_after_a_closing_thanks_reopen_nothing(closed) -> None:
    for said in (*POLITE, "嗯嗯", "收到", "OK"):
        assert closed.wang.say(said).text == WELCOME, said
    assert closed.request().closed_at is not None and later_news(closed) == []


@pytest.mark.parametrize("is_closed", [False, True])
def test_what_is_in_doubt_is_kept_and_told_and_starts_no_clock(answered, is_closed) -> None:
    if is_closed:
        answered.chen.say(f"{answered.n} 完结")
        answered.news(answered.wang)
    assert answered.wang.say("好的，我下午在店里").text == KEPT
    assert (clocks(answered), answered.request().unanswered_since) == (0, None)
    assert (answered.request().closed_at is None) != is_closed
    assert answered.said()[-1] == ("text", "好的，我下午在店里")
    [told] = [each for each in later_news(answered) if "店主回话" in each]
    assert f"【店主回话 #{answered.n}】城南便利店" in told and "好的，我下午在店里" in told and "不计时" in told
    if is_closed:
        assert f"#{answered.n} 已重开" in answered.chen.say(f"{answered.n} 重开").text


@pytest.mark.on_sqlite
@pytest.mark.parametrize("is_closed", [False, True])
def test_a_need_with_thanks_around_it_is_a_need(answered, is_closed) -> None:
    for said in ("谢谢，不过货还没到", "收到了，少了一条", "好的那什么时候送", "谢谢，断货了"):
        if is_closed:
            answered.chen.say(f"{answered.n} 完结")
            answered.news(answered.wang)
        assert "已转给客户经理陈志强" in answered.wang.say(said).text, said
        assert answered.request().closed_at is None and clocks(answered) == 1, said
        later_news(answered)
        answered.chen.say(f"{answered.n} 您说的“{said}”明早办好")
        answered.news(answered.wang)


@pytest.mark.on_sqlite
def test_where_nothing_was_said_before_thanks_get_a_word_and_a_sentence_is_a_need(town) -> None:
    town.manager("陈志强")
    wang = town.shop("王建国")
    for said in POLITE:
        assert wang.say(said).text == WELCOME
    for said in ("不用了", "行那我等着", "谢谢您送货上门", "两条收到了", *MANNERS[:5]):
        assert wang.say(said).text == WELCOME, said
    assert "没看懂" in wang.say("嗯嗯").text
    assert town.requests() == []
    assert "已转给" in wang.say("谢谢，我下午在店里等着").text


@pytest.mark.on_sqlite
def test_while_an_answer_is_awaited_thanks_change_nothing(asked) -> None:
    due = asked.request().due_at
    assert asked.wang.say("收到，谢谢经理").text == WELCOME
    assert (asked.request().due_at, asked.request().unanswered_since is None) == (due, False)


@pytest.mark.on_sqlite
def test_in_the_middle_of_a_rating_thanks_keep_the_question_open(closed) -> None:
    closed.house.later(minutes=3)
    assert closed.wang.say("谢谢陈经理").text == WELCOME
    closed.house.later(minutes=3)
    assert closed.wang.say("1，谢谢").text == "谢谢您的评价。"
    assert scores(closed) == [1] and closed.request().closed_at is not None


@pytest.mark.on_sqlite
def test_content_said_in_words_with_thanks_is_a_rating(closed) -> None:
    assert "哪里不满意" in closed.wang.say("不满意").text
    assert "不客气" in closed.wang.say("谢谢").text
    assert scores(closed) == [3]


@pytest.mark.on_sqlite
def test_within_a_survey_thanks_open_nothing_and_the_survey_goes_on(answered, tmp_path) -> None:
    path = tmp_path / "survey.yaml"
    path.write_text("title: 满意度\nquestions: [{code: q1, type: rating, text: 打分}]\n", encoding="utf-8")
    answered.house.flask("surveys", "load", str(path))
    answered.house.flask("surveys", "publish", "1")
    assert "1/1" in answered.wang.say("调查").text
    assert "1 到 5" in answered.wang.say("谢谢陈经理").text
    assert "已提交" in answered.wang.say("5").text
    assert clocks(answered) == 0 and len(answered.said()) == 2


@pytest.mark.on_sqlite
def test_what_is_left_as_a_message_is_a_need_whatever_it_says(answered) -> None:
    answered.house.clock.advance(timedelta(minutes=5))
    assert "已转给客户经理" in answered.wang.say("留言 好的，我下午在店里").text
    assert clocks(answered) == 1


MANNERS = ["中", "您忙吧", "天冷了注意身体", "态度很好", "感谢烟草公司", "。", "[强][玫瑰]", "好的，謝謝您，麻煩了"]
REMARKS = [
    "不用了",
    "行那我等着",
    "听您的",
    "两条收到了",
    "谢谢您送货上门",
    "已收货 数量对",
    "问题已经解决",
    "收到两条",
]


@pytest.mark.on_sqlite
@pytest.mark.parametrize("is_closed", [False, True])
def test_manners_of_every_place_start_no_clock_and_remarks_are_told_without_one(answered, is_closed) -> None:
    if is_closed:
        answered.chen.say(f"{answered.n} 完结")
        answered.news(answered.wang)
    for said in MANNERS:
        assert answered.wang.say(said).text == WELCOME, said
    for said in REMARKS:
        assert answered.wang.say(said).text == KEPT, said
    assert clocks(answered) == 0 and (answered.request().closed_at is None) != is_closed
    assert [content for _, content in answered.said()][-len(REMARKS) :] == REMARKS
    assert any("店主回话" in each for each in later_news(answered))


@pytest.mark.on_sqlite
@pytest.mark.parametrize("said", ["可以", "是的", "嗯", "好的"])
def test_yes_to_a_question_of_the_manager_is_told_to_them(asked, said) -> None:
    asked.chen.say(f"{asked.n} 明早送硬盒的行吗")
    asked.news(asked.wang), asked.news(asked.chen)
    assert asked.wang.say(said).text == KEPT
    assert clocks(asked) == 0
    [told] = later_news(asked)
    assert told.startswith(f"【店主回话 #{asked.n}】") and said in told


@pytest.mark.on_sqlite
def test_thanks_for_a_message_to_many_that_asks_nothing_open_nothing_and_count_as_heard(town) -> None:
    chen, wang, li = town.manager("陈志强"), town.shop("王建国"), town.shop("老李")
    town.news(chen)
    page = Browser(town.house, chen)
    page.open("/m/visits/groups/new")
    page.send("look", whom="all", content="明天停电，不送货")
    page.send("send", whom="all", content="明天停电，不送货")
    town.house.work()
    assert wang.say("收到，谢谢").text == WELCOME
    assert "已转给" in li.say("那后天送吗").text
    assert [each.openid for each in town.requests()] == [li.openid]
    assert "已回 2 家" in page.open("/m/visits/groups/1")
