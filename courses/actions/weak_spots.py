"""Weak spots in their boxes: wrong answers of all sources are put in, and each answer to a question asked again moves
its spot."""

from dataclasses import asdict
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from courses.models.weak_spots import HOUR, DailyQuestion, WeakReview, WeakSpot
from courses.queries import weak_spots
from courses.queries.weak_spots import ShopBoxes, value_of
from courses.rules import boxes
from courses.rules.boxes import Spot
from foundation.clock import day_in
from foundation.database import upsert
from questions.weak_spots import NewlyWrong, WeakSpotSource

#: Wrong answers that are put in at a time.
BATCH = 200


def collect(session: Session, source: WeakSpotSource, *, now: datetime, zone: ZoneInfo) -> int:
    """Put the next newly wrong answers of a source into their shops' boxes; gives how many there were."""
    wrong = source.take(session, BATCH, now)
    if not wrong:
        return 0
    shops = sorted({each.retailer_id for each in wrong})
    rows = [{"retailer_id": each, "hour": HOUR, "waits": False} for each in shops]
    session.execute(upsert(session, DailyQuestion).on_conflict_do_nothing(), rows)
    held = weak_spots.hold(session, shops)
    for each in sorted(wrong, key=lambda each: each.at):
        _put_in(session, held[each.retailer_id], source.topic, each, day_in(each.at, zone))
    for shop in held.values():
        settle(shop, now=now, zone=zone)
    return len(wrong)


def answered(
    session: Session, shop: ShopBoxes, spot: WeakSpot, is_right: bool, *, now: datetime, zone: ZoneInfo
) -> date | None:
    """Note the answer to the question that was asked, and move its spot; gives the day on which it is asked again, None
    where it is learnt."""
    today, daily = day_in(now, zone), shop.daily
    session.add(
        WeakReview(
            retailer_id=spot.retailer_id,
            topic=spot.topic,
            reference=spot.reference,
            box=spot.box,
            asked_at=daily.asked_at or now,
            answered_at=now,
            is_right=is_right,
        )
    )
    before = value_of(spot)
    after = boxes.right(before, on=today) if is_right else boxes.wrong(before, at=now, on=today)
    if after is None:
        leave(session, shop, spot)
    else:
        _put(spot, after)
    _done(shop, now=now, zone=zone)
    return None if after is None else after.due_on


def put_off(shop: ShopBoxes, spot: WeakSpot, *, now: datetime, zone: ZoneInfo) -> None:
    """Note that the question was skipped: it counts neither way, and comes again the next day."""
    _put(spot, boxes.skipped(value_of(spot), on=day_in(now, zone)))
    _done(shop, now=now, zone=zone)


def leave(session: Session, shop: ShopBoxes, spot: WeakSpot) -> None:
    """Take a spot out of its boxes: it is learnt, or its question counts no longer."""
    shop.spots.remove(spot)
    session.delete(spot)


def settle(shop: ShopBoxes, *, now: datetime, zone: ZoneInfo) -> None:
    """Let as many spots of a shop be open as may be, and work out when it is asked next."""
    for row, spot in zip(shop.spots, boxes.settled(map(value_of, shop.spots), on=day_in(now, zone)), strict=True):
        _put(row, spot)
    daily = shop.daily
    is_asking = daily.stopped_at is None and daily.spot_id is None and not daily.waits
    daily.next_at = (
        boxes.next_at(list(map(value_of, shop.spots)), hour=daily.hour, last_on=daily.last_on, now=now, zone=zone)
        if is_asking
        else None
    )


def right(shop: ShopBoxes, *, now: datetime, zone: ZoneInfo) -> None:
    """Take from a shop's boxes what a clock wrote that was ahead."""
    daily, today = shop.daily, day_in(now, zone)
    for row in shop.spots:
        _put(row, boxes.righted(value_of(row), now=now, on=today))
    daily.last_on = None if daily.last_on is not None and daily.last_on > today else daily.last_on
    daily.asked_at = min(daily.asked_at, now) if daily.asked_at is not None else None
    settle(shop, now=now, zone=zone)


def _done(shop: ShopBoxes, *, now: datetime, zone: ZoneInfo) -> None:
    shop.daily.spot_id, shop.daily.asked_at, shop.daily.waits = None, None, False
    shop.daily.last_on = day_in(now, zone)
    settle(shop, now=now, zone=zone)


def _put_in(session: Session, shop: ShopBoxes, topic: str, wrong: NewlyWrong, on: date) -> None:
    known = next((row for row in shop.spots if (row.topic, row.reference) == (topic, wrong.reference)), None)
    if known is not None:
        _put(known, boxes.wrong(value_of(known), at=wrong.at, on=on))
        return
    row = WeakSpot(retailer_id=wrong.retailer_id, **asdict(boxes.fresh(topic, wrong.reference, at=wrong.at, on=on)))
    session.add(row)
    shop.spots.append(row)


def _put(row: WeakSpot, spot: Spot) -> None:
    row.box, row.due_on, row.is_queued = spot.box, spot.due_on, spot.is_queued
    row.times, row.in_row, row.wrong_at = spot.times, spot.in_row, spot.wrong_at
