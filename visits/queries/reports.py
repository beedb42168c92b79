"""How well promises were kept: figures by manager, area, category, class or month, and the requests behind each.

Everything is told from the moments a request keeps, in the database, and never from when somebody looked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.functions import FunctionElement

from people import rules as people_rules
from people.models import Area, Manager, Retailer, ShopClass
from visits import scope
from visits.models import Category, Closed, Deadline, Promise, Rating, Request
from visits.rules.figures import PROMISED, By, Figure, Figures, Line, Narrowed
from visits.scope import Colleague

PAGE = 50
CHUNK = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CONTENT, _DISCONTENT = 1, 3
#: Who gave the first answer; who owns it, where nobody has.
_ANSWERS_FOR = func.coalesce(Request.first_answered_by, Request.owner_id)
_NAMES: dict[By, Any] = {By.MANAGER: Manager, By.AREA: Area, By.CATEGORY: Category, By.CLASS: ShopClass}
_NOBODY = {By.MANAGER: "待分派", By.AREA: "不知道是哪家店", By.CATEGORY: "没有类别", By.CLASS: "不知道是哪家店"}


class seconds_between(FunctionElement[float]):
    """Seconds from the second moment to the first, to the millisecond: `seconds_between(later, earlier)`."""

    type = Float()
    inherit_cache = True
    name = "seconds_between"


@compiles(seconds_between, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    later, earlier = (compiler.process(each, **options) for each in element.clauses)
    # julianday is kept in a double: behind the millisecond stands noise.
    return f"round((julianday({later}) - julianday({earlier})) * 86400.0, 3)"


@compiles(seconds_between, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    later, earlier = (compiler.process(each, **options) for each in element.clauses)
    return f"CAST(round(EXTRACT(EPOCH FROM {later} - {earlier}), 3) AS DOUBLE PRECISION)"


def report(
    session: Session, who: Colleague, narrowed: Narrowed, by: By, *, now: datetime
) -> tuple[list[Figures], Figures]:
    """The figures of requests left in a span, a line for each manager, area …, and those of all of them together.

    What one may not see is left out.

    `requests` are all but the void ones; `judged` those answered, or still waiting after 24 hours, and `within` of
    them those answered in 24 hours of the wall clock: what was settled without an answer, or waits shorter, counts
    neither way. `overdue` had an answer promised (the first or a later one) that came late or is late now; of `lost`
    WeChat's reply window closed before an answer. `open` and `closed` are as of now, `rated` and `content` the shops'
    own words. A request counts for whoever gave its first answer, the owner where nobody did: a deputy's work is the
    deputy's.

    `median` and `ninth` (the 90th percentile) are of the seconds until the first answer of the answered ones, exact,
    between the closest ranks where no request stands at the very place: type 7 of Hyndman and Fan (1996), which is
    SQL's PERCENTILE_CONT and Excel's PERCENTILE.INC.
    """
    names = _names(session, narrowed, by)
    shops = _shops(session) if by is By.MANAGER else {}
    found = _figures(session, who, narrowed, _key(narrowed, by, who.zone), now)
    lines = [
        replace(figures, name=names.get(key, _NOBODY.get(by, "")), shops=shops.get(key))
        for key, figures in found.items()
    ]
    order = {named: place for place, named in enumerate(names)}
    lines.sort(key=lambda line: order.get(line.key, len(order)))
    return lines, _total(session, who, narrowed, lines)


def page(
    session: Session, who: Colleague, narrowed: Narrowed, figure: Figure, *, now: datetime, after: str = ""
) -> tuple[list[Line], str | None]:
    """The requests behind a figure, the newest first, and the key of the next page."""
    statement = _select(session, who, narrowed, figure, now)
    if after:
        opened_at, key = _read_key(after)
        earlier = or_(Request.opened_at < opened_at, and_(Request.opened_at == opened_at, Request.id < key))
        statement = statement.where(Request.opened_at <= opened_at, earlier)
    rows = session.execute(statement.limit(PAGE + 1)).all()
    lines = [Line(*row) for row in rows[:PAGE]]
    last = f"{(lines[-1].opened_at - _EPOCH) // _MICROSECOND}.{lines[-1].id}" if len(rows) > PAGE else None
    return lines, last


def stream(session: Session, who: Colleague, narrowed: Narrowed, *, now: datetime) -> Iterator[Line]:
    """Every request of a report, the newest first, in constant memory."""
    statement = _select(session, who, narrowed, Figure.ALL, now)
    for row in session.execute(statement.execution_options(yield_per=CHUNK)):
        yield Line(*row)


def _figures(session: Session, who: Colleague, narrowed: Narrowed, key: Any, now: datetime) -> dict[Any, Figures]:
    """The lines of a report by their key, without names: one statement for what is counted, and each for the rest."""
    conditions = _conditions(session, who, narrowed)
    counted = select(
        key.label("key"),
        func.count(),
        _number(_is_judged(now)),
        _number(_IS_WITHIN),
        _number(_missed(_ANSWERS, now)),
        _number(_missed((Promise.REPLY_WINDOW,), now)),
        _number(Request.closed_at.is_(None)),
    )
    found = {
        row[0]: Figures(
            row[0],
            "",
            requests=row[1],
            judged=row[2],
            within=row[3],
            overdue=row[4],
            lost=row[5],
            open=row[6],
            closed=row[1] - row[6],
        )
        for row in session.execute(counted.where(*conditions).group_by(key.label("key")))
    }
    for each, median, ninth in session.execute(_percentiles(session, key, conditions)):
        found[each] = replace(found[each], median=median, ninth=ninth)
    rated = (
        select(key.label("key"), func.count(), _number(Rating.score == _CONTENT), _number(Rating.score == _DISCONTENT))
        .select_from(Request)
        .join(Rating, Rating.request_id == Request.id)
        .where(Rating.score.is_not(None), *conditions)
        .group_by(key.label("key"))
    )
    for each, number, content, discontent in session.execute(rated):
        found[each] = replace(found[each], rated=number, content=content, discontent=discontent)
    return found


def _total(session: Session, who: Colleague, narrowed: Narrowed, lines: Sequence[Figures]) -> Figures:
    """What is counted adds up; percentiles do not."""
    sums = {name: sum(getattr(line, name) for line in lines) for name in _COUNTED}
    everybody = _percentiles(session, literal(0, Integer), _conditions(session, who, narrowed))
    row = session.execute(everybody).first()
    return Figures(None, "合计", median=row[1] if row else None, ninth=row[2] if row else None, **sums)


def _percentiles(session: Session, key: Any, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """For each key the median and the 90th percentile of the seconds until the first answer."""
    answered = select(key.label("key"), _SECONDS.label("seconds")).where(
        Request.first_answered_at.is_not(None), *conditions
    )
    if session.get_bind().dialect.name == "postgresql":
        source: Any = answered.subquery().c
        shares: list[Any] = [func.percentile_cont(share).within_group(source.seconds) for share in (0.5, 0.9)]
    else:
        column = answered.subquery().c
        place = func.row_number().over(partition_by=column.key, order_by=column.seconds) - 1
        number = func.count().over(partition_by=column.key)
        source = select(column.key, column.seconds, place.label("place"), number.label("answered")).subquery().c
        shares = [_between_ranks(source, share) for share in (0.5, 0.9)]
    return select(source.key, *shares).group_by(source.key)


def _between_ranks(column: Any, share: float) -> ColumnElement[float]:
    """PERCENTILE_CONT for SQLite: each value weighs by how near its rank lies to the wanted place."""
    distance = func.abs(column.place - share * (column.answered - 1))
    # With two arguments max is the larger of both; 0.0 keeps the sum from being counted in whole numbers.
    return func.sum(column.seconds * func.max(0.0, 1.0 - distance))


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


_COUNTED = ("requests", "judged", "within", "overdue", "lost", "open", "closed", "rated", "content", "discontent")
_SECONDS = seconds_between(Request.first_answered_at, Request.opened_at)
_IS_WITHIN = and_(Request.first_answered_at.is_not(None), PROMISED.total_seconds() >= _SECONDS)
_ANSWERS = (Promise.FIRST_ANSWER, Promise.NEXT_ANSWER)


def _is_judged(now: datetime) -> ColumnElement[bool]:
    waits_long = and_(Request.unanswered_since.is_not(None), Request.opened_at < now - PROMISED)
    return or_(Request.first_answered_at.is_not(None), waits_long)


def _missed(promises: tuple[Promise, ...], now: datetime) -> ColumnElement[bool]:
    """As `promises.outcome` has it: it ended behind its due moment, or has not ended and that is over."""
    end = func.coalesce(Deadline.met_at, Deadline.ended_at, now)
    return exists().where(Deadline.request_id == Request.id, Deadline.promise.in_(promises), Deadline.due_at < end)


def _conditions(session: Session, who: Colleague, narrowed: Narrowed) -> list[ColumnElement[bool]]:
    begin, end = narrowed.span.moments(who.zone)
    is_void = and_(Request.closed_how.is_not(None), Request.closed_how == Closed.VOID)
    found = [Request.opened_at >= begin, Request.opened_at < end, ~is_void]
    mine = scope.within(session, who)
    if mine is not None:
        found.append(mine)
    if narrowed.area_id:
        parents = [(area, parent) for area, parent in session.execute(select(Area.id, Area.parent_id))]
        found.append(Request.area_id.in_(sorted(people_rules.with_sub_areas(parents, [narrowed.area_id]))))
    for column, value in (
        (_ANSWERS_FOR, narrowed.manager_id),
        (Request.area_id, 0 if narrowed.area_id == 0 else None),
        (Request.category_id, narrowed.category_id),
        (Request.class_id, narrowed.class_id),
    ):
        if value is not None:
            found.append(column == value if value else column.is_(None))
    return found


def _key(narrowed: Narrowed, by: By, zone: ZoneInfo) -> Any:
    match by:
        case By.MANAGER:
            return _ANSWERS_FOR
        case By.AREA:
            return Request.area_id
        case By.CATEGORY:
            return Request.category_id
        case By.CLASS:
            return Request.class_id
        case By.MONTH:
            # The months' ends as moments: no database reckons with the company's calendar.
            months = narrowed.span.months()
            ends = [narrowed.span.within_month(month).moments(zone)[1] for month in months]
            return case(*((Request.opened_at < end, place) for place, end in enumerate(ends)), else_=len(ends))


def _names(session: Session, narrowed: Narrowed, by: By) -> dict[int | None, str]:
    if by is By.MONTH:
        return {place: f"{month.year} 年 {month.month} 月" for place, month in enumerate(narrowed.span.months())}
    table = _NAMES[by]
    return {row.id: row.name for row in session.execute(select(table.id, table.name).order_by(table.name))}


def _shops(session: Session) -> dict[int, int]:
    """How many shops each customer manager looks after."""
    manager = func.coalesce(Retailer.manager_id, Area.manager_id)
    rows = session.execute(
        select(manager, func.count()).select_from(Retailer).join(Area, Area.id == Retailer.area_id).group_by(manager)
    )
    return {key: count for key, count in rows if key is not None}


def _select(session: Session, who: Colleague, narrowed: Narrowed, figure: Figure, now: datetime) -> Select[Any]:
    owner, answerer = aliased(Manager), aliased(Manager)
    columns: tuple[Any, ...] = (
        Request.id,
        func.coalesce(Retailer.shop, ""),
        func.coalesce(Retailer.licence, ""),
        func.coalesce(ShopClass.name, ""),
        func.coalesce(Area.name, ""),
        func.coalesce(Category.name, ""),
        func.coalesce(owner.name, ""),
        func.coalesce(answerer.name, ""),
        Request.opened_at,
        Request.first_answered_at,
        Request.closed_at,
        Request.closed_how,
        _missed(_ANSWERS, now),
        _missed((Promise.REPLY_WINDOW,), now),
        select(Rating.score)
        .where(Rating.request_id == Request.id, Rating.score.is_not(None))
        .order_by(Rating.closing.desc())
        .limit(1)
        .scalar_subquery(),
    )
    return (
        select(*columns)
        .select_from(Request)
        .outerjoin(Retailer, Retailer.id == Request.retailer_id)
        .outerjoin(ShopClass, ShopClass.id == Request.class_id)
        .outerjoin(Area, Area.id == Request.area_id)
        .outerjoin(owner, owner.id == Request.owner_id)
        .outerjoin(answerer, answerer.id == Request.first_answered_by)
        .outerjoin(Category, Category.id == Request.category_id)
        .where(*_conditions(session, who, narrowed), *_behind(figure, now))
        .order_by(Request.opened_at.desc(), Request.id.desc())
    )


def _behind(figure: Figure, now: datetime) -> list[ColumnElement[bool]]:
    match figure:
        case Figure.ALL:
            return []
        case Figure.WITHIN:
            return [_IS_WITHIN]
        case Figure.LATE:
            return [_is_judged(now), ~_IS_WITHIN]
        case Figure.OVERDUE:
            return [_missed(_ANSWERS, now)]
        case Figure.LOST:
            return [_missed((Promise.REPLY_WINDOW,), now)]
        case Figure.OPEN:
            return [Request.closed_at.is_(None)]
        case Figure.CLOSED:
            return [Request.closed_at.is_not(None)]
        case Figure.RATED:
            return [exists().where(Rating.request_id == Request.id, Rating.score.is_not(None))]
        case Figure.DISCONTENT:
            return [exists().where(Rating.request_id == Request.id, Rating.score == _DISCONTENT)]


def _read_key(text: str) -> tuple[datetime, int]:
    """A key out of an address; one that was tampered with is the end.

    >>> _read_key("1000000.5")[1], _read_key("x")[1]
    (5, 0)
    """
    moment, _, key = text.partition(".")
    if not (key.isascii() and key.isdigit() and len(key) < 10 and moment.isascii() and moment.isdigit()):
        return _EPOCH, 0
    return (_EPOCH + int(moment) * _MICROSECOND, int(key)) if len(moment) < 18 else (_EPOCH, 0)
