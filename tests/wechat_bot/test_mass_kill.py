"""Workers of mass messages are killed with -9 while they send. Nothing is lost, nothing arrives twice.

Real processes, a real platform over HTTP; time is moved on for both, so that leases lapse.
"""

import random
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import requests
from sqlalchemy import func, insert, select

from foundation.database import Database
from tests import processes
from tests.forking import Part
from tests.processes import Town
from tests.programs import massing
from wechat_bot.mass.models import MassDraft, MassJob
from wechat_bot.models import Follower

PEOPLE, PARTS, KILLS = 1500, 30, 8
PATIENCE = 180.0
LEFT = ("planned", "drafted", "sending")


def test_workers_killed_in_the_middle_lose_no_part_and_send_none_twice(stores, tmp_path) -> None:
    database = Database(stores["database_url"])
    with processes.town(tmp_path, stores["database_url"], stores["redis_url"], has_web=False) as town:
        send_and_kill(town, database, people=PEOPLE, parts=PARTS, workers=2, kills=KILLS)
    database.dispose()


def send_and_kill(
    town: Town,
    database: Database,
    *,
    people: int,
    parts: int,
    workers: int,
    kills: int,
    strike: Callable[[Part, int], bool] = lambda victim, number: True,
) -> Counter:
    """Send a message in parts while workers are struck down: killed, unless `strike` did something else to one. Gives
    the states at the end, of which each is final, after it has compared them with what the phones show."""
    openids = sorted(each["openid"] for each in town.control("followers", count=people)["followers"])
    for path, seconds in (("/cgi-bin/message/mass/send", 0.05), ("/cgi-bin/draft/add", 0.03)):
        town.control("faults", target=path, kind="slow", value=seconds, times=None)
    now = datetime.now(UTC)
    massing.make(database.engine)
    size = people // parts
    with database.transaction() as session:
        of_each = {"followed_at": now, "message_left": 0, "event_left": 0, "has_held": False}
        session.execute(insert(Follower), [{"openid": each, **of_each} for each in openids])
        planned = [openids[n : n + size] for n in range(0, people, size)]
        massing.plan(session, planned, now=now, heeds_quiet=False)

    def states() -> Counter:
        with database.reading() as session:
            return Counter(dict(session.execute(select(MassJob.state, func.count()).group_by(MassJob.state)).all()))

    def worker() -> Part:
        return town.start(sys.executable, "-m", "tests.programs.massing")

    dice, waiting = random.Random(7), threading.Event()
    running = [worker() for _ in range(workers)]
    struck, rounds = 0, 0
    while struck < kills or any(states()[state] for state in LEFT):
        rounds += 1
        assert rounds * 0.15 < PATIENCE, states()
        waiting.wait(0.1 + 0.1 * dice.random())
        if struck < kills and states()["accepted"]:
            victim = dice.randrange(workers)
            if strike(running[victim], struck):
                running[victim].send_signal(signal.SIGKILL)
                running[victim].wait()
                running[victim] = worker()
            struck += 1
        if rounds % 4 == 0:
            town.control("clock/advance", seconds=61)
    for each in running:
        each.send_signal(signal.SIGCONT)
        each.terminate()
        assert each.wait(60) == 0
    _compare(town, database, planned)
    return states()


def _compare(town: Town, database: Database, planned: list[list[str]]) -> None:
    """Compare what was noted with what the phones show."""
    listed = requests.get(f"{town.platform}/simulator/followers", params={"limit": "1000000"}, timeout=60).json()
    shown = {each["openid"]: each["entries"] for each in listed["followers"]}
    assert max(shown.values()) == 1  # nothing twice
    with database.reading() as session:
        jobs = session.scalars(select(MassJob).order_by(MassJob.part)).all()
        left = session.scalar(select(func.count()).select_from(MassDraft).where(MassDraft.gone_at.is_(None)))
    assert len({job.msg_id for job in jobs}) == len(jobs)
    for job, openids in zip(jobs, planned, strict=True):
        arrived = {shown[openid] for openid in openids}
        # Its client id makes it safe to ask again: what was killed in the call is known in the end.
        assert (job.state, arrived) == ("accepted", {1})
    assert left is not None and left <= 3 * len(planned)
