"""Workbook of a report (.xlsx): its figures, and every request behind them, written in constant memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from foundation.text import mask_phones
from foundation.workbooks.writing import (
    ROWS_OF_A_SHEET,
    Cell,
    Digits,
    Heading,
    OneDecimal,
    Percent,
    Serial,
    Workbook,
    serial,
)
from people.texts import licence
from visits.rules.figures import ReportRow, RequestRow, Took
from visits.texts import answering, reports

#: The name of the task: a page asks for it, a job does it.
EXPORT = "visits.export"
BATCH = 1000
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
LINES = (
    "编号",
    "许可证号",
    "店名",
    "客户类型",
    "片区",
    "类别",
    "负责人",
    "首次答复人",
    "留言时间",
    "首次答复",
    "首次答复用时（小时）",
    "办结时间",
    "怎样办结",
    "超过承诺时限",
    "错过微信回复期",
    "评价",
    "评价说明",
    "按承诺时限答复",
)
_WIDTHS = (8, 16, 24, 12, 14, 12, 12, 12, 18, 18, 12, 18, 12, 10, 10, 8, 40, 10)


def write(
    path: Path,
    title: str,
    figures: Sequence[ReportRow],
    lines: Iterable[RequestRow],
    *,
    zone: ZoneInfo,
    progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Write a report to a file; gives how many requests."""
    # Temporary files go to the file's own folder: the system's may be small.
    with Workbook(path, folder=path.parent, formats={Serial: {"num_format": "yyyy-mm-dd hh:mm"}}) as book:
        summed = book.sheet("汇总", (22, *(12 for _ in FIGURES[1:])))
        summed.write([title])
        summed.write(map(Heading, FIGURES))
        for each in figures:
            summed.write(_figures(each))
        summed.write([])
        for sentence in reports.EXPLAINED:
            summed.write([sentence])
        count = 0
        for count, line in enumerate(lines, 1):
            if count % ROWS_OF_A_SHEET == 1:
                number = count // ROWS_OF_A_SHEET
                sheet = book.sheet(f"留言{number + 1}" if number else "留言", _WIDTHS)
                sheet.freeze_panes(1, 0)
                sheet.write(map(Heading, LINES))
            sheet.write(_line(line, zone))
            if count % BATCH == 0:
                progress(count)
    return count


def _figures(each: ReportRow) -> Iterator[Cell]:
    yield from (Digits(each.name), each.requests, each.kept, _marked(Percent, each.kept_share))
    yield from (each.within, _marked(Percent, each.within_share))
    for seconds in _times(each):
        yield _hours(seconds)
    yield from (each.overdue, each.lost, each.open, each.closed, each.rated, each.content)
    yield from (_marked(Percent, each.content_share), each.discontent, each.shops)


def _line(line: RequestRow, zone: ZoneInfo) -> Iterator[Cell]:
    yield Digits(f"#{line.number}")
    names = (licence(line.licence), line.shop, line.class_name, line.area, line.category, line.owner, line.answered_by)
    yield from map(Digits, names)
    yield from (_moment(line.opened_at, zone), _moment(line.first_answered_at, zone), _hours(line.seconds))
    yield _moment(line.closed_at, zone)
    texts = (
        answering.HOW_CLOSED.get(line.closed_how or "", ""),
        "是" if line.is_overdue else "",
        "是" if line.is_lost else "",
        answering.SCORES.get(line.score or 0, ""),
        # A file cannot check who may see phone numbers.
        mask_phones(line.comment),
        "" if line.is_kept is None else "是" if line.is_kept else "否",
    )
    yield from map(Digits, texts)


def _times(each: ReportRow) -> Iterator[float | None]:
    for took in Took:
        times = each.times.get(took)
        yield times.median if times else None
        yield times.ninth if times else None


def _moment(at: datetime | None, zone: ZoneInfo) -> Cell:
    return serial(at, zone) if at else None


def _hours(seconds: float | None) -> Cell:
    return _marked(OneDecimal, seconds and seconds / 3600)


def _marked(kind: type[Percent | OneDecimal], number: float | None) -> Cell:
    return None if number is None else kind(number)
