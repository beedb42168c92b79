"""Every figure of a simulated year against a plain recount of its rows: none may differ."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from benchmarks import harness, plain_recount
from benchmarks.plain_recount import Rows, Span, Sums
from benchmarks.simulated_year import Year
from config.app import FEATURES, build_services
from config.settings import Settings
from effect import jobs
from effect.models.months import MonthFact
from effect.rules import months
from foundation.clock import Clock
from foundation.database import Database
from migrations import schema
from simulator.clock import HandClock
from wechat_bot.measure import Measure
from wechat_bot.services import Services

SHOPS, MANAGERS, MONTHS, FIRST = 5_000, 30, 12, 202603
#: Counted once in a period however often it happened, or of what there was before: their months add up to more. What an
#: erased person read goes with them.
_NEVER_ADDED, _OF_NEVER_ADDED = ("gone", "articles_read"), ("errands_done", "surveys_returned")


@dataclass
class Books:
    """What every closed month ought to show: counted from the rows at its close, with what came late for the month
    before it."""

    services: Services
    shown: dict[tuple[int, str], Sums] = field(default_factory=dict)
    _seen: dict[tuple[int, str], Sums] = field(default_factory=dict)
    compared: int = 0
    #: What the product has where the recount says something else.
    differing: list[str] = field(default_factory=list)

    def close(self, month: int) -> None:
        """Close a month as the product has just done."""
        rows, last = self._rows(), months.before(month)
        for measure in self.services.measures:
            counted = self._count(rows, measure, month)
            late: Sums = {}
            if not measure.is_state and (last, measure.name) in self._seen:
                late = _less(self._count(rows, measure, last), self._seen[last, measure.name], measure)
            self._seen[month, measure.name] = counted
            self.shown[month, measure.name] = _more(counted, late)

    def recount(self, month: int) -> None:
        """Recount a closed month as the product has just done: what the month after it holds of it stays there."""
        rows, after = self._rows(), months.before(month, -1)
        for measure in self.services.measures:
            if measure.is_state:
                continue
            key, next_key = (month, measure.name), (after, measure.name)
            differs = _less(self._count(rows, measure, month), self._seen[key], measure)
            if next_key in self.shown:
                carried = _less(self.shown[next_key], self._seen[next_key], measure)
                differs = _less(differs, carried, measure)
            self.shown[key] = _more(self.shown[key], differs)

    def check(self) -> None:
        """Compare every fact of every closed month."""
        with self.services.reading() as session:
            held: dict[tuple[int, str], Sums] = {}
            for row in session.scalars(select(MonthFact)):
                held.setdefault((row.month, row.measure), {})[row.by, row.member_id] = (row.n, row.of or 0)
        for key, ours in self.shown.items():
            self._compare(f"{months.written(key[0])} {key[1]}", held.get(key, {}), ours)

    def check_year(self) -> None:
        """Compare the months added up with a recount of their year, for measures that add up."""
        rows, first, last = self._rows(), min(self.shown)[0], max(self.shown)[0]
        span = Span(months.period(first, self.services.zone).begins_at, months.period(last, self.services.zone).ends_at)
        for measure in self.services.measures:
            if measure.is_state or measure.name in _NEVER_ADDED:
                continue
            added: Sums = {}
            for (_, name), each in self.shown.items():
                added = _more(added, each) if name == measure.name else added
            year = plain_recount.sums(rows, measure.name, span)
            if measure.name in _OF_NEVER_ADDED:
                added, year = ({group: (n, 0) for group, (n, _) in each.items()} for each in (added, year))
            self._compare(f"the year's {measure.name}", added, year)

    def _compare(self, what: str, theirs: Sums, ours: Sums) -> None:
        for group in {**theirs, **ours}:
            self.compared += 1
            had, ought = theirs.get(group, (0, 0)), ours.get(group, (0, 0))
            if had != ought:
                self.differing.append(f"{what}, {group[0]} {group[1]}: {had}, and not {ought}")

    def _rows(self) -> Rows:
        with self.services.reading() as session:
            return Rows.read(session, self.services.zone, now=self.services.clock())

    def _count(self, rows: Rows, measure: Measure, month: int) -> Sums:
        period = months.period(month, self.services.zone)
        return plain_recount.sums(rows, measure.name, Span(period.begins_at, period.ends_at))


def live(services: Services, clock: HandClock, *, shops: int, managers: int, many: int, first: int) -> Books:
    """Let so many months pass and be closed, one of them recounted; gives what they ought to show, compared."""
    year, books = Year(services, clock, shops=shops, managers=managers, first=first), Books(services)
    year.settle()
    year.close_last()
    for number in range(many):
        month = year.month
        year.pass_month()
        year.close_last()
        books.close(month)
        if number == many // 2 + 1 and number >= 2:
            corrected = months.before(month, 2)
            year.change_a_closed_month(corrected)
            jobs.recount(services, corrected, by="周主任")
            books.recount(corrected)
    books.check()
    books.check_year()
    return books


def run() -> None:
    """Measure, and print."""
    rows = []
    with harness.stores() as stores:
        for name, url in stores.items():
            compared, differ, seconds, memory = harness.apart(whole_year, url)
            rows.append([name, f"{compared:,} facts compared, {differ} differ", f"{seconds:.0f} s", f"{memory:.0f} MB"])
            if differ:
                raise AssertionError(rows[-1])
    harness.table(
        f"A year of {SHOPS:,} shops and {MANAGERS} managers, against a plain recount",
        ["database", "figures", "time", "memory"],
        rows,
    )


def whole_year(url: str) -> tuple[int, int, float, float]:
    """Let a whole year pass; gives how many figures were compared, how many differ, seconds and MB."""
    begun = time.monotonic()
    with company(url) as (services, clock):
        books = live(services, clock, shops=SHOPS, managers=MANAGERS, many=MONTHS, first=FIRST)
    for each in books.differing[:20]:
        print(each)
    return books.compared, len(books.differing), time.monotonic() - begun, harness.peak()


@contextmanager
def company(url: str) -> Iterator[tuple[Services, HandClock]]:
    """An empty company on a database, with a clock that is moved by hand."""
    clock = HandClock(months.period(FIRST, ZoneInfo("Asia/Shanghai")).begins_at)
    database = Database(url)
    schema.upgrade(database, FEATURES)
    database.dispose()
    with services_on(url, clock) as services:
        yield services, clock


@contextmanager
def services_on(url: str, clock: Clock) -> Iterator[Services]:
    """The services on a database that is laid out, with this clock."""
    with tempfile.TemporaryDirectory(prefix="wuwei-bench-") as folder:
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]  # a parameter of pydantic-settings
            database_url=url,
            development=True,
            secret_key=secrets.token_hex(16),
            media_path=Path(folder) / "media",
            files_path=Path(folder) / "files",
            wechat_app_id="wxbench",
            wechat_app_secret=secrets.token_hex(16),
            wechat_token=secrets.token_hex(8),
        )
        services = build_services(settings, clock=clock)
        yield services
        services.database.dispose()


def _more(one: Sums, other: Sums) -> Sums:
    return {group: _plus(one.get(group), other.get(group), 1) for group in {**one, **other}}


def _less(one: Sums, other: Sums, measure: Measure) -> Sums:
    found = {group: _plus(one.get(group), other.get(group), -1) for group in {**one, **other}}
    # What a share is of told how things stood: that is not counted again.
    return {group: (n, 0) for group, (n, _) in found.items()} if measure.is_of_state else found


def _plus(one: tuple[int, int] | None, other: tuple[int, int] | None, sign: int) -> tuple[int, int]:
    (n, of), (more, of_more) = one or (0, 0), other or (0, 0)
    return n + sign * more, of + sign * of_more
