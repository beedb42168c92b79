"""What tests of the release of lessons share: learners who begin and finish, and moments of the company's clock."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from courses.models.learning import Enrolment
from courses.rules.definition import CourseDefinition, LessonDefinition, Screen
from people.models import Retailer
from tests.courses.conftest import School
from tests.courses.learners import ask, lesson_ids, wait
from wechat_bot.models import Delivery

#: Three short lessons, one every second day at ten.
PACED = CourseDefinition(
    "怎么辨别真假烟",
    lessons=tuple(
        LessonDefinition(f"l{n}", title, (Screen("先看这里。" * 80),))
        for n, title in enumerate(("看封签", "看喷码", "看钢印"), start=1)
    ),
    every_days=2,
)


def openid(school: School, name: str) -> str:
    return school.house.phone(name).openid


def enrolment(school: School, course_id: int, whose: str = "o-wang") -> Any:
    """The row of a shop's enrolment, by its follower."""
    with school.house.look() as session:
        mine = select(Enrolment).join(Retailer, Retailer.id == Enrolment.retailer_id)
        return session.scalars(
            mine.where(Enrolment.course_id == course_id, Retailer.openid == openid(school, whose))
        ).one()


def begin(school: School, course_id: int, whose: str = "o-wang", first: str = "l1") -> None:
    """Begin a course by its first screen."""
    ask(school, school.house.phone(whose), lesson_ids(school, course_id)[first], 1)


def finish(school: School, course_id: int, number: int, whose: str = "o-wang") -> None:
    """Read the one screen of a lesson, which takes a minute, and go on behind it."""
    phone, lesson_id = school.house.phone(whose), lesson_ids(school, course_id)[f"l{number}"]
    ask(school, phone, lesson_id, 1)
    wait(school, 60)
    assert ask(school, phone, lesson_id, 2).finishes_lesson


def at(school: School, moment: str) -> None:
    """Let it be this moment of the company's clock."""
    zone = school.house.services.zone
    then = datetime.strptime(moment, "%Y-%m-%d %H:%M:%S" if moment.count(":") == 2 else "%Y-%m-%d %H:%M")
    now = school.house.clock().astimezone(zone)
    school.house.clock.advance(then.replace(tzinfo=zone) - now)


def here(school: School, moment: datetime | None) -> str:
    return f"{moment.astimezone(school.house.services.zone):%Y-%m-%d %H:%M}" if moment else ""


def told(school: School, whose: str = "o-wang") -> list[str]:
    """The first line of each message about a course that was queued for a follower."""
    with school.house.look() as session:
        mine = select(Delivery).where(Delivery.openid == openid(school, whose), Delivery.key.startswith("course-told:"))
        rows = session.scalars(mine.order_by(Delivery.id)).all()
    return [each.message["text"]["content"].partition("\n")[0] for each in rows]
