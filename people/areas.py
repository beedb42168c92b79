"""Area management: the manager, deputy and parent of each area."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from console.rules.visitors import Role, Visitor
from foundation.errors import Refused
from foundation.text import phone_number
from people import rules
from people.models import IS_THERE, Area, AreaCount, Manager, ManagerChange, Retailer, ShopClass
from people.visibility import area_ids


@dataclass(frozen=True, slots=True)
class AreaLine:
    """Area with its people and its number of shops."""

    id: int
    name: str
    parent_id: int | None
    manager_id: int | None
    manager: str
    deputy_id: int | None
    deputy: str
    deputy_from_on: date | None
    deputy_until_on: date | None
    shops: int
    bound: int


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave of an area's manager: the deputy, and the first and last day."""

    area: str
    deputy: str
    from_on: date | None
    until_on: date | None


def listing(session: Session, visitor: Visitor) -> list[AreaLine]:
    """The areas this visitor may see, sorted by name."""
    head, deputy = aliased(Manager), aliased(Manager)
    statement = (
        select(
            Area.id,
            Area.name,
            Area.parent_id,
            Area.manager_id,
            func.coalesce(head.name, ""),
            Area.deputy_id,
            func.coalesce(deputy.name, ""),
            Area.deputy_from_on,
            Area.deputy_until_on,
            func.coalesce(AreaCount.shops, 0),
            func.coalesce(AreaCount.bound, 0),
        )
        .outerjoin(head, head.id == Area.manager_id)
        .outerjoin(deputy, deputy.id == Area.deputy_id)
        .outerjoin(AreaCount, AreaCount.area_id == Area.id)
        .order_by(Area.name)
    )
    mine = area_ids(session, visitor)
    if mine is not None:
        statement = statement.where(Area.id.in_(sorted(mine)))
    return [AreaLine(*row) for row in session.execute(statement)]


def without_manager(session: Session, visitor: Visitor) -> list[str]:
    """The names of areas with shops that have no customer manager at all."""
    is_lonely = (Retailer.area_id == Area.id, Retailer.manager_id.is_(None), IS_THERE)
    has_lonely_shop = select(Retailer.id).where(*is_lonely).exists()
    statement = select(Area.name).where(Area.manager_id.is_(None), has_lonely_shop).order_by(Area.name)
    mine = area_ids(session, visitor)
    if mine is not None:
        statement = statement.where(Area.id.in_(sorted(mine)))
    return list(session.scalars(statement))


def leaves(session: Session, visitor: Visitor, days: Sequence[date]) -> list[Leave]:
    """The leaves that begin or end on one of these days, in areas that this visitor may see or is involved in."""
    statement = (
        select(Area.name, Manager.name, Area.deputy_from_on, Area.deputy_until_on)
        .join(Manager, Manager.id == Area.deputy_id)
        .where(or_(Area.deputy_from_on.in_(days), Area.deputy_until_on.in_(days)))
        .order_by(Area.name)
    )
    if visitor.role is Role.MANAGER:
        me = -1 if visitor.manager_id is None else visitor.manager_id  # none, not those without one
        statement = statement.where(or_(Area.manager_id == me, Area.deputy_id == me))
    else:
        mine = area_ids(session, visitor)
        if mine is not None:
            statement = statement.where(Area.id.in_(sorted(mine)))
    return [Leave(*row) for row in session.execute(statement)]


def names(session: Session, visitor: Visitor | None = None) -> list[tuple[int, str]]:
    """The areas to choose from, sorted by name: this visitor's, or all."""
    statement = select(Area.id, Area.name).order_by(Area.name)
    mine = area_ids(session, visitor) if visitor else None
    if mine is not None:
        statement = statement.where(Area.id.in_(sorted(mine)))
    return [(key, name) for key, name in session.execute(statement)]


def classes(session: Session) -> list[tuple[int, str]]:
    """The classes of shops to choose from."""
    return [(key, name) for key, name in session.execute(select(ShopClass.id, ShopClass.name).order_by(ShopClass.id))]


def managers(session: Session) -> Sequence[tuple[int, str]]:
    """The customer managers to choose from, without disabled ones."""
    rows = session.execute(
        select(Manager.id, Manager.name, Manager.phone).where(Manager.disabled_at.is_(None)).order_by(Manager.name)
    )
    return [(key, _called(name, phone)) for key, name, phone in rows]


def manager(session: Session, manager_id: int | None) -> str:
    """The name of a customer manager as in `managers`, also of a disabled one; empty for none."""
    found = session.get(Manager, manager_id) if manager_id is not None else None
    return _called(found.name, found.phone) if found else ""


def kept(session: Session, area_id: int) -> dict[str, str]:
    """The editable values of an area, as labels and texts; empty where there is no such area."""
    area = session.get(Area, area_id, populate_existing=True)
    if area is None:
        return {}
    above = session.get(Area, area.parent_id) if area.parent_id else None
    return {
        "负责人": manager(session, area.manager_id),
        "代班人": manager(session, area.deputy_id),
        "代班从": str(area.deputy_from_on or ""),
        "到": str(area.deputy_until_on or ""),
        "上级片区": above.name if above else "",
    }


def change(
    session: Session,
    visitor: Visitor,
    area_id: int,
    *,
    manager_id: int | None,
    deputy_id: int | None,
    from_on: date | None,
    until_on: date | None,
    parent_id: int | None,
    now: datetime,
) -> str:
    """Change an area's manager, deputy with days of leave, and parent area; gives its name.

    Raises `Refused`: an area that is not this visitor's, a deputy who is the manager, a leave that ends before it
    begins or has no deputy, an area above itself.
    """
    mine = area_ids(session, visitor)
    area = session.scalar(select(Area).where(Area.id == area_id).with_for_update())
    if area is None or (mine is not None and area_id not in mine):
        raise Refused("没有这个片区。")
    if deputy_id is not None and deputy_id == manager_id:
        raise Refused("代班人不能就是负责人自己。")
    if deputy_id is None and (from_on or until_on):
        raise Refused("写了代班日期，请选一位代班人。")
    if deputy_id is not None and not (from_on and until_on):
        raise Refused("请写上代班从哪天到哪天。")
    if from_on and until_on and until_on < from_on:
        raise Refused("代班的结束日期在开始日期之前。")
    wanted = {each for each in (manager_id, deputy_id) if each is not None}
    known = set(session.scalars(select(Manager.id).where(Manager.id.in_(wanted), Manager.disabled_at.is_(None))))
    if wanted - known - {area.manager_id, area.deputy_id}:
        raise Refused("没有这位客户经理，或已停用。")
    if parent_id != area.parent_id:
        _check_parent(session, area_id, parent_id, mine)
    if manager_id != area.manager_id:
        session.add(ManagerChange(at=now, area_id=area_id, from_id=area.manager_id, to_id=manager_id))
    area.manager_id, area.deputy_id, area.parent_id = manager_id, deputy_id, parent_id
    area.deputy_from_on, area.deputy_until_on = from_on, until_on
    return area.name


def set_deputy(
    session: Session, name: str, phone: str | None, *, from_on: date | None, until_on: date | None, now: datetime
) -> str:
    """Make the customer manager with this phone the deputy of an area, or remove the deputy; gives their name.

    For whoever may change every area. Raises `Refused` as `change` does, and for an area or a phone not known.
    """
    area = session.scalar(select(Area).where(Area.name == name).with_for_update())
    if area is None:
        raise Refused(f"没有叫“{name}”的片区。")
    deputy = None
    if phone is not None:
        deputy = session.execute(
            select(Manager.id, Manager.name).where(Manager.phone == (phone_number(phone) or ""))
        ).first()
        if deputy is None:
            raise Refused(f"没有手机号为 {phone} 的客户经理。")
    change(
        session,
        Visitor(0, "", Role.ADMIN),
        area.id,
        manager_id=area.manager_id,
        deputy_id=deputy.id if deputy else None,
        from_on=from_on,
        until_on=until_on,
        parent_id=area.parent_id,
        now=now,
    )
    return deputy.name if deputy else ""


def _check_parent(session: Session, area_id: int, parent_id: int | None, mine: set[int] | None) -> None:
    # Moving an area out of one's own part would give it away; moving another in would take it.
    if mine is not None:
        raise Refused("上级片区请由管理员或营销人员调整。")
    parents = [(key, parent) for key, parent in session.execute(select(Area.id, Area.parent_id))]
    if parent_id is not None and parent_id not in {key for key, _ in parents}:
        raise Refused("没有这个上级片区。")
    if parent_id in rules.with_sub_areas(parents, [area_id]):
        raise Refused("上级片区不能是它自己或它的下级。")


def _called(name: str, phone: str) -> str:
    return f"{name}（尾号 {phone[-4:]}）"
