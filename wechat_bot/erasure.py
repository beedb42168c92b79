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
    #: Takes the openid's place in rows that are counted.
    pseudonym: str
    now: datetime
    #: Only media of these kinds (image, voice, location) are erased; if empty, everything is.
    kinds: frozenset[str] = frozenset()
    #: The shop of the roster that is erased too, and the names of shop and keeper, to be found in what others wrote.
    shop_id: int | None = None
    names: tuple[str, ...] = ()
    #: Told by the features above to those below: texts that were erased, and links to what they were about.
    words: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    #: Names in the folder of files, to be deleted after the commit.
    files: list[str] = field(default_factory=list)


#: Erase what a feature knows of somebody.
Forget = Callable[[Session, Forgetting], None]
