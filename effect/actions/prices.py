"""Prices of text messages: set from a month on, never for a month that is closed."""

from datetime import datetime

from sqlalchemy.orm import Session

from effect.models.costs import SmsPrice
from effect.queries import counting
from effect.rules import months
from effect.texts import costs as texts
from foundation.database import upsert
from foundation.errors import Refused


def put(session: Session, month: int, mills: int, source: str, *, who: str, now: datetime) -> None:
    """Set the price from a month on. Raises Refused for a closed month, and without a source."""
    if not source.strip():
        raise Refused(texts.NO_SOURCE)
    if counting.is_closed(session, month):
        raise Refused(texts.PAST.format(months.written(month)))
    values = {"mills": mills, "source": source.strip()[:120], "set_by": who[:40], "set_at": now}
    row = upsert(session, SmsPrice).values(from_on=months.first_day(month), **values)
    session.execute(row.on_conflict_do_update(index_elements=["from_on"], set_=values))
