"""Answers that never reached the shop: WeChat refused them for good, or staff took them back.

An answer counts from the moment it was written; one that only waits (for the worker, or for the shop's next contact)
counts too, and its writer knew it would. One that comes to nothing was no answer: the promise it had met runs on as if
it had not been written, and its writer is told to call. What nobody can be sure of counts, and the writer is asked to
make sure.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits import said
from visits.actions import case, clocks, notices
from visits.actions.answering import WATCH
from visits.models import Closed, Message, Request
from visits.texts import notices as texts
from wechat_bot import watching
from wechat_bot.models import Delivery, DeliveryState

#: An answer in one of these comes to nothing.
LOST = (DeliveryState.FAILED, DeliveryState.CANCELLED)
#: Answers of one transaction.
SOME = 200


def look(session: Session, *, now: datetime) -> int:
    """Look at what became of answers since the last look; gives how many were looked at."""
    found = watching.news(WATCH).limit(SOME).with_for_update(of=Delivery, skip_locked=True)
    news = {each.id: each for each in map(watching.read_news, session.execute(found))}
    troubled = [each.id for each in news.values() if each.state in (*LOST, DeliveryState.UNSURE)]
    carried = select(Message).where(Message.delivery_id.in_(troubled)).order_by(Message.id)
    messages = list(session.scalars(carried)) if troubled else []
    requests = {each.id: each for each in clocks.locked(session, {each.request_id for each in messages})}
    for message in messages:
        request = requests.get(message.request_id)
        if request is None:  # in somebody's hands: at the next look
            news.pop(message.delivery_id or 0, None)
        elif request.closed_how != Closed.VOID:
            _look_at(session, request, message, is_lost=news[message.delivery_id or 0].state in LOST, now=now)
    watching.noted(session, list(news))
    return len(news)


def _look_at(session: Session, request: Request, message: Message, *, is_lost: bool, now: datetime) -> None:
    if is_lost:
        arrived = _arrived(session, request)
        clocks.not_answered(session, request, message.said_at, arrived, now=now)
        if not arrived:
            request.first_answered_by = None
        elif request.first_answered_at == arrived[0][0]:
            request.first_answered_by = arrived[0][1]
    to_id = message.manager_id or request.owner_id
    if to_id is None:
        return
    known = notices.facts(request, case.read(session, request, now=now))
    delivery = session.get_one(Delivery, message.delivery_id)
    say = texts.not_delivered if is_lost else texts.perhaps_not_delivered
    text = say(
        request.number,
        known.shop or known.who,
        texts.quoted(message.kind, message.content),
        said.explained(delivery.error_code, delivery.error),
    )
    # Of a text and its picture one is enough.
    key = f"{notices.about(request.id)}:lost:{message.said_at:%Y%m%d%H%M%S%f}:{is_lost}"
    notices.tell(
        session,
        to_id,
        text,
        now=now,
        about=notices.about(request.id),
        key=key,
        url=notices.page(request.id),
        heeds_quiet=True,
        who=known.shop,
        folds=False,
    )


def _arrived(session: Session, request: Request) -> list[tuple[datetime, int | None]]:
    """When, and by whom, the answers were written that did not come to nothing; the first in front."""
    rows = session.execute(
        select(Message.said_at, Message.manager_id)
        .join(Delivery, Delivery.id == Message.delivery_id)
        # What a visit group had sent is no answer.
        .where(Message.request_id == request.id, Delivery.watch == WATCH, Delivery.state.not_in(LOST))
        .order_by(Message.id)
    )
    return [(said_at, manager_id) for said_at, manager_id in rows]
