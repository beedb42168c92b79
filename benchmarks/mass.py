"""Mass messages: parts a minute with one, two and four workers, against the sixty that WeChat takes."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import requests
from sqlalchemy import delete, func, insert, select

from benchmarks import harness
from benchmarks.callback import environment
from benchmarks.outbox import simulator
from config.app import FEATURES
from foundation.database import Database
from migrations import schema
from simulator.world import Account
from tests.programs import massing
from wechat_bot.mass.claiming import A_MINUTE, MINUTE
from wechat_bot.mass.models import AccountUse, MassJob, MassUse
from wechat_bot.models import Follower

SEND, ADD = "/cgi-bin/message/mass/send", "/cgi-bin/draft/add"
PARTS, PEOPLE = A_MINUTE + 10, 1000
WORKERS = (1, 2, 4)
#: As WeChat itself may answer.
ANSWERS_IN = 0.3


def run() -> None:
    """Measure, and print."""
    account, rows = Account(), []
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="wuwei-bench-"))
        stores = stack.enter_context(harness.stores())
        for name, url in stores.items():
            database = Database(url)
            schema.upgrade(database, FEATURES)
            for workers in WORKERS:
                rows.append([name, str(workers), *_measured(account, database, url, folder, workers)])
            database.dispose()
    harness.table(
        f"Mass messages in parts of {PEOPLE:,}, with answers after {ANSWERS_IN:g} s",
        ["database", "workers", "s for 60 parts", f"parts in the first minute ÷ {A_MINUTE}"],
        rows,
        ["Each part is a draft and a message. A minute is 61 s, so that WeChat never counts more than sixty."],
    )


def _measured(account: Account, database: Database, url: str, folder: str, workers: int) -> tuple[str, str]:
    """Seconds until sixty parts were sent, and what the first minute had of them; on a platform of its own, for its
    count of the day."""
    massing.make(database.engine)
    with simulator(account) as base:
        people = requests.post(f"{base}/simulator/followers", json={"count": PARTS * PEOPLE}, timeout=120).json()
        for path in (SEND, ADD):
            slow = {"target": path, "kind": "slow", "value": ANSWERS_IN, "times": None}
            requests.post(f"{base}/simulator/faults", json=slow, timeout=10).raise_for_status()
        openids = [each["openid"] for each in people["followers"]]
        now = datetime.now(UTC)
        with database.transaction() as session:
            for table in (AccountUse, MassUse, MassJob, Follower):
                session.execute(delete(table))
            of_each = {"followed_at": now, "message_left": 0, "event_left": 0, "has_held": False}
            session.execute(insert(Follower), [{"openid": each, **of_each} for each in openids])
            parts = [openids[n : n + PEOPLE] for n in range(0, len(openids), PEOPLE)]
            massing.plan(session, parts, now=now, heeds_quiet=False)
        given = environment(account, url, folder) | {"WECHAT_API_BASE": base, "WECHAT_OAUTH_BASE": base}
        with contextlib.ExitStack() as stack:
            for _ in range(workers):
                stack.enter_context(_worker(given))
            times = _called(database)
    took = (times[A_MINUTE - 1] - times[0]).total_seconds()
    most = max(sum(start <= each < start + MINUTE for each in times) for start in times)
    share = sum(each < times[0] + MINUTE for each in times) / A_MINUTE
    if most > A_MINUTE:
        raise AssertionError(f"{most} parts within a minute")
    return f"{took:.0f}", f"{share:.2f}, {harness.verdict(share, 0.95, at_least=True)}"


def _called(database: Database) -> list[datetime]:
    """When each part was sent, once all were."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        time.sleep(0.5)
        with database.reading() as session:
            if session.scalar(select(func.count()).where(MassJob.msg_id.is_not(None))) == PARTS:
                return list(session.scalars(select(MassJob.called_at).order_by(MassJob.called_at)).all())
    raise AssertionError("parts still wait")


@contextlib.contextmanager
def _worker(given: dict[str, str]) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.programs.massing"]
    process = subprocess.Popen(command, cwd=harness.ROOT, env={**os.environ, **given}, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(40)
