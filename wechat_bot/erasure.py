"""Erasure contract: what is handed down through the features when somebody is erased."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session


@dataclass(slots=True)
class Forgetting:
    """Somebody who is being erased: handed down through the features, the highest floor first, in one transaction."""

    #: The follower; empty where a shop of the roster is erased to which nobody is bound.
    openid: str
    #: May stand in the openid's place, so that what was counted stays counted.
    pseudonym: str
    now: datetime
    #: Only what they sent of these kinds (image, voice, location) is taken back; everything where there are none.
    kinds: frozenset[str] = frozenset()
    #: The row of the shop that is erased with its keeper (people's), and what names the two in what others wrote.
    shop_id: int | None = None
    names: tuple[str, ...] = ()
    #: Told by the floors above to those below: what was taken away, and the links it stood under.
    words: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    #: Names in the folder of files, to be deleted once all of this is kept.
    files: list[str] = field(default_factory=list)


#: Erase what a feature knows of somebody.
Forget = Callable[[Session, Forgetting], None]
