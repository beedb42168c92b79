"""Declaration of a list: its columns and filters, how a page of it is found, and who may take it away as a file.

The page (`looking`) and the file (`exporting`) are made of the same declaration, so that a file never holds what its
page would not show.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from console.collected import Extensions
from console.rules.visitors import Permission, Visitor
from foundation.clock import day_in
from foundation.paging import Count, Cursor, Page
from foundation.text import whole_number
from foundation.workbooks.writing import Workbook
from wechat_bot.services import Services

L = TypeVar("L")
SEARCH = "search"
LONGEST_SEARCH = 40
#: The audit log's word for the export of a list that has none of its own.
EXPORTED = "list.export"
_MARKS = str.maketrans("“”", '""')


@dataclass(frozen=True, slots=True)
class Asked:
    """List request: the visitor, the time, and the filters."""

    session: Session
    services: Services
    #: Console extensions of all features.
    extensions: Extensions
    visitor: Visitor
    now: datetime
    #: Values of the filters in the address.
    given: Mapping[str, str] = field(default_factory=dict)
    #: Path parameters of the address, such as the survey whose answers are listed.
    of: Mapping[str, Any] = field(default_factory=dict)
    #: Whether it is asked for as a file: nobody waits then, and more may be counted than for a page.
    is_file: bool = False

    @property
    def today(self) -> date:
        return day_in(self.now, self.services.zone)

    @property
    def search(self) -> str:
        return self.given.get(SEARCH, "").strip()[:LONGEST_SEARCH]

    def number(self, name: str) -> int | None:
        """The value of a filter as a number; None where it is not set or not a number."""
        return whole_number(self.given.get(name, ""))


@dataclass(frozen=True, slots=True)
class Filter:
    """List filter: its name in the address, its label, and the text for "all".

    Without choices it is a text field.
    """

    name: str
    label: str
    every: str
    choices: Callable[[Asked], Sequence[tuple[Any, str]]] | None = None
    #: Kind of the text field: text, date.
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Mask:
    """Mask of a personal text for visitors who may not see all of it."""

    left: Callable[[str], str]
    unless: Permission


@dataclass(frozen=True, slots=True)
class LineLink:
    """Link of a list's lines: the endpoint of a page, the part of its address that differs, and a line's value there.

    Cheaper than an address made for every line: `looking.leading` makes it once a page.
    """

    endpoint: str
    part: str
    value: Callable[[Any], int | str]


@dataclass(frozen=True, slots=True)
class Column(Generic[L]):
    """Column of a list, on its page and in its export.

    The type of its value decides the format: text, number, share (`Percent`), date, moment. None and an empty text are
    a dash on the page, and an empty cell in the file.
    """

    name: str
    label: str
    value: Callable[[L], Any]
    #: Text on the page instead of the value, such as a moment in everyday words.
    shows: Callable[[Asked, L], str] | None = None
    #: Value in the file instead of the value.
    in_file: Callable[[L], Any] | None = None
    #: Where the value leads to.
    href: LineLink | Callable[[L], str] | None = None
    #: Kind of the chip around the value, as `kit.chip` names it.
    colour: Callable[[L], str] | None = None
    #: Mask of the value, on the page and in the file.
    mask: Mask | None = None
    #: Condition for the column to exist: on the page, in the file and among the columns to choose.
    seen_if: Callable[[Asked], bool] = lambda asked: True
    is_number: bool = False
    #: Whether it is shown where the visitor has chosen no columns.
    is_shown: bool = True
    #: Whether it is left out on a phone, unless it was chosen.
    is_spare: bool = False
    #: Column of buttons and boxes, always shown and never exported; column of the export only.
    is_for_page: bool = True
    is_for_file: bool = True
    #: Label in front of the value on a phone, where headings are not shown.
    on_phone: str = ""
    #: CSS classes of the cell.
    style: str = ""
    #: Width in the file, in characters.
    width: int = 14

    @property
    def is_choosable(self) -> bool:
        return self.is_for_page and self.is_for_file


@dataclass(frozen=True, slots=True)
class Listing(Generic[L]):
    """List declaration, for its page and its export.

    `find` gives the page at a cursor, with at most so many lines; it leaves out what the visitor may not see, and
    raises Refused where the visitor may see nothing at all.
    """

    #: Key under which chosen columns are saved.
    name: str
    title: str
    #: Permission required for the page.
    see: Permission
    columns: Sequence[Column[L]]
    find: Callable[[Asked, Cursor, int], Page[L]]
    #: Gives the length of the list where that is cheap; a page may also know the length itself.
    count: Callable[[Asked], Count | None] | None = None
    filters: Sequence[Filter] = ()
    #: Placeholder of the search box; without it there is no search box.
    search: str = ""
    #: Further address parameters to keep on the next page; and their description for the audit log.
    keeps: Sequence[str] = ()
    means: Callable[[Asked], str] = lambda asked: ""
    #: Whether users may save its filters under names.
    saves: bool = False
    #: Counting word of the lines: 家, 条.
    unit: str = "条"
    size: int = 50
    #: Title and sentence for an empty list, and for one that the filters leave empty.
    nothing: tuple[str, str] = ("还没有内容", "有了会列在这里。")
    nothing_left: tuple[str, str] = ("没有符合的", "换一个条件，或清除筛选再看。")
    #: What whoever takes it away as a file must be allowed beside that (nobody may without), and the audit log's word
    #: for it.
    export: Permission | None = None
    did: str = EXPORTED
    #: What is asked for with its export; 导出 and the title where this is empty.
    task: str = ""
    #: Name of its lines' sheet where it is not the title, and what writes the sheets in front of them.
    sheet: str = ""
    before: Callable[[Asked, Workbook], None] | None = None

    @property
    def kind(self) -> str:
        """The kind of long task of its export."""
        return f"{self.name}.export"

    @property
    def asks(self) -> str:
        return self.task or f"导出{self.title}"

    def kept(self, given: Mapping[str, str]) -> dict[str, str]:
        """The address parameters that narrow this list: for the next page, the export and the audit log."""
        names = (SEARCH,) * bool(self.search) + tuple(each.name for each in self.filters) + tuple(self.keeps)
        return {name: given[name] for name in names if given.get(name)}

    def said(self, asked: Asked) -> str:
        """A description of the filters, for the audit log."""
        words = [self.means(asked)]
        for each in self.filters:
            given = asked.given.get(each.name, "")
            known = {str(key): word for key, word in each.choices(asked)} if each.choices and given else {}
            words.append(known.get(given, "") if each.choices else _quoted(given))
        words.append(_quoted(asked.search) if self.search else "")
        return "、".join(filter(None, words)) or f"全部{self.title}"


def _quoted(typed: str) -> str:
    """What was typed in, as the audit log tells it: in one pair of quotation marks, by which erasing finds it."""
    plain = typed.strip()[:LONGEST_SEARCH].translate(_MARKS)
    return f"“{plain}”" if plain else ""


def columns_of(listing: Listing[L], asked: Asked) -> list[Column[L]]:
    """The columns of a list that exist for this request."""
    return [column for column in listing.columns if column.seen_if(asked)]


def reader(column: Column[L], visitor: Visitor, *, in_file: bool = False) -> Callable[[L], Any]:
    """Return what gives a line's value in a column, masked where the visitor may not see it."""
    read, mask = column.in_file if in_file and column.in_file else column.value, column.mask
    if mask is None or visitor.may(mask.unless):
        return read
    left = mask.left

    def masked(line: L) -> Any:
        found = read(line)
        return left(found) if found else found

    return masked
