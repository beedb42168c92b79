"""The outbox: messages sent a second by one worker, against what WeChat's stand-in can take at all; and how long an
answer waits that is queued behind a broadcast."""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import func, literal, select, update

from benchmarks import harness, town
from benchmarks.callback import environment
from config.app import FEATURES
from config.worker import SENDERS
from foundation.database import Database
from migrations import schema
from simulator.world import Account
from tools import servers
from wechat_bot import reply
from wechat_bot.models import Delivery, DeliveryState, Follower
from wechat_bot.outbox import queueing

SEND = "/cgi-bin/message/custom/send"
DELIVERIES = 400
ROUNDS = 3
CEILING = "the simulator itself"
ENOUGH = 120.0
#: As WeChat itself may answer; then the time is what limits, and the threads.
ANSWERS_IN = 0.1
#: Answers queued one after the other while a broadcast is being sent, and what one of them may wait.
ANSWERS, MAY_WAIT = 5, 5.0


def run() -> None:
    """Measure, and print."""
    account = Account()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="wuwei-bench-"))
        stores = stack.enter_context(harness.stores())
        base = stack.enter_context(simulator(account))
        openids = _people(base)
        databases: dict[str, Database] = {}
        for name, url in stores.items():
            databases[name] = Database(url)
            schema.upgrade(databases[name], FEATURES)
            with databases[name].transaction() as session:
                town.settle(session, openids, now=datetime.now(UTC))
            given = environment(account, url, folder) | {"WECHAT_API_BASE": base, "WECHAT_OAUTH_BASE": base}
            stack.enter_context(_worker(given))
        runs: dict[str, Any] = {CEILING: partial(_direct, base, account, openids)}
        for name, database in databases.items():
            runs[f"our worker, {name}"] = partial(_queued, base, database, openids)
        rates = harness.rotate(runs, ROUNDS)
        _count(base, (1 + len(databases)) * (ROUNDS + 1) * DELIVERIES)
        slow = {"target": SEND, "kind": "slow", "value": ANSWERS_IN, "times": None, "probability": 1.0}
        requests.post(f"{base}/simulator/faults", json=slow, timeout=10).raise_for_status()
        waits = {name: _behind(base, database, openids) for name, database in databases.items()}
        for database in databases.values():
            database.dispose()
    rows = [
        [name, str(harness.paired(each, rates[CEILING])), f"{harness.Spread.of(each).median:.0f}"]
        for name, each in rates.items()
    ]
    harness.table(
        f"Outbox: customer-service messages, {SENDERS} threads",
        ["who sends", "× the simulator's ceiling [IQR]", "a second"],
        rows,
        ["Ours claims each row, sends, and notes what became of it: one commit a message."],
    )
    most = SENDERS / ANSWERS_IN
    harness.table(
        f"Outbox, with answers after {ANSWERS_IN:g} s: a broadcast, and answers queued behind it",
        ["database", f"× {most:.0f} a second, the most {SENDERS} threads can", "an answer waits, s (median, longest)"],
        [
            [name, f"{rate / most:.2f}", f"{statistics.median(each):.2f}, {harness.verdict(max(each), MAY_WAIT)}"]
            for name, (rate, each) in waits.items()
        ],
    )


@contextlib.contextmanager
def simulator(account: Account) -> Iterator[str]:
    port = servers.free_port()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "simulator",
            "--port",
            str(port),
            "--app-id",
            account.app_id,
            "--secret",
            account.secret,
        ],
        cwd=harness.ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        harness.wait_for_port(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


@contextlib.contextmanager
def _worker(given: dict[str, str]) -> Iterator[None]:
    command = [str(Path(sys.executable).parent / "flask"), "--app", "wsgi", "worker", "--senders", str(SENDERS)]
    process = subprocess.Popen(
        command, cwd=harness.ROOT, env={**os.environ, **given}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(40)


def _people(base: str) -> list[str]:
    """As many followers as there are deliveries in a round, who have just said something."""
    given = {"count": DELIVERIES, "text": "1", "prefix": "店主"}
    answer = requests.post(f"{base}/simulator/callbacks/build", json=given, timeout=60)
    answer.raise_for_status()
    return [each["openid"] for each in answer.json()["callbacks"]]


def _open_windows(base: str) -> None:
    """Everybody says something again: five more messages may be sent to each."""
    _people(base)


def _direct(base: str, account: Account, openids: list[str]) -> float:
    """Messages a second that so many threads get through with `requests` alone."""
    _open_windows(base)
    asked = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.secret}
    token = requests.post(f"{base}/cgi-bin/stable_token", json=asked, timeout=10).json()["access_token"]
    bad: list[Any] = []

    def send(mine: list[str]) -> None:
        with requests.Session() as session:
            for openid in mine:
                body = json.dumps({"touser": openid, **reply.text_message("您好")}, ensure_ascii=False).encode()
                answer = session.post(
                    f"{base}/cgi-bin/message/custom/send?access_token={token}",
                    data=body,
                    headers={"Content-Type": "application/json; charset=utf-8"},
                    timeout=10,
                ).json()
                if answer["errcode"]:
                    bad.append(answer)

    threads = [threading.Thread(target=send, args=(openids[n::SENDERS],)) for n in range(SENDERS)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if bad:
        raise AssertionError(bad[0])
    return len(openids) / (time.perf_counter() - begun)


def _queued(base: str, database: Database, openids: list[str]) -> float:
    """Messages a second from the first claim to the last note, as the rows themselves say."""
    return _finished(database, _queue(base, database), len(openids))


def _behind(base: str, database: Database, openids: list[str]) -> tuple[float, list[float]]:
    """The same while answers are queued one after the other; and what each of them waited until it was sent."""
    begun = _queue(base, database)
    waited = []
    for openid in openids[-ANSWERS:]:
        now = datetime.now(UTC)
        with database.transaction() as session:
            number = queueing.queue(session, openid, reply.text_message("马上到"), now=now)
        deadline = time.monotonic() + ENOUGH
        while True:
            with database.reading() as session:
                settled_at = session.scalar(select(Delivery.settled_at).where(Delivery.id == number))
            if settled_at is not None:
                break
            if time.monotonic() > deadline:
                raise AssertionError("an answer still waits")
            time.sleep(0.02)
        waited.append((settled_at - now).total_seconds())
    with database.reading() as session:
        if not queueing.ahead(session, 1, now=datetime.now(UTC)):
            raise AssertionError("the broadcast was over before the answers: nothing was overtaken")
    return _finished(database, begun, len(openids)), waited


def _queue(base: str, database: Database) -> datetime:
    _open_windows(base)
    now = datetime.now(UTC)
    with database.transaction() as session:
        session.execute(update(Follower).values(message_until=now + timedelta(hours=48), message_left=5))
        to = select(Follower.openid, literal(f"{now.timestamp()}:") + Follower.openid)
        queueing.queue_all(session, to, reply.text_message("您好"), now=now)
    return now


def _finished(database: Database, now: datetime, count: int) -> float:
    deadline = time.monotonic() + ENOUGH
    while True:
        time.sleep(0.2)
        with database.reading() as session:
            waiting = session.scalar(
                select(func.count()).where(Delivery.state.in_((DeliveryState.PENDING, DeliveryState.SENDING)))
            )
            if not waiting:
                first, last, sent = session.execute(
                    select(func.min(Delivery.first_attempt_at), func.max(Delivery.settled_at), func.count()).where(
                        Delivery.created_at == now, Delivery.state == DeliveryState.SENT
                    )
                ).one()
                break
        if time.monotonic() > deadline:
            raise AssertionError(f"{waiting} deliveries still wait")
    if sent != count or first is None or last is None:
        raise AssertionError(f"{sent} of {count} sent")
    return float(sent / (last - first).total_seconds())


def _count(base: str, sent: int) -> None:
    """Sent once each, by the simulator's own count."""
    used = requests.get(f"{base}/simulator/quotas", timeout=10).json()["used"][SEND]
    if used != sent:
        raise AssertionError(f"the simulator counted {used} messages")
