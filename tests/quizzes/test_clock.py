"""The clock of an attempt: limit 15 minutes, begun at 08:00:00. What counts, what comes late, and who ends it."""

from datetime import timedelta

import pytest

from quizzes.texts import chat
from tests.h5 import Browser
from tests.quizzes.conftest import PAPER
from tests.quizzes.test_chat import attempts

MINUTES = timedelta(minutes=15)


def at(school, clock: str) -> None:
    """Let it be this time of the day: of this one, or of tomorrow."""
    zone = school.house.services.zone
    now = school.house.clock().astimezone(zone)
    hour, minute, second = map(int, clock.split(":"))
    then = now.replace(hour=hour, minute=minute, second=second, microsecond=0)
    school.house.clock.advance((then if then >= now else then + timedelta(days=1)) - now)


def begin(school, text: str = PAPER) -> int:
    quiz = school.published(text)
    at(school, "08:00:00")
    school.wang.say("测试")
    assert school.wang.say("开始").text.startswith("1/4")
    return quiz


def post(school, sealed) -> str:
    """Let WeChat deliver a message that was sent before."""
    answer = school.house.app.test_client().post("/wechat", query_string=sealed.query, data=sealed.body)
    assert answer.status_code == 200
    return school.house.sim.read_answer(sealed.number, answer.data).text


def test_17_the_page_has_half_a_minute_of_grace(school):
    quiz = school.published(PAPER.replace("attempts: 2", "attempts: 3"))
    page = Browser(school.house, school.wang)
    for clock, total, grace, late in (
        ("08:15:00", 1000, [], {}),
        ("08:15:29", 1000, ["k1"], {}),
        ("08:15:31", 0, [], {"k1": {"answer": {"o": 3}, "seconds": 31}}),
    ):
        at(school, "08:00:00")
        page.open(f"/m/quizzes/{quiz}?again=1")
        page.send("begin")
        at(school, clock)
        page.send("answer", option="3")
        at(school, "08:16:00")
        school.house.tick()
        found = attempts(school)[-1]
        assert (found.total, found.grace, found.late, found.ended_by) == (total, grace, late, "time"), clock
        assert found.ended_at - found.started_at == MINUTES
        said = page.open(f"/m/quizzes/{quiz}")
        assert ("宽限" in said) is bool(grace)
        assert ("晚了 31 秒，没有计分" in said) is bool(late)


@pytest.mark.on_sqlite
def test_18_what_was_sent_in_time_counts_though_wechat_delivers_it_later(school):
    begin(school)
    at(school, "08:14:59")
    sealed = school.house.sim.prepare([school.wang], ["3"])[0]
    at(school, "08:15:04")
    assert post(school, sealed).startswith("2/4")
    at(school, "08:15:31")
    school.house.tick()
    (attempt,) = attempts(school)
    assert (attempt.answers["k1"], attempt.late, attempt.total) == ({"o": 3}, {}, 1000)


@pytest.mark.on_sqlite
def test_19_a_message_that_says_it_is_an_hour_old_is_late(school):
    school.published()
    at(school, "07:16:40")
    sealed = school.house.sim.prepare([school.wang], ["3"])[0]
    at(school, "08:00:00")
    school.wang.say("测试")
    school.wang.say("开始")
    at(school, "08:16:40")
    assert post(school, sealed).startswith("时间到了，第 1 题晚了 1 分 20 秒，没有计分。\n您得了 0 分")
    (attempt,) = attempts(school)
    assert (attempt.total, attempt.ended_by, attempt.seconds) == (0, "time", 900)


@pytest.mark.on_sqlite
def test_20_a_message_from_the_future_counts_as_sent_now(school):
    begin(school)
    at(school, "08:20:00")
    sealed = school.house.sim.prepare([school.wang], ["3"])[0]
    school.house.server.wrong_by = -timedelta(minutes=5, seconds=1)  # 08:14:59 here
    assert post(school, sealed).startswith("2/4")
    (attempt,) = attempts(school)
    assert (attempt.answers, attempt.ended_at) == ({"k1": {"o": 3}}, None)


def test_21_an_attempt_that_the_end_of_the_quiz_cuts_says_so_at_the_beginning(school):
    at(school, "08:00:00")
    today = school.house.clock().astimezone(school.house.services.zone).date()
    quiz = school.published(PAPER.replace("attempts: 2", f"closes: {today}T08:05+08:00"))
    end = f"{today.month} 月 {today.day} 日 08:05"
    assert f"请注意：{end}就收卷。" in school.wang.say("测试").text
    assert school.wang.say("开始").text.endswith("（还剩 5 分钟）")
    page = Browser(school.house, school.li)
    assert f"{end}就收卷" in page.open(f"/m/quizzes/{quiz}")
    assert "08:05 收卷" in page.send("begin")
    at(school, "08:05:31")
    assert school.wang.say("3").text.startswith("时间到了，第 1 题晚了 31 秒，没有计分。")
    page.send("answer", option="3")
    assert "晚了 31 秒" in page.text
    assert [(each.total, each.late["k1"]["seconds"], each.seconds) for each in attempts(school)] == [(0, 31, 300)] * 2


@pytest.mark.on_sqlite
def test_22_an_end_that_forbids_only_beginning_leaves_the_whole_time(school):
    at(school, "08:00:00")
    today = school.house.clock().astimezone(school.house.services.zone).date()
    school.published(PAPER.replace("attempts: 2", f"closes: {today}T08:05+08:00\nstart_only: true"))
    assert "收卷" not in school.wang.say("测试").text
    assert school.wang.say("开始").text.endswith("（还剩 15 分钟）")
    at(school, "08:14:50")
    assert school.wang.say("3").text.startswith("2/4")
    assert "已于" in school.li.say("测试").text or "没有要做" in school.li.say("测试").text
    school.wang.say("1 3")
    school.wang.say("错")
    assert school.wang.say("30天").text.startswith("您得了 30 分")


@pytest.mark.on_sqlite
def test_23_left_for_a_day_it_is_ended_by_the_clock_and_told_once(school):
    begin(school)
    school.wang.say("3")
    school.house.clock.advance(timedelta(days=1))
    school.house.tick()
    school.house.tick()
    (attempt,) = attempts(school)
    assert (attempt.ended_by, attempt.seconds, attempt.total) == ("time", 900, 1000)
    assert attempt.ended_at == attempt.started_at + MINUTES
    told = school.wang.unread().text
    assert told.count(chat.TIME_IS_UP) == 1 and "您得了 10 分（满分 30 分），没有合格。" in told
    school.wang.say("1")  # it may be a number of the menu, and answers no question
    (attempt,) = attempts(school)
    assert (attempt.answers, attempt.late, attempt.total) == ({"k1": {"o": 3}}, {}, 1000)


@pytest.mark.parametrize("contact", ["answer", "word", "page", "hand in"])
@pytest.mark.on_sqlite
def test_24_who_comes_back_before_the_worker_gets_the_same_result(school, contact):
    quiz = begin(school)
    school.wang.say("3")
    at(school, "10:15:00")
    match contact:
        case "answer":
            said = school.wang.say("1 3").text
            assert said.startswith("时间到了，第 2 题晚了 2 小时，没有计分。")
        case "word":
            said = school.wang.say("测试").text
        case "hand in":
            said = school.wang.say("交卷").text
        case _:
            said = Browser(school.house, school.wang).open(f"/m/quizzes/{quiz}")
    assert "时间到了" in said and "10" in said
    school.house.tick()
    assert school.wang.unread().text == ""
    (attempt,) = attempts(school)
    assert (attempt.ended_by, attempt.seconds, attempt.total, attempt.marks) == ("time", 900, 1000, "1000,0,0,0")
    assert attempt.ended_at == attempt.started_at + MINUTES


def test_25_a_page_that_claims_another_beginning_changes_nothing(school):
    quiz = school.published()
    at(school, "08:00:00")
    page = Browser(school.house, school.wang)
    page.open(f"/m/quizzes/{quiz}")
    tomorrow = (school.house.clock() + timedelta(days=1)).isoformat()
    page.send("begin", started_at=tomorrow, ends_at=tomorrow, minutes="600")
    at(school, "08:15:31")
    page.send("answer", option="3", started_at=tomorrow, ends_at=tomorrow, sent_at=tomorrow, grace="600")
    (attempt,) = attempts(school)
    assert (attempt.total, attempt.seconds, attempt.late["k1"]["seconds"]) == (0, 900, 31)


def test_an_attempt_without_any_end_ends_when_its_quiz_is_closed_by_hand(school):
    quiz = school.published(PAPER.replace("minutes: 15\nattempts: 2\n", ""))
    at(school, "08:00:00")
    school.wang.say("测试")
    assert "还剩" not in school.wang.say("开始").text
    school.wang.say("3")
    at(school, "18:00:00")
    assert school.house.flask("quizzes", "close", str(quiz)).exit_code == 0
    at(school, "18:00:20")
    assert "3/4" in school.wang.say("1 3").text  # the clock has not been here yet
    at(school, "18:01:00")
    school.house.tick()
    school.house.tick()
    (attempt,) = attempts(school)
    assert (attempt.ended_by, attempt.total, attempt.seconds) == ("time", 1500, 36_000)
    assert school.wang.unread().text.startswith("时间到了，已经替您交卷。\n您得了 15 分")
