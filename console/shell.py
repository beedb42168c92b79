"""Shell of every console page: the menu with what waits behind its entries, and whether it is folded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Flask, g, request

from console import access, act
from console.menu import Item, Waits
from console.rules.visitors import Visitor
from wechat_bot.services import current_services

NOTHING = Waits(0)
#: Cookie in which a browser keeps how its user wants the menu: `rail` or `wide`. It says nothing else, and a script
#: writes it, so only these two words are read.
FOLD_COOKIE, FOLDS = "wuwei_menu", ("rail", "wide")


@dataclass(frozen=True, slots=True)
class MenuLine:
    """Entry of the menu as this page shows it."""

    item: Item
    waits: Waits
    is_here: bool

    @property
    def count(self) -> int:
        return self.waits.number

    @property
    def mark(self) -> str:
        """The id of the element that shows the count."""
        return f"count-{self.item.endpoint.replace('.', '-')}"


@dataclass(frozen=True, slots=True)
class MenuSection:
    """Group of the menu, or a single entry outside the groups, which stands for itself."""

    label: str
    icon: str
    lines: Sequence[MenuLine]

    @property
    def count(self) -> int:
        return sum(line.count for line in self.lines)

    @property
    def is_here(self) -> bool:
        return any(line.is_here for line in self.lines)

    @property
    def mark(self) -> str:
        """The id of the element that shows the sum."""
        return f"sum-{self.lines[0].mark}"


@dataclass(frozen=True, slots=True)
class Shell:
    """Menu of a page, and how it is folded; empty where the width of the screen decides."""

    sections: Sequence[MenuSection]
    fold: str

    @property
    def count(self) -> int:
        """All that waits for the visitor."""
        return sum(section.count for section in self.sections)

    @property
    def newest(self) -> str:
        """The number of the newest behind each entry: where one grows, something came."""
        return "-".join(str(each.newest) for each in self._waits)

    @property
    def shown(self) -> str:
        """The counts in short, by which a page says which it shows."""
        return f"{'-'.join(str(each.number) for each in self._waits)}.{self.newest}"

    @property
    def _waits(self) -> Sequence[Waits]:
        return [line.waits for section in self.sections for line in section.lines if line.item.waits]

    @property
    def crumb(self) -> str:
        """The group in which the page stands; empty outside the groups."""
        return next((each.label for each in self.sections if each.is_here and each.lines[0].item.group), "")


def install(app: Flask) -> None:
    """Give the templates of an app what the layout of a page asks for: its menu, and what can be undone."""
    app.context_processor(lambda: {"shell_of": shell, "undoable": act.undoable} if access.is_console() else {})


def shell(who: Visitor, active: str = "", *, is_counted: bool = True) -> Shell:
    """The shell of the requested page; `active` is the endpoint of the menu's entry to which it belongs.

    Nothing is counted on a page that says the database is away.
    """
    items = access.extensions().items_for(who)
    counts = _counts(who, items) if is_counted else {}
    here = (request.endpoint, active)
    sections: list[MenuSection] = []
    for item in items:
        line = MenuLine(item, counts.get(item.endpoint, NOTHING), item.endpoint in here)
        if item.group and sections and sections[-1].label == item.group.label:
            sections[-1] = MenuSection(item.group.label, item.group.icon, (*sections[-1].lines, line))
        else:
            head = item.group or item
            sections.append(MenuSection(head.label, head.icon, (line,)))
    fold = request.cookies.get(FOLD_COOKIE, "")
    return Shell(sections, fold if fold in FOLDS else "")


def _counts(who: Visitor, items: Sequence[Item]) -> Mapping[str, Waits]:
    """What waits behind these entries; counted once for a request."""
    found: Mapping[str, Waits] | None = g.get("waiting")
    if found is None:
        services = current_services()
        with services.reading() as session:
            now = services.clock()
            found = {item.endpoint: item.waits(services, session, who, now) for item in items if item.waits}
        g.waiting = found
    return found
