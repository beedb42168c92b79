"""Workers are killed with -9 while they send. Nothing is lost, nothing arrives twice, what is unsure is visible.

Real processes, a real platform over HTTP. The workers' clock runs fifteen times as fast, so leases lapse in seconds.
"""

import os
import random
import signal
import sys
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import requests
from sqlalchemy import func, literal, select

from foundation.database import Database
from tests import processes
from tests.forking import Part
from tools import servers
from wechat_bot import reply
from wechat_bot.models import Delivery, DeliveryState, Follower
from wechat_bot.outbox import queueing

PEOPLE = 160
KILLS = 6
PATIENCE = 120.0
SPEED = 15


@pytest.fixture
def platform(tmp_path):
    """The simulator as a server."""
    port = servers.free_port()
    command = [
        sys.executable,
        "-m",
        "simulator",
        "--port",
        str(port),
        "--callback",
        "http://127.0.0.1:9/wechat",
        "--app-id",
        "wx1",
        "--secret",
        "s" * 32,
        "--token",
        "token",
        "--mode",
        "plain",
        "--state",
        str(tmp_path / "sim.json"),
    ]
    process = Part(command, os.environ)
    url = f"http://127.0.0.1:{port}"
    waiting = threading.Event()
    for _ in range(200):
        try:
            requests.get(f"{url}/simulator/account", timeout=5)
            break
        except requests.ConnectionError:
            waiting.wait(0.1)
    yield url
    process.terminate()
    process.wait(20)


@pytest.fixture
def running():
    """Processes to end, however the test ends."""
    started: list[Part] = []
    yield started
    for process in started:
        process.kill()
        process.wait()


def control(url: str, path: str, **body) -> dict:
    answer = requests.post(f"{url}/simulator/{path}", json=body, timeout=60)
    answer.raise_for_status()
    return answer.json()


def test_workers_killed_in_the_middle_lose_nothing_and_double_nothing(platform, stores, running, tmp_path) -> None:
    began = datetime(2026, 9, 12, 2, tzinfo=UTC)
    # Messages make the platform open its windows; nobody answers the callbacks, which does not matter here.
    people = [c["openid"] for c in control(platform, "callbacks/build", count=PEOPLE, text="您好")["callbacks"]]
    template = control(platform, "templates", title="新回复", content="店铺:{{thing1.DATA}}")["template_id"]
    control(
        platform, "faults", target="/cgi-bin/message/custom/send", kind="slow", value=0.03, times=None, probability=1.0
    )
    database = Database(stores["database_url"])
    with database.transaction() as session:
        for number, openid in enumerate(people):  # every other one has no window open, and gets the template
            session.add(
                Follower(
                    openid=openid,
                    followed_at=began,
                    message_left=5 * (number % 2),
                    event_left=0,
                    has_held=False,
                    message_until=began + timedelta(hours=48),
                )
            )
        session.flush()
        content = {"template_id": template, "url": "", "data": {"thing1": {"value": "城南便利店"}}}
        awaited = people[: PEOPLE // 2]
        for number, openid in enumerate(awaited):
            queueing.queue(session, openid, reply.text_message(f"第{number}条"), now=began, template=content)
        others = select(Follower.openid, literal("all:") + Follower.openid).where(Follower.openid.not_in(awaited))
        queueing.queue_all(session, others, reply.text_message("停电通知"), now=began, template=content)
    more = {"QUIET_HOURS": "off", **processes.haste(began, SPEED)}
    town = processes.idle_town(tmp_path, stores["database_url"], stores["redis_url"], **more)
    town.env |= {"WECHAT_API_BASE": platform, "WECHAT_OAUTH_BASE": platform}
    town.running = running

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
        assert worker.wait(30) == 0  # graceful

    arrived = Counter()
    for openid in people:
        entries = requests.get(f"{platform}/simulator/followers/{openid}/entries?after=-1", timeout=30).json()[
            "entries"
        ]
        arrived.update((openid, e["channel"], e["text"]) for e in entries if e["channel"] in ("customer", "template"))
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
    database.dispose()
