"""Learning states: enrolments as far as they are counted, read in few statements for many."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from courses.models.certificates import Certificate
from courses.models.courses import CourseVersion
from courses.models.figures import AT_END
from courses.models.learning import Enrolment, Reading
from courses.queries import versions
from courses.rules.counting import FiledState
from foundation.dialects import table_of
from people.models import Area, Retailer

_enrolment, _reading = table_of(Enrolment), table_of(Reading)
_version, _certificate = table_of(CourseVersion), table_of(Certificate)
_retailer, _area = table_of(Retailer), table_of(Area)
_IS_FINISHED = _enrolment.c.finished_at.is_not(None)


class _LessonsOf(NamedTuple):
    """Lessons of a version, in order, and how many screens each has."""

    ids: tuple[int, ...]
    screens: Mapping[int, int]


def read(session: Session, which: ColumnElement[bool]) -> dict[int, FiledState]:
    """Return the states of the enrolments for which a condition holds, by their ids. Where a shop has finished, its
    area, manager and class are those of the finish; else those of today."""
    rows = session.execute(_STATES.where(which)).all()
    lessons: dict[int, list[Any]] = {row.id: [] for row in rows}
    for given in session.execute(_READINGS.where(which)):
        lessons[given.enrolment_id].append(given)
    of_versions = _lessons(session, {row.version_id: row.digest for row in rows if row.version_id is not None})
    return {row.id: _state(row, lessons[row.id], of_versions.get(row.version_id)) for row in rows}


def _state(row: Any, readings: list[Any], of: _LessonsOf | None) -> FiledState:
    return FiledState(
        area=row.area_id,
        manager=row.manager_id,
        group=row.class_id,
        is_started=row.started_at is not None,
        is_finished=row.finished_at is not None,
        is_certified=row.certificate_id is not None,
        seconds=row.seconds,
        released=list(of.ids[: row.released]) if of else [],
        lessons=[_lesson(each, of) for each in readings],
    )


def _lesson(row: Any, of: _LessonsOf | None) -> list[int | None]:
    screens = of.screens.get(row.lesson_id, 0) if of else 0
    is_done = row.finished_at is not None
    at = AT_END if is_done or row.at > screens else row.at
    return [row.lesson_id, at, row.seconds if is_done else None]


def _lessons(session: Session, digests: Mapping[int, str]) -> dict[int, _LessonsOf]:
    found = {}
    for version_id, digest in digests.items():  # a few versions, kept in this process
        lessons = versions.definition(session, version_id, digest).lessons
        found[version_id] = _LessonsOf(
            tuple(each.id for each in lessons), {each.id: len(each.screens) for each in lessons}
        )
    return found


def _place(at_finish: Any, today: Any) -> Any:
    return case((_IS_FINISHED, at_finish), else_=today)


_STATES: Any = (
    select(
        _enrolment.c.id,
        _enrolment.c.version_id,
        _enrolment.c.started_at,
        _enrolment.c.finished_at,
        _enrolment.c.released,
        _enrolment.c.seconds,
        _place(_enrolment.c.area_id, _retailer.c.area_id).label("area_id"),
        _place(_enrolment.c.class_id, _retailer.c.class_id).label("class_id"),
        _place(_enrolment.c.manager_id, func.coalesce(_retailer.c.manager_id, _area.c.manager_id)).label("manager_id"),
        _version.c.digest,
        _certificate.c.id.label("certificate_id"),
    )
    .select_from(_enrolment)
    .outerjoin(_version, _version.c.id == _enrolment.c.version_id)
    .outerjoin(_retailer, _retailer.c.id == _enrolment.c.retailer_id)
    .outerjoin(_area, _area.c.id == _retailer.c.area_id)
    .outerjoin(_certificate, (_certificate.c.enrolment_id == _enrolment.c.id) & _certificate.c.revoked_at.is_(None))
)
_READINGS: Any = (
    select(_reading.c.enrolment_id, _reading.c.lesson_id, _reading.c.at, _reading.c.seconds, _reading.c.finished_at)
    .join(_enrolment, _enrolment.c.id == _reading.c.enrolment_id)
    .order_by(_reading.c.enrolment_id, _reading.c.lesson_id)
)
