"""Weak spots of shops, with their daily question: held while they are changed; and the questions, read from their
sources."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.models.courses import LESSON
from courses.models.weak_spots import DailyQuestion, WeakSpot
from courses.rules import boxes
from courses.rules.boxes import Spot
from foundation.dialects import among
from people.models import Retailer
from questions.weak_spots import AskedAgain, Retake, ShopQuestion, WeakSpotSource, sources


@dataclass(frozen=True, slots=True)
class ShopBoxes:
    """Boxes of a shop: its daily question, locked, and all its weak spots."""

    daily: DailyQuestion
    spots: list[WeakSpot]

    @property
    def asked(self) -> WeakSpot | None:
        """The weak spot that was asked and not answered yet."""
        return next((spot for spot in self.spots if spot.id == self.daily.spot_id), None)

    def due(self, *, on: date) -> list[WeakSpot]:
        """The weak spots that are due on a day, in the order they are asked."""
        rows = {(row.topic, row.reference): row for row in self.spots}
        return [rows[spot.topic, spot.reference] for spot in boxes.due(map(value_of, self.spots), on=on)]


def value_of(row: WeakSpot) -> Spot:
    """Return a weak spot as the rules take it."""
    return Spot(row.topic, row.reference, row.box, row.due_on, row.is_queued, row.times, row.in_row, row.wrong_at)


def hold(session: Session, retailer_ids: Iterable[int]) -> dict[int, ShopBoxes]:
    """Lock the daily questions of shops, in the order of their ids, and return their boxes. Two statements."""
    theirs = select(DailyQuestion).where(among(session, DailyQuestion.retailer_id, sorted(retailer_ids)))
    return _with_spots(session, session.scalars(theirs.order_by(DailyQuestion.retailer_id).with_for_update()).all())


def hold_of(session: Session, openid: str) -> ShopBoxes | None:
    """Lock the daily question of the shop behind an openid, and return its boxes; None where it has none."""
    daily = session.scalar(
        select(DailyQuestion)
        .join(Retailer, Retailer.id == DailyQuestion.retailer_id)
        .where(Retailer.openid == openid)
        .with_for_update(of=DailyQuestion)
    )
    return None if daily is None else _with_spots(session, [daily])[daily.retailer_id]


def of_held(session: Session, held: Sequence[DailyQuestion]) -> dict[int, ShopBoxes]:
    """Return the boxes of shops whose daily questions are locked. One statement."""
    return _with_spots(session, held)


def is_waiting(session: Session, openid: str) -> bool:
    """Whether a question waits for the shop behind an openid: due and not sent, or sent and not answered."""
    row = session.execute(
        select(DailyQuestion.waits, DailyQuestion.spot_id)
        .join(Retailer, Retailer.id == DailyQuestion.retailer_id)
        .where(Retailer.openid == openid, DailyQuestion.stopped_at.is_(None))
    ).first()
    return row is not None and (row.waits or row.spot_id is not None)


def questions(
    session: Session, known: Mapping[str, WeakSpotSource], spots: Iterable[WeakSpot], *, now: datetime
) -> dict[int, AskedAgain]:
    """Return the questions of weak spots by the spots' ids, each read from its source; what counts no longer is left
    out. Some statements for each source, however many spots there are."""
    by_topic: dict[str, dict[ShopQuestion, int]] = {}
    for spot in spots:
        by_topic.setdefault(spot.topic, {})[spot.retailer_id, spot.reference] = spot.id
    return {
        ids[which]: asked
        for topic, ids in by_topic.items()
        if topic in known
        for which, asked in known[topic].items(session, list(ids), now).items()
        if which in ids
    }


def retake(
    session: Session, declared: Iterable[object], openid: str, lesson_id: int, *, now: datetime
) -> Retake | None:
    """Return what sent this follower to a lesson and can be taken again; None where nothing did."""
    link = f"{LESSON}:{lesson_id}"
    found = (source.retake(session, openid, link, now) for source in sources(declared).values())
    return next(filter(None, found), None)


def _with_spots(session: Session, held: Sequence[DailyQuestion]) -> dict[int, ShopBoxes]:
    found = {daily.retailer_id: ShopBoxes(daily, []) for daily in held}
    rows = session.scalars(select(WeakSpot).where(among(session, WeakSpot.retailer_id, list(found))))
    for row in rows:
        found[row.retailer_id].spots.append(row)
    return found
