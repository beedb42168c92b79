"""Menu and front page of the console: the entries, tiles and needs that features add."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from console.rules.visitors import Permission, Visitor
from wechat_bot.services import Services


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of the side navigation: where it leads, and who sees it."""

    label: str
    endpoint: str
    permission: Permission
    order: int = 50
    #: Entries with a group stand under its heading.
    group: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A part of the dashboard: a template, and what it shows."""

    template: str
    permission: Permission
    look: Callable[[Services, Session, Visitor, datetime], Mapping[str, Any]]
    order: int = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line under 今天需要我处理的: how many of what, and where to go.

    The sentence goes on behind the number: `3` and `份草稿等着发布`. With the number 0 it stands alone.
    """

    count: int
    sentence: str
    #: Empty where there is no page for it.
    url: str = ""
    #: Something is going wrong, or ends today.
    is_urgent: bool = False
    #: Otherwise there are at least so many.
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Need:
    """Something that may wait for somebody: who is asked, and how to see whether it does.

    `look` runs with every call of the front page: one cheap statement, what is the visitor's own, counted no further
    than `foundation.database.count_to` does. It gives nothing where nothing waits.
    """

    permission: Permission
    look: Callable[[Services, Session, Visitor, datetime], Sequence[Waiting]]
    order: int = 50
