"""Sentences on the figures of a course: counted by the clock, by its report, its page and its lists."""

import json
from dataclasses import replace

from sqlalchemy import select, update

from courses.models.figures import CourseCell
from courses.models.learning import Enrolment
from courses.rules.definition import LessonDefinition, Screen
from people.models import Area, Retailer
from tests.courses.conftest import COURSE
from tests.courses.learners import answer, ask, lesson_ids, wait


def report(school, course_id: int) -> dict:
    shown = school.house.flask("courses", "report", str(course_id), "--json")
    assert shown.exit_code == 0, shown.output
    return json.loads(shown.output)


def finish(school, phone, course_id: int) -> None:
    """Learn the whole course: twenty seconds a screen."""
    ids = lesson_ids(school, course_id)
    for step in (1, 2, 3):
        ask(school, phone, ids["l1"], step)
        wait(school, 20)
    answer(school, phone, ids["l1"], 3)
    for step in (1, 2):
        ask(school, phone, ids["l2"], step)
        wait(school, 20)


def test_the_report_says_how_many_began_finished_and_how_long_each_lesson_took(school) -> None:
    course_id = school.published()
    assert report(school, course_id) == {
        "audience": 2,
        "enrolled": 2,
        "started": 0,
        "finished": 0,
        "certificates": 0,
        "saved_yuan": 0,
        "lessons": [
            {"number": 1, "released": 0, "started": 0, "finished": 0, "seconds_median": None},
            {"number": 2, "released": 0, "started": 0, "finished": 0, "seconds_median": None},
        ],
    }
    finish(school, school.wang, course_id)
    ids = lesson_ids(school, course_id)
    ask(school, school.li, ids["l1"], 1)
    wait(school, 20)
    ask(school, school.li, ids["l1"], 2)
    found = report(school, course_id)
    assert [found[name] for name in ("started", "finished", "saved_yuan")] == [2, 1, 30 + 11 * 300]
    assert found["lessons"] == [
        {"number": 1, "released": 2, "started": 2, "finished": 1, "seconds_median": 40},
        {"number": 2, "released": 1, "started": 1, "finished": 1, "seconds_median": 20},
    ]
    with school.house.look() as session:
        stopped = session.execute(
            select(CourseCell.lesson_id, CourseCell.value, CourseCell.count).where(
                CourseCell.what == "stopped", CourseCell.count > 0
            )
        ).all()
    assert [tuple(row) for row in stopped] == [(ids["l1"], 2, 1)]


def test_counters_stay_right_when_a_shop_moves_or_a_version_comes_and_a_recount_mends_them(school) -> None:
    house = school.house
    course_id = school.published()
    ids = lesson_ids(school, course_id)
    ask(school, school.li, ids["l1"], 1)
    house.tick()
    finish(school, school.wang, course_id)
    house.tick()

    def recounted() -> str:
        said = house.flask("courses", "recount", str(course_id))
        assert said.exit_code == 0, said.output
        return said.output.strip()

    assert recounted() == "一致"
    before = report(school, course_id)
    with house.services.transaction() as session:
        area = Area(name="新片区")
        session.add(area)
        session.flush()
        session.execute(update(Retailer).values(area_id=area.id))
        moved_to = area.id
    assert recounted() == "一致"
    assert report(school, course_id) == before
    # With its next step it is counted where it is now, and nowhere else; who has finished stays.
    wait(school, 20)
    ask(school, school.li, ids["l1"], 2)
    house.tick()
    with house.look() as session:
        of_areas = session.execute(
            select(CourseCell.member_id, CourseCell.what, CourseCell.count).where(
                CourseCell.by == "area", CourseCell.what.in_(("started", "finished")), CourseCell.count > 0
            )
        ).all()
    assert {(row.what, row.member_id == moved_to): row.count for row in of_areas} == {
        ("started", False): 1,
        ("finished", False): 1,
        ("started", True): 1,
    }
    with house.services.transaction() as session:
        session.execute(update(CourseCell).where(CourseCell.what == "started").values(count=CourseCell.count + 5))
    assert "原为 7\t改为 2" in recounted()
    assert recounted() == "一致"
    with house.look() as session:
        assert session.scalars(select(Enrolment.is_filed)).all() == [True, True]
    before = report(school, course_id)
    third = LessonDefinition("l3", "看价签", (Screen("价签要一货一签。"),))
    school.again(course_id, replace(COURSE, lessons=(*COURSE.lessons, third)))
    after = report(school, course_id)
    nobody = {"number": 3, "released": 0, "started": 0, "finished": 0, "seconds_median": None}
    assert after == {**before, "lessons": [*before["lessons"], nobody]}
