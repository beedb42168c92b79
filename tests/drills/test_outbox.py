"""Workers are killed with -9 while they send. Nothing is lost, nothing arrives twice, what is unsure is visible.

Real processes, a real platform over HTTP. The workers' clock runs fifteen times as fast, so leases lapse in seconds.
"""

import random
import signal
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, literal, select

from foundation.database import Database
from tests import processes
from tests.processes import Town
from wechat_bot import reply
from wechat_bot.models import Delivery, DeliveryState, Follower
from wechat_bot.outbox import queueing

PEOPLE = 160
KILLS = 6
PATIENCE = 300.0
SPEED = 15
BEGAN = datetime(2026, 9, 12, 2, tzinfo=UTC)


def test_workers_killed_in_the_middle_lose_nothing_and_double_nothing(stores, tmp_path) -> None:
    more = {"QUIET_HOURS": "off", **processes.haste(BEGAN, SPEED)}
    database = Database(stores["database_url"])
    with processes.town(tmp_path, stores["database_url"], stores["redis_url"], has_web=False, **more) as town:
        kill_in_between(town, database)
    database.dispose()


def kill_in_between(town: Town, database: Database) -> None:
    # Messages make the platform open its windows; nobody answers the callbacks, which does not matter here.
    people = [c["openid"] for c in town.control("callbacks/build", count=PEOPLE, text="您好")["callbacks"]]
    template = town.control("templates", title="新回复", content="店铺:{{thing1.DATA}}")["template_id"]
    town.control("faults", target="/cgi-bin/message/custom/send", kind="slow", value=0.03, times=None)
    with database.transaction() as session:
        for number, openid in enumerate(people):  # every other one has no window open, and gets the template
            session.add(
                Follower(
                    openid=openid,
                    followed_at=BEGAN,
                    message_left=5 * (number % 2),
                    event_left=0,
                    has_held=False,
                    message_until=BEGAN + timedelta(hours=48),
                )
            )
        session.flush()
        content = {"template_id": template, "url": "", "data": {"thing1": {"value": "城南便利店"}}}
        awaited = people[: PEOPLE // 2]
        for number, openid in enumerate(awaited):
            queueing.queue(session, openid, reply.text_message(f"第{number}条"), now=BEGAN, template=content)
        others = select(Follower.openid, literal("all:") + Follower.openid).where(Follower.openid.not_in(awaited))
        queueing.queue_all(session, others, reply.text_message("停电通知"), now=BEGAN, template=content)

    def counts() -> Counter:
        with database.reading() as session:
            return Counter(dict(session.execute(select(Delivery.state, func.count()).group_by(Delivery.state)).all()))

    dice, waiting = random.Random(5), threading.Event()
    workers = [town.worker(), town.worker()]
    killed = 0
    deadline = datetime.now(UTC) + timedelta(seconds=PATIENCE)
    while True:
        assert datetime.now(UTC) < deadline, counts()
        waiting.wait(0.15)
        now = counts()
        if now[DeliveryState.SENT] > 0 and killed < KILLS:
            victim = dice.randrange(len(workers))
            workers[victim].send_signal(signal.SIGKILL)
            workers[victim].wait()
            workers[victim] = town.worker()
            killed += 1
            waiting.wait(dice.random())
        if killed == KILLS and not any(now[state] for state in ("pending", "sending", "held")):
            break
    for worker in workers:
        worker.terminate()
        assert worker.wait(120) == 0  # graceful

    arrived = Counter()
    for openid in people:
        arrived.update(
            (openid, e["channel"], e["text"]) for e in town.chat(openid) if e["channel"] in ("customer", "template")
        )
    assert max(arrived.values()) == 1  # nothing twice
    with database.reading() as session:
        rows = session.scalars(select(Delivery)).all()
    assert len(rows) == PEOPLE
    states = Counter((row.channel, row.state) for row in rows)
    assert {row.state for row in rows} <= {"sent", "unsure"}
    assert not states["template", "unsure"]  # its id makes it safe to ask again
    seen = dict.fromkeys(people, 0)
    for (openid, _, _), times in arrived.items():
        seen[openid] += times
    for row in rows:
        if row.state == DeliveryState.SENT:
            seen[row.openid] -= 1
        # What is unsure may have arrived or not: that is what unsure means.
    unsure = Counter(row.openid for row in rows if row.state == DeliveryState.UNSURE)
    assert all(0 <= seen[openid] <= unsure[openid] for openid in people)
    assert sum(unsure.values()) <= 3 * KILLS  # one for each sender of a killed worker, at most
