"""What staff set about promises in the console, through the door, and what it does to clocks that run."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from foundation import public_days
from tests.office import Browser, Office
from visits.actions import clocks
from visits.actions.open_request import OpenRequest
from visits.models.deadlines import Deadline, Promise
from visits.models.requests import Request
from visits.queries import deadlines

CHINA = ZoneInfo("Asia/Shanghai")
FRIDAY = datetime(2026, 11, 20, 16, 30, tzinfo=CHINA)
SETTINGS = "/console/visits/settings"
WEEK = {
    f"{end}{day}": times if day < 5 else ["", ""]
    for day in range(7)
    for end, times in (("begins", ["8:30", "14:30"]), ("ends", ["12:00", "17:30"]))
} | {"public": "1"}
POLICY = {"first_answer": "24", "next_answer": "24", "closing": "168", "handing_over": "60", "working": "0"}


@pytest.fixture
def office(build) -> Office:
    """A company on a Friday afternoon, somebody in every role."""
    office = Office(build())
    office.house.clock.advance(FRIDAY - office.house.clock())
    office.settle()
    return office


@pytest.fixture
def market(office: Office) -> Browser:
    browser = office.browser("market")
    browser.get(SETTINGS)
    return browser


def written(office: Office, openid: str = "o1") -> int:
    """A request that was made now."""
    with office.house.services.transaction() as session:
        now = office.house.clock()
        request = Request(openid=openid, opened_at=now, shop_wrote_at=now)
        session.add(request)
        session.flush()
        clocks.opened(OpenRequest(session, request, now, CHINA))
        return request.id


def first_answer(office: Office, request_id: int) -> Deadline:
    with office.house.look() as session:
        return session.scalars(
            select(Deadline).where(Deadline.request_id == request_id, Deadline.promise == Promise.FIRST_ANSWER)
        ).one()


@pytest.mark.on_sqlite
def test_before_anything_is_set_the_companys_promise_holds_and_the_page_says_so(office, market) -> None:
    page = market.get(SETTINGS).text
    assert "应在 明天 16:30 前答复" in page
    assert "全天计时" in page
    assert "还没有设置。现在所有期限都全天计时" in page
    assert "货源" in page and "投诉建议" in page


def test_working_hours_make_friday_afternoons_message_due_on_thursday_and_warn_of_wechats_window(
    office, market
) -> None:
    asked = market.post(f"{SETTINGS}/policy", POLICY | {"working": "1"})
    assert "请先设置工作时间" in asked.text
    assert market.post(f"{SETTINGS}/hours", WEEK).status_code == 303
    warned = market.post(f"{SETTINGS}/policy", POLICY | {"working": "1"})
    assert warned.status_code == 422
    assert "超过了微信 48 小时的回复期" in warned.text
    assert "全天计时" in market.get(SETTINGS).text
    assert market.post(f"{SETTINGS}/policy", POLICY | {"working": "1", "confirmed": "1"}).status_code == 303
    page = market.get(SETTINGS).text
    # One hour of Friday, 6.5 of each day after it: 24 hours are full on Thursday at noon.
    assert "应在 11 月 26 日 12:00 前答复" in page
    assert "只算工作时间" in page
    assert "超过了微信 48 小时的回复期" in page
    said = office.audited("visit.policy")[0].detail
    assert "首次 24 小时" in said
    assert "只算工作时间" in said
    assert "周一 08:30-12:00 14:30-17:30" in office.audited("visit.hours")[0].detail


def test_a_change_reckons_running_clocks_anew_and_leaves_ended_and_missed_ones(office, market) -> None:
    begun = office.house.clock()
    missed, ended = written(office, "o1"), written(office, "o2")
    office.house.clock.advance(timedelta(hours=2))
    with office.house.services.transaction() as session:
        clocks.closed(OpenRequest(session, session.get_one(Request, ended), office.house.clock(), CHINA))
    office.house.clock.advance(timedelta(hours=23))
    market = office.browser("market")
    running = written(office, "o3")
    assert market.post(f"{SETTINGS}/policy", POLICY | {"first_answer": "46", "next_answer": "46"}).status_code == 303
    assert first_answer(office, running).due_at == begun + timedelta(hours=25 + 46)
    assert first_answer(office, missed).due_at == begun + timedelta(hours=24)
    assert first_answer(office, ended).due_at == begun + timedelta(hours=24)
    with office.house.look() as session:
        assert session.get_one(Request, running).due_at == begun + timedelta(hours=26)  # nobody has it yet
    assert "晚" in explained(office, missed)[-1]
    office.house.clock.advance(timedelta(hours=10))
    market = office.browser("market")
    assert market.post(f"{SETTINGS}/policy", POLICY | {"first_answer": "1"}).status_code == 303
    # What nobody had promised could not be broken: due at the change, not nine hours before.
    assert first_answer(office, running).due_at == office.house.clock()


def test_a_class_may_be_promised_more_and_again_what_all_are(office, market) -> None:
    modern = next(
        part.split('"')[0]
        for part in market.get(SETTINGS).text.split(f'href="{SETTINGS}/policy/')
        if "现代终端" in part.split("</a>")[0]
    )
    assert market.post(f"{SETTINGS}/policy/{modern}", POLICY | {"first_answer": "4"}).status_code == 303
    assert "应在 今天 20:30 前答复" in market.get(SETTINGS).text
    market.get(f"{SETTINGS}/policy/{modern}")
    assert market.post(f"{SETTINGS}/policy/{modern}/drop").status_code == 303
    assert "今天 20:30" not in market.get(SETTINGS).text


def test_special_days_move_a_deadline_and_are_taken_back(office, market) -> None:
    market.post(f"{SETTINGS}/hours", WEEK)
    market.post(
        f"{SETTINGS}/policy", POLICY | {"working": "1", "first_answer": "2", "next_answer": "2", "confirmed": "1"}
    )
    running = written(office)
    monday = datetime(2026, 11, 23, 9, 30, tzinfo=CHINA)
    assert first_answer(office, running).due_at == monday
    day = {"name": "盘点", "first": "2026-11-23"}
    assert market.post(f"{SETTINGS}/days", day).status_code == 303
    assert first_answer(office, running).due_at == monday + timedelta(days=1)
    lines = "\n".join(explained(office, running))
    assert "11 月 23 日（周一）盘点，不计" in lines
    assert "11 月 24 日（周二）08:30-09:30，计 1 小时" in lines.replace(" 08", "08")
    assert "盘点" in market.get(f"{SETTINGS}/days").text
    assert market.post(f"{SETTINGS}/days/2026-11-23/drop").status_code == 303
    assert first_answer(office, running).due_at == monday
    assert [entry.detail for entry in office.audited("visit.days")] == [
        "2026-11-23 至 2026-11-23 盘点：放假",
        "删除 2026-11-23",
    ]


def explained(office: Office, request_id: int) -> list[str]:
    clock = first_answer(office, request_id)
    with office.house.look() as session:
        found = deadlines.of_request(session, request_id, now=office.house.clock(), zone=CHINA)
    return [line for each in found if each.id == clock.id for line in each.lines]


@pytest.mark.on_sqlite
def test_a_month_shows_holidays_make_up_days_and_the_companys_own_and_a_day_is_chosen_in_it(market) -> None:
    market.post(f"{SETTINGS}/hours", WEEK)
    market.post(f"{SETTINGS}/days", {"name": "盘点", "first": "2026-10-09", "begins": ["8:30"], "ends": ["10:00"]})
    page = market.get(f"{SETTINGS}/days?month=2026-10").text
    days = dict(re.findall(r'first=([0-9-]+)#add"(.*?)</div>', page, re.DOTALL))
    assert "国庆节休" in days["2026-10-01"]
    assert "国庆节班" in days["2026-10-10"]
    assert "08:30-12:00<br>14:30-17:30" in days["2026-10-10"]
    assert "盘点</span>" in days["2026-10-09"]
    assert "08:30-10:00" in days["2026-10-09"]
    assert "2026 年 9 月" in page
    assert "2026 年 11 月" in page
    chosen = market.get(f"{SETTINGS}/days?month=2026-10&first=2026-10-12").text
    assert re.search(r'name="first" [^>]*value="2026-10-12"', chosen)
    for wrong in ("month=2026-13", "month=10", "first=gestern", "month=9999-12"):
        assert market.get(f"{SETTINGS}/days?{wrong}").status_code == 404


@pytest.mark.on_sqlite
def test_a_month_without_working_hours_shows_the_public_days_all_the_same(market) -> None:
    page = market.get(f"{SETTINGS}/days?month=2026-10").text
    assert "国庆节休" in page
    assert "还没有设置工作时间" in page


@pytest.mark.on_sqlite
def test_mondays_hours_are_copied_to_the_days_up_to_friday_and_a_span_is_added_before_anything_is_saved(market) -> None:
    monday = {"begins0": ["8:00", "13:00"], "ends0": ["12:00", "17:00"], "begins5": ["9:00"], "ends5": ["11:00"]}
    copied = market.post(f"{SETTINGS}/hours", monday | {"do": "copy"}).text
    for day in range(5):
        assert values(copied, f"begins{day}") == ["8:00", "13:00"]
        assert values(copied, f"ends{day}") == ["12:00", "17:00"]
    assert values(copied, "begins5") == ["9:00", ""]
    assert values(market.post(f"{SETTINGS}/hours", monday | {"do": "more0"}).text, "begins0") == ["8:00", "13:00", ""]
    assert "还没有设置" in market.get(SETTINGS).text
    half = market.post(f"{SETTINGS}/hours", monday | {"ends5": [""]})
    assert half.status_code == 422
    assert "周六：“9:00”只写了一半" in half.text
    assert values(half.text, "begins5") == ["9:00", ""]


def values(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="([^"]*)"', page)


@pytest.mark.on_sqlite
def test_hours_that_leave_no_working_time_are_refused_and_nothing_is_kept(office, market) -> None:
    never = market.post(f"{SETTINGS}/hours", {"public": "1"})
    assert never.status_code == 422
    assert "400 天内没有一点工作时间" in never.text
    wrong = market.post(f"{SETTINGS}/hours", WEEK | {"begins2": "18", "ends2": "8"})
    assert "周三：" in wrong.text
    assert "设置工作时间" in market.get(SETTINGS).text


@pytest.mark.on_sqlite
def test_a_year_whose_holidays_are_not_known_is_said_at_saving_on_the_page_and_in_each_deadline(office) -> None:
    year = int(public_days.edition()[-4:]) + 1
    december = datetime(year - 1, 12, 20, 9, tzinfo=CHINA)
    office.house.clock.advance(december - office.house.clock())
    market = office.browser("market")
    market.post(f"{SETTINGS}/hours", WEEK)
    page = market.get(SETTINGS).text
    assert page.count(f"{year} 年的放假和调休安排还不知道") == 2  # the answer to saving, and the page itself
    market.post(f"{SETTINGS}/policy", POLICY | {"working": "1", "first_answer": "80", "confirmed": "1"})
    assert f"{year} 年的放假和调休安排还没有录入" in "\n".join(explained(office, written(office)))
    market.post(f"{SETTINGS}/hours", WEEK | {"public": "0"})
    assert "还不知道" not in market.get(SETTINGS).text


def test_categories_keep_their_keywords_and_can_be_retired(office, market) -> None:
    made = market.post(
        f"{SETTINGS}/categories/new", {"name": "缺货补货", "keywords": "断货、没货 补货", "position": "1"}
    )
    assert made.status_code == 303
    assert "断货、没货、补货" in market.get(SETTINGS).text
    again = market.post(f"{SETTINGS}/categories/new", {"name": "缺货补货", "keywords": "", "position": "2"})
    assert "已经有" in again.text
    market.get(f"{SETTINGS}/categories/1")
    assert market.post(f"{SETTINGS}/categories/1/retire", {"retired": "1"}).status_code == 303
    assert "已停用" in market.get(SETTINGS).text


@pytest.mark.on_sqlite
def test_who_sets_second_sees_what_the_first_has_set(office, market) -> None:
    """Two with the same page: of policies, hours, days, categories, answers kept ready and plans alike."""
    other = office.browser("admin")
    page = f"{SETTINGS}/policy"
    market.get(page), other.get(page)
    assert market.post(page, POLICY | {"first_answer": "12"}).status_code == 303
    told = other.post(page, POLICY | {"first_answer": "6"})
    assert told.status_code == 409 and "market刚刚存过" in told.text
    assert '<dt>首次答复</dt><dd class="lines">12 小时</dd>' in told.text and 'value="6"' in told.text
    assert other.post(page, POLICY | {"first_answer": "6"}).status_code == 303, "knowingly"
    for page, first, second, kept in (
        (f"{SETTINGS}/hours", WEEK, WEEK | {"begins5": "9:00", "ends5": "12:00"}, "08:30-12:00 14:30-17:30"),
        (f"{SETTINGS}/categories/1", {"name": "货", "keywords": "断货", "position": "1"}, {"name": "源"}, "断货"),
    ):
        market.get(page), other.get(page)
        assert market.post(page, first).status_code == 303
        told = other.post(page, second)
        assert told.status_code == 409 and "现在存着的" in told.text and kept in told.text
    days = f"{SETTINGS}/days"
    market.get(days), other.get(days)
    assert market.post(days, {"name": "盘点", "first": "2026-11-30"}).status_code == 303
    told = other.post(days, {"name": "春节", "first": "2026-11-30"})
    assert told.status_code == 409 and "2026-11-30" in told.text and "盘点" in told.text
    assert [entry.about for entry in office.audited("visit.hours")] == ["visit-hours"]
