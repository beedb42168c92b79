"""Certificates as those who check them, their owners and staff see them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, true, union_all
from sqlalchemy.orm import Session

from courses.models.certificates import Certificate
from courses.rules import certificate_numbers, printed
from courses.rules.printed import CertificateText
from foundation import paging
from foundation.paging import Cursor, Order, Page
from people.models import Manager, Retailer

Seen = Sequence[ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """Certificate with all that is printed on it."""

    id: int
    course_id: int
    #: As it is printed.
    number: str
    printed: CertificateText
    #: Of the shop; empty for a customer manager.
    licence: str
    #: Of its picture; None until it is drawn.
    media_key: str | None
    revoked_at: datetime | None
    reason: str


def by_number(session: Session, written: str) -> CertificateLine | None:
    """Return the certificate with the number somebody typed; None where there is none."""
    number = certificate_numbers.read(written)
    if number is None:
        return None
    row = session.execute(select(*_COLUMNS).outerjoin(Retailer).where(Certificate.number == number)).first()
    return _line(*row) if row else None


def of_course(
    session: Session,
    course_id: int,
    search: str,
    seen: Seen,
    cursor: Cursor,
    limit: int,
    *,
    staff: Collection[int] | None = None,
) -> Page[CertificateLine]:
    """Return a page of the certificates of a course, the newest first; those of one shop or number, where asked.

    `seen` are the conditions on `Retailer` of what may be seen, `staff` the customer managers; None for all of them."""
    statement = _seen(course_id, seen, staff)
    if search:
        # As in `of_learner`: with one condition over both the whole course would be read.
        of_shop = select(Certificate.id).join(Retailer).where(Retailer.licence == search.strip())
        numbered = select(Certificate.id).where(Certificate.number == (certificate_numbers.read(search) or ""))
        found = union_all(of_shop, numbered)
        statement = statement.where(Certificate.id.in_(found))
    return paging.page(session, statement, _NEWEST, cursor, limit=limit, read=_line)


def one(
    session: Session, course_id: int, certificate_id: int, seen: Seen, *, staff: Collection[int] | None = None
) -> CertificateLine | None:
    """Return a certificate of a course; None where there is none that may be seen."""
    row = session.execute(_seen(course_id, seen, staff).where(Certificate.id == certificate_id)).first()
    return _line(*row) if row else None


def every(session: Session, course_id: int) -> list[CertificateLine]:
    """Return all certificates of a course, the oldest first."""
    rows = session.execute(_seen(course_id, ()).order_by(Certificate.id))
    return [_line(*row) for row in rows]


def of_learner(session: Session, openid: str) -> list[CertificateLine]:
    """Return the certificates of the shop or the manager behind an openid, revoked or not, the newest first."""
    # Each looked up by its own index: with one condition over both all certificates would be read.
    of_shop = select(Certificate.id).join(Retailer).where(Retailer.openid == openid)
    of_staff = select(Certificate.id).join(Manager, Manager.id == Certificate.staff_id).where(Manager.openid == openid)
    theirs = Certificate.id.in_(union_all(of_shop, of_staff))
    rows = session.execute(select(*_COLUMNS).outerjoin(Retailer).where(theirs).order_by(Certificate.id.desc()))
    return [_line(*row) for row in rows]


def _seen(course_id: int, seen: Seen, staff: Collection[int] | None = None) -> Select[*tuple[Any, ...]]:
    of_staff = true() if staff is None else Certificate.staff_id.in_(sorted(staff))
    may_be_seen = or_(and_(Certificate.retailer_id.is_(None), of_staff), and_(*seen)) if seen else true()
    return select(*_COLUMNS).outerjoin(Retailer).where(Certificate.course_id == course_id, may_be_seen)


_COLUMNS = (Certificate, Retailer.licence)
_NEWEST: Order[CertificateLine] = Order((Certificate.id,), lambda line: (line.id,), is_down=True)


def _line(row: Certificate, licence: str | None) -> CertificateLine:
    return CertificateLine(
        id=row.id,
        course_id=row.course_id,
        number=certificate_numbers.printed(row.number),
        printed=printed.from_json(row.printed),
        licence=licence or "",
        media_key=row.media_key,
        revoked_at=row.revoked_at,
        reason=row.reason or "",
    )
