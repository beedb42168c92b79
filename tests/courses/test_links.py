"""Links to courses and lessons, as staff and other features meet them."""

from dataclasses import replace

import pytest

from courses.rules.definition import LessonDefinition, Screen
from courses.texts import chat
from tests.courses.conftest import COURSE
from tests.courses.learners import lesson_ids
from wechat_bot import delivery_titles
from wechat_bot.feature import About


@pytest.mark.on_sqlite
def test_a_lesson_has_a_title_a_page_and_a_reason_where_it_is_shut(school) -> None:
    course = school.published()
    ids = lesson_ids(school, course)
    school.again(
        course, replace(COURSE, lessons=(COURSE.lessons[0], LessonDefinition("l3", "看钢印", (Screen("看。"),))))
    )
    board, now = school.house.services.switchboard, school.house.clock()
    led = [About(f"lesson:{ids['l1']}", None), About(f"course:{course}", None), About("lesson:99", None)]
    with school.house.look() as session:
        titles = delivery_titles.find(session, school.house.app.extensions["features"], led)
        assert [titles[each].text for each in led[:2]] == ["一课《看封签》", "微课《怎么辨别真假烟》"]
        assert titles[led[2]] is delivery_titles.UNKNOWN
        assert board.page(session, f"lesson:{ids['l1']}") == f"/m/lessons/{ids['l1']}"
        assert board.shut(session, f"lesson:{ids['l1']}", now) == ""
        assert board.shut(session, f"lesson:{ids['l2']}", now) == "《看喷码》已经不在它的微课里"
        assert board.shut(session, "lesson:99", now) == "没有编号为 99 的一课"
    assert school.wang.say(f"lesson:{ids['l2']}").text == chat.UNKNOWN_LESSON, "taken out before they began"
