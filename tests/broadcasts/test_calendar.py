"""The calendar of pushes: a month on its days, moving and swapping, clashes, what is left, what was sent by hand."""

import re
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event, func, select, update

from broadcasts.models.pushes import Push
from campaigns.models import Campaign, CampaignState
from people.models import Retailer
from tests.broadcasts.conftest import LAW, Library
from tests.broadcasts.test_push_commands import SHANGHAI, push, run, state
from tests.conftest import House
from tests.office import Browser, Office
from wechat_bot.mass import quota
from wechat_bot.mass.models import AccountUse, MassByHand, MassUse
from wechat_bot.models import Follower

CALENDAR = "/console/broadcasts/calendar"
PUSHES = "/console/broadcasts/pushes"
DECEMBER = 202612


@pytest.fixture
def office(house: House) -> Office:
    """The office, on Thursday 10 December 2026 at 10:00, with a second person who leads marketing."""
    house.clock.advance(datetime(2026, 12, 10, 10, tzinfo=SHANGHAI) - house.clock())
    office = Office(house)
    office.settle()
    office.user("sun", "marketing", name="孙宁")
    return office


def titled(office: Office, title: str, at: str, *more: str, **where: Any) -> int:
    return push(office, *more, at=at, article=Library(office.house).published(title), **where)


def day(page: str, on: str) -> str:
    """What stands in a day of the calendar, as words."""
    found = re.search(rf'data-day="{on}">(.*?)</div>', page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def due(office: Office, push_id: int) -> str:
    with office.house.look() as session:
        at = session.scalars(select(Campaign.due_at).where(Campaign.reference == push_id)).one()
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def move(browser: Browser, push_id: int, on: str, **more: str) -> Any:
    """Look at a push in the calendar and move it."""
    page = browser.get(f"{CALENDAR}?month=2026-12&push={push_id}").text
    stamp = re.search(rf'pushes/{push_id}/move"[^>]*>.*?name="stamp" value="(\w+)"', page, re.DOTALL)
    return browser.post(f"{PUSHES}/{push_id}/move", {"day": on, "stamp": stamp[1] if stamp else ""} | more)


def approved(office: Office, push_id: int) -> int:
    run(office, "submit", str(push_id), "--by", "market")
    run(office, "approve", str(push_id), "--by", "sun")
    return push_id


def test_a_month_shows_every_push_on_its_day_with_festivals_and_public_holidays(office: Office) -> None:
    titled(office, "元旦备货提醒", "2026-12-15 09:00")
    approved(office, titled(office, "十二月货源", "2026-12-18 10:30"))
    gone = approved(office, titled(office, "不发了", "2026-12-21 08:00"))
    run(office, "cancel", str(gone), "--by", "market")
    titled(office, "一月到货日", "2027-01-02 09:00")
    page = office.browser("market").get(CALENDAR).text
    assert "2026 年 12 月" in page
    assert day(page, "2026-12-15").endswith("09:00 元旦备货提醒 草稿")
    assert day(page, "2026-12-18").endswith("10:30 十二月货源")
    assert day(page, "2026-12-21").endswith("08:00 不发了 已取消")
    assert "冬至" in day(page, "2026-12-22")
    assert "冬月" in day(page, "2026-12-09")
    assert "元旦" in day(page, "2027-01-01")
    assert "一月到货日" in day(page, "2027-01-02")
    assert "<dd>2<small>次，1 次草稿" in page
    october = office.browser("market").get(f"{CALENDAR}?month=2026-10").text
    assert "国庆节" in day(october, "2026-10-01")
    assert day(october, "2026-10-01").startswith("休")
    assert day(october, "2026-10-10").startswith("班")


def test_it_is_narrowed_by_column_and_kind(office: Office) -> None:
    library = Library(office.house)
    law, supply = library.published("认清真烟", column=LAW), library.published("十二月货源")
    push(office, "--kind", "service", article=law)
    push(office, "--kind", "greeting", article=supply, at="2026-12-16 09:00")
    market = office.browser("market")
    narrowed = market.get(f"{CALENDAR}?column={library.column(LAW)}").text
    assert "认清真烟" in narrowed
    assert "十二月货源" not in narrowed
    narrowed = market.get(f"{CALENDAR}?kind=greeting").text
    assert "认清真烟" not in narrowed
    assert "十二月货源" in narrowed


@pytest.mark.on_sqlite
def test_a_month_takes_as_many_statements_for_many_pushes_as_for_one(office: Office) -> None:
    titled(office, "第一条", "2026-12-15 09:00")
    market = office.browser("market")

    def statements() -> int:
        made: list[str] = []
        engine = office.house.services.database.engine

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            made.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        market.get(CALENDAR)
        event.remove(engine, "before_cursor_execute", note)
        return len(made)

    one = statements()
    for n in range(1, 9):
        titled(office, f"又一条 {n}", f"2026-12-{15 + n} 09:00")
    assert statements() == one


@pytest.mark.on_sqlite
def test_what_is_no_month_leads_nowhere(office: Office) -> None:
    market = office.browser("market")
    assert [market.get(f"{CALENDAR}?month={month}").status_code for month in ("2026-13", "x", "2199-01")] == [404] * 3


def test_a_draft_is_moved_at_its_time_of_the_clock_and_can_be_taken_back(office: Office) -> None:
    push_id = titled(office, "元旦备货提醒", "2026-12-15 09:00", "--not-after", "2026-12-15 20:00")
    market = office.browser("market")
    assert move(market, push_id, "2026-12-17").status_code == 303
    assert due(office, push_id) == "2026-12-17 09:00"
    with office.house.look() as session:
        ends = session.scalars(select(Campaign.not_after).where(Campaign.reference == push_id)).one()
    assert ends == datetime(2026, 12, 17, 20, tzinfo=SHANGHAI)
    page = market.get(CALENDAR).text
    assert "《元旦备货提醒》挪到了 12 月 17 日 09:00。" in page
    assert "撤销" in page
    assert [entry.detail for entry in office.audited("push.move")] == ["2026-12-15 09:00 → 2026-12-17 09:00"]


@pytest.mark.on_sqlite
def test_an_approved_push_that_is_moved_is_a_draft_that_needs_a_new_approval(office: Office) -> None:
    push_id = approved(office, titled(office, "元旦备货提醒", "2026-12-15 09:00"))
    market = office.browser("market")
    assert "挪了要重新审批" in market.get(f"{CALENDAR}?push={push_id}").text
    assert move(market, push_id, "2026-12-16").status_code == 303
    assert state(office, push_id) == "draft"
    assert "又成了草稿，要重新提交审批" in market.get(CALENDAR).text
    assert "时间已改动，需重新审批。" in market.get(f"{PUSHES}/{push_id}").text
    sun = office.browser("sun")
    assert move(sun, push_id, "2026-12-18").status_code == 303
    run(office, "submit", str(push_id), "--by", "market")
    assert sun.post(f"{PUSHES}/{push_id}/decide", {"do": "approve"}).status_code == 422  # she moved it herself


@pytest.mark.on_sqlite
def test_it_is_moved_to_no_day_on_which_it_may_not_go_and_not_once_it_is_over(office: Office) -> None:
    push_id = titled(office, "元旦备货提醒", "2026-12-15 09:00")
    market = office.browser("market")
    for on, said in (
        ("2026-12-09", "发送时间已经过了"),
        ("2027-02-30", "日期请写成"),
        ("", "请写挪到哪一天"),
    ):
        answer = move(market, push_id, on)
        assert answer.status_code == 422
        assert said in answer.text
    assert due(office, push_id) == "2026-12-15 09:00"
    with office.house.services.transaction() as session:
        session.execute(update(Campaign).values(state=CampaignState.SENT))
    stamp = re.search(r'data-stamp="(\w+)"', answer.text)
    assert stamp
    answer = market.post(f"{PUSHES}/{push_id}/move", {"day": "2026-12-16", "stamp": stamp[1]})
    assert answer.status_code == 409  # it was shown as a draft


@pytest.mark.on_sqlite
def test_of_two_who_move_one_push_the_second_sees_where_it_is_by_now(office: Office) -> None:
    push_id = titled(office, "元旦备货提醒", "2026-12-15 09:00")
    first, second = office.browser("market"), office.browser("sun")
    seen = re.search(r'data-stamp="(\w+)"', second.get(CALENDAR).text)
    assert seen
    assert move(first, push_id, "2026-12-16").status_code == 303
    told = second.post(f"{PUSHES}/{push_id}/move", {"day": "2026-12-18", "stamp": seen[1]})
    assert told.status_code == 409
    assert "2026-12-16 09:00" in told.text
    assert due(office, push_id) == "2026-12-16 09:00"


def test_two_pushes_on_a_day_to_the_same_shops_clash_and_to_others_do_not(office: Office) -> None:
    titled(office, "元旦备货", "2026-12-15 09:00")
    titled(office, "陈列评比", "2026-12-15 15:00")
    titled(office, "江山货源", "2026-12-15 10:00", audience="{area: [江山片]}")
    page = office.browser("market").get(CALENDAR).text
    assert page.count("撞期</span>") == 3  # both of the two, and the legend
    assert "《元旦备货》和《陈列评比》" in re.sub(r"\s+", "", page)
    assert "把《陈列评比》挪到 16 日" in page


def test_the_names_of_those_who_would_not_get_it_and_a_swap_that_changes_who_loses(office: Office) -> None:
    for name, licence, ending in (("王建国", "350802100001", "8899"), ("李福生", "350802100002", "1234")):
        office.house.phone(name).follow()
        office.house.phone(name).say(f"绑定 {licence} {ending}")
    with office.house.services.transaction() as session:
        had = {"month": DECEMBER, "used": 3}
        session.add_all(MassUse(openid=office.house.phone(name).openid, **had) for name in ("王建国", "李福生"))
    earlier = approved(office, titled(office, "新品品鉴", "2026-12-15 09:00", "--channel", "mass"))
    later = titled(office, "元旦祝福", "2026-12-28 09:00", "--channel", "mass", "--kind", "greeting")
    market = office.browser("market")
    page = market.get(f"{CALENDAR}?push={later}&reach=1").text
    assert "本月已满 4 条" in page
    named = re.findall(r'class="one">([^<]+)<.*?nowrap">([^<]+)<', page, re.DOTALL)
    assert named == [("城南便利店", "本月已满 4 条群发"), ("老李食杂店", "本月已满 4 条群发")]
    assert f"{PUSHES}/{later}/left-out" in page
    assert "挪到 1 月 4 日" in page  # 2027 is not published: the first Monday
    assert "与《新品品鉴》对调" in page
    stamp = re.search(rf'pushes/{later}/swap".*?name="stamp"\s+value="(\w+)"', page, re.DOTALL)
    assert stamp
    assert market.post(f"{PUSHES}/{later}/swap", {"other": str(earlier), "stamp": stamp[1]}).status_code == 303
    assert (due(office, earlier), due(office, later)) == ("2026-12-28 09:00", "2026-12-15 09:00")
    assert (state(office, earlier), state(office, later)) == ("draft", "draft")
    assert len(office.audited("push.swap")) == 2
    assert "对调了时间。提交过的又成了草稿，要重新提交审批。" in market.get(CALENDAR).text
    refusal = market.post(f"{PUSHES}/{later}/swap", {"other": str(later)})
    assert refusal.status_code in (409, 422)


@pytest.mark.on_sqlite
def test_what_is_left_is_counted_by_the_clock_and_calls_of_the_day_are_told(office: Office) -> None:
    house = office.house
    with house.services.transaction() as session:
        now = house.clock()
        session.add_all(Follower(openid=f"o{n}", followed_at=now) for n in range(6))
        session.add_all(MassUse(openid=f"o{n}", month=DECEMBER, used=n) for n in range(1, 5))
        session.add(AccountUse(what="mass", day_on=datetime(2026, 12, 10).date(), used=3))
    market = office.browser("market")
    assert "用了几条还没有数" in market.get(CALENDAR).text
    house.tick()
    page = re.sub(r"\s+", "", market.get(CALENDAR).text)
    assert re.findall(r"</i>(已满4|\d)条<bclass=\"num\">(\d+)", page) == [
        ("0", "2"),
        ("1", "1"),
        ("2", "1"),
        ("3", "1"),
        ("已满4", "1"),
    ]
    assert "<dd>97<small>次" in page


def test_what_staff_sent_in_wechats_own_console_uses_up_the_month(office: Office, monkeypatch: Any) -> None:
    house = office.house
    wang = house.phone("王建国")
    wang.follow()
    wang.say("绑定 350802100001 8899")
    house.phone("路人").follow()
    market = office.browser("market")
    token = re.search(r'name="token" value="([^"]+)"', market.get(CALENDAR).text)
    assert token
    town = {"token": token[1], "whom": "some", "whom-area-": "城区一片"}
    for _ in range(2):  # posted twice, it is one message
        assert market.post(f"{CALENDAR}/by-hand", town).status_code == 303
    assert used(office) == {wang.openid: 1}
    assert next(entry.detail for entry in office.audited("push.by_hand")) == "片区：城区一片"
    assert market.post(f"{CALENDAR}/by-hand", {"whom": "some"}).status_code == 422
    monkeypatch.setattr(quota, "STEP", 1)
    assert market.post(f"{CALENDAR}/by-hand", {"whom": "all", "token": "other"}).status_code == 303
    assert "正在一批一批记到每个人名下" in market.get(CALENDAR).text
    assert sum(used(office).values()) == 2
    house.tick()
    assert used(office) == {wang.openid: 2, house.phone("路人").openid: 1}
    with house.look() as session:
        noted = session.scalars(select(MassByHand).order_by(MassByHand.id)).all()
    assert [(each.count, each.is_booked, each.booked_to, each.noted_by) for each in noted] == [
        (1, True, "", "market"),
        (2, True, "", "market"),
    ]


def used(office: Office) -> dict[str, int]:
    with office.house.look() as session:
        return {row.openid: row.used for row in session.scalars(select(MassUse).where(MassUse.month == DECEMBER))}


@pytest.mark.on_sqlite
def test_who_may_only_look_sees_the_month_and_moves_nothing(office: Office) -> None:
    push_id = titled(office, "元旦备货提醒", "2026-12-15 09:00")
    chen = office.browser("chen")
    page = chen.get(f"{CALENDAR}?push={push_id}").text
    assert "元旦备货提醒" in page
    assert "data-move" not in page
    assert chen.post(f"{PUSHES}/{push_id}/move", {"day": "2026-12-16"}).status_code == 403
    assert due(office, push_id) == "2026-12-15 09:00"
    with office.house.look() as session:
        assert session.scalar(select(func.count()).select_from(Push)) == 1
        assert session.scalar(select(func.count()).select_from(Retailer))
