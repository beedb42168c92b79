"""Unclaimed results: WeChat's reports on mass messages, publications, consents and notices that no feature listens to.

WeChat sends them once and they cannot be fetched, so each is kept whole under the id it is about.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from wechat_bot.messages import ConsentChanged, Incoming, MassFinished, NoticeFinished, PublishFinished, Unknown
from wechat_bot.models import Reported

#: The names of these events, for one that could not be parsed.
EVENTS = {
    "masssendjobfinish",
    "publishjobfinish",
    "subscribe_msg_popup_event",
    "subscribe_msg_change_event",
    "subscribe_msg_sent_event",
}
#: Fields left out of what is kept: sender and receiver have columns of their own.
NAMES = ("FromUserName", "ToUserName")
LONGEST = 64


def keep(session: Session, message: Incoming, now: datetime) -> None:
    """Keep what such an event reports, once for each id it is about; does nothing for other messages."""
    for about, openid in _about(message):
        kind = str(message.raw["Event"]).lower()
        raw = {name: value for name, value in message.raw.items() if name not in NAMES}
        session.add(Reported(kind=kind, about=about[:LONGEST], openid=openid, raw=raw, reported_at=now))


def about(session: Session, wanted: str) -> Sequence[Reported]:
    """The reports on a message, a publication or a template, the oldest first."""
    return session.scalars(select(Reported).where(Reported.about == wanted).order_by(Reported.id)).all()


def forget(session: Session, openid: str) -> None:
    """Delete the reports on a follower's consents and notices."""
    session.execute(delete(Reported).where(Reported.openid == openid))


def _about(message: Incoming) -> list[tuple[str, str]]:
    """The ids that an event is about, each with the follower's openid, empty for a message to many."""
    match message:
        case MassFinished(msgid=msgid):
            return [(msgid, "")]
        case PublishFinished(publish_id=publish_id):
            return [(publish_id, "")]
        case ConsentChanged(choices=choices):
            return [(template_id, message.openid) for template_id, _ in choices]
        case NoticeFinished(results=results):
            return [(msgid, message.openid) for _, msgid, _, _ in results]
        case Unknown(kind=kind) if kind.lower() in EVENTS:
            return [(str(message.raw.get("MsgID", "")), message.openid)]
        case _:
            return []
