"""A push to a million shops: its audience listed with reasons, the month's four booked, parts cut and settled, the
forecast of it, and how long a callback waits beside on SQLite."""

import statistics
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, text, update

from benchmarks import harness, town
from campaigns import forecast, jobs, listing, mass, rules, steering
from campaigns.kinds import CampaignContext, CampaignKind, CampaignMessage, LeftOutReason, SendingWay
from campaigns.models import Campaign, CampaignPart, Recipient
from config.app import FEATURES
from foundation.database import Database, Moment
from migrations import schema
from people.models import Retailer
from wechat_bot.conversation import Account
from wechat_bot.mass import quota
from wechat_bot.mass.models import MassJob, MassState
from wechat_bot.models import Follower
from wechat_bot.reply import text_message

#: Rounds behind the first, which only warms up.
SHOPS, ROUNDS = 100_000, 3
ZONE = ZoneInfo("Asia/Shanghai")
ACCOUNT = Account(name="", public_url="", has_pages=True)
#: Against a bare INSERT … SELECT of the same rows: with reasons and counters, and parts, and the month's four.
LIMIT_LISTING, LIMIT_PARTS, LIMIT_QUOTA = 2.5, 4.0, 5.0
#: Against the same rows with the same reasons, joined by hand in one statement.
LIMIT_BY_HAND = 1.2
#: Seconds that a callback's write may wait on SQLite.
LIMIT_WAIT = 0.5
LIMIT_FORECAST, LIMIT_SETTLED, LIMIT_FLAT = 0.35, 0.2, 1.5
_SHOPS = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {shops})
INSERT INTO retailer (id, licence, shop, keeper, phone, address, area_id, class_id, openid, bound_at, bind_token,
    updated_at)
SELECT i, CAST(350800000000 + i AS VARCHAR), '便利店' || i, '王', '138', '街', i % {areas} + 1, 1, 'o' || i, :before,
    't' || i, :before
FROM n
"""
_FOLLOWERS = """
INSERT INTO follower (openid, followed_at, message_left, event_left, has_held)
SELECT openid, :before, 0, 0, {false} FROM retailer
"""
#: A third have had four of the month, a third two, a third none.
_USED = """
INSERT INTO mass_use (openid, month, used) SELECT openid, :month, CASE id % 3 WHEN 0 THEN 4 ELSE 2 END
FROM retailer WHERE id % 3 < 2
"""
_BARE = """
INSERT INTO campaign_recipient (campaign_id, retailer_id, openid, area_id, manager_id, outcome)
SELECT :campaign, retailer.id, openid, area_id, coalesce(retailer.manager_id, area.manager_id), 'listed'
FROM retailer JOIN area ON area.id = retailer.area_id
"""
_BY_HAND = """
INSERT INTO campaign_recipient (campaign_id, retailer_id, openid, area_id, manager_id, why, outcome)
SELECT :campaign, id, CASE WHEN why IS NULL THEN openid END, area_id, manager_id, why,
    CASE WHEN why IS NULL THEN 'listed' END
FROM (
    SELECT retailer.id, retailer.openid, area_id, coalesce(retailer.manager_id, area.manager_id) AS manager_id,
        CASE WHEN retailer.openid IS NULL OR bound_at > :now THEN 'unbound'
            WHEN follower.openid IS NULL OR unfollowed_at IS NOT NULL THEN 'unfollowed'
            WHEN keeper = '不要' THEN 'refused' END AS why
    FROM retailer JOIN area ON area.id = retailer.area_id LEFT JOIN follower ON follower.openid = retailer.openid
    WHERE licence NOT LIKE 'erased:%'
) AS judged
"""


@dataclass
class Times:
    """Seconds that each step took, and the longest wait of a callback beside."""

    bare: list[float] = field(default_factory=list)
    by_hand: list[float] = field(default_factory=list)
    #: The same as `listed` where all of them got another campaign this week.
    again: list[float] = field(default_factory=list)
    listed: list[float] = field(default_factory=list)
    booked: list[float] = field(default_factory=list)
    cut: list[float] = field(default_factory=list)
    forecast: list[float] = field(default_factory=list)
    settled: list[float] = field(default_factory=list)
    rows: list[float] = field(default_factory=list)
    small: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)


def _kind(name: str, *ways: SendingWay) -> CampaignKind:
    return CampaignKind(
        name=name,
        topic=name,
        meant=lambda session, campaign, context: [],
        message=lambda session, campaign, context: CampaignMessage(text_message(campaign.said)),
        reasons=lambda session, campaign: [LeftOutReason("refused", Retailer.keeper == "不要")],
        ways=lambda session, campaign: ways,
        is_capped=True,
        is_once_a_day=True,
    )


#: The same reasons, with and without the month's four.
SINGLE, PUSH = _kind("single", SendingWay.CONTACT), _kind("push", SendingWay.MESSAGE, SendingWay.MASS)


def run() -> None:
    """Measure, and print."""
    rows = []
    with harness.stores() as stores:
        for name, url in stores.items():
            database, now = Database(url), datetime.now(UTC)
            schema.upgrade(database, FEATURES)
            _settle(database, now)
            context, booked = CampaignContext(now, zone=ZONE, account=ACCOUNT), quota.month_of(now)
            for number in range(ROUNDS + 1):
                if number < 2:
                    times = Times()
                _round(database, number, context, times)
                _clear(database, "campaign_recipient", "campaign_tally", "mass_use", "campaign_part", "mass_job")
                with database.transaction() as session:
                    session.execute(text(_USED), {"month": booked})
            rows += _rows(name, times, database.is_sqlite)
            database.dispose()
    harness.table(f"A push to {SHOPS:,} shops", ["database", "what", "ms", "ratio"], rows)


def _round(database: Database, number: int, context: CampaignContext, times: Times) -> None:
    """Measure everything once, one after the other."""
    times.bare.append(_timed(database, lambda session: session.execute(text(_BARE), {"campaign": -1})))
    _clear(database, "campaign_recipient")
    by_hand = text(_BY_HAND).bindparams(bindparam("now", type_=Moment()))
    given = {"campaign": -1, "now": context.now}
    times.by_hand.append(_timed(database, lambda session: session.execute(by_hand, given)))
    _clear(database, "campaign_recipient")
    times.listed.append(_listed(database, SINGLE, 2 * number + 1, context)[0])
    times.again.append(_listed(database, SINGLE, 2 * number + 2, context)[0])
    _clear(database, "campaign_recipient", "campaign_tally")
    draft = _planned(database, PUSH, number + 1001, context.now)
    begun = time.perf_counter()
    with database.reading() as session:
        forecast.forecast(session, session.get_one(Campaign, draft), PUSH, context)
    times.forecast.append(time.perf_counter() - begun)
    with callbacks(database, times.waits):
        booked, campaign = _listed(database, PUSH, number + 1, context)
        times.booked.append(booked)
        times.cut.append(_cut(database, campaign, PUSH, context))
    _settle_parts(database, campaign, times)


def _rows(name: str, times: Times, is_sqlite: bool) -> list[list[str]]:
    def row(what: str, ours: list[float], theirs: list[float], limit: float | None) -> list[str]:
        ratio = harness.paired(ours, theirs)
        said = harness.verdict(ratio.median, limit) if limit else "no limit"
        return [name, what, f"{statistics.median(ours) * 1000:,.1f}", f"{ratio}, {said}"]

    whole = [sum(each) for each in zip(times.listed, times.cut, strict=True)]
    booked = [sum(each) for each in zip(times.booked, times.cut, strict=True)]
    longest = max(times.waits)
    said = harness.verdict(longest, LIMIT_WAIT) if is_sqlite else "no limit"
    return [
        row("listed with reasons and counters ÷ a bare INSERT … SELECT", times.listed, times.bare, LIMIT_LISTING),
        row("the same ÷ the same reasons by hand", times.listed, times.by_hand, LIMIT_BY_HAND),
        row("the same, all in another campaign this week ÷ bare", times.again, times.bare, None),
        row("and cut into parts ÷ bare", whole, times.bare, LIMIT_PARTS),
        row("and the month's four booked ÷ bare", booked, times.bare, LIMIT_QUOTA),
        row("forecast ÷ its listing", times.forecast, times.booked, LIMIT_FORECAST),
        row("the largest part settled ÷ its rows updated", times.settled, times.rows, LIMIT_SETTLED),
        row("the largest part settled ÷ the smallest", times.settled, times.small, LIMIT_FLAT),
        [name, "longest wait of a callback beside", f"{longest * 1000:,.0f}", said],
    ]


def _settle(database: Database, now: datetime) -> None:
    given = {"before": now - timedelta(days=1)}
    false = "0" if database.is_sqlite else "false"
    with database.transaction() as session:
        town.settle(session, now=now)
        session.execute(text(_SHOPS.format(shops=SHOPS, areas=town.AREAS)), given)
        session.execute(text(_FOLLOWERS.format(false=false)), given)
        session.execute(text(_USED), {"month": quota.month_of(now)})
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def _timed(database: Database, do: Callable[[Any], Any]) -> float:
    begun = time.perf_counter()
    with database.transaction() as session:
        do(session)
    return time.perf_counter() - begun


def _clear(database: Database, *tables: str) -> None:
    """Empty tables, so that each round begins alike."""
    with database.transaction() as session:
        for table in tables:
            session.execute(text(f"DELETE FROM {table}"))
    # What is measured next writes no pages of this back.
    database.empty_log()
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in tables:
                connection.execute(text(f"VACUUM ANALYZE {table}"))


def _planned(database: Database, kind: CampaignKind, reference: int, now: datetime) -> int:
    with database.transaction() as session:
        campaign = steering.plan(
            session, kind, reference, said="新品到货", due_at=now, audience=None, by="market", now=now
        )
        if reference > 1000:
            campaign.state = "draft"
        return campaign.id


def _listed(database: Database, kind: CampaignKind, number: int, context: CampaignContext) -> tuple[float, int]:
    """The seconds that the steps of listing took together, and the campaign."""
    campaign = _planned(database, kind, number, context.now)
    return _stepped(database, campaign, kind, context, listing.some), campaign


def _cut(database: Database, campaign: int, kind: CampaignKind, context: CampaignContext) -> float:
    return _stepped(database, campaign, kind, context, listing.cut_some)


def _stepped(database: Database, campaign: int, kind: CampaignKind, context: CampaignContext, step: Any) -> float:
    """The seconds that the steps took together, one behind the other as the clock does them."""
    is_more, batch, took = True, listing.BATCH, 0.0
    while is_more:
        begun = time.perf_counter()
        with database.transaction() as session:
            since = time.perf_counter()
            is_more = step(session, campaign, kind, context, batch=batch)
        took += time.perf_counter() - begun
        batch = rules.next_batch(batch, time.perf_counter() - since)
        _leave(database)
    return took


def _leave(database: Database) -> None:
    """Leave the write lock to others, as the clock does between two steps; that time is not counted."""
    if database.is_sqlite:
        time.sleep(jobs.LEFT)


def _settle_parts(database: Database, campaign: int, times: Times) -> None:
    """Settle a full part and the smallest, against an update of ten thousand recipients."""
    with database.transaction() as session:
        ordered = select(CampaignPart).where(CampaignPart.campaign_id == campaign).order_by(CampaignPart.size)
        mine = session.scalars(ordered).all()
        found = [(each.size, each.mass_job_id) for each in mine]
        largest = mine[-1].number
    # The first ones warm up.
    for (size, job), into in ((found[1], []), (found[-2], []), (found[-1], times.settled), (found[0], times.small)):
        with database.transaction() as session:
            done = update(MassJob).where(MassJob.id == job)
            session.execute(done.values(state=MassState.FINISHED, has_news=True, total=size, sent=size))
        into.append(_timed(database, lambda session: mass.note_news(session, now=datetime.now(UTC))))
    rows = update(Recipient).where(Recipient.campaign_id == campaign, Recipient.part == largest)
    times.rows.append(_timed(database, lambda session: session.execute(rows.values(outcome="arrived"))))


@contextmanager
def callbacks(database: Database, waits: list[float]) -> Any:
    """A callback's write beside, every twentieth of a second; notes how long each waited."""
    stopped = threading.Event()
    beside = Database(str(database.url.render_as_string(hide_password=False)))

    def write() -> None:
        while not stopped.wait(0.05):
            begun = time.perf_counter()
            with beside.transaction() as session:
                session.execute(update(Follower).where(Follower.openid == "o7").values(event_left=1))
            waits.append(time.perf_counter() - begun)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()
        beside.dispose()
