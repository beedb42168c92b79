"""Media of a learner: the file behind one, for whoever may read a lesson that shows it."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session

from courses.models.courses import CourseMediaUse
from courses.queries import course_sheet, media
from courses.queries.course_sheet import CourseSheet, LessonReading
from wechat_bot.media import Found


def of_learner(
    session: Session, folder: Path, openid: str, sha256: str, *, now: datetime, zone: ZoneInfo
) -> Found | None:
    """The file of a medium, for the learner behind an openid who may read a lesson that shows it now; None for others,
    and where it is not there."""
    rows = session.execute(_SHOWING, {"openid": openid, "sha256": sha256})
    sheets = course_sheet.of_rows(session, rows, openid, now=now)
    ruled = [each.enrolment_id for each in sheets if any(one.requires for one in each.definition.lessons)]
    read = course_sheet.readings(session, [each for each in ruled if each is not None])
    may = any(_may_read(each, read.get(each.enrolment_id, {}), sha256, now, zone) for each in sheets)
    return media.find(session, folder, sha256) if may else None


def _may_read(
    sheet: CourseSheet, read: Mapping[int, LessonReading], sha256: str, now: datetime, zone: ZoneInfo
) -> bool:
    released = [lesson for lesson in sheet.definition.lessons[: sheet.released] if not sheet.left_before(lesson, read)]
    shows = any(sha256 in screen.media for lesson in released for screen in lesson.screens)
    return shows and not course_sheet.obstacle(sheet, now=now, zone=zone)


_SHOWS = select(CourseMediaUse.course_id).where(
    CourseMediaUse.sha256 == bindparam("sha256"),
    CourseMediaUse.number > 0,  # a version's: a draft is nobody's yet
)
_SHOWING: Select[Any] = course_sheet.joined(select(*course_sheet.COLUMNS), course_sheet.course).where(
    course_sheet.course.c.id.in_(_SHOWS),
    or_(course_sheet.RETAILER_ID.is_not(None), course_sheet.STAFF_ID.is_not(None)),
)
