"""Leading columns of an export: who answered, when, from where; in an anonymous survey only the day."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from foundation.workbooks.writing import Cell, TwoDecimals
from people.texts import licence
from questions.exporting import SOURCES, Guard
from surveys.export.rows import AnswerRow

IDENTIFIED = {
    "序号": 8,
    "许可证号": 16,
    "店名": 22,
    "片区": 12,
    "客户类型": 10,
    "客户经理": 10,
    "提交时间": 18,
    "用时（秒）": 9,
    "来源": 10,
    "有效": 6,
}
# Area, class and manager are left out too: together they often identify a shop.
ANONYMOUS = {"序号": 8, "提交日期": 12, "来源": 10, "有效": 6}
SCORE = {"得分": 8}
VERSION = {"版本": 6}


class Leading:
    """Leading columns. `guard` formats texts, `code` digits that are no number, `when` the moment.

    `numbers` are those of the versions by their ids; where there is only one, no column shows it. `is_scored`: whether
    sheets have scores.
    """

    def __init__(
        self,
        *,
        is_anonymous: bool,
        is_scored: bool,
        numbers: Mapping[int, int],
        guard: Guard,
        code: Guard,
        when: Callable[[datetime], Any],
    ) -> None:
        self._is_anonymous, self._is_scored, self._numbers = is_anonymous, is_scored, numbers
        self._guard, self._code, self._when = guard, code, when
        #: Headings and widths.
        self.columns = (ANONYMOUS if is_anonymous else IDENTIFIED) | (SCORE if is_scored else {})
        self.columns |= VERSION if len(numbers) > 1 else {}

    def cells(self, row: AnswerRow, number: int) -> list[Cell]:
        """Return the cells of a submission, the `number`-th of the file, in the order of `columns`."""
        cells: list[Cell] = [number]
        if not self._is_anonymous:
            cells.append(None if row.licence is None else self._code(licence(row.licence)))
            names = (row.shop, row.area, row.shop_class, row.manager)
            cells += [None if name is None else self._guard(name) for name in names]
        cells.append(self._when(row.submitted_at))
        if not self._is_anonymous:
            cells.append(row.seconds)
        cells += [SOURCES.get(row.source, row.source), "是" if row.is_valid else "否"]
        if self._is_scored:
            cells.append(None if row.score is None else TwoDecimals(row.score / 100))
        if len(self._numbers) > 1:
            cells.append(self._numbers[row.version_id])
        return cells
