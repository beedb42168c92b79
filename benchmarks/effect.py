"""The month's page with a million shops against a thousand, and the filing of a day of 550,000 events."""

from __future__ import annotations

import statistics
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, insert, select, text

from benchmarks import campaigns, harness, pages, town, visits, year
from benchmarks.pages import Page, Place
from config.app import FEATURES
from courses.actions import authoring
from courses.rules.definition import CourseDefinition, LessonDefinition, Screen
from effect import jobs
from effect.models.months import EffectMonth, MonthFact
from effect.rules import months
from foundation.database import Database, Moment
from migrations import schema
from people.models import Manager
from quizzes.models.quizzes import Quiz, QuizVersion

FEW, MANY = 1_000, 1_000_000
#: What happens on the day, of a thousand shops: sheets, recipients of a push, requests, lessons finished, attempts.
SHEETS, RECIPIENTS, REQUESTS, LESSONS, ATTEMPTS = 150, 200, 50, 100, 50
EVENTS = SHEETS + RECIPIENTS + REQUESTS + LESSONS + ATTEMPTS
MONTH, NOW = 202611, datetime(2026, 11, 26, 20, tzinfo=ZoneInfo("Asia/Shanghai"))
#: Seconds and MB of a filing, and seconds for which a callback's write may wait.
WITHIN, MEMORY, WAITS = 300, 200, 0.5
PAGE = "/console/effect?month=2026-11"
PAGES = (
    Page("the month of the company", "admin", PAGE, holds="交回的调查"),
    Page("the month of an area", "admin", PAGE + "&of=area-7", holds="片区7"),
    Page("the month of a manager", "admin", PAGE + "&of=manager-7", holds="经理7"),
    Page("the month of a manager with 300 shops, their own", "own", PAGE, holds="交回的调查"),
)
READS, ROUNDS = 4, 9


def run() -> None:
    """Measure, and print."""
    with harness.stores() as stores, ExitStack() as stack:
        for name, url in stores.items():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wuwei-bench-")))
            few, many = (_place(pages.address(url, count), folder, count) for count in (FEW, MANY))
            harness.table(
                f"Filing on {name}: {MANY:,} shops, {many.rows:,} events of a day",
                ["what", "measured", "limit"],
                many.filing.rows(),
            )
            harness.table(
                f"The month's page on {name}: {MANY:,} shops against {FEW:,}, CPU of the process and the database",
                ["page", "ratio [IQR]", "limit", "ms, median", f"ms at {FEW:,}"],
                [_measure(page, few, many) for page in PAGES],
            )


@dataclass(frozen=True)
class Filing:
    """What a filing took: seconds, CPU of its process, MB at most and before, a callback's longest wait beside it."""

    seconds: float
    cpu: float
    memory: float
    held: float
    waited: float

    def rows(self) -> list[list[str]]:
        """As rows of a table."""
        return [
            [
                "seconds",
                f"{self.seconds:.0f}, {self.cpu:.0f} of them CPU of the worker",
                harness.verdict(self.seconds, WITHIN),
            ],
            [
                "memory of the worker",
                f"{self.memory:.0f} MB, {self.memory - self.held:.0f} more than before",
                harness.verdict(self.memory, MEMORY),
            ],
            ["longest wait of a callback beside", f"{self.waited * 1000:.0f} ms", harness.verdict(self.waited, WAITS)],
        ]


@dataclass
class Laid:
    """One database with so many shops: who looks at it, what its processor time is, and what its filing took."""

    place: Place
    database: Database
    rows: int
    filing: Filing


def file(url: str) -> tuple[float, float, float, float]:
    """File the month; gives seconds, CPU, MB, and how many of these were held before."""
    with year.services_on(url, lambda: NOW) as services:
        begun, cpu, held = time.monotonic(), time.process_time(), harness.peak()
        jobs.file(services, MONTH, services.measures, now=NOW)
        return time.monotonic() - begun, time.process_time() - cpu, harness.peak(), held


def _place(url: str, folder: Path, count: int) -> Laid:
    database, begun = Database(url), time.monotonic()
    schema.upgrade(database, FEATURES)
    _lay_out_shops(database, count)
    rows = _lay_out_day(database, count)
    visits.analyze(database)
    # Closed before: what came late for it is asked for in each filing.
    with year.services_on(url, lambda: NOW) as services:
        jobs.close(services, months.before(MONTH), by="")
    print(f"({count:,} shops and {rows:,} events laid out in {time.monotonic() - begun:.0f} s)")
    waits: list[float] = []
    with campaigns.callbacks(database, waits):
        took = harness.apart(file, url)
    _check(database, count)
    _lay_out_year(database)
    visits.analyze(database)
    return Laid(Place(pages.browsers(url, folder / str(count)), {}), database, rows, Filing(*took, max(waits)))


def _lay_out_shops(database: Database, count: int) -> None:
    at = NOW - timedelta(days=60)
    with database.transaction() as session:
        town.settle(session, now=at)
        town.shops(session, count, now=at, openid="'o' || n")
        session.execute(
            insert(Manager), [{"id": 101, "name": "自有", "phone": "1"}, {"id": 102, "name": "无店", "phone": "2"}]
        )
        session.execute(text("UPDATE retailer SET manager_id = 101 WHERE id <= :own"), {"own": pages.OWN})
        moment = bindparam("at", at, Moment())
        for made in (
            "INSERT INTO follower (openid, followed_at, heard_at, message_left, event_left, has_held) "
            "SELECT openid, :at, :at, 0, 0, false FROM retailer",
            "INSERT INTO binding (openid, retailer_id, how, bound_at) SELECT openid, id, 'code', :at FROM retailer",
        ):
            session.execute(text(made).bindparams(moment))
        pages.office(session, at)


def _lay_out_day(database: Database, count: int) -> int:
    """A day in all services; gives how many events."""
    day, many = NOW - timedelta(hours=8), {name: each * count // 1000 for name, each in _SHARES.items()}
    moment = bindparam("at", day, Moment())
    with database.transaction() as session:
        definition = town.written(3)
        survey = town.publish(session, definition, now=day)
        town.hand_in(session, survey, definition, many["sheets"], now=day)
        lessons = tuple(LessonDefinition(f"l{n}", f"第 {n} 课", (Screen("字" * 60),)) for n in (1, 2))
        course = authoring.load(session, CourseDefinition("真假烟", lessons=lessons, is_ordered=False), who="", now=day)
        authoring.publish(session, course.id, criteria={}, stamp=course.stamp, who="", now=day)
        given = {"title": "微测试", "draft": {}, "created_at": day, "published_at": day, "version_id": 1}
        session.execute(insert(Quiz).values(id=1, **given))
        session.execute(
            insert(QuizVersion).values(id=1, quiz_id=1, number=1, definition={}, digest="1", published_at=day)
        )
        for made in _MADE:
            session.execute(text(made).bindparams(*([moment] if ":at" in made else [])), _used(made, many))
        session.execute(text("UPDATE course_enrolment SET is_filed = true"))
    with database.transaction() as session:
        visits.lay_out_old(session, 0, many["requests"], NOW - timedelta(hours=31), shops=count)
    visits.file_all(database, NOW)
    return sum(many.values())


_SHARES = {"sheets": SHEETS, "recipients": RECIPIENTS, "requests": REQUESTS, "lessons": LESSONS, "attempts": ATTEMPTS}
_PLACE = "area_id, class_id, coalesce(manager_id, area_id)"
_MADE = (
    "INSERT INTO campaign (id, kind, reference, number, about, said, due_at, state, frozen_at, created_at, created_by) "
    "VALUES (9, 'push', 9, 1, 'push:9', '新品', :at, 'sent', :at, :at, '')",
    "INSERT INTO campaign_recipient (campaign_id, retailer_id, openid, area_id, class_id, manager_id, outcome, "
    "is_opened) "
    f"SELECT 9, id, openid, {_PLACE}, 'custom', id % 3 = 0 FROM retailer WHERE id <= :recipients",
    "UPDATE course_enrolment SET started_at = :at, released = 2, last_at = :at, lessons = 1 "
    "WHERE retailer_id <= :lessons",
    "INSERT INTO course_reading (enrolment_id, lesson_id, at, shown_at, started_at, seconds, finished_at, tries, "
    "area_id, class_id, manager_id) SELECT e.id, l.id, 1, :at, :at, 60, :at, 0, r.area_id, r.class_id, r.area_id "
    "FROM course_enrolment e JOIN course_lesson l ON l.number = 1 JOIN retailer r ON r.id = e.retailer_id "
    "WHERE e.retailer_id <= :lessons",
    "INSERT INTO quiz_attempt (id, quiz_id, quiz_version_id, retailer_id, number, paper, answers, late, grace, "
    "misread, started_at, ended_at, ended_by, source, is_passed, is_filed, is_told, area_id, class_id, manager_id) "
    "SELECT id, 1, 1, id, 1, '[]', '{}', '{}', '[]', 0, :at, :at, 'shop', 'chat', id % 4 <> 0, true, true, "
    f"{_PLACE} FROM retailer WHERE id <= :attempts",
)


def _used(statement: str, given: dict[str, int]) -> dict[str, int]:
    return {name: value for name, value in given.items() if f":{name}" in statement}


def _check(database: Database, count: int) -> None:
    """Stop where the month does not hold the day."""
    ought = {
        "surveys_returned": SHEETS,
        "reached": RECIPIENTS,
        "requests": REQUESTS,
        "lessons_finished": LESSONS,
        "tests_taken": ATTEMPTS,
        "followers": 1000,
    }
    with database.reading() as session:
        whole = select(MonthFact.measure, MonthFact.n).where(MonthFact.month == MONTH, MonthFact.by == "whole")
        held = dict(session.execute(whole).tuples().all())
    for name, each in ought.items():
        if held[name] != each * count // 1000:
            raise AssertionError(f"{name}: {held[name]}")


def _lay_out_year(database: Database) -> None:
    """Eleven months before, as full as this one."""
    names = [column.key for column in MonthFact.__table__.columns]
    with database.transaction() as session:
        session.execute(text("DELETE FROM month_fact WHERE month <> :month"), {"month": MONTH})
        for by in range(1, 13):
            month = months.before(MONTH, by)
            chosen = [getattr(MonthFact, name) if name != "month" else bindparam(None, month) for name in names]
            session.execute(insert(MonthFact).from_select(names, select(*chosen).where(MonthFact.month == MONTH)))
            if by > 1:
                session.execute(insert(EffectMonth).values(month=month, filed_at=NOW, closed_at=NOW, closed_by=""))


def _measure(page: Page, few: Laid, many: Laid) -> list[str]:
    times = harness.rotate({"few": partial(_read, page, few), "many": partial(_read, page, many)}, ROUNDS)
    ratio = harness.paired(times["many"], times["few"])
    here, there = (f"{1000 * statistics.median(times[name]):.1f}" for name in ("many", "few"))
    return [page.title, str(ratio), harness.verdict(ratio.median, pages.LIMIT), here, there]


def _read(page: Page, laid: Laid) -> float:
    """CPU seconds of a request, of this process and of the database."""
    browser: Any = laid.place.browsers[page.who]
    cpu = harness.Cpu(laid.database)
    took = []
    for _ in range(READS):
        begun = cpu.spent()
        answer = browser.get(page.path)
        took.append(cpu.spent() - begun)
        if answer.status_code != 200 or page.holds not in answer.text:
            raise AssertionError(f"{page.title}: {answer.status_code}")
    return statistics.median(took)
