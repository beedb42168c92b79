"""Audience of a push to staff: everybody, or those of some roles and the customer managers of some areas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from broadcasts.texts import staff as texts
from console.rules.visitors import ROLES, Role
from foundation.errors import Refused

STAFF, ROLE, AREA = "staff", "staff_role", "staff_area"
EVERYBODY = "all"


@dataclass(frozen=True, slots=True)
class StaffAudience:
    """Audience of a push to staff: whoever is in one of its parts. With the role `manager` all customer managers."""

    is_everybody: bool = False
    roles: Sequence[Role] = ()
    areas: Sequence[str] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.is_everybody or self.roles or self.areas)

    @property
    def spec(self) -> dict[str, Any]:
        """The form in which it is stored."""
        if self.is_everybody:
            return {STAFF: EVERYBODY}
        return {ROLE: [each.value for each in self.roles], AREA: list(self.areas)}


def is_staff(spec: Mapping[str, Any] | None) -> bool:
    """Whether an audience is of staff, and not of shops.

    >>> is_staff({"staff": "all"}), is_staff({"area": ["城区"]}), is_staff(None)
    (True, False, False)
    """
    return spec is not None and any(name in spec for name in (STAFF, ROLE, AREA))


def read(spec: Mapping[str, Any]) -> StaffAudience:
    """Read an audience of staff. Raises Refused, naming the part, for anything that is none.

    >>> read({"staff_role": ["manager"]}).roles, read({"staff": "all"}).is_everybody
    ([<Role.MANAGER: 'manager'>], True)
    >>> read({"staff_area": ["城区"], "class": ["现代终端"]})
    Traceback (most recent call last):
    foundation.errors.Refused: 发给同事的推送不认识“class”这个条件。
    """
    for name in spec:
        if name not in (STAFF, ROLE, AREA):
            raise Refused(texts.UNKNOWN.format(name))
    if STAFF in spec:
        if spec != {STAFF: EVERYBODY}:
            raise Refused(texts.ONLY_ALL)
        return StaffAudience(is_everybody=True)
    roles = _names(spec, ROLE)
    for each in roles:
        if each not in list(Role):
            raise Refused(texts.NO_ROLE.format(each))
    return StaffAudience(roles=[Role(each) for each in roles], areas=_names(spec, AREA))


def words(spec: Mapping[str, Any]) -> str:
    """An audience of staff in words.

    >>> words({"staff": "all"}), words({"staff_role": ["manager"], "staff_area": ["城区一片"]})
    ('全部同事', '同事：客户经理、城区一片的客户经理')
    >>> words({"staff_role": []})
    '还没有选'
    """
    found = read(spec)
    if found.is_everybody:
        return texts.EVERYBODY
    if found.is_empty:
        return texts.NOBODY_YET
    return texts.some([*(ROLES[each] for each in found.roles), *map(texts.of_area, found.areas)])


def _names(spec: Mapping[str, Any], name: str) -> Sequence[str]:
    given = spec.get(name, [])
    found = [given] if isinstance(given, str) else given
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise Refused(texts.UNREADABLE.format(name))
    return found
