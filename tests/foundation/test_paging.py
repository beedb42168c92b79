"""Keyset paging on both databases: every line once, forwards and backwards, and no address that breaks it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import BigInteger, Column, Date, Integer, MetaData, SmallInteger, String, Table, select

from foundation import paging
from foundation.database import Moment
from foundation.paging import FIRST, Cursor, Order, Page

THINGS = Table(
    "paged_thing",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("number", BigInteger),
    Column("name", String(20)),
    Column("due_at", Moment),
    Column("made_on", Date),
    Column("lane", SmallInteger),
)
C = THINGS.c
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


@dataclass(frozen=True)
class Thing:
    id: int
    number: int
    name: str
    due_at: datetime | None
    made_on: date
    lane: int


#: Ties everywhere but in the last column, and moments that are missing.
ALL = [
    Thing(
        n,
        2**52 + n * 3,
        f"店 {n % 5}.{n:02}",
        None if n % 4 == 0 else NOON + timedelta(hours=n % 3),
        date(2026, 1, 1 + n % 2),
        n % 2,
    )
    for n in range(1, 24)
]
ORDERS = {
    "number": Order((C.id,), lambda thing: (thing.id,)),
    "number, down": Order((C.number,), lambda thing: (thing.number,), is_down=True),
    "text": Order((C.name,), lambda thing: (thing.name,)),
    "moment, then empty": Order((C.due_at, C.id), lambda thing: (thing.due_at, thing.id), has_empty=True),
    "small number": Order((C.lane, C.id), lambda thing: (thing.lane, thing.id)),
    "day and number, down": Order((C.made_on, C.id), lambda thing: (thing.made_on, thing.id), is_down=True),
}


@pytest.fixture
def session(house) -> Iterator:
    with house.services.transaction() as session:
        THINGS.metadata.create_all(session.connection())
        session.execute(THINGS.insert(), [vars(thing) for thing in ALL])
    with house.services.reading() as session:
        yield session
    with house.services.transaction() as session:
        THINGS.drop(session.connection())


def expected(order: Order) -> list[Thing]:
    known = sorted((each for each in ALL if order.values(each)[0] is not None), key=order.values)
    empty = sorted((each for each in ALL if order.values(each)[0] is None), key=lambda thing: thing.id)
    return known[::-1] if order.is_down else known + empty


def test_every_line_is_on_one_page_forwards_and_backwards(session) -> None:
    for name, order in ORDERS.items():

        def find(cursor: Cursor, limit: int, order: Order = order) -> Page[Thing]:
            return paging.page(session, select(THINGS), order, cursor, limit=limit, read=Thing)

        for limit in (1, 4, 22, 23, 24):
            forwards = [find(FIRST, limit)]
            assert forwards[0].is_first and forwards[0].before is None
            while forwards[-1].after is not None and len(forwards) <= len(ALL):
                forwards.append(find(Cursor(forwards[-1].after), limit))
            assert [thing for page in forwards for thing in page.lines] == expected(order), (name, limit)
            backwards = [forwards[-1]]
            while backwards[-1].before is not None and len(backwards) <= len(ALL):
                backwards.append(find(Cursor(backwards[-1].before, is_back=True), limit))
            assert [thing for page in backwards[::-1] for thing in page.lines] == expected(order), (name, limit)
            assert backwards[-1].is_first and [page.is_first for page in backwards[:-1]].count(True) == 0
            assert list(paging.walk(lambda cursor, limit=limit: find(cursor, limit))) == expected(order)  # type: ignore[misc]


def test_a_place_that_cannot_be_read_is_the_beginning_and_breaks_no_database(session) -> None:
    odd = (
        "x",
        ".",
        "..",
        "9" * 30,
        f"{2**63}",
        "-1",
        "1e3",
        "\0",
        "1.\0",
        f"{2**40}.{2**31}",
        "0000-00-00.1",
        "٣",
        "1" * 500,
    )
    for name, order in ORDERS.items():
        for place in odd:
            if paging.read(order, place) is not None:
                continue
            for cursor in (Cursor(place), Cursor(place, is_back=True)):
                found = paging.page(session, select(THINGS), order, cursor, limit=5, read=Thing)
                assert list(found.lines) == expected(order)[:5] and found.is_first, (name, place)
        # The furthest places there are: nothing lies behind them, and they break nothing.
        for values in (
            (2**31 - 1,),
            (2**63 - 1,),
            (datetime.max.replace(tzinfo=UTC), 2**31 - 1),
            (date.max, 1),
            (2**15 - 1, 1),
            (2**15, 1),
            ("龘",),
        ):
            if len(values) == len(order.columns) and paging.read(order, paging.written(values)) == values:
                for cursor in (Cursor(paging.written(values)), Cursor(paging.written(values), is_back=True)):
                    paging.page(session, select(THINGS), order, cursor, limit=5, read=Thing)


def test_a_page_behind_the_end_is_empty_and_not_the_first(session) -> None:
    found = paging.page(session, select(THINGS), ORDERS["number"], Cursor("999"), limit=5, read=Thing)
    assert found == Page((), None, None, is_first=False)
