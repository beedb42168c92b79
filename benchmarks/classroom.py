"""A shop asks the classroom in the chat: from the encrypted message to the encrypted reply, with 50,000 passages of
lessons and articles against 5,000."""

import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchmarks import finding, harness, quizzes, town, visits
from courses.actions import authoring
from courses.rules.definition import CourseDefinition, LessonDefinition, Screen
from finding import indexing
from finding.models import Passage
from foundation.database import Database
from simulator.clock import real_clock
from simulator.simulator import Simulator
from simulator.world import Account
from wechat_bot.models import Heard

FEW, MANY = SIZES = finding.FEW, finding.MANY
#: Shops that ask in turn, questions of one round, lessons of a course.
SHOPS, AT_ONCE, LESSONS = 50, 20, 10
LIMIT, SLOWEST = finding.LIMIT, finding.SLOWEST


@dataclass
class Classroom:
    """A library of so many passages, and shops that ask it."""

    sim: Simulator
    client: FlaskClient
    database: Database
    phones: list[Any]
    cpu: harness.Cpu
    #: Seconds of the clock, and of CPU, of each question.
    clock: list[float]
    spent: list[float]


def run() -> None:
    """Measure, and print."""
    rows = []
    with harness.stores() as stores, ExitStack() as stack:
        for name, url in stores.items():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wuwei-bench-")))
            few, many = (
                _open(quizzes.another(url, f"of-{count}"), folder / str(count), count) for count in (FEW, MANY)
            )
            asked = [f"学习 {question}" for question in finding.questions()]
            rounds = [asked[start : start + AT_ONCE] for start in range(0, len(asked), AT_ONCE)]
            ratios: dict[str, list[float]] = {"clock": [], "spent": []}
            for number, some in enumerate((rounds[0], *rounds)):
                for each in (few, many):
                    _ask(each, some)
                for kind, found in ratios.items():
                    ours, theirs = (statistics.median(getattr(each, kind)[-AT_ONCE:]) for each in (many, few))
                    found.append(ours / theirs)
                if not number:  # the first round only warms up
                    for kept in (*ratios.values(), few.clock, few.spent, many.clock, many.spent):
                        kept.clear()
            for kind, what in (("spent", "CPU"), ("clock", "clock")):
                rows.append([name, what, *_row(kind, ratios[kind], few, many)])
            for each in (few, many):
                _look(each)
    harness.table(
        f"The classroom is asked in the chat: {MANY:,} passages against {FEW:,}",
        ["database", "by", "ratio [IQR]", "limit", f"ms at {FEW:,}", f"ms at {MANY:,}", "slowest 1 in 100", "limit"],
        rows,
    )


def _row(kind: str, ratios: Sequence[float], few: Classroom, many: Classroom) -> list[str]:
    ratio = harness.Spread.of(ratios)
    slowest = 1000 * statistics.quantiles(getattr(many, kind), n=100, method="inclusive")[-1]
    medians = [f"{1000 * statistics.median(getattr(each, kind)):.1f}" for each in (few, many)]
    verdicts = harness.verdict(ratio.median, LIMIT), harness.verdict(slowest, SLOWEST)
    return [str(ratio), verdicts[0], *medians, f"{slowest:.1f}", verdicts[1]]


def _open(url: str, folder: Path, passages: int) -> Classroom:
    sim = Simulator(Account(), clock=real_clock)
    phones = sim.follow_many(SHOPS)
    app, database, now = quizzes.chat_app(sim.account, url, folder), Database(url), datetime.now(UTC)
    begun = time.monotonic()
    with database.transaction() as session:
        town.settle(session, [phone.follower.openid for phone in phones], now=now)
    texts = passages // finding.PASSAGES
    for first in range(0, texts // 2, LESSONS):
        with database.transaction() as session:
            _publish(session, range(first, min(first + LESSONS, texts // 2)), now)
            for reference in range(texts // 2 + first, min(texts // 2 + first + LESSONS, texts)):
                title, parts = finding.text_of(reference)
                finding.publish(session, reference, title)
                indexing.put(session, "article", reference + 1, title, parts)
    visits.analyze(database)
    with database.reading() as session:
        topics = dict(session.execute(select(Passage.topic, func.count()).group_by(Passage.topic)).all())
    print(f"({topics} passages laid out in {time.monotonic() - begun:.0f} s)")
    client = app.test_client()
    quizzes.say(sim, client, phones, ["学习 封签"] * SHOPS)
    return Classroom(sim, client, database, phones, harness.Cpu(database), [], [])


def _publish(session: Session, references: range, now: datetime) -> None:
    """A course of some lessons, for every shop."""
    lessons = []
    for reference in references:
        title, parts = finding.text_of(reference)
        lessons.append(LessonDefinition(f"l{reference}", title, tuple(Screen(part) for part in parts)))
    definition = CourseDefinition(f"微课{references.start}", lessons=tuple(lessons), is_ordered=False)
    course = authoring.load(session, definition, who="", now=now)
    authoring.publish(session, course.id, criteria={}, stamp=course.stamp, who="", now=now)


def _ask(room: Classroom, questions: Sequence[str]) -> None:
    """Each question by another shop; of two times the better one."""
    for number, question in enumerate(questions):
        phone = room.phones[number % SHOPS]
        took = [_one(room, phone, question) for _ in range(2)]
        room.clock.append(min(clock for clock, _ in took))
        room.spent.append(min(spent for _, spent in took))


def _one(room: Classroom, phone: Any, question: str) -> tuple[float, float]:
    [prepared] = room.sim.prepare([phone], [question])
    begun, cpu = time.perf_counter(), room.cpu.spent()
    answer = room.client.post(
        "/wechat", query_string=prepared.query, data=prepared.body, content_type=prepared.content_type
    )
    took = time.perf_counter() - begun, room.cpu.spent() - cpu
    if answer.status_code != 200:
        raise AssertionError(f"an answer was {answer.status_code}")
    return took


def _look(room: Classroom) -> None:
    """What was replied: a passage with its text to most, and the way to a person to all."""
    with room.database.reading() as session:
        heard = session.scalars(select(Heard.answer).where(Heard.answer.is_not(None)).order_by(Heard.heard_at.desc()))
        said = [json.dumps(each, ensure_ascii=False) for each in heard.fetchmany(100)]
    room.database.dispose()
    found = [each for each in said if "《" in each and "没找到？" in each]
    if len(found) < 80:
        raise AssertionError(f"only {len(found)} of 100 questions were answered")
