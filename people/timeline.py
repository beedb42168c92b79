"""Timeline of a shop: what every feature has to tell of it, merged, the newest first, in keyset pages.

A feature that has something to tell declares a `TimelineKind` in `more` of its `Feature`:

    ANSWERED = TimelineKind("surveys", "调查", "clipboard-list", SURVEYS_SEE, timeline.answered, 20)

    def answered(asked: ShopAsked, before: TimelinePlace | None, limit: int) -> Sequence[TimelineEntry]:
        statement = select(…).where(Submission.retailer_id == asked.shop.id, *older(AT, KEY, before))
        …

`find` is one statement that an index answers, for a page asks every kind for its next entries.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, tuple_
from sqlalchemy.orm import Session

from console.rules.visitors import Permission, Visitor
from foundation.clock import day_in, when
from people.identity import Shop
from wechat_bot.collecting import claimed, more
from wechat_bot.feature import Feature
from wechat_bot.services import Services

PAGE = 12
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: The longest time after that still has a moment.
_LAST = 253_370_764_800_000_000


@dataclass(frozen=True, slots=True)
class ShopAsked:
    """Question about a shop that its visitor may see: who asks, and when."""

    session: Session
    services: Services
    features: Sequence[Feature]
    visitor: Visitor
    now: datetime
    shop: Shop


@dataclass(frozen=True, slots=True)
class TimelinePlace:
    """Place in the entries of one kind: those before it are wanted. Without a key the moment's own are among them."""

    at: datetime
    key: int | None = None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Entry of a timeline."""

    at: datetime
    #: Tells it from others of its kind at that moment; at least 1.
    key: int
    title: str
    small: str = ""
    href: str = ""
    #: Whether only its day is known; `at` is the day's beginning then.
    is_day: bool = False
    #: How it went: `good`, `bad`, or nothing.
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """Figure of a shop beside its timeline, with one line of comparison. `kind`: good, bad, or nothing."""

    word: str
    figure: str
    unit: str = ""
    small: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class TimelineKind:
    """Kind of entries, as a feature declares it: who sees them, and how they are found.

    `find` gives at most so many entries before a place, the newest first by (`at`, `key`).
    """

    name: str
    label: str
    #: Name of its icon.
    icon: str
    permission: Permission
    find: Callable[[ShopAsked, TimelinePlace | None, int], Sequence[TimelineEntry]]
    order: int = 50
    #: Sums it up in a figure, by one statement; None where there is nothing to say.
    sums: Callable[[ShopAsked], Figure | None] | None = None


@dataclass(frozen=True, slots=True)
class ShopButton:
    """Button on a shop's page: leads to a page, or opens a form that a template writes. It gives an empty address where
    the visitor cannot do that with this shop."""

    label: str
    icon: str
    permission: Permission
    href: Callable[[ShopAsked], str] | None = None
    template: str = ""
    order: int = 50


@dataclass(frozen=True, slots=True)
class OfferedButton:
    """Button as a page shows it."""

    button: ShopButton
    href: str


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """Entry as a page shows it."""

    kind: TimelineKind
    entry: TimelineEntry
    when: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Page of a timeline, with the kinds to choose from."""

    lines: Sequence[TimelineLine]
    kinds: Sequence[TimelineKind]
    #: The chosen kind; empty for all.
    chosen: str
    #: Where older entries begin; empty where there are none.
    older: str
    is_first: bool


def kinds(features: Sequence[Feature]) -> list[TimelineKind]:
    """All kinds of entries, in order. Raises ValueError where two features claim one name."""
    found = claimed("kind of timeline entry", [(name, each.name, each) for name, each in more(features, TimelineKind)])
    return sorted(found.values(), key=lambda each: (each.order, each.name))


def figures(asked: ShopAsked) -> list[Figure]:
    """The figures of a shop that the visitor sees, in order."""
    seen = [each for each in kinds(asked.features) if each.sums and asked.visitor.may(each.permission)]
    return [found for each in seen if each.sums and (found := each.sums(asked)) is not None]


def buttons(asked: ShopAsked) -> list[OfferedButton]:
    """The buttons for this visitor and shop, in order."""
    every = [each for _, each in more(asked.features, ShopButton) if asked.visitor.may(each.permission)]
    offered = [OfferedButton(each, each.href(asked) if each.href else "") for each in every]
    found = [each for each in offered if each.href or each.button.template]
    return sorted(found, key=lambda each: each.button.order)


def older(at: Any, key: Any, before: TimelinePlace | None) -> list[ColumnElement[bool]]:
    """The conditions on a statement's moment and key for the entries before a place."""
    if before is None:
        return []
    if before.key is None:
        return [at <= before.at]
    return [tuple_(at, key) < (before.at, before.key)]


def page(asked: ShopAsked, *, chosen: str = "", before: str = "", limit: int = PAGE) -> Timeline:
    """A page of a shop's timeline: of one kind or of all, from the newest entry or from a place on."""
    every = [each for each in kinds(asked.features) if asked.visitor.may(each.permission)]
    wanted = [(rank, each) for rank, each in enumerate(every) if chosen in ("", each.name)]
    if not wanted:
        chosen, wanted = "", list(enumerate(every))
    begin = _read(before)
    found = heapq.merge(*(_ranked(asked, kind, rank, begin, limit + 1) for rank, kind in wanted), key=_newest_first)
    lines = [each for each, _ in zip(found, range(limit + 1), strict=False)]
    shown, is_more = lines[:limit], len(lines) > limit
    return Timeline(
        [TimelineLine(every[rank], entry, _when(asked, entry)) for rank, entry in shown],
        every,
        chosen,
        _written(*shown[-1]) if is_more else "",
        begin is None,
    )


def _ranked(
    asked: ShopAsked, kind: TimelineKind, rank: int, begin: tuple[int, int, int] | None, limit: int
) -> list[tuple[int, TimelineEntry]]:
    place = None
    if begin is not None:
        at, its_rank, key = begin
        # Of entries at the same moment those of an earlier kind come first.
        place = TimelinePlace(_EPOCH + at * _MICROSECOND, key if rank == its_rank else None if rank > its_rank else 0)
    return [(rank, entry) for entry in kind.find(asked, place, limit)]


def _newest_first(ranked: tuple[int, TimelineEntry]) -> tuple[int, int, int]:
    rank, entry = ranked
    return -_micros(entry.at), rank, -entry.key


def _when(asked: ShopAsked, entry: TimelineEntry) -> str:
    words = when(entry.at, now=asked.now, zone=asked.services.zone)
    is_near = abs((day_in(entry.at, asked.services.zone) - day_in(asked.now, asked.services.zone)).days) <= 1
    return words if is_near and not entry.is_day else words.rpartition(" ")[0]


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _written(rank: int, entry: TimelineEntry) -> str:
    return f"{_micros(entry.at)}.{rank}.{entry.key}"


def _read(place: str) -> tuple[int, int, int] | None:
    """The place in an address; None where it is none.

    >>> _read("1000000.2.7"), _read(""), _read("7.x.1"), _read(f"1.1.{2**70}")
    ((1000000, 2, 7), None, None, None)
    """
    parts = place.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        return None
    at, rank, key = map(int, parts)
    return (at, rank, key) if at < _LAST and key < 1 << 31 else None
