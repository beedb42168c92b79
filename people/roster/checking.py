"""Roster check: all wrong cells are reported together, in the author's words; one error refuses the file."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from foundation.errors import Refused
from foundation.workbooks import reading
from foundation.workbooks.cells import Cell, Cells, Limits, Sheet
from people.roster import headings
from people.roster.cell_text import text_of
from people.roster.headings import LICENCE, MANAGER, TAGS, FileColumn, Header
from people.roster.mistakes import TOLD, Errors, WrongRoster
from people.roster.row_reader import Means, RosterRow, RowReader

#: Size limits. A roster of 100,000 shops has about 8 MB, and 60 MB unpacked.
LIMITS = Limits(file=64 << 20, unpacked=512 << 20, rows=500_000, columns=500)
#: Rows between two calls of `progress`.
BATCH = 1000

Progress = Callable[[int, int], None]


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
    reader = RowReader(header.columns, frozenset(classes), errors, is_text, means)
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
    again = RowReader(header.columns, frozenset(classes), Errors(), is_text, means)

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

    reader: RowReader
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
