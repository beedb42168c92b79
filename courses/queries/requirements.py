"""Requirements of courses: which there are, what is wrong with those of a draft, and whom they bar."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, not_, or_, select
from sqlalchemy.orm import Session, aliased

from console.authored import AuthoredState
from courses.models.courses import Course, CourseVersion
from courses.models.learning import Enrolment
from courses.rules import requiring as rules
from courses.rules.definition import CourseDefinition


def titles(session: Session, course_ids: Collection[int]) -> dict[int, str]:
    """Return what courses are called, in the order of these ids."""
    if not course_ids:
        return {}
    rows = session.execute(select(Course.id, Course.title).where(Course.id.in_(course_ids)))
    found = {row.id: row.title for row in rows}
    return {each: found[each] for each in course_ids if each in found}


def over(session: Session, course_ids: Collection[int], *, now: datetime) -> frozenset[int]:
    """Return which of these courses have ended: nobody can finish them any more, so that they bar nobody."""
    ended = select(Course.id).where(Course.id.in_(course_ids), Course.is_in(AuthoredState.CLOSED, now))
    return frozenset(session.scalars(ended)) if course_ids else frozenset()


def requiring(session: Session, course_id: int, *, now: datetime) -> dict[int, str]:
    """Return the titles of the published courses that require this one, by id, and have not ended."""
    asks = [other for other, requires in _of_others(session).items() if course_id in requires]
    ended = over(session, asks, now=now)
    return titles(session, [each for each in asks if each not in ended])


def offered(session: Session, course_id: int, *, is_for_staff: bool, most: int, now: datetime) -> dict[int, str]:
    """Return the titles of the newest published courses that this one could require, by id."""
    rows = session.execute(
        select(Course.id, Course.title)
        .where(_has_not_ended(Course, now), Course.version_id.is_not(None))
        .where(Course.is_for_staff.is_(is_for_staff), Course.id != course_id)
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
            found.append(f"{where}《{course.title}》已经结束，不用先学完了，请去掉或另选一门。")
    back = rules.leads_back(course_id, definition.requires, _of_others(session))
    if not found and back is not None:
        found.append(f"要先学完的 course:{back}《{known[back].title}》又要求先学完这门课，谁也开始不了，请去掉一个。")
    return found


def is_barred(course_ids: Sequence[int], *, is_for_staff: bool, now: datetime) -> ColumnElement[bool]:
    """Return the condition for enrolments whose learner can finish one of these courses and has not."""
    first, theirs = aliased(Course), aliased(Enrolment)
    mine = theirs.staff_id == Enrolment.staff_id if is_for_staff else theirs.retailer_id == Enrolment.retailer_id
    of_it = exists().where(theirs.course_id == first.id, mine)
    return exists().where(
        first.id.in_(course_ids),
        _has_not_ended(first, now),
        or_(first.is_for_everyone, of_it),
        not_(of_it.where(theirs.finished_at.is_not(None))),
    )


def _has_not_ended(course: type[Course], now: datetime) -> ColumnElement[bool]:
    return or_(course.closes_at.is_(None), course.closes_at > now)


def _of_others(session: Session) -> Mapping[int, Sequence[int]]:
    """Return what each published course requires."""
    asked = CourseVersion.definition["requires"]
    rows = session.execute(select(Course.id, asked).join(CourseVersion, CourseVersion.id == Course.version_id))
    return {course_id: requires or () for course_id, requires in rows}
