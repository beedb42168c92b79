"""What an author may choose an audience from: the names staff know."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from people import areas
from people.models import Audience, Manager, Tag

Choices = tuple[tuple[str, str], ...]
"""What stands in the audience, and what a person reads."""


@dataclass(frozen=True, slots=True)
class Offered:
    """The lists of the audience's fields, by criterion, and the audiences that were saved."""

    lists: dict[str, Choices]
    saved: Choices


def offered(session: Session) -> Offered:
    """Everything there is to choose from; a manager whose name is not the only one goes by the phone."""
    managers = session.execute(
        select(Manager.name, Manager.phone).where(Manager.disabled_at.is_(None)).order_by(Manager.name)
    ).all()
    times = Counter(name for name, _ in managers)
    return Offered(
        {
            "class": _same(name for _, name in areas.classes(session)),
            "area": _same(name for _, name in areas.names(session)),
            "manager": tuple(
                (name, name) if times[name] == 1 else (phone, f"{name}（尾号 {phone[-4:]}）")
                for name, phone in managers
            ),
            "tag": _same(session.scalars(select(Tag.name).order_by(Tag.name))),
        },
        _same(session.scalars(select(Audience.name).order_by(Audience.name))),
    )


NAMES = {"class": "客户类型", "area": "片区", "manager": "客户经理", "tag": "标签", "audience": "已存的对象"}


def said(audience: Mapping[str, Any] | None) -> str:
    """An audience in words for staff.

    >>> said({"class": ["现代终端", "优质终端"], "area": "城区一片"})
    '客户类型是现代终端或优质终端，并且片区是城区一片'
    >>> said(None), said({"any": []})
    ('全部已绑定微信的店，以后绑定的也可以填', '文件里写的其他条件')
    """
    if audience is None:
        return "全部已绑定微信的店，以后绑定的也可以填"
    parts = [
        f"{NAMES[name]}是" + "或".join(map(str, value if isinstance(value, list) else [value]))
        for name, value in audience.items()
        if name in NAMES
    ]
    return "，并且".join([*parts, *(["文件里写的其他条件"] if set(audience) - set(NAMES) else [])])


def _same(names: Iterable[str]) -> Choices:
    return tuple((name, name) for name in names)
