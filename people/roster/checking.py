"""Checking a roster: every wrong cell is named in the words of who wrote it, all at once; one is enough to refuse."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from sys import intern
from typing import Any

from foundation.errors import Refused
from people import rules
from people.roster.reading import Table, column_letters, tables

LICENCE, SHOP, KEEPER, PHONE, ADDRESS = "许可证号", "店名", "店主", "手机", "地址"
AREA, CLASS, MANAGER, MANAGER_PHONE, TAGS = "片区", "客户类型", "客户经理", "经理手机", "标签"
COLUMNS = (LICENCE, SHOP, KEEPER, PHONE, ADDRESS, AREA, CLASS, MANAGER, MANAGER_PHONE)
OPTIONAL = {ADDRESS, TAGS}
LONGEST = {SHOP: 80, KEEPER: 40, ADDRESS: 200, AREA: 60, MANAGER: 40}
LONGEST_TAG, MOST_TAGS = 30, 20
#: The licence of the template's example row: a row that holds it was forgotten there.
EXAMPLE = "350800000000"
#: Errors that are told; the others are counted.
TOLD = 200
#: Rows above the header that may hold a title.
HEADER_WITHIN = 10
#: Rows between two calls of `progress`.
STEP = 1000

Progress = Callable[[int, int], None]

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\ufeff\ud800-\udfff]+")
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d+")


class WrongRoster(Refused):
    """A roster that cannot be brought in: `lines` for its author, one for each mistake, and how many there are."""

    def __init__(self, lines: list[str], count: int) -> None:
        self.lines, self.count = lines, count
        more = [f"还有 {count - len(lines)} 处没有列出。"] if count > len(lines) else []
        self.lines = [*lines, *more]
        super().__init__("\n".join([*self.lines, f"共 {count} 处要改,什么都没有导入。"]))


@dataclass(frozen=True, slots=True)
class Row:
    """A row that was found right. `address` and `tags` are None where the file has no such column."""

    number: int
    licence: str
    shop: str
    keeper: str
    phone: str
    address: str | None
    area: str
    class_name: str
    manager_phone: str
    tags: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Roster:
    """A roster without a mistake: what it names, and its rows, to be read again when they are written."""

    count: int
    notices: tuple[str, ...]
    #: Names by phone.
    managers: dict[str, str]
    #: For each area the phone of the manager with most of its rows; empty where no row names one.
    areas: dict[str, str]
    tags: frozenset[str]
    has_tags: bool
    rows: Callable[[], Iterator[Row]]


@dataclass
class _Errors:
    count: int = 0
    lines: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        self.count += 1
        if len(self.lines) < TOLD:
            self.lines.append(line)


def check(content: bytes, classes: Collection[str], progress: Progress | None = None) -> Roster:
    """Read and check a roster file. `classes` are the 客户类型 there are; `progress(done, total)` counts rows.

    Raises `WrongRoster` with every mistake, and `Refused` where the file is no roster at all.
    """
    table, header, columns = _find_header(content)
    errors, notices = _Errors(), _notices(columns)
    reader = _Reader(columns, frozenset(classes), errors)
    seen: dict[str, int] = {}
    managers: dict[str, tuple[str, int]] = {}
    areas: dict[str, Counter[str]] = defaultdict(Counter)
    tags: set[str] = set()
    for number, cells in table.rows():
        if progress and number % STEP == 0:
            progress(number, max(table.height, number))
        if number <= header or (row := reader.read(number, cells)) is None:
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
        progress(table.height, table.height)
    if errors.count:
        raise WrongRoster(errors.lines, errors.count)
    if not seen:
        raise Refused("表头下面没有零售户,没有可导入的内容。")
    if reader.examples:
        notices.append(f"第 {'、'.join(map(str, reader.examples))} 行是模板的示例,没有导入。")
    again = _Reader(columns, frozenset(classes), _Errors())

    def rows() -> Iterator[Row]:
        return (
            row for number, cells in table.rows() if number > header and (row := again.read(number, cells)) is not None
        )

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


def _find_header(content: bytes) -> tuple[Table, int, dict[str, int]]:
    """The sheet with the roster, the number of its header row, and where each column stands (counted from 0)."""
    for table in tables(content):
        for number, cells in table.rows():
            if number > HEADER_WITHIN:
                break
            headings = [re.sub(r"[\s*]+", "", rules.plain(str(cell))) for cell in cells]
            if LICENCE in headings:
                return table, number, _columns(headings)
    raise Refused(f"没有找到表头。第一行要有这些列:{'、'.join(COLUMNS)}。可以用 people template 做一张模板。")


def _columns(headings: list[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for index, heading in enumerate(headings):
        if heading in columns:
            raise Refused(f"表头里有两列“{heading}”({column_letters(columns[heading])} 和 {column_letters(index)})。")
        if heading:
            columns[heading] = index
    missing = [column for column in COLUMNS if column not in columns and column not in OPTIONAL]
    if missing:
        raise Refused(f"表头缺少列:{'、'.join(missing)}。")
    return columns


def _notices(columns: dict[str, int]) -> list[str]:
    ignored = [heading for heading in columns if heading not in COLUMNS and heading not in OPTIONAL]
    return [f"这些列用不到,已忽略:{'、'.join(ignored)}。"] if ignored else []


@dataclass
class _Reader:
    """Reads one row after another, and names what is wrong in it."""

    columns: dict[str, int]
    classes: frozenset[str]
    errors: _Errors
    #: The manager's name in the row read last: kept apart, since a `Row` knows managers by phone.
    manager: str = ""
    examples: list[int] = field(default_factory=list)

    def read(self, number: int, cells: list[Any]) -> Row | None:
        """A row, wrong parts empty and reported; None for a row that is blank, or the template's example."""
        if not any(cell is not None and str(cell).strip() for cell in cells):
            return None
        values = {name: cells[index] if index < len(cells) else "" for name, index in self.columns.items()}
        if text_of(values[LICENCE]) == EXAMPLE:
            self.examples.append(number)
            return None
        return Row(
            number=number,
            licence=self._licence(number, values[LICENCE]),
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
        """The name of a cell, as `C5`."""
        return f"{column_letters(self.columns[column])}{number}"

    def _wrong(self, column: str, number: int, what: str) -> str:
        self.errors.add(f"{self.cell(column, number)} {column}{what}")
        return ""

    def _text(self, number: int, column: str, value: Any, *, required: bool = True) -> str:
        text = text_of(value)
        if not text and required:
            return self._wrong(column, number, "没有填")
        if len(text) > LONGEST[column]:
            return self._wrong(column, number, f'"{text[:20]}…"太长,最多 {LONGEST[column]} 个字')
        return text

    def _licence(self, number: int, value: Any) -> str:
        text = text_of(value)
        if not text:
            return self._wrong(LICENCE, number, "没有填")
        if is_rounded(value):
            lost = f'"{text}"超过 15 位,Excel 已把后面的数字改成了 0,请把这一列设为文本再填一次'
            return self._wrong(LICENCE, number, lost)
        if _SCIENTIFIC.fullmatch(text):
            return self._wrong(LICENCE, number, f'"{text}"是科学计数,看不出原来的号,请把这一列设为文本再填一次')
        return rules.licence(text) or self._wrong(LICENCE, number, f'"{text[:40]}"不是 6 到 32 位的数字或字母')

    def _phone(self, number: int, column: str, value: Any) -> str:
        text = text_of(value)
        if not text:
            return self._wrong(column, number, "没有填")
        return rules.phone(text) or self._wrong(column, number, f'"{text[:40]}"不是 11 位手机号(座机要带区号)')

    def _class(self, number: int, value: Any) -> str:
        text = text_of(value)
        if not text:
            return self._wrong(CLASS, number, "没有填")
        if text in self.classes:
            return intern(text)
        return self._wrong(CLASS, number, f'"{text[:40]}"不认识,只能是:{"、".join(sorted(self.classes))}')

    def _manager(self, number: int, values: dict[str, Any]) -> str:
        """The manager's phone, and the name aside; both empty where the row leaves the shop to the area's manager."""
        name, phone = text_of(values[MANAGER]), text_of(values[MANAGER_PHONE])
        self.manager = self._text(number, MANAGER, name, required=bool(phone))
        return intern(self._phone(number, MANAGER_PHONE, phone)) if name or phone else ""

    def _tags(self, number: int, value: Any) -> tuple[str, ...]:
        found = sorted({tag.strip() for tag in re.split(r"[、,,;;]", text_of(value)) if tag.strip()})
        for tag in found:
            if len(tag) > LONGEST_TAG:
                self._wrong(TAGS, number, f'"{tag[:20]}…"太长,最多 {LONGEST_TAG} 个字')
        if len(found) > MOST_TAGS:
            self._wrong(TAGS, number, f"太多,最多 {MOST_TAGS} 个")
        return tuple(intern(tag) for tag in found)


def text_of(value: Any) -> str:
    """What a cell says. A whole number is its digits: Excel keeps 350802100001 as 350802100001.0.

    >>> text_of(350802100001.0), text_of(" 城南 \\n便利店 "), text_of(0.5), text_of("'0123")
    ('350802100001', '城南 便利店', '0.5', '0123')
    """
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if not isinstance(value, str):
        return "" if value is None else str(value)
    return " ".join(_CONTROL.sub(" ", value).split()).removeprefix("'")


def is_rounded(value: Any) -> bool:
    """Whether a number has more digits than Excel keeps: the 16th and further are lost.

    >>> is_rounded(3.508021000010001e+15), is_rounded(350802100001.0), is_rounded("3508021000010001")
    (True, False, False)
    """
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) >= 1e15
