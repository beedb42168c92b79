"""Roster check: all wrong cells are reported together, in the author's words; one error refuses the file."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from sys import intern
from typing import NamedTuple

from foundation.errors import Refused
from foundation.text import phone_number
from foundation.workbooks import reading
from foundation.workbooks.cells import Cell, Cells, Fault, Limits, NumberCell, Sheet, column_letters
from people import rules
from people.roster.cell_text import hours, is_rounded, text_of

LICENCE, SHOP, KEEPER, PHONE, ADDRESS = "许可证号", "店名", "店主", "手机", "地址"
AREA, CLASS, MANAGER, MANAGER_PHONE, TAGS = "片区", "客户类型", "客户经理", "经理手机", "标签"
COLUMNS = (LICENCE, SHOP, KEEPER, PHONE, ADDRESS, AREA, CLASS, MANAGER, MANAGER_PHONE)
OPTIONAL = {ADDRESS, TAGS}
LONGEST = {SHOP: 80, KEEPER: 40, ADDRESS: 200, AREA: 60, MANAGER: 40}
LONGEST_TAG, MOST_TAGS = 30, 20
#: Licence of the template's example row, which is skipped.
EXAMPLE = "350800000000"
#: Size limits. A roster of 100,000 shops has about 8 MB, and 60 MB unpacked.
LIMITS = Limits(file=64 << 20, unpacked=512 << 20, rows=500_000, columns=500)
#: Errors that are listed; further ones are only counted.
TOLD = 200
#: Rows above the header row that may hold a title.
HEADER_WITHIN = 10
#: Rows between two calls of `progress`.
BATCH = 1000

Progress = Callable[[int, int], None]

#: Texts that Excel makes of 3-5, 7:11 and True when it writes a CSV.
_CONVERTED = re.compile(
    r"(?P<date>(?:[0-9]{4}[/-][0-9]{1,2}[/-][0-9]{1,2}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4})(?:[ T][0-9:]{4,8})?|"
    r"(?:[0-9]{4}年)?[0-9]{1,2}月[0-9]{1,2}日|[0-9]{4}年[0-9]{1,2}月|"
    r"[0-9]{1,2}-[A-Z][a-z]{2}(?:-[0-9]{2,4})?|[A-Z][a-z]{2}-[0-9]{2})|"
    r"(?P<time>(?:[上下]午)?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[AP]M)?)|(?i:true|false)"
)
_BETWEEN_TAGS = re.compile(r"[、，,；;|｜\r\n]")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d+")


class WrongRoster(Refused):
    """Error: a roster that cannot be imported, with `lines` for its author, one for each mistake, and their number."""

    def __init__(self, lines: list[str], count: int) -> None:
        more = [f"还有 {count - len(lines)} 处没有列出。"] if count > len(lines) else []
        self.lines, self.count = [*lines, *more], count
        super().__init__("\n".join([*self.lines, f"共 {count} 处要改，什么都没有导入。"]))


class RosterRow(NamedTuple):
    """Checked roster row. `address` and `tags` are None where the file has no such column, or they do not change."""

    licence: str
    shop: str
    keeper: str
    phone: str
    address: str | None
    area: str
    class_name: str
    manager_phone: str
    tags: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Roster:
    """Checked roster: its managers, areas and tags, and its rows, which are read again when written."""

    count: int
    notices: tuple[str, ...]
    #: Names of managers by phone.
    managers: dict[str, str]
    #: By area, the phone of the manager with most of its rows; empty where no row has one.
    areas: dict[str, str]
    tags: frozenset[str]
    has_tags: bool
    rows: Callable[[], Iterator[RosterRow]]


@dataclass
class _Errors:
    count: int = 0
    lines: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        self.count += 1
        if len(self.lines) < TOLD:
            self.lines.append(line)


def check(content: bytes, classes: Collection[str], progress: Progress | None = None) -> Roster:
    """Read and check a roster file. `classes` are the existing 客户类型; `progress(done, total)` counts rows.

    Raises `WrongRoster` with every mistake, and `Refused` where the file is no roster at all.
    """
    sheet, header, columns, ignored, left_out = _find_header(content)
    held = _held(sheet, header, columns)
    errors, notices = _Errors(), _notices(sheet, ignored, left_out, held.said)
    is_text = not reading.is_workbook(content)
    reader = _Reader(columns, frozenset(classes), errors, is_text)
    seen: dict[str, int] = {}
    managers: dict[str, tuple[str, int]] = {}
    areas: dict[str, Counter[str]] = defaultdict(Counter)
    tags: set[str] = set()
    for number, cells in held.rows():
        if progress and number % BATCH == 0:
            progress(number, max(sheet.height, number))
        if (row := reader.read(number, cells)) is None:
            continue
        if row.licence:
            first = seen.setdefault(row.licence, number)
            if first != number:
                errors.add(f"{reader.cell(LICENCE, number)} {LICENCE}{row.licence}和第 {first} 行重复")
        if row.manager_phone:
            name, since = managers.setdefault(row.manager_phone, (reader.manager, number))
            if name != reader.manager:
                errors.add(
                    f"{reader.cell(MANAGER, number)} {MANAGER}“{reader.manager}”的手机 {row.manager_phone} "
                    f"在第 {since} 行是“{name}”的"
                )
        if row.area:
            areas[row.area][row.manager_phone] += 1
        tags.update(row.tags or ())
    if progress:
        progress(sheet.height, sheet.height)
    if errors.count:
        raise WrongRoster(errors.lines, errors.count)
    if not seen:
        raise Refused("表头下面没有零售户，没有可导入的内容。")
    if reader.examples:
        notices.append(f"第 {'、'.join(map(str, reader.examples))} 行是模板的示例，没有导入。")
    again = _Reader(columns, frozenset(classes), _Errors(), is_text)

    def rows() -> Iterator[RosterRow]:
        return (row for number, cells in held.rows() if (row := again.read(number, cells)) is not None)

    return Roster(
        count=len(seen),
        notices=tuple(notices),
        managers={phone: name for phone, (name, _) in managers.items()},
        areas={area: _most(phones) for area, phones in areas.items()},
        tags=frozenset(tags),
        has_tags=TAGS in columns,
        rows=rows,
    )


def _most(phones: Counter[str]) -> str:
    return next((phone for phone, _ in phones.most_common() if phone), "")


def _find_header(content: bytes) -> tuple[Sheet, int, dict[str, int], list[str], list[str]]:
    """The sheet with the roster, the number of its header row, the position of each column (counted from 0), the
    headings of ignored columns, and the names of further sheets with a roster."""
    sheets = iter(reading.sheets(content, LIMITS))
    for sheet in sheets:
        if (found := _headings(sheet)) is None:
            continue
        number, cells, headings = found
        for at, cell in cells.items():
            if isinstance(cell, Fault):
                raise Refused(f"表头 {column_letters(at)}{number} {cell.said}。")
        others = [each.name for each in sheets if reading.is_workbook(content) and _is_roster(each)]
        return sheet, number, *_columns(headings), others
    raise Refused(f"没有找到表头。第一行要有这些列：{'、'.join(COLUMNS)}。可以用 people template 做一张模板。")


def _headings(sheet: Sheet) -> tuple[int, Cells, dict[int, str]] | None:
    """The header row of a sheet, its cells and their texts; None where there is none."""
    for number, cells in sheet.rows() if sheet.is_visible else ():
        if number > HEADER_WITHIN:
            break
        headings = {at: re.sub(r"[\s*]+", "", rules.plain(str(cell))) for at, cell in cells.items()}
        if LICENCE in headings.values():
            return number, cells, headings
    return None


def _is_roster(sheet: Sheet) -> bool:
    """Whether another sheet has the headings of a roster too."""
    try:
        found = _headings(sheet)
    except Refused:  # nobody reads it
        return False
    return found is not None and set(COLUMNS) - OPTIONAL <= set(found[2].values())


def _columns(headings: dict[int, str]) -> tuple[dict[str, int], list[str]]:
    columns: dict[str, int] = {}
    for index, heading in headings.items():
        if heading in columns:
            raise Refused(f"表头里有两列“{heading}”（{column_letters(columns[heading])} 和 {column_letters(index)}）。")
        if heading in COLUMNS or heading in OPTIONAL:
            columns[heading] = index
    missing = [column for column in COLUMNS if column not in columns and column not in OPTIONAL]
    if missing:
        raise Refused(f"表头缺少列：{'、'.join(missing)}。")
    return columns, [each for each in dict.fromkeys(headings.values()) if each and each not in columns]


def _notices(sheet: Sheet, ignored: list[str], left_out: Sequence[str], merged: list[str]) -> list[str]:
    """Notices to the author about a file without errors."""
    notices = [f"这些列用不到，已忽略：{'、'.join(ignored)}。"] if ignored else []
    if left_out:
        others = "、".join(left_out)
        notices.append(
            f"只读了工作表“{sheet.name}”，这些工作表也是名单，没有读：{others}。要导入它们，请分别另存再导入。"
        )
    if merged:
        notices.append(f"合并的单元格按每一行都是同一个值读：{'、'.join(merged[:TOLD])}。")
    return notices


@dataclass(frozen=True, slots=True)
class _Held:
    """Rows below the header; a cell merged over several rows counts for each of them."""

    sheet: Sheet
    header: int
    #: Merged cells by first row: column and last row.
    merged: dict[int, list[tuple[int, int]]]
    said: list[str]

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """The rows with content; merged cells alone do not make a row."""
        holding: dict[int, tuple[Cell | None, int]] = {}
        for number, cells in self.sheet.rows():
            if number <= self.header or all(isinstance(cell, str) and not text_of(cell) for cell in cells.values()):
                continue
            for column, last in self.merged.get(number, ()):
                holding[column] = (cells.get(column), last)
            # Values hidden under a merged cell are not what the author sees.
            under = {column: cell for column, (cell, last) in holding.items() if number <= last}
            yield number, {at: cell for at, cell in (cells | under).items() if cell is not None} if under else cells


def _held(sheet: Sheet, header: int, columns: dict[str, int]) -> _Held:
    merged: dict[int, list[tuple[int, int]]] = defaultdict(list)
    said = []
    for each in sheet.merged:
        read = [column for column in columns.values() if each.left <= column <= each.right]
        is_heading = each.top <= header <= each.bottom and each.left < each.right
        if not read or (each.top <= header and not is_heading):
            continue
        if is_heading or read != [each.left]:
            raise Refused(f"{each} 合并了几列，看不出各是什么。请取消合并，每一格分别填写。")
        merged[each.top].append((each.left, each.bottom))
        said.append(str(each))
    return _Held(sheet, header, merged, said)


@dataclass
class _Reader:
    """Row reader that reports what is wrong."""

    columns: dict[str, int]
    classes: frozenset[str]
    errors: _Errors
    #: Whether the file is a CSV, in which all values are text.
    is_text: bool
    #: Manager's name in the last row read; separate, because a `RosterRow` has managers by phone.
    manager: str = ""
    examples: list[int] = field(default_factory=list)

    def read(self, number: int, cells: Cells) -> RosterRow | None:
        """Read a row, with wrong parts empty and reported; None for the template's example."""
        values: dict[str, Cell | None] = {name: cells.get(index, "") for name, index in self.columns.items()}
        licence = values[LICENCE]
        if text_of(licence) == EXAMPLE:
            self.examples.append(number)
            return None
        for name, value in values.items():
            if type(value) is not str or self.is_text:
                values[name] = self._said(number, name, value)
        return RosterRow(
            licence=self._licence(number, values[LICENCE], is_rounded=is_rounded(licence)),
            shop=self._text(number, SHOP, values[SHOP]),
            keeper=self._text(number, KEEPER, values[KEEPER]),
            phone=self._phone(number, PHONE, values[PHONE]),
            address=self._text(number, ADDRESS, values[ADDRESS], required=False) if ADDRESS in values else None,
            area=intern(self._text(number, AREA, values[AREA])),
            class_name=self._class(number, values[CLASS]),
            manager_phone=self._manager(number, values),
            tags=self._tags(number, values[TAGS]) if TAGS in values else None,
        )

    def cell(self, column: str, number: int) -> str:
        """The name of a cell, such as `C5`."""
        return f"{column_letters(self.columns[column])}{number}"

    def _wrong(self, column: str, number: int, what: str) -> str:
        self.errors.add(f"{self.cell(column, number)} {column}{what}")
        return ""

    def _said(self, number: int, column: str, value: Cell | None) -> str | None:
        """The text of a cell with any type of value; None, and an error report, where it cannot be known."""
        if isinstance(value, str):
            found = _CONVERTED.fullmatch(value.strip()) if column in (*LONGEST, TAGS) else None
            if found is None:
                return value
            made = "日期" if found["date"] else "时间" if found["time"] else "是/否"
        elif isinstance(value, Fault):
            self._wrong(column, number, value.said)
            return None
        elif isinstance(value, bool):
            made, value = "是/否", str(value).upper()
        elif isinstance(value, date | time | timedelta):
            made = "日期" if isinstance(value, date) else "时间"
            value = hours(value) if isinstance(value, timedelta) else value
        elif isinstance(value, NumberCell) and value.shown is None:
            self._wrong(column, number, f"存的是“{value.value}”，显示的却不同，请把这一格设为文本再填一次")
            return None
        else:
            return text_of(value)
        self._wrong(column, number, f"被 Excel 读成了{made}“{value}”，请在 .xlsx 里把这一格设为文本再填一次")
        return None

    def _text(self, number: int, column: str, value: Cell | None, *, required: bool = True) -> str:
        if value is None:
            return ""
        text = text_of(value)
        if not text and required:
            return self._wrong(column, number, "没有填")
        if len(text) > LONGEST[column]:
            return self._wrong(column, number, f"“{text[:20]}…”太长，最多 {LONGEST[column]} 个字")
        return text

    def _licence(self, number: int, value: Cell | None, *, is_rounded: bool) -> str:
        if value is None:
            return ""
        text = text_of(value)
        if not text:
            return self._wrong(LICENCE, number, "没有填")
        if is_rounded:
            lost = f"“{text}”超过 15 位，Excel 已把后面的数字改成了 0，请把这一列设为文本再填一次"
            return self._wrong(LICENCE, number, lost)
        if _SCIENTIFIC.fullmatch(text):
            return self._wrong(LICENCE, number, f"“{text}”是科学计数，看不出原来的号，请把这一列设为文本再填一次")
        return rules.licence(text) or self._wrong(LICENCE, number, f"“{text[:40]}”不是 6 到 32 位的数字或字母")

    def _phone(self, number: int, column: str, value: Cell | None) -> str:
        if value is None:
            return ""
        text = text_of(value)
        if not text:
            return self._wrong(column, number, "没有填")
        return phone_number(text) or self._wrong(column, number, f"“{text[:40]}”不是 11 位手机号（座机要带区号）")

    def _class(self, number: int, value: Cell | None) -> str:
        if value is None:
            return ""
        text = text_of(value)
        if not text:
            return self._wrong(CLASS, number, "没有填")
        if text in self.classes:
            return intern(text)
        return self._wrong(CLASS, number, f"“{text[:40]}”不认识，只能是：{'、'.join(sorted(self.classes))}")

    def _manager(self, number: int, values: dict[str, Cell | None]) -> str:
        """The manager's phone (the name is kept separately); both empty where the row names no manager of the shop."""
        if values[MANAGER] is None or values[MANAGER_PHONE] is None:
            self.manager = ""
            return ""
        name, phone = text_of(values[MANAGER]), text_of(values[MANAGER_PHONE])
        self.manager = self._text(number, MANAGER, name, required=bool(phone))
        return intern(self._phone(number, MANAGER_PHONE, phone)) if name or phone else ""

    def _tags(self, number: int, value: Cell | None) -> tuple[str, ...]:
        text = value if isinstance(value, str) else text_of(value)
        found = sorted({tag for each in _BETWEEN_TAGS.split(text) if (tag := text_of(each))})
        for tag in found:
            if len(tag) > LONGEST_TAG:
                self._wrong(TAGS, number, f"“{tag[:20]}…”太长，最多 {LONGEST_TAG} 个字")
        if len(found) > MOST_TAGS:
            self._wrong(TAGS, number, f"太多，最多 {MOST_TAGS} 个")
        return tuple(intern(tag) for tag in found)
