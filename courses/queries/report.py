"""Report of a course, read from its counters: what it costs depends on its lessons, never on how many learn it. For
whoever sees a part of the shops it is counted from those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from console.rules.visitors import Visitor
from courses.models.figures import WHOLE_COURSE, Counted, CourseCell, LearnersBy, SavedMonth, SavingRate
from courses.models.learning import Enrolment
from courses.queries import learning_states
from courses.queries.detail import CourseDetail
from courses.rules import counting, saving
from courses.rules.counting import CellKey
from courses.rules.saving import Rate, SavedSum, Saving
from foundation.dialects import among, table_of
from people import audiences
from people.models import Area, Manager, Retailer, ShopClass
from people.visibility import within
from wechat_bot.criterion import Criterion

#: Counting the shops of a part stops here: the page says "at least".
COUNTED = 10_000
#: Groups that a page compares, the largest first.
MOST_GROUPS = 200
_enrolment = table_of(Enrolment)
_NAMES: Mapping[LearnersBy, Any] = {LearnersBy.AREA: Area, LearnersBy.MANAGER: Manager, LearnersBy.CLASS: ShopClass}


@dataclass(frozen=True, slots=True)
class LessonFigures:
    """Figures of one lesson."""

    number: int
    title: str
    released: int
    started: int
    finished: int
    #: Of those that have finished it.
    seconds_median: float | None
    #: How many were given this screen last and have not finished; `AT_END` is its end.
    stopped: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """Figures of an area, a manager's shops, or a class."""

    name: str
    enrolled: int
    started: int
    finished: int


@dataclass(frozen=True, slots=True)
class CourseFigures:
    """Figures of a course."""

    enrolled: int
    started: int
    finished: int
    certificates: int
    #: Credited to all of them together.
    seconds: int
    lessons: tuple[LessonFigures, ...]
    groups: tuple[GroupFigures, ...]
    #: Whether there are more shops than were counted.
    is_least: bool = False


def whole(session: Session, found: CourseDetail, by: LearnersBy = LearnersBy.AREA) -> CourseFigures:
    """Return the figures of all learners, from the counters."""
    cell = CourseCell
    rows = session.execute(
        select(cell.by, cell.member_id, cell.lesson_id, cell.what, cell.value, cell.count.label("count_of")).where(
            cell.course_id == found.id, cell.by.in_((LearnersBy.WHOLE, by)), cell.count > 0
        )
    )
    return _figures(session, found, {CellKey(*row[:5]): row.count_of for row in rows}, by)


def of_part(
    session: Session, found: CourseDetail, visitor: Visitor, by: LearnersBy = LearnersBy.AREA, *, today: date
) -> CourseFigures:
    """Return the figures of a visitor's own shops, up to `COUNTED` of them; of a course for managers their own."""
    if found.rules.is_for_staff:
        mine: ColumnElement[bool] = _enrolment.c.staff_id == visitor.manager_id
        is_least = False
    else:
        seen = within(session, visitor, today=today)
        shops = session.scalars(select(Retailer.id).where(*([] if seen is None else [seen])).limit(COUNTED)).all()
        mine, is_least = among(session, _enrolment.c.retailer_id, shops), len(shops) >= COUNTED
    states = learning_states.read(session, (_enrolment.c.course_id == found.id) & mine)
    return _figures(session, found, counting.summed(list(states.values())), by, is_least=is_least)


def saved_yuan(session: Session, course_id: int) -> int:
    """Return what a course saved in all years."""
    return saved_by_courses(session).get(course_id, 0)


def saved_by_courses(session: Session, year: int | None = None) -> Mapping[int, int]:
    """Return what each course saved, in a year or in all of them."""
    savings = _savings(session)
    return saving.saved([each for each in savings if year in (None, each.month // 100)], rates(session))


def saved_of_months(session: Session, first: int, last: int) -> Sequence[SavedSum]:
    """Return what was saved from a month to another, such as 202611, month by month and course by course."""
    # From the year's first month on: the venues belong to its first saving.
    of_years = _savings(session, SavedMonth.month >= first // 100 * 100 + 1, SavedMonth.month <= last)
    return [each for each in saving.sums(of_years, rates(session)) if each.saving.month >= first]


def _savings(session: Session, *which: ColumnElement[bool]) -> list[Saving]:
    """The saved gatherings by month and course, wherever the shops were."""
    kept = select(SavedMonth.course_id, SavedMonth.month, func.sum(SavedMonth.count)).where(*which)
    rows = session.execute(kept.group_by(SavedMonth.course_id, SavedMonth.month))
    return [Saving(course_id, month, int(shops)) for course_id, month, shops in rows]


def rates(session: Session) -> Sequence[Rate]:
    """Return what gatherings cost, from which months on, the newest first."""
    kept = session.scalars(select(SavingRate).order_by(SavingRate.from_on.desc()))
    return [Rate(each.from_on, each.shop_yuan, each.venue_yuan, each.venues) for each in kept]


def audience(session: Session, found: CourseDetail, criteria: Mapping[str, Criterion], *, now: datetime) -> int:
    """Count the learners that a course is meant for today."""
    if found.rules.is_for_staff:
        active = select(func.count()).select_from(Manager).where(Manager.disabled_at.is_(None))
        return session.scalar(active) or 0
    return audiences.count(session, found.rules.audience, criteria, now=now)


def to_json(figures: CourseFigures, *, audience: int, saved_yuan: int) -> dict[str, Any]:
    """Return the figures as plain JSON values."""
    return {
        "audience": audience,
        "enrolled": figures.enrolled,
        "started": figures.started,
        "finished": figures.finished,
        "certificates": figures.certificates,
        "saved_yuan": saved_yuan,
        "lessons": [
            {
                "number": each.number,
                "released": each.released,
                "started": each.started,
                "finished": each.finished,
                "seconds_median": each.seconds_median,
            }
            for each in figures.lessons
        ],
    }


def _figures(
    session: Session, found: CourseDetail, cells: Mapping[CellKey, int], by: LearnersBy, *, is_least: bool = False
) -> CourseFigures:
    def of_whole(what: Counted) -> int:
        return cells.get(CellKey(LearnersBy.WHOLE.value, 0, WHOLE_COURSE, what.value), 0)

    return CourseFigures(
        enrolled=of_whole(Counted.ENROLLED),
        started=of_whole(Counted.STARTED),
        finished=of_whole(Counted.FINISHED),
        certificates=of_whole(Counted.CERTIFIED),
        seconds=of_whole(Counted.SECONDS),
        lessons=_lessons(found, cells),
        groups=_groups(session, cells, by),
        is_least=is_least,
    )


def _lessons(found: CourseDetail, cells: Mapping[CellKey, int]) -> tuple[LessonFigures, ...]:
    spread: dict[tuple[int, str], dict[int, int]] = {}
    for key, count in cells.items():
        spread.setdefault((key.lesson_id, key.what), {})[key.value] = count

    def number(lesson_id: int, what: Counted) -> int:
        return sum(spread.get((lesson_id, what.value), {}).values())

    return tuple(
        LessonFigures(
            place,
            each.title,
            number(each.id, Counted.RELEASED),
            number(each.id, Counted.STARTED),
            number(each.id, Counted.FINISHED),
            counting.median(spread.get((each.id, Counted.TOOK.value), {})),
            spread.get((each.id, Counted.STOPPED.value), {}),
        )
        for place, each in enumerate(found.learnt.lessons if found.learnt else (), start=1)
    )


def _groups(session: Session, cells: Mapping[CellKey, int], by: LearnersBy) -> tuple[GroupFigures, ...]:
    counted: dict[int, dict[str, int]] = {}
    for key, count in cells.items():
        if key.by == by.value:
            counted.setdefault(key.member_id, {})[key.what] = count
    largest = sorted(counted, key=lambda each: (-counted[each].get(Counted.ENROLLED.value, 0), each))[:MOST_GROUPS]
    table = _NAMES[by]
    names = {row.id: row.name for row in session.execute(select(table.id, table.name).where(table.id.in_(largest)))}
    kinds = (Counted.ENROLLED, Counted.STARTED, Counted.FINISHED)
    return tuple(
        GroupFigures(names.get(each, "—"), *(counted[each].get(what.value, 0) for what in kinds)) for each in largest
    )
