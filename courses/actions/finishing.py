"""Finish of a lesson, and of a course: each happens once, whatever comes twice or through two doors."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.orm import Session

from courses.actions import handing, releasing
from courses.models.learning import Enrolment
from courses.queries.lesson_sheet import LessonSheet
from foundation.database import SYNCHRONISED, changed


def lesson(session: Session, sheet: LessonSheet, *, now: datetime, zone: ZoneInfo) -> bool:
    """Count a lesson whose reading this transaction has just found unfinished and finished, and let follow what waits
    for it. Gives whether the course is finished by it.

    Of two lessons that are finished at one moment the later one sees both: the count is read where it is changed.
    """
    of, enrolment_id = sheet.course.definition, sheet.course.enrolment_id
    assert enrolment_id is not None
    mine = update(Enrolment).where(Enrolment.id == enrolment_id)
    session.execute(mine.values(lessons=Enrolment.lessons + 1, is_filed=False).execution_options(**SYNCHRONISED))
    finished = releasing.finished(session, enrolment_id, sheet.number, of, zone=zone, now=now)
    return finished == len(of.lessons) and _course(session, sheet, now=now)


def _course(session: Session, sheet: LessonSheet, *, now: datetime) -> bool:
    """Finish a course, for the first and only time: a lesson that a later version adds moves nothing."""
    of = sheet.course
    unfinished = update(Enrolment).where(Enrolment.id == of.enrolment_id, Enrolment.finished_at.is_(None))
    whose = {"area_id": of.area_id, "class_id": of.class_id, "manager_id": of.manager_id}
    # The clock gives the certificate. The row count says that it is the first finish.
    due = of.definition.has_certificate
    values = unfinished.values(finished_at=now, is_certificate_due=due, **whose)
    is_first = changed(session, values.execution_options(**SYNCHRONISED)) == 1
    if is_first and of.retailer_id is not None:
        handing.finished(session, of.course_id, of.retailer_id, now=now)
    return is_first
