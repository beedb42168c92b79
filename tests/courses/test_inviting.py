"""Invitations to a course in the console, through the door: whom they reach, who is left out, what an end does."""

import pytest

from courses.actions import authoring
from tests.courses.conftest import COURSE
from tests.courses.pacing import begin, enrolment
from tests.office import Office

HERE = "/console/courses/1/invitations"


@pytest.fixture
def office(school) -> Office:
    office = Office(school.house)
    office.staff()
    return office


def invite(browser, **form):
    browser.get(HERE)
    seen = form.pop("seen", "0")
    return browser.post(HERE, {"whom": "all", "said": "请您学一学。", "when": "now", "seen": seen, **form})


def test_shops_are_invited_and_who_began_is_left_out(office, school) -> None:
    course_id, house = school.published(), school.house
    market = office.browser("market")
    assert "会邀请" in market.get(f"{HERE}?whom=all").text
    assert invite(market).location == HERE
    assert "刚刚已经安排过邀请了" in invite(market).text, "a form sent twice is one invitation"
    house.tick()
    assert "请您学一学。" in school.wang.unread().text
    assert f"/m/courses/{course_id}" in school.li.unread().text
    assert enrolment(school, course_id).is_reached
    begin(school, course_id)
    page = market.get(f"{HERE}/1").text
    assert "<dt>开始学</dt><dd>1</dd>" in page and "城南便利店" in page
    assert invite(market, seen="1", said="再请您一次。").location == HERE
    house.tick()
    assert "再请您一次。" not in school.wang.unread().text
    assert "再请您一次。" in school.li.unread().text
    assert office.audited("course.invite")[0].about == f"course:{course_id}"


@pytest.mark.on_sqlite
def test_a_course_for_managers_invites_nobody_and_an_end_stops_the_waves(office, school) -> None:
    course_id, house = school.published(), school.house
    market = office.browser("market")
    assert invite(market, reminders="2").location == HERE
    house.tick()
    with house.services.transaction() as session:
        authoring.close(session, course_id, now=house.clock())
    house.tick()
    house.later(days=3)
    assert sum("请您学一学" in each for each in school.wang.unread().texts) == 1
    market = office.browser("market")
    assert "已结束" in market.get(HERE).text
    staff = school.published(COURSE, is_for_staff=True)
    there = HERE.replace("1", str(staff))
    assert "不用邀请" in market.get(there).text
    form = {"whom": "all", "said": "请您学一学。", "when": "now", "seen": "0"}
    assert "发布以后系统会通知他们" in market.post(there, form).text
