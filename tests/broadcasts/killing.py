"""A push sent by real workers that are struck down, with the web that hears WeChat's reports; then what was noted is
compared with what the phones show.

Everybody is in the audience: who is unbound, has left, refuses it, had four this month, is a stranger to WeChat; who
has just written gets a message of their own; all others are in parts, one for each area.
"""

import json
import random
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import requests
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from broadcasts.actions import approving, articles, checking, pushes
from broadcasts.models.pushes import Plan, PushKind, Refusal, Shows
from broadcasts.queries import columns
from broadcasts.rules.drafts import PushDraft
from campaigns import parts, tally
from campaigns.approving import CampaignAuthor
from campaigns.models import Campaign, CampaignPart, CampaignState, Outcome, Recipient
from config.app import build_services
from config.settings import Settings
from console.models import User
from people.models import Area, Retailer, ShopClass
from tests.broadcasts.conftest import SUPPLY, draft
from tests.campaigns.test_mass import adds_up
from tests.forking import Part
from tests.office import HASH
from tests.processes import Town
from wechat_bot.mass import quota
from wechat_bot.mass.models import MassDraft, MassJob, MassState, MassUse
from wechat_bot.models import Delivery, DeliveryState, Follower
from wechat_bot.services import Services

#: Of a hundred shops so many each: unbound, left, refusing, had four; whose window is open; and strangers in all.
APART, OPEN, STRANGERS = 2, 10, 2
#: Shop ids lie so far apart that listing and cutting take several steps.
SPREAD = 25_000
PATIENCE = 180.0
#: Before which of the steps that change the push a worker ends itself, from the first of listing to long into sending;
#: never, some of them.
STEPS = (0, 4, 12, 25, 40, 60, 100, 150)
#: What may be said of somebody whose phone shows so many messages.
KNOWN = {(Outcome.CUSTOM, 1), (MassState.FINISHED, 1), *((MassState.UNSURE, shown) for shown in (0, 1))}


@dataclass
class Trial:
    """A push on its way, in a town."""

    town: Town
    services: Services
    push_id: int
    openids: list[str]
    #: What each phone showed before.
    before: dict[str, int]
    #: Who must not get it, by reason.
    apart: dict[str, set[str]]

    def campaign(self) -> Campaign:
        with self.services.reading() as session:
            return session.scalars(select(Campaign).where(Campaign.reference == self.push_id)).one()

    def jobs(self) -> Counter[str]:
        with self.services.reading() as session:
            return Counter(session.scalars(select(MassJob.state)))

    def waiting(self) -> int:
        jobs = self.jobs()
        return jobs[MassState.PLANNED] + jobs[MassState.DRAFTED]

    def waits_for_reports(self) -> bool:
        """Whether all was sent, and all that is not known yet is how some parts ended."""
        with self.services.reading() as session:
            open_ = (DeliveryState.PENDING, DeliveryState.SENDING)
            waits = session.scalar(select(func.count()).where(Delivery.state.in_(open_)))
            listed = session.scalar(select(func.count()).where(Recipient.outcome == Outcome.LISTED))
        jobs = self.jobs()
        return not waits and not listed and bool(jobs) and jobs.keys() <= {*parts.FINAL, MassState.ACCEPTED}

    def is_over(self) -> bool:
        return self.campaign().state == CampaignState.SENT

    def shown(self) -> dict[str, int]:
        """How many messages more than before each phone shows."""
        asked = {"limit": "1000000"}
        listed = requests.get(f"{self.town.platform}/simulator/followers", params=asked, timeout=60).json()
        entries = {each["openid"]: each["entries"] for each in listed["followers"]}
        return {each: entries.get(each, 0) - self.before.get(each, 0) for each in self.openids}


@contextmanager
def trial(town: Town, *, people: int, areas: int) -> Iterator[Trial]:
    """Shops and phones, and a push that is approved and due."""
    known = {name.lower(): value for name, value in town.env.items() if name.lower() in Settings.model_fields}
    services = build_services(Settings(_env_file=None, **known))  # type: ignore[call-arg]  # of pydantic-settings
    made = town.control("callbacks/build", count=people * OPEN // 100, prefix="写过", text="您好")["callbacks"]
    wrote = [each["openid"] for each in made]
    others = [each["openid"] for each in town.control("followers", count=people - len(wrote))["followers"]]
    share = people * APART // 100
    names = ("unbound", "unfollowed", "refused", "quota")
    apart = {name: set(others[n * share : (n + 1) * share]) for n, name in enumerate(names)}
    strangers = [f"oStranger{n:018}" for n in range(STRANGERS)]
    apart["stranger"] = set(strangers)
    openids = [*wrote, *others, *strangers]
    random.Random(5).shuffle(openids)
    with services.transaction() as session:
        _settle(session, openids, set(wrote), apart, areas, services.clock())
    push_id = _approved(services)
    for path, kind, probability, value in (
        ("/cgi-bin/message/mass/send", "lost_answer", 0.1, 0),
        ("/cgi-bin/message/mass/send", "http", 0.05, 502),
        ("/cgi-bin/draft/add", "lost_answer", 0.05, 0),
        ("callback:MASSSENDJOBFINISH", "overtaken", 0.2, 0),
        ("callback:MASSSENDJOBFINISH", "doubled", 0.2, 0),
        ("callback:MASSSENDJOBFINISH", "lost", 0.1, 0),
        ("/cgi-bin/message/mass/send", "slow", 1, 0.05),
        ("/cgi-bin/draft/add", "slow", 1, 0.03),
    ):
        town.control("faults", target=path, kind=kind, times=None, probability=probability, value=value)
    found = Trial(town, services, push_id, openids, {}, apart)
    found.before = found.shown()
    try:
        yield found
    finally:
        services.database.dispose()


def send_and_kill(
    found: Trial, *, workers: int, kills: int, strike: Callable[[Part, int], bool] = lambda victim, number: True
) -> Counter[str]:
    """Send it while workers are struck down: killed, unless `strike` did something else to one; and many end themselves
    at a random step of what they write. Gives how many were, by the state the push had then."""
    dice, waiting, struck = random.Random(7), threading.Event(), Counter[str]()

    def worker() -> Part:
        dies = dice.choice(STEPS) if struck.total() < kills else 0
        return found.town.start(sys.executable, "-m", "tests.programs.pushing", DIES=str(dies))

    running = [worker() for _ in range(workers)]
    rounds = 0
    while struck.total() < kills or not found.is_over():
        rounds += 1
        assert rounds * 0.15 < PATIENCE, (found.campaign().state, found.jobs())
        waiting.wait(0.1 + 0.1 * dice.random())
        for number, each in enumerate(running):
            if struck.total() < kills and each.poll() is None and dice.random() < 0.1:
                struck[found.campaign().state] += 1
                if strike(each, struck.total()):
                    each.kill()
                    each.wait()
                    running[number] = worker()
            elif each.poll() is not None:
                struck[found.campaign().state] += 1
                running[number] = worker()
        if rounds % 3 == 0:
            found.town.control("clock/advance", seconds=61)
        if struck.total() < kills:
            continue
        for each in running:
            each.send_signal(signal.SIGCONT)
        if found.waits_for_reports():
            # Those that were lost are asked for after a day.
            found.town.control("clock/advance", hours=25)
    for each in running:
        each.terminate()
    assert [each.wait(60) for each in running] == [0] * workers
    return struck


def pause_and_resume(found: Trial) -> bool:
    """Pause it for a moment, in which nothing more may go; False where it is not being sent just now."""
    who = CampaignAuthor(None, "周敏")
    with found.services.transaction() as session:
        if found.campaign().state != CampaignState.SENDING:
            return False
        approving.pause(session, found.push_id, who=who, now=found.services.clock())
    waiting = found.waiting()
    threading.Event().wait(1.5)
    assert found.waiting() >= waiting
    with found.services.transaction() as session:
        approving.resume(session, found.push_id, who=who, now=found.services.clock())
    return waiting > 0


def compare(found: Trial) -> Counter[str]:
    """Compare the report, the rows and the phones; gives what became of all."""
    report, shown = json.loads(found.town.flask("broadcasts", "report", str(found.push_id), "--json")), found.shown()
    reasons, sizes = report["reasons"], sum(each["size"] for each in report["parts"])
    assert report["state"] == "done"
    assert report["audience"] == sum(reasons.values()) + sizes + report["singles"] == len(found.openids)
    expected = {name: len(those) for name, those in found.apart.items()}
    # In a part that is unsure nobody is looked for.
    strangers = reasons.pop("stranger", 0)
    assert reasons == {name: count for name, count in expected.items() if name != "stranger"}
    assert strangers == STRANGERS or (strangers < STRANGERS and report["unsure"])
    assert report["delivered"] + report["unsure"] + report["missed"] == report["audience"]
    assert report["missed"] == sum(reasons.values()) + strangers
    assert max(shown.values()) == 1, "nothing twice"
    assert all(shown[each] == 0 for those in found.apart.values() for each in those)
    with found.services.transaction() as session:
        campaign = session.scalars(select(Campaign).where(Campaign.reference == found.push_id)).one()
        assert adds_up(session, campaign)
        assert tally.recount(session, [campaign.kind], campaign.reference) == {}
        became = func.coalesce(MassJob.state, Recipient.outcome)
        rows = session.execute(
            select(Recipient.openid, became, Recipient.part)
            .outerjoin(CampaignPart, CampaignPart.number == Recipient.part)
            .outerjoin(MassJob, MassJob.id == CampaignPart.mass_job_id)
            .where(Recipient.campaign_id == campaign.id, Recipient.why.is_(None))
        ).all()
        used = session.scalar(select(func.coalesce(func.sum(MassUse.used), 0)))
        drafts = session.scalar(select(func.count()).where(MassDraft.gone_at.is_(None)))
    assert {(word, shown[openid]) for openid, word, _ in rows} <= KNOWN
    assert used == sizes + quota.A_MONTH * len(found.apart["quota"])
    counted = Counter(f"{'alone' if part is None else 'in a part'}: {word}" for _, word, part in rows)
    return counted + Counter({"drafts left over": drafts or 0})


def _settle(
    session: Session, openids: list[str], wrote: set[str], apart: dict[str, set[str]], areas: int, now: datetime
) -> None:
    session.add_all(Area(id=n, name=f"{n}片") for n in range(1, areas + 1))
    session.add(ShopClass(id=1, name="普通终端"))
    left = dict.fromkeys(apart["unfollowed"], now)
    windows = {"followed_at": now, "event_left": 0, "has_held": False}
    session.execute(
        insert(Follower),
        [
            {
                "openid": each,
                "unfollowed_at": left.get(each),
                "message_left": 5 if each in wrote else 0,
                "message_until": now + timedelta(hours=40) if each in wrote else None,
                **windows,
            }
            for each in openids
        ],
    )
    apart_by = max(SPREAD // len(openids), 1)
    session.execute(
        insert(Retailer),
        [
            {
                "id": n * apart_by,
                "licence": f"3509{n:08}",
                "shop": f"第{n}家店",
                "keeper": "店主",
                "phone": "13600000000",
                "area_id": n % areas + 1,
                "class_id": 1,
                "openid": None if each in apart["unbound"] else each,
                "bound_at": None if each in apart["unbound"] else now,
                "bind_token": f"t{n}",
                "updated_at": now,
            }
            for n, each in enumerate(openids, 1)
        ],
    )
    refusals = [{"openid": each, "kind": PushKind.GREETING.value, "at": now} for each in apart["refused"]]
    session.execute(insert(Refusal), refusals)
    full = [{"openid": each, "month": quota.month_of(now), "used": quota.A_MONTH} for each in apart["quota"]]
    session.execute(insert(MassUse), full)


def _approved(services: Services) -> int:
    """A greeting, which goes on holidays too, written by one and approved by another."""
    now = services.clock()
    names = {"market": "周敏", "sun": "孙宁"}
    with services.transaction() as session:
        more = {"role": "marketing", "password_hash": HASH, "must_change_password": False, "created_at": now}
        users = [User(login=login, name=name, **more) for login, name in names.items()]
        session.add_all(users)
        session.flush()
        market, sun = (CampaignAuthor(each.id, each.name) for each in users)
        begun = articles.begin(session, columns.named(session, SUPPLY), draft=draft(), who=market.name, now=now)
        articles.publish(session, begun.id, stamp=begun.stamp, who=market.name, knows=lambda link: True, now=now)
        said = PushDraft(PushKind.GREETING, Plan.AUTO, Shows.ARTICLE, due_at=now, article_id=begun.id, audience=None)
        push_id = pushes.begin(session, said, who=market, now=now)
        at = checking.circumstances(services, now)
        approving.submit(session, push_id, who=market, is_aware=True, at=at)
        approving.approve(session, push_id, seen=None, who=sun, at=at)
    return push_id
