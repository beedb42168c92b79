"""Errands: what a shop is to be told by its manager, once for each shop, done by a tap or by the shop itself."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from foundation.errors import Refused
from people import errands
from people.errands import ErrandEnd
from people.models import Area, Errand, Retailer
from tests.h5 import Browser as Phone
from tests.office import Office

PAGE = "/console/people/errands"
TITLE = "推送《旺季陈列怎么摆》没有送到"
CITY = ("城南便利店", "老李食杂店")


@pytest.fixture
def given(office: Office) -> Office:
    """All three shops have missed a push."""
    assert give(office) == 3
    return office


def give(office: Office, source: str = "push:1", title: str = TITLE) -> int:
    with office.house.services.transaction() as session:
        now = office.house.clock()
        shops, due_on = select(Retailer.id), date(2026, 11, 30)
        return errands.give(session, source, title, shops, due_on=due_on, by="周敏", now=now)


def ends(office: Office) -> dict[str, str | None]:
    with office.house.look() as session:
        rows = session.execute(select(Retailer.shop, Errand.done_how).join(Errand, Errand.retailer_id == Retailer.id))
        return {shop.lstrip("="): how for shop, how in rows}


def of(office: Office, shop: str) -> int:
    with office.house.look() as session:
        found = select(Errand.id).join(Retailer, Retailer.id == Errand.retailer_id).where(Retailer.shop == shop)
        return session.scalars(found).one()


def test_given_twice_a_shop_has_one_errand_and_another_push_another(given) -> None:
    assert give(given) == 0
    assert give(given, "push:2", "推送《元旦送货》没有送到") == 3
    page = given.browser("market").get(PAGE).text
    assert page.count("旺季陈列怎么摆") == 3 and page.count("元旦送货") == 3 and "11 月 30 日" in page
    assert given.browser("market").get(f"{PAGE}?source=push:2").text.count("没有送到") == 3


@pytest.mark.on_sqlite
def test_too_many_at_once_are_refused_and_none_is_given(office) -> None:
    given = {"due_on": None, "by": "周敏", "now": office.house.clock(), "most": 2}
    with office.house.look() as session, pytest.raises(Refused, match="一次最多交出 2 件"):
        errands.give(session, "push:1", TITLE, select(Retailer.id), **given)
    assert ends(office) == {}


def test_a_manager_sees_the_errands_of_his_shops_and_a_shop_that_moves_takes_its_own_along(given) -> None:
    chen = given.browser("chen")
    assert all(shop in chen.get(PAGE).text for shop in CITY) and "小王超市" not in chen.get(PAGE).text
    assert chen.post(f"{PAGE}/{of(given, '=小王超市')}/done", {"how": "call"}).status_code == 422
    with given.house.services.transaction() as session:
        village = session.scalars(select(Area.id).where(Area.name == "江山片")).one()
        moved = update(Retailer).where(Retailer.shop == "城南便利店")
        session.execute(moved.values(area_id=village, manager_id=given.manager("林小燕")))
    assert "城南便利店" not in chen.get(PAGE).text and "老李食杂店" in chen.get(PAGE).text


def test_one_tap_does_it_is_written_down_and_is_taken_back(given) -> None:
    chen = given.browser("chen")
    assert "件事要告诉店主" in chen.get("/console/").text
    errand = of(given, "城南便利店")
    done = chen.post(f"{PAGE}/{errand}/done", {"how": "call"})
    assert done.status_code == 303
    page = chen.get(PAGE).text
    assert "已记下：电话告诉了城南便利店。" in page and "撤销" in page
    assert ends(given) == {"城南便利店": "call", "老李食杂店": None, "小王超市": None}
    assert [each.detail for each in given.audited("errand.done")] == [f"电话 {TITLE}"]
    # Pressed again it is said that it is done.
    again = chen.post(f"{PAGE}/{errand}/done", {"how": "visit"})
    assert again.status_code == 422 and "已经办完了" in again.text
    stamp = given.house.clock().isoformat()
    assert chen.post(f"{PAGE}/{errand}/reopen", {"stamp": stamp}).status_code == 303
    assert ends(given)["城南便利店"] is None
    assert chen.post(f"{PAGE}/{errand}/reopen", {"stamp": stamp}).status_code == 422


@pytest.mark.on_sqlite
def test_a_reader_sees_them_and_does_none(given) -> None:
    intern = given.browser("intern")
    assert "城南便利店" in intern.get(PAGE).text and "电话告诉了" not in intern.get(PAGE).text
    assert intern.post(f"{PAGE}/{of(given, '城南便利店')}/done", {"how": "call"}).status_code == 403


def test_who_opens_what_they_missed_needs_nobody_and_figures_say_how_each_was_done(given) -> None:
    now = given.house.clock()
    with given.house.services.transaction() as session:
        shops = {row.shop: row.id for row in session.execute(select(Retailer.shop, Retailer.id))}
        assert errands.opened(session, "push:1", shops["城南便利店"], now=now)
        assert not errands.opened(session, "push:1", shops["城南便利店"], now=now)
        assert not errands.opened(session, "push:2", shops["老李食杂店"], now=now)
        errands.told(session, shops["老李食杂店"], ErrandEnd.VISIT, by="陈志强", now=now)
        found = errands.figures(session, "push:1")
    assert (found.given, found.done, dict(found.ended)) == (3, 2, {"opened": 1, "visit": 1})


def test_on_the_managers_phone_they_stand_among_whose_turn_it_is_and_a_visit_does_them(given) -> None:
    house = given.house
    phone = house.phone("陈志强")
    phone.follow()
    code = house.flask("people", "invite-manager", "13900002201").output.split("绑定 ")[1].split("（")[0].strip()
    assert "客户经理" in phone.say(f"绑定 {code}").text
    page = Phone(house, phone)
    assert "要告诉的店 2 家没收到推送，请告诉一声" in page.open("/m/me")
    assert "拜访 2" in page.open("/m/me")
    assert "要告诉的 2" in page.open("/m/visits/due")
    shown = page.open("/m/visits/due?tell=1")
    assert shown.count(TITLE) == 2 and "小王超市" not in shown
    said = page.send("shop")
    assert "已记下：上门拜访城南便利店" in said and said.count(TITLE) == 1
    assert ends(given)["城南便利店"] == "visit"
    # It was a slip of the thumb.
    page.send("undo")
    assert ends(given)["城南便利店"] is None
    house.clock.advance(timedelta(minutes=5))
    page.open("/m/visits/due?tell=1")
    page.send("phone")
    assert ends(given)["城南便利店"] == "call"
