"""Ranking of a quiz: shops by what they got, in keyset pages; areas, managers and classes by the mean of theirs.

Shops are ranked among those whose attempt counts and who were in this area, of this class, of this manager when it
ended. Who is listed must also be seen by the visitor today.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from console.rules.visitors import Role, Visitor
from foundation import paging
from foundation.database import count_to
from foundation.paging import FIRST, Cursor, Order, Page
from people import visibility
from people.models import IS_THERE, Area, Manager, Retailer, ShopClass
from people.shops import listed
from quizzes.models.figures import GroupCell, GroupedBy, GroupSum
from quizzes.models.quizzes import QuizVersion, Standing
from quizzes.rules import ranking
from quizzes.rules.definition import FULL_SHARE
from quizzes.rules.ranking import OwnRank

PAGE = 50
#: Ranks are counted this far on a page: what stands behind is listed without one.
MOST_RANKED = 10_000
#: Shops of which a group has too few to have a rank.
LEAST = 10


@dataclass(frozen=True, slots=True)
class RankFilter:
    """Filter of a ranking: whose standings are ranked, and the conditions on `Retailer` of those that may be listed.
    With `is_of_seen` only these are ranked: they are a manager's, and few.

    An index answers `walked` in the order of the ranking, for `own` it is read through.
    """

    walked: tuple[ColumnElement[bool], ...] = ()
    own: tuple[ColumnElement[bool], ...] = ()
    seen: tuple[ColumnElement[bool], ...] = ()
    is_of_seen: bool = False


@dataclass(frozen=True, slots=True)
class RankLine:
    """Shop in a ranking; area and manager are those at the end of the attempt."""

    rank: int | None
    place: int
    retailer_id: int
    total: int
    maximum: int
    share: int
    seconds: int
    is_passed: bool
    attempt_id: int
    licence: str
    shop: str
    keeper: str
    area: str
    class_name: str
    manager: str | None


@dataclass(frozen=True, slots=True)
class RankedGroup:
    """Group in a ranking; without a rank where too few of its shops have ended."""

    rank: int | None
    member_id: int
    name: str
    attempts: int
    #: Shares of one.
    mean: float
    passed: float


_BY_PLACE: Order[Any] = Order((Standing.place, Standing.retailer_id), lambda line: (line.place, line.retailer_id))
MODELS: Mapping[GroupedBy, Any] = {GroupedBy.AREA: Area, GroupedBy.MANAGER: Manager, GroupedBy.CLASS: ShopClass}


def narrowed(
    session: Session,
    visitor: Visitor,
    *,
    area_id: int | None = None,
    manager_id: int | None = None,
    class_id: int | None = None,
    today: date,
) -> RankFilter:
    """Return the filter of a visitor's ranking: an area's visitor ranks its areas, a manager their shops of today."""
    walked: list[ColumnElement[bool]] = []
    own: list[ColumnElement[bool]] = []
    is_manager = visitor.role is Role.MANAGER
    areas = None if is_manager else visibility.area_ids(session, visitor)
    if area_id is not None:
        wanted = visibility.with_sub_areas(session, [area_id])
        areas = wanted if areas is None else wanted & areas
    if manager_id is not None:
        walked.append(Standing.manager_id == manager_id)
    if areas is not None:
        is_one = len(areas) == 1 and not walked
        (walked if is_one else own).append(
            Standing.area_id == min(areas) if is_one else Standing.area_id.in_(sorted(areas))
        )
    if class_id is not None:
        own.append(Standing.class_id == class_id)
    mine = visibility.within(session, visitor, today=today)
    return RankFilter(tuple(walked), tuple(own), (IS_THERE,) if mine is None else (IS_THERE, mine), is_manager)


def page(
    session: Session,
    quiz_id: int,
    whose: RankFilter,
    *,
    by_speed: bool,
    most: int | None = MOST_RANKED,
    cursor: Cursor = FIRST,
    limit: int = PAGE,
) -> Page[RankLine]:
    """Return a page of a ranking of shops, equal results on one rank: 1, 2, 2, 4. Ranks are counted up to `most`; None
    for all."""
    there = (Standing.quiz_id == quiz_id, Standing.place.is_not(None), *whose.walked)
    few = _of_seen(session, there, whose) if whose.is_of_seen else None
    if few is not None:
        met = listed.next_of(few, _BY_PLACE, cursor)[: limit + 1]
    else:
        rows: Any = select(Standing.place, Standing.retailer_id).where(*there)
        met = listed.keys(
            session, rows, _BY_PLACE, Standing.retailer_id, whose.seen, own=whose.own, cursor=cursor, limit=limit + 1
        )
    found = {row.retailer_id: row for row in session.execute(_lines(quiz_id, [row[1] for row in met]))}
    cut = paging.cut([found[row[1]] for row in met], _BY_PLACE, cursor, limit=limit)
    ranks = _ranks(session, (*there, *whose.own), few, cut, by_speed=by_speed, most=most)
    return cut.of(RankLine(rank, *row) for rank, row in zip(ranks, cut.lines, strict=True))


def own(session: Session, quiz_id: int, retailer_id: int, *, by_speed: bool) -> OwnRank:
    """Return the rank of one shop in the whole quiz. Three statements."""
    there = (Standing.quiz_id == quiz_id, Standing.place.is_not(None))
    rows = select(Standing.retailer_id).where(*there)
    of = count_to(session, rows, MOST_RANKED)
    place = session.scalar(select(Standing.place).where(*there, Standing.retailer_id == retailer_id))
    if place is None:
        return OwnRank(None, of, has_ended=False)
    higher = count_to(session, rows.where(Standing.place < ranking.level(place, by_speed=by_speed)), MOST_RANKED)
    return OwnRank(higher + 1 if higher <= MOST_RANKED else None, of, has_ended=True)


def _of_seen(session: Session, there: Sequence[Any], whose: RankFilter) -> list[Any]:
    """Return the places of the shops that a manager may see, in order. Each is looked up: asked for all of them at once
    SQLite would read the whole ranking."""
    of_shop = select(Standing.place).where(*there, *whose.own, Standing.retailer_id == Retailer.id)
    place = of_shop.correlate(Retailer).scalar_subquery()
    rows = session.execute(select(place, Retailer.id).where(*whose.seen))
    return sorted(tuple(row) for row in rows if row[0] is not None)


def _ranks(
    session: Session,
    ranked: Sequence[Any],
    few: Sequence[Any] | None,
    cut: Page[Any],
    *,
    by_speed: bool,
    most: int | None,
) -> Sequence[int | None]:
    if not cut.lines:
        return ()
    # On the first page too: in front of it may stand some that are not listed.
    first = cut.lines[0]
    level = ranking.level(first.place, by_speed=by_speed)
    if few is not None:
        ahead, higher = bisect_left(few, (first.place, first.retailer_id)), bisect_left(few, (level,))
    else:
        rows = select(Standing.retailer_id).where(*ranked)
        before = tuple_(Standing.place, Standing.retailer_id) < (first.place, first.retailer_id)
        ahead, higher = (_count(session, rows.where(each), most) for each in (before, Standing.place < level))
    if most is not None and ahead > most:
        return [None] * len(cut.lines)
    places = [line.place for line in cut.lines]
    return ranking.ranks(places, ahead=ahead, higher=higher, by_speed=by_speed)


def _count(session: Session, rows: Any, most: int | None) -> int:
    if most is not None:
        return count_to(session, rows, most)
    return session.scalar(select(func.count()).select_from(rows.subquery())) or 0


def _lines(quiz_id: int, ids: Sequence[int]) -> Any:
    return (
        select(
            Standing.place,
            Standing.retailer_id,
            Standing.total,
            Standing.maximum,
            Standing.share,
            Standing.seconds,
            Standing.is_passed,
            Standing.counted_attempt_id,
            Retailer.licence,
            Retailer.shop,
            Retailer.keeper,
            Area.name,
            ShopClass.name,
            Manager.name,
        )
        .join(Retailer, Retailer.id == Standing.retailer_id)
        .join(Area, Area.id == Standing.area_id)
        .join(ShopClass, ShopClass.id == Standing.class_id)
        .outerjoin(Manager, Manager.id == Standing.manager_id)
        .where(Standing.quiz_id == quiz_id, Standing.retailer_id.in_(ids))
    )


def groups(session: Session, visitor: Visitor, quiz_id: int, by: GroupedBy) -> list[RankedGroup]:
    """Return the groups a visitor may see, by the mean share of their shops; those of few shops last, without a rank.

    Reads the counters: as many rows as there are groups, some seconds late.
    """
    sums: dict[int, dict[str, int]] = {}
    for member, what, count in session.execute(
        select(GroupCell.member_id, GroupCell.what, func.sum(GroupCell.count))
        .join(QuizVersion, QuizVersion.id == GroupCell.quiz_version_id)
        .where(QuizVersion.quiz_id == quiz_id, GroupCell.by == by)
        .group_by(GroupCell.member_id, GroupCell.what)
    ):
        sums.setdefault(member, {})[what] = int(count)
    model, seen = MODELS[by], visibility.groups(session, visitor, MODELS[by])
    mine = {
        member: each
        for member, each in sums.items()
        if each.get(GroupSum.ATTEMPTS) and (seen is None or member in seen)
    }
    names = {row.id: row.name for row in session.execute(select(model.id, model.name).where(model.id.in_(mine)))}
    means = {member: Fraction(each.get(GroupSum.SHARE, 0), each[GroupSum.ATTEMPTS]) for member, each in mine.items()}
    big = sorted(-means[member] for member, each in mine.items() if each[GroupSum.ATTEMPTS] >= LEAST)
    ranks = {mean: rank for rank, mean in reversed(list(enumerate(big, start=1)))}
    found = [
        RankedGroup(
            ranks[-means[member]] if each[GroupSum.ATTEMPTS] >= LEAST else None,
            member,
            names.get(member, "？"),
            each[GroupSum.ATTEMPTS],
            float(means[member] / FULL_SHARE),
            each.get(GroupSum.PASSED, 0) / each[GroupSum.ATTEMPTS],
        )
        for member, each in mine.items()
    ]
    return sorted(found, key=lambda line: (line.rank is None, line.rank or 0, -line.mean, line.name))
