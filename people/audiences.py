"""Audience specifications: which retailers are meant, as one select. A broken specification is refused.

A specification is a mapping. Its keys are criteria, and all of them must hold: `{class: [现代终端], area: [城区一片]}`.
`all`, `any` and `none` hold lists of such mappings and nest. `{audience: 老店}` is one that was saved under that name.
No specification means every bound shop. A shop that is not bound cannot receive messages, so only bound shops are
meant, unless the specification itself uses `bound`.
"""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import yaml
from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from console.rules.visitors import Visitor
from foundation.dialects import materialized
from foundation.errors import Refused
from people.criteria import CRITERIA, SHOWN, names
from people.models import IS_THERE, Area, Audience, Retailer
from people.visibility import within
from wechat_bot.criterion import Criterion
from wechat_bot.models import Follower

Spec = Mapping[str, Any] | None

#: The deepest nesting allowed.
DEPTH = 8
MOST_PARTS = 200
LARGEST_FILE = 1 << 16
#: The most shops that a preview of an audience reads.
LOOKED_AT = 50_000
SAMPLED = 10
OWN = {criterion.name: criterion for criterion in CRITERIA}


@dataclass(frozen=True, slots=True)
class Sample:
    """Sample shop of an audience, for a preview."""

    id: int
    licence: str
    shop: str
    keeper: str
    area: str = ""
    is_bound: bool = True


@dataclass(frozen=True, slots=True)
class Look:
    """Preview of an audience: the number of shops, and some of them; with `is_more` the number is "at least"."""

    shops: int
    bound: int
    following: int
    is_more: bool
    sample: tuple[Sample, ...]


def select_ids(session: Session, spec: Spec, criteria: Mapping[str, Criterion], *, now: datetime) -> Select[int]:
    """The ids of the retailers a specification means, as a select to execute or to build on.

    `criteria` are those of all features; people's own are always included. Raises `Refused`, naming the part, for
    anything empty or unknown.
    """
    if spec is None:
        return select(Retailer.id).where(Retailer.openid.is_not(None))
    meant, speaks_of_bound = _read(session, spec, criteria, now)
    if not speaks_of_bound:
        meant = and_(meant, Retailer.openid.is_not(None))
    return select(Retailer.id).where(meant, IS_THERE)


def count(session: Session, spec: Spec, criteria: Mapping[str, Criterion], *, now: datetime) -> int:
    """How many retailers a specification means."""
    ids = select_ids(session, spec, criteria, now=now).subquery()
    return session.scalar(select(func.count()).select_from(ids)) or 0


def sample(
    session: Session, spec: Spec, criteria: Mapping[str, Criterion], *, now: datetime, n: int = 10
) -> tuple[Sample, ...]:
    """The first `n` retailers of an audience by licence."""
    ids = select_ids(session, spec, criteria, now=now)
    rows = session.execute(
        select(Retailer.id, Retailer.licence, Retailer.shop, Retailer.keeper)
        .where(Retailer.id.in_(ids.correlate(None)))
        .order_by(Retailer.licence)
        .limit(n)
    )
    return tuple(Sample(*row) for row in rows)


def look(
    session: Session,
    visitor: Visitor,
    spec: Spec,
    criteria: Mapping[str, Criterion],
    *,
    now: datetime,
    today: date,
    most: int = LOOKED_AT,
) -> Look:
    """The preview of a specification for its author: the number of their shops it means, and some of them.

    Shops that are not bound are counted too, though nothing can be sent to them. Reading stops after `most`, so that
    it takes the same time for a town and for a province. Raises `Refused` as `select_ids` does.
    """
    meant = theirs(session, visitor, spec, criteria, now=now, today=today)
    # Materialised, so that the database stops at the limit instead of merging it into the outer statement.
    found = materialized(select(Retailer.id, Retailer.openid).where(meant).limit(most + 1), "found")
    shops, bound, following = session.execute(
        select(func.count(), func.count(found.c.openid), func.count(Follower.openid))
        .select_from(found)
        .outerjoin(Follower, and_(Follower.openid == found.c.openid, Follower.unfollowed_at.is_(None)))
    ).one()
    some = select(found.c.id).limit(SAMPLED)
    rows = session.execute(
        select(Retailer.id, Retailer.licence, Retailer.shop, Retailer.keeper, Area.name, Retailer.openid.is_not(None))
        .join(Area, Area.id == Retailer.area_id)
        .where(Retailer.id.in_(some))
        .order_by(Retailer.licence)
    )
    is_more = shops > most
    return Look(min(shops, most), min(bound, most), min(following, most), is_more, tuple(Sample(*row) for row in rows))


def theirs(
    session: Session,
    visitor: Visitor,
    spec: Spec,
    criteria: Mapping[str, Criterion],
    *,
    now: datetime,
    today: date,
) -> ColumnElement[bool]:
    """A specification as a condition on retailers, limited to the shops this visitor may see, bound or not."""
    meant = condition(session, spec, criteria, now=now)
    mine = within(session, visitor, today=today)
    return meant if mine is None else and_(meant, mine)


def condition(session: Session, spec: Spec, criteria: Mapping[str, Criterion], *, now: datetime) -> ColumnElement[bool]:
    """A specification as a condition on retailers, bound or not; without one, all. The caller must add what the visitor
    may see. Raises `Refused` as `select_ids` does."""
    return IS_THERE if spec is None else and_(_read(session, spec, criteria, now)[0], IS_THERE)


def _read(session: Session, spec: Any, criteria: Mapping[str, Criterion], now: datetime) -> tuple[Any, bool]:
    reader = _Reader(session, {**OWN, **criteria}, now)
    return reader.read(spec), reader.speaks_of_bound


def mentions(spec: Any, name: str, value: str) -> bool:
    """Whether a specification names this value of a criterion anywhere in it.

    >>> mentions({"all": [{"tag": ["老店"]}, {"none": [{"class": "普通终端"}]}]}, "class", "普通终端")
    True
    """
    if isinstance(spec, list):
        return any(mentions(each, name, value) for each in spec)
    if not isinstance(spec, Mapping):
        return False
    return any(
        value in (each if isinstance(each, list) else [each]) if key == name else mentions(each, name, value)
        for key, each in spec.items()
    )


def values(spec: Any, name: str) -> list[Any]:
    """The values of a criterion anywhere in a specification.

    >>> values({"all": [{"tag": ["老店", "新店"]}, {"none": [{"tag": "旗舰店"}]}]}, "tag")
    ['老店', '新店', '旗舰店']
    """
    if isinstance(spec, list):
        return [each for one in spec for each in values(one, name)]
    if not isinstance(spec, Mapping):
        return []
    found = []
    for key, value in spec.items():
        found += (value if isinstance(value, list) else [value]) if key == name else values(value, name)
    return found


def renamed(spec: Any, name: str, old: str, new: str) -> Any:
    """The specification with one value of a criterion replaced.

    >>> renamed({"any": [{"tag": ["老店", "新店"]}]}, "tag", "老店", "旗舰店")
    {'any': [{'tag': ['旗舰店', '新店']}]}
    """
    if isinstance(spec, list):
        return [renamed(each, name, old, new) for each in spec]
    if not isinstance(spec, Mapping):
        return spec
    return {key: _other(each, old, new) if key == name else renamed(each, name, old, new) for key, each in spec.items()}


def without(spec: Any, name: str, gone: Collection[str]) -> Any:
    """The specification without some values of a criterion; where none are left it is broken, and is refused when used.

    >>> without({"any": [{"licence": ["350802100001", "350802100002"]}]}, "licence", ["350802100001"])
    {'any': [{'licence': ['350802100002']}]}
    """
    if isinstance(spec, list):
        return [without(each, name, gone) for each in spec]
    if not isinstance(spec, Mapping):
        return spec
    return {key: _less(each, gone) if key == name else without(each, name, gone) for key, each in spec.items()}


def _less(value: Any, gone: Collection[str]) -> list[Any]:
    return [each for each in (value if isinstance(value, list) else [value]) if str(each) not in gone]


def _other(value: Any, old: str, new: str) -> Any:
    if isinstance(value, list):
        return [new if each == old else each for each in value]
    return new if value == old else value


def require_some(number: int) -> int:
    """The given number. Raises `Refused` where it is 0: an empty audience must never be treated as everybody."""
    if number < 1:
        raise Refused("这个范围里没有零售户，请检查对象条件。")
    return number


def read(text: str) -> Spec:
    """Parse a specification from YAML or JSON. Raises `Refused` where it is neither, or has a key twice."""
    if len(text) > LARGEST_FILE:
        raise Refused("对象条件太长。")
    try:
        found = yaml.load(text, _StrictLoader)  # noqa: S506 – a SafeLoader with one more rule
    except (yaml.YAMLError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        line = f"（第 {where.line + 1} 行）" if where else ""
        said = error.args[0] if isinstance(error, _SaidTwice) else ""
        raise Refused(f"对象条件{said or '读不懂，请检查 YAML 的写法'}{line}。") from None
    if not isinstance(found, dict):
        raise Refused("对象条件是空的，或不是“名称: 值”的写法。例如：{class: [现代终端]}")
    return found


def _is_beyond(value: Any) -> bool:
    """Whether a number in the value of a criterion is larger than a database takes."""
    if isinstance(value, Mapping):
        return any(map(_is_beyond, value.values()))
    if isinstance(value, list):
        return any(map(_is_beyond, value))
    return isinstance(value, int) and abs(value) >= 1 << 63


@dataclass
class _Reader:
    """Compiler of a specification into a condition on retailers."""

    session: Session
    criteria: Mapping[str, Criterion]
    now: datetime
    speaks_of_bound: bool = False
    parts: int = 0
    #: Names of the saved audiences being read, to detect one that contains itself.
    within: list[str] = field(default_factory=list)

    def read(self, spec: Any, depth: int = 0) -> ColumnElement[bool]:
        if not isinstance(spec, Mapping):
            raise Refused("对象条件要写成“名称: 值”，例如：{class: [现代终端]}")
        if not spec:
            raise Refused("对象条件是空的。要给所有已绑定的店，请不写对象条件。")
        self.parts += 1
        if depth > DEPTH or self.parts > MOST_PARTS:
            raise Refused("对象条件套得太深，或太多。")
        return and_(*(self._part(name, value, depth) for name, value in spec.items()))

    def _part(self, name: Any, value: Any, depth: int) -> ColumnElement[bool]:
        if name in ("all", "any", "none"):
            parts = [self.read(each, depth + 1) for each in self._list(name, value)]
            if name == "all":
                return and_(*parts)
            return or_(*parts) if name == "any" else not_(or_(*parts))
        if name == "audience":
            return or_(*(self._saved(each, depth) for each in names(value, "audience")))
        criterion = self.criteria.get(name)
        if criterion is None:
            known = "、".join(sorted({*self.criteria, "all", "any", "none", "audience"}))
            raise Refused(f"没有叫“{str(name)[:SHOWN]}”的对象条件，可以用：{known}。")
        if value is None or value == [] or value == {} or value == "":
            raise Refused(f"对象条件 {name} 是空的。")
        if _is_beyond(value):
            raise Refused(f"对象条件 {name} 里的数太大了。")
        self.speaks_of_bound |= name == "bound"
        found = criterion.select(self.session, value, self.now)
        if isinstance(found, Select):
            ids = found.subquery().c[0]
            # A NULL id (of an anonymous answer) would make NOT IN match nobody.
            found = Retailer.id.in_(select(ids).where(ids.is_not(None)))
        return (
            found
            if criterion.among is None
            else and_(self.read(criterion.among(self.session, value), depth + 1), found)
        )

    def _list(self, name: str, value: Any) -> list[Any]:
        listed = [value] if isinstance(value, Mapping) else value
        if not isinstance(listed, list) or not listed:
            raise Refused(f"对象条件 {name} 里要有一条或几条，不能是空的。")
        return listed

    def _saved(self, name: str, depth: int) -> ColumnElement[bool]:
        if name in self.within:
            raise Refused(f"保存的对象“{name[:SHOWN]}”里又用到了它自己。")
        spec = self.session.scalar(select(Audience.spec).where(Audience.name == name))
        if spec is None:
            raise Refused(f"没有保存过叫“{name[:SHOWN]}”的对象。")
        self.within.append(name)
        condition = self.read(spec, depth + 1)
        self.within.pop()
        return condition


class _SaidTwice(yaml.YAMLError):
    problem_mark: Any = None


class _StrictLoader(yaml.SafeLoader):
    """YAML loader that refuses equal keys: YAML drops the first of two `class:` lines, so the audience would grow."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name is not None and name in seen:
                error = _SaidTwice(f"里“{str(name)[:SHOWN]}”写了两次")
                error.problem_mark = key.start_mark
                raise error
            seen.add(name)
        return super().construct_mapping(node, deep)
