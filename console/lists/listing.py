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
from wechat_bot.services import Services

L = TypeVar("L")
SEARCH = "search"
LONGEST_SEARCH = 40


@dataclass(frozen=True, slots=True)
class Asked:
    """Question to a list: who asks, when, and what they narrowed it to."""

    session: Session
    services: Services
    #: What the features add to the console.
    extensions: Extensions
    visitor: Visitor
    now: datetime
    #: The filters that are set, as the address says them.
    given: Mapping[str, str] = field(default_factory=dict)
    #: What the address itself names, such as the survey whose answers are listed.
    of: Mapping[str, Any] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return day_in(self.now, self.services.zone)

    @property
    def search(self) -> str:
        return self.given.get(SEARCH, "").strip()[:LONGEST_SEARCH]

    def number(self, name: str) -> int | None:
        """The number a filter is set to; None where it is not set, or to something else."""
        return whole_number(self.given.get(name, ""))


@dataclass(frozen=True, slots=True)
class Filter:
    """Choice that narrows a list: its name in the address, its label, what it says where all are meant.

    Without choices a word is typed in.
    """

    name: str
    label: str
    every: str
    choices: Callable[[Asked], Sequence[tuple[Any, str]]] | None = None


@dataclass(frozen=True, slots=True)
class Mask:
    """What is left of a text for whoever may not see all of it."""

    left: Callable[[str], str]
    unless: Permission


@dataclass(frozen=True, slots=True)
class Column(Generic[L]):
    """Column of a list, on its page and in its file.

    The kind of its value says how it is written: a text as it is, a number, a share (`Percent`), a day, a moment; None
    and an empty text are a dash on the page, and an empty cell in the file.
    """

    name: str
    label: str
    value: Callable[[L], Any]
    #: What the page says in place of the value: a moment as one says it today.
    shows: Callable[[Asked, L], str] | None = None
    #: What the file holds in place of the value.
    in_file: Callable[[L], Any] | None = None
    href: Callable[[L], str] | None = None
    #: Colour of the badge in which the value stands.
    colour: Callable[[L], str] | None = None
    #: On the page and in the file.
    mask: Mask | None = None
    #: Otherwise it is nowhere: not on the page, not in the file, not among the columns to choose.
    seen_if: Callable[[Asked], bool] = lambda asked: True
    is_number: bool = False
    #: Shown to whoever has chosen no columns.
    is_shown: bool = True
    #: Left out on a phone, as long as nobody asked for it.
    is_spare: bool = False
    #: Buttons and boxes, always there and in no file; or what only a file holds.
    is_for_page: bool = True
    is_for_file: bool = True
    #: What stands before the value on a phone, where no heading is seen.
    on_phone: str = ""
    #: The cell's classes.
    style: str = ""
    #: Width in the file, in letters.
    width: int = 14

    @property
    def is_choosable(self) -> bool:
        return self.is_for_page and self.is_for_file


@dataclass(frozen=True, slots=True)
class Listing(Generic[L]):
    """List of rows as a page and as a file.

    `find` gives the page at a cursor, of so many lines; it leaves out what the visitor may not see, and raises Refused
    where there is nothing for them at all.
    """

    #: Under which chosen columns are kept.
    name: str
    title: str
    #: What whoever opens its page must be allowed.
    see: Permission
    columns: Sequence[Column[L]]
    find: Callable[[Asked, Cursor, int], Page[L]]
    #: Says how long the list is, where that is known at little cost; a page that knows it says so itself.
    count: Callable[[Asked], Count | None] | None = None
    filters: Sequence[Filter] = ()
    #: What may be typed into the search box; there is none where this is empty.
    search: str = ""
    #: More of the address that is not to be lost on the way to the next page; and what it means, for the audit log.
    keeps: Sequence[str] = ()
    means: Callable[[Asked], str] = lambda asked: ""
    #: What it lists, as counted: 家, 条.
    unit: str = "条"
    size: int = 50
    #: Said where nothing is there, and where nothing is left by the filters: a title and a sentence.
    nothing: tuple[str, str] = ("还没有内容", "有了会列在这里。")
    nothing_left: tuple[str, str] = ("没有符合的", "换一个条件，或清除筛选再看。")
    #: What whoever takes it away as a file must be allowed beside that (nobody may without), and the audit log's word
    #: for it.
    export: Permission | None = None
    did: str = "list.export"
    #: What is asked for with its export; 导出 and the title where this is empty.
    task: str = ""

    @property
    def kind(self) -> str:
        """The kind of long work that its export is."""
        return f"{self.name}.export"

    @property
    def asks(self) -> str:
        return self.task or f"导出{self.title}"

    def kept(self, given: Mapping[str, str]) -> dict[str, str]:
        """What of an address narrows this list: for the next page, for a file, for the audit log."""
        names = (SEARCH,) * bool(self.search) + tuple(each.name for each in self.filters) + tuple(self.keeps)
        return {name: given[name] for name in names if given.get(name)}

    def said(self, asked: Asked) -> str:
        """What the list is narrowed to, as the audit log tells it."""
        words = [self.means(asked)]
        for each in self.filters:
            given = asked.given.get(each.name, "")
            known = {str(key): word for key, word in each.choices(asked)} if each.choices and given else {}
            words.append(known.get(given, "") if each.choices else given)
        words.append(f"“{asked.search}”" if self.search and asked.search else "")
        return "、".join(filter(None, words)) or f"全部{self.title}"


def columns_of(listing: Listing[L], asked: Asked) -> list[Column[L]]:
    """The columns of a list that there are for whoever asks."""
    return [column for column in listing.columns if column.seen_if(asked)]


def value(column: Column[L], line: L, visitor: Visitor, *, in_file: bool = False) -> Any:
    """What somebody may see of a line in a column."""
    found = column.in_file(line) if in_file and column.in_file else column.value(line)
    if column.mask is None or not found or visitor.may(column.mask.unless):
        return found
    return column.mask.left(found)
