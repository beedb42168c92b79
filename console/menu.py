"""Menu and front page of the console: the entries, tiles and needs that features add."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from console.rules.visitors import Permission, Visitor
from wechat_bot.services import Services


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """Group of entries in the side navigation. The feature that owns it declares it; others may put entries into it."""

    label: str
    icon: str
    order: int = 50


#: Group of what keeps the program running: tasks, messages, accounts, the audit log.
SYSTEM = MenuGroup("系统", "settings", 90)


@dataclass(frozen=True, slots=True)
class Waits:
    """How much waits behind an entry of the side navigation; 0 shows nothing."""

    number: int
    #: Number of the newest of them, such as the greatest id: where it grows, an open page may ring.
    newest: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """Entry of the side navigation: where it leads, who sees it, and how much waits behind it."""

    label: str
    endpoint: str
    permission: Permission
    #: Place among the entries of the group; among the groups, where it stands in none.
    order: int = 50
    group: MenuGroup | None = None
    #: Name of an icon (`config/icons.py`); only an entry outside the groups shows one.
    icon: str = "point"
    #: Counts what waits for the visitor. It runs with every page, so it is one cheap statement that stops counting
    #: early.
    waits: Callable[[Services, Session, Visitor, datetime], Waits] | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """Tile of the front page: a template, and the function that gives its values; with none the tile is left out."""

    template: str
    permission: Permission
    look: Callable[[Services, Session, Visitor, datetime], Mapping[str, Any] | None]
    order: int = 50
    #: Columns of twelve that it spans on a desk.
    span: int = 6
    #: Whether its values may be some minutes old: they cost as much as there are rows in their period.
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    """Button at the top of the front page: what people begin most often."""

    label: str
    endpoint: str
    permission: Permission
    icon: str
    order: int = 50


@dataclass(frozen=True, slots=True)
class ToMany:
    """Form that writes to many shops, whose audience is taken from its address (`people.picker.short.query_of`).

    Pages that name an audience link to it, whatever feature it belongs to.
    """

    label: str
    endpoint: str
    permission: Permission
    #: Whether its address may name a link (`link`) that a button of the message leads to, and its words (`words`).
    takes_link: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """Line under 等我处理: who and which, or how many of what, and the page to go to.

    The sentence follows the number: `3` and `份草稿等着发布`. With the number 0 it stands alone.
    """

    count: int
    sentence: str
    #: Empty where there is no page for it.
    url: str = ""
    #: Small print below: what was said, by whom, since when.
    small: str = ""
    #: What the button does, and the icon in front.
    button: str = "去看看"
    icon: str = "bell"
    #: Urgent: something is going wrong, or ends today.
    is_urgent: bool = False
    #: Whether the number is exact; otherwise it means "at least".
    is_whole: bool = True


#: Looks for pending work of a visitor.
Look = Callable[[Services, Session, Visitor, datetime], Sequence[Waiting]]


@dataclass(frozen=True, slots=True)
class Need:
    """Kind of pending work on the front page: who sees it, and the function that looks for it.

    `look` runs with every view of the front page, so it is a few cheap statements about the visitor's own work, counted
    with `foundation.database.count_to`. It gives nothing where nothing waits.
    """

    permission: Permission
    look: Look
    order: int = 50
