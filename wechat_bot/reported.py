"""Unclaimed results: what WeChat reports of mass messages, publications, consents, notices, and no feature hears.

They come once and cannot be asked for again, so each is kept whole, under the id it is about, until somebody listens.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from wechat_bot.messages import ConsentChanged, Incoming, MassFinished, NoticeFinished, PublishFinished, Unknown
from wechat_bot.models import Reported

#: The events by name, for one that came in a shape we could not read.
EVENTS = {
    "masssendjobfinish",
    "publishjobfinish",
    "subscribe_msg_popup_event",
    "subscribe_msg_change_event",
    "subscribe_msg_sent_event",
}
#: Who these are, stands in a column of its own; and a result of many is nobody's.
NAMES = ("FromUserName", "ToUserName")
LONGEST = 64


def keep(session: Session, message: Incoming, now: datetime) -> None:
    """Keep what an event reports, once for each id it is about. Anything else is no matter of ours."""
    for about, openid in _about(message):
        kind = str(message.raw["Event"]).lower()
        raw = {name: value for name, value in message.raw.items() if name not in NAMES}
        session.add(Reported(kind=kind, about=about[:LONGEST], openid=openid, raw=raw, reported_at=now))


def about(session: Session, wanted: str) -> Sequence[Reported]:
    """What was reported of a message, a publication or a template, the oldest first."""
    return session.scalars(select(Reported).where(Reported.about == wanted).order_by(Reported.id)).all()


def forget(session: Session, openid: str) -> None:
    """Drop what a follower consented to, or was sent."""
    session.execute(delete(Reported).where(Reported.openid == openid))


def _about(message: Incoming) -> list[tuple[str, str]]:
    """The ids it is about, and whose it is."""
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
