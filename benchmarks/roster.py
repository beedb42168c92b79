"""The roster: 100,000 shops from Excel into an empty database, against one minute; and the same file once more."""

import tempfile
import time
from pathlib import Path
from typing import Any

import xlsxwriter

from benchmarks import harness
from config.app import FEATURES
from foundation.clock import system_clock
from foundation.database import Database
from migrations import schema
from people.models import CLASSES
from people.roster import checking, headings, staging

ROWS = 100_000
LIMIT = 60.0


def run() -> None:
    """Measure, and print."""
    rows = []
    with harness.stores() as stores, tempfile.TemporaryDirectory(prefix="wuwei-bench-") as folder:
        path = f"{folder}/roster.xlsx"
        _write(path)
        for name, url in stores.items():
            first = harness.apart(bring_in, url, path)
            again = harness.apart(bring_in, url, path)
            if first["new"] != ROWS or again["unchanged"] != ROWS:
                raise AssertionError((first, again))
            rows.append(
                [
                    name,
                    f"{first['seconds'] / LIMIT:.2f}",
                    harness.verdict(first["seconds"] / LIMIT, 1.0),
                    f"{first['seconds']:.1f} s",
                    f"{first['check']:.1f} s",
                    f"{again['seconds']:.1f} s",
                    f"{first['peak']:.0f} MB",
                ]
            )
    harness.table(
        f"Roster of {ROWS:,} shops, .xlsx",
        ["database", "of a minute", "limit", "import", "of it checking", "again", "peak"],
        rows,
    )


def bring_in(url: str, path: str) -> dict[str, Any]:
    """Check and import a file in a process of its own, as the command does."""
    database = Database(url)
    schema.upgrade(database, FEATURES)
    begun = time.perf_counter()
    roster = checking.check(Path(path).read_bytes(), CLASSES)
    checked = time.perf_counter()
    summary = staging.import_roster(database, roster, clock=system_clock)
    return {
        "seconds": time.perf_counter() - begun,
        "check": checked - begun,
        "new": summary.new,
        "unchanged": summary.unchanged,
        "peak": harness.peak(),
    }


def _write(path: str) -> None:
    """A roster such as the company sends: 200 areas, each with its manager."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("零售户")
    sheet.write_row(0, 0, headings.COLUMNS)
    for n in range(1, ROWS + 1):
        area = n % 200
        sheet.write_row(
            n,
            0,
            (
                str(350800000000 + n),
                f"新罗便利店{n}",
                f"王{n % 997}",
                f"138{n:08d}",
                f"新罗区第 {n % 311} 街 {n % 97} 号",
                f"片区{area}",
                CLASSES[n % len(CLASSES)],
                f"经理{area}",
                f"139{area:08d}",
            ),
        )
    book.close()
