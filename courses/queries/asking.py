"""Classroom that one can ask: what answers a question, for whoever asks; the answers of staff among it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from courses.models.asking import ANSWER, StaffAnswer
from courses.texts import asking as texts
from finding import topics
from finding.topics import FindableTopic, FoundText, Seeker
from foundation.errors import Refused
from people import identity
from people.identity import Shop

#: Texts that answer one question: the best, and two more on request.
MOST = 3


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody who asks, and their shop."""

    seeker: Seeker
    shop: Shop | None


def asking(session: Session, openid: str) -> Asking:
    """Who an openid is to the classroom."""
    shop = identity.shop_of(session, openid)
    if shop is not None:
        return Asking(Seeker(retailer_id=shop.id), shop)
    manager = identity.manager_of(session, openid)
    return Asking(Seeker(manager_id=manager.id if manager else None), None)


def answers(
    session: Session,
    declared: Sequence[object],
    words: str,
    who: Seeker,
    *,
    now: datetime,
    zone: ZoneInfo,
    limit: int = MOST,
) -> list[FoundText]:
    """What answers a question, the best first; nothing where all covers too little of it."""
    return topics.find(session, declared, words, who, now=now, zone=zone, limit=limit)


def staff_answer(session: Session, answer_id: int, who: Seeker) -> StaffAnswer:
    """An answer that staff wrote. Raises `Refused` where it is withdrawn, or not for this reader."""
    found = session.get(StaffAnswer, answer_id)
    if found is None or found.withdrawn_at is not None:
        raise Refused(texts.NO_SUCH)
    if not found.is_open and not who.is_bound:
        raise Refused(texts.ONLY_FOR_SHOPS)
    return found


def _readable(session: Session, who: Seeker, now: datetime) -> Select[int]:
    found = select(StaffAnswer.id).where(StaffAnswer.withdrawn_at.is_(None))
    return found if who.is_bound else found.where(StaffAnswer.is_open)


def _places(session: Session, references: Sequence[int]) -> Mapping[int, str]:
    return dict.fromkeys(references, "课堂答复")


ANSWERS = FindableTopic(ANSWER, readable=_readable, places=_places)
