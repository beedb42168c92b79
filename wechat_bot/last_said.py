"""Last said: the last thing a follower was sent, which a bare number or a short answer of theirs replies to.

Whoever asks by message asks here, so that one reply is never taken by two.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from wechat_bot.models import Delivery
from wechat_bot.outbox import states


@dataclass(frozen=True, slots=True)
class Said:
    """Message that reached a follower: the link it is about, its key in the outbox, and when it went out."""

    about: str
    key: str
    at: datetime

    def stands(self, last_heard_at: datetime | None) -> bool:
        """Whether they wrote nothing since. `last_heard_at` is their contact before the message being heard."""
        return last_heard_at is None or last_heard_at <= self.at


#: Gives the select of the last message that reached a follower in another way than by a delivery of their own: as one
#: of many, in one call. Its columns are those of `Said`.
SaidToMany = Callable[[str], Any]


def last_said(session: Session, openid: str, others: Iterable[SaidToMany] = ()) -> Said | None:
    """Return the last message that was sent to a follower about something; None where there was none.

    Parts of a reply that were sent later are about nothing, and change nothing.
    """
    by_delivery = (
        select(Delivery.about, Delivery.key, Delivery.settled_at)
        .where(Delivery.openid == openid, states.was_said("delivery"))
        .order_by(Delivery.settled_at.desc(), Delivery.id.desc())
        .limit(1)
    )
    # In one statement: this is asked for most texts that are heard.
    each = [by_delivery, *(other(openid) for other in others)]
    all_of_them = union_all(*(select(*one.subquery().c) for one in each)).subquery()
    about, key, at = all_of_them.c
    found = session.execute(select(about, key, at).order_by(at.desc()).limit(1)).first()
    return None if found is None else Said(found[0], found[1] or "", found[2])
