"""Roster headings: which column of a file is which of ours, by its name or by what somebody said of it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from foundation.errors import Refused
from foundation.workbooks import reading
from foundation.workbooks.cells import Cells, Fault, Limits, Sheet, column_letters
from people import rules
from people.roster.cell_text import text_of

LICENCE, SHOP, KEEPER, PHONE, ADDRESS = "许可证号", "店名", "店主", "手机", "地址"
AREA, CLASS, MANAGER, MANAGER_PHONE, TAGS = "片区", "客户类型", "客户经理", "经理手机", "标签"
COLUMNS = (LICENCE, SHOP, KEEPER, PHONE, ADDRESS, AREA, CLASS, MANAGER, MANAGER_PHONE)
OPTIONAL = {ADDRESS, TAGS}
FIELDS = (*COLUMNS, TAGS)
REQUIRED = tuple(each for each in COLUMNS if each not in OPTIONAL)
#: Heading of the column that we add to a file with its mistakes marked.
MARKED = "要改什么"
#: Words that headings of other systems have for ours: only suggested, never taken for said.
LIKELY = {
    LICENCE: ("许可证", "专卖证", "客户编码", "证号"),
    SHOP: ("店铺", "商户名", "客户名", "企业名", "字号", "名称"),
    KEEPER: ("负责人", "经营者", "法人", "业主", "联系人", "店主"),
    MANAGER_PHONE: ("经理电话", "经理手机", "经理联系"),
    PHONE: ("手机", "电话", "联系方式"),
    ADDRESS: ("地址", "住址"),
    AREA: ("片区", "区域", "线路", "服务站", "辖区"),
    CLASS: ("类型", "分类", "业态", "档位", "类别"),
    MANAGER: ("客户经理", "经理"),
    TAGS: ("标签", "标记"),
}
#: Rows above the header row that may hold a title; characters of a heading that are compared.
HEADER_WITHIN, LONGEST_HEADING = 10, 60
#: Headings that are offered to choose from, rows below that are looked at for examples, and examples of each.
MOST_HEADINGS, LOOKED_AT, SAMPLES = 100, 30, 3


@dataclass(frozen=True, slots=True)
class FileColumn:
    """Column of a file's column, with some of the values below it, and the field that it is; empty for none."""

    letters: str
    text: str
    field: str
    #: Field that it could be, where nobody has said.
    likely: str
    samples: Sequence[str]


@dataclass(frozen=True, slots=True)
class Header:
    """Header row of a roster: its sheet and number, the position of each field (from 0), and all its headings."""

    sheet: Sheet
    number: int
    columns: Mapping[str, int]
    #: Headings nobody reads, and the names of further sheets with a roster.
    ignored: Sequence[str]
    left_out: Sequence[str]
    headings: Sequence[FileColumn]


class UnknownHeadings(Refused):
    """Error: a file some of whose columns are not there, or have other headings: somebody has to say which they are."""

    def __init__(self, sentence: str, headings: Sequence[FileColumn], missing: Sequence[str]) -> None:
        super().__init__(sentence)
        self.headings, self.missing = headings, missing


def find(content: bytes, said: Mapping[str, str], limits: Limits) -> Header:
    """The header of a file. `said` are fields by heading, empty for a column that is not to be read.

    Raises `UnknownHeadings` where a required field has no column, and `Refused` where the file holds no table of shops.
    """
    is_workbook = reading.is_workbook(content)
    sheets = iter(reading.sheets(content, limits))
    for sheet in sheets:
        if (found := _header(sheet, said)) is not None:
            return _whole(sheet, *found, said, [each.name for each in sheets if is_workbook and _is_roster(each, said)])
    for sheet in reading.sheets(content, limits):
        if (found := _likely_header(sheet)) is not None:
            return _whole(sheet, *found, said, [])
    raise Refused(f"没有找到表头。第一行要有这些列：{'、'.join(COLUMNS)}。请照名单模板填，表头不要改。")


def chosen(headings: Sequence[Mapping[str, Any]], fields: Sequence[str]) -> dict[str, str]:
    """What somebody says of headings, in their order; a field stands for one column only, and none may be missing.

    >>> chosen([{"text": "证号"}, {"text": "备注"}], ["许可证号", ""])
    Traceback (most recent call last):
    foundation.errors.Refused: 还没有说哪一列是：店名、店主、手机、片区、客户类型、客户经理、经理手机。
    """
    given = [field if field in FIELDS else "" for field in fields]
    if twice := next((each for each in given if each and given.count(each) > 1), ""):
        raise Refused(f"有两列都选了“{twice}”，请只留一列。")
    if missing := [each for each in REQUIRED if each not in given]:
        raise Refused(f"还没有说哪一列是：{'、'.join(missing)}。")
    return {str(heading["text"]): field for heading, field in zip(headings, given, strict=False)}


def _whole(
    sheet: Sheet, number: int, cells: Cells, texts: Mapping[int, str], said: Mapping[str, str], others: Sequence[str]
) -> Header:
    for at, cell in cells.items():
        if isinstance(cell, Fault):
            raise Refused(f"表头 {column_letters(at)}{number} {cell.said}。")
    fields = _fields(texts, said)
    headings = tuple(_listed(sheet, number, texts, fields))
    missing = [column for column in REQUIRED if column not in fields.values()]
    if missing:
        raise UnknownHeadings(f"表头缺少列：{'、'.join(missing)}。", headings, missing)
    columns = {field: at for at, field in fields.items()}
    ignored = [each for at, each in texts.items() if each and at not in fields and each != MARKED]
    return Header(sheet, number, columns, list(dict.fromkeys(ignored)), others, headings)


def _fields(texts: Mapping[int, str], said: Mapping[str, str]) -> dict[int, str]:
    """The fields of columns. A heading of ours counts before what was said of another one."""
    found: dict[int, str] = {}
    for at, text in texts.items():
        field = said.get(text[:LONGEST_HEADING], text if text in FIELDS else "")
        if not field:
            continue
        before = next((place for place, each in found.items() if each == field), None)
        if before is None:
            found[at] = field
        elif text == texts[before]:
            raise Refused(f"表头里有两列“{text}”（{column_letters(before)} 和 {column_letters(at)}）。")
        elif text == field:
            del found[before]
            found[at] = field
    return found


def _listed(sheet: Sheet, number: int, texts: Mapping[int, str], fields: Mapping[int, str]) -> Iterator[FileColumn]:
    below = list(islice((cells for row, cells in sheet.rows() if row > number), LOOKED_AT))
    free = [each for each in FIELDS if each not in fields.values()]
    for at, text in islice(((at, text) for at, text in texts.items() if text and text != MARKED), MOST_HEADINGS):
        values = (text_of(cells[at]) for cells in below if at in cells and not isinstance(cells[at], Fault))
        samples = tuple(islice(dict.fromkeys(each[:40] for each in values if each), SAMPLES))
        field = fields.get(at, "")
        likely = "" if field else likely_of(text, free)
        if likely:
            free.remove(likely)
        yield FileColumn(column_letters(at), text[:LONGEST_HEADING], field, likely, samples)


def likely_of(text: str, free: Iterable[str]) -> str:
    """The field that a heading could mean, of those that no column has yet; empty where none is likely.

    >>> likely_of("商户名称", FIELDS), likely_of("客户经理电话", FIELDS), likely_of("备注", FIELDS)
    ('店名', '经理手机', '')
    """
    kept = set(free)
    return next((field for field, words in LIKELY.items() if field in kept and any(each in text for each in words)), "")


def _header(sheet: Sheet, said: Mapping[str, str]) -> tuple[int, Cells, dict[int, str]] | None:
    """The header row of a sheet, its cells and their texts; None where no heading names the licences."""
    for number, cells, texts in _first_rows(sheet):
        if LICENCE in (said.get(text[:LONGEST_HEADING], text) for text in texts.values()):
            return number, cells, texts
    return None


def _likely_header(sheet: Sheet) -> tuple[int, Cells, dict[int, str]] | None:
    """The first row that has as many headings as a roster needs, and no number among them."""
    for number, cells, texts in _first_rows(sheet):
        words = {text for text in texts.values() if text}
        if len(words) >= len(REQUIRED) and not any(re.search("[0-9]{4}", word) for word in words):
            return number, cells, texts
    return None


def _first_rows(sheet: Sheet) -> Iterator[tuple[int, Cells, dict[int, str]]]:
    for number, cells in sheet.rows() if sheet.is_visible else ():
        if number > HEADER_WITHIN:
            break
        yield number, cells, {at: re.sub(r"[\s*]+", "", rules.plain(str(cell))) for at, cell in cells.items()}


def _is_roster(sheet: Sheet, said: Mapping[str, str]) -> bool:
    """Whether another sheet has the headings of a roster too."""
    try:
        found = _header(sheet, said)
    except Refused:  # nobody reads it
        return False
    return found is not None and set(REQUIRED) <= set(_known(found[2], said))


def _known(texts: Mapping[int, str], said: Mapping[str, str]) -> Iterator[str]:
    return (said.get(text[:LONGEST_HEADING], text) for text in texts.values())
