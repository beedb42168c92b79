"""Visitor of the pages of effect inside WeChat: a customer manager."""

from sqlalchemy.orm import Session

from console.rules.visitors import Role, Visitor
from effect.texts import sentences
from foundation.errors import Refused
from people import identity


def manager_or_none(session: Session, openid: str) -> Visitor | None:
    """Return the customer manager whose phone it is, as one who looks at figures; None for everybody else."""
    found = identity.manager_of(session, openid)
    if found is None or found.is_disabled:
        return None
    return Visitor(0, found.name, Role.MANAGER, manager_id=found.id)


def manager(session: Session, openid: str) -> Visitor:
    """Return the customer manager whose phone it is; raises `Refused` for everybody else."""
    found = manager_or_none(session, openid)
    if found is None:
        raise Refused(sentences.FOR_MANAGERS)
    return found
