"""Reports of visits: how well promises were kept, by manager, area, category, class or month, and the requests behind
each figure.

Every figure is computed in the database from the moments a request keeps, never from when somebody looked.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    String,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from foundation import paging
from foundation.paging import FIRST, Cursor, Order, Page
from people import visibility as people_scope
from people.models import IS_THERE, Area, AreaCount, Manager, Retailer, ShopClass
from visits.models.answers import Rating
from visits.models.requests import Category, Request
from visits.queries import named, visibility
from visits.queries.report_columns import ReportColumns, filed, living, unfiled
from visits.queries.visibility import Colleague
from visits.rules import figures as rules
from visits.rules.figures import (
    COUNTED,
    DividedBy,
    Narrowed,
    ReportFigure,
    ReportRow,
    ReportSpan,
    ReportTime,
    RequestRow,
)

PAGE = 50
_NAMES: dict[DividedBy, Any] = {
    DividedBy.MANAGER: Manager,
    DividedBy.AREA: Area,
    DividedBy.CATEGORY: Category,
    DividedBy.CLASS: ShopClass,
}
_NOBODY = {
    DividedBy.MANAGER: "待分派",
    DividedBy.AREA: "不知道是哪家店",
    DividedBy.CATEGORY: "没有类别",
    DividedBy.CLASS: "不知道是哪家店",
}
#: Divisions by time, and the name of a part by its first and its last day.
STRETCHES = {
    DividedBy.WEEK: "{0.month}/{0.day}–{1.month}/{1.day}",
    DividedBy.MONTH: "{0.year} 年 {0.month} 月",
}


def report(
    session: Session,
    who: Colleague,
    narrowed: Narrowed,
    by: DividedBy,
    *,
    now: datetime,
    took: Sequence[ReportTime] = (ReportTime.FIRST,),
) -> tuple[list[ReportRow], ReportRow]:
    """Return the figures of requests opened in a span: a line for each manager, area, week …, and one of all together.

    Requests this colleague may not see are left out.

    `requests` are all but the void ones; `promised` those whose first answer came or is overdue, and `kept` of them
    those answered by the deadline given under the policy and working hours of that time; `judged` those answered, or
    still waiting after 24 hours, and `within` of them those answered in 24 hours by the wall clock: a request settled
    without an answer, or waiting for less, counts neither way. `overdue` are those with an answer (the first or a later
    one) that came late or is late now; `lost` those whose WeChat reply window closed before an answer. `open` and
    `closed` are as of now, `rated` and `content` from the shops' ratings. A request counts for whoever gave its first
    answer, and for the owner where nobody did: a deputy's work is the deputy's.

    `took` names the times whose median and 90th percentile are wanted. They are exact, so every time is read and
    ranked: about a second for a million requests.
    """
    names = _names(session, narrowed, by)
    shops: Mapping[int | None, int] = _shops(session) if by is DividedBy.MANAGER else {}
    sums: dict[int | None, Counter[str]] = {}
    values: dict[int | None, dict[ReportTime, list[int]]] = {}
    for facts in (filed(), unfiled(now)):
        for row in session.execute(_counted(session, who, narrowed, by, facts, took)):
            if not row.requests:
                continue
            sums.setdefault(row.key, Counter()).update({name: getattr(row, name) for name in COUNTED})
            mine = values.setdefault(row.key, {each: [] for each in took})
            for each in took:
                mine[each] += map(int, filter(None, (getattr(row, each.value) or "").split(",")))
    lines = [
        _figures(key, names.get(key, _NOBODY.get(by, "")), counted, values[key], shops.get(key))
        for key, counted in sums.items()
    ]
    order = {named: place for place, named in enumerate(names)}
    lines.sort(key=lambda line: order.get(line.key, len(order)))
    together = {each: [value for mine in values.values() for value in mine[each]] for each in took}
    return lines, _figures(None, "合计", sum(sums.values(), Counter()), together, None)


def _newest(of: Any = Request, key: Any = Request.id) -> Order[RequestRow]:
    return Order((of.opened_at, key), lambda line: (line.opened_at, line.id), is_down=True)


def page(
    session: Session,
    who: Colleague,
    narrowed: Narrowed,
    figure: ReportFigure,
    *,
    now: datetime,
    cursor: Cursor = FIRST,
    limit: int = PAGE,
) -> Page[RequestRow]:
    """Return a page of the requests behind a figure, the newest first."""
    parts = []
    for facts in (filed(), unfiled(now)):
        columns = (facts.opened_at.label("opened_at"), facts.request_id.label("id"))
        found = select(*columns).where(*conditions(session, who, narrowed, facts), *_behind(figure, facts))
        newest = paging.begun(found, _newest(facts, facts.request_id), cursor).limit(limit + 1).subquery()
        parts.append(select(newest.c.opened_at, newest.c.id))
    both = union_all(*parts).subquery().c
    way = paging.by(_newest(both, both.id), cursor)
    shown = session.scalars(select(both.id).order_by(*way).limit(limit + 1)).all()
    those = _lines(now).where(Request.id.in_(shown)).order_by(*paging.by(_newest(), cursor))
    return paging.cut([RequestRow(*row) for row in session.execute(those)], _newest(), cursor, limit=limit)


def _counted(
    session: Session,
    who: Colleague,
    narrowed: Narrowed,
    by: DividedBy,
    facts: ReportColumns,
    took: Sequence[ReportTime],
) -> Any:
    """Count each key's figures, and collect its times as one text: databases rank slower than they read."""
    times = {ReportTime.FIRST: facts.first_ms, ReportTime.NEXT: facts.next_ms, ReportTime.CLOSING: facts.closing_ms}
    sums: dict[str, Any] = {
        name: func.sum(getattr(facts, name)) for name in COUNTED if name not in ("requests", "closed")
    }
    sums |= {"requests": func.count(), "closed": func.count() - sums["open"]}
    texts = {each.value: func.aggregate_strings(cast(times[each], String), ",") for each in took}
    columns = [column.label(name) for name, column in {**sums, **texts}.items()]
    those = conditions(session, who, narrowed, facts)
    if by not in STRETCHES:
        key = getattr(facts, f"{by.value}_id").label("key")
        return select(key, *columns).where(*those).group_by(key)
    # Each week or month is a stretch of the span: no sorting is needed.
    return union_all(
        *(
            select(literal(place).label("key"), *columns).where(*those, *_within(facts, span, who.zone))
            for place, span in enumerate(narrowed.span.stretches(by))
        )
    )


def _figures(
    key: int | None, name: str, counted: Mapping[str, int], values: Mapping[ReportTime, list[int]], shops: int | None
) -> ReportRow:
    found = {each: rules.times(mine) for each, mine in values.items()}
    times = {each: mine for each, mine in found.items() if mine is not None}
    return ReportRow(key, name, shops=shops, times=times, **{each: counted[each] for each in COUNTED})


def conditions(session: Session, who: Colleague, narrowed: Narrowed, facts: ReportColumns) -> list[ColumnElement[bool]]:
    """Return the conditions for the requests of a report that this colleague may see."""
    found = [*facts.of, *_within(facts, narrowed.span, who.zone), visibility.within(session, who, facts)]
    if narrowed.area_id:
        found.append(facts.area_id.in_(sorted(people_scope.with_sub_areas(session, [narrowed.area_id]))))
    for column, value in (
        (facts.manager_id, narrowed.manager_id),
        (facts.area_id, 0 if narrowed.area_id == 0 else None),
        (facts.category_id, narrowed.category_id),
        (facts.class_id, narrowed.class_id),
    ):
        if value is not None:
            found.append(column == value if value else column.is_(None))
    return found


def _within(facts: ReportColumns, span: ReportSpan, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    # The span's ends as moments: databases do not compute with the company's time zone.
    begin, end = span.moments(zone)
    return [facts.opened_at >= begin, facts.opened_at < end]


def _names(session: Session, narrowed: Narrowed, by: DividedBy) -> dict[int | None, str]:
    if by in STRETCHES:
        stretches = enumerate(narrowed.span.stretches(by))
        return {place: STRETCHES[by].format(span.from_on, span.until_on) for place, span in stretches}
    table = _NAMES[by]
    return {row.id: row.name for row in session.execute(select(table.id, table.name).order_by(table.name))}


def _shops(session: Session) -> Counter[int | None]:
    """Count the shops each customer manager looks after: from kept counts, corrected for shops the roster gives to a
    particular manager."""
    found: Counter[int | None] = Counter()
    own = select(Retailer.manager_id, Area.manager_id, func.count()).join(Area, Area.id == Retailer.area_id)
    heads = select(Area.manager_id, func.sum(AreaCount.shops)).join(AreaCount, AreaCount.area_id == Area.id)
    for manager_id, number in session.execute(heads.where(Area.manager_id.is_not(None)).group_by(Area.manager_id)):
        found[manager_id] += number
    given = own.where(Retailer.manager_id.is_not(None), IS_THERE).group_by(Retailer.manager_id, Area.manager_id)
    for manager_id, head_id, number in session.execute(given):
        found[manager_id] += number
        found[head_id] -= number
    # A manager with none is left out.
    found.pop(None, None)
    return found


def _lines(now: datetime) -> Select[Any]:
    answerer = aliased(Manager)
    facts = living(now)
    columns: tuple[Any, ...] = (
        Request.id,
        named.SHOP,
        func.coalesce(Retailer.licence, ""),
        named.CLASS,
        named.AREA,
        named.CATEGORY,
        named.OWNER,
        func.coalesce(answerer.name, ""),
        Request.opened_at,
        Request.first_answered_at,
        Request.closed_at,
        Request.closed_how,
        case((facts.promised == 1, facts.kept == 1), else_=None),
        facts.overdue,
        facts.lost,
        _last_rated(Rating.score),
        func.coalesce(_last_rated(Rating.comment), ""),
    )
    return named.select_requests(*columns).outerjoin(answerer, answerer.id == Request.first_answered_by)


def _last_rated(column: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    given = select(column).where(Rating.request_id == Request.id, Rating.score.is_not(None))
    return given.order_by(Rating.closing.desc()).limit(1).scalar_subquery()


def _behind(figure: ReportFigure, facts: ReportColumns) -> list[ColumnElement[bool]]:
    conditions: dict[ReportFigure, list[ColumnElement[bool]]] = {
        ReportFigure.ALL: [],
        ReportFigure.KEPT: [facts.kept == 1],
        ReportFigure.BROKEN: [facts.promised == 1, facts.kept == 0],
        ReportFigure.WITHIN: [facts.within == 1],
        ReportFigure.LATE: [facts.judged == 1, facts.within == 0],
        ReportFigure.OVERDUE: [facts.overdue == 1],
        ReportFigure.LOST: [facts.lost == 1],
        ReportFigure.OPEN: [facts.open == 1],
        ReportFigure.CLOSED: [facts.open == 0],
        ReportFigure.RATED: [facts.rated > 0],
        ReportFigure.DISCONTENT: [facts.discontent > 0],
    }
    return conditions[figure]
