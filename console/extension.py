"""Console extension: what a feature adds to the console beside its pages, and what is collected of all of them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from console.menu import Item, Need, Tile
from console.rules.visitors import Permission, Visitor
from console.work import Kind
from wechat_bot.collecting import claimed, more
from wechat_bot.feature import Feature

#: What others know of a user, such as a phone: no password may be made of it.
Knows = Callable[[Session, Visitor], Sequence[str]]
#: Which parts of the shops a visitor sees on a day, as names; None where it is all of them.
Part = Callable[[Session, Visitor, date], Collection[str] | None]


@dataclass(frozen=True, slots=True)
class ConsoleExtension:
    """All that a feature adds to the console beside its pages; stands in `more` of its `Feature`."""

    permissions: Sequence[Permission] = ()
    items: Sequence[Item] = ()
    tiles: Sequence[Tile] = ()
    needs: Sequence[Need] = ()
    #: Words of the audit log: what may stand in `did`, and what a person reads there.
    audit_words: Mapping[str, str] = field(default_factory=dict)
    #: Topics of the links in the audit log, as a person reads them.
    topics: Mapping[str, str] = field(default_factory=dict)
    #: Long work, by its kind.
    tasks: Mapping[str, Kind] = field(default_factory=dict)
    knows: Knows | None = None
    #: One feature says it.
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Extensions:
    """The extensions of all features, ready to look up."""

    permissions: Mapping[str, Permission]
    items: tuple[Item, ...]
    tiles: tuple[Tile, ...]
    needs: tuple[Need, ...]
    audit_words: Mapping[str, str]
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


def collect(features: Sequence[Feature]) -> Extensions:
    """The extensions of these features. Raises ValueError, naming both, where two claim one name."""
    found = more(features, ConsoleExtension)
    claimed("task kind", [(name, kind, None) for name, each in found for kind in each.tasks])
    parts = claimed("part of the shops", [(name, "part", each.part) for name, each in found if each.part])
    return Extensions(
        permissions=claimed("permission", [(name, one.name, one) for name, each in found for one in each.permissions]),
        items=tuple(sorted((one for _, each in found for one in each.items), key=lambda one: (one.order, one.label))),
        tiles=tuple(sorted((one for _, each in found for one in each.tiles), key=lambda one: one.order)),
        needs=tuple(sorted((one for _, each in found for one in each.needs), key=lambda one: one.order)),
        audit_words=claimed(
            "audit word", [(name, did, word) for name, each in found for did, word in each.audit_words.items()]
        ),
        topics=claimed(
            "topic of the audit log",
            [(name, topic, word) for name, each in found for topic, word in each.topics.items()],
        ),
        knows=tuple(each.knows for _, each in found if each.knows),
        part_of=parts.get("part"),
    )
