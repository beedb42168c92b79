"""Service notices with each shop's own values: uploaded, approved, sent; each shop sees its row and nobody else's."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook
from sqlalchemy import select

from broadcasts.models.pushes import Push
from broadcasts.models.rows import OwnRow, OwnTable
from campaigns.models import Campaign
from tests.broadcasts.conftest import Library
from tests.broadcasts.test_push_commands import run, state
from tests.conftest import House
from tests.h5 import Browser
from tests.office import Office

SHANGHAI = ZoneInfo("Asia/Shanghai")
HEAD = ["许可证号", "级别", "可订"]
WANG, LI, WHO = "350802100001", "350802100002", "350802199999"
SHOPS = {"王建国": (WANG, "8899"), "老李": (LI, "1234"), "小王": ("350802100003", "5678")}


@pytest.fixture
def office(house: House) -> Office:
    """The office on 10 December 2026 at 10:00, a second person who leads marketing, and three shops that just wrote."""
    house.clock.advance(datetime(2026, 12, 10, 10, tzinfo=SHANGHAI) - house.clock())
    office = Office(house)
    office.settle()
    office.user("sun", "marketing", name="孙宁")
    for name, (licence, ending) in SHOPS.items():
        phone = house.phone(name)
        phone.follow()
        assert "已绑定" in phone.say(f"绑定 {licence} {ending}").text
    return office


def sheet(*rows: list[Any]) -> dict[str, Any]:
    book, file = Workbook(), BytesIO()
    for row in (HEAD, *rows):
        book.active.append(row)
    book.save(file)
    return {"file": (BytesIO(file.getvalue()), "本周货源.xlsx")}


def draft(office: Office, words: str = "这一周可以订的：") -> int:
    browser = office.browser("market")
    at = (office.house.clock() + timedelta(hours=1)).astimezone(SHANGHAI)
    form = {"title": "本周货源", "shows": "text", "words": words, "kind": "service", "plan": "message"}
    made = browser.post("/console/broadcasts/pushes/new", form | {"at": f"{at:%Y-%m-%d %H:%M}", "do": "save"})
    assert made.status_code == 303, made.text
    with office.house.look() as session:
        return session.scalars(select(Push.id)).one()


def check(office: Office, push_id: int, *rows: list[Any]) -> tuple[Any, str]:
    """Upload a table; gives the browser, and the address of what was found in it."""
    browser = office.browser("market")
    sent = browser.post(f"/console/broadcasts/pushes/{push_id}/rows", sheet(*rows))
    assert sent.status_code == 303, sent.text
    office.work()
    return browser, sent.location


def bring(office: Office, push_id: int, *rows: list[Any]) -> None:
    browser, page = check(office, push_id, *rows)
    assert "确认导入" in browser.get(page).text
    taken = browser.post(f"{page}/take")
    office.work()
    assert browser.get(taken.location).location.endswith(f"/pushes/{push_id}")


def send(office: Office, push_id: int) -> None:
    run(office, "submit", str(push_id), "--by", "market", "--aware")
    run(office, "approve", str(push_id), "--by", "sun")
    office.house.later(hours=1)
    office.house.tick()


def test_each_shop_gets_its_own_row_by_message_on_its_page_and_for_the_word(office: Office) -> None:
    push_id = draft(office)
    bring(office, push_id, [WANG, "十二档", 86], [LI, "三档", None])
    send(office, push_id)
    house = office.house
    wang, li, other = (house.phone(name) for name in SHOPS)
    assert "【本周货源】\n这一周可以订的：\n级别：十二档\n可订：86" in wang.unread().text
    mine = li.unread().text
    assert "级别：三档" in mine
    assert "可订" not in mine.replace("可以订", "")
    assert "本周货源" not in other.unread().text
    assert "级别：十二档\n可订：86" in wang.say("我的").text
    assert "没有单独给您店的通知" in other.say("我的").text
    with house.look() as session:
        token = session.get_one(Push, push_id).token
    # The second is where a template message leads.
    for address in (f"/m/mine/{token}", f"/m/p/{token}"):
        browser = Browser(house, wang)
        assert "这一周可以订的： 级别 十二档 可订 86" in browser.open(address)
        assert f"?to=push:{push_id}" in browser.page.text
        assert "三档" in Browser(house, li).open(address)
        refused = Browser(house, other).open(address)
        assert "没有您的店" in refused
        assert "这一周" not in refused
    assert "本周货源" in Browser(house, wang).open("/m/me")


def test_faults_are_named_by_cell_and_nothing_is_taken(office: Office) -> None:
    push_id = draft(office)
    browser, page = check(office, push_id, [WANG, "十二档", 86], [WHO, "一档", 1], [LI, "", None])
    shown = browser.get(page).text
    assert "第 4 行除了许可证号什么都没有写。" in shown
    browser, page = check(office, push_id, [WANG, "十二档", 86], [WHO, "一档", 1])
    shown = browser.get(page).text
    assert f"A3 名单里没有许可证号 {WHO}。" in shown
    assert browser.post(f"{page}/take").status_code == 422
    with office.house.look() as session:
        assert session.scalars(select(OwnTable)).all() == []


def test_another_table_after_the_approval_needs_a_new_one(office: Office) -> None:
    push_id = draft(office)
    bring(office, push_id, [WANG, "十二档", 86])
    run(office, "submit", str(push_id), "--by", "market", "--aware")
    run(office, "approve", str(push_id), "--by", "sun")
    bring(office, push_id, [WANG, "十二档", 90])
    with office.house.look() as session:
        assert session.scalars(select(Campaign.state).where(Campaign.reference == push_id)).one() == "draft"
        assert [table.rows for table in session.scalars(select(OwnTable).where(OwnTable.is_whole))] == [1]
    # So does another push whose audience names this table.
    audience, at = f"{{own_row: {push_id}}}", "2026-12-15 09:00"
    article = Library(office.house).published()
    sent = run(office, "push", str(article), "--audience", audience, "--at", at, "--kind", "service", "--by", "market")
    run(office, "submit", sent, "--by", "market", "--aware")
    run(office, "approve", sent, "--by", "sun")
    bring(office, push_id, [WANG, "十二档", 90], [LI, "三档", 1])
    run(office, "submit", str(push_id), "--by", "market", "--aware")
    office.house.tick()
    assert state(office, int(sent)) == "draft"


def test_whom_a_table_is_for_cannot_be_chosen_otherwise(office: Office) -> None:
    push_id = draft(office)
    bring(office, push_id, [WANG, "十二档", 86])
    browser = office.browser("market")
    browser.get(f"/console/broadcasts/pushes/{push_id}/edit")
    at = (office.house.clock() + timedelta(hours=1)).astimezone(SHANGHAI)
    form = {"title": "货源", "shows": "text", "words": "新的话", "kind": "promo", "plan": "auto", "do": "save"}
    saved = browser.post(f"/console/broadcasts/pushes/{push_id}/edit", form | {"at": f"{at:%Y-%m-%d %H:%M}"})
    assert saved.status_code == 303, saved.text
    with office.house.look() as session:
        push = session.get_one(Push, push_id)
        assert (push.words, push.kind, push.plan) == ("新的话", "service", "message")
        audience = session.scalars(select(Campaign.audience).where(Campaign.reference == push_id)).one()
    assert audience == {"own_row": push_id}


def test_an_erased_shop_has_no_row(office: Office) -> None:
    push_id = draft(office)
    bring(office, push_id, [WANG, "十二档", 86])
    send(office, push_id)
    done = office.house.flask("people", "erase", WANG, "--shop", "--yes")
    assert done.exit_code == 0, done.output
    with office.house.look() as session:
        assert session.scalars(select(OwnRow)).all() == []
