"""A shop changes hands, a follower another shop: nothing is lost, and nobody reads or answers for somebody else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from people import actions as people
from tests.h5 import Browser
from tests.visits.conftest import LICENCES, NEED
from visits.models.deadlines import Deadline, Promise
from visits.models.requests import Message

HOUR = timedelta(hours=1)


@pytest.fixture
def left(town):
    """王建国 wrote, and is no keeper any more."""
    town.chen, town.wang, town.heir = town.manager("陈志强"), town.shop("王建国"), town.house.phone("接班人")
    town.heir.follow()
    town.wang.say(NEED)
    town.n = town.request().number
    town.news(town.chen)
    return town


def unbind(phone) -> None:
    phone.say("解绑")
    phone.say("1")


def bind(phone, keeper: str = "王建国") -> str:
    return phone.say("绑定 {} {}".format(*LICENCES[keeper])).text


@pytest.mark.on_sqlite
def test_what_was_closed_for_the_last_keeper_is_not_gone_on_with_for_the_next(left) -> None:
    left.chen.say(f"{left.n} 明早带两条")
    left.chen.say(f"{left.n} 完结")
    unbind(left.wang)
    assert "留言" not in bind(left.heir).partition("\n")[0]
    left.news(left.wang)
    left.heir.say("打火机卖完了,麻烦送一盒")
    old, new = left.requests()
    assert (old.openid, new.openid, old.closed_at is None) == (left.wang.openid, left.heir.openid, False)
    left.chen.say(f"{new.number} 好的明天送")
    assert left.news(left.wang) == []
    assert "陈志强：好的明天送" in left.news(left.heir)


@pytest.mark.on_sqlite
def test_who_was_bound_to_the_wrong_shop_takes_the_need_along_to_the_right_one(left) -> None:
    lin = left.manager("林小燕")
    due = left.request().due_at
    left.news(lin)
    unbind(left.wang)
    assert "您之前的留言已转给客户经理林小燕。" in bind(left.wang, "小王")
    assert (left.owners(), left.request().due_at) == (["林小燕"], due)
    assert f"【转来 #{left.n}】小王超市" in left.news(lin)[-1]
    left.wang.say("快点送来吧,真的断货了")
    assert len(left.requests()) == 1


def test_what_somebody_wrote_before_they_kept_the_shop_waits_since_then_in_the_shops_request(left) -> None:
    left.chen.say(f"{left.n} 明早带两条")
    unbind(left.wang)
    left.heir.say("我这里打火机也卖完了,帮忙看看")
    begun = left.house.clock()
    left.house.clock.advance(2 * HOUR)
    left.news(left.chen)
    assert "您之前的留言已转给客户经理陈志强。" in bind(left.heir)
    first, stray = left.requests()
    assert (first.openid, stray.closed_how) == (left.heir.openid, "void")
    assert (first.unanswered_since, first.due_at) == (begun, begun + 24 * HOUR)
    left.house.later(minutes=1)
    assert any("打火机也卖完了" in text for text in left.news(left.chen))
    with left.house.look() as session:
        of = session.scalars(select(Deadline).where(Deadline.promise == Promise.NEXT_ANSWER)).one()
    assert (of.started_at, of.due_at) == (begun, begun + 24 * HOUR)


def test_the_next_keeper_reads_nothing_of_the_last_ones_and_erasing_takes_only_ones_own(left) -> None:
    left.chen.say(f"{left.n} 明早带两条")
    unbind(left.wang)
    bind(left.heir)
    left.heir.say("打火机卖完了,麻烦送一盒")
    page = Browser(left.house, left.heir).open("/m/visits/mine")
    assert "打火机卖完了" in page and "断货" not in page and "明早带两条" not in page
    left.house.later(minutes=1)
    left.news(left.chen)  # nothing is answered before what was said meanwhile is read
    left.chen.say(f"{left.n} 打火机下午到")
    services = left.house.services
    with services.transaction() as session:
        people.withdraw(session, left.wang.openid, now=services.clock())
    left.run("erase who is gone")
    with left.house.look() as session:
        said = session.scalars(select(Message.content).order_by(Message.id)).all()
    assert said == ["", "", "打火机卖完了,麻烦送一盒", "打火机下午到"]
    assert "陈志强：打火机下午到" in left.news(left.heir)
    assert left.request().closed_at is None
