"""Roster row: read cell by cell, each mistake reported with its cell."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from sys import intern
from typing import NamedTuple, cast

from foundation.text import phone_number
from foundation.workbooks.cells import Cell, Cells, Fault, NumberCell
from people import rules
from people.roster.cell_text import hours, is_rounded, text_of
from people.roster.headings import ADDRESS, AREA, CLASS, KEEPER, LICENCE, MANAGER, MANAGER_PHONE, PHONE, SHOP, TAGS
from people.roster.mistakes import Errors
from people.roster.twins import KnownNames

LONGEST = {SHOP: 80, KEEPER: 40, ADDRESS: 200, AREA: 60, MANAGER: 40, CLASS: 30}
#: Fields in which Excel may have made something else of what was typed.
_NAMES = {SHOP, KEEPER, ADDRESS, AREA, MANAGER, TAGS}
LONGEST_TAG, MOST_TAGS = 30, 20
#: Licence of the template's example row, which is skipped.
EXAMPLE = "350800000000"
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


@dataclass
class RowReader:
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
