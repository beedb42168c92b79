"""Author of a command: who does it, by the name they sign in with."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns import texts
from campaigns.approving import CampaignAuthor
from console.models import User
from console.rules.passwords import user_name
from console.rules.visitors import Permission, Role
from foundation.errors import Refused


def author(session: Session, login: str, permission: Permission) -> CampaignAuthor:
    """The user of this name, who must have a permission. Raises `Refused`."""
    user = session.scalar(select(User).where(User.login == user_name(login), User.disabled_at.is_(None)))
    if user is None:
        raise Refused(texts.NO_SUCH_USER.format(login[:40]))
    if Role(user.role) not in permission.roles:
        raise Refused(texts.MAY_NOT.format(user.name))
    return CampaignAuthor(user.id, user.name)
