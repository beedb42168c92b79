"""The search in the head of every page: what each finds, what nobody finds out, and what is written down of it."""

import re
from datetime import timedelta
from html import unescape

import pytest

from tests.console.test_dashboard import load
from tests.office import Office


def found(office: Office, name: str, text: str) -> list[str]:
    """The lines of the panel, as they are read, with the headings of their groups."""
    page = office.browser(name).get("/console/find/hits", query_string={"q": text}).text
    lines = re.findall(r'(?s)<(?:a|div) class="find-h[^>]*>(.*?)</(?:a|div)>', page)
    return [re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", "", line))).strip() for line in lines]


def ask(office: Office) -> None:
    for name, bound, words in (
        ("王建国", "350802100001 8899", "送货单少了一条"),
        ("王丽芳", "350802100003 5678", "柜台坏了，找13600005678"),
    ):
        phone = office.house.phone(name)
        phone.follow()
        phone.say(f"绑定 {bound}")
        assert "已转给" in phone.say(words).text


@pytest.mark.parametrize("text", ["城南便", "王建国", "350802100001", "３５０８０２１００００１"])
def test_a_shop_is_found_by_its_name_its_keeper_and_its_licence(office, text) -> None:
    assert found(office, "market", text)[:2] == ["店铺", "城南便利店 王建国 · 城区一片 · 350802100001未绑定"]


def test_a_shop_is_found_by_its_whole_phone_by_those_who_may_see_phones(office) -> None:
    for number in ("13600001234", "136-0000 1234"):
        assert "老李食杂店" in found(office, "market", number)[1]
        assert "老李食杂店" in found(office, "chen", number)[1]
        assert found(office, "intern", number) == []
    assert found(office, "market", "1360000123") == []
    assert "老李食杂店" in office.browser("market").get("/console/people?search=13600001234").text
    assert "老李食杂店" not in office.browser("intern").get("/console/people?search=13600001234").text


def test_everybody_finds_the_shops_and_requests_that_are_theirs_alone(office) -> None:
    ask(office)
    for name in ("chen", "zhou"):
        assert found(office, name, "王丽芳") == found(office, name, "102") == found(office, name, "13600005678") == []
        assert "城南便利店" in found(office, name, "王")[1]
        assert len(found(office, name, "101")) == 3
    assert len([line for line in found(office, "market", "王") if " · " in line]) == 2


def test_a_request_is_found_by_its_number_with_what_was_said_last(office) -> None:
    ask(office)
    for text in ("101", "#101", "＃１０１"):
        heading, line, rest = found(office, "market", text)
        assert (heading, rest) == ("留言", f"看“{text}”的全部结果")
        assert line.startswith("#101 城南便利店：“送货单少了一条”")
    assert "13600005678" in found(office, "market", "102")[1]
    assert "136****5678" in found(office, "intern", "102")[1]


@pytest.mark.on_sqlite
def test_requests_are_found_by_what_was_said_open_ones_before_closed_ones(office) -> None:
    ask(office)
    with_phone = found(office, "market", "柜台坏")
    assert with_phone[1].startswith("#102 =小王超市：“柜台坏了，找13600005678”")
    assert "136****5678" in found(office, "intern", "柜台坏")[1]
    assert found(office, "chen", "柜台坏") == found(office, "intern", "找1360") == []
    assert found(office, "chen", "货单少")[1].startswith("#101 城南便利店：“送货单少了一条”")
    assert found(office, "chen", "货单少")[1].endswith("前答复")
    browser = office.browser("market")
    browser.get("/console/visits/101")
    assert browser.post("/console/visits/101", {"do": "no_reply", "seen": 99}).status_code == 303
    for job in office.house.app.extensions["jobs"]:
        if job.name == "file closed requests":
            job.run(office.house.services)
    assert found(office, "market", "货单少")[1] == "#101 城南便利店：“送货单少了一条”不用回复"


@pytest.mark.on_sqlite
def test_a_survey_is_found_by_its_title(office) -> None:
    load(office, closes_in=timedelta(days=3), title="夜间送货需求征集")
    assert found(office, "intern", "送货") == ["调查", "夜间送货需求征集草稿", "看“送货”的全部结果"]


def test_without_script_the_search_is_a_page_that_leads_to_the_lists(office) -> None:
    load(office, closes_in=timedelta(days=3), title="王牌商品评价")
    shops = [
        f"3508021{number:05},王记{number}店,王{number},139{number:08},新罗区,城区一片,现代终端,陈志强,13900002201"
        for number in range(30)
    ]
    office.import_roster("\n".join(["许可证号,店名,店主,手机,地址,片区,客户类型,客户经理,经理手机", *shops]))
    page = office.browser("market").get("/console/find", query_string={"q": "王"}).text
    assert 'role="search"' in page and 'value="王"' in page and "<mark>王</mark>牌商品评价" in page
    link = re.search(r'<a href="([^"]+)">看全部 (\d+) 家(?:以上)?</a>', page)
    assert link and int(link[2]) >= 30
    assert "王记29店" in office.browser("market").get(unescape(link[1])).text
    nothing = office.browser("market").get("/console/find", query_string={"q": "<b>没有"}).text
    assert "没有找到“&lt;b&gt;没有”" in nothing


def test_what_was_sought_is_written_down_once_however_it_was_typed(office) -> None:
    browser = office.browser("market")
    for typed in ("王", "王建", "王建国", "王建", ""):
        browser.get("/console/find/hits", query_string={"q": typed})
    browser.get("/console/find", query_string={"q": "王建国"})
    assert [(entry.detail, entry.is_search) for entry in office.audited("find")] == [("“王建国”", True)]
    office.house.clock.advance(timedelta(minutes=2))
    browser.get("/console/find/hits", query_string={"q": "王建国"})
    browser.get("/console/find/hits", query_string={"q": "”李“"})
    assert [entry.detail for entry in office.audited("find")] == ["“王建国”", "“王建国”", '“"李"”']
    assert "搜索" in office.browser("admin").get("/console/audit").text


@pytest.mark.on_sqlite
def test_what_was_sought_of_somebody_who_is_erased_is_erased(office) -> None:
    office.browser("market").get("/console/find", query_string={"q": "王建国"})
    assert office.house.flask("people", "erase", "350802100001", "--shop", "--yes").exit_code == 0
    assert [entry.detail for entry in office.audited("find")] == ["“（已删除）”"]
