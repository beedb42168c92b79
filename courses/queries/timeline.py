"""Timeline of a shop: the courses it finished, and those it has begun."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from courses.models.courses import Course
from courses.models.learning import Enrolment
from courses.permissions import COURSES_SEE
from courses.texts import report as texts
from people.timeline import ShopAsked, TimelineEntry, TimelineKind, TimelinePlace, older


def learnt(asked: ShopAsked, before: TimelinePlace | None, limit: int) -> Sequence[TimelineEntry]:
    """The courses of a shop: at their finish, before that at their beginning."""
    statement = (
        select(_AT.label("at"), Enrolment.id, Enrolment.course_id, Course.title, *_HOW_FAR)
        .join(Course, Course.id == Enrolment.course_id)
        .where(
            Enrolment.retailer_id == asked.shop.id,
            Enrolment.started_at.is_not(None),
            *older(_AT, Enrolment.id, before),
        )
        .order_by(_AT.desc(), Enrolment.id.desc())
        .limit(limit)
    )
    return [_entry(row) for row in asked.session.execute(statement)]


def _entry(row: Any) -> TimelineEntry:
    is_done = row.finished_at is not None
    return TimelineEntry(
        row.at,
        row.id,
        f"{'学完了' if is_done else '开始学'}《{row.title}》",
        f"学完 {row.lessons} 课，{texts.took(row.seconds)}",
        f"/console/courses/{row.course_id}",
        tone="good" if is_done else "",
    )


_AT: Any = func.coalesce(Enrolment.finished_at, Enrolment.started_at)
_HOW_FAR = (Enrolment.finished_at, Enrolment.lessons, Enrolment.seconds)
LEARNT = TimelineKind("courses", "微课", "school", COURSES_SEE, learnt, 27)
