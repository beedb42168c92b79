"""Reach counts: how many shops are bound, and how many of them can be reached."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from console.rules.visitors import Role, Visitor
from foundation.database import count_to
from people.models import AreaCount, Retailer
from people.visibility import area_ids, within
from wechat_bot.models import Follower

#: The most unfollowed shops that are counted.
COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Reach:
    """Numbers of shops and bound shops of a visitor."""

    shops: int
    bound: int

    @property
    def share(self) -> float | None:
        return self.bound / self.shops if self.shops else None


def reach(session: Session, visitor: Visitor, *, today: date) -> Reach:
    """The numbers of a visitor's shops and bound shops: from stored counts, except for a manager's few."""
    if visitor.role is Role.MANAGER:
        mine = within(session, visitor, today=today)
        own = select(func.count(), func.count(Retailer.openid)).where(*([] if mine is None else [mine]))
        return Reach(*session.execute(own).one())
    owned = area_ids(session, visitor)
    shops, bound = session.execute(
        select(func.coalesce(func.sum(AreaCount.shops), 0), func.coalesce(func.sum(AreaCount.bound), 0)).where(
            *([] if owned is None else [AreaCount.area_id.in_(sorted(owned))])
        )
    ).one()
    return Reach(shops, bound)


def left(session: Session, visitor: Visitor, *, today: date) -> int:
    """The number of bound shops whose keeper has unfollowed the account, counted up to `COUNTED` + 1.

    The query starts from those who left, who are few: after some weeks they are erased and their shops unbound.
    """
    found = (
        select(Retailer.id)
        .join(Follower, Follower.openid == Retailer.openid)
        .where(Follower.unfollowed_at.is_not(None))
    )
    if visitor.role is Role.MANAGER:
        mine = within(session, visitor, today=today)
        own = select(Retailer.openid).where(*([] if mine is None else [mine])).cte("mine").prefix_with("MATERIALIZED")
        found = (
            select(own.c.openid)
            .join(Follower, Follower.openid == own.c.openid)
            .where(Follower.unfollowed_at.is_not(None))
        )
    else:
        owned = area_ids(session, visitor)
        found = found.where(*([] if owned is None else [Retailer.area_id.in_(sorted(owned))]))
    return count_to(session, found, COUNTED)
