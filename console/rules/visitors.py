"""Visitor roles: which there are, what each may do, and which part of the shops it sees."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from foundation.errors import Refused


class Role(StrEnum):
    """Role of a user in the company."""

    ADMIN = "admin"
    MARKETING = "marketing"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    READER = "reader"


ROLES = {
    Role.ADMIN: "管理员",
    Role.MARKETING: "营销人员",
    Role.SUPERVISOR: "市场经理",
    Role.MANAGER: "客户经理",
    Role.READER: "只读",
}


#: Groups of roles that permissions are granted to.
EVERYBODY = frozenset(Role)
WORKING_WITH_SHOPS = EVERYBODY - {Role.READER}
LEADING = frozenset({Role.ADMIN, Role.MARKETING, Role.SUPERVISOR})
MARKETING = frozenset({Role.ADMIN, Role.MARKETING})
ADMINS = frozenset({Role.ADMIN})


@dataclass(frozen=True, slots=True)
class Permission:
    """Permission that a page requires, declared by a feature with the roles that have it."""

    name: str
    roles: frozenset[Role]
    #: What somebody who has it can do, in words of work: read where a role is chosen.
    says: str = ""


class Awaits(StrEnum):
    """Outstanding part of the second sign-in step: to enter a code, or to set it up, which admins must."""

    NOTHING = ""
    CODE = "code"
    SET_UP = "set_up"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Signed-in visitor, with what access rules need to know."""

    user_id: int
    #: Name that others see.
    name: str
    role: Role
    area_id: int | None = None
    manager_id: int | None = None
    must_change_password: bool = False
    #: Whether the second step is set up, and whether it was taken in this session.
    has_second: bool = False
    passed_second: bool = False
    session_id: int = 0
    #: Form token (CSRF) of this session.
    form_token: str = ""
    #: Name to sign in with.
    login: str = ""
    phone: str = ""

    @property
    def role_name(self) -> str:
        return ROLES[self.role]

    def may(self, permission: Permission) -> bool:
        """Whether the visitor's role has a permission.

        >>> Visitor(1, "实习生", Role.READER).may(Permission("phones", WORKING_WITH_SHOPS))
        False
        """
        return self.role in permission.roles

    @property
    def awaits(self) -> Awaits:
        """What must be done before any other page is shown.

        >>> Visitor(1, "boss", Role.ADMIN).awaits, Visitor(2, "chen", Role.MANAGER).awaits
        (<Awaits.SET_UP: 'set_up'>, <Awaits.NOTHING: ''>)
        >>> Visitor(2, "chen", Role.MANAGER, has_second=True).awaits
        <Awaits.CODE: 'code'>
        """
        if self.has_second:
            return Awaits.NOTHING if self.passed_second else Awaits.CODE
        return Awaits.SET_UP if self.role is Role.ADMIN else Awaits.NOTHING

    @property
    def is_company_wide(self) -> bool:
        """Whether the visitor sees all shops; everybody else sees a part, and nothing where no part is named."""
        return self.role in (Role.ADMIN, Role.MARKETING) or (self.role is Role.READER and self.area_id is None)


#: Which shops a role sees, in words: what `Visitor.is_company_wide` and `check_part` say.
SEES = {
    Role.ADMIN: "看全部店",
    Role.MARKETING: "看全部店",
    Role.SUPERVISOR: "看一个片区和它下级的店",
    Role.MANAGER: "看自己负责和代班的店",
    Role.READER: "只看不改；看全部店，或选一个片区",
}


def abilities(permissions: Iterable[Permission]) -> tuple[list[str], dict[Role, list[str]]]:
    """What every role can do, and what each can do besides, in the words of these permissions.

    >>> see, export = Permission("see", EVERYBODY, "看名单"), Permission("export", LEADING, "导出名单")
    >>> everybody, besides = abilities([see, export])
    >>> everybody, besides[Role.SUPERVISOR], besides[Role.READER]
    (['看名单'], ['导出名单'], [])
    """
    said = [each for each in permissions if each.says]
    besides = {role: [each.says for each in said if role in each.roles and each.roles != EVERYBODY] for role in Role}
    return [each.says for each in said if each.roles == EVERYBODY], besides


def check_part(role: Role, area_id: int | None, manager_id: int | None) -> None:
    """Refuse a role with the wrong part of the shops: a forgotten part must not mean all shops.

    >>> check_part(Role.SUPERVISOR, None, None)
    Traceback (most recent call last):
    foundation.errors.Refused: 市场经理要选一个片区。
    """
    if role is Role.SUPERVISOR and area_id is None:
        raise Refused("市场经理要选一个片区。")
    if role is Role.MANAGER and manager_id is None:
        raise Refused("客户经理的账号要对应名单里的一位客户经理。")
    if role in (Role.ADMIN, Role.MARKETING) and area_id is not None:
        raise Refused(f"{ROLES[role]}看全部片区，不用选片区。")
    if role is not Role.MANAGER and manager_id is not None:
        raise Refused("只有客户经理的账号才对应一位客户经理。")


def may_have(
    visitor: Visitor,
    permissions: Mapping[str, Permission],
    needs: Collection[str] | None,
    held: Collection[str] | None,
    seen: Collection[str] | None,
) -> bool:
    """Whether somebody may have a file as things stand now: what it `needs`, by the names of permissions, they may do,
    and the parts of the shops `held` in it are among those `seen` by them. No parts are all shops. A file that needs
    what no feature declares, or nobody knows what, is handed to nobody.

    >>> zhou = Visitor(1, "zhou", Role.SUPERVISOR, area_id=3)
    >>> known = {"export": Permission("export", LEADING), "write": Permission("write", MARKETING)}
    >>> [may_have(zhou, known, ["export"], held, ["area:3", "area:4"]) for held in (["area:3"], ["area:9"], None)]
    [True, False, False]
    >>> [may_have(zhou, known, needs, ["area:3"], ["area:3"]) for needs in (["write"], ["gone"], None)]
    [False, False, False]
    """
    if needs is None or not all(each in permissions and visitor.may(permissions[each]) for each in needs):
        return False
    return seen is None or (held is not None and set(held) <= set(seen))
