"""Certificates: given once for a finished course, sent as a picture, revoked with a reason."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, delete, func, select, text, update
from sqlalchemy.orm import Session

from courses.models.certificates import Certificate, CertificateTry
from courses.models.courses import Course
from courses.models.learning import Enrolment, Reading
from courses.rules import certificate_numbers, printed
from courses.rules.printed import CertificateText
from courses.texts import certificates as texts
from foundation.clock import day_in
from foundation.database import SYNCHRONISED, changed, count_up, upsert
from foundation.errors import Refused
from people.models import Manager, Retailer
from wechat_bot import media, uploads
from wechat_bot.erasure import Forgetting
from wechat_bot.media import Picture
from wechat_bot.models import Delivery
from wechat_bot.outbox import queueing
from wechat_bot.reply import text_message

#: Enrolments that get theirs in one transaction, and pictures drawn in one run of the clock.
BATCH, DRAWN_AT_ONCE = 200, 20
#: Tries of one address in an hour.
TRIES = 20
LONGEST_REASON = 100


@dataclass(frozen=True, slots=True)
class Undrawn:
    """Certificate whose picture is not drawn yet."""

    id: int
    number: str
    printed: CertificateText


def issue_some(session: Session, *, account: str, now: datetime, zone: ZoneInfo) -> int:
    """Give the next finished enrolments their certificates, each once; gives how many were due."""
    due = session.scalars(
        select(Enrolment.id)
        # Written as in the partial index.
        .where(text("course_enrolment.is_certificate_due"))
        .order_by(Enrolment.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    if not due:
        return 0
    rows = []
    for row in session.execute(_whose(due)):
        keeper = row.keeper if row.staff_id is None else row.name
        of = CertificateText(
            course=row.title,
            shop=row.shop or "",
            keeper=keeper or "",
            day=day_in(row.finished_at, zone),
            lessons=row.lessons,
            score=round(100 * row.right / row.asked) if row.asked else None,
            account=account,
        )
        own = {each: getattr(row, each) for each in ("enrolment_id", "course_id", "retailer_id", "staff_id")}
        rows.append({**own, "number": certificate_numbers.draw(), "printed": printed.to_json(of), "made_at": now})
    # A number that was drawn before (one in billions) leaves its enrolment due: it gets another at the next run.
    session.execute(upsert(session, Certificate).on_conflict_do_nothing(), rows)
    have = select(Certificate.enrolment_id).where(Certificate.enrolment_id.in_(due))
    session.execute(
        update(Enrolment)
        .where(Enrolment.id.in_(have))
        .values(is_certificate_due=False, is_filed=False)
        .execution_options(**SYNCHRONISED)
    )
    return len(due)


def undrawn(session: Session) -> list[Undrawn]:
    """Return the next certificates that have no picture yet."""
    waits = (Certificate.media_key.is_(None), Certificate.revoked_at.is_(None))
    rows = session.scalars(select(Certificate).where(*waits).order_by(Certificate.id).limit(DRAWN_AT_ONCE))
    return [Undrawn(row.id, row.number, printed.from_json(row.printed)) for row in rows]


def drawn(session: Session, certificate_id: int, picture: Picture, *, now: datetime) -> None:
    """Keep the picture of a certificate and send it, once: of two workers that drew it, the second changes nothing."""
    first = update(Certificate).where(
        Certificate.id == certificate_id, Certificate.media_key.is_(None), Certificate.revoked_at.is_(None)
    )
    if not changed(session, first.values(media_key=secrets.token_urlsafe(16)).execution_options(**SYNCHRONISED)):
        return
    kept = media.add(session, picture, openid="", mark="", now=now)
    session.execute(update(Certificate).where(Certificate.id == certificate_id).values(media_key=kept))
    send(session, certificate_id, now=now)


def send(session: Session, certificate_id: int, *, now: datetime, again: str = "") -> bool:
    """Send a certificate as a picture to whoever it is for; gives whether they can be reached in WeChat. `again` makes
    the key of another sending, which its owner asked for."""
    row = session.execute(
        select(Certificate.media_key, Certificate.printed, Certificate.course_id, Retailer.openid, Manager.openid)
        .outerjoin(Retailer, Retailer.id == Certificate.retailer_id)
        .outerjoin(Manager, Manager.id == Certificate.staff_id)
        .where(Certificate.id == certificate_id)
    ).one()
    openid, key = row[3] or row[4], f"certificate:{certificate_id}:{again}"
    if openid is None or row.media_key is None:
        return False
    about = f"course:{row.course_id}"
    said = text_message(texts.sent(printed.from_json(row.printed).course))
    for what, message in (("words", said), ("picture", uploads.picture(row.media_key))):
        queueing.queue(session, openid, message, now=now, about=about, key=f"{key}{what}", heeds_quiet=True)
    return True


def revoke(session: Session, certificate_id: int, *, reason: str, who: str, now: datetime) -> Certificate:
    """Revoke a certificate, with the reason that whoever checks it is shown. Raises Refused where there is none, it is
    revoked already, or no reason is given."""
    said = " ".join(reason.split())
    if not said:
        raise Refused("请写上为什么作废：查验的人会看到。")
    if len(said) > LONGEST_REASON:
        raise Refused(f"原因最多 {LONGEST_REASON} 个字。")
    row = session.scalar(select(Certificate).where(Certificate.id == certificate_id).with_for_update())
    if row is None:
        raise Refused("没有这张证书。")
    if row.revoked_at is not None:
        raise Refused("这张证书已经作废了。")
    row.revoked_at, row.revoked_by, row.reason = now, who[:40], said
    session.execute(update(Enrolment).where(Enrolment.id == row.enrolment_id).values(is_filed=False))
    queueing.withdraw(session, Delivery.key.startswith(f"certificate:{certificate_id}:"), now=now)
    session.flush()
    return row


def count_try(session: Session, address: str, *, now: datetime) -> bool:
    """Count a look for a number from an address, kept as a hash; gives whether it is still one of the allowed ones."""
    key = {"address": hashlib.sha256(address.encode()).hexdigest(), "hour": int(now.timestamp()) // 3600}
    return count_up(session, CertificateTry.count, key) <= TRIES


def forget_tries(session: Session, *, now: datetime) -> None:
    """Delete the counts of hours that are over."""
    session.execute(delete(CertificateTry).where(CertificateTry.hour < int(now.timestamp()) // 3600))


def forget(session: Session, enrolments: Select[int], whom: Forgetting) -> None:
    """Erase the names of who is erased from the certificates of these enrolments, and their pictures."""
    given = select(Certificate).where(Certificate.enrolment_id.in_(enrolments)).with_for_update()
    for certificate in session.scalars(given):
        of = printed.from_json(certificate.printed)
        shop = "" if certificate.retailer_id == whom.shop_id else of.shop
        certificate.printed = printed.to_json(replace(of, keeper="", shop=shop))
        if certificate.media_key is not None:
            media.discard(session, [certificate.media_key], now=whom.now)


def _whose(due: Sequence[int]) -> Select[*tuple[Any, ...]]:
    """Build the select of what is printed for these enrolments: an end question counts whole where the first answer was
    right, half where the second was, and so on; it must be right to finish."""
    answered = (
        select(
            Reading.enrolment_id,
            func.count().label("asked"),
            func.sum(1.0 / Reading.tries).label("right"),
        )
        .where(Reading.enrolment_id.in_(due), Reading.tries > 0)
        .group_by(Reading.enrolment_id)
        .subquery()
    )
    return (
        select(
            Enrolment.id.label("enrolment_id"),
            Enrolment.course_id,
            Enrolment.retailer_id,
            Enrolment.staff_id,
            Enrolment.finished_at,
            Enrolment.lessons,
            Course.title,
            Retailer.shop,
            Retailer.keeper,
            Manager.name,
            answered.c.asked,
            answered.c.right,
        )
        .join(Course, Course.id == Enrolment.course_id)
        .outerjoin(Retailer, Retailer.id == Enrolment.retailer_id)
        .outerjoin(Manager, Manager.id == Enrolment.staff_id)
        .outerjoin(answered, answered.c.enrolment_id == Enrolment.id)
        .where(Enrolment.id.in_(due))
    )
