"""A question by area, class or customer manager, read from its counters; and the words people wrote, in pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.rules import Role, Visitor
from people.models import Area, Manager, Retailer, ShopClass
from people.scope import area_ids, within
from surveys.models import Cross, Submission, Words
from surveys.rules.crossing import By
from surveys.rules.disclosure import LEAST, disclosed_table, merged
from surveys.rules.statistics import csat, nps, rate
from surveys.rules.tally import ANSWERED

PAGE = 50
LONGEST_SEARCH = 40
NAMES: Mapping[By, Any] = {By.AREA: Area, By.CLASS: ShopClass, By.MANAGER: Manager}
#: Beside the areas those of a manager would tell how a small area answered: an anonymous survey has no such table.
ANONYMOUS_BY = (By.AREA, By.CLASS)


@dataclass(frozen=True, slots=True)
class Cell:
    """How many of a group chose an option; None where it would say too much."""

    count: int | None
    share: float | None


@dataclass(frozen=True, slots=True)
class Row:
    """One area, class or customer manager."""

    name: str
    n: int
    cells: tuple[Cell, ...]
    #: NPS from -100 to 100, or the share of 4 and 5 of a rating; None where undefined or hidden.
    score: float | None = None


@dataclass(frozen=True, slots=True)
class CrossTab:
    """A question by something. `filed` of `n` answers are in it by now."""

    rows: tuple[Row, ...]
    filed: int
    n: int
    #: Some cells are hidden, or small groups stand together.
    is_partly_hidden: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote; who, only where the survey is not anonymous."""

    submission_id: int
    said: str
    licence: str = ""
    shop: str = ""
    keeper: str = ""
    area: str = ""
    submitted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SaidPage:
    """Some of it, and the keys between which it lies; None where there is nothing further."""

    lines: tuple[Said, ...]
    before: int | None
    after: int | None


def cross(
    session: Session, visitor: Visitor, survey_id: int, entry: Mapping[str, Any], by: By, *, is_anonymous: bool
) -> CrossTab:
    """A question (an entry of the figures as they are shown) by area, class or manager.

    Reads as many counters as the table has cells, however many answered. A visitor with a part of the shops sees the
    areas and managers of that part. Of an anonymous survey cells that say too much are hidden, and small groups are
    put together, before anybody's part is cut out of it.
    """
    kept = session.execute(
        select(Cross.member_id, Cross.option, Cross.count).where(
            Cross.survey_id == survey_id, Cross.question == entry["code"], Cross.by == by, Cross.count != 0
        )
    ).all()
    counts: dict[int, dict[str, int]] = {}
    for member, option, count in kept:
        counts.setdefault(member, {})[option] = count
    model = NAMES[by]
    names = {row[0]: row[1] for row in session.execute(select(model.id, model.name).where(model.id.in_(counts)))}
    together = merged({member: row.get(ANSWERED, 0) for member, row in counts.items()}) if is_anonymous else frozenset()
    groups = [(names.get(member, "?"), {member}) for member in sorted(counts) if member not in together]
    groups.sort(key=lambda group: group[0])
    if together:
        groups.append((f"人少的 {len(together)} 个合在一起", set(together)))
    options = [str(option["code"]) for option in entry["options"]]
    table = [[sum(counts[member].get(option, 0) for member in members) for option in options] for _, members in groups]
    sizes = [sum(counts[member].get(ANSWERED, 0) for member in members) for _, members in groups]
    shown: Sequence[Sequence[int | None]] = table
    if is_anonymous:
        away = [place for place, option in enumerate(entry["options"]) if option["count"] is None]
        shown = disclosed_table(table, hidden=away)
        if sum(sizes) < LEAST:
            return CrossTab((), sum(sizes), entry["n"] or 0, True)
    seen = part(session, visitor, by)
    rows = tuple(
        Row(
            name,
            n,
            tuple(_cell(count, n) for count in cells),
            _score(entry, cells),
        )
        for (name, members), n, cells in zip(groups, sizes, shown, strict=True)
        if seen is None or members <= seen
    )
    is_partly = bool(together) or any(count is None for cells in shown for count in cells)
    return CrossTab(rows, sum(sizes), entry["n"] or 0, is_partly)


def said(
    session: Session,
    visitor: Visitor,
    survey_id: int,
    question: str,
    search: str,
    *,
    is_anonymous: bool,
    today: date,
    after: int = 0,
    before: int = 0,
    limit: int = PAGE,
) -> SaidPage:
    """What was written in answer to a question and holds `search`, a page at a time: the newest first, in an anonymous
    survey in no order. Of an identified survey what this visitor's shops wrote.
    """
    key = Words.submission_id
    columns: list[Any] = [key, Words.said]
    if not is_anonymous:
        columns += [Retailer.licence, Retailer.shop, Retailer.keeper, Area.name, Submission.submitted_at]
    statement = select(*columns).where(Words.survey_id == survey_id, Words.question == question).limit(limit + 1)
    if search:
        statement = statement.where(Words.said.icontains(search, autoescape=True))
    if not is_anonymous:
        mine = within(session, visitor, today=today)
        statement = (
            statement.join(Submission, Submission.id == key)
            .join(Retailer, Retailer.id == Submission.retailer_id)
            .join(Area, Area.id == Retailer.area_id)
            .where(*([] if mine is None else [mine]))
        )
    if before:
        statement = statement.where(key > before).order_by(key)
    else:
        statement = statement.where(*([key < after] if after else [])).order_by(key.desc())
    found = [Said(*row) for row in session.execute(statement)]
    is_more, lines = len(found) > limit, found[:limit]
    if before:
        lines.reverse()
    if not lines:
        return SaidPage((), None, None)
    has_before, has_after = (is_more, True) if before else (bool(after), is_more)
    return SaidPage(
        tuple(lines), lines[0].submission_id if has_before else None, lines[-1].submission_id if has_after else None
    )


def _cell(count: int | None, n: int) -> Cell:
    return Cell(count, None if count is None else rate(count, n))


def part(session: Session, visitor: Visitor, by: By) -> set[int] | None:
    """Which areas or managers somebody may see; None where it is all of them. Classes are the whole company's, and
    only for who sees all of it.
    """
    if visitor.is_company_wide:
        return None
    if by is By.CLASS:
        return set()
    if visitor.role is Role.MANAGER:
        if visitor.manager_id is None:
            return set()
        if by is By.MANAGER:
            return {visitor.manager_id}
        return set(session.scalars(select(Area.id).where(Area.manager_id == visitor.manager_id)))
    areas = area_ids(session, visitor) or set()
    if by is By.AREA:
        return areas
    heads = session.scalars(select(Area.manager_id).where(Area.id.in_(areas), Area.manager_id.is_not(None)))
    return {head for head in heads if head is not None}


def _score(entry: Mapping[str, Any], cells: Sequence[int | None]) -> float | None:
    if any(count is None for count in cells):
        return None
    points = {option["code"]: count or 0 for option, count in zip(entry["options"], cells, strict=True)}
    if entry["type"] == "nps":
        found = nps(points)
        return found.score if found else None
    if entry["type"] == "rating":
        content = csat(points)
        return content[0] if content else None
    return None
