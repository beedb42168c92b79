"""The house of a course test: a roster, two shops on the telephone, and courses that are quickly published."""

from dataclasses import dataclass, replace

import pytest

from console import drafting
from courses.actions import authoring
from courses.models.courses import Course
from courses.queries.versions import WORKS
from courses.rules.definition import CourseDefinition, LessonDefinition, Screen
from questions.keyed.items import Key, KeyedItem, Kind
from questions.question import Option, Question, QuestionType
from simulator.phone import Phone
from tests.conftest import House
from tests.office import Office

SEAL = KeyedItem(
    Question(
        "q1",
        QuestionType.SINGLE,
        "封签应贴在哪一面？",
        (Option(1, "正面"), Option(2, "背面"), Option(3, "顶部")),
        required=False,  # as it is read: a lesson asks it so that nobody can skip it
    ),
    Kind.SINGLE,
    Key(frozenset({3})),
    0,
    explanation="封签贴在小盒顶部。",
)
#: Two lessons: the first with two screens and an end question, the second with one screen.
COURSE = CourseDefinition(
    "怎么辨别真假烟",
    lessons=(
        LessonDefinition(
            "l1", "看封签", (Screen("封签贴在小盒顶部正中。" * 10), Screen("真的花纹清楚，贴得平整。")), SEAL
        ),
        LessonDefinition("l2", "看喷码", (Screen("三十二位码喷在条包上，可以查询。"),)),
    ),
)


@dataclass
class School:
    """What publishes courses in a house, and lets shops learn them."""

    house: House
    wang: Phone
    li: Phone

    def published(self, definition: CourseDefinition = COURSE, **changes: object) -> int:
        """Publish a course, or a variation of it; gives its id."""
        services = self.house.services
        with services.transaction() as session:
            course = authoring.load(session, replace(definition, **changes), who="", now=services.clock())  # type: ignore[arg-type]
            self._publish(session, course)
            return course.id

    def again(self, course_id: int, definition: CourseDefinition) -> None:
        """Publish a new version of a course."""
        services = self.house.services
        with services.transaction() as session:
            stamp = drafting.locked(session, WORKS, course_id).stamp
            course = authoring.keep(session, course_id, definition, stamp=stamp, who="", now=services.clock())
            self._publish(session, course)

    def _publish(self, session, course: Course) -> None:
        services = self.house.services
        criteria, now = services.criteria, services.clock()
        authoring.publish(session, course.id, criteria=criteria, stamp=course.stamp, who="", now=now)


@pytest.fixture
def school(house: House) -> School:
    """The house as it is built by default, with the roster and two bound shops."""
    return opened(house)


def opened(house: House) -> School:
    """A house with the roster and two bound shops."""
    return School(house, *Office(house).two_shops())
