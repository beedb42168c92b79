"""Binding try limit per licence and in total: many followers together may not guess more than one may."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from foundation.database import changed, count_up
from foundation.errors import Refused
from people import rules, texts
from people.models import LicenceTries, Retailer

#: Key of the total count, in place of a licence.
ALL = ""
#: Days for which counts are kept for viewing.
KEPT_DAYS = 7
LISTED = 50


@dataclass(frozen=True, slots=True)
class Locked:
    """Locked licence: tried too often today."""

    licence: str
    #: Empty where there is no such shop.
    shop: str
    count: int


@dataclass(frozen=True, slots=True)
class Guessing:
    """Today's binding tries: the total, and the locked licences, most tried first."""

    count: int
    is_locked: bool
    locked: tuple[Locked, ...]


def begin(session: Session, licence: str, today: date) -> None:
    """Count a try at a licence before anything is compared; simultaneous tries wait for each other.

    Raises `Refused`, whether the pair is right or not, where too many were wrong today: for this licence, or in all.
    """
    if is_locked(session, today) or _add(session, licence, today) > rules.TRIES_OF_A_LICENCE:
        raise Refused(texts.TRIES_LOCKED)


def is_locked(session: Session, today: date) -> bool:
    """Whether the total limit is reached today, so that nobody may try any more."""
    return _count(session, ALL, today) >= rules.TRIES_IN_ALL


def was_right(session: Session, licence: str, today: date) -> None:
    """Take back the count of a try that bound."""
    mine = (LicenceTries.licence == licence, LicenceTries.day_on == today)
    session.execute(update(LicenceTries).where(*mine).values(count=LicenceTries.count - 1))


def was_wrong(session: Session, today: date) -> None:
    """Count a wrong try, or a look-up of a licence, in the total."""
    _add(session, ALL, today)


def guessing(session: Session, today: date) -> Guessing:
    """Today's tries."""
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
    """Unlock a licence, or `ALL`, for today. Raises `Refused` where it is not locked any more."""
    limit = rules.TRIES_OF_A_LICENCE if licence != ALL else rules.TRIES_IN_ALL
    mine = (LicenceTries.licence == licence, LicenceTries.day_on == today, LicenceTries.count >= limit)
    if not changed(session, update(LicenceTries).where(*mine).values(count=0)):
        raise Refused(texts.NOT_LOCKED)


def forget(session: Session, before: date) -> None:
    """Delete the counts of the days before."""
    session.execute(delete(LicenceTries).where(LicenceTries.day_on < before))


def forget_licence(session: Session, licence: str) -> None:
    """Delete the counts of a shop that is erased."""
    session.execute(delete(LicenceTries).where(LicenceTries.licence == licence))


def _count(session: Session, licence: str, today: date) -> int:
    mine = (LicenceTries.licence == licence, LicenceTries.day_on == today)
    return session.scalar(select(LicenceTries.count).where(*mine)) or 0


def _add(session: Session, licence: str, today: date) -> int:
    return count_up(session, LicenceTries.count, {"licence": licence, "day_on": today})
