"""Pushes through the command line: written, submitted, approved by another, stopped; and what is said where not."""

import json
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from broadcasts.actions import articles
from broadcasts.models.pushes import Push
from campaigns.models import Campaign, CampaignStep
from foundation.calendar import Span
from tests.broadcasts.conftest import BRANDS, Library
from tests.conftest import House
from tests.office import Office
from visits.actions import settings
from wechat_bot.mass.models import MassUse

SHANGHAI = ZoneInfo("Asia/Shanghai")
TOWN = "{area: [城区一片]}"


@pytest.fixture
def office(house: House) -> Office:
    """The office, on 10 December 2026 at 10:00, with a second person who leads marketing."""
    house.clock.advance(datetime(2026, 12, 10, 10, tzinfo=SHANGHAI) - house.clock())
    office = Office(house)
    office.settle()
    office.user("sun", "marketing", name="孙宁")
    return office


def push(office: Office, *more: str, at: str = "2026-12-15 09:00", audience: str = TOWN, article: int = 0) -> int:
    """Write a push; gives its id."""
    article = article or Library(office.house).published()
    done = run(office, "push", str(article), "--audience", audience, "--at", at, "--by", "market", *more)
    return int(done)


def run(office: Office, *words: str) -> str:
    done = office.house.flask("broadcasts", *words)
    assert done.exit_code == 0, done.output
    return done.output.strip()


def refused(office: Office, *words: str) -> str:
    done = office.house.flask("broadcasts", *words)
    assert done.exit_code == 1, done.output
    return done.output.strip()


def state(office: Office, push_id: int) -> str:
    with office.house.look() as session:
        return session.scalars(
            select(Campaign.state).where(Campaign.kind == "push", Campaign.reference == push_id)
        ).one()


def steps(office: Office, push_id: int) -> list[tuple[str, str]]:
    with office.house.look() as session:
        mine = select(CampaignStep.by, CampaignStep.state).join(Campaign, Campaign.id == CampaignStep.campaign_id)
        rows = session.execute(mine.where(Campaign.reference == push_id).order_by(CampaignStep.id))
        return [tuple(row) for row in rows]


def test_a_push_is_written_submitted_and_approved_by_another(office: Office) -> None:
    push_id = push(office, "--not-after", "2026-12-15 20:00")
    assert state(office, push_id) == "draft"
    assert "不在等审批" in refused(office, "approve", str(push_id), "--by", "sun")
    run(office, "submit", str(push_id), "--by", "market")
    assert "不是草稿" in refused(office, "submit", str(push_id), "--by", "market")
    assert "要由别人审批" in refused(office, "approve", str(push_id), "--by", "market")
    run(office, "approve", str(push_id), "--by", "sun")
    assert steps(office, push_id) == [("market", "draft"), ("market", "submitted"), ("孙宁", "planned")]
    with office.house.look() as session:
        found = session.scalars(select(Campaign).where(Campaign.reference == push_id)).one()
        assert found.due_at == datetime(2026, 12, 15, 9, tzinfo=SHANGHAI)
        assert found.not_after == datetime(2026, 12, 15, 20, tzinfo=SHANGHAI)


@pytest.mark.on_sqlite
def test_who_submitted_or_wrote_can_never_approve_under_whatever_name_and_role(office: Office) -> None:
    push_id = push(office)
    run(office, "submit", str(push_id), "--by", "admin")
    for login in ("market", "admin"):
        assert "要由别人审批" in refused(office, "approve", str(push_id), "--by", login)
    assert office.house.flask("console", "name-user", "market", "换了名字的人").exit_code == 0
    assert "要由别人审批" in refused(office, "approve", str(push_id), "--by", "market")
    run(office, "reject", str(push_id), "--by", "sun", "--why", "标题太长")
    assert state(office, push_id) == "draft"
    run(office, "submit", str(push_id), "--by", "sun")
    # Rejected or not: what somebody has written is not theirs to approve.
    assert "要由别人审批" in refused(office, "approve", str(push_id), "--by", "admin")
    run(office, "approve", str(push_id), "--by", "zhou")


@pytest.mark.on_sqlite
def test_it_is_paused_resumed_and_cancelled_by_name(office: Office) -> None:
    push_id = push(office)
    run(office, "submit", str(push_id), "--by", "market")
    run(office, "approve", str(push_id), "--by", "sun")
    assert run(office, "pause", str(push_id), "--by", "market") == "已暂停。"
    assert state(office, push_id) == "paused"
    run(office, "resume", str(push_id), "--by", "market")
    run(office, "cancel", str(push_id), "--by", "market")
    assert state(office, push_id) == "cancelled"
    assert "已经发完、取消或结束" in refused(office, "cancel", str(push_id), "--by", "market")


@pytest.mark.on_sqlite
def test_what_is_not_being_sent_is_not_paused_and_says_why(office: Office) -> None:
    push_id = push(office)
    assert "还是草稿" in refused(office, "pause", str(push_id), "--by", "market")
    run(office, "submit", str(push_id), "--by", "market")
    assert "还没有批准" in refused(office, "pause", str(push_id), "--by", "market")
    run(office, "approve", str(push_id), "--by", "sun")
    run(office, "pause", str(push_id), "--by", "market")
    assert "已经暂停了" in refused(office, "pause", str(push_id), "--by", "market")


@pytest.mark.on_sqlite
def test_an_article_withdrawn_after_it_was_approved_is_not_sent(office: Office) -> None:
    article = Library(office.house).published("旺季陈列怎么摆")
    push_id = push(office, article=article)
    run(office, "submit", str(push_id), "--by", "market")
    withdraw(office, article)
    assert "需重新审批" in refused(office, "approve", str(push_id), "--by", "sun")
    office.house.tick()
    assert state(office, push_id) == "draft"
    assert "还没有发布" in refused(office, "submit", str(push_id), "--by", "market")
    withdraw(office, article, is_shown_again=True)
    run(office, "submit", str(push_id), "--by", "market")
    run(office, "approve", str(push_id), "--by", "sun")
    withdraw(office, article)
    office.house.clock.advance(timedelta(days=5))
    office.house.tick()
    assert state(office, push_id) == "draft"


def withdraw(office: Office, article: int, *, is_shown_again: bool = False) -> None:
    """Withdraw an article, or show it again."""
    do = articles.restore if is_shown_again else articles.withdraw
    with office.house.services.transaction() as session:
        do(session, article, who="周敏", now=office.house.clock())


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("submit", "999", "--by", "market"), "没有这条推送"),
        (("submit", "1", "--by", "nobody"), "没有这个用户"),
        (("submit", "1", "--by", "intern"), "没有这个权限"),
        (("approve", "1", "--by", "chen"), "没有这个权限"),
        (("push", "1", "--audience", TOWN, "--at", "15 号早上"), "日期和时间请写成"),
        (("push", "1", "--audience", TOWN, "--at", "2026-12-15 09:00", "--not-after", "晚一点"), "日期和时间请写成"),
        (("push", "1", "--audience", "{area: [没有的片]}", "--at", "2026-12-15 09:00"), "没有的片"),
        (("push", "1", "--audience", "area 城区", "--at", "2026-12-15 09:00"), "对象条件"),
        (("submit", "0", "--by", "market"), "没有这条推送"),
        (("submit", "99999999999999999999", "--by", "market"), "“99999999999999999999”不是编号"),
        (("approve", "一", "--by", "sun"), "“一”不是编号"),
        (("forecast", "1.5", "--json"), "“1.5”不是编号"),
        (("report", "9223372036854775808", "--json"), "“9223372036854775808”不是编号"),
        (("missed", "", "--json"), "“”不是编号"),
        (("push", "12篇", "--audience", TOWN, "--at", "2026-12-15 09:00"), "“12篇”不是编号"),
        (("push", "1", "--audience", TOWN, "--at", "2026-02-30 09:00"), "日期和时间请写成"),
        (("push", "1", "--audience", TOWN, "--at", "2026-12-15 24:00"), "日期和时间请写成"),
        (("push", "1", "--audience", TOWN, "--at", "2026-12-15T01:00Z"), "日期和时间请写成"),
        (("push", "1", "--audience", "[城区一片]", "--at", "2026-12-15 09:00"), "对象条件是空的"),
        (
            ("push", "1", "--audience", f"{{push: {{id: {10**20}, became: missed}}}}", "--at", "2026-12-15 09:00"),
            "对象条件 push 里的数太大了",
        ),
        (("push", "1", "--audience", "{}", "--at", "2026-12-15 09:00"), "对象条件是空的"),
        (("push", "77", "--audience", TOWN, "--at", "2026-12-15 09:00"), "没有编号为 77 的文章"),
        (("push", "1", "--audience", TOWN, "--at", "2026-12-15 09:00", "--by", "nobody"), "没有这个用户"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_made(office: Office, words: tuple[str, ...], said: str) -> None:
    push(office)
    assert said in refused(office, *words)
    with office.house.look() as session:
        assert len(session.scalars(select(Push.id)).all()) == 1


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("at", "more", "said"),
    [
        ("2026-12-10 09:59", (), "发送时间已经过了"),
        ("2027-01-01 09:00", (), ""),  # not published yet when this was written: nothing is guessed
        ("2026-10-01 09:00", (), "发送时间已经过了"),
        ("2026-12-15 09:00", ("--not-after", "2026-12-15 08:00"), "要晚于发送时间"),
        ("2026-12-10 22:30", (), ""),  # quiet hours: it waits for the morning
        ("2026-12-15 09:00", ("--channel", "tag"), "还没有同步成微信标签"),
    ],
)
def test_the_moment_and_the_way_are_checked_when_it_is_submitted(office: Office, at: str, more, said: str) -> None:
    push_id = push(office, *more, at=at)
    if said:
        assert said in refused(office, "submit", str(push_id), "--by", "market")
        assert state(office, push_id) == "draft"
    else:
        run(office, "submit", str(push_id), "--by", "market")


@pytest.mark.on_sqlite
def test_nothing_goes_out_on_a_public_holiday_but_a_greeting(house: House) -> None:
    office = Office(house)
    office.settle()  # on 2 March 2026
    promo, greeting = (push(office, "--kind", kind, at="2026-04-06 09:00") for kind in ("promo", "greeting"))
    assert "4 月 6 日公司休息（清明），不发" in refused(office, "submit", str(promo), "--by", "market")
    run(office, "submit", str(greeting), "--by", "market")


def special_day(office: Office, day: date, name: str, spans: Sequence[Span] = ()) -> None:
    with office.house.services.transaction() as session:
        settings.save_special_days(session, day, day, name, spans, now=office.house.clock())


def test_nothing_goes_out_while_the_company_is_closed_whenever_it_was_said(office: Office) -> None:
    market = office.browser("market")
    told = "12 月 15 日公司休息（盘点），不发。请改到上班的日子。"
    push_id, greeting = push(office), push(office, "--kind", "greeting")
    # A day that the company works is none of rest, though all of China rests.
    worked = push(office, "--kind", "service", at="2027-01-01 09:00")
    counting = date(2026, 12, 15)
    special_day(office, counting, "盘点")
    special_day(office, date(2027, 1, 1), "元旦值班", [(540, 720)])
    assert told in refused(office, "submit", str(push_id), "--by", "market")
    for each in (greeting, worked):
        run(office, "submit", str(each), "--by", "market")
    # Said after it was approved: it is a draft again, with why, on the front page and in the calendar.
    with office.house.services.transaction() as session:
        settings.drop_special_day(session, counting, now=office.house.clock())
    run(office, "submit", str(push_id), "--by", "market")
    run(office, "approve", str(push_id), "--by", "sun")
    special_day(office, counting, "盘点")
    office.house.tick()
    assert (state(office, push_id), state(office, greeting)) == ("draft", "submitted")
    assert "又成了草稿" in (home := market.get("/console/").text) and told in home
    month = market.get("/console/broadcasts/calendar?month=2026-12").text
    assert month.count("公司休息，不发") == 1 and "盘点" in month


@pytest.mark.on_sqlite
def test_words_that_read_as_advertising_are_pointed_out_with_the_law_and_must_be_owned_to(office: Office) -> None:
    article = Library(office.house).published("新品到货", "口感醇和，限时优惠。")
    push_id = push(office, article=article)
    said = refused(office, "submit", str(push_id), "--by", "market")
    assert "口感醇和" in said
    assert "《广告法》（2021 年修正）第二十二条" in said
    assert "《互联网广告管理办法》" in said
    run(office, "submit", str(push_id), "--by", "market", "--aware")
    assert state(office, push_id) == "submitted"


@pytest.mark.on_sqlite
def test_an_article_of_a_brand_column_goes_as_promotion_only(office: Office) -> None:
    article = Library(office.house).published("甲品规介绍", "规格和包装。", column=BRANDS)
    service = push(office, "--kind", "service", article=article)
    assert "只能作为“品牌宣传”推送" in refused(office, "submit", str(service), "--by", "market")
    run(office, "submit", str(push(office, article=article)), "--by", "market")


@pytest.mark.on_sqlite
def test_an_article_that_is_not_published_cannot_be_submitted(office: Office) -> None:
    push_id = push(office, article=Library(office.house).write())
    assert "还没有发布" in refused(office, "submit", str(push_id), "--by", "market")


@pytest.mark.on_sqlite
def test_an_audience_without_a_shop_is_refused(office: Office) -> None:
    push_id = push(office, audience="{all: [{area: [城区一片]}, {area: [江山片]}]}")
    assert "没有零售户" in refused(office, "submit", str(push_id), "--by", "market")


@pytest.mark.on_sqlite
def test_a_push_whose_day_is_over_is_not_approved(office: Office) -> None:
    push_id = push(office)
    run(office, "submit", str(push_id), "--by", "market")
    office.house.clock.advance(timedelta(days=6))
    assert "发送的那一天已经过了" in refused(office, "approve", str(push_id), "--by", "sun")


@pytest.mark.on_sqlite
def test_the_help_names_every_command(office: Office) -> None:
    said = run(office, "--help")
    assert re.findall(r"^  (\w+)", said, re.MULTILINE)
    assert {"push", "submit", "approve", "reject", "pause", "resume", "cancel"} <= set(
        re.findall(r"^  (\w+) ", said, re.MULTILINE)
    )


def test_a_forecast_tells_everybody_in_the_audience_as_meant_or_with_a_reason(office: Office) -> None:
    house = office.house
    for name, licence, ending in (("王建国", "350802100001", "8899"), ("李福生", "350802100002", "1234")):
        house.phone(name).follow()
        house.phone(name).say(f"绑定 {licence} {ending}")
    full = house.phone("李福生").openid
    with house.services.transaction() as session:
        session.add(MassUse(openid=full, month=202612, used=4))
    push_id = push(office, "--channel", "mass", audience="all")
    told = json.loads(run(office, "forecast", str(push_id), "--json"))
    assert told == {
        "meant": 0,
        "reasons": {"alone": 1, "quota": 1, "unbound": 1},
        "calls": 0,
        "over_quota": ["350802100002"],
    }
    assert "本月已满 4 条群发\t1" in run(office, "forecast", str(push_id))
    assert "没有这条推送" in refused(office, "forecast", "99", "--json")


def test_two_pushes_of_a_month_are_foreseen_together(office: Office) -> None:
    house = office.house
    for name, licence, ending in (("王建国", "350802100001", "8899"), ("李福生", "350802100002", "1234")):
        house.phone(name).follow()
        house.phone(name).say(f"绑定 {licence} {ending}")
    with house.services.transaction() as session:
        for name in ("王建国", "李福生"):
            session.add(MassUse(openid=house.phone(name).openid, month=202612, used=3))
    first, second = (push(office, "--channel", "mass", at=at) for at in ("2026-12-15 09:00", "2026-12-16 09:00"))
    for push_id in (first, second):
        run(office, "submit", str(push_id), "--by", "market")
        run(office, "approve", str(push_id), "--by", "sun")
    assert json.loads(run(office, "forecast", str(first), "--json"))["over_quota"] == []
    told = json.loads(run(office, "forecast", str(second), "--json"))
    assert told["over_quota"] == ["350802100001", "350802100002"]
