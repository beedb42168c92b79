"""Request desk: takes what somebody wants of a shop's customer manager from features that have no person to ask.

The feature that answers shops declares it in `more` of its `Feature`. In the chat its link `message:` does the same.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class RequestDesk:
    """Desk that takes requests: at most one feature declares it."""

    #: Puts a follower's words into their open request or a new one; gives its number. Raises `Refused` for somebody who
    #: does not follow the account.
    take: Callable[[Session, str, str, datetime, ZoneInfo], int]


def desk(declared: Iterable[object]) -> RequestDesk | None:
    """The desk that takes requests; None where no feature does. Raises ValueError where several do."""
    found = [each for each in declared if isinstance(each, RequestDesk)]
    if len(found) > 1:
        raise ValueError("several features take requests")
    return found[0] if found else None
