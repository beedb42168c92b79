"""Pushes by mass from the command to the phones, in parts, with the real sender: what goes wrong on the way, and after
each step a report that holds."""

import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from broadcasts.actions import answering, articles
from broadcasts.actions.sending import PUSHES
from broadcasts.models.pushes import Plan, Push, Shows
from broadcasts.queries import audience
from campaigns import dividing, kinds, listing
from campaigns.models import Campaign
from people.models import Area, Retailer, ShopClass
from simulator.world import Account
from tests.broadcasts.conftest import SUPPLY, Library
from tests.broadcasts.test_push_commands import run, special_day
from tests.broadcasts.town import SHANGHAI
from tests.conftest import AES_KEY, House
from tests.office import Office
from visits.actions import settings
from wechat_bot.mass import claiming, quota, settling
from wechat_bot.mass.models import MassByHand, MassDraft, MassJob, MassUse
from wechat_bot.models import Follower

SEND, ADD = "/cgi-bin/message/mass/send", "/cgi-bin/draft/add"
TO_TAG = "/cgi-bin/message/mass/sendall"
BIG, SMALL = "大片", "小片"


def at(day: int, hour: int, minute: int = 0, second: int = 0, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, minute, second, tzinfo=SHANGHAI)


class Crowd:
    """A house with shops in two large areas, whose keepers follow and have not written for long."""

    def __init__(self, house: House, now: datetime = at(10, 10)) -> None:
        self.house, self.office = house, Office(house)
        house.clock.advance(now - house.clock())
        house.lay_out("an office with two who lead marketing", self._settle)
        self.openids: list[str] = []

    def _settle(self) -> None:
        self.office.import_roster()
        self.office.staff()
        self.office.user("sun", "marketing", name="孙宁")

    def shops(self, count: int, area: str = BIG) -> list[str]:
        """So many bound shops more; gives the openids, in the order of the shops."""
        openids = sorted(phone.openid for phone in self.house.sim.follow_many(count, prefix=area))
        now = self.house.clock()
        with self.house.services.transaction() as session:
            area_id = session.scalar(select(Area.id).where(Area.name == area))
            if area_id is None:
                row = Area(name=area)
                session.add(row)
                session.flush()
                area_id = row.id
            class_id = session.scalars(select(ShopClass.id).order_by(ShopClass.id)).first()
            known = set(session.scalars(select(Follower.openid)))
            windows = {"followed_at": now, "message_left": 0, "event_left": 0, "has_held": False}
            session.execute(insert(Follower), [{"openid": each, **windows} for each in openids if each not in known])
            session.execute(update(Follower).where(Follower.openid.in_(openids)).values(message_left=0, event_left=0))
            first = len(self.openids) + 1
            session.execute(
                insert(Retailer),
                [
                    {
                        "licence": f"3509{first + n:08}",
                        "shop": f"第{first + n}家店",
                        "keeper": "店主",
                        "phone": "13600000000",
                        "area_id": area_id,
                        "class_id": class_id,
                        "openid": openid,
                        "bound_at": now,
                        "bind_token": f"t{first + n}",
                        "updated_at": now,
                    }
                    for n, openid in enumerate(openids)
                ],
            )
        self.openids += openids
        return openids

    def run(self, *words: str) -> str:
        done = self.house.flask("broadcasts", *words)
        assert done.exit_code == 0, done.output
        return done.output.strip()

    def approved(
        self,
        due_at: datetime,
        *more: str,
        area: str = BIG,
        channel: str = "mass",
        kind: str = "promo",
        text: str = "",
        title: str = "旺季陈列怎么摆",
    ) -> int:
        """A push to an area, submitted, and approved by another; gives its id."""
        article = Library(self.house).published(title, column=SUPPLY)
        given = ("--audience", f"{{area: [{area}]}}", "--at", f"{due_at:%Y-%m-%d %H:%M}", "--channel", channel)
        push_id = int(self.run("push", str(article), *given, "--kind", kind, "--by", "market", *more))
        if text:
            with self.house.services.transaction() as session:
                said = {"shows": Shows.TEXT, "words": text, "article_id": None, "article_version": None}
                session.execute(update(Push).where(Push.id == push_id).values(**said))
        self.run("submit", str(push_id), "--by", "market", "--aware")
        self.run("approve", str(push_id), "--by", "sun")
        return push_id

    def until(self, moment: datetime) -> None:
        """Time passes until then; nothing is sent."""
        self.house.clock.advance(moment - self.house.clock())
        self.house.sim.settle()

    def tick(self) -> None:
        """What the clock does once: each job, and WeChat's reports."""
        self.house.run_jobs()
        self.house.sim.settle()

    def later(self, **span: float) -> None:
        self.until(self.house.clock() + timedelta(**span))
        self.tick()

    def go(self, moment: datetime) -> None:
        """Time passes, and all is done that then can be."""
        self.until(moment)
        for _ in range(3):
            self.tick()

    def report(self, push_id: int, audience: int) -> Any:
        """The report as scripts get it, which must add up."""
        found = json.loads(self.run("report", str(push_id), "--json"))
        parts = sum(each["size"] for each in found["parts"])
        assert found["audience"] == sum(found["reasons"].values()) + parts + found["singles"] == audience
        assert all(each["total"] in (None, each["size"]) for each in found["parts"])
        assert found["missed"] == len(self.missed(push_id))
        return found

    def missed(self, push_id: int) -> list[Any]:
        return list(json.loads(self.run("missed", str(push_id), "--json")))

    def why_missed(self, push_id: int) -> Counter[str]:
        return Counter(each["reason"] for each in self.missed(push_id))

    def page(self, push_id: int, of: str = "") -> str:
        boss = self.office.browser("market")
        return str(boss.get(f"/console/broadcasts/pushes/{push_id}{of}").text)

    def cards(self, openids: list[str] | None = None) -> Counter[int]:
        """How many phones show so many mass messages."""
        followers = self.house.sim.world.followers
        return Counter(
            sum(entry.channel == "mass" for entry in followers[each].transcript)
            for each in (self.openids if openids is None else openids)
            if each in followers
        )

    def used(self, month: int = 202612) -> Counter[int]:
        """How many followers have had how many of a month's four."""
        with self.house.look() as session:
            return Counter(session.scalars(select(MassUse.used).where(MassUse.month == month, MassUse.used > 0)))

    def had(self, openids: list[str], number: int) -> None:
        """These had so many this month, and WeChat knows."""
        with self.house.services.transaction() as session:
            session.execute(insert(MassUse), [{"openid": each, "month": 202612, "used": number} for each in openids])
        for each in openids:
            self.house.sim.world.followers[each].mass_received = {"2026-12": number}

    def calls(self, path: str = SEND) -> int:
        return int(self.house.sim.count(path))


@pytest.fixture
def crowd(house: House) -> Crowd:
    return Crowd(house)


@pytest.fixture
def ten(monkeypatch: pytest.MonkeyPatch) -> None:
    """WeChat takes ten followers at a time."""
    monkeypatch.setattr(dividing, "MOST", 10)


@pytest.fixture
def one_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """One call a minute: there is time for something to happen between two parts."""
    monkeypatch.setattr(claiming, "A_MINUTE", 1)


def states(report: Any) -> list[str]:
    return [each["state"] for each in report["parts"]]


def test_each_part_has_its_own_draft_and_every_phone_shows_the_card_once(crowd: Crowd, ten: None) -> None:
    crowd.shops(25)
    push_id = crowd.approved(at(10, 11))
    crowd.report(push_id, 0)
    crowd.go(at(10, 11))
    found = crowd.report(push_id, 25)
    assert [(each["size"], each["state"], each["total"], each["sent"]) for each in found["parts"]] == [
        (size, "finished", size, size) for size in (10, 10, 5)
    ]
    assert (found["state"], found["delivered"], found["missed"]) == ("done", 25, 0)
    assert (crowd.calls(ADD), crowd.calls(), crowd.cards()) == (3, 3, {1: 25})
    with crowd.house.look() as session:
        assert len(set(session.scalars(select(MassJob.draft_media_id)))) == 3
        assert session.scalar(select(func.count()).select_from(MassDraft).where(MassDraft.gone_at.is_(None))) == 0
    assert len({each["msg_id"] for each in found["parts"]}) == 3
    assert crowd.used() == {1: 25}


def test_who_had_four_this_month_is_named_before_and_missed_with_that_reason(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dividing, "MOST", 100)
    openids = crowd.shops(1000)
    crowd.had(openids[:300], 4)
    push_id = crowd.approved(at(10, 11))
    told = json.loads(crowd.run("forecast", str(push_id), "--json"))
    assert (told["meant"], told["reasons"], told["calls"]) == (700, {"quota": 300}, 7)
    assert sorted(told["over_quota"]) == [f"3509{n:08}" for n in range(1, 301)]
    crowd.go(at(10, 11))
    found = crowd.report(push_id, 1000)
    assert (found["reasons"], sum(each["size"] for each in found["parts"])) == ({"quota": 300}, 700)
    assert sum(each["total"] for each in found["parts"]) == sum(each["filtered"] for each in found["parts"]) == 700
    assert (found["delivered"], crowd.why_missed(push_id)) == (700, {"quota": 300})
    assert crowd.cards(openids[:300]) == {0: 300}


@pytest.mark.on_sqlite
def test_what_is_listed_in_one_month_and_sent_in_the_next_is_booked_where_it_was_sent(
    build: Callable[..., House], ten: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = Crowd(build(quiet_hours="21:00-08:00"), at(30, 20, month=11))
    openids = crowd.shops(12)
    push_id = crowd.approved(at(30, 20, 58, month=11))
    # Listed at 20:58, as at 23:58 without quiet hours: its calls come a night later.
    crowd.house.sim.faults.add(SEND, "errcode", value=45011, times=2)
    crowd.go(at(30, 20, 58, month=11))
    assert (crowd.used(202611), crowd.used(202612)) == ({1: 12}, {})
    with crowd.house.services.transaction() as session:
        # One of them is full in the next month by then.
        session.add(MassUse(openid=openids[0], month=202612, used=4))
    crowd.go(at(30, 23, 58, month=11))
    assert states(crowd.report(push_id, 12)) == ["drafted", "drafted"]
    crowd.go(at(1, 8))
    found = crowd.report(push_id, 12)
    assert (states(found), found["reasons"]) == (["finished", "finished"], {"quota": 1})
    assert (crowd.used(202611), crowd.used(202612)) == ({}, {4: 1, 1: 11})


def test_what_wechat_never_answers_is_unsure_until_its_report_of_that_size_comes(crowd: Crowd, ten: None) -> None:
    crowd.shops(15)
    push_id = crowd.approved(at(10, 11))
    faults = crowd.house.sim.faults
    faults.add(SEND, "lost_answer", times=2)
    faults.add("callback:MASSSENDJOBFINISH", "late", times=2, value=85_000)
    crowd.go(at(10, 11))
    assert states(crowd.report(push_id, 15)) == ["sending", "sending"]
    faults.add(SEND, "http", value=502, times=None)
    for hours in (1, 4, 16, 2):
        crowd.later(hours=hours)
        assert states(crowd.report(push_id, 15)) == ["sending", "sending"]
    crowd.later(minutes=2)
    found = crowd.report(push_id, 15)
    assert (states(found), found["unsure"], found["delivered"]) == (["unsure", "unsure"], 15, 0)
    assert found["missed"] == 0
    assert "不确定" in crowd.page(push_id, "/report")
    assert crowd.used() == {1: 15}
    crowd.later(minutes=40)
    crowd.tick()
    found = crowd.report(push_id, 15)
    assert (states(found), found["unsure"], found["delivered"]) == (["finished", "finished"], 0, 15)
    assert (found["state"], crowd.cards()) == ("done", {1: 15})


@pytest.mark.on_sqlite
def test_a_report_before_our_own_note_and_twice_is_counted_once(crowd: Crowd, ten: None) -> None:
    crowd.shops(15)
    push_id = crowd.approved(at(10, 11))
    crowd.house.sim.faults.add(SEND, "lost_answer", times=1)
    crowd.house.sim.faults.add("callback:MASSSENDJOBFINISH", "doubled", times=2)
    crowd.go(at(10, 11))
    found = crowd.report(push_id, 15)
    assert (states(found), found["delivered"]) == (["sending", "finished"], 5)
    crowd.go(at(10, 11, 2))
    found = crowd.report(push_id, 15)
    assert (states(found), found["delivered"], found["state"]) == (["finished", "finished"], 15, "done")
    assert crowd.cards() == {1: 15}


@pytest.mark.on_sqlite
def test_who_is_erased_does_not_make_unsure_what_wechat_is_asked_about_again(crowd: Crowd, ten: None) -> None:
    crowd.shops(10)
    push_id = crowd.approved(at(10, 11))
    crowd.house.sim.faults.add(SEND, "lost_answer", times=1)
    crowd.house.sim.faults.add("callback:MASSSENDJOBFINISH", "lost", times=1)
    crowd.go(at(10, 11))
    assert crowd.house.flask("people", "erase", "350900000003", "--yes").exit_code == 0
    crowd.go(at(10, 11, 2))
    assert states(crowd.report(push_id, 10)) == ["accepted"]


def test_a_part_that_wechats_review_refuses_pauses_the_push_and_the_others_are_not_sent(
    crowd: Crowd, ten: None, one_a_minute: None
) -> None:
    openids = crowd.shops(50)
    push_id = crowd.approved(at(10, 11))
    crowd.go(at(10, 11))
    assert states(crowd.report(push_id, 50)) == ["finished", "drafted", "drafted", "drafted", "drafted"]
    crowd.house.sim.judge_next_mass("err(20013)")
    crowd.go(at(10, 11, 2))
    for _ in range(3):
        crowd.later(seconds=61)
    found = crowd.report(push_id, 50)
    assert (found["state"], states(found)[:2]) == ("paused", ["finished", "refused"])
    assert set(states(found)[2:]) <= {"planned", "drafted"}
    assert crowd.cards() == {1: 10, 0: 40}
    assert crowd.used() == {1: 40}
    assert "版权" in crowd.page(push_id) and "“继续发送”只发它们" in crowd.page(push_id)
    report = crowd.page(push_id, "/report")
    assert "微信审核没有通过：涉嫌侵犯版权。请改了内容，另写一份再发。" in report
    crowd.run("cancel", str(push_id), "--by", "market")
    crowd.tick()
    found = crowd.report(push_id, 50)
    assert (found["state"], states(found)) == ("cancelled", ["finished", "refused", *["cancelled"] * 3])
    assert (crowd.used(), crowd.why_missed(push_id)) == ({1: 10}, {"not_delivered": 10, "stopped": 30})
    assert crowd.calls() == 2
    assert crowd.cards(openids[:10]) == {1: 10}


@pytest.mark.on_sqlite
def test_content_that_wechat_does_not_take_fails_the_push_before_any_part_and_is_written_again(
    crowd: Crowd, ten: None
) -> None:
    openids = crowd.shops(25)
    push_id = crowd.approved(at(10, 11))
    crowd.house.sim.faults.add(ADD, "errcode", value=45004, times=None)
    crowd.go(at(10, 11))
    crowd.tick()
    found = crowd.report(push_id, 25)
    assert (found["state"], crowd.calls(), crowd.cards()) == ("failed", 0, {0: 25})
    assert set(states(found)) <= {"refused", "cancelled"}
    assert (crowd.used(), found["missed"]) == ({}, 25)
    page = crowd.page(push_id)
    assert "没有发成" in page and "第 1 批没有发出：摘要太长" in page and "照这条再写" in page
    assert "请改了内容，另写一份再发。" in crowd.page(push_id, "/report")
    assert crowd.cards(openids) == {0: 25}


@pytest.mark.on_sqlite
def test_an_openid_that_wechat_has_erased_is_a_stranger_and_all_others_get_it(crowd: Crowd) -> None:
    openids = crowd.shops(100)
    push_id = crowd.approved(at(10, 11))
    del crowd.house.sim.world.followers[openids[77]]
    crowd.go(at(10, 11))
    crowd.go(at(10, 11, 2))
    found = crowd.report(push_id, 100)
    assert (found["reasons"], found["delivered"], found["state"]) == ({"stranger": 1}, 99, "done")
    assert (crowd.why_missed(push_id), crowd.used()) == ({"stranger": 1}, {1: 99})
    assert crowd.missed(push_id)[0]["licence"] == "350900000078"
    assert crowd.calls() <= 15


@pytest.mark.parametrize("ends", ["", pytest.param("2026-12-10 23:00", marks=pytest.mark.on_sqlite)])
def test_what_is_not_out_when_quiet_hours_begin_waits_for_the_morning_or_is_late(
    build: Callable[..., House], ten: None, one_a_minute: None, ends: str
) -> None:
    crowd = Crowd(build(quiet_hours="21:00-08:00"))
    crowd.shops(30)
    push_id = crowd.approved(at(10, 20, 59), *(("--not-after", ends) if ends else ()))
    crowd.go(at(10, 20, 59, 30))
    assert states(crowd.report(push_id, 30))[0] == "finished"
    for moment in (at(10, 21, 0, 31), at(10, 22), at(11, 7, 59)):
        crowd.go(moment)
        assert crowd.calls() == 1
        crowd.report(push_id, 30)
        if not ends and moment == at(10, 22):
            special_day(crowd.office, date(2026, 12, 11), "盘点")
            crowd.go(at(10, 22, 1))
            # Nobody would be there for what it brings: it waits until somebody lets it go on.
            assert (crowd.calls(), crowd.report(push_id, 30)["state"]) == (1, "paused")
            assert "12 月 11 日公司休息（盘点），不发" in crowd.page(push_id)
            with crowd.house.services.transaction() as session:
                settings.drop_special_day(session, date(2026, 12, 11), now=crowd.house.clock())
            run(crowd.office, "resume", str(push_id), "--by", "market")
    assert re.search(r"还有 2 批（20 人）等到今天 08:00 再发：\s*免打扰时间里不发。", crowd.page(push_id))
    crowd.go(at(11, 8))
    crowd.go(at(11, 8, 2))
    found = crowd.report(push_id, 30)
    if ends:
        assert (states(found), found["state"]) == (["finished", "late", "late"], "done")
        assert (crowd.calls(), crowd.why_missed(push_id), crowd.used()) == (1, {"late": 20}, {1: 10})
        with crowd.house.look() as session:
            lately = audience.have_missed(session, 1, crowd.house.clock())
            assert session.scalar(select(func.count()).select_from(lately.subquery())) == 20
        assert "过时未发" in crowd.page(push_id, "/report")
    else:
        assert (states(found), found["state"]) == (["finished"] * 3, "done")
        assert crowd.cards() == {1: 30}


@pytest.mark.on_sqlite
def test_call_101_of_a_day_waits_for_the_morning_after_and_the_page_says_so(
    build: Callable[..., House], ten: None
) -> None:
    crowd = Crowd(build(quiet_hours="21:00-08:00"))
    crowd.shops(25)
    push_id = crowd.approved(at(10, 11))
    with crowd.house.services.transaction() as session:
        assert all(quota.take(session, "mass", now=crowd.house.clock()) for _ in range(98))
    crowd.go(at(10, 11))
    for moment in (at(10, 11, 2), at(11, 0, 0, 1), at(11, 7, 59)):
        crowd.go(moment)
        assert (states(crowd.report(push_id, 25)), crowd.calls()) == (["finished", "finished", "drafted"], 2)
        day = "明天" if moment.day == 10 else "今天"
        assert f"还有 1 批（5 人）等到{day} 08:00 再发：" in (page := crowd.page(push_id))
        assert ("今天的接口调用次数已用完" in page) == (moment.day == 10)
    crowd.go(at(11, 8))
    assert (crowd.report(push_id, 25)["state"], crowd.cards()) == ("done", {1: 25})
    assert "再发：" not in crowd.page(push_id)


@pytest.mark.parametrize("was_listed", [True, pytest.param(False, marks=pytest.mark.on_sqlite)])
def test_a_backup_that_is_restored_after_the_last_moment_sends_nothing(
    crowd: Crowd, ten: None, was_listed: bool
) -> None:
    crowd.shops(25)
    push_id = crowd.approved(at(11, 8), "--not-after", "2026-12-11 12:00")
    if was_listed:
        # The backup is from the moment between listing and the first call.
        crowd.until(at(11, 8))
        for job in crowd.house.app.extensions["jobs"]:
            if job.name == "campaigns of push":
                job.run(crowd.house.services)
        assert states(crowd.report(push_id, 25)) == ["planned"] * 3
    crowd.go(at(11, 13))
    assert (crowd.calls(), crowd.cards()) == (0, {0: 25})
    # Who would have got it is known, whether it was listed before or only then.
    found = crowd.report(push_id, 25)
    assert found["state"] == ("done" if was_listed else "missed_its_time")
    assert crowd.why_missed(push_id) == {"late": 25}
    assert was_listed or "到了截止时间还没有开始发送" in crowd.page(push_id, "/report")
    assert crowd.used() == {}


@pytest.mark.parametrize("then", ["resume", pytest.param("cancel", marks=pytest.mark.on_sqlite)])
def test_paused_while_parts_are_in_the_call_it_says_how_many(
    crowd: Crowd, ten: None, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    monkeypatch.setattr(claiming, "A_MINUTE", 2)
    crowd.shops(60)
    push_id = crowd.approved(at(10, 11))
    crowd.house.sim.faults.add(SEND, "lost_answer", times=2)
    crowd.house.sim.faults.add("callback:MASSSENDJOBFINISH", "late", times=2, value=600)
    crowd.go(at(10, 11))
    assert states(crowd.report(push_id, 60))[:3] == ["sending", "sending", "drafted"]
    assert "2 批" in (said := crowd.run("pause", str(push_id), "--by", "market")) and "20 人" in said
    assert "2 批" in (page := crowd.page(push_id)) and "20 人" in page
    crowd.later(seconds=61)
    found = crowd.report(push_id, 60)
    assert (found["state"], crowd.calls()) == ("paused", 2)
    crowd.run(then, str(push_id), "--by", "market")
    for _ in range(4):
        crowd.later(minutes=3)
    crowd.tick()
    found = crowd.report(push_id, 60)
    if then == "resume":
        assert (found["state"], states(found)) == ("done", ["finished"] * 6)
        assert (crowd.cards(), crowd.used()) == ({1: 60}, {1: 60})
    else:
        # Asked again they could be sent; two reports of ten tell that both were.
        assert (found["state"], states(found)) == ("cancelled", ["finished"] * 2 + ["cancelled"] * 4)
        assert (crowd.cards(), crowd.used()) == ({1: 20, 0: 40}, {1: 20})
        assert crowd.why_missed(push_id) == {"stopped": 40}


@pytest.mark.on_sqlite
def test_fewer_filtered_than_given_is_said_and_booked_by_a_button(crowd: Crowd) -> None:
    openids = crowd.shops(50)
    for each in openids[:12]:
        # Somebody sent four by hand, of which nobody told us.
        crowd.house.sim.world.followers[each].mass_received = {"2026-12": 4}
    push_id = crowd.approved(at(10, 11))
    crowd.go(at(10, 11))
    found = crowd.report(push_id, 50)
    assert [(each["total"], each["filtered"], each["sent"]) for each in found["parts"]] == [(50, 38, 38)]
    assert (found["delivered"], found["missed"]) == (38, 0)
    market = crowd.office.browser("market")
    there = f"/console/broadcasts/pushes/{push_id}/report"
    assert "12 人没有收到，不知道是谁；本月是否在公众平台手工群发过？" in market.get(there).text
    assert market.post(f"{there}/by-hand").status_code == 303
    assert crowd.used()[2] == 50
    with crowd.house.look() as session:
        assert session.scalar(select(func.count()).select_from(MassByHand)) == 1
    crowd.report(push_id, 50)


@pytest.mark.parametrize("account", ["service", pytest.param("subscription", marks=pytest.mark.on_sqlite)])
def test_by_tag_one_call_reaches_everybody_who_carries_it(build: Callable[..., House], ten: None, account: Any) -> None:
    crowd = Crowd(build(account=Account(aes_key=AES_KEY, kind=account)))
    crowd.shops(25)
    assert crowd.house.flask("people", "tags", "sync").exit_code == 0
    crowd.tick()
    crowd.tick()
    push_id = crowd.approved(at(10, 11), channel="tag")
    with crowd.house.look() as session:
        assert session.scalars(select(Push.plan)).one() == Plan.TAG
        assert session.scalars(select(Push.tag_id)).one() is not None
    crowd.go(at(10, 11))
    found = crowd.report(push_id, 25)
    assert [(each["size"], each["state"], each["total"]) for each in found["parts"]] == [(25, "finished", 25)]
    assert (found["state"], crowd.calls(TO_TAG), crowd.calls(), crowd.cards()) == ("done", 1, 0, {1: 25})


class Killed(BaseException):
    """The process is gone."""


def test_restarted_three_times_while_sending_nobody_is_lost_or_has_it_twice(
    crowd: Crowd, ten: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd.shops(50)
    push_id = crowd.approved(at(10, 11))
    crowd.until(at(10, 11))
    note, deaths = settling.note_taken, [1, 3, 6]
    called = 0

    def dies(*given: Any, **named: Any) -> None:
        nonlocal called
        called += 1
        if called in deaths:
            raise Killed
        note(*given, **named)

    monkeypatch.setattr(settling, "note_taken", dies)
    restarts = 0
    for _ in range(12):
        services = crowd.house.another_process()
        try:
            for job in crowd.house.app.extensions["jobs"]:
                job.run(services)
        except Killed:
            restarts += 1
        services.database.dispose()
        crowd.house.sim.settle()
        found = json.loads(crowd.run("report", str(push_id), "--json"))
        assert found["state"] != "done" or set(states(found)) == {"finished"}
        crowd.house.clock.advance(timedelta(seconds=61))
    found = crowd.report(push_id, 50)
    assert (restarts, found["state"], found["delivered"]) == (3, "done", 50)
    assert (crowd.cards(), crowd.used()) == ({1: 50}, {1: 50})


@pytest.mark.on_sqlite
def test_the_same_words_to_two_audiences_arrive_at_both(crowd: Crowd) -> None:
    big, small = crowd.shops(8), crowd.shops(4, SMALL)
    first = crowd.approved(at(10, 11), text="明天停电，请先报货。", title="停电通知", kind="service")
    second = crowd.approved(at(10, 11), text="明天停电，请先报货。", title="停电通知", kind="service", area=SMALL)
    crowd.go(at(10, 11))
    one, two = crowd.report(first, 8), crowd.report(second, 4)
    assert (one["delivered"], two["delivered"]) == (8, 4)
    assert one["parts"][0]["msg_id"] != two["parts"][0]["msg_id"]
    assert (crowd.cards(big), crowd.cards(small)) == ({1: 8}, {1: 4})
    sent = [json.loads(call.body)["clientmsgid"] for call in crowd.house.sim.calls if call.path == SEND]
    assert len(sent) == len(set(sent)) == 2


@pytest.mark.on_sqlite
def test_a_withdrawn_article_goes_out_in_no_push(crowd: Crowd, ten: None, one_a_minute: None) -> None:
    crowd.shops(20)
    push_id = crowd.approved(at(10, 11), title="货源说明")
    said = "文章已撤下，这条推送不能发。"

    def put(do: Any) -> None:
        services = crowd.house.services
        with services.transaction() as session:
            article = session.scalars(select(Push.article_id).where(Push.id == push_id)).one()
            do(session, article, who="周敏", now=services.clock())

    put(articles.withdraw)
    crowd.go(at(10, 11))
    assert (crowd.report(push_id, 0)["state"], crowd.calls()) == ("draft", 0)
    assert said in crowd.page(push_id)
    put(articles.restore)
    crowd.run("submit", str(push_id), "--by", "market", "--aware")
    crowd.run("approve", str(push_id), "--by", "sun")
    crowd.go(at(10, 11, 1))
    assert states(crowd.report(push_id, 20)) == ["finished", "drafted"]
    put(articles.withdraw)
    crowd.tick()
    crowd.go(at(10, 11, 5))
    assert (crowd.report(push_id, 20)["state"], crowd.calls()) == ("paused", 1)
    assert said in crowd.page(push_id)
    put(articles.restore)
    crowd.run("resume", str(push_id), "--by", "market")
    crowd.go(at(10, 11, 7))
    assert crowd.report(push_id, 20)["state"] == "done"
    assert crowd.cards() == {1: 20}


def test_whoever_refuses_between_listing_and_sending_is_left_out_of_promotions(
    crowd: Crowd, ten: None, one_a_minute: None
) -> None:
    openids = crowd.shops(20)
    push_id = crowd.approved(at(10, 11))
    notice = crowd.approved(at(10, 11), kind="service", area=BIG)
    crowd.until(at(10, 11))
    first, second, third = openids[0], openids[15], openids[16]
    services = crowd.house.services
    with services.transaction() as session:
        campaign = session.scalars(select(Campaign.id).where(Campaign.reference == push_id)).one()
        listing.some(session, campaign, PUSHES, kinds.context(services, services.clock()))
        # Listed already, and in no part yet.
        answering.refuse(session, third, now=crowd.house.clock())
    crowd.go(at(10, 11))
    for each in (first, second):
        with crowd.house.services.transaction() as session:
            answering.refuse(session, each, now=crowd.house.clock())
    for minute in (2, 4, 6, 8):
        crowd.go(at(10, 11, minute))
    found = crowd.report(push_id, 20)
    # The first had it before they refused.
    assert (found["reasons"], states(found)) == ({"refused": 2}, ["finished", "finished"])
    assert crowd.missed(push_id) == [{"licence": f"35090000001{n}", "reason": "refused"} for n in (6, 7)]
    assert (crowd.cards([first]), crowd.cards([second, third])) == ({1: 1}, {0: 2})
    assert crowd.used() == {1: 18}
    assert crowd.report(notice, 20)["reasons"] == {"same_day": 20}
