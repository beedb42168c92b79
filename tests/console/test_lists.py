"""List pages: columns of one's own choice, pages both ways, and a file of what is filtered."""

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Blueprint
from openpyxl import load_workbook
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from config.app import FEATURES
from console.extension import ConsoleExtension
from console.lists.exporting import exporting
from console.lists.listing import Asked, Column, Listing
from console.models import AuditEntry, Task, TaskState, User
from console.rules.visitors import EVERYBODY, Permission
from foundation import paging
from foundation.paging import Cursor, Order, Page
from people.models import Retailer
from people.pages import filters
from people.permissions import PEOPLE_SEE
from tests.office import Office, file_of, link
from wechat_bot.feature import Feature

PEOPLE = "/console/people"


def shops_of(asked: Asked, cursor: Cursor, limit: int) -> Page[Retailer]:
    order: Order[Retailer] = Order((Retailer.id,), lambda shop: (shop.id,))
    return paging.page(asked.session, select(Retailer), order, cursor, limit=limit)


#: A list with a phone, and with one in the middle of a text.
SHOPS: Listing[Retailer] = Listing(
    name="some.shops",
    title="店",
    see=PEOPLE_SEE,
    columns=(
        Column("shop", "店名", lambda shop: shop.shop),
        Column("phone", "手机", lambda shop: shop.phone, mask=filters.PHONE),
        Column("note", "备注", lambda shop: f"打 {shop.phone} 找{shop.keeper}", mask=filters.WORDS),
    ),
    find=shops_of,
)


def headings(page: str) -> list[str]:
    return re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', page)


def test_somebody_chooses_columns_once_and_finds_them_in_every_browser(office) -> None:
    browser, other = office.browser("market"), office.browser("admin")
    usual = headings(browser.get(PEOPLE).text)
    assert "地址" not in usual and "手机" in usual
    chosen = {"list": "people", "column": ["licence", "address", "nowhere"], "back": f"{PEOPLE}?bound=no"}
    answer = browser.post("/console/columns", chosen)
    assert answer.location == f"{PEOPLE}?bound=no"
    assert headings(browser.get(answer.location).text) == ["许可证号", "地址"]
    assert headings(office.browser("market").get(PEOPLE).text) == ["许可证号", "地址"]
    assert headings(other.get(PEOPLE).text) == usual, "others keep theirs"
    browser.post("/console/columns", chosen | {"column": ["shop"]})
    assert headings(browser.get(PEOPLE).text) == ["店名"]
    browser.post("/console/columns", chosen | {"do": "reset"})
    assert headings(browser.get(PEOPLE).text) == usual
    browser.post("/console/columns", {"list": "people", "column": ["nowhere"], "back": PEOPLE})
    assert headings(browser.get(PEOPLE).text) == usual, "columns that are gone leave no empty table"


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/console/", "", "/console/\n", "/console/../x", "//["]
)
def test_nobody_is_led_out_of_the_house_behind_a_choice_of_columns(office, back) -> None:
    answer = office.browser("market").post("/console/columns", {"list": "people", "column": ["shop"], "back": back})
    assert answer.location == "/console/"


@pytest.mark.on_sqlite
def test_a_file_holds_what_is_filtered_and_text_is_text(office) -> None:
    admin = office.browser("admin")
    office.user("=1+1", "reader")
    rows = file_of(office, admin, "/console/users/export", {"search": "=1"})
    assert [row[1:5] for row in rows] == [("用户名", "手机", "角色", "范围"), ("=1+1", None, "只读", "全部")]
    assert [entry.detail for entry in office.audited("list.export")] == ["账号：“=1”"]


def test_a_file_holds_what_whoever_asked_for_it_may_see_when_it_is_made(office) -> None:
    browser = office.browser("market")

    def asked_and_then(**became: Any) -> TestResponse:
        """The file of a list whose owner became somebody else before a worker made it."""
        answer = browser.post("/console/visits/quiet/export", {"days": "1"})
        with office.house.services.transaction() as session:
            session.execute(update(User).where(User.name == "market").values(**became))
        office.work()
        return office.browser("admin").get(f"{answer.location}/file")

    whole = asked_and_then(role="marketing")
    part = asked_and_then(role="supervisor", area_id=office.area("城区一片"))
    for file, shops in ((whole, {"城南便利店", "老李食杂店", "=小王超市"}), (part, {"城南便利店", "老李食杂店"})):
        rows = list(load_workbook(io.BytesIO(file.data)).active.iter_rows(values_only=True))
        assert {row[1] for row in rows[1:]} == shops
    assert asked_and_then(role="reader").status_code == 404
    asked_and_then(role="marketing", area_id=None)
    assert asked_and_then(disabled_at=office.house.clock()).status_code == 404
    with office.house.look() as session:
        errors = session.scalars(select(Task.error).where(Task.state == TaskState.FAILED)).all()
    assert errors == ["您现在没有导出久没来往的店的权限。"] * 2


def test_a_file_masks_what_its_page_masks_until_whoever_asked_may_see_it(build) -> None:
    take = Permission("wishes_take", EVERYBODY)
    wishes = replace(SHOPS, export=take)
    pages = Blueprint("some", __name__, url_prefix="/console/some")
    pages.add_url_rule("/export", view_func=exporting(wishes, len), methods=["POST"])
    some = Feature(
        name="some", forgets=None, console=pages, more=[ConsoleExtension(permissions=[take], lists=[wishes])]
    )
    office = Office(build((*FEATURES, some)))
    office.settle()
    for name, phone, note in (
        ("intern", "136****8899", "打 136****8899 找王建国"),
        ("chen", "13600008899", "打 13600008899 找王建国"),
    ):
        rows = file_of(office, office.browser(name), "/console/some/export")
        assert rows[:2] == [("店名", "手机", "备注"), ("城南便利店", phone, note)]
        with office.house.look() as session:
            needs = session.scalars(select(Task.needs).order_by(Task.id.desc())).first()
        assert ("people_phones" in needs) is (name == "chen"), "and so is kept from who may not see it"


@pytest.mark.on_sqlite
def test_the_log_says_which_list_was_taken_away_once_its_task_is_gone(office) -> None:
    market, told = office.browser("market"), {}
    for asked in ("visits/plans/3", "visits/groups/5", "visits/quiet", "surveys/7/invitations/2"):
        assert market.post(f"/console/{asked}/export", {}).status_code == 303
        told[asked] = office.audited("list.export")[-1].detail
    assert told == {
        "visits/plans/3": "该拜访的店：拜访计划 3，到期和过期",
        "visits/groups/5": "群发名单：群发 5",
        "visits/quiet": "久没来往的店：30 天没有来往",
        "surveys/7/invitations/2": "邀请名单：调查 7 第 2 次",
    }


@pytest.mark.on_sqlite
def test_what_was_typed_stands_in_one_pair_of_quotation_marks(office) -> None:
    admin = office.browser("admin")
    for asked, given in (
        ("/console/audit/export", {"day": "王”建国"}),
        ("/console/users/export", {"search": "“王" * 30}),
    ):
        assert admin.post(asked, given).status_code == 303
    told = office.audited("list.export")
    assert [entry.detail for entry in told] == ['操作记录：“王"建国”', "账号：“" + '"王' * 20 + "”"]
    assert all(entry.is_search for entry in told)


@pytest.mark.on_sqlite
def test_what_flask_takes_for_its_own_in_an_address_breaks_no_list(office) -> None:
    admin = office.browser("admin")
    own = {"endpoint": "x", "_method": "PUT", "_external": "1", "_scheme": "javascript", "_anchor": "x", "self": "x"}
    for each in ("/console/visits", "/console/visits/lines", PEOPLE, "/console/audit", "/console/visits/quiet"):
        page = admin.get(each, query_string={**own, "after": "7", "search": "王"})
        assert page.status_code == 200 and "javascript:" not in page.text, each
    poll = 'hx-get="/console/visits/lines?search=%E7%8E%8B&amp;after=.7"'
    assert poll in admin.get("/console/visits", query_string={**own, "after": ".7", "search": "王"}).text


@pytest.mark.on_sqlite
def test_who_may_not_see_a_list_gets_no_file_of_it(office) -> None:
    admin = office.browser("admin")
    rows = file_of(office, admin, "/console/audit/export", {"did": "sign_in"})
    assert [row[1:3] for row in rows] == [("谁", "做了什么"), ("admin", "登录")]
    for name in ("market", "zhou", "chen", "intern"):
        assert office.browser(name).post("/console/audit/export").status_code == 403


def test_the_audit_log_is_paged_both_ways(office) -> None:
    admin = office.browser("admin")
    who = {"who": "admin", "did": "roster.see", "about": "", "address": "127.0.0.1", "is_view": True}
    with office.house.services.transaction() as session:
        now = office.house.clock()
        session.add_all(AuditEntry(at=now, detail=f"“{n:03}”", is_search=True, **who) for n in range(120))
    seen, pages = [], [admin.get("/console/audit?did=roster.see").text]
    while following := link(pages[-1], "next"):
        pages.append(admin.get(following).text)
    seen = [found for page in pages for found in re.findall(r"“(\d{3})”", page)]
    assert seen == [f"{n:03}" for n in reversed(range(120))]
    back = admin.get(link(pages[-1], "prev")).text
    assert re.findall(r"“(\d{3})”", back) == re.findall(r"“(\d{3})”", pages[1])
    first = admin.get(link(back, "prev")).text
    assert re.findall(r"“(\d{3})”", first) == re.findall(r"“(\d{3})”", pages[0]) and not link(first, "prev")
    assert "第一页" in back and "第一页" not in first
    assert admin.get("/console/audit?did=roster.see&after=" + "9" * 40).text.count("“") == pages[0].count("“")
