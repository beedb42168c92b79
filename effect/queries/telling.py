"""Telling: what changed most in a month, for the better and for the worse, among a group of shops and its areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, Float, and_, case, cast, func, select, union_all
from sqlalchemy.orm import Session

from effect.models.months import FactBy, MonthFact
from effect.queries.month import MeasureMonth
from effect.rules import changes, months
from effect.rules.groups import COMPANY, FactGroup
from foundation.dialects import materialized
from people.models import Area
from wechat_bot.measure import Fact, Measure


@dataclass(frozen=True, slots=True)
class Told:
    """Change worth telling: of a measure, in an area or in the whole group that is looked at (`area` is empty)."""

    measure: Measure
    fact: Fact
    before: Fact
    clearness: float
    area: str = ""
    area_id: int = 0

    @property
    def is_better(self) -> bool:
        """Whether it changed for the better."""
        return self.clearness > 0


def told(session: Session, month: int, group: FactGroup, found: Sequence[MeasureMonth]) -> list[Told]:
    """Return the clearest change for the worse and the clearest one for the better, the worse first; those that may be
    chance are left out."""
    compared = {each.measure.name: each.measure for each in found if each.fact and each.compared}
    all_of_them = [
        Told(each.measure, each.fact, each.compared, changes.clearness(each.measure, each.fact, each.compared))
        for each in found
        if each.fact and each.compared
    ]
    all_of_them += _of_areas(session, month, group, compared)
    clear = sorted((each for each in all_of_them if abs(each.clearness) >= changes.CLEAR), key=lambda it: it.clearness)
    if not clear:
        return []
    ends = [clear[0]] if not clear[0].is_better else []
    return ends + ([clear[-1]] if clear[-1].is_better else [])


def _of_areas(session: Session, month: int, group: FactGroup, compared: Mapping[str, Measure]) -> list[Told]:
    """The areas of a group in which a measure changed most clearly, for the better and for the worse: the database
    compares them, so that a page of many areas costs little more than one of few."""
    if not compared or (group != COMPANY and (group.by is not FactBy.AREA or len(group.members) < 2)):
        return []
    scored = _scored(session, month, group, compared)
    ends = union_all(
        *(
            select(select(scored).order_by(order, scored.c.member_id).limit(1).subquery())
            for order in (scored.c.score.desc(), scored.c.score.asc())
        )
    ).subquery()
    found = []
    for row in session.execute(select(ends, Area.name).join(Area, Area.id == ends.c.member_id)):
        measure = compared[row.measure]
        fact, before = _fact(measure, row.n, row.of), _fact(measure, row.before_n, row.before_of)
        found.append(Told(measure, fact, before, changes.clearness(measure, fact, before), row.name, row.member_id))
    return found


def _scored(session: Session, month: int, group: FactGroup, compared: Mapping[str, Measure]) -> CTE:
    """Each area and measure with the square of how clear its change is, signed, as `changes.clearness` has it."""
    fact, last = MonthFact, months.before(month)
    is_now, is_last = fact.month == month, fact.month == last
    judged = [each for each in compared.values() if changes.is_judged(each)]
    shares = [each.name for each in judged if changes.is_share(each)]
    less = [each.name for each in judged if each.is_less_better]
    areas = [fact.member_id != 0] if group == COMPANY else [fact.member_id.in_(group.members)]

    def held(now: Any, otherwise: Any) -> Any:
        # A month that runs holds the same days of the month before; one that is closed is compared with all of it.
        return func.coalesce(func.sum(case((is_now, now))), func.sum(case((is_last, otherwise))), 0)

    sums = (
        select(
            fact.member_id,
            fact.measure,
            func.coalesce(func.sum(case((is_now, fact.n))), 0).label("n"),
            func.coalesce(func.sum(case((is_now, fact.of))), 0).label("of"),
            held(fact.before_n, fact.n).label("before_n"),
            held(fact.before_of, fact.of).label("before_of"),
        )
        .where(fact.by == FactBy.AREA, fact.month.in_((month, last)), fact.measure.in_([each.name for each in judged]))
        .where(*areas)
        .group_by(fact.member_id, fact.measure)
        .subquery()
        .c
    )
    n, of, before_n, before_of = (cast(each, Float) for each in (sums.n, sums.of, sums.before_n, sums.before_of))
    is_share = sums.measure.in_(shares)
    difference = case((is_share, n / func.nullif(of, 0) - before_n / func.nullif(before_of, 0)), else_=n - before_n)
    pooled = (n + before_n) / func.nullif(of + before_of, 0)
    spread = case(
        (is_share, pooled * (1 - pooled) * (1 / func.nullif(of, 0) + 1 / func.nullif(before_of, 0))),
        else_=n + before_n,
    )
    is_enough = case(
        (is_share, and_(of >= changes.LEAST, before_of >= changes.LEAST)), else_=n + before_n >= changes.LEAST
    )
    sign = case((sums.measure.in_(less), -1), else_=1)
    return materialized(
        select(*sums, (sign * difference * func.abs(difference) / func.nullif(spread, 0)).label("score")).where(
            is_enough, spread > 0
        ),
        "scored",
    )


def _fact(measure: Measure, n: Any, of: Any) -> Fact:
    return Fact(int(n), int(of) if measure.of else None)
