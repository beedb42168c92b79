"""Invitations to a quiz in the console, through the door: whom they reach, what became of them, who is left out."""

import pytest

from tests.office import Office
from tests.quizzes.conftest import PAPER

HERE = "/console/quizzes/1/invitations"


@pytest.fixture
def office(school) -> Office:
    office = Office(school.house)
    office.staff()
    return office


def invite(browser, **form):
    browser.get(HERE)
    seen = form.pop("seen", "0")
    return browser.post(HERE, {"whom": "all", "said": "请您考一考。", "when": "now", "seen": seen, **form})


def test_shops_are_invited_who_begins_and_ends_is_counted_and_who_is_done_is_left_out(office, school) -> None:
    school.published()
    market = office.browser("market")
    forecast = market.get(f"{HERE}?whom=all").text
    assert "会邀请" in forecast and "还没有开始的" in forecast
    assert invite(market).location == HERE
    assert "刚刚已经安排过邀请了" in invite(market).text, "a form sent twice is one invitation"
    school.house.tick()
    assert "请您考一考。" in school.wang.unread().text
    assert "/m/quizzes/1" in school.li.unread().text
    school.wang.say("测试")
    school.wang.say("开始")
    for answer in ("3", "1,3", "错", "三十天"):
        school.wang.say(answer)
    school.house.tick()
    page = market.get(f"{HERE}/1").text
    assert "<dt>开始考</dt><dd>1</dd>" in page
    assert "城南便利店" in page
    assert "名单里 2 家，已合格或次数用完 1 家；其余的里面" in market.get(f"{HERE}?whom=all").text
    # A reminder is for the other alone: who passed has nothing left to do.
    assert invite(market, seen="1", said="再提醒您一次。").location == HERE
    school.house.tick()
    assert "再提醒您一次。" not in school.wang.unread().text
    assert "再提醒您一次。" in school.li.unread().text
    narrowed = market.get(f"{HERE}?whom=some&whom-not_begun_quiz-quiz=1").text
    assert "会邀请" in narrowed
    named = invite(market, seen="2", whom="some", **{"whom-failed_quiz-quiz": "1"})
    assert named.status_code == 422, "nobody failed"
    assert office.audited("quiz.invite")[0].about == "quiz:1"


@pytest.mark.on_sqlite
def test_a_wave_waits_for_the_opening_and_stops_with_the_end(office, school) -> None:
    now = school.house.clock()
    school.published(PAPER + f"opens: {now.date()}T20:00+08:00\ncloses: {now.date()}T21:00+08:00\n")
    market = office.browser("market")
    assert invite(market, reminders="2").status_code == 422, "a reminder after the end"
    assert invite(market).location == HERE
    school.house.tick()
    assert "请您考一考。" not in school.li.unread().text
    market.get(HERE)
    assert market.post(f"{HERE}/1/steer", {"do": "pause"}).location == HERE
    market.get(HERE)
    assert market.post(f"{HERE}/1/steer", {"do": "resume"}).location == HERE
    market.get("/console/quizzes/1")
    market.post("/console/quizzes/1/close")
    school.house.tick()
    assert "已结束" in market.get(HERE).text
    assert invite(market, seen="1").status_code == 422
