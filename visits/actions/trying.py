"""Trial of a message to many: its writer sends it to their own WeChat alone, to see what the shops would."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from foundation.errors import Refused
from foundation.text import visible
from people.models import Manager
from visits.models.answers import Way
from visits.queries import thread
from visits.queries.visibility import Colleague
from visits.texts import answering as answering_texts
from visits.texts import groups as texts
from wechat_bot import uploads
from wechat_bot.outbox import queueing
from wechat_bot.reply import TEXT_LIMIT, text_message


def to_myself(
    session: Session, who: Colleague, content: str, *, picture: str | None = None, token: str, now: datetime
) -> None:
    """Send the message, marked as a trial, to the writer's own WeChat, once for each form and its words. It is of no
    group, opens nothing, and counts towards nothing.

    Raises `Refused` where the writer is bound to no customer manager, or cannot be written to now.
    """
    content = visible(content)
    if not content:
        raise Refused(answering_texts.EMPTY)
    words = texts.TRIAL + answering_texts.answer(who.public_name, content)
    if len(words.encode()) > TEXT_LIMIT:
        raise Refused(answering_texts.too_long(-(-(len(words.encode()) - TEXT_LIMIT) // 3)))
    manager = session.get(Manager, who.manager_id) if who.manager_id is not None else None
    if manager is None or manager.openid is None:
        raise Refused(texts.NOT_BOUND)
    if thread.foreseen(session, manager.openid, now=now, has_template=False).way is not Way.MESSAGE:
        raise Refused(texts.SAY_FIRST)
    said = [text_message(words)] + ([uploads.picture(picture)] if picture else [])
    for place, message in enumerate(said):
        mark = sha256(f"{token} {words} {picture}".encode()).hexdigest()[:32]
        queueing.queue(session, manager.openid, message, key=f"visit-trial:{mark}:{place}", now=now)
