"""Months as pages and commands show them: the facts of a group of shops, beside the month before and paper."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from effect.models.months import EffectMonth, FactBy, MonthFact, PaperFigure, Recount
from effect.rules import months
from effect.rules.groups import COMPANY, FactGroup
from effect.rules.paper import FIRST, Paper
from effect.texts import sentences as texts
from foundation.errors import Refused
from people.models import Area, Manager
from people.visibility import with_sub_areas
from wechat_bot.measure import Fact, Measure


@dataclass(frozen=True, slots=True)
class MeasureMonth:
    """Measure in a month: its fact, those of the months before it, the latest first, and what it was on paper. None
    where nothing was measured."""

    measure: Measure
    fact: Fact | None
    earlier: tuple[Fact | None, ...]
    paper: Paper | None
    #: The same days of the month before, of a month that runs.
    same_days: Fact | None = None

    @property
    def before(self) -> Fact | None:
        """The fact of the month before."""
        return self.earlier[0]

    @property
    def compared(self) -> Fact | None:
        """What the month is compared with: the same days of the month before while it runs, else all of that."""
        return self.same_days or self.before


@dataclass(frozen=True, slots=True)
class MonthState:
    """State of a month: when it was filed, closed and recounted; None where it was not."""

    filed_at: datetime | None
    closed_at: datetime | None
    recounted_at: datetime | None


def state(session: Session, month: int) -> MonthState:
    """Return the state of a month."""
    row = session.get(EffectMonth, month)
    return MonthState(row.filed_at, row.closed_at, row.recounted_at) if row else MonthState(None, None, None)


def measured(
    session: Session, month: int, group: FactGroup, measures: Sequence[Measure], *, back: int = 12
) -> list[MeasureMonth]:
    """Return the measures of a group of shops in a month and in as many months before it: in three statements, however
    many shops there are."""
    span = [months.before(month, by) for by in range(back + 1)]
    found = facts(session, span, group)
    papers = paper(session, month)
    days = same_days(session, month, group)
    # Of what is known of the company only, nothing was measured of any other group.
    known = {each.name for each in measures if group == COMPANY or not each.is_of_company}
    return [
        MeasureMonth(
            each,
            found.get((month, each.name)) if each.name in known else None,
            tuple(found.get((one, each.name)) if each.name in known else None for one in span[1:]),
            papers.get(each.name),
            days.get(each.name) if each.name in known else None,
        )
        for each in measures
    ]


@dataclass(frozen=True, slots=True)
class RecountLine:
    """Change of a measure of the company by a recount: what the month showed before, and since."""

    measure: str
    before: Fact
    after: Fact
    at: datetime
    by: str


def recounts(session: Session, month: int) -> list[RecountLine]:
    """Return what recounts by hand changed in a month, the last one in front."""
    rows = session.scalars(select(Recount).where(Recount.month == month).order_by(Recount.id.desc()).limit(100))
    return [
        RecountLine(row.measure, Fact(row.n_before, row.of_before), Fact(row.n_after, row.of_after), row.at, row.by)
        for row in rows
    ]


def facts(session: Session, span: Collection[int], group: FactGroup) -> Mapping[tuple[int, str], Fact]:
    """Return the facts of a group of shops by month and measure: nothing, where a measure was not counted at all."""
    mine = and_(MonthFact.by == group.by, MonthFact.member_id.in_(group.members))
    counted = func.coalesce(func.sum(MonthFact.n).filter(mine), 0)
    of = func.sum(MonthFact.of).filter(mine)
    # The company has a fact of whatever was counted; the group has none where nothing of it was there.
    is_whole = and_(MonthFact.by == FactBy.WHOLE, MonthFact.member_id == 0)
    rows = session.execute(
        select(MonthFact.month, MonthFact.measure, counted, of, func.count(MonthFact.of))
        .where(or_(mine, is_whole), MonthFact.month.in_(span))
        .group_by(MonthFact.month, MonthFact.measure)
    )
    return {(month, name): Fact(int(n), int(of or 0) if shares else None) for month, name, n, of, shares in rows}


def same_days(session: Session, month: int, group: FactGroup) -> Mapping[str, Fact]:
    """Return what the same days of the month before gave, by measure; nothing of a month that is over."""
    mine = and_(MonthFact.by == group.by, MonthFact.member_id.in_(group.members))
    is_whole = and_(MonthFact.by == FactBy.WHOLE, MonthFact.member_id == 0)
    before_n, before_of = (func.sum(each).filter(mine) for each in (MonthFact.before_n, MonthFact.before_of))
    rows = session.execute(
        select(MonthFact.measure, before_n, before_of, func.count(MonthFact.before_of))
        .where(or_(mine, is_whole), MonthFact.month == month, MonthFact.before_n.is_not(None))
        .group_by(MonthFact.measure)
    )
    return {name: Fact(int(n or 0), int(of or 0) if shares else None) for name, n, of, shares in rows}


def paper(session: Session, month: int) -> Mapping[str, Paper]:
    """Return what each measure was on paper, as it was set for this month."""
    rows = session.scalars(
        select(PaperFigure).where(PaperFigure.from_on <= months.first_day(month)).order_by(PaperFigure.from_on)
    )
    return {**FIRST, **{row.measure: Paper(row.said, row.source, row.n, row.of) for row in rows}}


def of_area(session: Session, name: str) -> FactGroup:
    """Return the group of an area with those below it. Raises Refused where there is none of this name."""
    found = session.scalar(select(Area.id).where(Area.name == name))
    if found is None:
        raise Refused(texts.NO_AREA.format(name))
    return FactGroup(FactBy.AREA, tuple(sorted(with_sub_areas(session, [found]))), name)


def of_manager(session: Session, phone: str) -> FactGroup:
    """Return the group of a customer manager's shops. Raises Refused where none has this phone."""
    found = session.execute(select(Manager.id, Manager.name).where(Manager.phone == phone)).first()
    if found is None:
        raise Refused(texts.NO_MANAGER.format(phone))
    return FactGroup(FactBy.MANAGER, (found.id,), found.name)


def to_json(month: int, state: MonthState, found: Sequence[MeasureMonth]) -> dict[str, Any]:
    """Return a month as plain JSON values. `before` is the share of a measure that is one, else the number."""
    return {
        "month": months.written(month),
        "closed": state.closed_at is not None,
        "measures": {
            each.measure.name: {
                "n": each.fact.n if each.fact else None,
                "of": each.fact.of if each.fact else None,
                "share": each.fact.share if each.fact and not each.measure.is_money else None,
                "before": _figure(each.measure, each.before),
                "paper": each.paper.figure if each.paper else None,
            }
            for each in found
        },
    }


def _figure(measure: Measure, fact: Fact | None) -> float | int | None:
    if fact is None:
        return None
    return fact.share if measure.of and not measure.is_money else fact.n
