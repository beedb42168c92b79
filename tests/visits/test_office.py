"""The console at work: whose a stranger's message may be, many handed over at once, pages that keep fresh."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from people.models import Area, Manager, Retailer
from tests.h5 import Browser as H5
from tests.office import Office, both_ways, file_of
from visits.models.owners import Assignment
from visits.models.requests import Request


@pytest.fixture
def desk(town):
    """The managers have their phones, and somebody of every role sits at the console."""
    town.office, managers = Office(town.house), ("陈志强", "林小燕")
    town.house.lay_out("managers and staff", lambda: ([town.manager(name) for name in managers], town.office.staff()))
    town.chen, town.lin = map(town.house.phone, managers)
    town.market = town.office.browser("market")
    return town


def stranger(town, text: str):
    phone = town.house.phone("路人")
    phone.follow()
    phone.say(text)
    return phone, f"/console/visits/{town.request().number}"


def shop_of(town, request: Request) -> str | None:
    with town.house.look() as session:
        return session.scalar(select(Retailer.licence).where(Retailer.id == request.retailer_id))


def test_a_strangers_message_goes_to_the_shop_it_speaks_of_with_one_click_and_binds_nobody(desk) -> None:
    phone, address = stranger(desk, "你好,我是城南便利店的,手机13600001234,货还没到")
    shown = desk.market.get(address).text
    assert "写了店名“城南便利店”" in shown and "写了店主的手机号" in shown and "这不是绑定" in shown
    assert "350802100003" not in shown, "a shop that was not spoken of"
    assert "350802100003" in desk.market.get(f"{address}?shop=小王").text
    assert "请绑定您的店" in desk.market.get(f"{address}?hint=1").text
    assert desk.market.post(address, {"do": "attach", "licence": "350802100001"}).status_code == 303
    assert shop_of(desk, desk.request()) == "350802100001" and desk.owners() == ["陈志强"]
    assert any("没绑定的人（可能是城南便利店" in text for text in desk.news(desk.chen))
    [entry] = desk.office.audited("visit.attach")
    assert entry.who == "market" and "350802100001" in entry.detail
    shown = desk.market.get(address).text
    assert "写的人没有绑定这家店，身份没有核实" in shown and "发给对方的话" in shown
    pocket = H5(desk.house, desk.chen)
    assert "写的人没有绑定这家店，身份没有核实" in pocket.open(f"/m/visits/{desk.request().number}")
    assert 'placeholder="答复对方"' in pocket.page.text
    assert desk.market.post(address, {"do": "attach", "licence": "350802100003"}).status_code == 422
    # Its keeper comes: what the stranger wrote is none of theirs.
    keeper = desk.shop("王建国")
    keeper.say("红七匹狼断货了能不能先补两条")
    first, second = desk.requests()
    assert (first.openid, shop_of(desk, first)) == (phone.openid, None)
    assert (second.openid, shop_of(desk, second)) == (keeper.openid, "350802100001")
    # And the stranger proves to keep another shop after all.
    assert "已绑定" in phone.say("绑定 350802100003 5678").text
    assert shop_of(desk, desk.requests()[0]) == "350802100003" and desk.owners()[0] == "林小燕"


@pytest.mark.on_sqlite
def test_a_shop_that_has_its_keeper_keeps_to_itself_and_its_manager_finds_out(desk) -> None:
    desk.shop("王建国")
    _, address = stranger(desk, "城南便利店要两条红七匹狼")
    assert "转给它的客户经理核实" in desk.market.get(address).text
    assert desk.market.post(address, {"do": "attach", "licence": "350802100001"}).status_code == 303
    assert desk.request().retailer_id is None and desk.owners() == ["陈志强"]


@pytest.mark.on_sqlite
def test_who_may_not_answer_or_sees_another_part_is_shown_no_shop_and_no_number(desk) -> None:
    _, address = stranger(desk, "我是城南便利店的,我的手机是13600008899")
    intern = desk.office.browser("intern")
    shown = intern.get(address).text
    assert "136****8899" in shown and "13600008899" not in shown and "归到这家店" not in shown
    assert "13600008899" not in intern.get("/console/visits").text
    assert intern.post(address, {"do": "attach", "licence": "350802100001"}).status_code == 403
    assert desk.office.browser("zhou").get(address).status_code == 404
    desk.market.post(address, {"do": "transfer", "to": desk.id_of("林小燕")})
    desk.office.user("lin", "manager", manager_id=desk.id_of("林小燕"))
    lin = desk.office.browser("lin")
    assert "350802100001" not in lin.get(address).text, "another manager's shop"
    assert lin.post(address, {"do": "attach", "licence": "350802100001"}).status_code == 422


def test_what_is_ticked_is_handed_over_at_once_with_one_notice_and_nobody_hands_on_what_they_do_not_see(desk) -> None:
    desk.fill("城区一片", 3)
    desk.shop("小王").say("小店断货了,明天能送吗")
    numbers = [request.number for request in desk.requests()]
    desk.news(desk.chen), desk.news(desk.lin)
    desk.house.clock.advance(timedelta(hours=25))
    zhou = desk.office.browser("zhou")
    hands = zhou.get("/console/visits/hands").text
    assert re.search(r'陈志强.*?shelf=overdue">3<', hands, re.S) and "165 家店" in hands
    page = zhou.get(f"/console/visits?pick=all&shelf=overdue&manager={desk.id_of('陈志强')}").text
    assert page.count('name="n"') == page.count(" checked>") == 3
    given = {"n": numbers, "to": desk.id_of("林小燕")}
    assert zhou.post("/console/visits/bulk", given | {"do": "transfer"}).status_code == 303
    assert desk.owners() == ["林小燕"] * 4
    [told] = [text for text in desk.news(desk.lin) if "转来" in text]
    assert "转来 3 条" in told and "zhou转给林小燕" in told and "其中 3 条已超时" in told
    given = {"do": "transfer", "n": numbers[-1], "to": desk.id_of("陈志强")}
    assert zhou.post("/console/visits/bulk", given).status_code == 303
    assert desk.owners()[-1] == "林小燕", "of 江山片， which is not theirs to see"
    assert zhou.post("/console/visits/bulk", {"do": "transfer", "to": desk.id_of("陈志强")}).status_code == 422
    assert [entry.detail[-4:] for entry in desk.office.audited("visit.transfer")] == [" 3 条", " 0 条"]


def was_with(page: str) -> str:
    return re.search(r'name="was_with" value="(\d+)"', page)[1]


@pytest.mark.on_sqlite
def test_who_hands_a_request_on_second_is_told_whose_it_is_by_now_and_does_it_only_knowingly(desk) -> None:
    desk.shop("王建国").say("红七匹狼断货了能不能先补两条")
    address, admin = f"/console/visits/{desk.request().number}", desk.office.browser("admin")
    first, second = was_with(desk.market.get(address).text), was_with(admin.get(address).text)
    assert first == second == str(desk.id_of("陈志强"))
    lin, zhou = desk.id_of("林小燕"), desk.id_of("周主任")
    assert desk.market.post(address, {"do": "transfer", "to": lin, "was_with": first}).status_code == 303
    told = admin.post(address, {"do": "transfer", "to": zhou, "was_with": second})
    assert told.status_code == 422 and "刚刚转给了林小燕" in told.text
    assert desk.owners() == ["林小燕"] and len(desk.office.audited("visit.transfer")) == 1
    again = {"do": "transfer", "to": zhou, "was_with": was_with(told.text)}
    assert admin.post(address, again).status_code == 303
    assert desk.owners() == ["周主任"]


@pytest.mark.on_sqlite
def test_what_is_ticked_stays_with_whoever_it_was_handed_to_meanwhile(desk) -> None:
    desk.fill("城区一片", 2)
    zhou = desk.office.browser("zhou")
    ticked = re.findall(r'name="n"\s+value="([^"]+)"', zhou.get("/console/visits").text)
    lin, head = desk.id_of("林小燕"), desk.id_of("周主任")
    assert desk.market.post("/console/visits/bulk", {"do": "transfer", "n": ticked[0], "to": lin}).status_code == 303
    assert zhou.post("/console/visits/bulk", {"do": "transfer", "n": ticked, "to": head}).status_code == 303
    told = zhou.get("/console/visits").text
    assert "1 条留言已转给周主任" in told and f"#{ticked[0].partition(':')[0]} 刚刚被别人转走，没有再转。" in told
    assert sorted(desk.owners()) == sorted(["林小燕", "周主任"])
    assert zhou.post("/console/visits/bulk", {"do": "transfer", "n": "x", "to": head}).status_code == 422


def test_an_open_page_hears_what_comes_in_and_what_was_just_shown_is_not_yet_seen(desk) -> None:
    keeper = desk.shop("王建国")
    keeper.say("红七匹狼断货了能不能先补两条")
    address = f"/console/visits/{desk.request().number}"
    page = desk.market.get(address).text
    asks = re.search(r'hx-get="([^"]*/news[^"]*)"', page)[1].replace("&amp;", "&")
    assert desk.market.get(asks).status_code == 204
    keeper.say("不用两条,一条就行")
    came = desk.market.get(asks).text
    assert "不用两条,一条就行" in came and 'id="seen"' not in came
    asks = re.search(r'hx-get="([^"]*/news[^"]*)"', came)[1].replace("&amp;", "&")
    stood = desk.market.get(asks)
    assert stood.headers["HX-Reswap"] == "none"
    seen = re.search(r'name="seen" value="(\d+)"', stood.text)[1]
    form = {"do": "answer", "content": "明早带一条", "token": "t" * 80}
    old = re.search(r'name="seen" value="(\d+)"', page)[1]
    assert desk.market.post(address, form | {"seen": old}).status_code == 409
    assert desk.market.post(address, form | {"seen": seen}).status_code == 303
    assert "已答复，等对方" in desk.market.get(f"{address}/state").text
    lines = desk.market.get("/console/visits/lines?shelf=waiting").text
    assert "城南便利店" in lines and "<html" not in lines
    # A page that asks by itself keeps nobody signed in.
    for _ in range(5):
        desk.house.clock.advance(timedelta(minutes=30))
        answer = desk.market.get("/console/visits/lines")
    assert answer.status_code == 303
    left = {"HX-Request": "true", "HX-Current-URL": "https://wx.example.com/console/visits?shelf=pool"}
    answer = desk.market.get("/console/visits/lines", headers=left)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/console/sign-in?next=%2Fconsole%2Fvisits%3Fshelf%3Dpool"


def test_whom_no_notice_reached_is_listed_by_reason_paged_both_ways_and_taken_away(desk) -> None:
    with desk.house.services.transaction() as session:
        area, now = session.scalars(select(Area).where(Area.name == "城区一片")).one(), desk.house.clock()
        for n in range(60):
            away = Manager(name=f"经理{n:02}", phone=f"137000000{n:02}")
            session.add(away)
            session.flush()
            at = {"opened_at": now, "shop_wrote_at": now, "unanswered_since": now}
            asked = Request(owner_id=away.id, area_id=area.id, openid=f"o{n}", **at)
            session.add(asked)
            session.flush()
            session.add(Assignment(request_id=asked.id, to_id=away.id, at=now, reason="manager", explained=""))
    browser, path = desk.market, "/console/visits/unheard"
    assert len(re.findall(r"<td>经理\d\d</td>", browser.get("/console/").text)) == 5
    found = both_ways(browser, f"{path}?why=not_bound", r">经理(\d\d)</a>")
    assert [len(page) for page in found] == [50, 10]
    assert {name for page in found for name in page} == {f"{n:02}" for n in range(60)}
    assert "没有符合的" in browser.get(f"{path}?why=held").text
    heading, *rows = file_of(desk.office, browser, f"{path}/export", {"why": "not_bound"})
    assert heading == ("客户经理", "原因", "留言") and len(rows) == 60 and rows[0][1:] == ("还没有绑定微信", 1)


def test_the_workload_is_paged_both_ways_from_the_most_overdue_to_the_idle_and_taken_away(desk) -> None:
    desk.fill("城区一片", 3)
    with desk.house.services.transaction() as session:
        session.add_all(Manager(name=f"经理{n:02}", phone=f"137000000{n:02}") for n in range(60))
    desk.house.clock.advance(timedelta(hours=25))
    browser, path = desk.office.browser("market"), "/console/visits/hands"
    first, second = both_ways(browser, path, r"<strong>([^<]+)</strong>")
    assert (
        first[0] == "陈志强"
        and len(first) == 50
        and {*first, *second} >= {"林小燕", *(f"经理{n:02}" for n in range(60))}
    )
    rows = file_of(desk.office, browser, f"{path}/export", {"search": "陈"})
    assert rows[0] == ("客户经理", "已超时", "今天到期", "没办结", "等得最久的从", "负责的店")
    assert [(*row[:4], row[5]) for row in rows[1:]] == [("陈志强", 3, 0, 3, 5)]
    desk.disable("陈志强")
    assert "待分派" not in browser.get(path).text and "不在岗" in browser.get(path).text


@pytest.mark.on_sqlite
def test_the_workload_is_seen_as_bars_with_what_is_overdue_and_against_the_shops_of_a_manager(desk) -> None:
    desk.fill("城区一片", 3)
    desk.house.clock.advance(timedelta(hours=25))
    desk.shop("小王").say("小店断货了,明天能送吗")

    browser = desk.office.browser("market")

    def bars(name: str) -> list[list[tuple[str, str]]]:
        line = re.search(rf"(?s)<strong>{name}.*?</tr>", browser.get("/console/visits/hands").text)[0]
        drawn = re.findall(r"(?s)<svg class=\"track.*?</svg>", line)
        return [re.findall(r'class="([^"]+)" x="[\d.]+" width="([\d.]+)"', each) for each in drawn]

    held, shops = bars("陈志强")
    assert held == [("shade_c-5", "100.0"), ("shade_c-4", "0.0"), ("shade_c1", "0.0")], "all three are overdue"
    assert shops == [("shade_c-2", "2.53"), ("mark", ".5")], "5 of 165 and a fifth more"
    assert bars("林小燕")[0] == [("shade_c-5", "0.0"), ("shade_c-4", "0.0"), ("shade_c1", "33.33")]


def test_what_is_said_often_is_searched_and_taken_away_by_whoever_may_say_it(desk) -> None:
    chen, path = desk.office.browser("chen"), "/console/visits/canned"
    for n in range(60):
        given = {"title": f"第{n:02}句", "content": "{店名}明天到", "for": "all"}
        assert desk.market.post(f"{path}/new", given).status_code == 303
    assert chen.post(f"{path}/new", {"title": "我的", "content": "{称呼},我是{经理}", "for": "me"}).status_code == 303
    first, second = both_ways(chen, path, r'<td class="text-nowrap">(我的|第\d\d句)</td>')
    assert [first[0], len(first), len(second)] == ["我的", 50, 11]
    rows = file_of(desk.office, desk.market, f"{path}/export", {"search": "第07"})
    assert rows == [("标题", "内容", "给谁用"), ("第07句", "{店名}明天到", "大家")]
    assert chen.post(f"{path}/export").status_code == 403
