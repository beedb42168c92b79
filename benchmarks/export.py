"""An export of the largest survey there may be: what memory it takes, and what time over plain XlsxWriter."""

import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import python_calamine
import xlsxwriter

from benchmarks import harness, town
from config.app import FEATURES
from foundation.database import Database
from migrations import schema
from surveys.export import files
from surveys.queries import tally
from tools import servers

FEW, MANY = 13_000, 132_229
QUESTIONS = 30
LIMIT = 1.3
ROUNDS = 2
CHUNK = 2000


def run() -> None:
    """Measure, and print."""
    with servers.postgresql(durable=True) as url, tempfile.TemporaryDirectory(prefix="wuwei-bench-") as folder:
        few, many = _fill(url)
        small = harness.rotate(
            {
                "ours": lambda: harness.apart(write, url, few, folder, "few.xlsx"),
                "plain": lambda: harness.apart(write_plain, f"{folder}/few.xlsx", f"{folder}/plain.xlsx"),
            },
            ROUNDS,
        )
        large = harness.apart(write, url, many, folder, "many.xlsx")
        plain = harness.apart(write_plain, f"{folder}/many.xlsx", f"{folder}/plain.xlsx")
    ours = small["ours"][-1]
    if (ours["rows"], large["rows"], plain["rows"]) != (FEW, MANY, MANY + 1):
        raise AssertionError((ours, large, plain))
    ratio = large["peak"] / ours["peak"]
    pairs = harness.paired([each["seconds"] for each in small["ours"]], [each["seconds"] for each in small["plain"]])
    harness.table(
        f"Export of {QUESTIONS} questions, PostgreSQL to .xlsx",
        ["what", "ratio", "limit or peer", f"{FEW:,} sheets", f"{MANY:,} sheets"],
        [
            [
                "peak memory, 132,229 / 13,000 sheets",
                f"{ratio:.2f}",
                harness.verdict(ratio, LIMIT),
                f"{ours['peak']:.0f} MB",
                f"{large['peak']:.0f} MB",
            ],
            [
                f"time, ours / plain XlsxWriter, {FEW:,}",
                str(pairs),
                "the same cells",
                f"{ours['seconds']:.1f} s / {small['plain'][-1]['seconds']:.1f} s",
                "",
            ],
            [
                f"time, ours / plain XlsxWriter, {MANY:,}",
                f"{large['seconds'] / plain['seconds']:.2f}",
                "the same cells, one pair",
                "",
                f"{large['seconds']:.1f} s / {plain['seconds']:.1f} s",
            ],
        ],
        [f"The large file has {large['size'] / 2**20:.0f} MB and {plain['cells']:,} cells."],
    )


def write(url: str, survey_id: int, folder: str, name: str) -> dict[str, Any]:
    """Export, as the command does; in a process of its own, whose peak of memory is what counts."""
    database = Database(url)
    done = 0

    def note(rows: int, total: int) -> None:
        nonlocal done
        done = rows

    begun = time.perf_counter()
    with database.reading() as session:
        path = files.write(
            session,
            survey_id,
            Path(folder, name),
            form="xlsx",
            figures=tally.tally(session, survey_id),
            now=datetime.now(UTC),
            zone=ZoneInfo("Asia/Shanghai"),
            progress=note,
        )
    return {"seconds": time.perf_counter() - begun, "peak": harness.peak(), "rows": done, "size": path.stat().st_size}


def write_plain(source: str, target: str) -> dict[str, Any]:
    """The cells of a file, read back, written by XlsxWriter and nothing else; only the writing is timed."""
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    sheet = book.add_worksheet()
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    seconds, place, cells = 0.0, 0, 0
    for rows in _chunks(source):
        begun = time.perf_counter()
        for row in rows:
            for column, value in enumerate(row):
                kind = value.__class__
                if kind is float:
                    sheet.write_number(place, column, value)
                elif kind is datetime:
                    sheet.write_datetime(place, column, value, moment)
                elif value != "":
                    sheet.write_string(place, column, value)
            place += 1
        seconds += time.perf_counter() - begun
        cells += sum(value != "" for row in rows for value in row)
    begun = time.perf_counter()
    book.close()
    return {"seconds": seconds + time.perf_counter() - begun, "rows": place, "cells": cells}


def _chunks(source: str) -> Iterator[list[list[Any]]]:
    rows = iter(python_calamine.load_workbook(source).get_sheet_by_index(0).iter_rows())
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _fill(url: str) -> tuple[int, int]:
    """Two surveys answered by the shops of one town; gives their ids."""
    database, now = Database(url), datetime.now(UTC)
    schema.upgrade(database, FEATURES)
    definition = town.written(QUESTIONS)
    ids = []
    with database.transaction() as session:
        town.settle(session, now=now)
        town.shops(session, MANY, now=now)
        for count in (FEW, MANY):
            survey = town.publish(session, definition, now=now)
            town.hand_in(session, survey, definition, count, now=now)
            ids.append(survey.id)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    database.dispose()
    return ids[0], ids[1]
