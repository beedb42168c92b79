"""Ready-made courses: each is a whole course with sources, and a press makes it a draft that can be published."""

import pytest

from courses.queries.detail import detail
from courses.rules import ready_made
from courses.rules.definition import to_json
from tests.courses.conftest import School
from tests.office import Office
from tests.sources import undated

ALL = ready_made.ready_made()


@pytest.mark.on_sqlite
def test_every_ready_made_course_is_looked_into_begun_and_published(school: School) -> None:
    office = Office(school.house)
    office.staff()
    market = office.browser("market")
    page = market.get("/console/courses/new").text
    for number, kept in enumerate(ALL, start=1):
        assert kept.about in page and all(lesson.title in page for lesson in kept.definition.lessons)
        begun = market.post("/console/courses/start", {"ready": kept.name})
        assert begun.location == f"/console/courses/{number}/lessons"
        assert f"已用模板“{kept.definition.title}”建好草稿" in market.get(begun.location).text
        with school.house.look() as session:
            found = detail(session, number, now=school.house.clock())
        assert found is not None
        assert to_json(found.draft) == to_json(kept.definition)
        done = school.house.flask("courses", "publish", str(number))
        assert done.exit_code == 0, done.output
    released = [(each.definition.every_days, each.definition.is_ordered) for each in ALL]
    assert released == [(1, True), (None, True), (None, False)]
    assert [each.definition.has_certificate for each in ALL] == [True, False, False]
    assert [each.definition.is_for_staff for each in ALL] == [False, False, True]


@pytest.mark.parametrize("kept", ALL, ids=lambda kept: kept.name)
def test_every_lesson_says_where_its_facts_come_from_and_asks_a_question(kept: ready_made.ReadyMadeCourse) -> None:
    for lesson in kept.definition.lessons:
        said = "\n".join(screen.text for screen in lesson.screens)
        assert "依据：《" in said and undated(said) == [], lesson.title
        assert lesson.question is not None and lesson.question.explanation
