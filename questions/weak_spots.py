"""Weak spots: questions that shops answered wrong, as a feature that asks questions declares them to who asks again.

A feature declares a `WeakSpotSource` in `more` of its `Feature`. What it asked belongs to it: the question is read from
it anew each time, with the key in force, and what counts no longer is not given.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from questions.keyed.items import KeyedItem

#: A shop, and the reference of a question in its source.
ShopQuestion = tuple[int, str]


class NewlyWrong(NamedTuple):
    """Wrong answer of a shop to a question of a source, and when it was given."""

    retailer_id: int
    reference: str
    at: datetime


class AskedAgain(NamedTuple):
    """Question to be asked again: with the key in force, and the page on which its pictures are seen."""

    item: KeyedItem
    page: str


class Retake(NamedTuple):
    """What can be taken again after a lesson: its link and its title."""

    link: str
    title: str


def _no_retake(session: Session, openid: str, lesson: str, now: datetime) -> Retake | None:
    return None


@dataclass(frozen=True, slots=True)
class WeakSpotSource:
    """Source of weak spots. Two sources of one topic stop whoever collects them."""

    topic: str
    #: Gives the next wrong answers that were not given yet, and notes that they were: each is given once, and at most
    #: so many at a time. One whose key may not be shown yet waits.
    take: Callable[[Session, int, datetime], Sequence[NewlyWrong]]
    #: Reads questions; left out are those that were struck or retired, that the key in force makes right after all, and
    #: those whose key may not be shown.
    items: Callable[[Session, Collection[ShopQuestion], datetime], Mapping[ShopQuestion, AskedAgain]]
    #: Gives what sent this follower to a lesson (its link) and can be taken again.
    retake: Callable[[Session, str, str, datetime], Retake | None] = _no_retake


def sources(declared: Iterable[object]) -> dict[str, WeakSpotSource]:
    """Return the declared sources by topic. Raises ValueError where two features claim one."""
    found: dict[str, WeakSpotSource] = {}
    for each in declared:
        if isinstance(each, WeakSpotSource) and found.setdefault(each.topic, each) is not each:
            raise ValueError(f"two features claim the weak spots of the topic {each.topic!r}")
    return found
