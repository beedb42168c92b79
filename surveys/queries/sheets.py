"""Answer sheets for staff: in keyset pages, the newest first, narrowed by whose they are and what was answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select, text
from sqlalchemy.orm import Session

from console.rules.visitors import Visitor
from foundation import paging, search_index
from foundation.dialects import among, json_has
from foundation.paging import FIRST, Cursor, Order, Page
from foundation.text import whole_number
from people.models import Area, Manager, Retailer, ShopClass
from people.rules import plain
from people.shops import filtering, searching
from people.visibility import with_sub_areas, within
from surveys.models import SHEET_SEARCH, Submission
from surveys.rules import sheet_keys

PAGE = 50
#: Shops that a search looks up by index; of more, sheets are compared as the list is read.
MOST_SHOPS = 5_000
#: Sheets that the search index gives at most; where it knows more, the database finds its own way.
MOST_KNOWN = 50_000
#: Where a sheet stands in the list: its moment and its id.
Place = tuple[datetime, int]
VALID, VOID, FAST, AGAIN = "valid", "void", "fast", "again"


@dataclass(frozen=True, slots=True)
class SheetFilter:
    """Filter of the list of sheets; area, class and manager are those at the time of the answer."""

    state: str = ""
    area_id: int | None = None
    class_id: int | None = None
    manager_id: int | None = None
    wave: int | None = None
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    question: str = ""
    options: tuple[int, ...] = ()
    #: Whether that question is a scale.
    is_scale: bool = False
    has_photo: bool = False
    search: str = ""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """Sheet in the list; its shop is empty in an anonymous survey."""

    id: int
    version_id: int
    answers: Mapping[str, Mapping[str, Any]]
    submitted_at: datetime
    seconds: int | None
    source: str
    wave: int | None
    photos: int
    score: int | None
    is_valid: bool
    is_fast: bool
    voided_at: datetime | None
    voided_by: str
    void_reason: str
    superseded: int
    area: str
    class_name: str
    manager: str | None
    licence: str = ""
    shop: str = ""
    keeper: str = ""
    phone: str = ""

    @property
    def state(self) -> str:
        if self.superseded:
            return AGAIN
        return VOID if self.voided_at is not None else FAST if self.is_fast else VALID


NEWEST: Order[Any] = Order(
    (Submission.submitted_at, Submission.id), lambda line: (line.submitted_at, line.id), is_down=True
)
_COLUMNS = (
    Submission.id,
    Submission.version_id,
    Submission.answers,
    Submission.submitted_at,
    Submission.seconds,
    Submission.source,
    Submission.wave,
    Submission.photos,
    Submission.score,
    Submission.is_valid,
    Submission.is_fast,
    Submission.voided_at,
    Submission.voided_by,
    Submission.void_reason,
    Submission.superseded,
    Area.name,
    ShopClass.name,
    Manager.name,
)
_OF_SHOP = (Retailer.licence, Retailer.shop, Retailer.keeper, Retailer.phone)
#: Written as in the partial indexes; the last as an equality too, or SQLite would take the index of all sheets.
_STATES: Mapping[str, Any] = {
    VALID: Submission.is_valid,
    VOID: and_(text("submission.voided_at is not null"), Submission.superseded == 0),
    AGAIN: and_(text("submission.voided_at is not null"), Submission.superseded != 0),
    FAST: and_(
        text("submission.is_fast"),
        Submission.is_fast == True,  # noqa: E712
        Submission.voided_at.is_(None),
    ),
}


def page(
    session: Session,
    visitor: Visitor,
    survey_id: int,
    narrowed: SheetFilter,
    *,
    is_anonymous: bool,
    today: date,
    cursor: Cursor = FIRST,
    limit: int = PAGE,
) -> Page[SheetLine]:
    """Return a page of a survey's sheets, of an identified one those of this visitor's shops.

    Of an anonymous survey every sheet may be listed; whether a visitor may see them at all is the caller's to decide.
    """
    places = _places(session, visitor, survey_id, narrowed, cursor, limit + 1, is_anonymous=is_anonymous, today=today)
    found = {line.id: line for line in _lines(session, [each[1] for each in places], is_anonymous=is_anonymous)}
    return paging.cut([found[each[1]] for each in places], NEWEST, cursor, limit=limit)


def one(
    session: Session, visitor: Visitor, survey_id: int, sheet_id: int, *, is_anonymous: bool, today: date
) -> SheetLine | None:
    """Return a sheet; None where there is none, or this visitor may not see it."""
    mine = None if is_anonymous else within(session, visitor, today=today)
    there = select(Submission.id).where(Submission.id == sheet_id, Submission.survey_id == survey_id)
    if mine is not None:
        there = there.join(Retailer, Retailer.id == Submission.retailer_id).where(mine)
    found = session.scalar(there)
    return None if found is None else next(iter(_lines(session, [found], is_anonymous=is_anonymous)))


def place(line: SheetLine) -> str:
    """Return where a sheet stands in the list, as a cursor has it."""
    return paging.written(NEWEST.values(line))


def _places(
    session: Session,
    visitor: Visitor,
    survey_id: int,
    narrowed: SheetFilter,
    cursor: Cursor,
    limit: int,
    *,
    is_anonymous: bool,
    today: date,
) -> Sequence[Place]:
    """Return moment and id of the next sheets."""
    mine = None if is_anonymous else within(session, visitor, today=today)
    keys: Any = select(Submission.submitted_at, Submission.id).where(*_always(survey_id, narrowed))
    conditions = _conditions(session, narrowed)
    found = None if is_anonymous else _of_shops(session, survey_id, narrowed.search, mine)
    if found is not None:
        # Few shops: all their sheets are read.
        return _next(_rows(session, keys.where(found, *conditions)), cursor)[:limit]
    if mine is not None or narrowed.search:
        keys = keys.join(Retailer, Retailer.id == Submission.retailer_id)
        conditions += [] if mine is None else [mine]
        conditions += [filtering.named(plain(narrowed.search), Retailer)] if narrowed.search else []
    if not conditions:
        return _walk(session, keys, cursor, limit)
    return _sifted(session, survey_id, narrowed, keys, conditions, cursor, limit)


def _sifted(
    session: Session,
    survey_id: int,
    narrowed: SheetFilter,
    keys: Any,
    conditions: Sequence[ColumnElement[bool]],
    cursor: Cursor,
    limit: int,
) -> Sequence[Place]:
    """Return the next sheets that meet conditions: in the order of the list, and far apart by the search index."""
    walk: Any = select(Submission.submitted_at, Submission.id).where(*_always(survey_id, narrowed))
    is_up = paging.goes_up(NEWEST, cursor)

    def behind(row: Place | None) -> Cursor:
        return cursor if row is None else Cursor(paging.written(row), is_back=is_up)

    def matching(rows: Sequence[Place]) -> Sequence[Place]:
        met = keys.where(among(session, Submission.id, [row[1] for row in rows]), *conditions)
        return _next(_rows(session, met), cursor)

    def look_up(row: Place, most: int) -> Sequence[Place]:
        every, either = _keys(session, survey_id, narrowed)
        rest = keys.where(*conditions)
        if every or either:
            known = session.scalars(SHEET_SEARCH.holding(session, every, *either).limit(MOST_KNOWN + 1)).all()
            if len(known) <= MOST_KNOWN:
                those = rest.where(among(session, Submission.id, known))
                return _next(_rows(session, those), behind(row))[:most]
        # Many, and far away: the database finds its own way.
        return _rows(session, paging.begun(rest, NEWEST, behind(row)).limit(most))

    return search_index.sift(lambda row, far: _walk(session, walk, behind(row), far), matching, look_up, limit)


def _walk(session: Session, keys: Any, cursor: Cursor, limit: int) -> list[Place]:
    """Return the next rows behind a cursor, in the order of the list.

    Those of the cursor's own moment by a statement of their own: for a pair SQLite uses only the first column of an
    index, and would read all sheets of that moment, which are those of a whole day in an anonymous survey.
    """
    place, way = paging.read(NEWEST, cursor.place), paging.by(NEWEST, cursor)
    if place is None:
        return _rows(session, keys.order_by(*way).limit(limit))
    at, key = place
    is_up = paging.goes_up(NEWEST, cursor)
    of_moment = (Submission.submitted_at == at, Submission.id > key if is_up else Submission.id < key)
    rows = _rows(session, keys.where(*of_moment).order_by(*way).limit(limit))
    if len(rows) < limit:
        rest = keys.where(Submission.submitted_at > at if is_up else Submission.submitted_at < at)
        rows += _rows(session, rest.order_by(*way).limit(limit - len(rows)))
    return rows


def _next(rows: Sequence[Place], cursor: Cursor) -> list[Place]:
    """Return rows in the order of the list, those behind a cursor. Sorted here: told the order, a database would read
    the list in that order, however few rows are asked for."""
    place, is_up = paging.read(NEWEST, cursor.place), paging.goes_up(NEWEST, cursor)
    behind = [row for row in rows if place is None or (row > place if is_up else row < place)]
    return sorted(behind, reverse=not is_up)


def _rows(session: Session, statement: Any) -> list[Place]:
    return [(at, each) for at, each in session.execute(statement)]


def _always(survey_id: int, narrowed: SheetFilter) -> list[Any]:
    """Return the conditions that an index in the list's order has."""
    found: list[Any] = [Submission.survey_id == survey_id]
    found += [_STATES[narrowed.state]] if narrowed.state in _STATES else []
    found += [text("submission.photos > 0")] if narrowed.has_photo else []
    found += [] if narrowed.begins_at is None else [Submission.submitted_at >= narrowed.begins_at]
    found += [] if narrowed.ends_at is None else [Submission.submitted_at < narrowed.ends_at]
    return found


def _conditions(session: Session, narrowed: SheetFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if narrowed.area_id is not None:
        found.append(Submission.area_id.in_(sorted(with_sub_areas(session, [narrowed.area_id]))))
    for column, wanted in (
        (Submission.class_id, narrowed.class_id),
        (Submission.manager_id, narrowed.manager_id),
        (Submission.wave, narrowed.wave),
    ):
        found += [] if wanted is None else [column == wanted]
    if narrowed.question and narrowed.options:
        part = "v" if narrowed.is_scale else "o"
        found.append(json_has(session, Submission.answers, (narrowed.question, part), narrowed.options))
    return found


def _keys(session: Session, survey_id: int, narrowed: SheetFilter) -> tuple[list[str], list[list[str]]]:
    """Return the search keys that a sheet has all of, and lists of which it has one each."""
    every: list[str] = []
    for kind, wanted in (
        (sheet_keys.CLASS, narrowed.class_id),
        (sheet_keys.MANAGER, narrowed.manager_id),
        (sheet_keys.WAVE, narrowed.wave),
    ):
        every += [] if wanted is None else sheet_keys.of_whom(survey_id, kind, [wanted])
    every += sheet_keys.has_photo(survey_id) if narrowed.has_photo else []
    either: list[list[str]] = []
    if narrowed.area_id is not None:
        areas = sorted(with_sub_areas(session, [narrowed.area_id]))
        either.append(sheet_keys.of_whom(survey_id, sheet_keys.AREA, areas))
    if narrowed.question and narrowed.options:
        either.append(sheet_keys.chosen(survey_id, narrowed.question, [str(each) for each in narrowed.options]))
    return every, either


def _of_shops(
    session: Session, survey_id: int, search: str, mine: ColumnElement[bool] | None
) -> ColumnElement[bool] | None:
    """Return the condition for the sheets of few shops: those that are sought, or that a visitor sees; for a number of
    a sheet that sheet. None where the shops are many, or all."""
    seen = [] if mine is None else [mine]
    if search:
        said = plain(search)
        number = whole_number(said) or 0
        numbered = select(Submission.id).where(Submission.id == number, Submission.survey_id == survey_id)
        if mine is not None:
            numbered = numbered.join(Retailer, Retailer.id == Submission.retailer_id).where(mine)
        if session.scalar(numbered) is not None:
            return Submission.id == number
        shops = searching.rare(session, said, MOST_SHOPS)
        if shops is None or mine is None:
            return None if shops is None else among(session, Submission.retailer_id, shops)
        seen.append(among(session, Retailer.id, shops))
    if not seen:
        return None
    ids = session.scalars(select(Retailer.id).where(*seen).limit(MOST_SHOPS + 1)).all()
    return None if len(ids) > MOST_SHOPS else among(session, Submission.retailer_id, ids)


def _lines(session: Session, ids: Sequence[int], *, is_anonymous: bool) -> list[SheetLine]:
    columns = _COLUMNS if is_anonymous else (*_COLUMNS, *_OF_SHOP)
    statement: Any = (
        select(*columns)
        .select_from(Submission)
        .join(Area, Area.id == Submission.area_id)
        .join(ShopClass, ShopClass.id == Submission.class_id)
        .outerjoin(Manager, Manager.id == Submission.manager_id)
        .where(Submission.id.in_(ids))
    )
    if not is_anonymous:
        statement = statement.outerjoin(Retailer, Retailer.id == Submission.retailer_id)
    return [SheetLine(*row) for row in session.execute(statement)]
