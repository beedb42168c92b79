"""Periodic visits: whose turn it is, one tap once they were visited, and with whom there was no contact."""

import re
from datetime import date, datetime, time, timedelta
from html import unescape

import pytest
from sqlalchemy import delete, select

from people.models import Area, Audience, Retailer, ShopClass
from tests.h5 import Browser
from tests.office import Office, both_ways, file_of
from visits.models.plans import Visited, VisitPlan
from visits.queries import plans

PLANS = "/console/visits/plans"
DAY = timedelta(days=1)


@pytest.fixture
def planned(town):
    """城区一片's two shops are visited every 30 days, from today on."""
    town.office = Office(town.house)
    town.house.lay_out("a manager and staff", lambda: (town.office.staff(), town.manager("陈志强")))
    town.chen = town.house.phone("陈志强")
    town.page = Browser(town.house, town.chen)
    town.market = town.office.browser("market")
    town.market.get(PLANS)
    town.form = {"name": "城区月访", "whom": "some", "whom-area-": "城区一片", "every_days": 30}
    assert town.market.post(f"{PLANS}/new", town.form).status_code == 303
    return town


def today(town) -> date:
    return town.house.clock().astimezone(town.house.services.zone).date()


def shops(text: str) -> list[str]:
    return [name for name in ("城南便利店", "老李食杂店", "小王超市", "总部小卖部") if name in text]


def pass_days(town, days: int) -> None:
    """Let days pass; whoever was signed in for so long signs in again."""
    town.house.clock.advance(days * DAY)
    town.market, town.page = town.office.browser("market"), Browser(town.house, town.chen)


def test_a_shop_is_due_so_many_days_after_the_plan_began_and_then_after_its_last_visit(planned) -> None:
    assert shops(planned.market.get(f"{PLANS}/1").text) == []
    pass_days(planned, 30)
    page = planned.market.get(f"{PLANS}/1").text
    assert shops(page) == ["城南便利店", "老李食杂店"] and "今天" in page
    assert shops(planned.market.get(f"{PLANS}/1?part=overdue").text) == []
    pass_days(planned, 2)
    page = planned.market.get(f"{PLANS}/1?part=overdue").text
    assert shops(page) == ["城南便利店", "老李食杂店"] and "过期 2 天" in page
    phone = planned.page.open("/m/visits/due")
    assert "2 家到期（过期 2 家）" in phone and shops(phone) == ["城南便利店", "老李食杂店"]
    assert "已记下：上门拜访" in planned.page.send("shop")
    assert len(shops(planned.page.open("/m/visits/due").partition("每 30 天")[2])) == 1
    pass_days(planned, 23)
    soon = planned.market.get(f"{PLANS}/1?part=soon").text
    assert len(shops(soon)) == 2, "the visited one comes up within a week"
    assert len(shops(planned.market.get(f"{PLANS}/1").text)) == 1


@pytest.mark.on_sqlite
def test_tapped_twice_on_one_day_it_is_one_visit(planned) -> None:
    pass_days(planned, 31)
    planned.page.open("/m/visits/due")
    for _ in range(2):
        planned.page.submit("phone")
    with planned.house.look() as session:
        made = session.scalars(select(Visited)).all()
    assert [(each.how, each.made_on, each.manager_id) for each in made] == [
        ("phone", today(planned), planned.id_of("陈志强"))
    ]


@pytest.mark.on_sqlite
def test_a_slip_of_the_thumb_is_taken_back(planned) -> None:
    pass_days(planned, 31)
    planned.page.open("/m/visits/due")
    assert "撤销" in planned.page.send("phone")
    assert "已撤销" in planned.page.send("undo") and "2 家到期" in planned.page.text
    planned.page.open("/m/visits/due?after=2020-01-01.0")
    planned.page.send("phone")
    planned.page.send("undo")
    assert planned.page.form()["after"] == "2020-01-01.0", "who looks through the list stays where they were"
    assert "回到开头" in planned.page.open("/m/visits/due?after=2999-01-01.0")
    with planned.house.look() as session:
        assert session.scalars(select(Visited)).all() == []


def test_what_was_noted_before_midnight_is_taken_back_behind_it(planned) -> None:
    pass_days(planned, 31)
    clock, zone = planned.house.clock, planned.house.services.zone
    clock.advance(datetime.combine(today(planned) + DAY, time(0), zone) - clock() - timedelta(minutes=1))
    chen = planned.office.browser("chen")
    chen.get(f"{PLANS}/1")
    planned.page = Browser(planned.house, planned.chen)
    planned.page.open("/m/visits/due")
    assert "撤销" in planned.page.send("phone")
    with planned.house.look() as session:
        [noted] = session.scalars(select(Visited.retailer_id)).all()
        other = session.scalars(select(Retailer.id).where(Retailer.shop.in_(("城南便利店", "老李食杂店")))).all()
    [other] = {*other} - {noted}
    assert chen.post(f"/console/visits/visited/{other}", {"how": "shop", "plan": "1"}).status_code == 303
    clock.advance(timedelta(minutes=2))
    assert "已撤销" in planned.page.send("undo")
    behind = chen.get(f"{PLANS}/1").text.partition("今天记下的拜访")[2]
    undo = re.search(r'action="([^"]*/undo)"', behind)[1]
    stamp = re.search(r'name="stamp" value="([^"]*)"', behind)[1]
    assert chen.post(undo, {"plan": "1", "stamp": stamp}).status_code == 303
    with planned.house.look() as session:
        assert session.scalars(select(Visited)).all() == []


@pytest.mark.on_sqlite
def test_where_nothing_was_due_yet_the_first_turn_is_named_and_nobody_is_said_to_have_been_visited(planned) -> None:
    day = today(planned) + timedelta(days=30)
    said = f"最早的一家 {day.month} 月 {day.day} 日到期"
    page = planned.market.get(f"{PLANS}/1").text
    assert said in page and "拜访过了。" not in page
    assert said in planned.page.open("/m/visits/due?plan=1")


@pytest.mark.on_sqlite
def test_a_visit_marked_in_the_console_is_taken_back_once_and_written_down(planned) -> None:
    pass_days(planned, 31)
    chen, zhou = planned.office.browser("chen"), planned.office.browser("zhou")
    with planned.house.look() as session:
        shop = session.scalars(select(Retailer.id).where(Retailer.shop == "老李食杂店")).one()
    chen.get(f"{PLANS}/1")
    zhou.get(f"{PLANS}/1")
    assert chen.post(f"/console/visits/visited/{shop}", {"how": "shop", "plan": "1"}).status_code == 303
    page = chen.get(f"{PLANS}/1").text
    noted = page.partition("今天记下的拜访")[2]
    undo = re.search(r'action="([^"]*/undo)"', noted)[1]
    stamp = re.search(r'name="stamp" value="([^"]*)"', noted)[1]
    listed = page.partition("各人各片")[2].partition("今天记下的拜访")[0]
    assert shops(noted) == ["老李食杂店"] and shops(listed) == ["城南便利店"]
    planned.house.clock.advance(timedelta(minutes=1))
    done = chen.post(undo, {"plan": "1", "part": "due", "stamp": stamp})
    assert "已撤销：上门拜访老李食杂店" in chen.get(done.headers["Location"]).text
    assert shops(chen.get(f"{PLANS}/1").text) == ["城南便利店", "老李食杂店"]
    # Noted again meanwhile by somebody else: the old page's tap is not meant for that.
    zhou.post(f"/console/visits/visited/{shop}", {"how": "shop", "plan": "1"})
    again = chen.post(undo, {"plan": "1", "stamp": stamp})
    assert again.status_code == 422 and "没有可撤销的" in again.text
    assert shops(chen.get(f"{PLANS}/1").text.partition("今天记下的拜访")[2]) == ["老李食杂店"]
    assert [entry.detail for entry in planned.office.audited("visit.unmade")] == ["上门 老李食杂店"]
    intern = planned.office.browser("intern")
    assert intern.post(undo, {}).status_code == 403


def test_what_is_due_is_counted_for_each_manager_and_area(planned) -> None:
    planned.form |= {"name": "全区", "whom-area-": "新罗区"}
    assert planned.market.post(f"{PLANS}/new", planned.form).status_code == 303
    pass_days(planned, 31)
    page = planned.market.get(f"{PLANS}/2").text
    shares = page.partition("各人各片")[2].partition("该拜访的店")[0]
    for name, area in (("陈志强", "城区一片"), ("林小燕", "江山片"), ("周主任", "新罗区")):
        assert name in shares and area in shares
    listed = planned.market.get(PLANS).text
    assert "城区月访" in listed and "全区" in listed


def test_everybody_sees_and_notes_the_visits_of_their_own_shops(planned) -> None:
    planned.form |= {"name": "全区", "whom-area-": "新罗区"}
    planned.market.post(f"{PLANS}/new", planned.form)
    pass_days(planned, 31)
    zhou = planned.office.browser("zhou")  # 市场经理 of 城区一片
    assert shops(zhou.get(f"{PLANS}/2").text) == ["城南便利店", "老李食杂店"]
    with planned.house.look() as session:
        foreign = session.scalars(select(Retailer.id).where(Retailer.shop == "小王超市")).one()
    refused = zhou.post(f"/console/visits/visited/{foreign}", {"how": "shop", "plan": "2"})
    assert refused.status_code == 422 and "不归您负责" in refused.text
    intern = planned.office.browser("intern")
    assert intern.post(f"/console/visits/visited/{foreign}", {"how": "shop"}).status_code == 403
    assert zhou.post(f"{PLANS}/new", planned.form).status_code == 403


@pytest.mark.on_sqlite
def test_who_has_not_been_in_touch_wrote_nothing_and_was_not_visited(planned) -> None:
    wang, li = planned.shop("王建国"), planned.shop("老李")
    pass_days(planned, 20)
    wang.say("红七匹狼这周断货了能不能先补两条")
    pass_days(planned, 15)
    assert shops(planned.market.get("/console/visits/quiet?days=30").text) == ["老李食杂店", "小王超市", "总部小卖部"]
    assert shops(planned.market.get("/console/visits/quiet?days=14").text)[0] == "城南便利店"
    phone = planned.page.open("/m/visits/due?quiet=1")
    assert shops(phone) == ["老李食杂店"]
    assert "已记下：电话拜访老李食杂店" in planned.page.send("phone")
    assert shops(planned.page.open("/m/visits/due?quiet=1").partition("30 天里")[2]) == []
    assert li is not wang


def test_what_is_due_can_become_a_visit_group(planned) -> None:
    wang = planned.shop("王建国")
    planned.shop("老李")
    pass_days(planned, 31)
    with planned.house.services.transaction() as session:
        visited = session.scalars(select(Retailer.id).where(Retailer.shop == "老李食杂店")).one()
        session.add(Visited(retailer_id=visited, made_on=today(planned), how="shop"))
    wang.say("帮助")
    planned.news(wang)
    due = {"whom": "some", "whom-visit_due-plan": "1"}
    planned.page.open("/m/visits/groups/new?whom=some&whom-visit_due-plan=1")
    assert "计划“城区月访”里到期的店：1 家" in planned.page.text
    planned.page.send("look", **due, content="本月还没来看您,有什么需要?")
    planned.page.send("send", **due, content="本月还没来看您,有什么需要?")
    assert planned.news(wang) == ["陈志强：本月还没来看您,有什么需要?"]
    assert "计划“城区月访”里到期的店" in planned.page.open("/m/visits/groups")


def test_a_plan_is_changed_and_ended_and_its_audience_cannot_be_deleted_meanwhile(planned) -> None:
    with planned.house.services.transaction() as session:
        session.add(Audience(id=7, name="老店", spec={"bound": True}, created_at=planned.house.clock()))
    changed = {"name": "老店月访", "whom": "some", "whom-audience-": "老店", "every_days": "20"}
    assert planned.market.post(f"{PLANS}/1/edit", changed).status_code == 303
    page = planned.market.get(f"{PLANS}/1/edit").text
    assert 'value="老店月访"' in page and 'value="20"' in page and "<option selected>老店" in page
    planned.market.get("/console/people/audiences/7")
    refused = planned.market.post("/console/people/audiences/7/delete")
    assert refused.status_code == 422 and "拜访计划“老店月访”" in refused.text
    planned.market.get(f"{PLANS}/1/edit")
    assert planned.market.post(f"{PLANS}/1/end").status_code == 303
    assert planned.market.get(f"{PLANS}/1").status_code == 404
    planned.market.get("/console/people/audiences/7")
    assert planned.market.post("/console/people/audiences/7/delete").status_code == 303
    assert [entry.did for entry in planned.office.audited("visit.plan.end")] == ["visit.plan.end"]


@pytest.mark.on_sqlite
def test_a_plan_that_makes_no_sense_is_refused_with_a_sentence(planned) -> None:
    for wrong, said in (
        ({"whom": "all"}, "请选择这个计划是给哪些店的"),
        ({"whom-class-": "99"}, "没有这个客户类型"),
        ({"every_days": "0"}, "间隔请写"),
        ({"name": "城区月访"}, "已经有叫"),
        ({"begins_on": "x"}, "日期请写成"),
    ):
        answer = planned.market.post(f"{PLANS}/new", planned.form | {"name": "另一个"} | wrong)
        assert answer.status_code == 422 and said in answer.text


def test_the_list_is_paged_by_key_the_longest_overdue_first(planned) -> None:
    with planned.house.services.transaction() as session:
        area, klass = (session.scalars(select(table.id)).first() for table in (Area, ShopClass))
        session.execute(delete(VisitPlan))
        session.add(VisitPlan(id=9, name="分页", audience={"class": "普通终端"}, every_days=10,
                              begins_on=today(planned) - 90 * DAY))  # fmt: skip
        for n in range(120):
            shop = Retailer(
                licence=f"3508029{n:05}",
                shop=f"第{n}家店",
                keeper="李福生",
                phone="13600000000",
                area_id=area,
                class_id=klass,
                bind_token=f"t{n}",
                updated_at=planned.house.clock(),
            )
            session.add(shop)
            session.flush()
            if n % 3:
                session.add(Visited(retailer_id=shop.id, made_on=today(planned) - (20 + n % 7) * DAY, how="shop"))
    seen: list[str] = []
    address = f"{PLANS}/9"
    for _ in range(4):
        page = planned.market.get(address).text
        seen += [line.partition("</a>")[0] for line in page.split("/console/people/shops/")[1:]]
        following = page.partition('rel="next" href="')[2].partition('"')[0]
        if not following:
            break
        address = following.replace("&amp;", "&")
    licences = [each.partition('">')[2] for each in seen]
    assert len(licences) == len(set(licences)) >= 120
    with planned.house.look() as session:
        days = dict(session.execute(select(Retailer.licence, Visited.made_on).join(Visited)).all())
    order = [days.get(each, today(planned) - 90 * DAY) for each in licences]
    assert order == sorted(order)


@pytest.mark.on_sqlite
def test_the_front_page_says_what_waits_for_whom(planned) -> None:
    wang = planned.shop("王建国")
    wang.say("红七匹狼这周断货了能不能先补两条")
    pass_days(planned, 31)
    chen = planned.office.browser("chen").get("/console/").text
    assert "家店该拜访了（城区月访）" in chen and "城南便利店的留言已超时" in chen
    market = planned.market.get("/console/").text
    assert "家店该拜访了" not in market and "城南便利店的留言已超时" in market


def look(browser, *rows: dict) -> str:
    """What the builder of audiences says of conditions."""
    browser.get("/console/people/audiences/new")
    fields = {key: value for row in rows for key, value in row.items()}
    asked = {"mode": "all", "row": [str(n) for n in range(len(rows))], **fields}
    return browser.post("/console/people/audiences/look", asked).text


def test_a_plan_is_for_shops_that_meet_several_conditions_at_once_and_says_so(planned) -> None:
    both = {"whom-area-": "城区一片", "whom-class-": ["现代终端", "优质终端"]}
    assert planned.market.post(f"{PLANS}/new", planned.form | both | {"name": "城区大店"}).status_code == 303
    pass_days(planned, 31)
    page = planned.market.get(f"{PLANS}/2").text
    assert shops(page) == ["城南便利店"]
    assert "客户类型：现代终端、优质终端" in page and "片区：城区一片" in page
    kept = planned.market.get(f"{PLANS}/2/edit").text
    for name in ("现代终端", "优质终端", "城区一片"):
        assert re.search(rf'value="{name}" checked', kept), name
    assert not re.search(r'value="普通终端" checked', kept)


@pytest.mark.on_sqlite
def test_what_the_form_has_no_field_for_stays_as_it_was(planned) -> None:
    with planned.house.services.transaction() as session:
        session.get_one(VisitPlan, 1).audience = {"class": "现代终端", "none": [{"bound": True}]}
    page = planned.market.get(f"{PLANS}/1/edit").text
    assert "一条也不符合" in page and "已绑定" in page
    rest = unescape(re.search(r'name="whom-rest" value="([^"]*)"', page)[1])
    form = {"name": "城区月访", "whom": "some", "whom-class-": "普通终端", "whom-rest": rest, "every_days": 30}
    assert planned.market.post(f"{PLANS}/1/edit", form).status_code == 303
    with planned.house.look() as session:
        assert session.get_one(VisitPlan, 1).audience == {"class": ["普通终端"], "none": [{"bound": True}]}
    for broken in ("[1]", "{", '{"clas": "现代终端"}', '{"any": []}'):
        assert planned.market.post(f"{PLANS}/1/edit", form | {"whom-rest": broken}).status_code == 422, broken


def test_an_audience_can_be_the_shops_that_are_due(planned) -> None:
    due = {"0-criterion": "visit_due", "0-visit_due-plan": "1"}
    assert "没有符合的店" in look(planned.market, due)
    pass_days(planned, 31)
    found = look(planned.market, due)
    assert shops(found.partition("其中几家")[2]) == ["城南便利店", "老李食杂店"]
    found = look(planned.market, due, {"1-criterion": "class", "1-class-": "现代终端"})
    assert shops(found.partition("其中几家")[2]) == ["城南便利店"]
    planned.page.open("/m/visits/due")
    planned.page.send("shop")
    assert len(shops(look(planned.market, due).partition("其中几家")[2])) == 1
    planned.market.get(f"{PLANS}/1/edit")
    assert planned.market.post(f"{PLANS}/1/end").status_code == 303
    assert "没有这个计划，或它已结束" in look(planned.market, due)


@pytest.mark.on_sqlite
def test_the_day_of_what_is_due_is_the_companys(planned) -> None:
    """An hour after midnight in 龙岩 it is still yesterday in Greenwich."""
    midnight = datetime.combine(today(planned) + 30 * DAY, time(1), planned.house.services.zone)
    planned.house.clock.advance(midnight - planned.house.clock())
    planned.market = planned.office.browser("market")
    due = {"0-criterion": "visit_due", "0-visit_due-plan": "1"}
    assert shops(look(planned.market, due).partition("其中几家")[2]) == ["城南便利店", "老李食杂店"]
    assert shops(planned.market.get(f"{PLANS}/1").text) == ["城南便利店", "老李食杂店"]


@pytest.mark.on_sqlite
def test_a_plan_for_an_audience_made_of_itself_is_refused(planned) -> None:
    with planned.house.services.transaction() as session:
        now = planned.house.clock()
        session.add(Audience(name="该去的", spec={"visit_due": {"plan": 1}}, created_at=now))
    form = {"name": "城区月访", "whom": "some", "whom-audience-": "该去的", "every_days": 30}
    # Read for one step it is the plan's own shops; kept, it would be read without an end.
    assert planned.market.post(f"{PLANS}/1/edit", form).status_code == 422
    assert planned.market.get(PLANS).status_code == 200


@pytest.mark.on_sqlite
def test_what_was_visited_in_time_is_a_bar_for_each_plan_and_each_manager(planned) -> None:
    pass_days(planned, 30)
    page = planned.market.get(PLANS).text
    bar = r'(?s)shade_c1" x="0" width="{}".*?shade_c-4" .*?width="{}".*?shade_c-5" .*?width="{}"'
    assert "100.0% <small" in page and re.search(bar.format("0.0", "100.0", "0.0"), page), "due today, and none overdue"
    assert planned.market.post("/console/visits/visited/1", {"how": "shop", "plan": "1"}).status_code == 303
    pass_days(planned, 1)
    for page in (planned.market.get(PLANS).text, planned.market.get(f"{PLANS}/1").text):
        assert "50.0% <small" in page and "1 / 2 家" in page and "过期 1" in page
        assert re.search(bar.format("50.0", "0.0", "50.0"), page)


def test_a_large_plan_is_counted_behind_the_page(planned, monkeypatch) -> None:
    pass_days(planned, 31)
    assert 'data-label="到期">2<' in planned.market.get(PLANS).text
    monkeypatch.setattr(plans, "COUNTED", 1)
    page = planned.market.get(PLANS).text
    assert 'data-label="到期">2<' not in page and f"{PLANS}?counted=1" in page
    assert 'data-label="到期">2<' in planned.market.get(f"{PLANS}?counted=1").text


def test_the_plans_are_searched_paged_both_ways_and_taken_away_with_all_counted(planned, monkeypatch) -> None:
    monkeypatch.setattr(plans, "COUNTED", 1)
    with planned.house.services.transaction() as session:
        spec = {"name": None, "audience": {"area": "城区一片"}, "every_days": 10, "begins_on": today(planned)}
        session.add_all(VisitPlan(**{**spec, "name": f"第{n:03}号"}) for n in range(120))
        session.add(VisitPlan(**{**spec, "name": "旧的号", "audience": {"class": "没有了"}}))
    found = both_ways(planned.market, f"{PLANS}?search=号", r">第(\d{3})号</a>")
    assert [len(page) for page in found] == [50, 50, 20]
    assert [number for page in found for number in page] == [f"{n:03}" for n in range(120)]
    heading, first, *_, last = file_of(planned.office, planned.market, f"{PLANS}/export", {"search": "号"})
    assert heading == ("计划", "给哪些店", "每隔", "从哪天算", "店", "到期", "其中过期", "按时拜访", "数不了的原因")
    assert first == ("第000号", "片区：城区一片", 10, today(planned).isoformat(), 2, 0, 0, 1, None)
    assert last[0] == "旧的号" and last[4:8] == (None,) * 4 and "没有这个客户类型" in last[8]


@pytest.mark.on_sqlite
def test_a_plan_whose_shops_cannot_be_told_any_more_says_why_and_hides_no_other(planned) -> None:
    with planned.house.services.transaction() as session:
        session.add(VisitPlan(name="旧的", audience={"class": "没有了"}, every_days=10, begins_on=today(planned)))
    page = planned.market.get(PLANS).text
    assert "没有这个客户类型" in page and 'data-label="店">2<' in page
    assert "城区月访" in planned.page.open("/m/visits/due")
