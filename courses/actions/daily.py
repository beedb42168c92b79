"""Daily question (每天一题): one weak spot is asked at the shop's hour, in the chat, while its reply window is open;
the next is asked only once the last one was answered."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from courses.actions import weak_spots as spots
from courses.models.weak_spots import ABOUT, TOPIC, DailyQuestion, WeakSpot
from courses.queries import weak_spots
from courses.queries.weak_spots import ShopBoxes
from courses.texts import daily as texts
from foundation.clock import day_in
from foundation.dialects import table_of
from people.models import Retailer
from questions.weak_spots import AskedAgain, WeakSpotSource
from wechat_bot.models import Follower, Talk
from wechat_bot.outbox import queueing
from wechat_bot.reply import text_message

Sources = Mapping[str, WeakSpotSource]

#: Shops that are asked in one transaction.
BATCH = 100
#: Sends of the reply window that are left to messages that matter more.
SPARES = 2
#: Whoever has just written is in the middle of something else: so long nothing is asked.
PAUSE = timedelta(minutes=30)
#: How long after their last contact shops are looked at for whom a question waits.
CONTACT = timedelta(days=1)
#: What was looked at is looked at again for so long: a row may have been locked, or saved late.
AGAIN = timedelta(minutes=10)

_daily = table_of(DailyQuestion)


def ask_some(session: Session, sources: Sources, *, now: datetime, zone: ZoneInfo) -> int:
    """Ask the next shops whose hour has come; gives how many were looked at. Where nothing can be sent the question
    waits for the shop's next contact."""
    due = session.execute(_DUE.where(DailyQuestion.next_at <= now)).all()
    if not due:
        return 0
    openids: dict[int, str] = {}
    for daily, openid, heard_at, until, left in due:
        if heard_at is not None and heard_at > now - PAUSE:
            daily.next_at = heard_at + PAUSE
        elif openid is None or until is None or until <= now or left <= SPARES:
            daily.waits, daily.next_at = True, None
        else:
            openids[daily.retailer_id] = openid
    shops = weak_spots.of_held(session, [row[0] for row in due if row[0].retailer_id in openids])
    today = day_in(now, zone)
    all_due = [spot for shop in shops.values() for spot in shop.due(on=today)]
    asked = weak_spots.questions(session, sources, all_due, now=now)
    _pause_talks(session, list(openids.values()), now)
    for retailer_id, shop in shops.items():
        spot = _next(session, shop, asked, now, zone)
        if spot is not None:
            _asks(shop, spot, now, zone)
            _say(session, openids[retailer_id], spot, asked[spot.id], now)
    return len(due)


def wake_some(session: Session, *, since: datetime | None, now: datetime) -> int:
    """Let shops be asked for whom a question waits, and who have written since; gives how many there were. `since` is
    when shops were last looked at; one that is still to come, by a clock that was wrong, is none."""
    before = since - PAUSE - AGAIN if since is not None and since <= now else now - CONTACT
    wrote = (
        select(DailyQuestion.retailer_id)
        .join(Retailer, Retailer.id == DailyQuestion.retailer_id)
        .join(Follower, Follower.openid == Retailer.openid)
        .where(
            DailyQuestion.waits,
            Follower.heard_at > max(before, now - CONTACT),
            Follower.heard_at <= now - PAUSE,
            Follower.unfollowed_at.is_(None),
            Follower.message_until > now,
            Follower.message_left > SPARES,
        )
        .limit(BATCH)
        .with_for_update(of=DailyQuestion, skip_locked=True)
    )
    shops = session.scalars(wrote).all()
    if shops:
        session.execute(update(_daily).where(_daily.c.retailer_id.in_(shops)).values(waits=False, next_at=now))
    return len(shops)


def ask_now(
    session: Session, sources: Sources, shop: ShopBoxes, *, now: datetime, zone: ZoneInfo
) -> tuple[WeakSpot, AskedAgain] | None:
    """Return the question that a shop is asked when it says so itself: the one that waits for an answer, else the next,
    if it had none today."""
    daily, today = shop.daily, day_in(now, zone)
    spot, asked = current(session, sources, shop, now=now, zone=zone) or (None, None)
    if spot is not None and asked is not None:
        return spot, asked
    daily.waits = False
    if daily.last_on is not None and daily.last_on >= today:
        spots.settle(shop, now=now, zone=zone)
        return None
    found = weak_spots.questions(session, sources, shop.due(on=today), now=now)
    spot = _next(session, shop, found, now, zone)
    if spot is None:
        return None
    _asks(shop, spot, now, zone)
    return spot, found[spot.id]


def current(
    session: Session, sources: Sources, shop: ShopBoxes, *, now: datetime, zone: ZoneInfo
) -> tuple[WeakSpot, AskedAgain] | None:
    """Return the question that waits for an answer; None where there is none. One that counts no longer leaves."""
    spot = shop.asked
    if spot is None:
        shop.daily.spot_id = None
        return None
    found = weak_spots.questions(session, sources, [spot], now=now)
    if spot.id in found:
        return spot, found[spot.id]
    spots.leave(session, shop, spot)
    shop.daily.spot_id = shop.daily.asked_at = None
    spots.settle(shop, now=now, zone=zone)
    return None


def stop(shop: ShopBoxes, *, now: datetime) -> None:
    """Ask a shop no more, until it says 每天一题 again. What it answered stays in its boxes."""
    shop.daily.stopped_at, shop.daily.next_at, shop.daily.waits = now, None, False


def start(shop: ShopBoxes, *, now: datetime, zone: ZoneInfo) -> None:
    """Ask a shop again that had stopped."""
    if shop.daily.stopped_at is not None:
        shop.daily.stopped_at = None
        spots.settle(shop, now=now, zone=zone)


def set_hour(shop: ShopBoxes, hour: int, *, now: datetime, zone: ZoneInfo) -> None:
    """Ask a shop at another hour; one that had stopped is asked again."""
    shop.daily.hour, shop.daily.stopped_at = hour, None
    spots.settle(shop, now=now, zone=zone)


def _next(
    session: Session, shop: ShopBoxes, asked: Mapping[int, AskedAgain], now: datetime, zone: ZoneInfo
) -> WeakSpot | None:
    """Return the spot that is asked now; those whose question counts no longer leave. None where nothing is left for
    today: the shop is asked when the next is due."""
    for spot in shop.due(on=day_in(now, zone)):
        if spot.id in asked:
            return spot
        spots.leave(session, shop, spot)
    spots.settle(shop, now=now, zone=zone)
    return None


def _asks(shop: ShopBoxes, spot: WeakSpot, now: datetime, zone: ZoneInfo) -> None:
    daily = shop.daily
    daily.spot_id, daily.asked_at, daily.last_on = spot.id, now, day_in(now, zone)
    daily.next_at, daily.waits = None, False


def _say(session: Session, openid: str, spot: WeakSpot, asked: AskedAgain, now: datetime) -> None:
    queueing.queue(
        session,
        openid,
        text_message(texts.sent(asked.item, asked.page)),
        about=ABOUT,
        key=f"{TOPIC}:{spot.retailer_id}:{now:%Y%m%d%H%M}",
        heeds_quiet=True,
        spares=SPARES,
        now=now,
    )


def _pause_talks(session: Session, openids: Sequence[str], now: datetime) -> None:
    """Pause the talks of shops that are asked, so that none takes the answer. Those that are held by a message that is
    heard at this moment are left to it."""
    running = select(Talk.id).where(Talk.openid.in_(openids), Talk.paused_at.is_(None))
    found = session.scalars(running.with_for_update(skip_locked=True)).all() if openids else ()
    if found:
        session.execute(update(Talk).where(Talk.id.in_(found)).values(paused_at=now))


_DUE: Any = (
    select(DailyQuestion, Retailer.openid, Follower.heard_at, Follower.message_until, Follower.message_left)
    .join(Retailer, Retailer.id == DailyQuestion.retailer_id)
    .outerjoin(Follower, Follower.openid == Retailer.openid)
    .where(DailyQuestion.next_at.is_not(None))
    .order_by(DailyQuestion.next_at)
    .limit(BATCH)
    .with_for_update(of=DailyQuestion, skip_locked=True)
)
