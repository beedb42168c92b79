"""Audience criteria of people: class, area, manager, tag, licence, following, binding, last contact.

Each is a condition on retailers, so that a statement which reads retailers can stop early. It must be true or false
for each row and never NULL, because NOT NULL would match nobody under `none`.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from foundation.errors import Refused
from foundation.text import mask_phone, phone_number
from people import rules, visibility
from people.models import Area, Manager, Retailer, RetailerTag, ShopClass, Tag
from wechat_bot.criterion import Choice, Criterion, Field, Input
from wechat_bot.models import Follower

#: Characters of a value shown in an error; it might be a whole file.
SHOWN = 40
MOST_DAYS = 3650
MOST_NAMES = 1000
#: The criterion whose choices depend on what the visitor may see, and the one that lists shops directly.
AREA, LICENCE = "area", "licence"
#: The most licences typed into a form; longer lists should be saved as an audience.
MOST_LICENCES = 1000

Condition = ColumnElement[bool]


def names(value: Any, what: str) -> list[str]:
    """One name or a list of names, as texts. Raises `Refused` for an empty list and for values that are not names."""
    listed = value if isinstance(value, list) else [value]
    if not listed:
        raise Refused(f"对象条件 {what} 是空的，请写上至少一个。")
    if len(listed) > MOST_NAMES:
        raise Refused(f"对象条件 {what} 里的名称太多，最多 {MOST_NAMES} 个。")
    for each in listed:
        # YAML reads a phone without quotes as a number.
        if isinstance(each, bool) or not isinstance(each, (str, int)) or not str(each).strip():
            raise Refused(f"对象条件 {what} 里的 {_shown(each)} 不是名称。")
    return [str(each).strip() for each in listed]


def yes_or_no(value: Any, what: str) -> bool:
    """A boolean value. Raises `Refused` for anything else, such as a misspelt one."""
    if not isinstance(value, bool):
        raise Refused(f"对象条件 {what} 只能是 true 或 false，不能是 {_shown(value)}。")
    return value


def _classes(session: Session, value: Any, now: datetime) -> Condition:
    known = _ids(session, ShopClass, names(value, "class"), "客户类型")
    return Retailer.class_id.in_(known)


def _areas(session: Session, value: Any, now: datetime) -> Condition:
    known = _ids(session, Area, names(value, "area"), "片区")
    return Retailer.area_id.in_(sorted(visibility.with_sub_areas(session, known)))


def _managers(session: Session, value: Any, now: datetime) -> Condition:
    wanted = names(value, "manager")
    phones = {name: phone_number(name) or name for name in wanted}
    rows = session.execute(
        select(Manager.id, Manager.name, Manager.phone).where(
            or_(Manager.name.in_(wanted), Manager.phone.in_(phones.values()))
        )
    ).all()
    found = []
    for name in wanted:
        matches = [row.id for row in rows if row.name == name or row.phone == phones[name]]
        if not matches:
            raise Refused(f"没有叫“{name[:SHOWN]}”的客户经理，也没有这个手机号。")
        if len(matches) > 1:
            raise Refused(f"有 {len(matches)} 位客户经理叫“{name[:SHOWN]}”，请改写手机号。")
        found.append(matches[0])
    areas = select(Area.id).where(Area.manager_id.in_(found))
    theirs = and_(Retailer.manager_id.is_not(None), Retailer.manager_id.in_(found))
    return or_(theirs, and_(Retailer.manager_id.is_(None), Retailer.area_id.in_(areas)))


def _tags(session: Session, value: Any, now: datetime) -> Condition:
    known = _ids(session, Tag, names(value, "tag"), "标签")
    return _has(RetailerTag.retailer_id == Retailer.id, RetailerTag.tag_id.in_(known))


def _licences(session: Session, value: Any, now: datetime) -> Condition:
    if isinstance(value, list) and len(value) > MOST_LICENCES:
        raise Refused(f"一次最多写 {MOST_LICENCES} 个许可证号；更多的请先存成对象。")
    written = names(value, LICENCE)
    known = {each: rules.licence(each) for each in written}
    wrong = [each[:SHOWN] for each, licence in known.items() if licence is None]
    if wrong:
        raise Refused(f"这些不是许可证号：{'、'.join(wrong[:3])}。")
    return Retailer.licence.in_([licence for licence in known.values() if licence])


def _followed(session: Session, value: Any, now: datetime) -> Condition:
    follows = _has(Follower.openid == Retailer.openid, Follower.unfollowed_at.is_(None))
    return follows if yes_or_no(value, "followed") else not_(follows)


def _bound(session: Session, value: Any, now: datetime) -> Condition:
    return Retailer.openid.is_not(None) if yes_or_no(value, "bound") else Retailer.openid.is_(None)


def _last_contact(session: Session, value: Any, now: datetime) -> Condition:
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
            raise Refused(f"对象条件 last_contact 的 {name} 要是 1 到 {MOST_DAYS} 的整数，不能是 {_shown(days)}。")
        conditions.append(ends[name](now - timedelta(days=days)))
    return _has(Follower.openid == Retailer.openid, *conditions)


def _has(*which: ColumnElement[bool]) -> Condition:
    """Condition that a shop has a row in another table, also within a statement that reads that table itself."""
    return exists().where(*which).correlate(Retailer)


def _ids(session: Session, table: Any, wanted: Sequence[str], what: str) -> list[int]:
    found = {name: key for key, name in session.execute(select(table.id, table.name).where(table.name.in_(wanted)))}
    missing = [name[:SHOWN] for name in wanted if name not in found]
    if missing:
        raise Refused(f"没有这个{what}：{'、'.join(missing)}。")
    return list(found.values())


def _shown(value: Any) -> str:
    return f"“{str(value)[:SHOWN]}”"


def _class_choices(session: Session, given: Mapping[str, Any]) -> Sequence[Choice]:
    return [Choice(name, name) for name in session.scalars(select(ShopClass.name).order_by(ShopClass.id))]


def _area_choices(session: Session, given: Mapping[str, Any]) -> Sequence[Choice]:
    rows = session.execute(select(Area.id, Area.parent_id, Area.name).order_by(Area.name)).all()
    named = {row.id: row.name for row in rows}
    tree = rules.as_tree([(row.id, row.parent_id) for row in rows])
    return [Choice(named[area], named[area], depth) for area, depth in tree]


def _manager_choices(session: Session, given: Mapping[str, Any]) -> Sequence[Choice]:
    rows = session.execute(
        select(Manager.phone, Manager.name).where(Manager.disabled_at.is_(None)).order_by(Manager.name)
    ).all()
    several = {name for name, times in Counter(row.name for row in rows).items() if times > 1}
    # Identified by the phone, which is unique; it is shown only where the name alone is ambiguous.
    return [
        Choice(row.phone, f"{row.name} {mask_phone(row.phone)}" if row.name in several else row.name) for row in rows
    ]


def _tag_choices(session: Session, given: Mapping[str, Any]) -> Sequence[Choice]:
    return [Choice(name, name) for name in session.scalars(select(Tag.name).order_by(Tag.name))]


def _licence_words(session: Session, value: Any) -> str:
    return f"按许可证号选的 {len(value) if isinstance(value, list) else 1} 家"


CRITERIA = (
    Criterion(
        "class", "客户类型，一个或几个", "客户类型", (Field("类型", Input.MANY, _class_choices),), select=_classes
    ),
    Criterion(
        AREA,
        "片区，一个或几个，包括下级片区",
        "片区",
        (Field("片区（包括下级）", Input.MANY, _area_choices),),
        select=_areas,
    ),
    Criterion(
        "manager",
        "客户经理的姓名或手机号",
        "客户经理",
        (Field("客户经理", Input.MANY, _manager_choices),),
        select=_managers,
    ),
    Criterion(
        "tag", "标签，有其中一个即可", "标签", (Field("有其中一个即可", Input.MANY, _tag_choices),), select=_tags
    ),
    Criterion(
        LICENCE,
        "许可证号，一个或几个",
        "按许可证号",
        (Field("许可证号，一行一个", Input.LINES),),
        select=_licences,
        says=_licence_words,
    ),
    Criterion(
        "bound",
        "是否绑定了微信",
        "是否绑定微信",
        (Field("绑定", Input.YES_NO),),
        ("已绑定", "还没有绑定"),
        select=_bound,
    ),
    Criterion(
        "followed",
        "现在是否关注着",
        "是否关注公众号",
        (Field("关注", Input.YES_NO),),
        ("关注中", "没有关注"),
        select=_followed,
    ),
    Criterion(
        "last_contact",
        "最近一次联系：within_days 天内，或 before_days 天以前",
        "最近联系",
        (
            Field("联系过，在最近", Input.NUMBER, name="within_days", unit="天内", is_optional=True),
            Field("没有联系，已超过", Input.NUMBER, name="before_days", unit="天", is_optional=True),
        ),
        select=_last_contact,
    ),
)
