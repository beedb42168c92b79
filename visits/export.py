"""A report as .xlsx: its figures, and every request behind them, in constant memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import xlsxwriter

from foundation.text import mask_phones
from visits.rules.figures import Figures, Line, Took
from visits.texts import answering, reports

#: The name of the long work done with it: a page asks for it, a job does it.
EXPORT = "visits.export"
STEP = 1000
#: Excel's last row, less the headings.
ROWS_OF_A_SHEET = 1_048_575
FIGURES = (
    "",
    "留言",
    "按承诺时限答复",
    "按承诺时限答复率",
    "24 小时内答复",
    "24 小时内答复率",
    *(f"{name}{share}(小时)" for name, _ in reports.TIMES.values() for share in ("中位数", " 90%")),
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
    "首次答复用时(小时)",
    "办结时间",
    "怎样办结",
    "超过承诺时限",
    "错过微信回复期",
    "评价",
    "评价说明",
    "按承诺时限答复",
)
_WIDTHS = (8, 16, 24, 12, 14, 12, 12, 12, 18, 18, 12, 18, 12, 10, 10, 8, 40, 10)


def _times(each: Figures) -> Iterator[float | None]:
    for took in Took:
        times = each.times.get(took)
        yield times.median if times else None
        yield times.ninth if times else None


def write(
    path: Path,
    title: str,
    figures: Sequence[Figures],
    lines: Iterable[Line],
    *,
    zone: ZoneInfo,
    progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Write a report; gives how many requests. Texts are written as texts: nothing in them is a formula."""
    # The folder for the unpacked rows is the file's own: the system's may be small.
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
    heading = book.add_format({"bold": True, "bg_color": "#E8EEF4", "text_wrap": True, "valign": "top"})
    as_text, share = book.add_format({"num_format": "@"}), book.add_format({"num_format": "0.0%"})
    moment, hours = book.add_format({"num_format": "yyyy-mm-dd hh:mm"}), book.add_format({"num_format": "0.0"})

    def at(value: datetime | None) -> datetime | None:
        return value.astimezone(zone).replace(tzinfo=None) if value else None

    summed = book.add_worksheet("汇总")
    summed.set_column(0, 0, 22)
    summed.set_column(1, len(FIGURES) - 1, 12)
    summed.write_string(0, 0, title, as_text)
    for column, name in enumerate(FIGURES):
        summed.write_string(1, column, name, heading)
    for row, each in enumerate(figures, 2):
        summed.write_string(row, 0, each.name, as_text)
        numbers = (
            (each.requests, None),
            (each.kept, None),
            (each.kept_share, share),
            (each.within, None),
            (each.within_share, share),
            *((seconds and seconds / 3600, hours) for seconds in _times(each)),
            (each.overdue, None),
            (each.lost, None),
            (each.open, None),
            (each.closed, None),
            (each.rated, None),
            (each.content, None),
            (each.content_share, share),
            (each.discontent, None),
            (each.shops, None),
        )
        for column, (number, form) in enumerate(numbers, 1):
            if number is not None:
                summed.write_number(row, column, number, form)
    for row, sentence in enumerate(reports.EXPLAINED, len(figures) + 3):
        summed.write_string(row, 0, sentence)
    count = 0
    for count, line in enumerate(lines, 1):
        place = (count - 1) % ROWS_OF_A_SHEET + 1
        if place == 1:
            number = (count - 1) // ROWS_OF_A_SHEET
            sheet = book.add_worksheet(f"留言{number + 1}" if number else "留言")
            for column, (name, width) in enumerate(zip(LINES, _WIDTHS, strict=True)):
                sheet.set_column(column, column, width)
                sheet.write_string(0, column, name, heading)
            sheet.freeze_panes(1, 0)
            sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        sheet.write_string(place, 0, f"#{line.number}", as_text)
        texts = (line.licence, line.shop, line.class_name, line.area, line.category, line.owner, line.answered_by)
        for column, text in enumerate(texts, 1):
            sheet.write_string(place, column, text, as_text)
        for column, value in ((8, line.opened_at), (9, line.first_answered_at), (11, line.closed_at)):
            if value is not None:
                sheet.write_datetime(place, column, at(value), moment)
        if line.seconds is not None:
            sheet.write_number(place, 10, line.seconds / 3600, hours)
        sheet.write_string(place, 12, answering.HOW_CLOSED.get(line.closed_how or "", ""), as_text)
        sheet.write_string(place, 13, "是" if line.is_overdue else "", as_text)
        sheet.write_string(place, 14, "是" if line.is_lost else "", as_text)
        sheet.write_string(place, 15, answering.SCORES.get(line.score or 0, ""), as_text)
        # Who may see phones is nothing a file can ask.
        sheet.write_string(place, 16, mask_phones(line.comment), as_text)
        sheet.write_string(place, 17, "" if line.is_kept is None else "是" if line.is_kept else "否", as_text)
        if count % STEP == 0:
            progress(count)
    book.close()
    return count
