"""Bringing in a roster: nobody waits long for it, and it comes in whole or not at all, whoever dies in the middle."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from console import tasks
from console.models import Task, TaskState
from people.models import CLASSES, Retailer, RosterImport, RosterPart
from people.roster import checking, staging
from people.roster.headings import COLUMNS
from people.roster.kinds import BRINGING, IMPORT

SHOPS = 450
#: Begin, put aside twice, say what it does, decide.
BEFORE = 5


class Died(BaseException):
    """What a killed process leaves: nothing behind it is done."""


class Mortal:
    """The services of a process that dies as it opens its nth transaction; notes how much work was done in each."""

    def __init__(self, services: Any, dies_at: int = 0) -> None:
        self.services, self.dies_at, self.spans = services, dies_at, list[float]()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        if len(self.spans) + 1 == self.dies_at:
            raise Died
        with self.services.transaction() as session:
            begun = time.thread_time()
            yield session
        self.spans.append(time.thread_time() - begun)

    def reading(self) -> Any:
        return self.services.reading()


def roster(mark: str, path: Path | None = None, tags: int = 0) -> checking.Roster:
    lines = [(*COLUMNS, *(["标签"] if tags else []))]
    for n in range(SHOPS):
        area = n % 7
        lines.append(
            (
                f"{350800000001 + n}",
                f"便利店{n}{mark}",
                "王建国",
                f"138{n:08}",
                "",
                f"{area}片",
                CLASSES[0],
                f"经理{area}{mark}",
                f"1390000{area:04}",
                *(["、".join(f"标签{tag}" for tag in range(tags))] if tags else []),
            )
        )
    content = "\n".join(",".join(line) for line in lines).encode()
    if path is not None:
        path.write_bytes(content)
    return checking.check(content, CLASSES)


def marks(house: Any) -> set[str]:
    with house.look() as session:
        assert session.scalar(select(func.count()).select_from(RosterPart)) == 0
        return {shop[-1] for shop in session.scalars(select(Retailer.shop))}


@pytest.fixture
def known(house: Any) -> Any:
    """A house whose shops all end with 甲."""
    staging.import_roster(house.services, roster("甲"), clock=house.services.clock)
    return house


def test_no_writer_waits_longer_than_one_part_takes_and_some_moments_more(known: Any) -> None:
    mortal = Mortal(known.services)
    seen: list[tuple[int, int]] = []
    summary = staging.import_roster(
        mortal, roster("乙"), clock=known.services.clock, longest=0, progress=lambda *done: seen.append(done)
    )
    assert (summary.new, summary.changed, summary.unchanged) == (0, SHOPS, 0)
    # The head of it and the shops, a hundred at a time; each is done in a moment of work.
    assert len(mortal.spans) >= BEFORE + SHOPS // 100 + 1
    assert max(mortal.spans) < 1
    assert seen[-1] == (SHOPS, SHOPS) and seen == sorted(seen)
    assert marks(known) == {"乙"}
    # A row with twenty tags takes as long as five without.
    mortal = Mortal(known.services)
    staging.import_roster(mortal, roster("丙", tags=20), clock=known.services.clock, longest=0)
    assert len(mortal.spans) >= SHOPS // 20 and max(mortal.spans) < 1


@pytest.mark.parametrize("dies_at", [2, BEFORE, BEFORE + 1, BEFORE + 3])
def test_an_import_whose_process_dies_came_in_whole_or_not_at_all(known: Any, dies_at: int) -> None:
    with pytest.raises(Died):
        staging.import_roster(Mortal(known.services, dies_at), roster("乙"), clock=known.services.clock, longest=0)
    known.later(minutes=10)
    known.tick()
    assert marks(known) == ({"甲"} if dies_at <= BEFORE else {"乙"})


def test_whoever_imports_next_brings_in_first_what_was_decided(known: Any, tmp_path: Path) -> None:
    with pytest.raises(Died):
        staging.import_roster(Mortal(known.services, BEFORE + 2), roster("乙"), clock=known.services.clock, longest=0)
    roster("丙", tmp_path / "roster.csv")
    done = known.flask("people", "import", str(tmp_path / "roster.csv"))
    assert done.stdout.splitlines()[-1] == f"新增 0 更新 {SHOPS} 不变 0"
    assert marks(known) == {"丙"}
    with known.look() as session:
        assert len(session.scalars(select(RosterImport)).all()) == 1


@pytest.mark.on_sqlite
def test_one_compared_before_another_came_in_is_compared_again(known: Any) -> None:
    """Two at once: the second was compared with shops that the first has changed since."""

    class Slow(Mortal):
        @contextmanager
        def transaction(self) -> Iterator[Session]:
            with super().transaction() as session:
                yield session
            if len(self.spans) == 3:  # begun, put aside, said what it does: decided next
                staging.import_roster(self.services, roster("乙"), clock=self.services.clock)

    summary = staging.import_roster(Slow(known.services), roster("甲"), clock=known.services.clock)
    assert (summary.changed, summary.unchanged) == (SHOPS, 0)
    assert marks(known) == {"甲"}


def test_the_page_of_an_import_whose_worker_died_says_that_it_was_done(office: Any) -> None:
    services = office.house.services
    owner = office.user("周", "market")
    with services.transaction() as session:
        tasks.ask(session, IMPORT, "导入名单", {}, owner_id=owner, now=services.clock())
        claim = tasks.claim(session, [IMPORT], now=services.clock())
    assert claim is not None
    with pytest.raises(Died):
        staging.import_roster(
            Mortal(services, BEFORE + 2),
            roster("乙"),
            clock=services.clock,
            on_commit=lambda session: tasks.turn(session, claim, BRINGING),
            longest=0,
        )
    office.house.later(minutes=2)
    office.house.tick()
    with office.house.look() as session:
        task = session.get_one(Task, claim.id)
        assert task.state == TaskState.DONE and task.result is not None
        assert task.result["said"] == f"新增 {SHOPS} 家，更新 0 家，不变 0 家。"
        assert session.scalar(select(func.count()).select_from(Retailer)) == SHOPS + 3
