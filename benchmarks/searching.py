"""A closer look at a survey with a million answer sheets: a cross-tab, words to search, a wave's list; and the submit.

Against the same with a thousand where a ratio means something, and in milliseconds where the search has to read.
"""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks import harness, town
from config.app import FEATURES
from console.rules.visitors import Role, Visitor
from foundation.database import Database
from foundation.text import folded, grams
from migrations import schema
from surveys.actions import filing
from surveys.queries import crossing, inviting, pairs, words
from surveys.queries.tally import tally
from surveys.rules import crossing as crossed
from surveys.rules.crossing import CrossedBy

FEW, MANY = 1_000, 1_000_000
QUESTIONS = 10
READS = 15
LIMIT = 1.5
#: So many different texts, told apart by a number behind them.
TEXTS = 3000
_NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count) "


def run() -> None:
    """Measure, and print."""
    rows = []
    with harness.stores() as stores:
        for name, url in stores.items():
            database = Database(url)
            few, many, filed = _fill(database)
            for what, look in _looks().items():
                small, large = _time(database, look, few), _time(database, look, many)
                said = harness.verdict(large / small, LIMIT)
                rows.append([name, what, f"{large / small:.2f}", said, f"{1000 * small:.1f}", f"{1000 * large:.1f}"])
            rows.append([name, "filing, sheets a second", "-", "-", "-", f"{filed:,.0f}"])
            database.dispose()
    harness.table(
        f"A closer look: {MANY:,} sheets against {FEW:,}",
        ["database", "what", "ratio", "limit", f"ms at {FEW:,}", f"ms at {MANY:,}"],
        rows,
    )


def _looks() -> dict[str, Callable[[Any, int], Any]]:
    visitor, today = Visitor(1, "admin", Role.ADMIN), datetime.now(UTC).date()

    def said(search: str) -> Callable[[Any, int], Any]:
        return lambda session, survey: words.said(
            session, visitor, survey, "q1", search, is_anonymous=False, today=today
        )

    return {
        "cross-tab": lambda session, survey: crossing.cross(
            session, visitor, survey, tally(session, survey)["questions"][0], CrossedBy.AREA, is_anonymous=False
        ),
        "a wave's list": lambda session, survey: inviting.invited(
            session, visitor, inviting.wave_lines(session, survey)[0].campaign_id, today=today
        ),
        "the waves": inviting.wave_lines,
        "words, newest": said(""),
        "words, frequent": said("送货"),
        "words, rare": said("价格牌"),
        "words, none": said("没有的话"),
        "words, none, of common parts": said("都送货晚挺"),
        "one question by another": lambda session, survey: _paired(session, survey),
    }


def _paired(session: Session, survey_id: int) -> None:
    first, second, *_ = tally(session, survey_id)["questions"]
    if not pairs.cross(session, survey_id, first, second, is_anonymous=False).rows:
        raise AssertionError("no pairs")


def _write(session: Session, survey_id: int, count: int) -> None:
    """What so many sheets say to a question, as `filing` keeps it."""
    session.execute(text("DROP TABLE IF EXISTS written"))
    session.execute(text("CREATE TEMPORARY TABLE written (n INTEGER PRIMARY KEY, said TEXT, folded TEXT, keys TEXT)"))
    written = []
    for n in range(TEXTS):
        said = f"{'送货时间太晚' if n % 3 == 0 else '价格牌坏了' if n % 1000 == 1 else '都挺好的'}{n % 1000}"
        keys = " ".join(crossed.keys(survey_id, "q1", grams(said)))
        written.append({"n": n, "said": said, "folded": folded(said), "keys": keys})
    session.execute(text("INSERT INTO written VALUES (:n, :said, :folded, :keys)"), written)
    given = {"survey": survey_id, "first": survey_id * 10_000_000, "count": count}
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    keys = "string_to_array(keys, ' ')" if on_postgresql else "keys"
    for statement in (
        "DELETE FROM sheet_keys WHERE submission_id BETWEEN :first AND :first + :count",
        "DELETE FROM words WHERE survey_id = :survey",
        f"{_NUMBERS}INSERT INTO words (survey_id, question, submission_id, said, folded) "
        f"SELECT :survey, 'q1', :first + numbers.n, said, folded FROM numbers "
        f"JOIN written ON written.n = numbers.n % {TEXTS}",
        f"{_NUMBERS}INSERT INTO sheet_keys (submission_id, keys) SELECT :first + numbers.n, {keys} FROM numbers "
        f"JOIN written ON written.n = numbers.n % {TEXTS}",
    ):
        session.execute(text(statement), {name: each for name, each in given.items() if f":{name}" in statement})


def _time(database: Database, look: Callable[[Any, int], Any], survey_id: int) -> float:
    """Seconds of one look, transaction included: the median after a first that warms up."""
    times = []
    for _ in range(READS + 1):
        begun = time.perf_counter()
        with database.reading() as session:
            look(session, survey_id)
        times.append(time.perf_counter() - begun)
    return statistics.median(times[1:])


def _fill(database: Database) -> tuple[int, int, float]:
    """Two surveys of identified shops in one database, with words, cross-tabs and a wave; and how fast it is filed."""
    schema.upgrade(database, FEATURES)
    now = datetime.now(UTC)
    ids, filed = [], 0.0
    with database.transaction() as session:
        town.settle(session, now=now)
        town.shops(session, MANY, now=now)
    for count in (FEW, MANY):
        definition = town.written(QUESTIONS)
        with database.transaction() as session:
            survey = town.publish(session, definition, now=now)
            town.hand_in(session, survey, definition, count, now=now)
            ids.append(survey.id)
        if count == FEW:
            begun = time.perf_counter()
            with database.transaction() as session:
                filed = filing.file_some(session) / (time.perf_counter() - begun)
        with database.transaction() as session:
            _write(session, survey.id, count)
            given = {"survey": survey.id, "count": count, "first": survey.id * 10_000_000, "now": now}
            for statement in (
                "UPDATE submission SET is_filed = true WHERE survey_id = :survey",
                "DELETE FROM pair_tally WHERE survey_id = :survey",
                "INSERT INTO pair_tally (survey_id, question, other, option, other_option, count) "
                "SELECT :survey, a.question, b.question, a.option, b.option, a.count / 6 FROM tally a, tally b WHERE "
                "a.survey_id = :survey AND b.survey_id = :survey AND a.question <> '' AND a.question < b.question",
                "DELETE FROM cross_tally WHERE survey_id = :survey",
                "INSERT INTO cross_tally (survey_id, question, by, member_id, option, count) "
                "SELECT :survey, question, 'area', area.id, option, count / 40 FROM tally, area "
                "WHERE tally.survey_id = :survey AND question <> ''",
                "INSERT INTO campaign (kind, reference, number, about, said, due_at, state, created_at, created_by) "
                "VALUES ('survey', :survey, 1, '', '', :at, 'sent', :at, '')",
                f"{_NUMBERS}INSERT INTO campaign_recipient "
                "(campaign_id, retailer_id, area_id, outcome, is_opened, acted_at) SELECT "
                "(SELECT id FROM campaign WHERE reference = :survey), n, 1, 'custom', true, "
                "CASE WHEN n % 3 = 0 THEN CAST(:at AS TIMESTAMP) END FROM numbers",
            ):
                names = {name: value for name, value in given.items() if f":{name}" in statement}
                if ":at" in statement:
                    names["at"] = now.strftime("%Y-%m-%d %H:%M:%S.000000") if database.is_sqlite else now
                session.execute(text(statement), names)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE"))
    return ids[0], ids[1], filed
