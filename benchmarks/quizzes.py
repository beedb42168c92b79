"""Quizzes: the pages of results at a million attempts and at a thousand, the memory of an item analysis, a recount, the
filing of attempts, a changed key, and what an answer in the chat costs against one to a survey."""

import json
import statistics
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import bindparam, event, insert, select, text, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from benchmarks import harness, pages, town, visits
from benchmarks.pages import Page, Place
from campaigns.approving import CampaignAuthor
from config.app import FEATURES, create_app
from config.settings import Settings
from foundation.database import Database, Moment
from migrations import schema
from people.models import CLASSES, Manager
from questions.authoring import files as of_questions
from questions.keyed import marking
from questions.keyed.items import KeyedItem, Kind
from quizzes.actions import authoring, filing, regrading, rekeying, turnout
from quizzes.models.attempts import Attempt
from quizzes.models.bank import BankQuestion
from quizzes.models.quizzes import Quiz, QuizVersion, Standing
from quizzes.models.regrades import Regrade, RegradeState
from quizzes.queries import figures, papers, regrades
from quizzes.rules import files, ranking, review
from quizzes.rules.cells import AskedQuestion, EndedPaper
from quizzes.rules.definition import QuizDefinition, fixed_paper
from simulator.clock import real_clock
from simulator.simulator import Simulator
from simulator.world import Account

FEW, MANY = 1_000, 1_000_000
QUESTIONS, LONG = 10, 30
#: Different papers that were handed in; they repeat, so that both sizes fill the same counters.
PAPERS = 499
#: One shop in so many has not begun. One in three writes words of its own into the fill-in.
IDLE, WORDY = 10, 3
ROUNDS, LIMIT = 6, 1.5
#: The analysis: attempts, the smaller number beside them, and megabytes.
ANALYSED, FEWER, MEMORY, FLAT = 100_000, 13_000, 100, 1.3
FILED = 20_000
#: A changed key: the dry run against reading, carrying it out against the dry run.
DRY_LIMIT, APPLY_LIMIT = 2, 12
SAID = {"dry": "the dry run, of reading the attempts", "applied": "carrying it out, of the dry run"}
#: Shops that answer in the chat, in groups of so many; an answer and the last one, of a survey's.
GROUPS, GROUP = 8, 25
ANSWER_LIMIT, LAST_LIMIT = 1.1, 1.3
_QUIZ = "/console/quizzes/{quiz}"
PAGES = (
    Page("list of quizzes", "admin", "/console/quizzes", holds="大考"),
    Page("results", "admin", _QUIZ, holds="一题一题看"),
    Page("a question", "admin", _QUIZ + "/questions/{choice}", holds="高分三分之一"),
    Page("a fill-in, a third of its words said once", "admin", _QUIZ + "/questions/{fill}", holds="写得最多的"),
    Page("attempts", "admin", _QUIZ + "/attempts", holds="新罗便利店"),
    Page("who has not begun", "admin", _QUIZ + "/not-begun", holds="新罗便利店"),
    Page("ranking", "admin", _QUIZ + "/ranking", holds="新罗便利店"),
    Page("ranking of an area", "admin", _QUIZ + "/ranking?area=1", holds="新罗便利店"),
    Page("ranking on a screen", "admin", _QUIZ + "/screen", holds="新罗便利店"),
    Page("ranking of a manager with 300 shops", "own", _QUIZ + "/ranking", holds="新罗便利店"),
    Page("results of a manager with 300 shops", "own", _QUIZ, holds="下面只是您负责的店"),
    Page("results of a manager without shops", "nobody", _QUIZ, holds="下面只是您负责的店"),
)


class HandedIn(NamedTuple):
    """Paper that many handed in: its answers, and what they got."""

    answers: dict[str, Any]
    marks: tuple[int, ...]
    is_wordy: bool

    @property
    def total(self) -> int:
        return sum(self.marks)


def run() -> None:
    """Measure, and print."""
    rows = []
    with harness.stores() as stores, ExitStack() as stack:
        for name, url in stores.items():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wuwei-bench-")))
            few, many = (_place(pages.address(url, count), folder, count) for count in (FEW, MANY))
            rows += [[name, *pages.measure(page, few, many)] for page in PAGES]
    harness.table(
        f"Results of a quiz of {QUESTIONS} questions: {MANY:,} shops against {FEW:,}",
        ["database", "page", "ratio [IQR]", "limit", "ms, median", f"ms at {FEW:,}", "ms, p95"],
        rows,
    )
    _analysis()


def run_chat() -> None:
    """Measure what an answer in the chat costs, and print."""
    said = []
    with harness.stores() as stores, tempfile.TemporaryDirectory(prefix="wuwei-bench-") as folder:
        for name, url in stores.items():
            said += _chat(name, another(url, "chat"), Path(folder))
    harness.table(
        "A quiz in the chat against a survey, the callback in the process",
        ["database", "message", "CPU, of a survey's [IQR]", "limit", "statements", "of a survey's", "ms of CPU"],
        said,
    )


def run_key() -> None:
    """Measure a changed key, and print."""
    rows = []
    with harness.stores() as stores:
        for name, url in stores.items():
            changed = harness.apart(rekeyed, *_attempts(url, ANALYSED))
            for what, beside, limit in (("dry", "reading", DRY_LIMIT), ("applied", "dry", APPLY_LIMIT)):
                ratio = changed[what] / changed[beside]
                longest = f"{changed[f'{what}_step'] * 1000:.0f}, {changed[f'{what}_step_cpu'] * 1000:.0f}"
                verdict = harness.verdict(ratio, limit)
                rows.append([name, SAID[what], f"{ratio:.2f}", verdict, f"{changed[what]:.1f}", longest])
    harness.table(
        f"A changed key of {ANALYSED:,} attempts at {LONG} questions",
        ["database", "what", "ratio", "limit", "seconds of CPU", "longest step, ms of the clock, of CPU"],
        rows,
    )


def another(url: str, name: str) -> str:
    return url.replace(".db", f"-{name}.db") if url.startswith("sqlite") else harness.another_database(url, name)


def written(questions: int, title: str = "大考", more: str = "") -> QuizDefinition:
    """A quiz: choices of one, in between one of several and 对错; the last is filled in."""
    asked = []
    for n in range(1, questions + 1):
        head = f"  - {{code: k{n}, text: 第{n}题问的是什么？, points: 10, tags: [第{n % 3}类], "
        options = "options: [这样, 那样, 都不, 看情况]"
        if n == questions:
            asked.append(f"{head}type: fill, answer: [三十天]}}")
        elif n % 5 == 3:
            asked.append(f"{head}type: multiple, {options}, answer: [1, 3], rule: each}}")
        elif n % 5 == 4:
            asked.append(f"{head}type: truth, answer: true}}")
        else:
            asked.append(f"{head}type: single, {options}, answer: {n % 4 + 1}}}")
    file = f"title: {title}\n{more}questions:\n" + "\n".join(asked)
    return review.of_file(of_questions.parse(file.encode(), "quiz.yaml", files.LAYOUT), timezone=UTC, before=())


def publish(session: Session, definition: QuizDefinition, *, now: datetime) -> Quiz:
    """Keep a quiz and publish it to every shop there is."""
    quiz = authoring.load(session, definition, who="", now=now)
    criteria = {criterion.name: criterion for feature in FEATURES for criterion in feature.criteria}
    authoring.publish(session, quiz.id, criteria=criteria, stamp=quiz.stamp, who="", now=now)
    return quiz


def handed_in(items: tuple[KeyedItem, ...], count: int) -> list[HandedIn]:
    """So many different papers: who knows more answers more of them."""
    dice, found = Random(13), []
    for _ in range(count):
        knows, answers = dice.random(), {}
        is_wordy = False
        for item in items:
            is_right = dice.random() < 0.2 + 0.75 * knows
            match item.kind:
                case Kind.FILL:
                    is_wordy = not is_right and dice.randrange(WORDY) == 0
                    answers[item.code] = {"t": "三十天" if is_right else "@" if is_wordy else "十天"}
                case Kind.MULTIPLE:
                    answers[item.code] = {"o": [1, 3] if is_right else dice.choice(([1], [3], [2, 3]))}
                case _:
                    right, codes = min(item.key.right), [option.code for option in item.question.options]
                    answers[item.code] = {"o": right if is_right else dice.choice(codes)}
        marks = tuple(each or 0 for each in marking.paper(items, answers).marks)
        found.append(HandedIn(answers, marks, is_wordy))
    return found


def _items(session: Session, quiz: Quiz) -> tuple[list[list[Any]], tuple[KeyedItem, ...]]:
    """The frozen paper of a quiz, and its items with their keys."""
    definition = session.scalars(select(QuizVersion.definition).where(QuizVersion.id == quiz.version_id)).one()
    places = papers.places(fixed_paper(definition))
    keys = papers.keys_in_force(session, quiz.id, [place.version_id for place in places])
    items = papers.items(session, places, {version: each.key for version, each in keys.items()})
    return [place.to_json() for place in places], items


def lay_out(session: Session, quiz: Quiz, count: int, *, now: datetime) -> None:
    """Let all of the first `count` shops but one in `IDLE` have ended an attempt, with the counters that count them."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    paper, items = _items(session, quiz)
    done = handed_in(items, PAPERS)
    maximum = sum(item.points for item in items)
    session.execute(text("DROP TABLE IF EXISTS handed"))
    session.execute(
        text(
            "CREATE TEMPORARY TABLE handed (n INTEGER PRIMARY KEY, answers TEXT, marks TEXT, total INTEGER, "
            "passed INTEGER, place BIGINT)"
        )
    )
    session.execute(
        text("INSERT INTO handed VALUES (:n, :answers, :marks, :total, :passed, :place)"),
        [
            {
                "n": n,
                "answers": json.dumps(each.answers, ensure_ascii=False),
                "marks": marking.written(each.marks),
                "total": each.total,
                "passed": int(marking.is_passed(each.total, maximum, 6000)),
                "place": ranking.place(each.total, maximum, 60 + n),
            }
            for n, each in enumerate(done)
        ],
    )
    as_json = ("CAST({} AS JSONB)" if on_postgresql else "{}").format
    # Words of their own, each said by a few.
    answers = as_json(f"replace(handed.answers, '@', CAST(numbers.n % {MANY // 3 + 7} AS VARCHAR) || '位')")
    given = {
        "count": count, "quiz": quiz.id, "version": quiz.version_id, "maximum": maximum, "now": now,
        "paper": json.dumps(paper), "keys": ",".join("1" * len(paper)), "yes": True, "no": False,
    }  # fmt: skip
    session.execute(
        text(
            f"{town.NUMBERS} INSERT INTO quiz_attempt (id, quiz_id, quiz_version_id, retailer_id, number, paper, "
            "answers, late, grace, misread, started_at, ended_at, ended_by, source, key_numbers, marks, total, "
            "maximum, is_passed, seconds, area_id, class_id, manager_id, is_counted, is_filed) "
            f"SELECT :quiz * 10000000 + numbers.n, :quiz, :version, numbers.n, 1, {as_json(':paper')}, {answers}, "
            f"{as_json(chr(39) + '{}' + chr(39))}, {as_json(chr(39) + '[]' + chr(39))}, 0, :now, :now, 'shop', 'chat', "
            ":keys, handed.marks, handed.total, :maximum, handed.passed = 1, 60 + handed.n, "
            f"numbers.n % {town.AREAS} + 1, numbers.n % {len(CLASSES)} + 1, numbers.n % {town.AREAS} + 1, :yes, :yes "
            f"FROM numbers JOIN handed ON handed.n = numbers.n % {PAPERS} WHERE numbers.n % {IDLE} <> 0 "
            "ORDER BY numbers.n"
        ).bindparams(bindparam("now", type_=Moment())),
        {name: value for name, value in given.items() if name != "no"},
    )
    session.execute(
        text(
            "UPDATE quiz_standing SET used = 1, is_opened = :yes, counted_attempt_id = one.id, total = one.total, "
            "maximum = one.maximum, share = one.total * 10000 / one.maximum, seconds = one.seconds, "
            "place = handed.place, is_passed = one.is_passed, area_id = one.area_id, class_id = one.class_id, "
            "manager_id = one.manager_id FROM quiz_attempt AS one JOIN handed "
            f"ON handed.n = one.retailer_id % {PAPERS} WHERE one.quiz_id = :quiz "
            "AND quiz_standing.quiz_id = :quiz AND quiz_standing.retailer_id = one.retailer_id"
        ),
        {"yes": True, "quiz": quiz.id},
    )
    _count(session, quiz, done, paper, items, count)


def _count(
    session: Session,
    quiz: Quiz,
    done: list[HandedIn],
    paper: list[list[Any]],
    items: tuple[KeyedItem, ...],
    count: int,
) -> None:
    """Write the counters of what was laid out."""
    times = Counter(n % PAPERS for n in range(1, count + 1) if n % IDLE)
    codes = dict(
        session.execute(select(BankQuestion.code, BankQuestion.id).where(BankQuestion.home_quiz_id == quiz.id)).all()
    )
    asked = {place[0]: AskedQuestion(codes[item.code], item.code) for place, item in zip(paper, items, strict=True)}
    assert quiz.version_id is not None
    sums, maximum = filing.CellSums(), sum(item.points for item in items)
    for n, each in enumerate(done):
        given = {code: answer for code, answer in each.answers.items() if answer.get("t") != "@"}
        one = EndedPaper(quiz.version_id, paper, marking.written(each.marks), each.total, maximum, given)
        mine = filing.CellSums.of([one], asked)
        for whole, part in zip(sums.each[:2], mine.each[:2], strict=True):
            whole.update({key: number * times[n] for key, number in part.items()})
    sums.add_to(session)
    wordy = ", ".join(str(n) for n, each in enumerate(done) if each.is_wordy)
    session.execute(
        text(
            f"{town.NUMBERS} INSERT INTO quiz_option_cell (quiz_version_id, question_id, option, total, count) "
            f"SELECT :version, :question, CAST(n % {MANY // 3 + 7} AS VARCHAR) || '位', -1, count(*) FROM numbers "
            f"WHERE n % {IDLE} <> 0 AND n % {PAPERS} IN ({wordy}) GROUP BY 3"
        ),
        {"count": count, "version": quiz.version_id, "question": codes[items[-1].code]},
    )
    for by in ("area", "class", "manager"):
        for what, sum_of in (
            ("attempts", "count(*)"),
            ("passed", "sum(CASE WHEN is_passed THEN 1 ELSE 0 END)"),
            ("share", "sum(total * 10000 / maximum)"),
        ):
            session.execute(
                text(
                    "INSERT INTO quiz_group_cell (quiz_version_id, by, member_id, what, count) "
                    f"SELECT quiz_version_id, '{by}', {by}_id, '{what}', {sum_of} FROM quiz_attempt "
                    f"WHERE quiz_id = :quiz GROUP BY quiz_version_id, {by}_id HAVING {sum_of} > 0"
                ),
                {"quiz": quiz.id},
            )
    turnout.count(session, quiz.id, begun=sum(times.values()))


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
        quiz = publish(session, written(QUESTIONS), now=now - timedelta(days=1))
        lay_out(session, quiz, count, now=now)
        pages.office(session, now)
        choice, fill = (
            session.scalars(select(BankQuestion.id).where(BankQuestion.code == code)).one()
            for code in ("k1", f"k{QUESTIONS}")
        )
        named = {"quiz": quiz.id, "choice": choice, "fill": fill}
    visits.analyze(database)
    if count == FEW:
        with database.transaction() as session:
            wrong = filing.recount(session, named["quiz"])
        if wrong:
            raise AssertionError(f"the counters laid out are not those of the attempts: {wrong}")
    print(f"({count:,} shops laid out in {time.monotonic() - begun:.0f} s)")
    database.dispose()
    return Place(pages.browsers(url, folder / str(count)), named)


# A message in the chat


def _chat(name: str, url: str, folder: Path) -> list[list[str]]:
    """Rows of the table: an answer, and the one that ends it, in CPU and statements of a survey's."""
    sim = Simulator(Account(), clock=real_clock)
    phones = sim.follow_many(2 * GROUPS * GROUP)
    app, now = chat_app(sim.account, url, folder), datetime.now(UTC)
    database = Database(url)
    with database.transaction() as session:
        town.settle(session, [phone.follower.openid for phone in phones], now=now)
        survey = town.written(QUESTIONS)
        town.publish(session, survey, now=now)
        choices = "".join(
            f"  - {{code: k{n}, type: single, text: 第{n}题？, options: [甲, 乙, 丙], answer: 1}}\n"
            for n in range(1, QUESTIONS + 1)
        )
        file = f"title: 聊天里的测试\nquestions:\n{choices}".encode()
        quiz = review.of_file(of_questions.parse(file, "q.yaml", files.LAYOUT), timezone=UTC, before=())
        publish(session, quiz, now=now)
    database.dispose()
    client, statements = app.test_client(), _Statements()
    theirs, mine = phones[: GROUPS * GROUP], phones[GROUPS * GROUP :]
    say(sim, client, theirs, ["调查"] * len(theirs))
    for opening in ("测试", "开始"):
        say(sim, client, mine, [opening] * len(mine))
    cpu: dict[str, list[tuple[float, float]]] = {"an answer": [], "the last answer": []}
    counts: dict[str, list[tuple[float, float]]] = {"an answer": [], "the last answer": []}
    for number in range(QUESTIONS):
        what = "the last answer" if number == QUESTIONS - 1 else "an answer"
        for group in range(GROUPS):
            slice_of = slice(group * GROUP, (group + 1) * GROUP)
            taken = []
            for whose, said in ((mine, str(number % 3 + 1)), (theirs, town.said(survey, number, group))):
                with statements if group == 0 else nullcontext():
                    spent = say(sim, client, whose[slice_of], [said] * GROUP)
                taken.append((spent / GROUP, statements.seen / GROUP))
            (ours, own), (other, others) = taken
            # What is watched takes another way (`foundation.prepared`), and its time says nothing.
            if group == 0:
                counts[what].append((own, others))
            else:
                cpu[what].append((ours, other))
    _look(url, len(mine))
    rows = []
    for what, limit in (("an answer", ANSWER_LIMIT), ("the last answer", LAST_LIMIT)):
        ours, other = zip(*cpu[what], strict=True)
        ratio = harness.paired(ours, other)
        own, others = (statistics.median(each) for each in zip(*counts[what], strict=True))
        rows.append(
            [
                name,
                what,
                str(ratio),
                harness.verdict(max(ratio.median, own / others), limit),
                f"{own:.1f}",
                f"{others:.1f}",
                f"{1000 * statistics.median(ours):.2f}",
            ]
        )
    return rows


class _Statements:
    """Counts the statements of this process while it is entered."""

    seen = 0

    def __enter__(self) -> None:
        self.seen = 0
        event.listen(Engine, "before_cursor_execute", self._one)

    def __exit__(self, *_: object) -> None:
        event.remove(Engine, "before_cursor_execute", self._one)

    def _one(self, *_: object) -> None:
        self.seen += 1


def chat_app(account: Account, url: str, folder: Path) -> Flask:
    database = Database(url)
    schema.upgrade(database, FEATURES)
    database.dispose()
    given = {
        "database_url": url,
        "development": True,
        "secret_key": "s" * 32,
        "media_path": folder / "chat-media",
        "files_path": folder / "chat-files",
        "wechat_app_id": account.app_id,
        "wechat_app_secret": account.secret,
        "wechat_token": account.token,
        "wechat_encoding_aes_key": account.aes_key,
    }
    return create_app(Settings(_env_file=None, **given))


def say(sim: Simulator, client: FlaskClient, phones: list[Any], texts: list[str]) -> float:
    """Let phones say something, one after the other; gives the seconds of CPU of the callbacks alone."""
    spent = 0.0
    for prepared in sim.prepare(phones, texts):
        begun = time.process_time()
        answer = client.post(
            "/wechat", query_string=prepared.query, data=prepared.body, content_type=prepared.content_type
        )
        spent += time.process_time() - begun
        if answer.status_code != 200:
            raise AssertionError(f"an answer was {answer.status_code}")
    return spent


def _look(url: str, count: int) -> None:
    """Every shop's attempt must have ended with all its answers."""
    database = Database(url)
    with database.reading() as session:
        ended = session.scalars(select(Attempt.answers).where(Attempt.ended_at.is_not(None))).all()
    database.dispose()
    if len(ended) != count or any(len(each) != QUESTIONS for each in ended):
        raise AssertionError(f"{len(ended)} of {count} attempts have ended")


# The analysis of many attempts


def _analysis() -> None:
    with tempfile.TemporaryDirectory(prefix="wuwei-bench-") as folder:
        places = {count: _attempts(f"sqlite:///{folder}/{count}.db", count) for count in (FEWER, ANALYSED)}
        url, quiz = places[ANALYSED]
        read = harness.apart(analysed, url, quiz)
        counted = {count: harness.apart(recounted, *each) for count, each in places.items()}
        filed = harness.apart(refiled, url, quiz)
    flat = counted[ANALYSED]["peak"] / counted[FEWER]["peak"]
    harness.table(
        f"Item analysis of {ANALYSED:,} attempts at {LONG} questions, SQLite",
        ["what", "MB", "limit", "seconds of CPU"],
        [
            [
                f"figures from {read['cells']:,} counters",
                f"{read['more']:.0f} more, {read['peak']:.0f} in all",
                harness.verdict(read["more"], MEMORY),
                f"{read['seconds']:.2f}",
            ],
            [
                "recount of all attempts",
                f"{counted[ANALYSED]['more']:.0f} more, {counted[ANALYSED]['peak']:.0f} in all",
                harness.verdict(counted[ANALYSED]["more"], MEMORY),
                f"{counted[ANALYSED]['seconds']:.1f}",
            ],
            [f"– against {FEWER:,}", f"{flat:.2f} times", harness.verdict(flat, FLAT), ""],
            [
                "– against reading them",
                "",
                "",
                f"{counted[ANALYSED]['seconds'] / counted[ANALYSED]['reading']:.2f} times",
            ],
            [f"filing {FILED:,} again", "", "", f"{filed:.1f}, {FILED / filed:,.0f} a second"],
        ],
    )


def _attempts(url: str, count: int) -> tuple[str, int]:
    """So many attempts, each with marks of its own, and the counters that the product's own recount makes of them."""
    database, now, dice = Database(url), datetime.now(UTC), Random(7)
    schema.upgrade(database, FEATURES)
    with database.transaction() as session:
        town.settle(session, now=now)
        town.shops(session, count, now=now, openid="'o' || n")
        quiz = publish(session, written(LONG), now=now)
        paper, items = _items(session, quiz)
        rest = {
            "quiz_id": quiz.id, "quiz_version_id": quiz.version_id, "number": 1, "paper": paper, "late": {},
            "grace": [], "misread": 0, "started_at": now, "ended_at": now, "ended_by": "shop", "source": "chat",
            "seconds": 60, "key_numbers": ",".join("1" * LONG), "maximum": sum(item.points for item in items),
            "area_id": 1, "class_id": 1, "manager_id": 1, "is_counted": True, "is_filed": True,
        }  # fmt: skip
        for start in range(1, count + 1, town.BATCH):
            done = []
            for shop in range(start, min(start + town.BATCH, count + 1)):
                knows = dice.random()
                answers = {
                    item.code: {"t": "三十天"}
                    if item.kind is Kind.FILL
                    else {"o": [1, 3] if item.kind is Kind.MULTIPLE else min(item.key.right)}
                    for item in items
                    if dice.random() < 0.1 + 0.8 * knows
                }
                marked = marking.paper(items, answers)
                is_passed = marking.is_passed(marked.total, marked.maximum, 6000)
                done.append(
                    rest
                    | {"retailer_id": shop, "answers": answers, "marks": marking.written(marked.marks)}
                    | {"total": marked.total, "is_passed": is_passed}
                )
            session.execute(insert(Attempt), done)
        counted = select(Attempt.id).where(Attempt.quiz_id == quiz.id, Attempt.retailer_id == Standing.retailer_id)
        session.execute(update(Standing).values(used=1, counted_attempt_id=counted.scalar_subquery()))
        filing.recount(session, quiz.id)
        quiz_id = quiz.id
    visits.analyze(database)
    database.dispose()
    return url, quiz_id


def analysed(url: str, quiz_id: int) -> dict[str, float]:
    """What the figures of a quiz take, in a process of their own."""
    database = Database(url)
    with database.reading() as session:
        before, begun = harness.peak(), time.process_time()
        found = figures.figures(session, quiz_id)
        seconds = time.process_time() - begun
    after = harness.peak()
    if found.paper.attempts != ANALYSED or found.paper.alpha is None:
        raise AssertionError(found.paper)
    cells = sum(len(each.cells) for each in found.questions) + len(found.totals)
    return {"more": after - before, "peak": after, "seconds": seconds, "cells": cells}


def recounted(url: str, quiz_id: int) -> dict[str, float]:
    """What a recount takes, in a process of its own, and what reading the same columns does."""
    database = Database(url)
    before = harness.peak()
    with database.transaction() as session:
        begun = time.process_time()
        wrong = filing.recount(session, quiz_id)
        seconds = time.process_time() - begun
    after = harness.peak()
    if wrong:
        raise AssertionError(f"{len(wrong)} counters differ")
    with database.reading() as session:
        begun = time.process_time()
        columns = (Attempt.id, Attempt.paper, Attempt.marks, Attempt.total, Attempt.maximum, Attempt.answers)
        rows = session.execute(select(*columns).where(Attempt.quiz_id == quiz_id).execution_options(yield_per=1000))
        for part in rows.partitions():
            list(part)
        reading = time.process_time() - begun
    return {"more": after - before, "peak": after, "seconds": seconds, "reading": reading}


def refiled(url: str, quiz_id: int) -> float:
    """Seconds of CPU in which the clock files `FILED` attempts that are in no counter."""
    database = Database(url)
    with database.transaction() as session:
        some = select(Attempt.id).where(Attempt.quiz_id == quiz_id).order_by(Attempt.id).limit(FILED)
        session.execute(update(Attempt).where(Attempt.id.in_(some)).values(is_filed=False, is_counted=False))
    begun, filed = time.process_time(), filing.BATCH
    while filed == filing.BATCH:
        with database.transaction() as session:
            filed = filing.file_some(session)
    return time.process_time() - begun


def rekeyed(url: str, quiz_id: int) -> dict[str, float]:
    """What a changed key takes, in a process of its own: reckoned and carried out by steps, beside reading the columns
    that it is reckoned from."""
    database, now = Database(url), datetime.now(UTC)
    cpu = harness.Cpu(database)
    with database.reading() as session:
        begun = cpu.spent()
        columns = [getattr(Attempt, name) for name in _GRADED]
        statement = select(*columns).where(Attempt.quiz_id == quiz_id).execution_options(yield_per=1000)
        count = sum(len(part) for part in session.execute(statement).partitions())
        reading = cpu.spent() - begun
    if count != ANALYSED:
        raise AssertionError(f"{count} attempts")
    with database.transaction() as session:
        asked = regrades.asked(session, quiz_id, code="k1")
        other = next(code for code in asked.item.question.codes if code not in asked.key.right)
        key, who = rekeying.chosen(asked, [other]), CampaignAuthor(1, "张")
        regrade = rekeying.plan(session, quiz_id, asked, key, reason="", is_also_down=True, who=who, now=now).id
    dry = _steps(database, cpu, regrade, now)
    with database.transaction() as session:
        rekeying.submit(session, regrade, who=who, now=now)
        rekeying.approve(session, regrade, who=CampaignAuthor(2, "周"), now=now)
    applied = _steps(database, cpu, regrade, now)
    with database.reading() as session:
        moved = session.get_one(Regrade, regrade)
        if moved.state != RegradeState.DONE or not moved.counts:
            raise AssertionError(moved.state)
    found = {"reading": reading}
    for what, (spent, step, step_cpu) in (("dry", dry), ("applied", applied)):
        found |= {what: spent, f"{what}_step": step, f"{what}_step_cpu": step_cpu}
    return found


def _steps(database: Database, cpu: harness.Cpu, regrade: int, now: datetime) -> tuple[float, float, float]:
    """Seconds of CPU of all steps of a change; seconds of the longest one, its commit included, and of its CPU."""
    took, goes_on = [], True
    while goes_on:
        started, begun = time.monotonic(), cpu.spent()
        with database.transaction() as session:
            goes_on = regrading.step(session, regrade, now=now)
        took.append((time.monotonic() - started, cpu.spent() - begun))
    clock, spent = zip(*took, strict=True)
    return sum(spent), max(clock), max(spent)


_GRADED = (
    *("id", "retailer_id", "number", "quiz_version_id", "paper", "answers", "key_numbers", "marks", "total"),
    *("maximum", "is_passed", "seconds"),
)
