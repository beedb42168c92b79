"""Preview of a push on named phones, before it is submitted: exactly what WeChat would send."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcasts.actions import sending
from broadcasts.models.pushes import Push
from broadcasts.texts import pushes as texts
from foundation.errors import Refused
from people.models import Manager
from wechat_bot.mass import previewing, quota
from wechat_bot.mass.source import MassContent
from wechat_bot.models import Follower
from wechat_bot.services import Services


@dataclass(frozen=True, slots=True)
class PreviewPhone:
    """Phone that a push can be previewed on: of a colleague who follows the account."""

    manager_id: int
    name: str


def phones(session: Session) -> list[PreviewPhone]:
    """The phones of customer managers who are bound and follow the account."""
    rows = session.execute(
        select(Manager.id, Manager.name)
        .join(Follower, Follower.openid == Manager.openid)
        .where(Follower.unfollowed_at.is_(None), Manager.disabled_at.is_(None))
        .order_by(Manager.name, Manager.id)
    )
    return [PreviewPhone(row.id, row.name) for row in rows]


def left(session: Session, now: datetime) -> int:
    """How many previews the account has left today."""
    return quota.calls_left(session, "preview", now=now)


def on_phone(services: Services, push_id: int, *, manager_id: int | None = None, name: str = "") -> str:
    """Send a push to one person: a customer manager, or a WeChat name; gives whom. Not within a transaction.

    Raises Refused for nobody, where the day's previews are used up, and with WeChat's reason in words.
    """
    openid = ""
    if not name:
        with services.reading() as session:
            manager = session.get(Manager, manager_id) if manager_id is not None else None
            if manager is None or manager.openid is None:
                raise Refused(texts.NO_PHONE)
            openid, said = manager.openid, manager.name
    else:
        said = name
    with services.reading() as session:
        content = _content(session, push_id, services.public_url)
    previewing.preview(services, content, sending.picture, openid=openid, name=name)
    return said


def _content(session: Session, push_id: int, public_url: str) -> MassContent:
    push = session.get(Push, push_id)
    if push is None:
        raise Refused(texts.NO_SUCH)
    content = sending.in_mass(session, push, public_url)
    if not (content.text or content.picture or (content.article and content.article.cover)):
        raise Refused(texts.NOT_SHOWABLE)
    return content
