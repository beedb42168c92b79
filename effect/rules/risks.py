"""Risks of losing a shop, as specifications of audiences: features declare the criteria, people combine them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from effect.texts import sticking as texts


@dataclass(frozen=True, slots=True)
class Risk:
    """Risk: its name in an address, what it is called, which shops it is of, and what their managers are to tell
    them. A shop that does not follow any more cannot be written to."""

    name: str
    label: str
    spec: Mapping[str, Any]
    errand: str
    can_be_written: bool = True


SILENT = Risk("silent", texts.SILENT, {"last_contact": {"before_days": 30}, "followed": True}, texts.SEE_SILENT)
UNOPENED = Risk("unopened", texts.UNOPENED, {"unopened_pushes": 3, "followed": True}, texts.SEE_UNOPENED)
DISCONTENT = Risk("discontent", texts.DISCONTENT, {"last_rating": "discontent", "followed": True}, texts.SEE_DISCONTENT)
LEFT = Risk("left", texts.LEFT, {"bound": True, "followed": False}, texts.SEE_LEFT, can_be_written=False)
#: The signs that a shop may be lost; several of them say more than one.
SIGNS = (SILENT, UNOPENED, DISCONTENT)
SEVERAL = "several"


def risks(known: Collection[str]) -> Sequence[Risk]:
    """Return the risks that can be told by the criteria that features declare, the most serious first.

    >>> [each.name for each in risks(["last_contact", "followed", "bound", "last_rating"])]
    ['several', 'silent', 'discontent', 'left']
    >>> [each.name for each in risks(["last_contact", "followed", "bound"])]
    ['silent', 'left']
    """
    found = [each for each in SIGNS if set(each.spec) <= set(known)]
    pairs = [{**one.spec, **other.spec} for one, other in combinations(found, 2)]
    several = [Risk(SEVERAL, texts.SEVERAL, {"any": pairs}, texts.SEE_SEVERAL)] if pairs else []
    return [*several, *found, LEFT]
