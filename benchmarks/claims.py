"""What the next claim of the outbox costs with a million messages waiting, beside a thousand."""

import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import cast

from sqlalchemy import bindparam, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from benchmarks import harness
from config.app import FEATURES
from foundation.database import Database, Moment
from migrations import schema
from wechat_bot import reply
from wechat_bot.outbox import claiming, queueing
from wechat_bot.services import Services

MANY, FEW = 1_000_000, 1_000
LOOKS, ROUNDS, LIMIT = 20, 9, 1.5
#: By turn: what is looked at first (`claiming.lanes`).
TURNS = {"the next of a broadcast": 3, "an answer behind it": 0}


@dataclass(frozen=True)
class _Account:
    """What a claim asks of the services."""

    quiet: None = None
    public_url: str = "https://here"


class _Undone(Exception):
    """Raised so that a measured claim keeps nothing."""


def run() -> None:
    """Measure, and print."""
    rows = []
    with harness.stores() as stores:
        for name, url in stores.items():
            now = datetime.now(UTC)
            many, few = Database(url), Database(_another(url))
            for database, count in ((many, MANY), (few, FEW)):
                _fill(database, count, now)
            for what, turn in TURNS.items():
                runs = {"many": partial(_claimed, many, turn, now), "few": partial(_claimed, few, turn, now)}
                times = harness.rotate(runs, ROUNDS)
                ratio = harness.paired(times["many"], times["few"])
                ms = f"{statistics.median(times['many']) * 1000:.2f} and {statistics.median(times['few']) * 1000:.2f}"
                rows.append([name, what, str(ratio), ms, harness.verdict(ratio.median, LIMIT)])
            many.dispose(), few.dispose()
    harness.table(
        f"A claim with {MANY:,} messages waiting and with {FEW:,}",
        ["database", "what is claimed", "ratio [IQR]", "ms", "limit"],
        rows,
    )


def _another(url: str) -> str:
    if url.startswith("sqlite"):
        return url.replace("wuwei.db", "few.db")
    database = Database(url)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CREATE DATABASE few"))
    database.dispose()
    return make_url(url).set(database="few").render_as_string(hide_password=False)


def _fill(database: Database, count: int, now: datetime) -> None:
    """A broadcast to so many followers, each with an open window; and an answer to the last of them."""
    schema.upgrade(database, FEATURES)
    numbers = (
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
        if database.is_sqlite
        else f"WITH n(i) AS (SELECT generate_series(1, {count})) "
    )
    message = """'{"msgtype": "text", "text": {"content": "x"}}'"""
    moments = bindparam("now", now, Moment()), bindparam("until", now + timedelta(hours=48), Moment())
    with database.transaction() as session:
        followers = text(
            "INSERT INTO follower (openid, followed_at, message_until, message_left, event_left, has_held)"
            f" {numbers} SELECT 'shop' || i, :now, :until, 5, 0, false FROM n"
        )
        session.execute(followers.bindparams(*moments))
        deliveries = text(
            "INSERT INTO delivery (openid, message, state, lane, due_at, created_at, attempts, heeds_quiet, has_news)"
            f" {numbers} SELECT 'shop' || i, {message}, 'pending', 1, :now, :now, 0, true, false FROM n"
        )
        session.execute(deliveries.bindparams(moments[0]))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    with database.transaction() as session:
        queueing.queue(session, f"shop{count}", reply.text_message("马上到"), now=now)


def _claimed(database: Database, turn: int, now: datetime) -> float:
    times = []
    for _ in range(LOOKS):
        try:
            with database.transaction() as session:
                begun = time.perf_counter()
                _claim(session, turn, now)
                times.append(time.perf_counter() - begun)
                raise _Undone
        except _Undone:
            pass
    return statistics.median(times)


def _claim(session: Session, turn: int, now: datetime) -> None:
    services = cast("Services", _Account())
    claim, _ = claiming.claim(services, session, turn, now=now + timedelta(seconds=1))
    if claim is None or ("马上到" in str(claim.body)) != (turn == 0):
        raise AssertionError(f"claimed {claim}")
