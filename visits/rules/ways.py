"""Ways of an answer to a shop: which one it will take, before it is sent."""

from dataclasses import dataclass
from datetime import datetime

from visits.models.answers import Way


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Way an answer would go now, how many messages may still be sent, and until when the window is open. An open
    window with none left is used up."""

    way: Way
    left: int = 0
    until: datetime | None = None


def foresee(*, is_following: bool, left: int, until: datetime | None, queued: int, has_template: bool) -> Foreseen:
    """Return the way of the next answer. Messages queued already use up their sends first.

    >>> foresee(is_following=True, left=3, until=None, queued=1, has_template=True)
    Foreseen(way=<Way.MESSAGE: 'message'>, left=2, until=None)
    >>> foresee(is_following=True, left=1, until=None, queued=1, has_template=True).way
    <Way.NOTICE: 'notice'>
    >>> foresee(is_following=True, left=0, until=None, queued=0, has_template=False).way
    <Way.LATER: 'later'>
    >>> foresee(is_following=False, left=3, until=None, queued=0, has_template=True).way
    <Way.NEVER: 'never'>
    """
    free = max(left - queued, 0)
    if not is_following:
        return Foreseen(Way.NEVER)
    if free:
        return Foreseen(Way.MESSAGE, free, until)
    return Foreseen(Way.NOTICE if has_template else Way.LATER, until=until)
