"""Withdrawing of waiting notices that are no longer true, or rewriting their counts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from people.models import Manager
from visits.actions import notices
from visits.actions.open_request import OpenRequest
from wechat_bot.models import Delivery
from wechat_bot.outbox import queueing, states


def withdraw(current: OpenRequest, *, keeps_words: bool = False) -> None:
    """Withdraw waiting notices about a request that was answered or has another owner. With `keeps_words` the notice of
    what the shop added moments ago stays, for an owner who had no chance to read it."""
    left = Delivery.key.not_like("visit:%:more:%"), Delivery.key.not_like("visit:%:again:%")
    which = [or_(Delivery.state == states.HELD, and_(*left))] if keeps_words else []
    withdraw_all(current.session, [current.row.id], [current.row.owner_id], *which, now=current.now)


def withdraw_all(
    session: Session, requests: Sequence[int], owners: Sequence[int | None], *which: ColumnElement[bool], now: datetime
) -> None:
    """Withdraw the notices about many requests; the one line that stands for many is recounted for their owners."""
    session.flush()
    held = session.scalars(
        select(Delivery.id)
        .where(Delivery.about.in_([notices.about(each) for each in requests]), Delivery.key.startswith("visit:"))
        .where(Delivery.state.in_(states.WAITING), *which)
        # Skipped where it is being released or sent at this moment: waiting for that lock could deadlock.
        .with_for_update(skip_locked=True)
    ).all()
    if held:
        queueing.withdraw(session, Delivery.id.in_(held), now=now)
    recount(session, owners, now=now)


def recount(session: Session, owners: Sequence[int | None], *, now: datetime) -> None:
    """Recount the one line that stands for many notices, where one waits for these managers."""
    session.flush()
    folded = session.execute(
        select(Delivery.id, Manager.id)
        .join(Manager, Manager.openid == Delivery.openid)
        .where(Manager.id.in_({each for each in owners if each is not None}))
        .where(Delivery.about == notices.ABOUT_ALL, Delivery.key.is_(None), Delivery.state.in_(states.WAITING))
        .with_for_update(of=Delivery, skip_locked=True)
    ).all()
    for delivery_id, manager_id in folded:
        if count := notices.unanswered(session, manager_id):
            notices.put(session, delivery_id, notices.one_line(session, manager_id, count))
        else:
            queueing.withdraw(session, Delivery.id == delivery_id, now=now)
