"""Ledgers of mass sending: what each follower may still receive this month, and the account still call today.

Whoever reads the ledger of followers to book in it holds it first (`hold`): then it is still true when it is written.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, exists, func, literal, select, update
from sqlalchemy.orm import Session

from foundation.clock import day_in
from foundation.database import changed, one_at_a_time, upsert
from foundation.dialects import table_of
from wechat_bot.mass.models import AccountUse, MassByHand, MassMonth, MassUse
from wechat_bot.models import Follower

#: WeChat's months and days are China's, wherever we are.
WECHATS = ZoneInfo("Asia/Shanghai")
#: Mass messages to a follower in a month (wechat-platform.md §6).
A_MONTH = 4
#: Calls a day (§6, §10).
A_DAY = {"mass": 100, "draft": 1000, "preview": 100}
#: Followers whose sends are booked in one transaction.
STEP = 20_000
_LEDGER = 0x6D617373


def month_of(moment: datetime) -> int:
    """The month of WeChat's quota as YYYYMM.

    >>> from datetime import UTC
    >>> month_of(datetime(2026, 11, 30, 15, 59, tzinfo=UTC)), month_of(datetime(2026, 11, 30, 16, tzinfo=UTC))
    (202611, 202612)
    """
    day = day_in(moment, WECHATS)
    return day.year * 100 + day.month


def hold(session: Session) -> None:
    """Hold the ledger of followers until the transaction ends: two who book cannot both see the fourth send free."""
    one_at_a_time(session, _LEDGER)


def is_full(openid: SQLColumnExpression[Any], month: int) -> ColumnElement[bool]:
    """Condition that a follower has had the four of a month, booked ones among them."""
    return exists().where(MassUse.openid == openid, *had_all(month))


def had_all(month: int) -> tuple[ColumnElement[bool], ...]:
    """Conditions on the ledger's rows that they tell of a follower who has had the four of a month."""
    return MassUse.month == month, MassUse.used >= A_MONTH


def used(openid: SQLColumnExpression[Any], month: int) -> ColumnElement[int]:
    """How many of a month a follower has had, booked ones among them, as an SQL expression."""
    had = select(MassUse.used).where(MassUse.openid == openid, MassUse.month == month).scalar_subquery()
    return func.coalesce(had, 0)


def book(session: Session, openids: Select[Any], month: int) -> int:
    """Book a send of the month for each of these followers who has one left; returns for how many.

    `openids` selects one column, without nulls and nobody twice.
    """
    hold(session)
    to = openids.subquery()
    # SQLite takes ON CONFLICT behind a SELECT only where a WHERE stands between.
    listed = select(to.c[0], literal(month), literal(1)).where(to.c[0].is_not(None))
    added = upsert(session, MassUse).from_select(["openid", "month", "used"], listed)
    row = table_of(MassUse).c
    return changed(
        session,
        added.on_conflict_do_update(
            index_elements=["openid", "month"], set_={"used": row.used + 1}, where=row.used < A_MONTH
        ),
    )


def give_back(session: Session, openids: Select[Any], month: int) -> int:
    """Give a booked send back to each of these followers; returns to how many."""
    hold(session)
    to = openids.subquery()
    theirs = update(MassUse).where(MassUse.month == month, MassUse.used > 0, MassUse.openid.in_(select(to.c[0])))
    return changed(session, theirs.values(used=MassUse.used - 1))


def everybody() -> Select[Any]:
    """The openids of all who follow."""
    return select(Follower.openid).where(Follower.unfollowed_at.is_(None))


def by_hand(
    session: Session,
    openids: Select[Any],
    *,
    whom: dict[str, Any] | None,
    noted_by: str,
    token: str | None = None,
    now: datetime,
) -> MassByHand:
    """Note what staff sent in WeChat's own console this month, to an audience or to `everybody` (`whom` is None), and
    book it for the first of them; `go_on` books the rest. The same form posted again notes nothing more."""
    hold(session)
    if token and (before := session.scalar(select(MassByHand).where(MassByHand.token == token))) is not None:
        return before
    noted = MassByHand(month=month_of(now), whom=whom, count=0, noted_by=noted_by[:40], noted_at=now, token=token)
    session.add(noted)
    session.flush()
    go_on(session, noted, openids)
    return noted


def go_on(session: Session, noted: MassByHand, openids: Select[Any]) -> bool:
    """Book what was sent by hand for the next of these followers; gives whether there are more of them."""
    to = openids.subquery().c[0]
    step = select(to).where(to > noted.booked_to).order_by(to).limit(STEP).subquery()
    last, number = session.execute(select(func.max(step.c[0]), func.count())).one()
    if number:
        noted.count += book(session, select(to).where(to > noted.booked_to, to <= last), noted.month)
    noted.is_booked = number < STEP
    # Whom it ended with is nobody's business any more.
    noted.booked_to = "" if noted.is_booked else last
    session.flush()
    return not noted.is_booked


def to_go_on(session: Session) -> MassByHand | None:
    """The next message sent by hand that is not booked for all, locked; None where there is none, or another worker
    has it."""
    left = select(MassByHand).where(~MassByHand.is_booked).order_by(MassByHand.id).limit(1)
    return session.scalar(left.with_for_update(skip_locked=True))


def counted(session: Session, month: int) -> dict[int, int]:
    """How many of those who follow have had none, one … of a month's four. It reads all of them."""
    had = func.coalesce(MassUse.used, 0)
    rows = session.execute(
        select(had, func.count())
        .select_from(Follower)
        .outerjoin(MassUse, (MassUse.openid == Follower.openid) & (MassUse.month == month))
        .where(Follower.unfollowed_at.is_(None))
        .group_by(had)
    )
    return {row[0]: row[1] for row in rows}


def keep(session: Session, month: int, found: Mapping[int, int], *, now: datetime) -> None:
    """Keep what was `counted` of a month."""
    rows = [
        {"month": month, "used": used, "followers": found.get(used, 0), "counted_at": now}
        for used in range(A_MONTH + 1)
    ]
    put = upsert(session, MassMonth).values(rows)
    new = {"followers": put.excluded.followers, "counted_at": put.excluded.counted_at}
    session.execute(put.on_conflict_do_update(index_elements=["month", "used"], set_=new))


def calls_left(session: Session, what: str, *, now: datetime) -> int:
    """Calls of a kind (`mass`, `draft`, `preview`) that the account has left today."""
    so_far = session.scalar(
        select(AccountUse.used).where(AccountUse.what == what, AccountUse.day_on == day_in(now, WECHATS))
    )
    return max(A_DAY[what] - (so_far or 0), 0)


def take(session: Session, what: str, *, now: datetime) -> bool:
    """Take one of the day's calls; False where none is left. The row stays locked until the transaction ends."""
    row = table_of(AccountUse).c
    put = upsert(session, AccountUse).values(what=what, day_on=day_in(now, WECHATS), used=1)
    return bool(
        changed(
            session,
            put.on_conflict_do_update(
                index_elements=["what", "day_on"], set_={"used": row.used + 1}, where=row.used < A_DAY[what]
            ),
        )
    )


def put_back(session: Session, what: str, *, now: datetime) -> None:
    """Give a call back that was taken in this transaction and not made."""
    mine = update(AccountUse).where(AccountUse.what == what, AccountUse.day_on == day_in(now, WECHATS))
    session.execute(mine.values(used=AccountUse.used - 1))


def spend(session: Session, what: str, *, now: datetime) -> None:
    """Note that the account has no calls of a kind left today: WeChat says so, whoever made those that we did not."""
    put = upsert(session, AccountUse).values(what=what, day_on=day_in(now, WECHATS), used=A_DAY[what])
    session.execute(put.on_conflict_do_update(index_elements=["what", "day_on"], set_={"used": A_DAY[what]}))


def clear(session: Session, *, now: datetime) -> None:
    """Count the day's calls from nothing again: WeChat's own count was cleared (`clear_quota`)."""
    session.execute(update(AccountUse).where(AccountUse.day_on == day_in(now, WECHATS)).values(used=0))
