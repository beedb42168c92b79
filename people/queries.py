"""People queries: the shop list of the command line, members of WeChat tags, people due for erasure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, func, not_, or_, select, union
from sqlalchemy.orm import Session

from people import rules
from people.identity import read_shop, select_shops
from people.models import ERASED, IS_THERE, Area, Manager, Retailer, RetailerTag, ShopClass, Tag, Withdrawal
from wechat_bot.models import Follower, Heard

#: Tables left out: messages of WeChat itself are under its own name and deleted after days; withdrawals are handled
#: separately.
_BESIDE = (Heard.__tablename__, Withdrawal.__tablename__)
#: The most people erased in one run.
BATCH = 500


@dataclass(frozen=True, slots=True)
class ShopLine:
    """Shop as a line of the list."""

    licence: str
    shop: str
    keeper: str
    phone: str
    area: str
    class_name: str
    manager: str
    is_bound: bool


@dataclass(frozen=True, slots=True)
class ShopPage:
    """Page of the shop list, and the total number."""

    lines: tuple[ShopLine, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Mirrored:
    """Mirrored group of a WeChat tag: its key such as `area:12`, its name, and its members."""

    key: str
    name: str
    openids: set[str] = field(default_factory=set)


def manager_names(session: Session) -> dict[str, str]:
    """The names of all customer managers by phone."""
    return {row.phone: row.name for row in session.execute(select(Manager.phone, Manager.name))}


def class_names(session: Session) -> list[str]:
    """The classes of shops, in the order they were made."""
    return list(session.scalars(select(ShopClass.name).order_by(ShopClass.id)))


def shops(session: Session, *, area: str, class_name: str, search: str, offset: int, limit: int) -> ShopPage:
    """The list of shops by licence, narrowed by area, class, and a part of licence, shop, keeper or phone."""
    conditions: list[ColumnElement[bool]] = [IS_THERE]
    if area:
        conditions.append(Area.name == area)
    if class_name:
        conditions.append(ShopClass.name == class_name)
    if search:
        sought = (Retailer.licence, Retailer.shop, Retailer.keeper, Retailer.phone)
        conditions.append(or_(*(column.contains(search, autoescape=True) for column in sought)))
    rows = session.execute(
        select_shops().where(*conditions).order_by(Retailer.licence).offset(offset).limit(limit)
    ).all()
    found = [read_shop(row) for row in rows]
    total = session.scalar(select(func.count()).select_from(Retailer).join(Area).join(ShopClass).where(*conditions))
    return ShopPage(
        tuple(
            ShopLine(
                each.licence,
                each.shop,
                each.keeper,
                each.phone,
                each.area,
                each.class_name,
                each.manager_name,
                each.openid is not None,
            )
            for each in found
        ),
        total or 0,
    )


def tag_members(session: Session) -> list[Mirrored]:
    """The groups to be mirrored by WeChat tags, with their followers: classes, areas, 客户经理, and the tags that staff
    chose. Groups of the same name are merged.

    Only current followers: WeChat refuses a whole batch because of one who does not follow.
    """
    groups: dict[str, Mirrored] = {}
    for kind, table in (("class", ShopClass), ("area", Area)):
        for key, name in session.execute(select(table.id, table.name).order_by(table.id)):
            groups.setdefault(name, Mirrored(f"{kind}:{key}", name))
    groups.setdefault(rules.MANAGERS, Mirrored("managers", rules.MANAGERS))
    followed = (Follower.openid == Retailer.openid) & Follower.unfollowed_at.is_(None)
    rows = session.execute(
        select(Retailer.openid, ShopClass.name, Area.name).join(Area).join(ShopClass).join(Follower, followed)
    )
    for openid, class_name, area in rows:
        groups[class_name].openids.add(str(openid))
        groups[area].openids.add(str(openid))
    tagged = (
        select(Tag.id, Tag.name, Retailer.openid)
        .outerjoin(RetailerTag, RetailerTag.tag_id == Tag.id)
        .outerjoin(Retailer, and_(Retailer.id == RetailerTag.retailer_id, Retailer.openid.in_(_following())))
        .where(Tag.is_mirrored)
    )
    for key, name, openid in session.execute(tagged):
        # A tag without members is included, so that it is taken off its former members.
        groups.setdefault(name, Mirrored(f"tag:{key}", name)).openids.update([openid] if openid else [])
    managers = (
        select(Manager.openid)
        .join(Follower, Follower.openid == Manager.openid)
        .where(Follower.unfollowed_at.is_(None), Manager.disabled_at.is_(None))
    )
    groups[rules.MANAGERS].openids.update(openid for openid in session.scalars(managers) if openid)
    return list(groups.values())


def is_known(session: Session, openid: str) -> bool:
    """Whether somebody with this openid follows, or followed, and was not erased."""
    found = session.scalar(select(Follower.openid).where(Follower.openid == openid))
    return found is not None and not found.startswith(ERASED)


def withdrawn(session: Session) -> Sequence[str]:
    """People who withdrew their consent or a part of it."""
    return session.scalars(select(Withdrawal.openid)).all()


def gone(session: Session, *, before: datetime) -> Sequence[tuple[str, datetime]]:
    """The next followers who left before this moment, and when."""
    rows = session.execute(
        select(Follower.openid, Follower.unfollowed_at)
        .where(Follower.unfollowed_at <= before, not_(Follower.openid.startswith(ERASED)))
        .order_by(Follower.openid)
        .limit(BATCH)
    )
    return [(openid, left_at) for openid, left_at in rows if left_at is not None]


def left_over(session: Session, tables: Sequence[Table]) -> Sequence[str]:
    """Openids still stored although they belong to no follower any more: of people whose erasure was incomplete."""
    return session.scalars(select_left_over(tables)).all()


def select_left_over(tables: Sequence[Table]) -> Select[str]:
    """The statement of `left_over`. It reads every table of every feature, for each openid must be a follower's."""
    columns = [
        table.c.openid
        for table in tables
        if "openid" in table.c and table.name not in (*_BESIDE, Follower.__tablename__)
    ]
    is_known = [select(Follower.openid).where(Follower.openid == column).exists() for column in columns]
    lost = [
        select(column).where(column != "", not_(column.startswith(ERASED)), ~known)
        for column, known in zip(columns, is_known, strict=True)
    ]
    found = union(*lost).subquery()
    return select(found.c.openid).limit(BATCH)


def _following() -> Any:
    return select(Follower.openid).where(Follower.unfollowed_at.is_(None))
