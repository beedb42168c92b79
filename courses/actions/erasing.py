"""Erasing: what courses forget of a person or a shop."""

from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from courses.actions import asking, certifying
from courses.models.asking import Asker
from courses.models.learning import Enrolment, Reading
from courses.models.weak_spots import DailyQuestion, WeakReview, WeakSpot
from people.models import Binding, Retailer
from wechat_bot.erasure import Forgetting


def forget(session: Session, whom: Forgetting) -> None:
    """Erase the answers to end questions of the shops somebody kept, what they answered wrong, what they asked, and
    their name from the certificates. How far a shop came, and that its certificate is true, stays."""
    if whom.kinds:  # nobody sends a file to a lesson
        return
    shops = select(Binding.retailer_id).where(Binding.openid == whom.openid, Binding.retailer_id.is_not(None))
    of_shops = Enrolment.retailer_id.in_(shops)
    theirs = of_shops if whom.shop_id is None else or_(of_shops, Enrolment.retailer_id == whom.shop_id)
    enrolments = select(Enrolment.id).where(theirs)
    session.execute(update(Reading).where(Reading.enrolment_id.in_(enrolments)).values(answer=None))
    certifying.forget(session, enrolments, whom)
    asked = Asker.openid == whom.openid
    by_them = asked if whom.shop_id is None else or_(asked, Asker.retailer_id == whom.shop_id)
    whom.words += asking.forget(session, by_them)
    _forget_weak_spots(session, whom)


def _forget_weak_spots(session: Session, whom: Forgetting) -> None:
    # Before their spots, as whoever asks or answers does.
    held = select(DailyQuestion.retailer_id).where(_kept_by(whom, DailyQuestion.retailer_id))
    session.execute(held.order_by(DailyQuestion.retailer_id).with_for_update())
    for table, at in ((WeakSpot, WeakSpot.wrong_at), (WeakReview, WeakReview.asked_at)):
        session.execute(delete(table).where(_kept_by(whom, table.retailer_id, at)))
    others = select(Retailer.id).where(Retailer.openid.is_not(None), Retailer.openid != whom.openid)
    theirs = _kept_by(whom, DailyQuestion.retailer_id) & DailyQuestion.retailer_id.not_in(others)
    session.execute(delete(DailyQuestion).where(theirs))


def _kept_by(whom: Forgetting, shop: Any, at: Any = None) -> ColumnElement[bool]:
    """Return the condition that a row belongs to a shop they kept at its moment, or ever; for an erased shop all do."""
    kept = select(Binding.id).where(Binding.openid == whom.openid, Binding.retailer_id == shop)
    if at is not None:
        kept = kept.where(Binding.bound_at <= at, or_(Binding.unbound_at.is_(None), at <= Binding.unbound_at))
    shops = select(Binding.retailer_id).where(Binding.openid == whom.openid, Binding.retailer_id.is_not(None))
    by_them: ColumnElement[bool] = and_(shop.in_(shops), kept.exists())
    return by_them if whom.shop_id is None else or_(by_them, shop == whom.shop_id)
