"""Sheet of a report's figures, in front of the requests behind them in its file (.xlsx)."""

from collections.abc import Iterator, Sequence

from foundation.workbooks.writing import Cell, Digits, Heading, OneDecimal, Percent, Workbook
from visits.rules.figures import ReportRow, ReportTime
from visits.texts import reports

FIGURES = (
    "",
    "留言",
    "按承诺时限答复",
    "按承诺时限答复率",
    "24 小时内答复",
    "24 小时内答复率",
    *(f"{name}{share}（小时）" for name, _ in reports.TIMES.values() for share in ("中位数", " 90%")),
    "超过承诺时限",
    "错过微信回复期",
    "没办结",
    "已办结",
    "评价过",
    "满意",
    "满意率",
    "不满意",
    "负责的店",
)


def write(book: Workbook, title: str, figures: Sequence[ReportRow]) -> None:
    """Add the sheet to a workbook."""
    sheet = book.sheet("汇总", (22, *(12 for _ in FIGURES[1:])))
    sheet.write([title])
    sheet.write(map(Heading, FIGURES))
    for each in figures:
        sheet.write(_figures(each))
    sheet.write([])
    for sentence in reports.EXPLAINED:
        sheet.write([sentence])


def _figures(each: ReportRow) -> Iterator[Cell]:
    yield from (Digits(each.name), each.requests, each.kept, _marked(Percent, each.kept_share))
    yield from (each.within, _marked(Percent, each.within_share))
    for seconds in _times(each):
        yield _hours(seconds)
    yield from (each.overdue, each.lost, each.open, each.closed, each.rated, each.content)
    yield from (_marked(Percent, each.content_share), each.discontent, each.shops)


def _times(each: ReportRow) -> Iterator[float | None]:
    for took in ReportTime:
        times = each.times.get(took)
        yield times.median if times else None
        yield times.ninth if times else None


def _hours(seconds: float | None) -> Cell:
    return _marked(OneDecimal, seconds and seconds / 3600)


def _marked(kind: type[Percent | OneDecimal], number: float | None) -> Cell:
    return None if number is None else kind(number)
