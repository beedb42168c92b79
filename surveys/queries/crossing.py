"""Cross-tab of a question by area, class or customer manager, read from its counters."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.rules.visitors import Visitor
from people import visibility
from people.models import Area, Manager, ShopClass
from surveys.models import Cross
from surveys.rules.crossing import Cell, CrossedBy, CrossRow, CrossTab
from surveys.rules.disclosure import LEAST, disclosed_table, merged
from surveys.rules.statistics import csat, nps, rate
from surveys.rules.tally import ANSWERED

NAMES: Mapping[CrossedBy, Any] = {CrossedBy.AREA: Area, CrossedBy.CLASS: ShopClass, CrossedBy.MANAGER: Manager}
#: Together with the table by areas, one by managers would show how a small area answered: an anonymous survey has none.
ANONYMOUS_BY = (CrossedBy.AREA, CrossedBy.CLASS)


def cross(
    session: Session, visitor: Visitor, survey_id: int, entry: Mapping[str, Any], by: CrossedBy, *, is_anonymous: bool
) -> CrossTab:
    """Return the cross-tab of a question (an entry of the figures as shown) by area, class or manager.

    Reads as many counters as the table has cells, however many answered. A visitor with a part of the shops sees the
    areas and managers of that part. For an anonymous survey, cells that show too much are hidden and small groups are
    merged before a visitor's part is taken from it.
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
        row_of(entry, name, cells, n)
        for (name, members), n, cells in zip(groups, sizes, shown, strict=True)
        if seen is None or members <= seen
    )
    is_partly = bool(together) or any(count is None for cells in shown for count in cells)
    return CrossTab(rows, sum(sizes), entry["n"] or 0, is_partly)


def row_of(entry: Mapping[str, Any], name: str, cells: Sequence[int | None], n: int | None) -> CrossRow:
    """Return a row of a table, with the shares and score of its counts."""
    return CrossRow(name, n, tuple(_cell(count, n) for count in cells), _score(entry, cells))


def _cell(count: int | None, n: int | None) -> Cell:
    return Cell(count, None if count is None or n is None else rate(count, n))


def part(session: Session, visitor: Visitor, by: CrossedBy) -> set[int] | None:
    """Return the areas or managers somebody may see; None where it is all of them."""
    return visibility.groups(session, visitor, NAMES[by])


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
