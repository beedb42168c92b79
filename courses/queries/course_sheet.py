"""Course sheet: one learner and one course, as every door sees them, read in one statement.

A learner is a shop, or a customer manager where the course is for them: the course decides whom an openid stands for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, Select, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from courses.models.courses import Course, CourseVersion
from courses.models.learning import Enrolment, Reading
from courses.queries import versions
from courses.rules.definition import CourseDefinition, LessonDefinition
from courses.texts import chat
from foundation.dialects import table_of
from foundation.errors import Refused
from people import identity
from people.models import Area, Manager, Retailer


@dataclass(frozen=True, slots=True)
class LessonReading:
    """What a learner was handed out of a lesson, and what came of its end question."""

    #: The furthest step, from 1; the one behind the last screen is the end. And when it was handed out.
    at: int
    shown_at: datetime
    #: Credited.
    seconds: int
    finished_at: datetime | None
    #: Answers to the end question, the last of them as it is stored, and whether the first was right.
    tries: int
    answer: Mapping[str, Any] | None
    is_right: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseSheet:
    """Course as one learner stands in it."""

    course_id: int
    opens_at: datetime | None
    closes_at: datetime | None
    is_for_everyone: bool
    #: The shop; None in a course for customer managers.
    retailer_id: int | None
    #: The customer manager who learns; None in a course for shops.
    staff_id: int | None
    #: The shop's keeper, or the customer manager.
    name: str
    area_id: int | None
    class_id: int | None
    #: The shop's manager.
    manager_id: int | None
    manager: str
    #: None before they were enrolled, which whoever opens a course for everyone is by beginning.
    enrolment_id: int | None
    started_at: datetime | None
    #: How many lessons may be read, in order; before the beginning those that it will release.
    released: int
    next_at: datetime | None
    #: How many lessons are finished, and the seconds credited in all.
    finished: int
    seconds: int
    finished_at: datetime | None
    #: The version of the beginning; the newest before it.
    version_id: int
    definition: CourseDefinition
    #: Courses to finish before this one can be begun, by id, with their titles; none once it was.
    lacks: Mapping[int, str] = field(default_factory=dict)

    def number(self, lesson_id: int) -> int:
        """The place of a lesson in the course, from 1; 0 where it is none of this learner's version."""
        return next((n for n, each in enumerate(self.definition.lessons, start=1) if each.id == lesson_id), 0)

    def left_before(self, lesson: LessonDefinition, found: Mapping[int, LessonReading]) -> tuple[int, ...]:
        """The numbers of the lessons to finish before one can be begun, where `found` is what was read; none once it
        was begun."""
        if lesson.id in found or not lesson.requires:
            return ()
        done = {lesson_id for lesson_id, each in found.items() if each.finished_at is not None}
        listed = enumerate(self.definition.lessons, start=1)
        return tuple(number for number, each in listed if each.code in lesson.requires and each.id not in done)

    def lesson(self, number: int) -> LessonDefinition:
        """The lesson at a place, from 1."""
        return self.definition.lessons[number - 1]


@dataclass(frozen=True, slots=True)
class LessonLine:
    """Lesson of a course as one learner stands in it."""

    number: int
    lesson: LessonDefinition
    is_released: bool
    #: When it is released, where that is known.
    opens_at: datetime | None
    reading: LessonReading | None
    #: Numbers of earlier lessons to finish before this one can be begun.
    lacks: tuple[int, ...] = ()

    @property
    def is_finished(self) -> bool:
        return self.reading is not None and self.reading.finished_at is not None


def look(session: Session, course_id: int, openid: str, *, now: datetime) -> CourseSheet:
    """Return the sheet of the learner behind an openid, in one statement, and one for a version not used lately.

    Raises Refused where there is no such course, or it is not for whom this openid stands.
    """
    row = session.execute(_LOOK, {"course_id": course_id, "openid": openid}).first()
    if row is None:
        raise Refused(chat.UNKNOWN_COURSE)
    return of_rows(session, [row], openid, now=now)[0]


def lines(session: Session, sheet: CourseSheet) -> list[LessonLine]:
    """Return the lessons of a sheet in order, with what was read of them. One statement."""
    found = readings(session, [sheet.enrolment_id]) if sheet.enrolment_id is not None else {}
    return lines_of(sheet, found.get(sheet.enrolment_id, {}))


def lines_of(sheet: CourseSheet, found: Mapping[int, LessonReading]) -> list[LessonLine]:
    """Return the lessons of a sheet in order; `found` is what was read of them, by the lesson's id."""
    return [
        LessonLine(
            number,
            lesson,
            number <= sheet.released,
            sheet.next_at if number == sheet.released + 1 else None,
            found.get(lesson.id),
            sheet.left_before(lesson, found),
        )
        for number, lesson in enumerate(sheet.definition.lessons, start=1)
    ]


def readings(session: Session, enrolments: Sequence[int]) -> dict[int | None, dict[int, LessonReading]]:
    """Return what was read in enrolments, by lesson. One statement."""
    found: dict[int | None, dict[int, LessonReading]] = {}
    for row in session.execute(_READINGS, {"enrolments": list(enrolments)}) if enrolments else ():
        found.setdefault(row.of_enrolment, {})[row.lesson_id] = reading_of(row)
    return found


def waiting(found: list[LessonLine]) -> LessonLine | None:
    """Return the lesson to go on with: the first that may be read and is not finished; None where none is."""
    return next((each for each in found if each.is_released and not each.is_finished), None)


def obstacle(sheet: CourseSheet, *, now: datetime, zone: ZoneInfo) -> str:
    """Return the sentence that says why nothing of a course can be learnt now; empty where it can."""
    if sheet.closes_at is not None and sheet.closes_at <= now:
        return chat.closed(sheet.closes_at.astimezone(zone), sheet.manager)
    if sheet.enrolment_id is None and not sheet.is_for_everyone:
        return chat.NOT_FOR_YOU if sheet.staff_id is None else chat.NOT_FOR_THIS_MANAGER
    if sheet.opens_at is not None and now < sheet.opens_at:
        return chat.not_open_yet(sheet.opens_at.astimezone(zone))
    return chat.requires(sheet.definition.title, sheet.lacks.values()) if sheet.lacks else ""


def of_rows(session: Session, rows: Iterable[Any], openid: str, *, now: datetime) -> list[CourseSheet]:
    """Return the sheets of one learner in rows of `COLUMNS`; runs a statement only where courses are to be finished
    first: those that this learner can still finish, for nobody waits for ever. Raises Refused where a course is not for
    whom this openid stands."""
    sheets = [_of_row(session, row, openid) for row in rows]
    wanted = {each for sheet in sheets if sheet.started_at is None for each in sheet.definition.requires}
    if not wanted:
        return sheets
    who = {"retailer_id": sheets[0].retailer_id, "staff_id": sheets[0].staff_id}
    for each in sheets[1:]:
        who = {name: value or getattr(each, name) for name, value in who.items()}
    left = {row.id: row.title for row in session.execute(_LEFT, {"wanted": sorted(wanted), "now": now, **who})}
    return [sheet if sheet.started_at is not None else _barred(sheet, left) for sheet in sheets]


def _barred(sheet: CourseSheet, left: Mapping[int, str]) -> CourseSheet:
    """Return a sheet with what is to be finished first: until then nothing of it may be read."""
    lacks = {each: left[each] for each in sheet.definition.requires if each in left}
    return replace(sheet, lacks=lacks, released=0) if lacks else sheet


def _of_row(session: Session, row: Any, openid: str) -> CourseSheet:
    if row.retailer_id is None and row.staff_id is None:
        raise Refused(nobody(session, openid, is_for_staff=row.is_for_staff))
    definition = versions.definition(session, row.version_id, row.digest)
    return CourseSheet(
        course_id=row.course_id,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        is_for_everyone=row.is_for_everyone,
        retailer_id=row.retailer_id,
        staff_id=row.staff_id,
        name=row.keeper or row.staff or "",
        area_id=row.area_id,
        class_id=row.class_id,
        manager_id=row.manager_id,
        manager=row.manager or "",
        enrolment_id=row.enrolment_id,
        started_at=row.started_at,
        released=row.released if row.started_at else definition.open_at_first,
        next_at=row.next_at,
        finished=row.finished or 0,
        seconds=row.seconds or 0,
        finished_at=row.course_finished_at,
        version_id=row.version_id,
        definition=definition,
    )


def reading_of(row: Any) -> LessonReading:
    """Return what was read of a lesson, from a row of `READING`."""
    return LessonReading(
        at=row.at,
        shown_at=row.shown_at,
        seconds=row.lesson_seconds,
        finished_at=row.lesson_finished_at,
        tries=row.tries,
        answer=row.answer,
        is_right=row.is_right,
    )


def nobody(session: Session, openid: str, *, is_for_staff: bool) -> str:
    """Return the sentence for somebody whom a course cannot be for."""
    if is_for_staff:
        return chat.ONLY_FOR_MANAGERS
    return chat.NOT_FOR_MANAGERS if identity.manager_of(session, openid) else chat.BIND_FIRST


# Plain columns, not the classes' attributes: a statement of those goes through the ORM even where it loads no object.
course, version = table_of(Course), table_of(CourseVersion)
enrolment, reading = table_of(Enrolment), table_of(Reading)
_retailer, _area, _own = table_of(Retailer), table_of(Area), table_of(Manager)
_head, _staff = _own.alias(), _own.alias()

COLUMNS: tuple[Any, ...] = (
    course.c.id.label("course_id"),
    course.c.opens_at,
    course.c.closes_at,
    course.c.is_for_everyone,
    course.c.is_for_staff,
    _retailer.c.id.label("retailer_id"),
    _retailer.c.keeper,
    _retailer.c.area_id,
    _retailer.c.class_id,
    func.coalesce(_retailer.c.manager_id, _area.c.manager_id).label("manager_id"),
    func.coalesce(_own.c.name, _head.c.name).label("manager"),
    _staff.c.id.label("staff_id"),
    _staff.c.name.label("staff"),
    enrolment.c.id.label("enrolment_id"),
    enrolment.c.started_at,
    enrolment.c.released,
    enrolment.c.next_at,
    enrolment.c.lessons.label("finished"),
    enrolment.c.seconds,
    enrolment.c.finished_at.label("course_finished_at"),
    version.c.id.label("version_id"),
    version.c.digest,
)
READING: tuple[Any, ...] = (
    reading.c.lesson_id,
    reading.c.at,
    reading.c.shown_at,
    reading.c.seconds.label("lesson_seconds"),
    reading.c.finished_at.label("lesson_finished_at"),
    reading.c.tries,
    reading.c.answer,
    reading.c.is_right,
)


#: Whom an openid stands for in a course; one of them, or neither.
RETAILER_ID, STAFF_ID = _retailer.c.id, _staff.c.id


def _enrolment_of(learner: Any, person: Any) -> Any:
    """The id of the enrolment of a learner: looked up by its unique key, which no condition with OR is."""
    mine = select(enrolment.c.id).where(enrolment.c.course_id == course.c.id, learner == person)
    return mine.correlate(course, _retailer, _staff).scalar_subquery()


def joined(statement: Select[Any], source: Any) -> Select[Any]:
    """Return a statement from a source that holds `course`, joined with whom an openid stands for and their enrolment.

    An unpublished course has no version, and nobody can see it yet.
    """
    openid: BindParameter[str] = bindparam("openid")
    return statement.select_from(
        source.outerjoin(_retailer, (_retailer.c.openid == openid) & course.c.is_for_staff.is_(False))
        .outerjoin(_area, _area.c.id == _retailer.c.area_id)
        .outerjoin(_own, _own.c.id == _retailer.c.manager_id)
        .outerjoin(_head, _head.c.id == _area.c.manager_id)
        .outerjoin(_staff, (_staff.c.openid == openid) & _staff.c.disabled_at.is_(None) & course.c.is_for_staff)
        .outerjoin(
            enrolment,
            enrolment.c.id
            == case(
                (course.c.is_for_staff, _enrolment_of(enrolment.c.staff_id, _staff.c.id)),
                else_=_enrolment_of(enrolment.c.retailer_id, _retailer.c.id),
            ),
        )
        .join(version, version.c.id == func.coalesce(enrolment.c.version_id, course.c.version_id))
    )


_mine = enrolment.alias()


def _takes(learner: Any, name: str, *also: Any) -> Any:
    """Whether the learner in a parameter is enrolled in the course, and further conditions hold."""
    theirs = (_mine.c.course_id == course.c.id, learner == bindparam(name), *also)
    return select(_mine.c.id).where(*theirs).correlate(course).exists()


_LOOK: Select[Any] = joined(select(*COLUMNS), course).where(course.c.id == bindparam("course_id"))
_LEFT: Select[Any] = select(course.c.id, course.c.title).where(
    course.c.id.in_(bindparam("wanted", expanding=True)),
    or_(course.c.closes_at.is_(None), course.c.closes_at > bindparam("now", type_=Course.created_at.type)),
    or_(course.c.is_for_everyone, _takes(_mine.c.retailer_id, "retailer_id"), _takes(_mine.c.staff_id, "staff_id")),
    ~_takes(_mine.c.retailer_id, "retailer_id", _mine.c.finished_at.is_not(None)),
    ~_takes(_mine.c.staff_id, "staff_id", _mine.c.finished_at.is_not(None)),
)
_READINGS: Select[Any] = select(reading.c.enrolment_id.label("of_enrolment"), *READING).where(
    reading.c.enrolment_id.in_(bindparam("enrolments", expanding=True))
)
