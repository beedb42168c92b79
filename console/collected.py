"""Extensions of all features, collected once, ready to look up."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from console.menu import Item, Need, Tile
from console.rules.visitors import Permission, Visitor
from wechat_bot.feature import Feature

#: What others know of a user, such as a phone: no password may be made of it.
Knows = Callable[[Session, Visitor], Sequence[str]]
#: Which parts of the shops a visitor sees on a day, as names; None where it is all of them.
Part = Callable[[Session, Visitor, date], Collection[str] | None]


@dataclass(frozen=True, slots=True)
class Extensions:
    """The extensions of all features, ready to look up; and the features themselves."""

    features: tuple[Feature, ...]
    permissions: Mapping[str, Permission]
    items: tuple[Item, ...]
    tiles: tuple[Tile, ...]
    needs: tuple[Need, ...]
    audit_words: Mapping[str, str]
    searches: frozenset[str]
    topics: Mapping[str, str]
    knows: tuple[Knows, ...]
    part_of: Part | None

    def items_for(self, visitor: Visitor) -> list[Item]:
        """What of the navigation this visitor sees, in order."""
        return [item for item in self.items if visitor.may(item.permission)]

    def tiles_for(self, visitor: Visitor) -> list[Tile]:
        """What of the dashboard this visitor sees, in order."""
        return [tile for tile in self.tiles if visitor.may(tile.permission)]

    def needs_for(self, visitor: Visitor) -> list[Need]:
        """What this visitor may be asked to see to, in order."""
        return [need for need in self.needs if visitor.may(need.permission)]

    def known(self, session: Session, visitor: Visitor) -> list[str]:
        """What others know of a user: the name to sign in with, and what the features say."""
        return [visitor.name, *(word for knows in self.knows for word in knows(session, visitor))]

    def part(self, session: Session, visitor: Visitor, today: date) -> Collection[str] | None:
        """Which parts of the shops a visitor sees today; None where it is all of them."""
        if self.part_of is None:
            return None if visitor.is_company_wide else ()
        return self.part_of(session, visitor, today)

    def named(self, about: str) -> str:
        """A link of the audit log as a person reads it: `survey:12` is 调查 12."""
        topic, _, reference = about.partition(":")
        return f"{self.topics.get(topic, topic)} {reference}".strip()
