"""The report of a course and the list of its learners: at a million enrolments, against a thousand."""

import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, insert, text, update
from sqlalchemy.orm import Session

from benchmarks import harness, pages, town, visits
from benchmarks.pages import Page, Place
from config.app import FEATURES
from courses.actions import authoring, filing
from courses.models.figures import CourseCell
from courses.rules.definition import CourseDefinition, LessonDefinition, Screen
from foundation.database import Database, Moment
from migrations import schema
from people.models import Area, Manager

FEW, MANY = 1_000, 1_000_000
LESSONS, SCREENS = 7, 5
ZONE = ZoneInfo("Asia/Shanghai")
_COURSE = "/console/courses/{course}"
_SHOP = "新罗便利店"
PAGES = (
    Page("report", "admin", _COURSE, holds="停在哪一屏"),
    Page("report, by manager", "admin", _COURSE + "?by=manager", holds="经理7"),
    Page("report, by class", "admin", _COURSE + "?by=class", holds="现代终端"),
    Page("report of a manager with 300 shops", "own", _COURSE, holds="下面只是您负责的店"),
    Page("report of a manager without shops", "nobody", _COURSE, holds="下面只是您负责的店"),
    Page("learners", "admin", _COURSE + "/learners", holds=_SHOP),
    Page("who has not begun", "admin", _COURSE + "/learners?state=not_begun", holds=_SHOP),
    Page("who has not finished", "admin", _COURSE + "/learners?state=begun", holds=_SHOP),
    Page("learners of an area", "admin", _COURSE + "/learners?area=41", holds=_SHOP),
    Page("who has not begun, of an area", "admin", _COURSE + "/learners?state=not_begun&area=41", holds=_SHOP),
    Page("who has finished, of an area", "admin", _COURSE + "/learners?state=finished&area=41", holds=_SHOP),
    Page("who has not finished, of a class", "admin", _COURSE + "/learners?state=begun&class=2", holds=_SHOP),
    Page("who has finished, of a class", "admin", _COURSE + "/learners?state=finished&class=4", holds=_SHOP),
    Page("learners found by their keeper", "admin", _COURSE + "/learners?search=王7", holds=_SHOP),
    Page("learners of a manager with 300 shops", "own", _COURSE + "/learners", holds=_SHOP),
)
#: Of a thousand learners a hundred have not begun; the others have finished 0 to 6 lessons, or all of them.
_ENROLMENTS = """
UPDATE course_enrolment SET version_id = :version, started_at = :now, released = 7, last_at = :now, lessons = id % 8,
    seconds = (id % 8) * (30 + id % 1000), finished_at = CASE WHEN id % 8 = 7 THEN :later END WHERE id % 10 <> 0
"""
_READINGS = """
INSERT INTO course_reading (enrolment_id, lesson_id, at, shown_at, started_at, seconds, finished_at, tries)
SELECT e.id, l.id, CASE WHEN l.number <= e.lessons THEN 6 ELSE 1 + e.id % 5 END, e.started_at, e.started_at,
    30 + e.id % 1000, CASE WHEN l.number <= e.lessons THEN e.started_at END, 0
FROM course_enrolment e JOIN course_lesson l ON l.number <= e.lessons + 1 WHERE e.started_at IS NOT NULL
"""


def run() -> None:
    """Measure, and print."""
    with harness.stores() as stores, ExitStack() as stack:
        for name, url in stores.items():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wuwei-bench-")))
            few, many = (_place(pages.address(url, count), folder, count) for count in (FEW, MANY))
            for page in PAGES:
                assert _lines(page, few) == _lines(page, many), f"{page.title}: not equally full"
            harness.table(
                f"Report of a course on {name}: {MANY:,} enrolments against {FEW:,}",
                ["page", "ratio [IQR]", "limit", "ms, median", f"ms at {FEW:,}", "ms, p95"],
                [pages.measure(page, few, many) for page in PAGES],
            )


def _lines(page: Page, place: Place) -> int:
    """How many shops a page shows."""
    return int(place.browsers[page.who].get(page.path.format(**place.named)).text.count(_SHOP))


def _place(url: str, folder: Path, count: int) -> Place:
    database, now = Database(url), datetime.now(UTC)
    schema.upgrade(database, FEATURES)
    begun = time.monotonic()
    with database.transaction() as session:
        town.settle(session, now=now)
        town.shops(session, count, now=now, openid="'o' || n")
        session.execute(
            insert(Manager), [{"id": 101, "name": "自有", "phone": "1"}, {"id": 102, "name": "无店", "phone": "2"}]
        )
        session.execute(text("UPDATE retailer SET manager_id = 101 WHERE id <= :own"), {"own": pages.OWN})
        # An area and classes that fill a page here and there: of a thousand shops two in three are in them, or a fifth;
        # of a million one in 41 and one in four.
        session.execute(insert(Area).values(id=town.AREAS + 1, name="片区41", manager_id=1))
        of_area = "id % 3 <> 0" if count == FEW else "id % 41 = 6"
        session.execute(text(f"UPDATE retailer SET area_id = {town.AREAS + 1} WHERE {of_area}"))
        if count == FEW:
            session.execute(text("UPDATE retailer SET class_id = 4 WHERE id % 3 <> 0"))
            session.execute(text("UPDATE retailer SET class_id = 2 WHERE id % 6 = 0"))
        course_id = _lay_out(session, now - timedelta(days=1))
        pages.office(session, now)
    # The learners repeat after a thousand, and so do their counters: the first thousand are filed, and multiplied.
    done = filing.BATCH
    while done == filing.BATCH:
        with database.transaction() as session:
            done = filing.file_some(session, zone=ZONE)
    with database.transaction() as session:
        session.execute(update(CourseCell).values(count=CourseCell.count * (count // FEW)))
    visits.analyze(database)
    print(f"({count:,} enrolments laid out in {time.monotonic() - begun:.0f} s)")
    database.dispose()
    return Place(pages.browsers(url, folder / str(count)), {"course": course_id})


def _lay_out(session: Session, at: datetime) -> int:
    """A course that all shops are in; all but the first thousand are told to be filed already."""
    lessons = tuple(
        LessonDefinition(f"l{n}", f"第 {n} 课", (Screen("字" * 60),) * SCREENS) for n in range(1, LESSONS + 1)
    )
    definition = CourseDefinition("怎么辨别真假烟", lessons=lessons, is_ordered=False)
    course = authoring.load(session, definition, who="", now=at)
    authoring.publish(session, course.id, criteria={}, stamp=course.stamp, who="", now=at)
    moments: Any = [bindparam(name, type_=Moment()) for name in ("now", "later")]
    given = {"version": course.version_id, "now": at, "later": at + timedelta(hours=1)}
    session.execute(text(_ENROLMENTS).bindparams(*moments), given)
    session.execute(text(_READINGS))
    session.execute(text("UPDATE course_enrolment SET is_filed = :yes WHERE id > :few"), {"yes": True, "few": FEW})
    return course.id
