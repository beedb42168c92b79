"""What a feature may add to the console, under `more={"console": Plate(...)}` of its `Feature`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from console.rules import Permission, Visitor
from wechat_bot.feature import Feature
from wechat_bot.services import Services

NAME = "console"


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


@dataclass(frozen=True, slots=True)
class Plate:
    """All that a feature adds to the console beside its pages."""

    items: Sequence[Item] = ()
    tiles: Sequence[Tile] = ()
    needs: Sequence[Need] = ()
    #: What others know of a user, such as a phone: no password may be made of it.
    knows: Callable[[Session, Visitor], Sequence[str]] | None = None
    #: Which parts of the shops a visitor sees on a day, as names; None where it is all of them. One feature says it.
    part: Callable[[Session, Visitor, date], Collection[str] | None] | None = None


def plates(features: Sequence[Feature]) -> list[Plate]:
    """The plates of those features that have one."""
    return [feature.more[NAME] for feature in features if NAME in feature.more]


def part(features: Sequence[Feature], session: Session, visitor: Visitor, today: date) -> Collection[str] | None:
    """Which parts of the shops a visitor sees today; None where it is all of them."""
    says = [plate.part for plate in plates(features) if plate.part is not None]
    if not says:
        return None if visitor.is_company_wide else ()
    return says[0](session, visitor, today)


def known(features: Sequence[Feature], session: Session, visitor: Visitor) -> list[str]:
    """What others know of a user: the name to sign in with, and what the features say."""
    return [visitor.name] + [
        word for plate in plates(features) if plate.knows for word in plate.knows(session, visitor)
    ]


def items(features: Sequence[Feature], visitor: Visitor) -> list[Item]:
    """What of the navigation this visitor sees, in order."""
    found = [item for plate in plates(features) for item in plate.items if visitor.may(item.permission)]
    return sorted(found, key=lambda item: (item.order, item.label))


def tiles(features: Sequence[Feature], visitor: Visitor) -> list[Tile]:
    """What of the dashboard this visitor sees, in order."""
    found = [tile for plate in plates(features) for tile in plate.tiles if visitor.may(tile.permission)]
    return sorted(found, key=lambda tile: tile.order)


def needs(features: Sequence[Feature], visitor: Visitor) -> list[Need]:
    """What this visitor may be asked to see to, in order."""
    found = [need for plate in plates(features) for need in plate.needs if visitor.may(need.permission)]
    return sorted(found, key=lambda need: need.order)
