"""The callback: encrypted message in, survey answer recorded, encrypted reply out; against the least anyone could do.

Three apps under the same gunicorn, loaded in turn with the same signed messages. Every follower is in the middle of a
survey and answers its next question; what came back is decrypted and looked at, and what is in the database counted.
"""

import contextlib
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

import psycopg
import requests
from sqlalchemy import create_engine, func, insert, select, update
from sqlalchemy.engine import make_url

from benchmarks import harness, town
from benchmarks.harness import Shot, Spread
from benchmarks.peers import wechatpy_view
from config.app import FEATURES
from foundation.database import Database
from migrations import schema
from simulator import envelope
from simulator.clock import real_clock
from simulator.simulator import Simulator
from simulator.world import Account
from surveys.models import Participation
from surveys.rules.definition import Definition
from tools import servers
from wechat_bot.models import Heard, Talk

QUESTIONS, ANSWERED = 30, 10
FOLLOWERS = 1200
#: More followers, whose messages only the look inside the process uses: few enough to answer several times a minute.
OBSERVED = 100
ROUNDS = 5
SLICE = FOLLOWERS
LIMIT, AIM = 0.5, 0.7
OURS, LEAST, ECHO = "ours", "Flask + wechatpy, one INSERT", "WeRoBot, echo, no database"


@dataclass
class Ammunition:
    """Signed messages, built before; each app shoots them from the first to the last."""

    account: Account
    definition: Definition
    #: As bytes for a socket.
    requests: list[bytes]
    #: The same of those who are only observed.
    observed: list[bytes]
    #: The question (from 0) each of them answers.
    answers: list[int]
    openids: list[str]


def run() -> None:
    """Measure, and print."""
    with servers.postgresql(durable=True) as url, tempfile.TemporaryDirectory(prefix="wuwei-bench-") as media:
        peer = harness.another_database(url, "peer")
        stock = ammunition()
        lay_out(url, stock)
        _make_table(peer)
        given = environment(stock.account, url, media) | {
            "BENCH_PEER_DATABASE": peer.replace("postgresql://", "postgresql+psycopg://")
        }
        print(f"\n{harness.postgresql_version(url)}; {FOLLOWERS} followers in the middle of {QUESTIONS} questions")
        fired = 0
        for kind, options in {
            "gthread, 2 processes, 8 threads": [],
            "sync, 2 processes": ["--worker-class", "sync", "--threads", "1"],
        }.items():
            fired += _compare(kind, options, given, stock, fired)
        _count_rows(url, peer, fired)
        _profile(given, stock)


def ammunition() -> Ammunition:
    """Every follower's answers to the rest of the survey: first everybody's next, then everybody's one after that."""
    definition = town.written(QUESTIONS)
    sim = Simulator(Account(token=secrets.token_hex(12)), clock=real_clock)
    phones = sim.follow_many(FOLLOWERS + OBSERVED)
    built: list[bytes] = []
    observed: list[bytes] = []
    answers: list[int] = []
    # The last question is left out: it hands the sheet in, which is another piece of work.
    for number in range(ANSWERED, QUESTIONS - 1):
        texts = [town.said(definition, number, pick) for pick in range(len(phones))]
        messages = [
            harness.http("/wechat", urlencode(prepared.query), prepared.body, prepared.content_type)
            for prepared in sim.prepare(phones, texts)
        ]
        built += messages[:FOLLOWERS]
        observed += messages[FOLLOWERS:]
        answers += [number] * FOLLOWERS
    openids = [phone.follower.openid for phone in phones]
    return Ammunition(sim.account, definition, built, observed, answers, openids)


def lay_out(url: str, stock: Ammunition) -> None:
    """The town, and the survey half filled by everybody in it."""
    database, now = Database(url), datetime.now(UTC)
    schema.upgrade(database, FEATURES)
    begun = now - timedelta(minutes=5)
    with database.transaction() as session:
        town.settle(session, stock.openids, now=now)
        survey = town.publish(session, stock.definition, now=now - timedelta(days=1))
        session.execute(
            update(Participation).values(
                version_id=survey.version_id,
                started_at=begun,
                answers=town.stored(stock.definition, range(ANSWERED), 3),
            )
        )
        session.execute(
            insert(Talk),
            [
                {
                    "openid": openid,
                    "topic": "survey",
                    "reference": str(survey.id),
                    "state": {},
                    "begun_at": begun,
                    "heard_at": now,
                }
                for openid in stock.openids
            ],
        )
    database.dispose()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def environment(account: Account, url: str, media: str) -> dict[str, str]:
    """The settings of our app, and of everybody who answers for the same account."""
    return {
        "DATABASE_URL": url,
        "REDIS_URL": "",
        "DEVELOPMENT": "1",
        "SECRET_KEY": secrets.token_hex(16),
        "MEDIA_PATH": media,
        "WECHAT_APP_ID": account.app_id,
        "WECHAT_APP_SECRET": account.secret,
        "WECHAT_TOKEN": account.token,
        "WECHAT_ENCODING_AES_KEY": account.aes_key,
        "WEB_CONCURRENCY": "2",
    }


def _compare(kind: str, options: list[str], given: Mapping[str, str], stock: Ammunition, fired: int) -> int:
    """Load the three in turn; gives how many messages each got."""
    with contextlib.ExitStack() as stack:
        webs = {
            name: stack.enter_context(harness.gunicorn(app, given, *options))
            for name, app in {
                OURS: "wsgi:app",
                LEAST: "benchmarks.peers.wechatpy_view:create_app()",
                ECHO: "benchmarks.peers.werobot_echo:create_app()",
            }.items()
        }
        at = dict.fromkeys(webs, fired)

        def shoot(name: str) -> Shot:
            first = at[name]
            at[name] += SLICE
            shot = harness.fire(webs[name], stock.requests[first : at[name]])
            if shot.bad:
                raise AssertionError(f"{name}: {shot.bad} answers were not 200")
            if name == OURS:
                _look(stock, first, shot)
            return shot

        shots = harness.rotate({name: partial(shoot, name) for name in webs}, ROUNDS)
    _report(kind, shots)
    return at[OURS] - fired


def _look(stock: Ammunition, first: int, shot: Shot) -> None:
    """Every answer sampled must decrypt, and ask the question that comes next."""
    for number, body in shot.samples:
        opened = envelope.opened(stock.account, body)
        asked = stock.answers[first + number] + 1
        expected = f"{asked + 1}/{QUESTIONS} {stock.definition.questions[asked].text}"
        if opened is None or expected not in opened[0]["Content"]:
            raise AssertionError(f"not question {asked + 1}: {opened}")


def _report(kind: str, shots: Mapping[str, list[Shot]]) -> None:
    rates = {name: [shot.rate for shot in each] for name, each in shots.items()}
    cpus = {name: [1e6 * shot.cpu / shot.requests for shot in each] for name, each in shots.items()}
    rows = []
    for name, each in shots.items():
        ratio = {peer: harness.paired(rates[name], rates[peer]) for peer in (LEAST, ECHO)}
        rows.append(
            [
                name,
                "1" if name == LEAST else str(ratio[LEAST]),
                "1" if name == ECHO else str(ratio[ECHO]),
                "1" if name == LEAST else str(harness.paired(cpus[LEAST], cpus[name])),
                f"{Spread.of(rates[name]).median:.0f}",
                f"{Spread.of(cpus[name]).median:.0f}",
                f"{Spread.of([shot.percentile(0.5) for shot in each]).median:.0f}",
                f"{Spread.of([shot.percentile(0.99) for shot in each]).median:.0f}",
            ]
        )
    ours = harness.paired(rates[OURS], rates[LEAST]).median
    load = sum(shot.load_cpu for each in shots.values() for shot in each)
    served = sum(shot.cpu for each in shots.values() for shot in each)
    harness.table(
        f"Callback, {kind}",
        [
            "app",
            "× one INSERT [IQR]",
            "× WeRoBot [IQR]",
            "× one INSERT by CPU",
            "req/s",
            "CPU µs/req",
            "p50 ms",
            "p99 ms",
        ],
        rows,
        [
            f"ours / one INSERT: {ours:.2f}, {harness.verdict(ours, LIMIT, at_least=True)}, aim {AIM}. "
            f"The load generator took {load / served:.2f} of the servers' CPU."
        ],
    )


def _make_table(url: str) -> None:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    wechatpy_view.metadata.create_all(engine)
    engine.dispose()


def _count(url: str, what: Any) -> int:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        found: int = connection.execute(select(func.count()).select_from(what)).scalar_one()
    engine.dispose()
    return found


def _count_rows(url: str, peer: str, fired: int) -> None:
    """Nothing may be lost or counted twice under load: every message a row, and every answer on its sheet."""
    heard, said = _count(url, Heard), _count(peer, wechatpy_view.said)
    database = Database(url)
    with database.reading() as session:
        answers = sum(len(each) for each in session.scalars(select(Participation.answers)))
    database.dispose()
    kept = answers - (FOLLOWERS + OBSERVED) * ANSWERED
    if not heard == said == kept == fired:
        raise AssertionError(f"{fired} messages, but {heard} heard, {kept} answers, {said} rows of the peer")
    print(
        f"\n{fired} messages sent to each: {heard} rows heard, {kept} answers on the sheets, {said} rows of the peer."
    )


def _profile(given: Mapping[str, str], stock: Ammunition) -> None:
    """Which statements one message costs, and where the CPU time goes: one sync process, looked at from inside."""
    found = {}
    half = len(stock.observed) // 2 // OBSERVED * OBSERVED
    for look, mine in (("statements", stock.observed[:half]), ("cpu", stock.observed[half:])):
        with harness.gunicorn(
            "benchmarks.profiled:create_app()",
            {**given, "WEB_CONCURRENCY": "1", "BENCH_LOOK": look},
            "--worker-class",
            "sync",
            "--threads",
            "1",
        ) as web:
            for part in (mine[:OBSERVED], mine[OBSERVED:]):
                requests.post(f"http://127.0.0.1:{web.port}/bench/reset", timeout=10).raise_for_status()
                harness.fire(web, part, connections=4)
            found[look] = requests.get(f"http://127.0.0.1:{web.port}/bench/report", timeout=10).json()
    said = found["statements"]
    harness.table(
        "The statements of one answer (sync, PostgreSQL)",
        ["statement", "per message", "ms, median"],
        [
            [each["statement"], f"{each['count'] / said['requests']:.2f}", f"{each['ms']:.2f}"]
            for each in said["statements"]
        ],
        [
            f"{said['sql_ms']:.2f} of {said['wall_ms']:.2f} ms between receiving and answering are spent in these, "
            "the network and the database server included."
        ],
    )
    spent = found["cpu"]["spent"]
    total = sum(spent.values())
    harness.table(
        "Where the web process's CPU time goes",
        ["part", "share", "µs a message"],
        [
            [
                part,
                f"{count / total:.0%}",
                f"{1e6 * found['cpu']['seconds'] * count / total / found['cpu']['requests']:.0f}",
            ]
            for part, count in sorted(spent.items(), key=lambda item: -item[1])
        ],
    )
