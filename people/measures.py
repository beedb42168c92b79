"""Measures of people: who follows, who is bound, who left, who was not in touch, and errands done."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, union_all
from sqlalchemy.orm import Session

from foundation.clock import Period
from people.errands import ErrandEnd
from people.models import IS_THERE, Area, Binding, Errand, FollowerMove, MoveKind, Retailer
from wechat_bot.measure import Measure, Remedy, columns
from wechat_bot.models import Follower

#: How long a shop was not in touch that counts as silent.
SILENT = timedelta(days=30)
_MANAGER = func.coalesce(Retailer.manager_id, Area.manager_id)
_SHOP = (Retailer.area_id, Retailer.class_id, _MANAGER)
_THEN = (FollowerMove.area_id, FollowerMove.class_id, FollowerMove.manager_id)


def followers(session: Session, period: Period) -> Select[Any]:
    """Select those who follow at the period's end."""
    both = union_all(*_following(period.ends_at, {"n": 1})).subquery()
    return select(both)


def gone(session: Session, period: Period) -> Select[Any]:
    """Select those who stopped following in the period, of those who followed when it began or came in it: each once,
    however often they left, where they were when they left first. Who was erased while they followed did not stop."""
    in_it = (FollowerMove.at >= period.begins_at, FollowerMove.at < period.ends_at)
    left = select(*columns(*_THEN, n=1, of=1)).where(_is_first(MoveKind.GONE, *in_it))
    have_left = select(FollowerMove.openid).where(*in_it, FollowerMove.kind == MoveKind.GONE)
    erased = select(*columns(*_THEN, n=0, of=1)).where(*in_it, FollowerMove.kind == MoveKind.ERASED)
    # Whoever was there has left, or was erased, or follows at the end.
    others = (
        erased.where(FollowerMove.openid.not_in(have_left)),
        *(
            each.where(whose.not_in(have_left))
            for each, whose in zip(
                _following(period.ends_at, {"n": 0, "of": 1}), (Follower.openid, FollowerMove.openid), strict=True
            )
        ),
    )
    both = union_all(left, *others).subquery()
    return select(both)


def bound(session: Session, period: Period) -> Select[Any]:
    """Select the shops that were bound at the period's end, of those in the roster."""
    held = _bound(period.ends_at, columns(*_SHOP, n=1, of=0)).where(IS_THERE)
    there = select(*columns(*_SHOP, n=0, of=1)).select_from(Retailer).join(Area, Area.id == Retailer.area_id)
    both = union_all(held, there.where(IS_THERE)).subquery()
    return select(both)


def shops(session: Session, period: Period) -> Select[Any]:
    """Select the shops of the roster."""
    there = select(*columns(*_SHOP)).select_from(Retailer).join(Area, Area.id == Retailer.area_id)
    return there.where(IS_THERE)


def still_following(session: Session, period: Period) -> Select[Any]:
    """Select the shops that are bound and follow the account, as both are now."""
    return (
        shops(session, period)
        .join(Follower, Follower.openid == Retailer.openid)
        .where(Follower.unfollowed_at.is_(None))
    )


def silent(session: Session, period: Period) -> Select[Any]:
    """Select the shops that were bound at the period's end, and whether they had not been in touch for 30 days: as the
    criterion `last_contact` has it."""
    contact = func.coalesce(Follower.heard_at, Follower.followed_at)
    is_silent = case((contact < period.ends_at - SILENT, 1), else_=0)
    held = _bound(period.ends_at, columns(*_SHOP, n=is_silent, of=1)).where(IS_THERE)
    return held.outerjoin(Follower, Follower.openid == Binding.openid)


def errands_done(session: Session, period: Period) -> Select[Any]:
    """Select the errands that were done in the period, by somebody or by themselves, of these and those still open at
    its end; withdrawn ones are neither."""
    at = Errand.done_at
    done = select(*columns(Errand.area_id, Errand.class_id, Errand.manager_id, n=1, of=1))
    done = done.where(at >= period.begins_at, at < period.ends_at, Errand.done_how != ErrandEnd.WITHDRAWN)
    left = (
        select(*columns(*_SHOP, n=0, of=1))
        .select_from(Errand)
        .join(Retailer, Retailer.id == Errand.retailer_id)
        .join(Area, Area.id == Retailer.area_id)
        .where(Errand.made_at < period.ends_at, or_(at.is_(None), at >= period.ends_at))
    )
    both = union_all(done, left).subquery()
    return select(both)


def _following(moment: datetime, counted: Mapping[str, int]) -> tuple[Select[Any], Select[Any]]:
    """Select those who followed at a moment: those who do now and have not moved since, where they are now; and those
    who left or were erased since, before any other move, where they were then."""
    since = FollowerMove.at >= moment
    stayed = (
        select(*columns(*_SHOP, **counted))
        .select_from(Follower)
        .outerjoin(Retailer, Retailer.openid == Follower.openid)
        .outerjoin(Area, Area.id == Retailer.area_id)
        .where(Follower.unfollowed_at.is_(None), Follower.openid.not_in(select(FollowerMove.openid).where(since)))
    )
    moved = select(*columns(*_THEN, **counted)).where(_is_first(None, since), FollowerMove.kind != MoveKind.FOLLOWED)
    return stayed, moved


def _is_first(kind: MoveKind | None, *which: Any) -> ColumnElement[bool]:
    """Whether a move is its follower's first of a kind, or of any, among those for which a condition holds."""
    among = [*which, *([FollowerMove.kind == kind] if kind else [])]
    return FollowerMove.id.in_(select(func.min(FollowerMove.id)).where(*among).group_by(FollowerMove.openid))


def _bound(moment: datetime, chosen: Any) -> Select[Any]:
    """Select the shops that were bound at a moment, as the roster has them now."""
    at = and_(Binding.bound_at < moment, or_(Binding.unbound_at.is_(None), Binding.unbound_at >= moment))
    return (
        select(*chosen)
        .select_from(Binding)
        .join(Retailer, Retailer.id == Binding.retailer_id)
        .join(Area, Area.id == Retailer.area_id)
        .where(at)
    )


_ROSTER = Remedy("看店铺", "people_pages.roster")
_SILENT = Remedy("给他们写一条", whom={"last_contact": {"before_days": SILENT.days}})
MEASURES = (
    Measure("followers", "关注的人", followers, unit="人", is_state=True, order=10),
    Measure("shops", "店铺", shops, unit="家", is_state=True, is_neutral=True, order=15, step=10),
    Measure(
        "bound",
        "绑定的店",
        bound,
        unit="家",
        of="名单里的店",
        is_state=True,
        order=20,
        step=20,
        remedies=(_ROSTER,),
    ),
    Measure("still_following", "还在关注的店", still_following, unit="家", is_state=True, order=25, step=30),
    Measure("gone", "取消关注", gone, unit="人", of="关注过的人", is_less_better=True, is_of_state=True, order=30),
    Measure(
        "silent_30d",
        "30 天没有联系",
        silent,
        unit="家",
        of="绑定的店",
        is_state=True,
        is_less_better=True,
        order=40,
        remedies=(_SILENT,),
    ),
    Measure("errands_done", "办完的交办", errands_done, unit="件", of="交办的事", is_of_state=True, order=50),
)
