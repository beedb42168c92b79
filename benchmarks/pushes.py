"""The pages of a push to a million shops, against a push to a thousand: its report, whom it missed, the calendar, the
composer, the month by brand; and openings noted, against a bare update of their rows."""

import random
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, insert, text, update
from sqlalchemy.orm import Session

from benchmarks import harness, pages, town, visits
from benchmarks.pages import FEW, MANY, Page, Place
from broadcasts.actions import counting
from broadcasts.models.brand_months import BrandMonth
from broadcasts.models.library import Brand
from broadcasts.models.pushes import PUSH, Push, PushBrand, Shows
from campaigns import openings, tally
from campaigns.models import Campaign, CampaignPart, Recipient
from config.app import FEATURES
from foundation.database import Database, Moment
from migrations import schema
from people.models import Manager
from wechat_bot.mass.models import MassJob, MassState
from wechat_bot.mass.quota import month_of

#: Followers of one mass message; shops of the manager who sees their own alone.
PART, OWN = 10_000, 300
#: Openings that are noted, by so many threads, and how often both are measured.
OPENED, THREADS, ROUNDS = 500, 8, 5
LIMIT_OPENINGS = 1.5
SENT, DRAFT, LATER = 1, 2, 3
_SHOPS = """
INSERT INTO retailer (id, licence, shop, keeper, phone, address, area_id, class_id, manager_id, openid, bound_at,
    bind_token, updated_at)
SELECT n, CAST(350800000000 + n AS VARCHAR), '便利店' || n, '王', '138', '街', n / 10 % :areas + 1, n % 2 + 1,
    CASE WHEN n <= :own THEN 101 END, 'o' || n, :before, 't' || n, :before
FROM numbers
"""
_FOLLOWERS = """
INSERT INTO follower (openid, followed_at, message_left, event_left, has_held)
SELECT openid, :before, 0, 0, :no FROM retailer
"""
#: Four in ten are left out, the others stand in parts of 10,000 of all areas; one in ten opened it, few acted.
_RECIPIENTS = """
INSERT INTO campaign_recipient (campaign_id, retailer_id, openid, area_id, manager_id, why, outcome, part, is_opened,
    opened_at, acted_at)
SELECT 1, id, CASE WHEN id % 10 > 3 THEN openid END, area_id, coalesce(manager_id, area_id),
    CASE WHEN id % 10 < 3 THEN 'quota' WHEN id % 10 = 3 THEN 'unbound' END,
    CASE WHEN id % 10 > 3 THEN 'batched' END,
    CASE WHEN id % 10 > 3 THEN id * 6 / 10 / {part} + 1 END,
    id % 10 = 9,
    CASE WHEN id % 10 = 9 THEN CAST(:now AS {moment}) END,
    CASE WHEN id % 50 = 9 THEN CAST(:now AS {moment}) END
FROM retailer
"""
_ADDRESS = "/console/broadcasts"
_LINE = "便利店"
PAGES = (
    Page("pushes, the list", "admin", f"{_ADDRESS}/pushes", holds="旺季陈列"),
    Page("report", "admin", f"{_ADDRESS}/pushes/1/report", holds="旺季陈列"),
    Page("report, by manager", "admin", f"{_ADDRESS}/pushes/1/report?by=manager", holds="旺季陈列"),
    Page("report, of a manager", "own", f"{_ADDRESS}/pushes/1/report", holds="旺季陈列"),
    Page("missed list", "admin", f"{_ADDRESS}/pushes/1/missed", holds=_LINE),
    Page("missed list, in the middle", "admin", f"{_ADDRESS}/pushes/1/missed?after={{middle}}", holds=_LINE),
    Page("missed list, one reason", "admin", f"{_ADDRESS}/pushes/1/missed?why=quota", holds=_LINE),
    Page("missed list, of an area", "admin", f"{_ADDRESS}/pushes/1/missed?area=7", holds=_LINE),
    Page("missed list, of a manager", "own", f"{_ADDRESS}/pushes/1/missed", holds=_LINE),
    Page("a push", "admin", f"{_ADDRESS}/pushes/1", holds="旺季陈列"),
    Page("calendar", "admin", f"{_ADDRESS}/calendar", holds="旺季陈列"),
    Page("composer, a new push", "admin", f"{_ADDRESS}/pushes/new", holds='name="title"'),
    Page("composer, a draft", "admin", f"{_ADDRESS}/pushes/2/edit", holds="新品到货"),
    Page("brands, a month", "admin", f"{_ADDRESS}/brands/month", holds="七匹"),
    Page("brands, a month, of a manager", "own", f"{_ADDRESS}/brands/month", holds="七匹"),
    Page("brands, areas of one", "admin", f"{_ADDRESS}/brands/1/month", holds="片区7"),
    # It judges every shop there is: see the forecast in `campaigns`.
    Page("a draft, with whom it reaches", "admin", f"{_ADDRESS}/pushes/2", holds="新品到货", limit=None),
)


def run() -> None:
    """Measure, and print."""
    opened = []
    with harness.stores() as stores, ExitStack() as stack:
        for name, url in stores.items():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wuwei-bench-")))
            addresses = [pages.address(url, count) for count in (FEW, MANY)]
            few, many = (_place(at, folder, count) for at, count in zip(addresses, (FEW, MANY), strict=True))
            harness.table(
                f"Pages of a push on {name}: to {MANY:,} shops against {FEW:,}",
                ["page", "ratio [IQR]", "limit", "ms, median", f"ms at {FEW:,}", "ms, p95"],
                [pages.measure(page, few, many) for page in PAGES],
            )
            opened.append([name, *_openings(Database(addresses[1]))])
    harness.table(
        f"{OPENED} openings noted with their counters by {THREADS} threads, of a push to {MANY:,}",
        ["database", "ratio to a bare update of the same rows", "ms for all"],
        opened,
    )


def _place(url: str, folder: Path, count: int) -> Place:
    database, now = Database(url), datetime.now(UTC)
    schema.upgrade(database, FEATURES)
    begun = time.monotonic()
    with database.transaction() as session:
        town.settle(session, now=now)
        session.execute(insert(Manager), [{"id": 101, "name": "自有", "phone": "13800000101", "openid": pages.PHONE}])
        before = {"count": count, "areas": town.AREAS, "own": OWN, "before": now - timedelta(days=60)}
        shops = text(f"{town.NUMBERS} {_SHOPS}").bindparams(bindparam("before", type_=Moment()))
        session.execute(shops, before)
        followers = text(_FOLLOWERS).bindparams(bindparam("before", type_=Moment()))
        session.execute(followers, {"before": before["before"], "no": False})
        pages.office(session, now)
        _pushes(session, count, now, moment="TEXT" if database.is_sqlite else "TIMESTAMPTZ")
        counted = counting.changed_since(session, now=now)
        counting.keep(session, SENT, counting.count(session, SENT), counted[SENT], now=now)
    visits.analyze(database)
    print(f"(a push to {count:,} laid out in {time.monotonic() - begun:.0f} s)")
    database.dispose()
    return Place(pages.browsers(url, folder / str(count)), {"middle": count // 2})


def _pushes(session: Session, count: int, now: datetime, *, moment: str) -> None:
    """A push that was sent, a draft, and one that is planned; what came of the first, and a month of its brand."""
    of_each = {"shows": Shows.TEXT, "words": "摆整齐", "buttons": [], "created_at": now, "created_by": "market"}
    for number, title in ((SENT, "旺季陈列"), (DRAFT, "新品到货"), (LATER, "节日安排")):
        session.add(Push(id=number, token=f"push-{number}", title=title, **of_each))
    session.flush()
    about = {"kind": PUSH, "said": "摆整齐", "created_by": "market", "created_at": now}
    states = ((SENT, "sent", now - timedelta(hours=1)), (DRAFT, "draft", now), (LATER, "planned", now))
    for number, state, due_at in states:
        at = due_at if number == SENT else due_at + timedelta(days=2)
        session.add(Campaign(id=number, reference=number, about=f"push:{number}", state=state, due_at=at, **about))
    session.flush()
    sent = {"frozen_at": now, "last_shop": count, "cursor": count}
    session.execute(update(Campaign).where(Campaign.id == SENT).values(sent))
    recipients = text(_RECIPIENTS.format(part=PART, moment=moment))
    session.execute(recipients.bindparams(bindparam("now", type_=Moment())), {"now": now})
    month = month_of(now)
    for part in range(1, count * 6 // 10 // PART + 2):
        about = {
            "client_id": f"w1-{part}",
            "source": "campaigns",
            "about": "push:1",
            "part": part,
            "msg_id": f"m{part}",
        }
        job = MassJob(**about, state=MassState.FINISHED, size=PART, month=month, due_at=now, created_at=now)
        job.total, job.sent, job.accepted_at = PART, PART - 3, now
        session.add(job)
        session.flush()
        session.add(CampaignPart(campaign_id=SENT, number=part, size=PART, mass_job_id=job.id))
    session.flush()
    tally.recount(session, [PUSH], SENT)
    session.add(Brand(id=1, name="七匹"))
    session.flush()
    session.add(PushBrand(push_id=SENT, brand_id=1))
    sold = {"brand_id": 1, "target": 100, "sold": 80, "said_at": now, "month": int(f"{now:%Y%m}")}
    session.execute(insert(BrandMonth), [{**sold, "area_id": area} for area in range(1, town.AREAS + 1)])


def _openings(database: Database) -> tuple[str, str]:
    """The ratio, and the milliseconds, of five hundred openings by people who have not opened it."""
    now, dice = datetime.now(UTC), random.Random(7)
    chosen = dice.sample(range(4, MANY, 10), OPENED * 2 * (ROUNDS + 1))

    def note(session: Session, shop: int) -> None:
        found = openings.find(session, SENT, f"o{shop}", shop)
        assert found is not None
        if not openings.credit(session, found, now=now):
            raise AssertionError(f"the opening of {shop} was not counted")

    def bare(session: Session, shop: int) -> None:
        mine = update(Recipient).where(Recipient.campaign_id == SENT, Recipient.retailer_id == shop)
        session.execute(mine.values(is_opened=True, opened_at=now))

    def slice_of(do: Callable[[Session, int], None]) -> Callable[[], float]:
        return lambda: _by_threads(database, do, [chosen.pop() for _ in range(OPENED)])

    times = harness.rotate({"noted": slice_of(note), "bare": slice_of(bare)}, ROUNDS)
    database.dispose()
    ratio = harness.paired(times["noted"], times["bare"])
    milliseconds = 1000 * sum(times["noted"]) / len(times["noted"])
    return f"{ratio}, {harness.verdict(ratio.median, LIMIT_OPENINGS)}", f"{milliseconds:,.0f}"


def _by_threads(database: Database, do: Callable[[Session, int], Any], shops: Sequence[int]) -> float:
    """Seconds until all is done, each in a transaction of its own."""

    def one(shop: int) -> None:
        with database.transaction() as session:
            do(session, shop)

    begun = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(one, shops))
    return time.perf_counter() - begun
