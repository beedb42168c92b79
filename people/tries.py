"""Wrong licence and phone pairs counted for each licence and for all: many followers guess no more than one may."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from foundation.database import changed, count_up
from foundation.errors import Refused
from people import rules, texts
from people.models import LicenceTries, Retailer

#: Stands where the licence does in the count of all.
ALL = ""
#: So many days are kept, to be looked at.
KEPT_DAYS = 7
LISTED = 50


@dataclass(frozen=True, slots=True)
class Locked:
    """A licence that was tried too often today."""

    licence: str
    #: Empty where there is no such shop.
    shop: str
    count: int


@dataclass(frozen=True, slots=True)
class Guessing:
    """What was tried today: how often in all, and the licences that are locked, the most tried first."""

    count: int
    is_locked: bool
    locked: tuple[Locked, ...]


def begin(session: Session, licence: str, today: date) -> None:
    """Count a try at a licence, before anything is compared: of tries at one moment each waits for the last.

    Raises `Refused`, whether the pair is right or not, where too many were wrong today: for this licence, or in all.
    """
    if is_locked(session, today) or _add(session, licence, today) > rules.TRIES_OF_A_LICENCE:
        raise Refused(texts.TRIES_LOCKED)


def is_locked(session: Session, today: date) -> bool:
    """Whether so much was tried today that nobody may try any more."""
    return _count(session, ALL, today) >= rules.TRIES_IN_ALL


def was_right(session: Session, licence: str, today: date) -> None:
    """A try that bound counts no more."""
    mine = (LicenceTries.licence == licence, LicenceTries.day_on == today)
    session.execute(update(LicenceTries).where(*mine).values(count=LicenceTries.count - 1))


def was_wrong(session: Session, today: date) -> None:
    """A try that bound nothing, or a look at whose licence it is, counts among all."""
    _add(session, ALL, today)


def guessing(session: Session, today: date) -> Guessing:
    """What was tried today."""
    rows = session.execute(
        select(LicenceTries.licence, func.coalesce(Retailer.shop, ""), LicenceTries.count)
        .outerjoin(Retailer, Retailer.licence == LicenceTries.licence)
        .where(LicenceTries.day_on == today, LicenceTries.licence != ALL)
        .where(LicenceTries.count >= rules.TRIES_OF_A_LICENCE)
        .order_by(LicenceTries.count.desc(), LicenceTries.licence)
        .limit(LISTED)
    )
    count = _count(session, ALL, today)
    return Guessing(count, count >= rules.TRIES_IN_ALL, tuple(Locked(*row) for row in rows))


def unlock(session: Session, licence: str, today: date) -> None:
    """Let a licence, or `ALL`, be tried again today. Raises `Refused` where it is not locked any more."""
    limit = rules.TRIES_OF_A_LICENCE if licence != ALL else rules.TRIES_IN_ALL
    mine = (LicenceTries.licence == licence, LicenceTries.day_on == today, LicenceTries.count >= limit)
    if not changed(session, update(LicenceTries).where(*mine).values(count=0)):
        raise Refused(texts.NOT_LOCKED)


def forget(session: Session, before: date) -> None:
    """Drop what was counted before a day."""
    session.execute(delete(LicenceTries).where(LicenceTries.day_on < before))


def forget_licence(session: Session, licence: str) -> None:
    """Drop what was counted of a shop that is erased."""
    session.execute(delete(LicenceTries).where(LicenceTries.licence == licence))


def _count(session: Session, licence: str, today: date) -> int:
    mine = (LicenceTries.licence == licence, LicenceTries.day_on == today)
    return session.scalar(select(LicenceTries.count).where(*mine)) or 0


def _add(session: Session, licence: str, today: date) -> int:
    return count_up(session, LicenceTries.count, {"licence": licence, "day_on": today})
