"""Collected console extensions of all features, ready to look up."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from console.finding import Finder
from console.menu import Item, Need, Start, Tile, ToMany
from console.rules.visitors import Permission, Visitor
from wechat_bot.feature import Feature

#: Function that gives known facts about a user, such as a phone: a password must not be made of them.
Knows = Callable[[Session, Visitor], Sequence[str]]
#: Function that gives the parts of the shops a visitor sees on a day, as names; None for all.
Part = Callable[[Session, Visitor, date], Collection[str] | None]


@dataclass(frozen=True, slots=True)
class Extensions:
    """Collected extensions of all features, and the features themselves."""

    features: tuple[Feature, ...]
    permissions: Mapping[str, Permission]
    items: tuple[Item, ...]
    tiles: tuple[Tile, ...]
    needs: tuple[Need, ...]
    to_many: tuple[ToMany, ...]
    starts: tuple[Start, ...]
    finders: tuple[Finder, ...]
    audit_words: Mapping[str, str]
    searches: frozenset[str]
    views: frozenset[str]
    topics: Mapping[str, str]
    #: Kinds of long task, those that export lists among them.
    kinds: frozenset[str]
    knows: tuple[Knows, ...]
    part_of: Part | None

    def items_for(self, visitor: Visitor) -> list[Item]:
        """The navigation entries this visitor sees, in order."""
        return [item for item in self.items if visitor.may(item.permission)]

    def tiles_for(self, visitor: Visitor) -> list[Tile]:
        """The dashboard tiles this visitor sees, in order."""
        return [tile for tile in self.tiles if visitor.may(tile.permission)]

    def needs_for(self, visitor: Visitor) -> list[Need]:
        """The kinds of pending work this visitor may see, in order."""
        return [need for need in self.needs if visitor.may(need.permission)]

    def starts_for(self, visitor: Visitor) -> list[Start]:
        """What this visitor may begin, in order."""
        return [start for start in self.starts if visitor.may(start.permission)]

    def finders_for(self, visitor: Visitor) -> list[Finder]:
        """The finders this visitor may use, in order."""
        return [finder for finder in self.finders if visitor.may(finder.permission)]

    def to_many_for(self, visitor: Visitor) -> list[ToMany]:
        """The ways to write to many that this visitor has."""
        return [form for form in self.to_many if visitor.may(form.permission)]

    def known(self, session: Session, visitor: Visitor) -> list[str]:
        """Known facts about a user: login, name and phone, and what the features give."""
        return [
            visitor.login,
            visitor.name,
            visitor.phone,
            *(word for knows in self.knows for word in knows(session, visitor)),
        ]

    def part(self, session: Session, visitor: Visitor, today: date) -> Collection[str] | None:
        """The parts of the shops a visitor sees today; None for all."""
        if self.part_of is None:
            return None if visitor.is_company_wide else ()
        return self.part_of(session, visitor, today)

    def named(self, about: str) -> str:
        """The readable form of an audit log's link: `survey:12` is 调查 12."""
        topic, _, reference = about.partition(":")
        return f"{self.topics.get(topic, topic)} {reference}".strip()
