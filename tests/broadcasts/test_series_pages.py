"""Series in the console: begun with their next days shown, approved by another, asked about holidays, ended."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import tzset
from typing import Any

import pytest
from sqlalchemy import select

from broadcasts.actions import pushes
from broadcasts.models.pushes import Push
from broadcasts.models.series import PushSeries
from campaigns.models import Campaign, CampaignState
from tests.broadcasts.conftest import Library
from tests.broadcasts.test_calendar import CALENDAR
from tests.broadcasts.test_calendar import day as day_of
from tests.broadcasts.test_push_commands import SHANGHAI, run
from tests.broadcasts.test_series import copies, made, tick
from tests.conftest import House
from tests.office import Browser, Office

SERIES = "/console/broadcasts/series"
MONDAYS = {"every": "week", "weekday": "0", "at": "09:00", "rest": "keep", "name": "每周货源", "do": "save"}


@pytest.fixture
def office(house: House) -> Office:
    """The office, on Thursday 10 December 2026 at 10:00, with a second person who leads marketing."""
    house.clock.advance(datetime(2026, 12, 10, 10, tzinfo=SHANGHAI) - house.clock())
    office = Office(house)
    office.settle()
    office.user("sun", "marketing", name="孙宁")
    return office


def model(office: Office) -> int:
    article = Library(office.house).published("本周货源")
    words = ("push", str(article), "--audience", "{area: [城区一片]}", "--at", "2026-12-20 09:00", "--kind", "service")
    return int(run(office, *words, "--by", "market"))


def begin(office: Office, browser: Browser, **changes: Any) -> str:
    """Begin a series on its page; gives its address."""
    push_id = model(office)
    browser.get(f"{SERIES}/new?push={push_id}")
    answer = browser.post(f"{SERIES}/new", MONDAYS | {"push": str(push_id)} | changes)
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def days(page: str) -> list[str]:
    found = re.search(r'id="days".*?</div>\s*<button', page, re.DOTALL)
    assert found
    return re.findall(r"<b>([^<]+)</b>", found[0])


def approve(browser: Browser, where: str) -> Any:
    seen = re.search(r'name="seen"\s+value="(\w+)"|value="(\w+)"><button[^>]*data-key="a"', browser.get(where).text)
    return browser.post(f"{where}/approve", {"seen": (seen[1] or seen[2]) if seen else ""})


def test_the_next_days_are_shown_before_a_series_is_saved(office: Office) -> None:
    market = office.browser("market")
    push_id = model(office)
    page = market.get(f"{SERIES}/new?push={push_id}").text
    assert f'<option value="{push_id}" selected>本周货源' in page
    looked = market.post(f"{SERIES}/new", MONDAYS | {"push": str(push_id), "do": "look"})
    assert looked.status_code == 200
    assert days(looked.text)[:3] == ["12 月 14 日", "12 月 21 日", "12 月 28 日"]
    festival = {"every": "festival", "festival": "中秋", "before": "2"}
    looked = market.post(f"{SERIES}/new", MONDAYS | festival | {"do": "look"})
    assert days(looked.text)[0] == "2027 年 9 月 13 日"
    looked = market.post(f"{SERIES}/new", MONDAYS | {"rest": "move", "do": "look"})
    assert "2027 年的放假安排还没有公布，到时候会问定在哪天" in re.sub(r"\s+", " ", looked.text)
    with office.house.look() as session:
        assert session.scalars(select(PushSeries)).all() == []


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, "请给这个系列起个名字"),
        ({"push": ""}, "请选照哪一条推送写"),
        ({"at": "早上"}, "时间请写成 09:00 这样"),
        ({"every": "year"}, "请选每周、每月或节日"),
        ({"every": "month", "day": "32"}, "每月几号，请写 1 到 31"),
        ({"every": "festival", "festival": "双十一", "before": "2"}, "请选一个节日"),
        ({"until": "2026-12-01"}, "结束的日子已经过了"),
        ({"until": "年底"}, "日期请写成"),
        ({"rest": "maybe"}, "遇到休市日怎么办"),
    ],
)
def test_what_is_no_series_is_refused_with_what_was_written_kept(office: Office, changes: Any, said: str) -> None:
    market = office.browser("market")
    push_id = model(office)
    market.get(f"{SERIES}/new")
    answer = market.post(f"{SERIES}/new", MONDAYS | {"push": str(push_id), "name": "我的系列"} | changes)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{push_id}" selected' in answer.text or not changes.get("push", "x")
    with office.house.look() as session:
        assert session.scalars(select(PushSeries)).all() == []


@pytest.fixture
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The server's own clock is set to New York's time, where it is the day before for half of China's day."""
    monkeypatch.setenv("TZ", "America/New_York")
    tzset()
    yield
    monkeypatch.undo()
    tzset()


@pytest.mark.on_sqlite
def test_on_a_server_in_new_york_nine_oclock_is_chinas(new_york: None, office: Office) -> None:
    wang = office.house.phone("王建国")
    wang.follow()
    wang.say("绑定 350802100001 8899")
    office.house.clock.advance(datetime(2027, 9, 12, 6, tzinfo=SHANGHAI) - office.house.clock())
    wang.say("您好")
    market = office.browser("market")
    autumn = {"every": "festival", "festival": "中秋", "before": "2", "rest": "keep"}
    where = begin(office, market, **autumn)
    assert "9 月 13 日" in market.get(where).text
    tick(office)
    with office.house.look() as session:
        push_id, due_at = session.execute(copies(Push.id, Campaign.due_at)).one()
    assert due_at == datetime(2027, 9, 13, 1, tzinfo=UTC)
    shown = day_of(market.get(f"{CALENDAR}?month=2027-09").text, "2027-09-13")
    assert "本周货源" in shown and "09:00" in shown
    run(office, "approve", str(push_id), "--by", "sun")
    for hour, minute, had in ((8, 59, False), (9, 0, True)):
        office.house.clock.advance(datetime(2027, 9, 13, hour, minute, tzinfo=SHANGHAI) - office.house.clock())
        office.house.tick()
        assert ("本周货源" in str(wang.unread())) is had


@pytest.mark.on_sqlite
def test_a_series_is_approved_once_by_another_and_its_occurrences_are_scheduled(office: Office) -> None:
    market, sun = office.browser("market"), office.browser("sun")
    where = begin(office, market)
    page = market.get(where).text
    assert "每周一，09:00" in page
    assert "批准这个系列" not in page
    assert "孙宁" in page
    assert market.post(f"{where}/approve", {"seen": ""}).status_code == 422
    assert approve(sun, where).status_code == 303
    assert "孙宁 批准了整个系列" in market.get(where).text
    tick(office)
    assert made(office) == [("12-14 09:00", "planned"), ("12-21 09:00", "planned")]
    page = market.get(where).text
    assert page.count("已排期") == 2
    assert [(entry.who, entry.did) for did in ("series.begin", "series.approve") for entry in office.audited(did)] == [
        ("market", "series.begin"),
        ("孙宁", "series.approve"),
    ]
    assert "每周货源" in market.get(SERIES).text


@pytest.mark.on_sqlite
def test_what_is_approved_is_what_was_looked_at(office: Office) -> None:
    market, sun = office.browser("market"), office.browser("sun")
    where = begin(office, market)
    sun.get(where)
    answer = sun.post(f"{where}/approve", {"seen": "somethingelse"})
    assert answer.status_code == 422
    assert "这个系列刚刚改过" in answer.text


@pytest.mark.on_sqlite
def test_the_question_about_unpublished_holidays_waits_on_the_front_page_and_is_answered(office: Office) -> None:
    market = office.browser("market")
    where = begin(office, market, every="month", day="1", rest="move", name="月初货源")
    office.house.clock.advance(datetime(2026, 12, 20, 10, tzinfo=SHANGHAI) - office.house.clock())
    tick(office)
    market = office.browser("market")  # the old session is over
    asked = "《月初货源》：2027 年的放假安排还没有公布，这一次定在哪天？"
    assert asked in market.get("/console/").text
    assert "2027 年的放假安排还没有公布，2027 年 1 月 1 日的这一次定在哪天？" in market.get(where).text
    assert "放假安排还没有公布" in market.get(f"{CALENDAR}?month=2027-01").text
    for day, said in (("", "请选定在哪一天"), ("2026-12-01", "这一天已经过了")):
        answer = market.post(f"{where}/settle", {"wanted": "2027-01-01", "day": day})
        assert answer.status_code == 422
        assert said in answer.text
    assert market.post(f"{where}/settle", {"wanted": "2027-01-01", "day": "2027-01-04"}).status_code == 303
    assert made(office) == [("01-04 09:00", "submitted")]
    assert asked not in market.get("/console/").text
    assert market.post(f"{where}/settle", {"wanted": "2027-01-01", "day": "2027-01-05"}).status_code == 422


@pytest.mark.on_sqlite
def test_an_occurrence_that_could_not_be_submitted_waits_on_the_front_page_with_why(office: Office) -> None:
    market = office.browser("market")
    begin(office, market)
    with office.house.services.transaction() as session:
        series = session.scalars(select(PushSeries)).one()
        _, campaign = pushes.hold(session, series.push_id)
        campaign.audience = {}
    tick(office)
    page = market.get("/console/").text
    assert "系列《每周货源》12 月 14 日的一次还是草稿" in page
    assert "这一次没有自动提交：还没有选发给谁。" in page
    office.house.clock.advance(timedelta(days=30))
    assert "系列《每周货源》12 月 14 日的一次还是草稿" not in office.browser("market").get("/console/").text


@pytest.mark.on_sqlite
def test_the_calendar_shows_the_occurrences_still_to_be_made_until_they_are(office: Office) -> None:
    market = office.browser("market")
    begin(office, market)
    page = market.get("/console/broadcasts/calendar").text
    assert page.count("系列，还没有写出来") == 3  # 14, 21 and 28 December
    tick(office)
    page = market.get("/console/broadcasts/calendar").text
    assert page.count("系列，还没有写出来") == 1
    assert page.count("本周货源</span>") == 3  # two, and their model on the 20th


def test_a_series_is_changed_what_went_out_stays_and_what_did_not_is_written_anew(office: Office) -> None:
    market, sun = office.browser("market"), office.browser("sun")
    where = begin(office, market)
    assert approve(sun, where).status_code == 303
    tick(office)
    with office.house.services.transaction() as session:
        first = session.scalars(select(Campaign).order_by(Campaign.due_at)).first()
        first.state, first.frozen_at = CampaignState.SENT, office.house.clock()
    for browser in (market, sun):
        assert 'value="每周货源"' in browser.get(f"{where}/edit").text
    changed = {**MONDAYS, "push": "1", "weekday": "2", "at": "15:00", "name": "周三货源"}
    assert market.post(f"{where}/edit", changed | {"do": "look"}).status_code == 200
    answer = market.post(f"{where}/edit", changed)
    assert (answer.status_code, answer.location) == (303, where)
    assert sun.post(f"{where}/edit", changed).status_code == 409
    tick(office)
    page = market.get(where).text
    assert "还没有发的 1 次取消了" in page and "每周三，15:00" in page
    assert "批准过，后来改了：每一次要单独审批" in " ".join(page.split())
    assert made(office) == [
        ("12-14 09:00", "sent"),
        ("12-16 15:00", "submitted"),
        ("12-21 09:00", "cancelled"),
        ("12-23 15:00", "submitted"),
    ]
    # Its name alone changes nothing that was approved.
    assert approve(sun, where).status_code == 303
    market.get(f"{where}/edit")
    assert market.post(f"{where}/edit", changed | {"name": "周三到货"}).status_code == 303
    assert [each for _, each in made(office)] == ["sent", "submitted", "cancelled", "submitted"]
    assert "批准了整个系列，内容没有变" in market.get(where).text


@pytest.mark.on_sqlite
def test_a_series_is_ended_and_a_second_writer_is_told(office: Office) -> None:
    market, sun = office.browser("market"), office.browser("sun")
    where = begin(office, market)
    for browser in (market, sun):
        browser.get(where)
    assert market.post(f"{where}/end").status_code == 303
    assert sun.post(f"{where}/end").status_code == 409
    tick(office)
    assert made(office) == []
    assert "已结束" in market.get(where).text
    assert market.get(f"{where}/edit").status_code == 404
    assert "结束系列" not in market.get(where).text
    assert office.browser("chen").post(f"{where}/end").status_code == 403
