"""File of a month: its table as the page shows it, with the moment and whose it is; then its areas."""

from collections.abc import Iterator
from dataclasses import dataclass

from console.lists.listing import Asked, Column, Listing
from effect.permissions import EFFECT_EXPORT, EFFECT_SEE
from effect.queries import areas, groups, looking, savings
from effect.queries.looking import BACK, MonthRow, MonthView
from effect.rules import changes, figures, months
from effect.rules.groups import COMPANY
from effect.texts import month as texts
from foundation.errors import Refused
from foundation.paging import Cursor, Page
from foundation.workbooks.writing import Cell, Digits, Heading, Percent, SheetTitle, TwoDecimals, Workbook
from wechat_bot.measure import Fact, Measure

NONE_SEEN = "您现在看不到这些店的成效。"


@dataclass(frozen=True, slots=True)
class AreaFact:
    """Line of the file's second sheet: a measure of an area in the month, and in the month before."""

    area: str
    service: str
    measure: Measure
    fact: Fact | None
    before: Fact | None


def _view(asked: Asked) -> MonthView:
    found = looking.view(asked.session, asked.services, asked.extensions, asked.visitor, asked.given, now=asked.now)
    if found is None:
        raise Refused(NONE_SEEN)
    return found


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[AreaFact]:
    """All lines at once: as many as there are areas and measures."""
    shown = _view(asked)
    facts = areas.facts(asked.session, shown.month, shown.group)
    lines = [
        AreaFact(name, section.group.label, row.measure, *facts.of(area_id, row.measure))
        for area_id, name in facts.names.items()
        for section in shown.sections
        for row in section.rows
        if not row.measure.is_of_company
    ]
    return Page(tuple(lines))


def _write(asked: Asked, book: Workbook) -> None:
    """Write the month's own sheet."""
    shown, zone = _view(asked), asked.services.zone
    sheet = book.sheet("成效", (24, 24, 12, 12, 12, 10, *(10 for _ in range(BACK))))
    state, at = shown.state, f"{asked.now.astimezone(zone):%Y-%m-%d %H:%M}"
    counted = state.closed_at or state.filed_at
    said = texts.counted(
        state.filed_at, state.closed_at, f"{counted.astimezone(zone):%Y-%m-%d %H:%M}" if counted else ""
    )
    sheet.write([SheetTitle(f"{texts.month(shown.month)}成效")])
    sheet.write([f"{asked.services.account_name} · {shown.group.label} · {said}"])
    sheet.write([f"{asked.visitor.name} {at} 导出"])
    sheet.write([])
    span = [months.written(months.before(shown.month, by)) for by in reversed(range(BACK))]
    sheet.write(map(Heading, ("指标", "纸面", "上月", "本月", "总数", "变化", *span)))
    for section in shown.sections:
        if section.rows:
            sheet.write([Heading(section.group.label)])
            for row in section.rows:
                sheet.write(_cells(row))
    if saved := savings.lines(asked.session, shown.month, shown.group, shown.found):
        sheet.write([Heading("省下的钱")])
        for each in saved:
            sheet.write([each.label, "", "", _yuan(each.yuan), each.of, Digits(each.said)])
        if shown.group != COMPANY:
            sheet.write([savings.of_company_only([each.measure for each in shown.found])])
    sheet.write([])
    for sentence in (texts.DASH, *((texts.OPEN,) if shown.is_running else ()), *texts.EXPLAINED):
        sheet.write([sentence])


def _cells(row: MonthRow) -> Iterator[Cell]:
    found, measure = row.found, row.measure
    yield Digits(measure.label)
    yield Digits(found.paper.shown) if found.paper else "—"
    yield _cell(measure, found.before)
    yield _cell(measure, found.fact)
    yield _events(measure, found.fact, "of")
    yield Digits(row.change.text)
    for each in reversed((found.fact, *found.earlier[: BACK - 1])):
        yield _cell(measure, each)


def _cell(measure: Measure, fact: Fact | None) -> Cell:
    """The cell of a fact; a dash where nothing was measured, never 0."""
    value = figures.value(measure, fact)
    if value is None:
        return "—"
    return Percent(value) if changes.is_share(measure) else int(value)


def _yuan(amount: float | None) -> Cell:
    if amount is None:
        return "—"
    return amount if isinstance(amount, int) else TwoDecimals(amount)


def _events(measure: Measure, fact: Fact | None, which: str) -> Cell:
    """A number of events; of those that come out by degrees also their sum, each counting from 0 to 1."""
    count = getattr(fact, which, None)
    return count if count is None or measure.per == 1 else TwoDecimals(count / measure.per)


def _said(asked: Asked) -> str:
    group = groups.chosen(asked.session, asked.visitor, asked.given.get("of", ""))
    month = asked.given.get("month", "") or months.written(months.current(asked.now, asked.services.zone))
    return f"{month} {group.label if group else ''}"


MONTH: Listing[AreaFact] = Listing(
    "effect.month",
    "月度成效",
    EFFECT_SEE,
    (
        Column("area", "片区", lambda line: line.area),
        Column("service", "服务", lambda line: line.service),
        Column("measure", "指标", lambda line: line.measure.label, width=20),
        Column("now", "本月", lambda line: _events(line.measure, line.fact, "n"), is_number=True),
        Column("of", "总数", lambda line: _events(line.measure, line.fact, "of"), is_number=True),
        Column("before", "上月", lambda line: _events(line.measure, line.before, "n"), is_number=True),
        Column("before_of", "上月总数", lambda line: _events(line.measure, line.before, "of"), is_number=True),
        Column("unit", "单位", lambda line: line.measure.unit),
    ),
    find=_find,
    keeps=("month", "of"),
    means=_said,
    unit="行",
    export=EFFECT_EXPORT,
    did="effect.export",
    sheet="片区明细",
    before=_write,
)
