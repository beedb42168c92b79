"""Detail of one course for its console pages: what is learnt now, and the draft of what would be learnt next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.authored import AuthoredDetail
from courses.models.certificates import Certificate
from courses.models.courses import Course, CourseVersion, Lesson
from courses.queries import requirements, versions
from courses.rules.definition import CourseDefinition, from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseDetail(AuthoredDetail):
    """Course with what would be published next."""

    #: The newest version with its number and definition; None before the first publication.
    version_id: int | None
    version: int | None
    learnt: CourseDefinition | None
    draft: CourseDefinition
    #: Whether it gives certificates, or an earlier version gave some.
    has_certificates: bool
    #: Codes of all lessons that any version had: a new lesson is none of them.
    codes: frozenset[str]
    #: Titles of the courses to be finished first, by id, as the rules that hold have it.
    first: Mapping[int, str]
    #: Those of them that have ended and bar nobody any more.
    over: frozenset[int]

    @property
    def bars(self) -> list[str]:
        """Titles of the courses that a learner must finish first by now."""
        return [title for course_id, title in self.first.items() if course_id not in self.over]

    @property
    def rules(self) -> CourseDefinition:
        """The definition whose rules hold: the one learnt now, or else the draft."""
        return self.learnt or self.draft


def detail(session: Session, course_id: int, *, now: datetime) -> CourseDetail | None:
    """Return a course; None where there is none."""
    given = select(Certificate.id).where(Certificate.course_id == Course.id).exists()
    row = session.execute(
        select(Course, CourseVersion.id, CourseVersion.number, CourseVersion.digest, given.label("given"))
        .outerjoin(CourseVersion, CourseVersion.id == Course.version_id)
        .where(Course.id == course_id)
    ).first()
    if row is None:
        return None
    learnt = versions.definition(session, row.id, row.digest) if row.id is not None else None
    draft = from_json(row.Course.draft)
    requires = (learnt or draft).requires
    return CourseDetail.of(
        row.Course,
        now=now,
        version_id=row.id,
        version=row.number,
        learnt=learnt,
        has_certificates=row.given or (learnt is not None and learnt.has_certificate),
        draft=draft,
        first=requirements.titles(session, requires),
        over=requirements.over(session, requires, now=now),
        codes=frozenset(session.scalars(select(Lesson.code).where(Lesson.course_id == course_id))),
    )
