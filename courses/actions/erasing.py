"""Erasing: what courses forget of a person or a shop."""

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from courses.models.learning import Enrolment, Reading
from people.models import Binding
from wechat_bot.erasure import Forgetting


def forget(session: Session, whom: Forgetting) -> None:
    """Erase the answers to end questions of the shops somebody kept. How far a shop came stays, as it was counted."""
    if whom.kinds:  # nobody sends a file to a lesson
        return
    shops = select(Binding.retailer_id).where(Binding.openid == whom.openid, Binding.retailer_id.is_not(None))
    of_shops = Enrolment.retailer_id.in_(shops)
    theirs = of_shops if whom.shop_id is None else or_(of_shops, Enrolment.retailer_id == whom.shop_id)
    which = Reading.enrolment_id.in_(select(Enrolment.id).where(theirs))
    session.execute(update(Reading).where(which).values(answer=None))
