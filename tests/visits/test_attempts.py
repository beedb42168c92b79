"""What somebody tries who may not: a table of attempts, and what each of them meets."""

import io
import json
import re

import openpyxl
import pytest
from sqlalchemy import select, update

from people.models import Area, Manager, Retailer
from people.picker import short
from simulator.phone import PIXEL
from tests.h5 import Browser
from tests.office import Office
from tests.visits.conftest import NEED
from visits.models.answers import Canned
from visits.models.groups import VisitGroup
from visits.models.owners import Assignment
from visits.models.requests import Message, Request

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}=cmd|calc"


@pytest.fixture
def asked(town):
    """王建国 has asked with a picture; 陈志强 has opened the page. 老李 and 林小燕 have nothing to do with it."""
    town.chen, town.lin, town.wang, town.li = (
        *map(town.manager, ("陈志强", "林小燕")),
        *map(town.shop, ("王建国", "老李")),
    )
    town.wang.say(NEED)
    town.wang.send_image(PIXEL)
    town.house.work()
    town.n = town.request().number
    town.page = Browser(town.house, town.chen)
    town.page.open(f"/m/visits/{town.n}")
    with town.house.look() as session:
        town.picture = session.scalars(select(Message.id).where(Message.kind == "image")).one()
    return town


def kept(town) -> tuple[int, ...]:
    with town.house.look() as session:
        return tuple(len(session.scalars(select(each.id)).all()) for each in (Message, Assignment, VisitGroup))


def posts(town, browser: Browser, do: str, **fields) -> int:
    """Post what the manager's page would, with a form token of one's own."""
    browser.open("/m/visits/groups/new")
    if not browser.form():
        browser.open("/m/visits/mine")
    form = browser.form() | {"do": do, "content": "好", "seen": "999999", **fields}
    return browser.post(f"/m/visits/{town.n}", form).status_code


DEEDS = ("answer", "note", "wait", "close", "no_reply", "reopen", "transfer", "snooze", "listen")


@pytest.mark.on_sqlite
@pytest.mark.parametrize("who", ["林小燕", "老李", "路人"])
def test_nobody_else_does_anything_with_a_request_or_sees_its_picture(asked, who) -> None:
    browser, before = Browser(asked.house, asked.house.phone(who)), kept(asked)
    for do in DEEDS:
        assert posts(asked, browser, do, to=str(asked.id_of("林小燕")), hours="2") in (303, 422), do
    for address in (f"/m/visits/{asked.n}", f"/m/visits/mine/{asked.n}"):
        assert "断货" not in browser.open(address)
        assert browser.get(f"{address}/media/{asked.picture}").status_code == 404
    assert kept(asked) == before and asked.request().closed_at is None


def test_a_request_handed_on_or_a_manager_disabled_is_a_closed_door_for_the_page_still_open(asked) -> None:
    form = asked.page.form() | {"do": "answer", "content": "好", "seen": "999999"}
    with asked.house.services.transaction() as session:
        # The shop is another manager's altogether, and so is its request.
        session.execute(update(Area).values(parent_id=None))
        lin = session.scalars(select(Manager.id).where(Manager.name == "林小燕")).one()
        session.execute(update(Retailer).values(manager_id=lin))
        session.execute(update(Request).values(owner_id=lin))
    before = kept(asked)
    assert asked.page.post(f"/m/visits/{asked.n}", form).status_code == 422
    asked.disable("林小燕")
    lin_page = Browser(asked.house, asked.lin)
    assert posts(asked, lin_page, "answer") in (303, 422)
    assert "断货" not in lin_page.open("/m/visits")
    assert asked.lin.say(f"{asked.n} 好").text != "" and asked.news(asked.wang) == []
    assert kept(asked) == before


@pytest.mark.on_sqlite
def test_forms_without_their_token_and_numbers_that_are_nobodys_do_nothing(asked) -> None:
    before = kept(asked)
    for token in ("", "x" * 32):
        form = asked.page.form() | {"do": "answer", "content": "好", "form_token": token}
        assert asked.page.post(f"/m/visits/{asked.n}", form).status_code == 403
    own = Browser(asked.house, asked.wang)
    own.open("/m/visits/mine")
    assert own.post("/m/visits/mine", own.form() | {"content": "好了没有", "form_token": ""}).status_code == 403
    for number in ("0", "99", "100", "2147483647", "-1", "101x", "%00"):
        assert own.get(f"/m/visits/mine/{number}").status_code in (404, 422), number
        assert asked.page.get(f"/m/visits/{number}").status_code in (404, 422), number
    assert kept(asked) == before


@pytest.mark.on_sqlite
def test_a_group_reaches_no_further_than_its_writers_own_shops_whatever_the_form_says(asked) -> None:
    asked.shop("小王")
    asked.page.open("/m/visits/groups/new")
    for kind, value, status in (("licence", "350802100003", 422), ("area", "江山片", 422), ("area", "新罗区", 302)):
        meant = {kind: [value]}
        form = asked.page.form() | {"whom": "some", "whom-rest": json.dumps(meant), "content": "好", "do": "send"}
        answer = asked.page.post("/m/visits/groups/new", form | {"looked": short.mark(meant)})
        assert (answer.status_code == 422) == (status == 422), kind
    assert [name for name in ("小王",) if "陈志强：好" in asked.news(asked.house.phone(name))] == []


@pytest.mark.on_sqlite
def test_what_people_write_is_text_on_every_page_and_in_every_file(asked) -> None:
    with asked.house.services.transaction() as session:
        session.execute(update(Retailer).values(shop="=城南<b>店", keeper=EVIL[:30]))
        session.add(Canned(title="<i>到货", content="{店名}{称呼}<u>{经理}"))
    asked.house.later(minutes=1)
    asked.wang.say(EVIL)
    asked.house.later(minutes=1)
    office = Office(asked.house)
    office.staff()
    market = office.browser("market")
    with asked.house.look() as session:
        key = session.scalars(select(Canned.id)).one()
    own = Browser(asked.house, asked.wang)
    own.open("/m/visits/mine")
    asked.page.open(f"/m/visits/{asked.n}?canned={key}")
    pages = [own.page.text, asked.page.page.text, asked.page.get("/m/visits").text]
    for path in ("", f"/{asked.n}", f"/{asked.n}?canned={key}", "/reports/requests", "/canned"):
        pages.append(market.get(f"/console/visits{path}").text)
    for page in pages:
        assert "<script>alert" not in page and "<img src=x" not in page and "<b>店" not in page and "<u>" not in page
        assert "<i>到货" not in page and "49=cmd" not in page
    # What WeChat itself would make a link or a tag of, in what managers are told.
    told = [text for text in asked.news(asked.chen) if "alert" in text]
    assert told and "<script" not in told[-1]
    assert market.post("/console/visits/reports/export", {"by": "manager"}).status_code == 303
    office.work()
    name = re.search(r'href="([^"]+/file)"', market.get("/console/tasks/1").text)
    book = openpyxl.load_workbook(io.BytesIO(market.get(name[1]).data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "=城南<b>店" in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells if isinstance(cell.value, str)} == {"s"}


@pytest.mark.on_sqlite
def test_log_lines_hold_neither_what_was_said_nor_a_telephone(asked, capsys) -> None:
    asked.disable("陈志强", "林小燕", "周主任")
    asked.li.say("打火机卖完了,麻烦送一盒,电话 13600001234")
    asked.run("sweep requests of absent owners")
    asked.house.later(hours=1)
    asked.house.tick()
    logged = "".join(capsys.readouterr())
    assert "request=" in logged
    for secret in ("打火机", "13600001234", "13600008899", "断货", asked.li.openid, asked.wang.openid):
        assert secret not in logged


@pytest.mark.on_sqlite
def test_who_is_told_that_nobody_answers_for_a_request_can_see_it_and_hand_it_out(town) -> None:
    zhou, chen = town.manager("周主任"), town.manager("陈志强")
    stranger = town.house.phone("路人")
    stranger.follow()
    stranger.say("我这里断货了,谁能帮忙看看")
    n = town.request().number
    assert any(f"【无人负责 #{n}】" in text for text in town.news(zhou))
    assert "断货" in Browser(town.house, zhou).open(f"/m/visits/{n}")
    assert "断货" not in Browser(town.house, chen).open(f"/m/visits/{n}")
    assert "已转给陈志强" in zhou.say(f"{n} 转 陈志强").text
    assert town.owners() == ["陈志强"]
    assert "没有这条留言" not in zhou.say(f"{n} 备注 请尽快").text
