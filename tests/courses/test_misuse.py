"""What is pressed, typed or sent wrong on the console's pages of courses, and what a visitor with few rights sees."""

import json
import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from courses.models.asking import StaffAnswer
from courses.models.certificates import Certificate
from courses.models.courses import Course
from courses.models.learning import Enrolment
from courses.rules import printed
from courses.rules.definition import CourseDefinition, LessonDefinition, from_json, to_json
from courses.rules.printed import CertificateText
from foundation.clock import day_in
from people.models import Manager
from tests.courses.conftest import COURSE, School
from tests.office import Office
from wechat_bot.models import Delivery, DeliveryState

HERE = "/console/courses/1"
LESSON = f"{HERE}/lessons/l1"
pytestmark = pytest.mark.on_sqlite


@pytest.fixture
def office(school: School) -> Office:
    office = Office(school.house)
    office.staff()
    return office


def draft(office: Office) -> CourseDefinition:
    with office.house.look() as session:
        return from_json(session.get_one(Course, 1).draft)


def test_a_question_taken_off_takes_nothing_off_the_screens_that_were_written(office: Office, school: School) -> None:
    school.published()
    market = office.browser("market")
    market.get(LESSON)
    form = {"title": "看封签和纸", "s": ["s1", "s2"], "s1.text": "先看封签。", "s2.text": "", "do": "unask"}
    refused = market.post(LESSON, form)
    assert refused.status_code == 422 and "看封签和纸" in refused.text
    assert draft(office).lessons[0].question is not None
    assert market.post(LESSON, form | {"s2.text": "再看纸。"}).status_code == 303
    (lesson, _) = draft(office).lessons
    assert (lesson.title, [each.text for each in lesson.screens]) == ("看封签和纸", ["先看封签。", "再看纸。"])
    assert lesson.question is None


def test_a_step_with_a_lesson_that_is_gone_says_so_and_moves_nothing(office: Office, school: School) -> None:
    school.published()
    market = office.browser("market")
    for do in ("up:l9", "down:", "remove:l9", "sideways:l1", ""):
        market.get(f"{HERE}/lessons")
        told = market.post(f"{HERE}/lessons", {"do": do})
        assert told.status_code == 422 and "不在草稿里" in told.text, do
    assert draft(office).lessons == COURSE.lessons


def test_a_course_of_sixty_lessons_offers_no_other(office: Office, school: School) -> None:
    lessons = [LessonDefinition(f"l{n}", f"第 {n} 课", COURSE.lessons[1].screens) for n in range(1, 61)]
    school.published(lessons=tuple(lessons[:59]))
    market = office.browser("market")
    assert 'value="add"' in market.get(f"{HERE}/lessons").text
    school.again(1, replace(COURSE, lessons=tuple(lessons)))
    page = market.get(f"{HERE}/lessons").text
    assert 'value="add"' not in page and "已经有 60 课" in page
    added = market.post(f"{HERE}/lessons", {"do": "add", "title": "多的"})
    assert added.status_code == 422 and "最多 60 课" in added.text


def test_what_no_page_of_ours_sends_breaks_no_page(office: Office, school: School) -> None:
    school.published()
    market = office.browser("market")
    market.get(LESSON)
    assert market.post(LESSON, {"title": "看", "s": "s" + "9" * 5000, "do": "add:"}).status_code == 200
    carried = to_json(CourseDefinition("", lessons=COURSE.lessons[:1]))
    for screen in ({"audio": ["x"]}, {"text": 5}, {"text": "看", "link": 5, "link_title": {}}):
        carried["lessons"][0]["screens"] = [screen]
        for view in ("page", "chat"):
            seen = market.post(f"{LESSON}/preview", {"written": json.dumps(carried), "view": view})
            assert seen.status_code == 200 and "封签贴在小盒顶部" in seen.text, screen


def test_a_certificate_is_revoked_on_a_page_that_says_each_thing_once(office: Office, school: School) -> None:
    give(school, office)
    market = office.browser("market")
    page = f"{HERE}/certificates/1"
    assert re.search(r'<input class="form-control" id="reason"', market.get(page).text)
    assert market.post(page, {"reason": " "}).text.count("请写上为什么作废") == 1


def test_a_managers_certificate_is_seen_by_those_who_see_the_manager(office: Office, school: School) -> None:
    give(school, office)
    market, chen = office.browser("market"), office.browser("chen")
    assert all(name in market.get(f"{HERE}/certificates").text for name in ("陈志强证", "林小燕证"))
    assert market.get(f"{HERE}/certificates/2").status_code == 200
    seen = chen.get(f"{HERE}/certificates").text
    assert "陈志强证" in seen and "林小燕证" not in seen
    assert [chen.get(f"{HERE}/certificates/{each}").status_code for each in (1, 2)] == [200, 404]


def give(school: School, office: Office) -> None:
    """Publish a course for managers, and give each manager a certificate, 陈志强 the first."""
    school.published(is_for_staff=True, has_certificate=True)
    services = school.house.services
    now = services.clock()
    with services.transaction() as session:
        named = {row.name: row.id for row in session.execute(select(Manager.name, Manager.id))}
        enrolled = {row.staff_id: row.id for row in session.execute(select(Enrolment.staff_id, Enrolment.id))}
        for name in ("陈志强", "林小燕"):
            words = CertificateText("假烟", "", f"{name}证", day_in(now, services.zone), 2, None, "")
            whose = {"enrolment_id": enrolled[named[name]], "course_id": 1, "staff_id": named[name]}
            number = f"AAAAAAA{named[name]:02d}"
            session.add(Certificate(number=number, printed=printed.to_json(words), made_at=now, **whose))
            session.flush()


def test_a_course_for_managers_is_not_offered_to_shops_where_it_is_shared(office: Office, school: School) -> None:
    school.published(is_for_staff=True)
    school.published()
    market = office.browser("market")
    staff, shops = (market.get(f"/console/courses/{n}/share").text for n in (1, 2))
    assert 'name="whom"' not in market.get(f"{HERE}/settings").text
    assert 'name="whom"' in market.get("/console/courses/2/settings").text
    assert "客户经理回复“" in staff and "没有选到他的店" in staff and "海报" not in staff
    assert "店主回复“" in shops and "没有选到他的店" not in shops and "海报" in shops


def test_an_answer_withdrawn_or_replaced_at_night_is_told_to_nobody_in_the_morning(
    office: Office, school: School
) -> None:
    school.wang.say("学习 停车场在哪里")
    school.house.later(hours=14)  # 23:00, in the quiet hours
    market, here = office.browser("market"), "/console/classroom/questions/1"
    market.get(here)
    form = {"title": "停车场在哪里", "text": "右手边。", "link": ""}
    assert market.post(f"{here}/answer", form).status_code == 303
    market.get(here)
    school.house.later(minutes=1)
    assert market.post(f"{here}/answer", form | {"text": "左手边。"}).status_code == 303
    assert waiting(school) == ["左手边。"]
    market.get(here)
    assert market.post(f"{here}/step", {"do": "withdraw"}).status_code == 303
    assert waiting(school) == []
    with school.house.look() as session:
        assert session.scalars(select(StaffAnswer.withdrawn_at)).one() is not None


def waiting(school: School) -> list[str]:
    """The answers that wait to be sent."""
    with school.house.look() as session:
        asked = (Delivery.key.startswith("answer:"), Delivery.state == DeliveryState.PENDING)
        said = [
            json.dumps(each, ensure_ascii=False) for each in session.scalars(select(Delivery.message).where(*asked))
        ]
    return [words for words in ("右手边。", "左手边。") if any(words in each for each in said)]
