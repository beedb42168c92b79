"""Erasing: what broadcasts forget of a person or a shop."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from broadcasts.actions import reading, showing, staff
from broadcasts.models.answers import PushGuest
from broadcasts.models.pushes import Refusal
from broadcasts.models.rows import OwnRow
from wechat_bot.erasure import Forgetting


def forget(session: Session, whom: Forgetting) -> None:
    """Erase what a shop read and kept, the display photos it sent in, whose refusals of promotions and openings they
    are, and what service notices told a shop of itself."""
    showing.forget(session, whom)
    if whom.kinds:
        return
    reading.forget(session, whom)
    staff.forget(session, whom)
    if whom.shop_id is not None:
        session.execute(delete(OwnRow).where(OwnRow.retailer_id == whom.shop_id))
    # That they opened what was not sent to them stays counted.
    session.execute(delete(PushGuest).where(PushGuest.openid == whom.openid))
    session.execute(delete(Refusal).where(Refusal.openid == whom.openid))
