"""Sections of a month: the measures of each service under its name and icon, in the order of the menu."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from console.extension import ConsoleExtension
from console.menu import MenuGroup
from console.rules.visitors import Permission
from wechat_bot.collecting import more
from wechat_bot.feature import Feature
from wechat_bot.measure import Measure


@dataclass(frozen=True, slots=True)
class ServiceSection:
    """Section of a service: its group in the menu, the page and permission of its first entry, and its measures."""

    group: MenuGroup
    endpoint: str
    permission: Permission
    measures: tuple[Measure, ...]
    #: Whether it is the service that knows all shops.
    is_of_shops: bool


def sections(features: Sequence[Feature]) -> list[ServiceSection]:
    """Return the services that measure something and have an entry in the menu, shops in front."""
    found = []
    for feature in features:
        items = [item for _, each in more((feature,), ConsoleExtension) for item in each.items if item.group]
        if feature.measures and items and items[0].group:
            shown = [each for each in feature.measures if not each.is_aid]
            measures = tuple(sorted(shown, key=lambda each: each.order))
            is_of_shops = feature.front_desk is not None
            found.append(ServiceSection(items[0].group, items[0].endpoint, items[0].permission, measures, is_of_shops))
    return sorted(found, key=lambda each: (not each.is_of_shops, each.group.order))
