"""Console extension: what a feature adds to the console besides its pages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from console.collected import Extensions, Knows, Part
from console.finding import Finder
from console.importing import Wizard
from console.lists.listing import Listing
from console.menu import Item, MenuGroup, Need, Start, Tile, ToMany
from console.rules.visitors import Permission
from console.work import WorkKind
from wechat_bot.collecting import claimed, more
from wechat_bot.feature import Feature


@dataclass(frozen=True, slots=True)
class ConsoleExtension:
    """Console extension of a feature, listed in `more` of its `Feature`."""

    permissions: Sequence[Permission] = ()
    #: Groups of the side navigation that the feature owns.
    groups: Sequence[MenuGroup] = ()
    items: Sequence[Item] = ()
    tiles: Sequence[Tile] = ()
    needs: Sequence[Need] = ()
    #: Forms that write to an audience.
    to_many: Sequence[ToMany] = ()
    starts: Sequence[Start] = ()
    #: What the search in the head of every page finds.
    finders: Sequence[Finder] = ()
    #: Words of the audit log (`did`), and their texts for people.
    audit_words: Mapping[str, str] = field(default_factory=dict)
    #: The words whose detail holds a searched text in quotation marks.
    searches: Collection[str] = ()
    #: The words of what only looks at something: the log's page leaves them out unless they are asked for.
    views: Collection[str] = ()
    #: Topics of the audit log's links, and their texts for people.
    topics: Mapping[str, str] = field(default_factory=dict)
    #: Long tasks by kind.
    tasks: Mapping[str, WorkKind] = field(default_factory=dict)
    #: Lists that can be taken away as a file.
    lists: Sequence[Listing[Any]] = ()
    #: Imports of files, for the check at the start.
    wizards: Sequence[Wizard] = ()
    knows: Knows | None = None
    #: At most one feature gives it.
    part: Part | None = None


def collect(features: Sequence[Feature]) -> Extensions:
    """The extensions of these features. Raises ValueError, naming both, where two claim one name; and where a list or a
    wizard needs what no feature declares."""
    found = more(features, ConsoleExtension)
    lists = [(name, one) for name, each in found for one in each.lists]
    kinds = [(name, kind) for name, each in found for kind in each.tasks] + [(name, one.kind) for name, one in lists]
    claimed("task kind", [(name, kind, None) for name, kind in kinds])
    words = claimed("audit word", [(name, did, word) for name, each in found for did, word in each.audit_words.items()])
    wizards = [(name, one) for name, each in found for one in each.wizards]
    for name, did in [*((name, one.did) for name, one in lists), *((name, one.did) for name, one in wizards)]:
        if did not in words:
            raise ValueError(f"{name} notes {did!r}, which no feature declares as a word of the audit log")
    for name, kind in [(name, kind) for name, one in wizards for kind in (one.check, one.bring)]:
        if (name, kind) not in kinds:
            raise ValueError(f"{name} asks for {kind!r}, which is not among its kinds of long task")
    groups = claimed("menu group", [(name, one.label, one) for name, each in found for one in each.groups])
    for name, item in [(name, one) for name, each in found for one in each.items]:
        if item.group and groups.get(item.group.label) is not item.group:
            raise ValueError(f"{name} puts {item.label!r} into the undeclared menu group {item.group.label!r}")
    parts = claimed("part of the shops", [(name, "part", each.part) for name, each in found if each.part])
    return Extensions(
        features=tuple(features),
        permissions=claimed("permission", [(name, one.name, one) for name, each in found for one in each.permissions]),
        items=tuple(sorted((one for _, each in found for one in each.items), key=_place)),
        tiles=tuple(sorted((one for _, each in found for one in each.tiles), key=lambda one: one.order)),
        needs=tuple(sorted((one for _, each in found for one in each.needs), key=lambda one: one.order)),
        to_many=tuple(one for _, each in found for one in each.to_many),
        starts=tuple(sorted((one for _, each in found for one in each.starts), key=lambda one: one.order)),
        finders=tuple(sorted((one for _, each in found for one in each.finders), key=lambda one: one.order)),
        audit_words=words,
        searches=frozenset(did for _, each in found for did in each.searches),
        views=frozenset(did for _, each in found for did in each.views),
        topics=claimed(
            "topic of the audit log",
            [(name, topic, word) for name, each in found for topic, word in each.topics.items()],
        ),
        kinds=frozenset(kind for _, kind in kinds),
        knows=tuple(each.knows for _, each in found if each.knows),
        part_of=parts.get("part"),
    )


def _place(item: Item) -> tuple[int, str, int, str]:
    """The place of an entry in the menu: among the groups, and inside its own."""
    group = item.group
    return (group.order, group.label, item.order, item.label) if group else (item.order, "", 0, item.label)
