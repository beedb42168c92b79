"""A shop all around (360°): its page, and the timeline that every feature adds to."""

import re
from html import unescape

import pytest

from people import timeline
from tests.office import Office

PAGE = "/console/people/shops/350802100001"
SURVEY = """
title: 陈列调查
questions:
  - {code: q1, type: single, text: 您满意吗, options: [满意, 不满意]}
"""


@pytest.fixture
def desk(town, tmp_path):
    """A shop that has done all there is: bound, answered a survey, wrote twice, was rated, visited and written to."""
    town.office = Office(town.house)

    def begin() -> None:
        town.office.staff()
        wang = town.shop("王建国")
        path = tmp_path / "survey.yaml"
        path.write_text(SURVEY, encoding="utf-8")
        for command in (("surveys", "load", str(path)), ("surveys", "publish", "1")):
            done = town.house.flask(*command)
            assert done.exit_code == 0, done.output
        town.house.later(hours=1)
        wang.click("survey:1")
        wang.say("2")
        town.house.later(hours=1)
        wang.say("红七匹狼断货了，我手机13600008899，能不能先补两条")
        town.house.later(hours=2)
        market, address = town.office.browser("market"), f"/console/visits/{town.request().number}"
        market.get(address)
        market.post(address, {"do": "answer", "content": "明天送到", "token": "t", "seen": 99})
        market.post(address, {"do": "close", "seen": 99})
        town.house.later(hours=1)
        wang.say("3")
        wang.say("答复太慢了，打13600008899也没人接")
        town.house.later(days=1)
        market = town.office.browser("market")
        market.get(PAGE)
        visit = {"how": "shop", "note": "换了价格牌", "back": PAGE}
        assert market.post(f"/console/visits/visited/{town.request().retailer_id}", visit).location == PAGE
        market.get("/console/visits/groups/new")
        letter = {
            "whom": "all",
            "looked": "all",
            "content": "明天上门",
            "title": "上门通知",
            "token": "g",
            "do": "send",
        }
        assert market.post("/console/visits/groups/new", letter).status_code == 303
        town.house.tick()

    town.house.lay_out("a shop that has done all there is", begin)
    town.market = town.office.browser("market")
    return town


def titles(page: str) -> list[str]:
    lines = re.findall(r'<div class="grow"><(?:a|span) class="strong"[^>]*>(.*?)</(?:a|span)>', page)
    return [unescape(each).strip() for each in lines]


def test_a_shops_page_tells_all_that_was_between_it_and_the_company_the_newest_first(desk) -> None:
    page = desk.market.get(PAGE).text
    assert titles(page) == [
        "群发《上门通知》",
        "上门拜访",
        "给 #101 评了“不满意”",
        "留言 #101 红七匹狼断货了，我手机13600008899，能不能先补两条",
        "答了《陈列调查》",
        "客户经理定为陈志强",
        "绑定了微信（许可证号）",
    ]
    assert "2 小时答复，已完结" in page and "“答复太慢了，打13600008899也没人接”" in page and "换了价格牌" in page
    assert titles(desk.market.get(f"{PAGE}?kind=requests").text) == [titles(page)[3]]
    assert titles(desk.market.get(f"{PAGE}/timeline?kind=surveys").text) == ["答了《陈列调查》"]
    for word, figure in (("今年留言", "1"), ("上次评价", "不满意"), ("上次拜访", "今天"), ("群发打开", "0/1")):
        assert re.search(rf"<dt>{word}</dt><dd[^>]*>{figure}", page), word


def test_older_entries_come_by_pages_and_none_is_lost_or_shown_twice(desk, monkeypatch) -> None:
    whole = titles(desk.market.get(PAGE).text)
    monkeypatch.setitem(timeline.page.__kwdefaults__, "limit", 1)
    seen, address = [], PAGE
    while address:
        page = desk.market.get(address).text
        seen += titles(page)
        found = re.search(r'href="([^"]+)"[^>]*rel="next"', page)
        address = unescape(found[1]).partition("#")[0] if found else ""
        assert len(seen) <= len(whole)
    assert seen == whole


@pytest.mark.on_sqlite
def test_who_may_not_see_phones_sees_them_masked_and_a_managers_neighbour_sees_nothing(desk) -> None:
    shown = desk.office.browser("intern").get(PAGE).text
    assert "136****8899" in shown and "13600008899" not in shown and "记一次拜访" not in shown
    desk.office.user("lin", "manager", manager_id=desk.id_of("林小燕"))
    lin = desk.office.browser("lin")
    assert lin.get(PAGE).status_code == lin.get(f"{PAGE}/timeline").status_code == 404


@pytest.mark.on_sqlite
def test_a_change_of_manager_is_told_on_the_page_of_every_shop_it_concerns(desk, tmp_path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "许可证号,店名,店主,手机,地址,片区,客户类型,客户经理,经理手机\n"
        "350802100001,城南便利店,王建国,13600008899,新罗区,城区一片,现代终端,林小燕,13900002202\n"
        "350802100002,老李食杂店,李福生,13600001234,新罗区,城区一片,普通终端,,\n",
        encoding="utf-8",
    )
    desk.house.clock.advance(minutes=1)
    assert desk.house.flask("people", "import", str(roster)).exit_code == 0
    assert titles(desk.market.get(PAGE).text)[0] == "客户经理由陈志强换成林小燕"
    assert "以前是陈志强" in desk.market.get(PAGE).text
    other = PAGE.replace("0001", "0002")
    assert "换成" not in desk.market.get(other).text, "its area's manager is the same"
    desk.house.clock.advance(minutes=1)
    area, head = desk.office.area("城区一片"), desk.id_of("周主任")
    top = desk.office.area("新罗区")
    given = {"manager": head, "parent": top}
    assert desk.market.post(f"/console/people/areas/{area}", given).status_code == 303
    assert titles(desk.market.get(other).text)[0] == "客户经理由陈志强换成周主任"
    assert titles(desk.market.get(PAGE).text)[0] == "客户经理由陈志强换成林小燕", "which has a manager of its own"


@pytest.mark.on_sqlite
def test_a_shop_is_written_to_in_its_open_request_or_alone(desk) -> None:
    page = desk.market.get(PAGE).text
    [alone] = re.findall(r'href="([^"]+/groups/new[^"]+)"', page)
    form = desk.market.get(unescape(alone)).text
    assert "发给 1 家" in form and "写给城南便利店" in form
    desk.house.phone("王建国").say("还有一件事，明天能不能早点送")
    number = desk.requests()[-1].number
    assert f'href="/console/visits/{number}#answer"' in desk.market.get(PAGE).text


@pytest.mark.on_sqlite
def test_a_shops_binding_code_is_shown_to_who_may_print_it_alone(desk) -> None:
    assert "还没有做过绑定二维码" in desk.market.get(PAGE).text
    asked = desk.market.post("/console/people/codes?search=350802100001", {})
    assert asked.status_code == 303
    desk.office.work()
    assert "<svg" in desk.market.get(PAGE).text.partition("城南便利店的绑定二维码")[2][:200]
    assert "绑定二维码" not in desk.office.browser("intern").get(PAGE).text
