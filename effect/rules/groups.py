"""Groups of shops whose month is looked at: the company, areas, a class, a customer manager."""

from __future__ import annotations

from dataclasses import dataclass

from effect.models.months import FactBy


@dataclass(frozen=True, slots=True)
class FactGroup:
    """FactGroup of shops: how facts are grouped, the members whose facts add up to it, and what people call it."""

    by: FactBy
    members: tuple[int, ...]
    label: str


COMPANY = FactGroup(FactBy.WHOLE, (0,), "全公司")
