"""Requirements of courses: which there are, what is wrong with those of a draft, and whom they bar."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, not_, or_, select
from sqlalchemy.orm import Session, aliased

from console.authored import AuthoredState
from courses.models.courses import Course, CourseVersion
from courses.models.learning import Enrolment
from courses.rules import requiring
from courses.rules.definition import CourseDefinition


def titles(session: Session, course_ids: Collection[int]) -> dict[int, str]:
    """Return what courses are called, in the order of these ids."""
    if not course_ids:
        return {}
    rows = session.execute(select(Course.id, Course.title).where(Course.id.in_(course_ids)))
    found = {row.id: row.title for row in rows}
    return {each: found[each] for each in course_ids if each in found}


def offered(session: Session, course_id: int, *, is_for_staff: bool, most: int) -> dict[int, str]:
    """Return the titles of the newest published courses that this one could require, by id."""
    rows = session.execute(
        select(Course.id, Course.title)
        .where(Course.version_id.is_not(None), Course.is_for_staff.is_(is_for_staff), Course.id != course_id)
        .order_by(Course.id.desc())
        .limit(most)
    )
    return {row.id: row.title for row in rows}


def faults(session: Session, course_id: int, definition: CourseDefinition, *, now: datetime) -> list[str]:
    """Return what is wrong with the courses that a draft requires, each by its link."""
    if not definition.requires:
        return []
    rows = session.scalars(select(Course).where(Course.id.in_(definition.requires), Course.version_id.is_not(None)))
    known, found = {each.id: each for each in rows}, []
    for each in definition.requires:
        course, where = known.get(each), f"要先学完的 course:{each}"
        if each == course_id:
            found.append(f"{where} 就是这门课自己，请去掉。")
        elif course is None:
            found.append(f"{where} 没有找到，或者还没有发布。")
        elif course.is_for_staff != definition.is_for_staff:
            found.append(f"{where}《{course.title}》不是同样的人学的，请另选一门。")
        elif course.state(now) is AuthoredState.CLOSED:
            found.append(f"{where}《{course.title}》已经结束，没学完的人就学不了这门，请另选一门。")
    back = requiring.leads_back(course_id, definition.requires, _of_others(session))
    if not found and back is not None:
        found.append(f"要先学完的 course:{back}《{known[back].title}》又要求先学完这门课，谁也开始不了，请去掉一个。")
    return found


def is_barred(course_ids: Sequence[int], *, is_for_staff: bool) -> ColumnElement[bool]:
    """Return the condition for enrolments whose learner has not finished all of these courses."""
    done = aliased(Enrolment)
    mine = done.staff_id == Enrolment.staff_id if is_for_staff else done.retailer_id == Enrolment.retailer_id
    return or_(
        *(not_(exists().where(done.course_id == each, mine, done.finished_at.is_not(None))) for each in course_ids)
    )


def _of_others(session: Session) -> Mapping[int, Sequence[int]]:
    """Return what each published course requires."""
    asked = CourseVersion.definition["requires"]
    rows = session.execute(select(Course.id, asked).join(CourseVersion, CourseVersion.id == Course.version_id))
    return {course_id: requires or () for course_id, requires in rows}
