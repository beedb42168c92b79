"""A random walk through everything that can happen to requests; after each step what must always hold is looked at.

What is expected is reckoned here from the raw rows and from what the walk itself did, apart from the product's own
actions and queries.
"""

import re
from collections.abc import Callable
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import select, update

from foundation.calendar import read_spans
from people import actions as people
from people.models import Area, Manager, Retailer
from people.working_time import company
from simulator.phone import PIXEL, Phone
from tests.h5 import Browser
from tests.visits.conftest import LICENCES, PHONES, Town
from tests.visits.holds import Holds
from visits.actions import groups, settings
from visits.models.deadlines import Promise
from visits.models.requests import Message, Request
from visits.queries import visibility
from visits.rules.promises import HOUR, Terms
from wechat_bot.models import Follower
from wechat_bot.outbox import queueing
from wechat_bot.reply import text_message

SHOPS, MANAGERS, STRANGER = tuple(LICENCES), tuple(PHONES), "路人"
SENDS = "/cgi-bin/message/custom/send"
ANSWERS = (Promise.FIRST_ANSWER, Promise.NEXT_ANSWER)
SAYINGS = ("红七匹狼这周断货了", "打火机卖完了,麻烦送一盒", "好的,谢谢", "3", "还没有送到呢")
ORDERS = (
    "明早带两条",
    "完结",
    "不用回复",
    "重开",
    "备注 上月也断过",
    "已电话 他知道了",
    "稍后 3小时",
    "转 林小燕",
    "转 陈志强",
)
SPANS = (0.003, 0.2, 1, 3, 6, 11, 13, 25, 50, 80)
CODES = (40003, 43019, 45002, 45009, 45015, 45047, 48002, -1)
WEEK = (read_spans("8:00-12:00 14:30-18:00"),) * 5 + ((), ())
_NUMBERS = re.compile(r"#(\d+)")
shops, managers = st.sampled_from((*SHOPS, STRANGER)), st.sampled_from(MANAGERS)
which = st.integers(0, 5)


class Walk(RuleBasedStateMachine):
    """Three shops, a stranger and three managers; staff who change everything under their feet."""

    raise_town: Callable[[], Town]

    def __init__(self) -> None:
        super().__init__()
        self.town = type(self).raise_town()
        self.house = self.town.house
        self.house.sim.add_template("待办", "内容:{{thing1.DATA}}", template_id="T")
        self.phones: dict[str, Phone] = {name: self.town.manager(name) for name in MANAGERS}
        self.phones |= {name: self.town.shop(name) for name in SHOPS}
        self.phones[STRANGER] = self.house.phone(STRANGER)
        self.phones[STRANGER].follow()
        self.holds = Holds(self.town, self.phones)
        self.ticks()

    # What shops do

    @rule(who=shops, text=st.sampled_from(SAYINGS))
    def writes(self, who: str, text: str) -> None:
        if self.phones[who].follower.subscribed:
            self.phones[who].say(text)

    @rule(who=shops)
    def sends_a_picture(self, who: str) -> None:
        if self.phones[who].follower.subscribed:
            self.phones[who].send_image(PIXEL)

    @rule(who=st.sampled_from((*SHOPS, *MANAGERS)))
    def asks_for_help(self, who: str) -> None:
        if self.phones[who].follower.subscribed:
            self.phones[who].say("帮助")

    @rule(who=shops, score=st.sampled_from("123"))
    def rates(self, who: str, score: str) -> None:
        choices = [each for each in self.phones[who].options() if each.startswith("rate:") and each.endswith(score)]
        if choices and self.phones[who].follower.subscribed:
            self.phones[who].tap(choices[-1])

    @rule(who=shops)
    def writes_on_the_page(self, who: str) -> None:
        if self.phones[who].follower.subscribed:
            page = Browser(self.house, self.phones[who])
            page.open("/m/visits/mine")
            page.send("write", content="页面上写的,还缺两条")

    @rule(who=st.sampled_from((*SHOPS, "陈志强")))
    def leaves_or_comes_back(self, who: str) -> None:
        phone = self.phones[who]
        # Two of these events in one second are one to WeChat's key of events.
        self.house.clock.advance(seconds=2)
        phone.unfollow() if phone.follower.subscribed else phone.follow()

    @rule(who=shops, keeper=st.sampled_from(SHOPS))
    def keeps_another_shop(self, who: str, keeper: str) -> None:
        self.holds.moves = True
        phone = self.phones[who]
        if phone.follower.subscribed:
            phone.say("解绑")
            phone.say("1")
            phone.say("绑定 {} {}".format(*LICENCES[keeper]))

    @rule(who=shops)
    def is_erased(self, who: str) -> None:
        self.holds.moves = True
        with self.house.services.transaction() as session:
            people.withdraw(session, self.phones[who].openid, now=self.house.clock())
        self.town.run("erase who is gone")

    # What managers do

    @rule(who=managers, n=which, order=st.sampled_from(ORDERS))
    def orders(self, who: str, n: int, order: str) -> None:
        number = self.number(n)
        if number and self.phones[who].follower.subscribed:
            self.phones[who].say(f"{number} {order}")

    @rule(who=managers)
    def sends_nevertheless(self, who: str) -> None:
        if self.phones[who].follower.subscribed:
            self.phones[who].say("1")

    @rule(who=managers, n=which, twice=st.booleans())
    def answers_on_the_page(self, who: str, n: int, twice: bool) -> None:
        number = self.number(n)
        if number:
            page = Browser(self.house, self.phones[who])
            page.open(f"/m/visits/{number}")
            if 'name="seen"' in page.page.text:
                form = page.form() | {"do": "answer", "content": "页面答复"}
                said = len(self.holds.rows(Message))
                for _ in range(2 if twice else 1):
                    page.post(page.action(), form)
                assert len(self.holds.rows(Message)) <= said + 1

    @rule(who=managers)
    def writes_to_many(self, who: str) -> None:
        services, now = self.house.services, self.house.clock()
        with services.transaction() as session:
            colleague = visibility.of_manager(session, self.phones[who].openid, now=now, zone=services.zone)
            follows = select(Follower.openid).join(Retailer, Retailer.openid == Follower.openid)
            if colleague is None or not session.scalars(follows.where(Follower.unfollowed_at.is_(None))).all():
                return
            mine = visibility.shops_of(session, colleague)
            seen = select(Retailer.id).join(Area, Area.id == Retailer.area_id)
            seen = seen.join(Follower, Follower.openid == Retailer.openid).where(Follower.unfollowed_at.is_(None))
            if session.scalars(seen if mine is None else seen.where(mine)).first() is not None:
                groups.send(session, colleague, None, "明天在店吗?", criteria=services.criteria, now=now)

    # What staff do

    @rule(who=managers)
    def is_disabled_or_enabled(self, who: str) -> None:
        self.holds.moves = True
        with self.house.services.transaction() as session:
            manager = session.scalars(select(Manager).where(Manager.name == who)).one()
            manager.disabled_at = None if manager.disabled_at else self.house.clock()

    @rule(area=st.sampled_from(("城区一片", "江山片", "新罗区")), deputy=managers, days=st.integers(0, 3))
    def leave_is_given(self, area: str, deputy: str, days: int) -> None:
        self.holds.moves = True
        today = self.house.clock().astimezone(self.house.services.zone).date()
        self.town.leave(area, deputy, today, today + timedelta(days=days))

    @rule(area=st.sampled_from(("城区一片", "江山片")), head=managers)
    def area_gets_another_head(self, area: str, head: str) -> None:
        self.holds.moves = True
        with self.house.services.transaction() as session:
            of = update(Area).where(Area.name == area)
            session.execute(of.values(manager_id=self.town.id_of(head), deputy_from_on=None, deputy_until_on=None))

    @rule(hours=st.sampled_from((6, 24, 72)), working=st.booleans(), closing=st.sampled_from((3, 7)))
    def promises_change(self, hours: int, working: bool, closing: int) -> None:
        now = self.house.clock()
        self.holds.changes.append(now)
        with self.house.services.transaction() as session:
            if working and company.hours(session) is None:
                settings.save_hours(session, "Asia/Shanghai", WEEK, keeps_public_days=True, now=now)
            terms = Terms(HOUR, hours * HOUR, hours * HOUR, closing * 24 * HOUR, working)
            settings.save_policy(session, None, terms, now=now)

    @rule(ahead=st.integers(0, 3), is_closed=st.booleans())
    def a_day_is_special(self, ahead: int, is_closed: bool) -> None:
        now = self.house.clock()
        self.holds.changes.append(now)
        day = now.astimezone(self.house.services.zone).date() + timedelta(days=ahead)
        with self.house.services.transaction() as session:
            spans = () if is_closed else read_spans("9:00-11:00")
            settings.save_special_days(session, day, day, "盘点", spans, now=now)

    @rule(who=shops, count=st.integers(1, 5))
    def something_else_is_sent(self, who: str, count: int) -> None:
        with self.house.services.transaction() as session:
            for _ in range(count):
                queueing.queue(session, self.phones[who].openid, text_message("通知"), now=self.house.clock())

    # What time and WeChat do

    @rule(hours=st.sampled_from(SPANS))
    def time_passes(self, hours: float) -> None:
        self.house.clock.advance(timedelta(hours=hours))
        self.house.sim.settle()

    @rule()
    def a_worker_sends(self) -> None:
        self.house.work()

    @rule()
    def the_clock_ticks(self) -> None:
        self.ticks()

    @rule(hours=st.sampled_from(SPANS))
    def time_passes_as_it_does(self, hours: float) -> None:
        """In steps, with all that runs meanwhile."""
        for _ in range(4):
            self.house.clock.advance(timedelta(hours=hours / 4))
            self.ticks()

    @rule(code=st.sampled_from(CODES), times=st.integers(1, 3))
    def wechat_refuses(self, code: int, times: int) -> None:
        self.house.sim.faults.add(SENDS, "errcode", value=code, times=times)

    @rule()
    def an_answer_of_wechat_is_lost(self) -> None:
        self.house.sim.faults.add(SENDS, "lost_answer", times=1)

    def ticks(self) -> None:
        self.holds.moves = True
        for phone in self.phones.values():
            phone.unread()
        self.house.tick()
        self.holds.after_the_jobs()

    @invariant()
    def everything_holds(self) -> None:
        self.holds.always()

    def number(self, n: int) -> int | None:
        """One of the newest requests."""
        found = self.holds.rows(Request)
        return found[-1 - n % len(found)].number if found else None
