"""Several worker processes on one morning, one of them killed in the middle of a sweep: all that is due is done once.

A manager was disabled over night with 165 open requests; steps of escalation are due, requests that were put off come
back, quiet ones are closed, and a message to many shops waits to be sent.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from redis import Redis
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from campaigns.models import Recipient
from config.demo import templates
from foundation.database import Database
from people.models import Manager
from tests import processes
from tests.processes import Town, until
from tests.visits import district
from visits.actions import answering, closing, groups, intake
from visits.actions.shop_message import ShopMessage
from visits.models.answers import Way
from visits.models.deadlines import Deadline, Escalation
from visits.models.owners import Assignment
from visits.models.requests import Closed, Request
from visits.queries import visibility
from visits.queries.visibility import Colleague
from wechat_bot.models import Delivery, DeliveryState, Follower

ZONE, NOW = ZoneInfo("Asia/Shanghai"), datetime(2026, 9, 12, 2, tzinfo=UTC)
HELD, PUT_OFF, QUIET, WRITTEN_TO, WORKERS = 165, 2, 3, 20, 3


@dataclass
class Morning:
    """The platform with its phones, and the database as the night left it."""

    town: Town
    database: Database
    openids: dict[str, str]


@pytest.fixture
def morning(stores: dict[str, Any], tmp_path: Any) -> Iterator[Morning]:
    more = {"QUIET_HOURS": "off", "WECHAT_TEMPLATES": templates.setting(), **processes.haste(NOW, 15)}
    database = Database(stores["database_url"])
    with processes.town(tmp_path, stores["database_url"], stores["redis_url"], has_web=False, **more) as town:
        for name, (title, content, _) in templates.CHOSEN.items():
            town.control("templates", template_id=f"demo-{name}", title=title, content=content)
        # These have just written, as far as the platform knows: it takes messages to them.
        openids = {name: wrote(town, name, 1)[0] for name in district.AREAS.values()}
        shops = wrote(town, "店主", HELD + PUT_OFF + QUIET + WRITTEN_TO)
        with database.transaction() as session:
            lay_out(session, openids, shops)
        yield Morning(town, database, openids)
    database.dispose()


def wrote(town: Town, name: str, count: int) -> list[str]:
    made = town.control("callbacks/build", count=count, prefix=name, text="您好")["callbacks"]
    return [each["openid"] for each in made]


def lay_out(session: Session, openids: dict[str, str], shops: list[str]) -> None:
    until_then = {"message_left": 5, "message_until": NOW + timedelta(hours=40), "followed_at": NOW - timedelta(days=9)}
    session.add_all(Follower(openid=each, **until_then) for each in (*openids.values(), *shops))
    district.settle(session, openids, NOW)
    held, others = shops[:HELD], shops[HELD:]
    district.open_shops(session, "城区一片", held, NOW)
    district.open_shops(session, "江山片", others, NOW)
    session.flush()
    # Half of the 24 hours is over.
    for openid in held:
        ask(session, openid, NOW - timedelta(hours=13))
    for openid in others[:PUT_OFF]:
        before = NOW - timedelta(hours=3)
        request_id = ask(session, openid, before)
        closing.snooze(session, request_id, lin(session, openids, before), NOW - timedelta(minutes=1))
    for openid in others[PUT_OFF : PUT_OFF + QUIET]:
        request_id = ask(session, openid, NOW - timedelta(days=5))
        before = NOW - timedelta(days=4)
        answering.answer(session, request_id, lin(session, openids, before), "明早送到", told=Way.MESSAGE)
    # What the night brought was seen to by hand: it is the morning's messages that are counted.
    session.execute(update(Delivery).values(state=DeliveryState.CANCELLED))
    who, minute = lin(session, openids, NOW), timedelta(minutes=1)
    groups.send(session, who, None, "明天上门,在店吗", criteria={}, now=NOW - minute)
    session.execute(update(Manager).where(Manager.name == "陈志强").values(disabled_at=NOW))


def ask(session: Session, openid: str, now: datetime) -> int:
    return intake.receive(session, openid, ShopMessage("text", "断货了"), now=now, zone=ZONE).request_id


def lin(session: Session, openids: dict[str, str], now: datetime) -> Colleague:
    found = visibility.of_manager(session, openids["林小燕"], now=now, zone=ZONE)
    assert found is not None
    return found


def test_several_workers_one_killed_in_its_sweep_do_what_is_due_once(morning: Morning, tmp_path: Any) -> None:
    town, database = morning.town, morning.database
    reached = tmp_path / "reached"
    half = town.worker(STALL=f"INSERT INTO visit_assignment|{reached}")
    until(reached.exists)
    processes.kill(half.pid)
    half.wait()
    let_go_of_the_token(town)
    assert owners(database)["陈志强"] == HELD  # the owners were changed already, and nobody was told: all taken back
    for _ in range(WORKERS):
        town.worker()
    until(lambda: is_done(database), 60)

    assert owners(database) == {"周主任": HELD, "林小燕": PUT_OFF + QUIET}
    with database.reading() as session:
        chen = session.scalars(select(Manager.id).where(Manager.name == "陈志强")).one()
        moved = session.execute(
            select(Assignment.request_id, Assignment.delivery_id).where(Assignment.from_id == chen)
        ).all()
        taken = Counter(session.execute(select(Escalation.deadline_id, Escalation.step)).all())
        half_time = session.scalar(select(func.count()).select_from(Escalation).where(Escalation.step == "half"))
        closed = Counter(session.execute(select(Request.closed_how, Request.closings)).all())
        keys = session.scalars(select(Delivery.key).where(Delivery.key.like("%:awake:%"))).all()
        sent = session.scalars(select(Recipient.delivery_id)).all()
    assert len({request_id for request_id, _ in moved}) == len(moved) == HELD
    assert len({delivery_id for _, delivery_id in moved}) == 1
    zhou = [each["text"] for each in town.chat(morning.openids["周主任"])]
    # Where another notice to him still waited, one line with the number stands for both.
    forms = (f"转来 {HELD} 条留言", f"{HELD} 条留言等您答复")
    assert sum(any(form in text for form in forms) for text in zhou) == 1
    assert half_time == HELD and set(taken.values()) == {1}
    assert closed == {(Closed.QUIET, 1): QUIET, (None, 0): HELD + PUT_OFF}
    assert len(keys) == PUT_OFF
    assert len(sent) == PUT_OFF + QUIET + WRITTEN_TO
    # What each sender of the killed one had in hand is unsure, and said to be; everything else arrived.
    assert district.check_against_the_phones(town, database)[DeliveryState.UNSURE] <= processes.SENDERS


def let_go_of_the_token(town: Town) -> None:
    """A process killed while it fetched the token holds its lock for half a minute of the real clock: as long as seven
    leases in haste."""
    if url := town.env["REDIS_URL"]:
        with Redis.from_url(url) as redis:
            for lock in redis.scan_iter("*:lock:token"):
                redis.delete(lock)


def owners(database: Database) -> Counter[str]:
    with database.reading() as session:
        rows = session.scalars(select(Manager.name).join(Request, Request.owner_id == Manager.id))
        return Counter(rows)


def is_done(database: Database) -> bool:
    with database.reading() as session:
        open_steps = session.scalar(
            select(func.count()).select_from(Deadline).where(Deadline.step_at <= NOW, Deadline.ended_at.is_(None))
        )
        resting = session.scalar(
            select(func.count())
            .select_from(Request)
            .where(
                Request.snoozed_until.is_not(None)
                | ((Request.shop_wrote_at < NOW - timedelta(days=4)) & Request.closed_at.is_(None))
            )
        )
    return not (open_steps or resting or owners(database)["陈志强"] or waiting(database))


def waiting(database: Database) -> int:
    """How many are still to be sent. To be asked last: what is done commits its messages with it."""
    is_waiting = Delivery.state.in_((DeliveryState.PENDING, DeliveryState.SENDING))
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Delivery).where(is_waiting)) or 0
