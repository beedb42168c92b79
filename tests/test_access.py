"""Who gets what: every address the app serves, tried as everybody, kept as a table in `docs/access.md`.

`make access` writes the table anew; what it then shows in the diff is what changed for whom.
"""

import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask, template_rendered
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from console import door
from console.rules import Permission
from tests.h5 import Browser as Phone
from tests.office import Browser, Office

DOC = Path(__file__).resolve().parent.parent / "docs" / "access.md"
HEAD = """# Who gets what

Every address the app serves, as everybody got it when it was tried. `tests/test_access.py` walks the app's own list of
addresses, so that none can be forgotten, and fails where this page says otherwise. `make access` writes it anew.
"""
CONSOLE = """
## The console

What is asked for is there: a shop in 城区一片, a published survey, tasks of 营销人员, an account. *Elsewhere* is a
市场经理 and a 客户经理 of another area.

| | means |
|---|---|
| yes | let in (a form sent empty may still be told what is missing) |
| no | 403: the role may not |
| hidden | 404: somebody else's, and not even known to be there |
| sign in | sent to the sign-in page |
| refused | 400: the form does not come from a page of this very session |
"""
MOBILE = """
## Pages inside WeChat

The survey is open, and for the first shop alone. What is named is the template that was shown, or where the way leads
on. A follower is bound to nothing. The last two columns are the first shop, with a form without its token, and with the
token of another person.
"""
OPEN = """
## Everything else

Asked for plainly, by nobody in particular.
"""
ROSTER = (
    "许可证号,店名,店主,手机,地址,片区,客户类型,客户经理,经理手机\n"
    "350802100001,城南便利店,王建国,13600008899,新罗区,城区一片,现代终端,陈志强,13900002201\n"
    "350802100002,老李食杂店,李福生,13600001234,新罗区,城区一片,普通终端,陈志强,13900002201\n"
    "350802100003,小王超市,王丽芳,13600005678,新罗区,江山片,优质终端,林小燕,13900002202\n"
)
SURVEY = """
title: 满意度
audience: {class: 现代终端}
questions:
  - {code: q1, type: photo, text: 请拍一张陈列照片}
  - {code: q2, type: single, text: 您对服务满意吗?, options: [满意, 不满意]}
"""
#: What an address is asked for with: by endpoint and name, by name, or else 1. The shop, survey, area, user and task of
#: this number are laid out by `office`; whoever adds an address to something new lays that out too.
VALUES = {
    "licence": "350802100001",
    "code": "q1",
    "filename": "console/console.css",
    "name": "console/console.css",
    "session_id": 9999,
    ("people_pages", "user_id"): 6,
    ("console", "task_id"): 2,
}
#: Those that end something for the others who come after: tried last.
LAST = ("close", "unbind", "sign_out")

pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)


@dataclass
class Address:
    """Something the app serves."""

    endpoint: str
    method: str
    rule: str
    path: str


def addresses(app: Flask) -> list[Address]:
    """Every address of the app, those that end something last."""
    urls = app.url_map.bind("localhost")

    def value(rule: Rule, name: str) -> object:
        blueprint = rule.endpoint.partition(".")[0]
        return VALUES.get((blueprint, name), VALUES.get(name, 1))

    found = [
        Address(
            rule.endpoint,
            method,
            rule.rule,
            urls.build(rule.endpoint, {name: value(rule, name) for name in rule.arguments}),
        )
        for rule in app.url_map.iter_rules()
        for method in rule.methods & {"GET", "POST", "PUT", "PATCH", "DELETE"}
    ]

    def order(address: Address) -> tuple[int, str, str]:
        endings = [place for place, word in enumerate(LAST, 1) if word in address.endpoint and address.method != "GET"]
        return max(endings, default=0), address.method, address.rule

    return sorted(found, key=order)


@pytest.fixture
def office(build, tmp_path) -> Office:
    """Three shops, a survey for the first of them, begun with a photo; a checked roster; a spare account, number 6."""
    office = Office(build())
    office.import_roster(ROSTER)
    office.staff()
    office.user("spare", "reader")
    office.user("wu", "supervisor", area_id=office.area("江山片"))
    office.user("lin", "manager", manager_id=office.manager("林小燕"))
    house = office.house
    for name, licence, ending in (("王建国", "350802100001", "8899"), ("李福生", "350802100002", "1234")):
        house.phone(name).follow()
        assert "已绑定" in house.phone(name).say(f"绑定 {licence} {ending}").text
    path = tmp_path / "survey.yaml"
    path.write_text(SURVEY, encoding="utf-8")
    for command in (("load", str(path)), ("publish", "1")):
        assert house.flask("surveys", *command).exit_code == 0
    phone = house.phone("王建国")
    phone.say("调查")
    phone.send_image(b"\x89PNG shelf")
    house.work()
    house.phone("路人").follow()
    house.phone("陈志强").follow()
    invited = house.flask("people", "invite-manager", "13900002201").output
    assert "已绑定" in house.phone("陈志强").say(re.search(r"绑定 \w+", invited)[0]).text
    market = office.browser("market")
    market.get("/console/people/import")
    market.post("/console/people/import", {"file": (io.BytesIO(ROSTER.encode()), "名单.csv")})
    market.post("/console/people/export")
    office.work()
    return office


def test_the_table_says_who_gets_what(office) -> None:
    mobile = mobile_table(office)  # first: in the console somebody will close the survey
    found = "\n".join((HEAD + CONSOLE, console_table(office), MOBILE, mobile, OPEN, open_table(office), ""))
    if os.environ.get("WRITE_ACCESS"):
        DOC.write_text(found, encoding="utf-8")
    assert DOC.read_text(encoding="utf-8") == found, "who gets what has changed: run `make access`, look at the diff"


STAFF = {
    "管理员": "admin",
    "营销人员": "market",
    "市场经理": "zhou",
    "客户经理": "chen",
    "只读": "intern",
    "市场经理 elsewhere": "wu",
    "客户经理 elsewhere": "lin",
}
REFUSALS = {403: "no", 404: "hidden", 400: "refused"}


def console_table(office: Office) -> str:
    staff = {title: office.browser(name) for title, name in STAFF.items()}
    stolen = staff["营销人员"].token
    assert len({browser.token for browser in staff.values()}) == len(staff)
    rows, titles = [], ["signed out", *staff, "no token", "stolen token"]
    for address in addresses(office.house.app):
        if not is_console(address):
            continue
        # Before those who may: what they do may change what is there.
        nobody = Browser(office.house.app.test_client())
        nobody.get("/console/sign-in")
        cells = {"signed out": outcome(send(nobody, address, nobody.token))}
        if address.method != "GET":
            cells["no token"] = outcome(send(staff["管理员"], address, ""))
            cells["stolen token"] = outcome(send(staff["管理员"], address, stolen))
        for title, browser in reversed(staff.items()):
            cells[title] = outcome(send(browser, address, browser.token))
        check_console(office.house.app, address, cells)
        rows.append((address, [cells.get(title, "") for title in titles]))
    return table(titles, rows)


def check_console(app: Flask, address: Address, cells: dict[str, str]) -> None:
    """The laws no new table may change: told apart from the table, which only says what is so."""
    rule = door.rule_of(app, address.endpoint)
    assert rule is not None, f"{address.endpoint} does not declare who may open it"
    is_for_anyone = address.endpoint == "console.sign_in"
    assert (rule.permission is Permission.ANYONE) == is_for_anyone
    assert is_for_anyone or cells["signed out"] == "sign in", address
    assert {cells.get("no token", "refused"), cells.get("stolen token", "refused")} == {"refused"}, address
    assert "yes" in cells.values(), f"{address}: nobody gets in; lay out in `office` what it asks for"


def send(browser: Browser, address: Address, token: str) -> TestResponse:
    form = None if address.method == "GET" else {"form_token": token}
    return browser.client.open(address.path, method=address.method, data=form, buffered=True)


def outcome(answer: TestResponse) -> str:
    assert answer.status_code < 500, answer.text
    is_signed_out = door.COOKIE in answer.headers.get("Set-Cookie", "")  # by their own wish
    if answer.status_code == 303 and answer.location.startswith("/console/sign-in") and not is_signed_out:
        return "sign in"
    return REFUSALS.get(answer.status_code, "yes")


def is_console(address: Address) -> bool:
    return address.rule == door.PREFIX or address.rule.startswith(f"{door.PREFIX}/")


def is_mobile(address: Address) -> bool:
    return address.rule.startswith("/m/")


VISITORS = {"a shop": "王建国", "another shop": "李福生", "a manager": "陈志强", "a follower": "路人"}


def mobile_table(office: Office) -> str:
    house = office.house
    phones = {title: Phone(house, house.phone(name)) for title, name in VISITORS.items()}
    tokens = {}
    for title, phone in phones.items():
        phone.open("/m/me")
        with phone.client.session_transaction(base_url=house.settings.public_url) as kept:
            tokens[title] = kept["h5"]["form"]
    assert len(set(tokens.values())) == len(tokens)
    titles = ["outside WeChat", "not known yet", *phones, "no token", "stolen token"]
    rows = []
    with shown(house.app) as last:
        for address in addresses(house.app):
            if not is_mobile(address):
                continue

            def ask(phone: Phone, token: str, address: Address = address) -> str:
                last.clear()
                if address.method == "GET":
                    return what(phone.get(address.path), last)
                return what(phone.post(address.path, {"form_token": token, "do": "begin"}), last)

            outside = Phone(house, house.phone("路人"), agent="Mozilla/5.0 (Windows NT 10.0) Chrome/120")
            cells = {"outside WeChat": ask(outside, "x"), "not known yet": ask(Phone(house, house.phone("新人")), "x")}
            if address.method != "GET":
                cells["no token"] = ask(phones["a shop"], "")
                cells["stolen token"] = ask(phones["a shop"], tokens["another shop"])
            for title, phone in reversed(phones.items()):
                cells[title] = ask(phone, tokens[title])
            check_mobile(address, cells)
            rows.append((address, [cells.get(title, "") for title in titles]))
    return table(titles, rows)


#: Whom a page need not know: the way back from WeChat, and what we say of people's data.
UNKNOWN_WELCOME = ("/m/oauth", "/m/privacy")


def check_mobile(address: Address, cells: dict[str, str]) -> None:
    if address.rule not in UNKNOWN_WELCOME:
        assert cells["outside WeChat"] == "403 message", address
        assert cells["not known yet"] == "to WeChat", address
    assert {cells.get("no token", "403 message"), cells.get("stolen token", "403 message")} == {"403 message"}, address


@contextmanager
def shown(app: Flask) -> Iterator[list[str]]:
    """The templates that were shown since the list was emptied."""
    names: list[str] = []

    def note(sender: Flask, template: object, **context: object) -> None:
        names.append(Path(template.name).stem)

    with template_rendered.connected_to(note, app):
        yield names


def what(answer: TestResponse, templates: list[str]) -> str:
    assert answer.status_code < 500, answer.text
    if answer.status_code in (302, 303):
        return "to WeChat" if "/connect/oauth2/authorize" in answer.location else f"to {answer.location}"
    said = templates[-1] if templates else answer.mimetype if answer.status_code == 200 else ""
    return said if answer.status_code == 200 else f"{answer.status_code} {said}".strip()


def open_table(office: Office) -> str:
    client = office.house.app.test_client()
    rows = [
        (address, [str(client.open(address.path, method=address.method).status_code)])
        for address in addresses(office.house.app)
        if not is_console(address) and not is_mobile(address)
    ]
    return table(["anybody"], rows)


def table(titles: list[str], rows: list[tuple[Address, list[str]]]) -> str:
    rows.sort(key=lambda row: (row[0].rule, row[0].method))
    lines = [["address", "", *titles], ["---"] * (len(titles) + 2)]
    lines += [[f"`{rule_of(address)}`", address.method, *cells] for address, cells in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def rule_of(address: Address) -> str:
    """`/m/surveys/<int(max=2147483647):survey_id>` as `/m/surveys/<survey_id>`."""
    return re.sub(r"<[^<>]*:(\w+)>", r"<\1>", address.rule)
