"""What gatherings cost: set from a month on, so that the months before keep theirs."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from courses.models.figures import SavingRate
from foundation.database import upsert
from foundation.errors import Refused

MOST_YUAN, MOST_VENUES = 100_000, 1000


def set_rate(
    session: Session,
    from_on: date,
    *,
    shop_yuan: int,
    venue_yuan: int,
    venues: int,
    who: str,
    today: date,
    now: datetime,
) -> None:
    """Set what a gathering costs from a month on. Raises Refused for a month that is over, or numbers nobody pays."""
    if from_on < today.replace(day=1):
        raise Refused("过去的月份按当时的标准，不能再改：请从这个月或以后的月份起。")
    if not 0 <= shop_yuan <= MOST_YUAN or not 0 <= venue_yuan <= MOST_YUAN:
        raise Refused(f"每家店、每场的钱是 0 到 {MOST_YUAN:,} 元。")
    if not 0 <= venues <= MOST_VENUES:
        raise Refused(f"场次是 0 到 {MOST_VENUES:,}。")
    values = {
        "shop_yuan": shop_yuan,
        "venue_yuan": venue_yuan,
        "venues": venues,
        "set_by": who[:40],
        "set_at": now,
    }
    put = upsert(session, SavingRate).values(from_on=from_on.replace(day=1), **values)
    session.execute(put.on_conflict_do_update(index_elements=["from_on"], set_=values))
