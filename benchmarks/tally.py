"""A survey's figures: read at a million answer sheets, against the same survey with a thousand."""

import statistics
import time
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import text

from benchmarks import harness, town
from config.app import FEATURES
from foundation.database import Database
from migrations import schema
from surveys.actions import counting
from surveys.queries import tally

FEW, MANY = 1_000, 1_000_000
QUESTIONS = 10
#: Reads of one slice; its figure is their median.
READS, ROUNDS = 40, 15
LIMIT = 1.5


def run() -> None:
    """Measure, and print."""
    rows = []
    with harness.stores() as stores:
        for name, url in stores.items():
            database = Database(url)
            few, many = _fill(database)
            times = harness.rotate(
                {"few": partial(_read, database, few), "many": partial(_read, database, many)}, ROUNDS
            )
            ratio = harness.paired(times["many"], times["few"])
            rows.append(
                [
                    name,
                    str(ratio),
                    harness.verdict(ratio.median, LIMIT),
                    f"{1000 * statistics.median(times['few']):.2f}",
                    f"{1000 * statistics.median(times['many']):.2f}",
                ]
            )
            database.dispose()
    harness.table(
        f"Tally of {QUESTIONS} questions: {MANY:,} sheets against {FEW:,}",
        ["database", "ratio [IQR]", "limit", f"ms at {FEW:,}", f"ms at {MANY:,}"],
        rows,
    )


def _fill(database: Database) -> tuple[int, int]:
    """Two surveys in one database; gives their ids."""
    schema.upgrade(database, FEATURES)
    now = datetime.now(UTC)
    definition = town.written(QUESTIONS, anonymous=True, number=True)
    ids = []
    with database.transaction() as session:
        town.settle(session, now=now)
        for count in (FEW, MANY):
            survey = town.publish(session, definition, now=now)
            town.hand_in(session, survey, definition, count, now=now)
            ids.append(survey.id)
    with database.transaction() as session:
        wrong = {key: pair for key, pair in counting.recount(session, ids[0], zone=UTC).items() if key != counting.SENT}
        if wrong:
            raise AssertionError(f"the tally laid out is not that of its sheets: {wrong}")
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE"))
    return ids[0], ids[1]


def _read(database: Database, survey_id: int) -> float:
    """Seconds of one read, transaction included."""
    times = []
    for _ in range(READS):
        begun = time.perf_counter()
        with database.reading() as session:
            figures = tally.tally(session, survey_id)
        times.append(time.perf_counter() - begun)
    if figures["returned"] not in (FEW, MANY) or figures["questions"][0]["n"] != figures["valid"]:
        raise AssertionError(figures)
    return statistics.median(times)
