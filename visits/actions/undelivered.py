"""Undelivered answers: WeChat refused them for good, or staff withdrew them.

An answer counts from the moment it was written, and also while it only waits (for the worker, or for the shop's next
contact). Where its writer was told otherwise they are notified. An answer that comes to nothing was none: the promise
it had met runs on as if it had not been written, and its writer is asked to call. An answer whose delivery is unsure
counts, and the writer is asked to check.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.actions import clocks, notices
from visits.actions.answering import WATCH
from visits.actions.notices import ManagerNotice
from visits.actions.open_request import OpenRequest
from visits.models.answers import Way
from visits.models.requests import TOLD, Closed, Message, Request
from visits.queries import messages
from visits.texts import notices as texts
from wechat_bot import watching
from wechat_bot.models import Delivery, DeliveryState
from wechat_bot.outbox import queueing, states
from wechat_bot.outbox.states import Channel
from wechat_bot.watching import News

#: An answer in one of these states comes to nothing.
LOST = (DeliveryState.FAILED, DeliveryState.CANCELLED)
TROUBLED = (*LOST, DeliveryState.UNSURE)
#: Answers handled in one transaction.
BATCH = 200


def look(session: Session, *, now: datetime, zone: ZoneInfo) -> int:
    """Handle the outcomes of answers since the last run; gives how many were handled."""
    found = watching.news(WATCH).limit(BATCH).with_for_update(of=Delivery, skip_locked=True)
    news = {each.id: each for each in map(watching.read_news, session.execute(found))}
    carried = _carried(session, [each for each in news.values() if each.state in TROUBLED or _may_be_other(each)])
    _arrived_after_all(session, [each for each in news.values() if each.state in states.ARRIVED], now=now)
    requests = {each.id: each for each in clocks.locked(session, {each.request_id for each in carried})}
    for message in carried:
        request = requests.get(message.request_id)
        if request is None:  # locked by another transaction: next run
            news.pop(message.delivery_id or 0, None)
        elif request.closed_how not in (Closed.VOID, Closed.ERASED):
            _look_at(OpenRequest(session, request, now, zone), message, news[message.delivery_id or 0])
    watching.noted(session, list(news))
    return len(news)


def _may_be_other(each: News) -> bool:
    """Whether an answer may have gone another way than its writer was told."""
    return each.state is DeliveryState.HELD or (each.state in states.ARRIVED and each.channel is Channel.TEMPLATE)


def _arrived_after_all(session: Session, news: Sequence[News], *, now: datetime) -> None:
    """Withdraw waiting notices that these answers had not arrived, since they have."""
    carried = _carried(session, news)
    keys = [f"{notices.about(message.request_id)}:{_kind(message, 'held')}" for message in carried]
    if keys:
        queueing.withdraw(session, Delivery.key.in_(keys), now=now)


def _kind(message: Message, kind: str) -> str:
    """Return one kind for a text and its picture: one notice is enough for both."""
    return f"lost:{message.said_at:%Y%m%d%H%M%S%f}:{kind}"


def _carried(session: Session, news: Sequence[News]) -> Sequence[Message]:
    ids = [each.id for each in news]
    if not ids:
        return ()
    return session.scalars(select(Message).where(Message.delivery_id.in_(ids)).order_by(Message.id)).all()


def _look_at(current: OpenRequest, message: Message, news: News) -> None:
    session, request = current.session, current.row
    is_lost, told = news.state in LOST, (message.more or {}).get(TOLD)
    if is_lost:
        arrived = _arrived(session, request)
        clocks.not_answered(current, message.said_at, arrived)
        if not arrived:
            request.first_answered_by = None
        elif request.first_answered_at == arrived[0][0]:
            request.first_answered_by = arrived[0][1]
    to_id = message.manager_id or request.owner_id
    if to_id is None:
        return
    shop, what = notices.writer(current).short, texts.quoted(message.kind, message.content)
    if news.state is DeliveryState.HELD:
        if told not in (Way.MESSAGE, Way.NOTICE):
            return
        kind, text = "held", texts.put_off(request.number, shop, what)
    elif news.state not in TROUBLED:
        if told != Way.MESSAGE:
            return
        kind, text = "notice", texts.went_as_notice(request.number, shop, what)
    elif is_lost:
        delivery = session.get_one(Delivery, message.delivery_id)
        why = messages.explained(delivery.error_code, delivery.error)
        kind, text = "lost", texts.not_delivered(request.number, shop, what, why)
    else:
        kind, text = "unsure", texts.perhaps_not_delivered(request.number, shop, what)
    notices.tell_of(current, to_id, _kind(message, kind), ManagerNotice(text, heeds_quiet=True, folds=False))


def _arrived(session: Session, request: Request) -> list[tuple[datetime, int | None]]:
    """Return when and by whom the answers were written that did arrive; the first in front."""
    rows = session.execute(
        select(Message.said_at, Message.manager_id)
        .join(Delivery, Delivery.id == Message.delivery_id)
        # A visit group's message is no answer.
        .where(Message.request_id == request.id, Delivery.watch == WATCH, Delivery.state.not_in(LOST))
        .order_by(Message.id)
    )
    return [(said_at, manager_id) for said_at, manager_id in rows]
