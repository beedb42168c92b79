"""Reader of a file of brands: a row for each brand, area and month with its target and what was sold.

The first row that names all five columns holds the headings. Every fault is named by its cell; with one of them nothing
is taken.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from foundation.errors import Refused
from foundation.workbooks import reading
from foundation.workbooks.cells import Cell, Cells, Fault, Limits, NumberCell, Sheet, column_letters
from people.roster.cell_text import text_of

BRAND, AREA, MONTH, TARGET, SOLD = HEADINGS = ("品牌", "片区", "月份", "目标", "销量")
#: Rows above the headings that may hold a title.
_HEADER_WITHIN = 10
LIMITS = Limits(file=8 << 20, unpacked=128 << 20, rows=20_000, columns=40)
#: The largest figure that is taken; above it a row is surely wrong.
MOST = 10**12
#: Faults that are listed; further ones are counted.
TOLD = 100
_MONTH = re.compile(r"(20[0-9]{2})(?: ?[-/.年] ?(1[0-2]|0?[1-9])|(1[0-2]|0[1-9])) ?月?")
_NUMBER = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+")

#: A month (YYYYMM), the id of a brand, and that of an area.
Key = tuple[int, int, int]
#: The target, and what was sold.
TargetAndSold = tuple[int, int]


@dataclass(frozen=True, slots=True)
class BrandRow:
    """Row of the file as far as it can be read: its number there, the names, and what is None where it is at fault."""

    number: int
    brand: str
    area: str
    month: int | None
    target: int | None
    sold: int | None


@dataclass(frozen=True, slots=True)
class BrandFile:
    """File of brands: where its columns stand, its rows, and what is wrong with them, row by row."""

    columns: Mapping[str, int]
    rows: tuple[BrandRow, ...]
    faults: tuple[tuple[int, str], ...]

    def place(self, heading: str, number: int) -> str:
        """The cell of a row in a column, as Excel names it."""
        return f"{column_letters(self.columns[heading])}{number}"


@dataclass(frozen=True, slots=True)
class FileNames:
    """Names that a file may use, and how the areas lie in one another."""

    brands: Mapping[str, int]
    areas: Mapping[str, int]
    #: The area each area lies in.
    parents: Mapping[int, int | None]

    def above(self, area_id: int) -> Iterator[int]:
        """Yield the areas an area lies in, from the nearest up."""
        parent = self.parents.get(area_id)
        while parent is not None:
            yield parent
            parent = self.parents.get(parent)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file says of which brand, area and month; or every fault, in the order of the rows."""

    amounts: Mapping[Key, TargetAndSold]
    faults: Sequence[str] = ()


def month(cell: Cell | None) -> int | None:
    """Return the month a cell means; None where it means none.

    >>> [month(each) for each in ("2026-11", "2026年11月", "2026/1", 202611, date(2026, 11, 1))]
    [202611, 202611, 202601, 202611, 202611]
    >>> month("2026-13"), month(2026.1), month("11月"), month(None)
    (None, None, None, None)
    """
    if isinstance(cell, NumberCell):
        cell = cell.value
    if isinstance(cell, date | datetime):
        return cell.year * 100 + cell.month
    if isinstance(cell, bool | float) and not (isinstance(cell, float) and cell.is_integer()):
        return None
    written = _written(int(cell) if isinstance(cell, float) else cell)
    found = _MONTH.fullmatch(written)
    return int(found[1]) * 100 + int(found[2] or found[3]) if found else None


def amount(cell: Cell | None) -> int | str:
    """Return the figure in a cell, or what is wrong with it.

    >>> amount("1,200"), amount("１，２００"), amount(1200.0), amount(0)
    (1200, 1200, 1200, 0)
    >>> amount(-3), amount(2.5), amount("12 条"), amount(""), amount(10**13)
    ('不能是负数', '要写整数', '“12 条”不是数字', '没有写', '太大了，请核对')
    """
    value = cell.value if isinstance(cell, NumberCell) else cell
    if isinstance(value, str):
        written = _written(value)
        if not written:
            return "没有写"
        if written[0] in "-−" and _NUMBER.fullmatch(written[1:].strip()):
            return "不能是负数"
        if not _NUMBER.fullmatch(written):
            return f"“{written[:40]}”不是数字"
        value = int(written.replace(",", ""))
    if value is None:
        return "没有写"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"“{text_of(value)[:40]}”不是数字"
    if value < 0:
        return "不能是负数"
    if value != int(value):
        return "要写整数"
    return int(value) if value <= MOST else "太大了，请核对"


def read(content: bytes) -> BrandFile:
    """Read an uploaded table (.xlsx or CSV). Raises `Refused` for a file that is no table, has not all five columns or
    no row."""
    sheet, header, columns = _header(content)
    faults = [
        (each.top, f"{each} 是合并单元格，请取消合并，每行都写上。") for each in sheet.merged if each.bottom > header
    ]
    rows: list[BrandRow] = []
    for number, cells in sheet.rows():
        if number > header and any(at in cells for at in columns.values()):
            row, found = _row(number, cells, columns)
            rows.append(row)
            faults += [(number, each) for each in found]
    if not rows:
        raise Refused("表里一行都没有。请在表头下面每行写一个品牌、片区和月份，和它的目标、销量。")
    return BrandFile(columns, tuple(rows), tuple(faults))


def check(file: BrandFile, known: FileNames) -> Checked:
    """Return what the file says of brands and areas that are known, or all its faults.

    >>> row = BrandRow(2, "某品牌", "城区", 202611, 500, 310)
    >>> file = BrandFile({name: at for at, name in enumerate(HEADINGS)}, (row,), ())
    >>> check(file, FileNames({"某品牌": 1}, {"城区": 7}, {7: None})).amounts
    {(202611, 1, 7): (500, 310)}
    >>> check(file, FileNames({"某品牌": 1}, {}, {})).faults
    ['B2 的片区“城区”没有，请和“片区”页上的名称写得一样。']
    """
    amounts: dict[Key, TargetAndSold] = {}
    met: dict[Key, int] = {}
    faults = list(file.faults)
    for row in file.rows:
        brand_id, area_id = known.brands.get(row.brand), known.areas.get(row.area)
        if row.brand and brand_id is None:
            said = f"的品牌“{row.brand[:40]}”没有，请先在“品牌”页建好，或改成那里的名称。"
            faults.append((row.number, f"{file.place(BRAND, row.number)} {said}"))
        if row.area and area_id is None:
            said = f"的片区“{row.area[:40]}”没有，请和“片区”页上的名称写得一样。"
            faults.append((row.number, f"{file.place(AREA, row.number)} {said}"))
        if brand_id is None or area_id is None or row.month is None:
            continue
        key = (row.month, brand_id, area_id)
        if key in met:
            said = f"和第 {met[key]} 行是同一个品牌、片区和月份，请只留一行。"
            faults.append((row.number, f"{file.place(BRAND, row.number)} {said}"))
        elif row.target is not None and row.sold is not None:
            amounts[key] = (row.target, row.sold)
        met.setdefault(key, row.number)
    faults += _nested(file, met, known)
    # In the order of the rows; of one row as they were found.
    return Checked(amounts, [said for _, said in sorted(faults, key=lambda each: each[0])])


def replaces(amounts: Mapping[Key, TargetAndSold], kept: Sequence[Key], known: FileNames) -> list[Key]:
    """Return what is kept of areas that lie in an area of the file, or around it: both would be counted.

    >>> known = FileNames({}, {}, {7: None, 8: 7})
    >>> replaces({(202611, 1, 8): (5, 3)}, [(202611, 1, 7), (202610, 1, 7)], known)
    [(202611, 1, 7)]
    """
    around = {(month, brand_id, each) for month, brand_id, area_id in amounts for each in known.above(area_id)}
    return [
        key
        for key in kept
        if key not in amounts and (key in around or any((*key[:2], each) in amounts for each in known.above(key[2])))
    ]


def _written(cell: Cell | None) -> str:
    """Return the text of a cell with full-width signs as narrow ones."""
    return unicodedata.normalize("NFKC", text_of(cell))


def _header(content: bytes) -> tuple[Sheet, int, dict[str, int]]:
    """Return the sheet, the number of the row with the headings, and where each of them stands."""
    best: list[str] = []
    for sheet in reading.sheets(content, LIMITS):
        for number, cells in sheet.rows() if sheet.is_visible else ():
            if number > _HEADER_WITHIN:
                break
            texts = [("".join(text_of(cell).split()), at) for at, cell in cells.items() if not isinstance(cell, Fault)]
            found = [text for text, _ in texts if text in HEADINGS]
            twice = next((text for text in found if found.count(text) > 1), None)
            if twice is not None and set(found) == set(HEADINGS):
                raise Refused(f"表头里有两列“{twice}”，请只留一列。")
            if set(found) == set(HEADINGS):
                return sheet, number, {text: at for text, at in texts if text in HEADINGS}
            best = max(best, found, key=len)
    missing = "、".join(each for each in HEADINGS if each not in best)
    raise Refused(f"前 {_HEADER_WITHIN} 行里没有找到这些列：{missing}。请用模板的表头。")


def _row(number: int, cells: Cells, columns: Mapping[str, int]) -> tuple[BrandRow, list[str]]:
    """Return a row and what is wrong with it."""
    faults: list[str] = []
    places = {heading: f"{column_letters(at)}{number}" for heading, at in columns.items()}
    given = {heading: cells.get(at) for heading, at in columns.items()}
    wrong = {heading for heading, cell in given.items() if isinstance(cell, Fault)}
    faults += [f"{places[heading]} {cell.said}。" for heading, cell in given.items() if isinstance(cell, Fault)]
    names = {heading: "" if heading in wrong else text_of(given[heading]) for heading in (BRAND, AREA)}
    faults += [f"{places[each]} 没有写{each}。" for each in names if not names[each] and each not in wrong]
    when = None if MONTH in wrong else month(given[MONTH])
    if when is None and MONTH not in wrong:
        said = text_of(given[MONTH])[:40]
        faults.append(
            f"{places[MONTH]} 的“{said}”不是月份，请写成 2026-11。" if said else f"{places[MONTH]} 没有写月份。"
        )
    amounts: dict[str, int | None] = {}
    for heading in (TARGET, SOLD):
        found = None if heading in wrong else amount(given[heading])
        amounts[heading] = found if isinstance(found, int) else None
        if isinstance(found, str):
            faults.append(f"{places[heading]} 的{heading}{found}。")
    return BrandRow(number, names[BRAND], names[AREA], when, amounts[TARGET], amounts[SOLD]), faults


def _nested(file: BrandFile, met: Mapping[Key, int], known: FileNames) -> list[tuple[int, str]]:
    """Return the rows of an area that lies in the area of another row: what was sold there would count twice."""
    found = []
    for (when, brand_id, area_id), number in met.items():
        outer = next(
            (met[when, brand_id, each] for each in known.above(area_id) if (when, brand_id, each) in met), None
        )
        if outer is not None:
            said = f"的片区在第 {outer} 行的片区里面，两行会算重，请只写一级。"
            found.append((number, f"{file.place(AREA, number)} {said}"))
    return found
