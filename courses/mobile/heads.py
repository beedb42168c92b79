"""Head of a lesson's pages, and lines of courses and lessons, as templates show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import url_for

from courses.queries.certificates import CertificateLine
from courses.queries.course_sheet import CourseSheet, LessonLine
from courses.queries.learner_courses import LearnerCourse
from courses.queries.lesson_sheet import LessonSheet
from courses.rules import screens
from courses.texts import certificates, chat, pages


@dataclass(frozen=True, slots=True)
class CourseHead:
    """Head of a course: its title and how far this learner is."""

    title: str
    url: str
    lessons: int
    finished: int
    state: str
    is_begun: bool
    has_certificate: bool


@dataclass(frozen=True, slots=True)
class LessonHead:
    """Head of a lesson's page: which lesson of which course it is."""

    title: str
    which: str
    course: str
    course_url: str
    screens: int


class LessonWay(NamedTuple):
    """Way to a lesson: its title with its number, a note, and its page; without an address where it is not released."""

    title: str
    note: str
    url: str = ""
    is_done: bool = False


class CertificateWay(NamedTuple):
    """Way to the certificate of a finished course; without an address while it is made. `state` says the same beside
    the course's title."""

    note: str
    state: str
    url: str = ""


def course_head(sheet: CourseSheet) -> CourseHead:
    """Return the head of a course."""
    lessons = len(sheet.definition.lessons)
    return CourseHead(
        title=sheet.definition.title,
        url=url_for("courses_mobile.course", course_id=sheet.course_id),
        lessons=lessons,
        finished=min(sheet.finished, lessons),
        state=pages.learnt(sheet.finished, lessons),
        is_begun=sheet.started_at is not None,
        has_certificate=sheet.definition.has_certificate,
    )


def lesson_head(sheet: LessonSheet) -> LessonHead:
    """Return the head of a lesson's page."""
    return LessonHead(
        title=sheet.lesson.title,
        which=chat.card_title(sheet.number, sheet.lesson.title),
        course=sheet.course.definition.title,
        course_url=url_for("courses_mobile.course", course_id=sheet.course.course_id),
        screens=len(sheet.lesson.screens),
    )


def ways(lines: list[LessonLine], *, now: datetime, zone: ZoneInfo) -> list[LessonWay]:
    """Return the ways to all lessons of a course; of those not released yet the first says when it will be."""
    found = [way(each, now=now, zone=zone) for each in lines]
    released = sum(each.is_released for each in lines)
    # The next one says what it waits for; where none is released, it is the course that waits.
    return [each if released and n <= released else each._replace(note=pages.NOT_YET) for n, each in enumerate(found)]


def way(line: LessonLine, *, now: datetime, zone: ZoneInfo) -> LessonWay:
    """Return the way to a lesson: one that is finished opens at its first screen."""
    title = chat.card_title(line.number, line.lesson.title)
    if not line.is_released:
        note = pages.opens(line.opens_at, now=now, zone=zone) if line.opens_at else pages.opens_after(line.number - 1)
        return LessonWay(title, note)
    if line.lacks:
        return LessonWay(title, pages.first_lessons(line.lacks))
    url = url_for("courses_mobile.lesson", lesson_id=line.lesson.id, screen=1 if line.is_finished else None)
    return LessonWay(title, f"约 {screens.minutes(line.lesson)} 分钟", url, line.is_finished)


def waits(course: LearnerCourse, *, now: datetime, zone: ZoneInfo) -> LessonWay | None:
    """Return the way to the lesson that waits, with when the next one is released; None where none waits."""
    if course.waits is None:
        return None
    found, then = way(course.waits, now=now, zone=zone), course.opens_next
    if then is None or then.opens_at is None:
        return found._replace(note=f"{found.note}。")
    return found._replace(note=f"{found.note}。{pages.opens_then(then.number, then.opens_at, now=now, zone=zone)}")


def state(course: LearnerCourse, *, now: datetime, zone: ZoneInfo) -> str:
    """Return what stands beside the title of a course that is not finished: the lesson that waits, or when the next one
    is released."""
    sheet, waits_for, then = course.sheet, course.waits, course.opens_next
    if sheet.lacks:
        return pages.first(sheet.lacks.values())
    if waits_for is not None:
        return chat.card_title(waits_for.number, waits_for.lesson.title)
    if then is not None and then.opens_at is not None:
        return pages.opens_then(then.number, then.opens_at, now=now, zone=zone)
    return pages.learnt(sheet.finished, len(sheet.definition.lessons))


def certificate(sheet: CourseSheet, held: Iterable[CertificateLine]) -> CertificateWay | None:
    """Return the way to the certificate of a course; None where it is not finished, or gives none. `held` are all that
    this learner was given."""
    if sheet.finished_at is None:
        return None
    given = next((each for each in held if each.course_id == sheet.course_id), None)
    if given is None:
        gives = sheet.definition.has_certificate
        return CertificateWay(certificates.MADE_SOON, certificates.MAKING) if gives else None
    if given.revoked_at is not None:
        checked = url_for("courses_mobile.check_number", number=given.number)
        return CertificateWay(certificates.WHY_REVOKED, certificates.REVOKED, checked)
    kept = url_for("courses_mobile.certificate", number=given.number)
    return CertificateWay(certificates.KEEP, certificates.HAS, kept)
