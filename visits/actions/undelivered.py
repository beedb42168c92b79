"""Answers that never reached the shop: WeChat refused them for good, or staff took them back.

An answer counts from the moment it was written; one that only waits (for the worker, or for the shop's next contact)
counts too. Where its writer was told otherwise, they hear of it: what was told and did not happen is corrected. One
that comes to nothing was no answer: the promise it had met runs on as if it had not been written, and its writer is
told to call. What nobody can be sure of counts, and the writer is asked to make sure.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.actions import clocks, notices, open_request
from visits.actions.answering import WATCH
from visits.models import TOLD, Closed, Message, Request, Way
from visits.queries import messages
from visits.texts import notices as texts
from wechat_bot import watching
from wechat_bot.models import Delivery, DeliveryState
from wechat_bot.outbox import queueing, states
from wechat_bot.outbox.states import Channel
from wechat_bot.watching import News

#: An answer in one of these comes to nothing.
LOST = (DeliveryState.FAILED, DeliveryState.CANCELLED)
TROUBLED = (*LOST, DeliveryState.UNSURE)
#: Answers of one transaction.
BATCH = 200


def look(session: Session, *, now: datetime) -> int:
    """Look at what became of answers since the last look; gives how many were looked at."""
    found = watching.news(WATCH).limit(BATCH).with_for_update(of=Delivery, skip_locked=True)
    news = {each.id: each for each in map(watching.read_news, session.execute(found))}
    carried = _carried(session, [each for each in news.values() if each.state in TROUBLED or _may_be_other(each)])
    _arrived_after_all(session, [each for each in news.values() if each.state in states.ARRIVED], now=now)
    requests = {each.id: each for each in clocks.locked(session, {each.request_id for each in carried})}
    for message in carried:
        request = requests.get(message.request_id)
        if request is None:  # in somebody's hands: at the next look
            news.pop(message.delivery_id or 0, None)
        elif request.closed_how not in (Closed.VOID, Closed.ERASED):
            _look_at(session, request, message, news[message.delivery_id or 0], now=now)
    watching.noted(session, list(news))
    return len(news)


def _may_be_other(each: News) -> bool:
    """Whether an answer may have gone otherwise than its writer was told."""
    return each.state is DeliveryState.HELD or (each.state in states.ARRIVED and each.channel is Channel.TEMPLATE)


def _arrived_after_all(session: Session, news: Sequence[News], *, now: datetime) -> None:
    """Take back what was to be told of these answers while they waited, and is true no more."""
    keys = [_key(message, "held") for message in _carried(session, news)]
    if keys:
        queueing.withdraw(session, Delivery.key.in_(keys), now=now)


def _key(message: Message, kind: str) -> str:
    """Of a text and its picture one notice is enough."""
    return f"{notices.about(message.request_id)}:lost:{message.said_at:%Y%m%d%H%M%S%f}:{kind}"


def _carried(session: Session, news: Sequence[News]) -> Sequence[Message]:
    ids = [each.id for each in news]
    if not ids:
        return ()
    return session.scalars(select(Message).where(Message.delivery_id.in_(ids)).order_by(Message.id)).all()


def _look_at(session: Session, request: Request, message: Message, news: News, *, now: datetime) -> None:
    is_lost, told = news.state in LOST, (message.more or {}).get(TOLD)
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
    known = notices.facts(request, open_request.read(session, request, now=now))
    shop, what = known.shop or known.who, texts.quoted(message.kind, message.content)
    if news.state is DeliveryState.HELD:
        if told not in (Way.MESSAGE, Way.NOTICE):
            return
        kind, text = "held", texts.put_off(request.number, shop, what)
    elif news.state not in TROUBLED:
        if told != Way.MESSAGE:
            return
        kind, text = "notice", texts.went_as_notice(request.number, shop, what)
    else:
        delivery = session.get_one(Delivery, message.delivery_id)
        say = texts.not_delivered if is_lost else texts.perhaps_not_delivered
        kind, text = (
            str(is_lost),
            say(request.number, shop, what, messages.explained(delivery.error_code, delivery.error)),
        )
    notices.tell(
        session,
        to_id,
        text,
        now=now,
        about=notices.about(request.id),
        key=_key(message, kind),
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
