"""Whom a visit group or a plan is for, as a form says it and a row keeps it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from foundation.errors import Refused
from foundation.text import whole_number
from people import rules as people_rules

#: Licences written by hand: more than a person copies out of a list in one go is an audience to be saved.
MOST_LICENCES = 1000
_BETWEEN = re.compile(r"[\s,，、;；|｜/／]+")


class Kind(StrEnum):
    """How shops are named."""

    ALL = "all"
    CLASS = "class"
    AREA = "area"
    AUDIENCE = "audience"
    LICENCES = "licences"
    #: Those of a plan that are due.
    PLAN = "plan"


#: Those whose value is an id.
BY_ID = (Kind.CLASS, Kind.AREA, Kind.PLAN)


@dataclass(frozen=True, slots=True)
class Whom:
    """Shops named in one way. It can only narrow: whoever uses it adds what the writer may see."""

    kind: Kind
    #: An id, the name of an audience, licences; nothing where all are meant.
    value: int | str | tuple[str, ...] = ""

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "value": list(self.value) if isinstance(self.value, tuple) else self.value}

    def __str__(self) -> str:
        """The choice in one line, to see whether it is still the one whose numbers were shown."""
        return f"{self.kind.value}:{' '.join(self.licences) or self.value}"

    @property
    def id(self) -> int:
        return self.value if isinstance(self.value, int) else 0

    @property
    def name(self) -> str:
        return self.value if isinstance(self.value, str) else ""

    @property
    def licences(self) -> tuple[str, ...]:
        return self.value if isinstance(self.value, tuple) else ()


def from_json(kept: Mapping[str, Any]) -> Whom:
    """What `Whom.to_json` wrote."""
    value = kept["value"]
    return Whom(Kind(kept["kind"]), tuple(value) if isinstance(value, list) else value)


def read(kind: str, value: str) -> Whom:
    """What a form says. Raises `Refused` where it says nothing that could be meant: nobody must never become everyone.

    >>> read("licences", "350802100001，350802100002； 350802100001").licences
    ('350802100001', '350802100002')
    >>> read("class", "3"), read("all", "")
    (Whom(kind=<Kind.CLASS: 'class'>, value=3), Whom(kind=<Kind.ALL: 'all'>, value=''))
    """
    if kind not in {each.value for each in Kind}:
        raise Refused("请选择发给谁。")
    found, value = Kind(kind), value.strip()
    if found is Kind.ALL:
        return Whom(found)
    if found is Kind.LICENCES:
        return Whom(found, _licences(value))
    if found in BY_ID:
        key = whole_number(value)
        if key is None:
            raise Refused("请选择发给谁。")
        return Whom(found, key)
    if not value:
        raise Refused("请选择一个保存的对象。")
    return Whom(found, value)


def _licences(written: str) -> tuple[str, ...]:
    parts = [part for part in _BETWEEN.split(written) if part]
    if not parts:
        raise Refused("请写上许可证号，一行一个。")
    if len(parts) > MOST_LICENCES:
        raise Refused(f"一次最多写 {MOST_LICENCES} 个许可证号；更多的请先存成对象。")
    wrong = [part for part in parts if people_rules.licence(part) is None]
    if wrong:
        raise Refused(f"这些不是许可证号：{'、'.join(part[:20] for part in wrong[:3])}。")
    return tuple(dict.fromkeys(people_rules.licence(part) or "" for part in parts))
