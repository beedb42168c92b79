"""A course in a browser, from its first lesson to the public page of its certificate."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from courses.rules.definition import CourseDefinition, LessonDefinition, Screen
from tests.browser.conftest import Town
from tests.browser.test_pages import look
from tests.courses.conftest import School
from tests.courses.test_weak_spots import SEAL, quiz
from tests.office import Office

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.parametrize("stores", ["sqlite"], indirect=True),
]
FIRST = LessonDefinition("l1", "看封签", (Screen("封签贴在小盒顶部正中。"),))
SECOND = LessonDefinition("l2", "看喷码", (Screen("三十二位码喷在条包上。"),))
COURSE = CourseDefinition("怎么辨别真假烟", lessons=(FIRST, SECOND), every_days=1, has_certificate=True)


def laid_out(town: Town) -> School:
    """A lesson a day, the first with a quiz at its end, whose question leads back to it."""
    house = town.house
    Office(house).import_roster()
    wang = house.phone("王建国")
    wang.follow()
    wang.say("绑定 350802100001 8899")
    school = School(house, wang, house.phone("李福生"))
    school.published(COURSE)
    quiz_id = quiz(school, SEAL.replace("answer: 3,", "answer: 3, lesson: 'lesson:1',"))
    school.again(1, replace(COURSE, lessons=(replace(FIRST, quiz=f"quiz:{quiz_id}"), SECOND)))
    return school


def read(town: Town, page: Page, button: str) -> None:
    """Read the one screen of a lesson, and go on behind it."""
    town.house.clock.advance(timedelta(minutes=1))
    page.reload()
    page.evaluate("document.getAnimations().forEach((each) => each.finish())")
    page.get_by_role("button", name=button).tap()


def test_from_a_lesson_over_a_failed_quiz_and_the_next_days_question_to_a_certificate_that_is_checked(town) -> None:
    laid_out(town)
    house = town.house
    page = town.pocket("王建国", "/m/courses")
    page.get_by_role("link", name="看封签").tap()
    expect(page.get_by_text("封签贴在小盒顶部正中。")).to_be_visible()
    read(town, page, "学完这一课")
    expect(page.get_by_text("做这一课的测试")).to_be_visible()
    assert look(page) == []
    page.get_by_role("link", name="去做测试").tap()
    take(page, "正面")
    # Failed: the lesson is recommended, and leads back to the quiz.
    page.get_by_role("link", name="去看这一篇").tap()
    page.get_by_role("link", name="再看一遍").tap()
    expect(page.get_by_text("封签贴在小盒顶部正中。")).to_be_visible()
    # The next day: the question that was wrong, then the quiz once more.
    house.tick()
    today = house.clock().astimezone(house.services.zone)
    tomorrow = (today + timedelta(days=1)).replace(hour=10, minute=30)
    house.clock.advance(tomorrow - today)
    house.tick()
    page = town.pocket("王建国", "/m/courses")
    assert look(page) == []
    page.get_by_role("link", name="上次答错的，再答一遍").tap()
    page.get_by_role("button", name="顶部").tap()
    expect(page.get_by_role("heading", name="对了")).to_be_visible()
    assert look(page) == []
    page.goto(f"{town.web}/m/quizzes/1?again=1")
    take(page, "顶部")
    expect(page.get_by_text("全部答对，真棒。")).to_be_visible()
    # The second lesson is released by now; behind it is the certificate.
    page.goto(f"{town.web}/m/courses")
    page.get_by_role("link", name="看喷码").first.tap()
    expect(page.get_by_text("三十二位码喷在条包上。")).to_be_visible()
    read(town, page, "学完这一课")
    expect(page.locator("h1")).to_contain_text("恭喜您")
    house.tick()
    listed = json.loads(house.flask("courses", "certificates", "1", "--json").output)
    number = listed[0]["number"]
    page.goto(f"{town.web}/m/certificates/{number}")
    expect(page.get_by_role("img")).to_be_visible()
    assert look(page) == []
    assert "证书" in "".join(entry.text for entry in house.phone("王建国").unread())
    anybody = town.window(390, 844)
    anybody.goto(f"{town.web}/c/{number}")
    expect(anybody.get_by_text("这张证书是真的")).to_be_visible()
    expect(anybody.get_by_text("王*国")).to_be_visible()
    assert look(anybody) == []


def take(page: Page, option: str) -> None:
    """Take the quiz of one question."""
    page.get_by_role("button", name="开始").tap()
    page.get_by_role("button", name=option).tap()
    page.get_by_role("button", name="交卷").tap()
