"""Who gets what: every address the app serves, tried as everybody, kept as a table in `docs/access.md`.

`make access` writes the table anew; what it then shows in the diff is what changed for whom.
"""

import os
import re
import sqlite3
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask, template_rendered
from werkzeug.test import TestResponse

from console import access, failures, shell
from console.permissions import ANYONE
from tests.addresses import Address, addresses, lay_out
from tests.conftest import House
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
市场经理 and a 客户经理 of another area. Where somebody sees a part of the shops, *yes* is that part: of a survey too
the figures of their own areas or shops.

| | means |
|---|---|
| yes | let in |
| told | 422 or 409: let in, and told in a sentence what is missing or why it cannot be; nothing was done |
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
pytestmark = pytest.mark.parametrize("stores", ["sqlite"], indirect=True)


@pytest.fixture
def office(house) -> Office:
    """Something for each address to show."""
    return lay_out(house)


def test_the_table_says_who_gets_what(office, monkeypatch) -> None:
    # What waits behind the entries of the menu is counted for every page, whatever was asked for: a fifth of it all.
    monkeypatch.setattr(shell, "_counts", lambda who, items: {})
    # Half of all answers are no: of these the status says all, their page is seen elsewhere.
    monkeypatch.setattr(failures, "render_template", lambda template, **values: "")
    found = "\n".join(
        (HEAD + CONSOLE, console_table(office), MOBILE, mobile_table(office), OPEN, open_table(office), "")
    )
    if os.environ.get("WRITE_ACCESS"):
        DOC.write_text(found, encoding="utf-8")
    assert DOC.read_text(encoding="utf-8") == found, "who gets what has changed: run `make access`, look at the diff"


def test_who_asks_for_the_head_of_a_form_is_told_what_it_is_and_does_nothing(office) -> None:
    admin, phone = office.browser("admin"), Phone(office.house, office.house.phone("王建国"))
    phone.open("/m/me")
    site, headers = office.house.settings.public_url, {"User-Agent": phone.agent}
    everything = addresses(office.house.app)
    # Only a view that is also posted to could take the one for the other.
    posted = {each.endpoint for each in everything if each.method == "POST"}
    for address in everything:
        if address.method == "GET" and address.endpoint in posted and (is_console(address) or is_mobile(address)):
            client = admin.client if is_console(address) else phone.client
            asked = [
                client.open(address.path, method=how, base_url=site, headers=headers, buffered=True).status_code
                for how in ("HEAD", "GET")
            ]
            assert asked[0] == asked[1], address
    form = {"name": "evil", "role": "admin"}
    assert admin.client.head("/console/users/new", data=form).status_code == 200
    assert not office.audited("user.create")


def kept(house: House) -> Callable[[], None]:
    """Gives what puts the database back as it is now: nobody shall find what another one's try has left."""
    # Closed by whichever thread collects the house.
    live = sqlite3.connect(house.services.database.url.database, check_same_thread=False)
    memory = sqlite3.connect(":memory:", check_same_thread=False)
    weakref.finalize(house, memory.close)
    weakref.finalize(house, live.close)
    live.backup(memory)

    def version() -> int:
        """Another one each time somebody else has written."""
        return live.execute("PRAGMA data_version").fetchone()[0]

    seen = version()

    def restore() -> None:
        nonlocal seen
        if version() != seen:
            memory.backup(live)
            seen = version()

    return restore


STAFF = {
    "管理员": "admin",
    "营销人员": "market",
    "市场经理": "zhou",
    "客户经理": "chen",
    "只读": "intern",
    "市场经理 elsewhere": "wu",
    "客户经理 elsewhere": "lin",
}
#: What only the browser has that left it there: tried where it is left.
OF_ONE_BROWSER = {"visits_pages.kept_picture"}
REFUSALS = {409: "told", 403: "no", 404: "hidden", 400: "refused", 422: "told"}


def console_table(office: Office) -> str:
    staff = {title: office.browser(name) for title, name in STAFF.items()}
    stolen = staff["营销人员"].token
    assert len({browser.token for browser in staff.values()}) == len(staff)
    rows, titles = [], ["signed out", *staff, "no token", "stolen token"]
    restore = kept(office.house)
    for address in addresses(office.house.app):
        if not is_console(address):
            continue
        nobody = Browser(office.house.app.test_client())
        nobody.get("/console/sign-in")
        cells = {"signed out": outcome(send(nobody, address, nobody.token))}
        if address.method != "GET":
            cells["no token"] = outcome(send(staff["管理员"], address, ""))
            cells["stolen token"] = outcome(send(staff["管理员"], address, stolen))
        for title, browser in staff.items():
            cells[title] = outcome(send(browser, address, browser.token))
            if address.method != "GET":
                restore()
        check_console(office.house.app, address, cells)
        rows.append((address, [cells.get(title, "") for title in titles]))
    return table(titles, rows)


def check_console(app: Flask, address: Address, cells: dict[str, str]) -> None:
    """The laws no new table may change: told apart from the table, which only says what is so."""
    rule = access.rule_of(app, address.endpoint)
    assert rule is not None, f"{address.endpoint} does not declare who may open it"
    is_for_anyone = address.endpoint == "console.sign_in"
    assert (rule.permission is ANYONE) == is_for_anyone
    assert is_for_anyone or cells["signed out"] == "sign in", address
    assert {cells.get("no token", "refused"), cells.get("stolen token", "refused")} == {"refused"}, address
    gets_in = {"yes", "told"} & {*cells.values()} or address.endpoint in OF_ONE_BROWSER
    assert gets_in, f"{address}: nobody gets in; let `lay_out` bring what it asks for"


def send(browser: Browser, address: Address, token: str) -> TestResponse:
    form = None if address.method == "GET" else {"form_token": token, **address.form}
    signed_in = browser.client.get_cookie(access.COOKIE, path=access.PREFIX)
    answer = browser.client.open(address.path, method=address.method, data=form, buffered=True)
    if signed_in:  # also behind a sign-out: the row comes back with `restore`
        browser.client.set_cookie(access.COOKIE, signed_in.value, path=access.PREFIX)
    return answer


def outcome(answer: TestResponse) -> str:
    assert answer.status_code < 500, answer.text
    is_signed_out = access.COOKIE in answer.headers.get("Set-Cookie", "")  # by their own wish
    if answer.status_code == 303 and answer.location.startswith("/console/sign-in") and not is_signed_out:
        return "sign in"
    return REFUSALS.get(answer.status_code, "yes")


def is_console(address: Address) -> bool:
    return address.rule == access.PREFIX or address.rule.startswith(f"{access.PREFIX}/")


def is_mobile(address: Address) -> bool:
    return address.rule.startswith("/m/")


VISITORS = {"a shop": "王建国", "another shop": "李福生", "a manager": "陈志强", "a follower": "路人"}


def mobile_table(office: Office) -> str:
    house = office.house
    phones = {title: Phone(house, house.phone(name)) for title, name in VISITORS.items()}
    tokens = {}
    for title, phone in phones.items():
        phone.open("/m/me")
        with phone.client.session_transaction(base_url=house.settings.public_url) as cookie:
            tokens[title] = cookie["h5"]["form"]
    assert len(set(tokens.values())) == len(tokens)
    titles = ["outside WeChat", "not known yet", *phones, "no token", "stolen token"]
    rows, restore = [], kept(house)
    with shown(house.app) as last:
        for address in addresses(house.app):
            if not is_mobile(address):
                continue

            def ask(phone: Phone, token: str, address: Address = address) -> str:
                last.clear()
                if address.method == "GET":
                    return what(phone.get(address.path), last)
                return what(phone.post(address.path, {"form_token": token, "do": "begin", **address.form}), last)

            outside = Phone(house, house.phone("路人"), agent="Mozilla/5.0 (Windows NT 10.0) Chrome/120")
            cells = {"outside WeChat": ask(outside, "x"), "not known yet": ask(Phone(house, house.phone("新人")), "x")}
            if address.method != "GET":
                cells["no token"] = ask(phones["a shop"], "")
                cells["stolen token"] = ask(phones["a shop"], tokens["another shop"])
            for title, phone in phones.items():
                cells[title] = ask(phone, tokens[title])
                if address.method != "GET":
                    restore()
            check_mobile(address, cells)
            rows.append((address, [cells.get(title, "") for title in titles]))
    return table(titles, rows)


#: Whom a page need not know: the way back from WeChat, and what we say of people's data.
UNKNOWN_WELCOME = ("/m/oauth", "/m/privacy", "/m/library/pictures/<sha256>")


def check_mobile(address: Address, cells: dict[str, str]) -> None:
    if address.rule not in UNKNOWN_WELCOME:
        assert cells["outside WeChat"] == "403 outside", address
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
    """`/m/surveys/<int:survey_id>` as `/m/surveys/<survey_id>`."""
    return re.sub(r"<[^<>]*:(\w+)>", r"<\1>", address.rule)
