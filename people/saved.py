"""Saved audiences: create, change, delete, and find what uses them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import Session

from console.models import User
from console.rules.visitors import Role, Visitor
from foundation import paging
from foundation.database import upsert
from foundation.errors import Refused
from foundation.paging import Cursor, Order, Page
from people import audiences, rules
from people.models import Audience, Retailer
from people.permissions import AUDIENCES_EDIT
from people.shops import filtering
from people.shops.filtering import ShopFilter
from wechat_bot.criterion import Criterion, KeptSpec
from wechat_bot.feature import Feature

LONGEST_NAME = 60
#: The most saved audiences among which one is chosen.
OFFERED = 500
#: The most users of an audience or a tag that a refusal names.
NAMED = 3
Criteria = Mapping[str, Criterion]


@dataclass(frozen=True, slots=True)
class AudienceLine:
    """Saved audience as a line of the list."""

    id: int
    name: str
    spec: Any
    owner_id: int | None
    owner: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Chosen:
    """Chosen shops for a bulk action: those of a list filter, or of a saved audience."""

    narrowed: ShopFilter = field(default_factory=ShopFilter)
    audience_id: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {"filter": self.narrowed.to_json(), "audience": self.audience_id}


def chosen_from_json(data: Mapping[str, Any]) -> Chosen:
    """Read the JSON of `Chosen.to_json`."""
    return Chosen(ShopFilter(**data["filter"]), data["audience"])


_BY_NAME: Order[AudienceLine] = Order((Audience.name,), lambda line: (line.name,))


def page(session: Session, *, search: str, cursor: Cursor, limit: int) -> Page[AudienceLine]:
    """The saved audiences whose name contains a text, sorted by name."""
    statement = _select()
    if search:
        statement = statement.where(Audience.name.contains(search, autoescape=True))
    return paging.page(session, statement, _BY_NAME, cursor, limit=limit, read=AudienceLine)


def names(session: Session) -> list[tuple[int, str]]:
    """The saved audiences to choose from."""
    rows = session.execute(select(Audience.id, Audience.name).order_by(Audience.name).limit(OFFERED))
    return [(row.id, row.name) for row in rows]


def one(session: Session, audience_id: int) -> AudienceLine | None:
    """A saved audience; None where there is none."""
    row = session.execute(_select().where(Audience.id == audience_id)).first()
    return AudienceLine(*row) if row else None


def may_change(visitor: Visitor, line: AudienceLine) -> bool:
    """Whether a visitor may change a saved audience: their own, or any for company-wide roles."""
    is_chief = visitor.role in (Role.ADMIN, Role.MARKETING)
    return visitor.may(AUDIENCES_EDIT) and (is_chief or line.owner_id == visitor.user_id)


def save(
    session: Session,
    visitor: Visitor,
    name: str,
    spec: Any,
    criteria: Criteria,
    features: Sequence[Feature],
    *,
    now: datetime,
    today: date,
    audience_id: int | None = None,
) -> int:
    """Save a new audience, or change one; gives its id.

    Raises `Refused`: a name that is empty, too long, taken, or in use where it would change; a specification that is
    broken; somebody else's audience.
    """
    name = rules.plain(name)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Refused(f"请给这个对象起一个名字，最多 {LONGEST_NAME} 个字。")
    audiences.theirs(session, visitor, spec, criteria, now=now, today=today)
    if audience_id is None:
        values = {"name": name, "spec": spec, "owner_id": visitor.user_id, "created_at": now}
        made = session.scalar(upsert(session, Audience).values(values).on_conflict_do_nothing().returning(Audience.id))
        if made is None:
            raise Refused(f"已经有叫“{name}”的对象，请换一个名字。")
        return int(made)
    kept = mine(session, visitor, audience_id)
    if name != kept.name:
        if session.scalar(select(Audience.id).where(Audience.name == name)) is not None:
            raise Refused(f"已经有叫“{name}”的对象，请换一个名字。")
        check_unused(session, features, "audience", kept.name, f"对象“{kept.name}”改不了名")
    kept.name, kept.spec, kept.updated_at = name, spec, now
    session.flush()
    # Check again after saving: it may now contain itself through another audience.
    audiences.theirs(session, visitor, {"audience": name}, criteria, now=now, today=today)
    return audience_id


def delete(session: Session, visitor: Visitor, audience_id: int, features: Sequence[Feature]) -> str:
    """Delete a saved audience; gives its name. Raises `Refused` while something uses it, and for somebody else's."""
    kept = mine(session, visitor, audience_id)
    check_unused(session, features, "audience", kept.name, f"对象“{kept.name}”删不了")
    session.delete(kept)
    return kept.name


def kept_specs(session: Session) -> Sequence[KeptSpec]:
    """The specifications of the saved audiences, for one may refer to another."""
    rows = session.execute(select(Audience.name, Audience.spec).order_by(Audience.name))
    return [KeptSpec(f"对象“{name}”", spec) for name, spec in rows]


def users(session: Session, features: Sequence[Feature], criterion: str, value: str) -> list[str]:
    """The titles of everything whose stored specification uses this value of a criterion: an audience, a tag."""
    every = [each for feature in features if feature.kept_specs for each in feature.kept_specs(session)]
    return [each.title for each in every if audiences.mentions(each.spec, criterion, value)]


def check_unused(session: Session, features: Sequence[Feature], criterion: str, value: str, what: str) -> None:
    """Refuse, with the titles of what uses it, to delete a value that is in use."""
    found = users(session, features, criterion, value)
    if found:
        more = f"等 {len(found)} 处" if len(found) > NAMED else ""
        raise Refused(f"{what}：{'、'.join(found[:NAMED])}{more}正在用它。请先在那里换掉。")


def condition(
    session: Session, visitor: Visitor, chosen: Chosen, criteria: Criteria, *, now: datetime, today: date
) -> ColumnElement[bool]:
    """The chosen shops of this visitor, as a condition on `Retailer`. Raises `Refused`."""
    if chosen.audience_id is None:
        return and_(true(), *filtering.conditions(session, visitor, chosen.narrowed, today))
    kept = one(session, chosen.audience_id)
    if kept is None:
        raise Refused("这个对象已经删除。")
    return audiences.theirs(session, visitor, kept.spec, criteria, now=now, today=today)


def count(session: Session, which: ColumnElement[bool], *, most: int) -> int:
    """The number of these shops, counted up to `most` + 1."""
    found = select(Retailer.id).where(which).limit(most + 1)
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0


def _select() -> Any:
    changed_at = func.coalesce(Audience.updated_at, Audience.created_at)
    return select(
        Audience.id, Audience.name, Audience.spec, Audience.owner_id, func.coalesce(User.name, ""), changed_at
    ).outerjoin(User, User.id == Audience.owner_id)


def mine(session: Session, visitor: Visitor, audience_id: int) -> Audience:
    """A saved audience that this visitor may change, locked. Raises `Refused` where it is gone or another user's."""
    line = one(session, audience_id)
    if line is None:
        raise Refused("没有这个对象，可能已经删除。")
    if not may_change(visitor, line):
        raise Refused("这是别人建的对象，您不能修改。可以照着新建一个。")
    return session.get_one(Audience, audience_id, with_for_update=True)
