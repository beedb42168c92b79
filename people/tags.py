"""Tag actions: create, rename and delete tags; put them on one shop or many, and take them off."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, literal, select
from sqlalchemy.orm import Session

from foundation import paging
from foundation.database import changed, upsert
from foundation.errors import Refused
from foundation.paging import FIRST, Cursor, Order, Page
from people import audiences, rules, saved
from people.models import Area, Audience, Retailer, RetailerTag, ShopClass, Tag
from wechat_bot.feature import Feature

LONGEST_NAME = 30
#: The most shops tagged at once: more would hold SQLite's write lock for longer than WeChat waits for an answer.
MOST_AT_ONCE = 100_000


@dataclass(frozen=True, slots=True)
class TagLine:
    """Tag with its number of shops."""

    id: int
    name: str
    is_mirrored: bool
    shops: int


_BY_NAME: Order[TagLine] = Order((Tag.name,), lambda line: (line.name,))


def page(session: Session, *, search: str = "", cursor: Cursor = FIRST, limit: int) -> Page[TagLine]:
    """The tags whose name contains a text, sorted by name."""
    carried = select(func.count()).where(RetailerTag.tag_id == Tag.id).scalar_subquery()
    statement = select(Tag.id, Tag.name, Tag.is_mirrored, carried)
    if search:
        statement = statement.where(Tag.name.contains(search, autoescape=True))
    return paging.page(session, statement, _BY_NAME, cursor, limit=limit, read=TagLine)


def names(session: Session) -> list[tuple[int, str]]:
    """The tags to choose from."""
    return [(row.id, row.name) for row in session.execute(select(Tag.id, Tag.name).order_by(Tag.name))]


def kept(line: TagLine | Tag | None) -> dict[str, str]:
    """The editable values of a tag, as labels and texts; empty where there is none."""
    return {"名字": line.name, "微信里": "有" if line.is_mirrored else "没有"} if line else {}


def create(session: Session, name: str, *, is_mirrored: bool) -> int:
    """Create a tag; gives its id. Raises `Refused` for an invalid name, or too many mirrored tags for WeChat."""
    name = _checked(name)
    if is_mirrored:
        _check_mirror(session, name, None)
    values = {"name": name, "is_mirrored": is_mirrored}
    made = session.scalar(upsert(session, Tag).values(values).on_conflict_do_nothing().returning(Tag.id))
    if made is None:
        raise Refused(f"已经有标签“{name}”。")
    return int(made)


def change(session: Session, tag_id: int, name: str, features: Sequence[Feature], *, is_mirrored: bool) -> str:
    """Change a tag's name and whether it is mirrored in WeChat; gives its name.

    Saved audiences that use it are changed too. Raises `Refused` as `create` does, and where another feature has stored
    the old name.
    """
    tag, name = _locked(session, tag_id), _checked(name)
    if name != tag.name:
        if session.scalar(select(Tag.id).where(Tag.name == name)) is not None:
            raise Refused(f"已经有标签“{name}”。")
        ours = {kept.title for kept in saved.kept_specs(session)}
        others = [title for title in saved.users(session, features, "tag", tag.name) if title not in ours]
        if others:
            raise Refused(f"标签“{tag.name}”改不了名：{'、'.join(others[: saved.NAMED])}正在用它。请先在那里换掉。")
        for audience in session.scalars(select(Audience).with_for_update()):
            if audiences.mentions(audience.spec, "tag", tag.name):
                audience.spec = audiences.renamed(audience.spec, "tag", tag.name, name)
    if is_mirrored:
        _check_mirror(session, name, tag_id)
    tag.name, tag.is_mirrored = name, is_mirrored
    return name


def remove(session: Session, tag_id: int, features: Sequence[Feature]) -> str:
    """Delete a tag, and take it off all shops; gives its name. Raises `Refused` while an audience uses it."""
    tag = _locked(session, tag_id)
    saved.check_unused(session, features, "tag", tag.name, f"标签“{tag.name}”删不了")
    session.execute(delete(RetailerTag).where(RetailerTag.tag_id == tag_id))
    session.delete(tag)
    return tag.name


def assign(session: Session, tag_id: int, which: ColumnElement[bool]) -> tuple[str, int]:
    """Put a tag on shops in one statement; gives its name, and the number of shops that did not have it.

    `which` is a condition on `Retailer`. Raises `Refused` for too many at once.
    """
    tag = _locked(session, tag_id)
    _check_number(session, which)
    found = select(literal(tag_id), Retailer.id).where(which)
    inserted = upsert(session, RetailerTag).from_select(["tag_id", "retailer_id"], found).on_conflict_do_nothing()
    return tag.name, changed(session, inserted)


def unassign(session: Session, tag_id: int, which: ColumnElement[bool]) -> tuple[str, int]:
    """Take a tag off shops in one statement; gives its name and their number. Raises `Refused` as `assign` does."""
    tag = _locked(session, tag_id)
    _check_number(session, which)
    found = select(Retailer.id).where(which)
    gone = delete(RetailerTag).where(RetailerTag.tag_id == tag_id, RetailerTag.retailer_id.in_(found))
    return tag.name, changed(session, gone)


def count_with(session: Session, tag_id: int, which: ColumnElement[bool]) -> int:
    """The number of these shops that have a tag."""
    tagged = select(RetailerTag.retailer_id).where(RetailerTag.tag_id == tag_id)
    return saved.count(session, and_(which, Retailer.id.in_(tagged)), most=MOST_AT_ONCE)


def _checked(name: str) -> str:
    name = rules.plain(name)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Refused(f"标签要有名字，最多 {LONGEST_NAME} 个字。")
    # Characters by which a roster separates tags.
    if any(sign in name for sign in "、,;,;\n"):
        raise Refused("标签里不能有逗号、顿号和分号：名单里用它们隔开几个标签。")
    return name


def _check_mirror(session: Session, name: str, tag_id: int | None) -> None:
    others = session.scalar(select(func.count()).select_from(Tag).where(Tag.is_mirrored, Tag.id != (tag_id or 0)))
    if (others or 0) >= rules.MOST_MIRRORED:
        wish = f"最多 {rules.MOST_MIRRORED} 个标签放到微信里"
        raise Refused(f"{wish}：微信里一个人最多 20 个标签，片区和客户类型已经占了两个。请先取消另一个。")
    # Two groups with the same name would be one tag in WeChat, with the followers of both.
    taken = select(ShopClass.name).where(ShopClass.name == name).union(select(Area.name).where(Area.name == name))
    if name == rules.MANAGERS or session.scalar(taken.limit(1)) is not None:
        raise Refused(f"微信里的标签“{name}”已经用来表示片区、客户类型或客户经理，请换一个名字。")


def _check_number(session: Session, which: ColumnElement[bool]) -> None:
    if saved.count(session, which, most=MOST_AT_ONCE) > MOST_AT_ONCE:
        raise Refused(f"一次最多 {MOST_AT_ONCE:,} 家店，请先缩小范围，分几次来。")


def _locked(session: Session, tag_id: int) -> Tag:
    found: Any = session.scalar(select(Tag).where(Tag.id == tag_id).with_for_update())
    if not isinstance(found, Tag):
        raise Refused("没有这个标签，可能已经删除。")
    return found
