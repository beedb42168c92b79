"""Roster check: all wrong cells are reported together, in the author's words; one error refuses the file."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from itertools import takewhile
from sys import intern
from typing import NamedTuple, cast

from foundation.errors import Refused
from foundation.text import phone_number
from foundation.workbooks import reading
from foundation.workbooks.cells import Cell, Cells, Fault, Limits, NumberCell, Sheet, column_letters
from people import rules
from people.roster import headings
from people.roster.cell_text import hours, is_rounded, text_of
from people.roster.headings import (
    ADDRESS,
    AREA,
    CLASS,
    KEEPER,
    LICENCE,
    MANAGER,
    MANAGER_PHONE,
    PHONE,
    SHOP,
    TAGS,
    FileColumn,
    Header,
)
from people.roster.twins import KnownNames

LONGEST = {SHOP: 80, KEEPER: 40, ADDRESS: 200, AREA: 60, MANAGER: 40, CLASS: 30}
#: Fields in which Excel may have made something else of what was typed.
_NAMES = {SHOP, KEEPER, ADDRESS, AREA, MANAGER, TAGS}
LONGEST_TAG, MOST_TAGS = 30, 20
#: Licence of the template's example row, which is skipped.
EXAMPLE = "350800000000"
#: Size limits. A roster of 100,000 shops has about 8 MB, and 60 MB unpacked.
LIMITS = Limits(file=64 << 20, unpacked=512 << 20, rows=500_000, columns=500)
#: Errors that are listed, and those that are marked in the file; further ones are only counted.
TOLD, MARKS = 200, 20_000
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


@dataclass(frozen=True, slots=True)
class Means:
    """What somebody said of a file: the fields of its headings; and of areas, classes and managers' phones we do not
    know, the one that is meant, or, with an empty text, that it is new."""

    columns: Mapping[str, str] = field(default_factory=dict)
    areas: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    managers: Mapping[str, str] = field(default_factory=dict)


class WrongRoster(Refused):
    """Error: a roster that cannot be imported, with `lines` for its author, one for each mistake, and their number;
    and its rows, with what is wrong in which cell of them."""

    def __init__(self, errors: "Errors", rows: Callable[[], Iterator[tuple[int, Cells]]], header: int) -> None:
        lines, count = errors.lines, errors.count
        more = [f"还有 {count - len(lines)} 处没有列出。"] if count > len(lines) else []
        self.lines, self.count = [*lines, *more], count
        self.marks, self.rows, self.header = errors.marks, rows, header
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
    #: Rows of each area.
    area_rows: Mapping[str, int]
    #: Classes we do not know, with the one each is likely meant for and is read as, and its rows.
    unsure_classes: Mapping[str, tuple[str, int]]
    #: What was said before of names in this file, and is read so.
    met: Means
    headings: Sequence[FileColumn]


@dataclass
class Errors:
    """Mistakes of a roster: all are counted, many marked, some told."""

    count: int = 0
    lines: list[str] = field(default_factory=list)
    #: By row, the columns and what is wrong in them.
    marks: dict[int, list[tuple[int, str]]] = field(default_factory=dict)

    def add(self, number: int, at: int, column: str, what: str) -> None:
        self.count += 1
        if self.count <= TOLD:
            self.lines.append(f"{column_letters(at)}{number} {column}{what}")
        if self.count <= MARKS:
            self.marks.setdefault(number, []).append((at, f"{column}{what}"))


def check(
    content: bytes, classes: Collection[str], progress: Progress | None = None, means: Means | None = None
) -> Roster:
    """Read and check a roster file. `classes` are the existing 客户类型; `progress(done, total)` counts rows.

    Raises `WrongRoster` with every mistake, `UnknownHeadings` where columns are missing, and `Refused` where the file
    is no roster at all.
    """
    means = means or Means()
    header = headings.find(content, means.columns, LIMITS)
    sheet = header.sheet
    held = _held(sheet, header.number, header.columns)
    errors, notices = Errors(), _notices(header, held.said)
    is_text = not reading.is_workbook(content)
    reader = _Reader(header.columns, frozenset(classes), errors, is_text, means)
    across = _Across(reader, errors)
    for number, cells in held.rows():
        if progress and number % BATCH == 0:
            progress(number, max(sheet.height, number))
        if (row := reader.read(number, cells)) is not None:
            across.add(number, row)
    if progress:
        progress(sheet.height, sheet.height)
    if errors.count:
        raise WrongRoster(errors, held.whole, header.number)
    if not across.licences:
        raise Refused("表头下面没有零售户，没有可导入的内容。")
    if reader.examples:
        notices.append(f"第 {'、'.join(map(str, reader.examples))} 行是模板的示例，没有导入。")
    again = _Reader(header.columns, frozenset(classes), Errors(), is_text, means)

    def rows() -> Iterator[RosterRow]:
        return (row for number, cells in held.rows() if (row := again.read(number, cells)) is not None)

    return Roster(
        count=len(across.licences),
        notices=tuple(notices),
        managers={phone: name for phone, (name, _) in across.managers.items()},
        areas={area: _most(phones) for area, phones in across.areas.items()},
        tags=frozenset(across.tags),
        has_tags=TAGS in header.columns,
        rows=rows,
        area_rows={area: phones.total() for area, phones in across.areas.items()},
        unsure_classes={said: (twin, number) for said, (twin, number) in reader.unsure.items()},
        met=replace(reader.met, columns=means.columns),
        headings=header.headings,
    )


def _most(phones: Counter[str]) -> str:
    return next((phone for phone, _ in phones.most_common() if phone), "")


def _notices(header: Header, merged: list[str]) -> list[str]:
    """Notices to the author about a file without errors."""
    notices = [f"这些列用不到，已忽略：{'、'.join(header.ignored)}。"] if header.ignored else []
    if header.left_out:
        others = "、".join(header.left_out)
        notices.append(
            f"只读了工作表“{header.sheet.name}”，这些工作表也是名单，没有读：{others}。要导入它们，请分别另存再导入。"
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

    def whole(self) -> Iterator[tuple[int, Cells]]:
        """All rows: those above the header, the header, and those below it."""
        yield from takewhile(lambda row: row[0] <= self.header, self.sheet.rows())
        yield from self.rows()

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


def _held(sheet: Sheet, header: int, columns: Mapping[str, int]) -> _Held:
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
class _Across:
    """What the rows of a file say together, and where one contradicts another."""

    reader: "_Reader"
    errors: Errors
    #: By licence, the row that has it.
    licences: dict[str, int] = field(default_factory=dict)
    #: By phone, the manager's name and the row that said it first.
    managers: dict[str, tuple[str, int]] = field(default_factory=dict)
    #: By area, how many rows have which manager.
    areas: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    tags: set[str] = field(default_factory=set)

    def add(self, number: int, row: RosterRow) -> None:
        """Add the row that was just read."""
        columns, manager = self.reader.columns, self.reader.manager
        if row.licence:
            first = self.licences.setdefault(row.licence, number)
            if first != number:
                self.errors.add(number, columns[LICENCE], LICENCE, f"{row.licence}和第 {first} 行重复")
        if row.manager_phone and not self.reader.is_another:
            name, since = self.managers.setdefault(row.manager_phone, (manager, number))
            if name != manager:
                what = f"“{manager}”的手机 {row.manager_phone} 在第 {since} 行是“{name}”的"
                self.errors.add(number, columns[MANAGER], MANAGER, what)
        if row.area:
            self.areas[row.area][row.manager_phone] += 1
        self.tags.update(row.tags or ())


@dataclass
class _Reader:
    """Row reader that reports what is wrong."""

    columns: Mapping[str, int]
    classes: frozenset[str]
    errors: Errors
    #: Whether the file is a CSV, in which all values are text.
    is_text: bool
    means: Means
    #: Manager's name in the last row read; separate, because a `RosterRow` has managers by phone.
    manager: str = ""
    #: Whether the last row's manager is another one than it names, as somebody said.
    is_another: bool = False
    examples: list[int] = field(default_factory=list)
    #: Classes nobody has said anything of: the near one each is read as, and its rows.
    unsure: dict[str, tuple[str, int]] = field(default_factory=dict)
    met: Means = field(default_factory=lambda: Means({}, {}, {}, {}))

    def __post_init__(self) -> None:
        self.known = KnownNames(self.classes)

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
            area=self._area(number, values[AREA]),
            class_name=self._class(number, values[CLASS]),
            manager_phone=self._manager(number, values),
            tags=self._tags(number, values[TAGS]) if TAGS in values else None,
        )

    def _wrong(self, column: str, number: int, what: str) -> str:
        self.errors.add(number, self.columns[column], column, what)
        return ""

    def _said(self, number: int, column: str, value: Cell | None) -> str | None:
        """The text of a cell with any type of value; None, and an error report, where it cannot be known."""
        if isinstance(value, str):
            found = _CONVERTED.fullmatch(value.strip()) if column in _NAMES else None
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
        if (meant := self.means.classes.get(text)) is not None and len(text) <= LONGEST[CLASS]:
            self._meet(self.met.classes, text, meant)
            return intern(meant or text)
        if twin := self.known.twin(text[: LONGEST[CLASS]]):
            self.unsure[text] = (twin, self.unsure.get(text, ("", 0))[1] + 1)
            return intern(twin)
        return self._wrong(CLASS, number, f"“{text[:40]}”不认识，只能是：{'、'.join(sorted(self.classes))}")

    def _manager(self, number: int, values: dict[str, Cell | None]) -> str:
        """The manager's phone (the name is kept separately); both empty where the row names no manager of the shop."""
        if values[MANAGER] is None or values[MANAGER_PHONE] is None:
            self.manager, self.is_another = "", False
            return ""
        name, phone = text_of(values[MANAGER]), text_of(values[MANAGER_PHONE])
        self.manager = self._text(number, MANAGER, name, required=bool(phone))
        read = self._phone(number, MANAGER_PHONE, phone) if name or phone else ""
        meant = self.means.managers.get(read)
        self.is_another = bool(meant)
        if meant is not None:
            self._meet(self.met.managers, read, meant)
        return intern(meant or read)

    def _area(self, number: int, value: Cell | None) -> str:
        text = self._text(number, AREA, value)
        meant = self.means.areas.get(text)
        if meant is not None:
            self._meet(self.met.areas, text, meant)
        return intern(meant or text)

    def _meet(self, met: Mapping[str, str], said: str, meant: str) -> None:
        cast(dict[str, str], met)[said] = meant

    def _tags(self, number: int, value: Cell | None) -> tuple[str, ...]:
        text = value if isinstance(value, str) else text_of(value)
        found = sorted({tag for each in _BETWEEN_TAGS.split(text) if (tag := text_of(each))})
        for tag in found:
            if len(tag) > LONGEST_TAG:
                self._wrong(TAGS, number, f"“{tag[:20]}…”太长，最多 {LONGEST_TAG} 个字")
        if len(found) > MOST_TAGS:
            self._wrong(TAGS, number, f"太多，最多 {MOST_TAGS} 个")
        return tuple(intern(tag) for tag in found)
