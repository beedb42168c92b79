"""Publishing of a course: lessons keep their ids, and who is meant is enrolled once."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from courses.models.courses import Lesson
from courses.models.learning import Enrolment
from tests.courses.conftest import COURSE
from tests.office import Office


def test_a_new_version_keeps_the_lessons_it_still_has_and_enrols_nobody_twice(school) -> None:
    course_id = school.published()
    with school.house.look() as session:
        before = {row.code: row.id for row in session.scalars(select(Lesson))}
        enrolled = session.scalar(select(func.count()).select_from(Enrolment))
    assert list(before) == ["l1", "l2"] and enrolled
    l1, l2 = COURSE.lessons
    school.again(course_id, replace(COURSE, lessons=(replace(l2, title="看喷码，再看钢印"), replace(l1, code="l3"))))
    with school.house.look() as session:
        after = {row.code: (row.id, row.number, row.title) for row in session.scalars(select(Lesson))}
        assert session.scalar(select(func.count()).select_from(Enrolment)) == enrolled
    assert after["l2"] == (before["l2"], 1, "看喷码，再看钢印")
    assert after["l1"] == (before["l1"], None, "看封签") and after["l3"][1] == 2


@pytest.mark.on_sqlite
def test_courses_are_listed_in_the_console(school) -> None:
    course_id = school.published()
    office = Office(school.house)
    office.user("admin", "admin")
    browser = office.browser("admin")
    assert "怎么辨别真假烟" in browser.get("/console/courses").text
    assert "学习情况" in browser.get(f"/console/courses/{course_id}").text
