"""The criteria of people: what every audience can be narrowed by, whoever else adds more."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from foundation.errors import Refused
from people import rules
from people.models import Area, Manager, Retailer, RetailerTag, ShopClass, Tag
from wechat_bot.feature import Criterion
from wechat_bot.models import Follower

#: A value longer than this in an error is cut: it may be a whole file.
SHOWN = 40
MOST_DAYS = 3650
MOST_NAMES = 1000

Ids = Select[Any]


def names(value: Any, what: str) -> list[str]:
    """One name or a list of them, as texts. Raises `Refused` for an empty list and for what is no name."""
    listed = value if isinstance(value, list) else [value]
    if not listed:
        raise Refused(f"对象条件 {what} 是空的,请写上至少一个。")
    if len(listed) > MOST_NAMES:
        raise Refused(f"对象条件 {what} 里的名称太多,最多 {MOST_NAMES} 个。")
    for each in listed:
        # A phone written without quotes is read as a number.
        if isinstance(each, bool) or not isinstance(each, (str, int)) or not str(each).strip():
            raise Refused(f"对象条件 {what} 里的 {_shown(each)} 不是名称。")
    return [str(each).strip() for each in listed]


def yes_or_no(value: Any, what: str) -> bool:
    """A truth. Raises `Refused` for anything else: a misspelt one must not pass for either."""
    if not isinstance(value, bool):
        raise Refused(f"对象条件 {what} 只能是 true 或 false,不能是 {_shown(value)}。")
    return value


def _classes(session: Session, value: Any, now: datetime) -> Ids:
    known = _ids(session, ShopClass, names(value, "class"), "客户类型")
    return select(Retailer.id).where(Retailer.class_id.in_(known))


def _areas(session: Session, value: Any, now: datetime) -> Ids:
    known = _ids(session, Area, names(value, "area"), "片区")
    parents = [(area, parent) for area, parent in session.execute(select(Area.id, Area.parent_id))]
    return select(Retailer.id).where(Retailer.area_id.in_(sorted(rules.with_sub_areas(parents, known))))


def _managers(session: Session, value: Any, now: datetime) -> Ids:
    found = []
    for name in names(value, "manager"):
        matches = session.scalars(
            select(Manager.id).where(or_(Manager.name == name, Manager.phone == (rules.phone(name) or name)))
        ).all()
        if not matches:
            raise Refused(f"没有叫“{name[:SHOWN]}”的客户经理,也没有这个手机号。")
        if len(matches) > 1:
            raise Refused(f"有 {len(matches)} 位客户经理叫“{name[:SHOWN]}”,请改写手机号。")
        found.append(matches[0])
    return (
        select(Retailer.id)
        .join(Area, Area.id == Retailer.area_id)
        .where(func.coalesce(Retailer.manager_id, Area.manager_id).in_(found))
    )


def _tags(session: Session, value: Any, now: datetime) -> Ids:
    known = _ids(session, Tag, names(value, "tag"), "标签")
    return select(RetailerTag.retailer_id).where(RetailerTag.tag_id.in_(known))


def _followed(session: Session, value: Any, now: datetime) -> Ids:
    following = select(Follower.openid).where(Follower.unfollowed_at.is_(None))
    if yes_or_no(value, "followed"):
        return select(Retailer.id).where(Retailer.openid.in_(following))
    return select(Retailer.id).where(or_(Retailer.openid.is_(None), Retailer.openid.not_in(following)))


def _bound(session: Session, value: Any, now: datetime) -> Ids:
    is_bound = yes_or_no(value, "bound")
    return select(Retailer.id).where(Retailer.openid.is_not(None) if is_bound else Retailer.openid.is_(None))


def _last_contact(session: Session, value: Any, now: datetime) -> Ids:
    ends: dict[str, Callable[[datetime], Any]] = {
        "within_days": lambda moment: contact >= moment,
        "before_days": lambda moment: contact < moment,
    }
    contact = func.coalesce(Follower.heard_at, Follower.followed_at)
    if not isinstance(value, dict) or not value or not value.keys() <= ends.keys():
        raise Refused("对象条件 last_contact 要写成 {within_days: 天数} 或 {before_days: 天数}。")
    conditions = []
    for name, days in value.items():
        if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
            raise Refused(f"对象条件 last_contact 的 {name} 要是 1 到 {MOST_DAYS} 的整数,不能是 {_shown(days)}。")
        conditions.append(ends[name](now - timedelta(days=days)))
    return select(Retailer.id).join(Follower, Follower.openid == Retailer.openid).where(*conditions)


def _ids(session: Session, table: Any, wanted: Sequence[str], what: str) -> list[int]:
    found = {name: key for key, name in session.execute(select(table.id, table.name).where(table.name.in_(wanted)))}
    missing = [name[:SHOWN] for name in wanted if name not in found]
    if missing:
        raise Refused(f"没有这个{what}:{'、'.join(missing)}。")
    return list(found.values())


def _shown(value: Any) -> str:
    return f"“{str(value)[:SHOWN]}”"


CRITERIA = (
    Criterion("class", "客户类型,一个或几个", _classes),
    Criterion("area", "片区,一个或几个,包括下级片区", _areas),
    Criterion("manager", "客户经理的姓名或手机号", _managers),
    Criterion("tag", "标签,有其中一个即可", _tags),
    Criterion("followed", "现在是否关注着", _followed),
    Criterion("bound", "是否绑定了微信", _bound),
    Criterion("last_contact", "最近一次联系:within_days 天内,或 before_days 天以前", _last_contact),
)
