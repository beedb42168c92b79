"""The company's office for tests of the console: a roster, somebody in every role, and a browser for each of them."""

import io
import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from console import access, passwords
from console.models import AuditEntry, Task, User
from people.models import Area, Manager
from simulator.phone import Phone
from tests.conftest import House

ROSTER = """许可证号,店名,店主,手机,地址,片区,客户类型,客户经理,经理手机
350802100001,城南便利店,王建国,13600008899,新罗区,城区一片,现代终端,陈志强,13900002201
350802100002,老李食杂店,李福生,13600001234,新罗区,城区一片,普通终端,陈志强,13900002201
350802100003,=小王超市,王丽芳,13600005678,新罗区,江山片,优质终端,林小燕,13900002202
"""
PASSWORD = "correct horse battery"
passwords.weigh(rounds=1, kibibytes=64)
HASH = passwords.hashed(PASSWORD)
TOKEN = re.compile(r'name="form_token" value="([^"]*)"')
FORM = re.compile(r"<form\b(?P<start>[^>]*)>(?P<inside>.*?)</form>", re.DOTALL)
#: Pages whose button nobody presses who has not looked at them.
LOOKED_AT = re.compile(
    r"/(publish|upload|areas/\d+|audiences/\d+/edit|users/\d+|plans/\d+/edit|canned/\d+"
    r"|settings/(policy(/\d+)?|hours|days|categories/\d+))$"
)
STAMP = re.compile(r'name="stamp" value="([^"]+)"')


class Browser:
    """Somebody's browser: it carries form tokens as a page's forms do, and of a form on the last page its stamp."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.token = ""
        self.stamps: dict[str, str] = {}

    def get(self, path: str, **options: Any) -> TestResponse:
        return self._seen(path, self.client.get(path, buffered=True, **options))

    def post(self, path: str, data: dict[str, Any] | None = None, token: str | None = None, **options: Any) -> Any:
        carried = {"form_token": self.token if token is None else token}
        if path not in self.stamps and "stamp" not in (data or {}) and LOOKED_AT.search(path):
            self.get(path)
        if path in self.stamps:
            carried["stamp"] = self.stamps[path]
        return self._seen(path, self.client.post(path, data=carried | (data or {}), **options))

    def _seen(self, path: str, answer: TestResponse) -> TestResponse:
        if answer.mimetype == "text/html" and not answer.location:
            self.stamps = {}
            if found := TOKEN.search(answer.text):
                self.token = found[1]
            for form in FORM.finditer(answer.text):
                action = re.search(r'action="([^"]*)"', form["start"])
                if found := STAMP.search(form["inside"]):
                    self.stamps[unescape(action[1]) if action else path.partition("?")[0]] = found[1]
        return answer

    def sign_in(self, name: str, password: str = PASSWORD, **options: Any) -> TestResponse:
        self.get("/console/sign-in")
        answer = self.post("/console/sign-in", {"name": name, "password": password}, **options)
        if answer.status_code == 303:
            self.get("/console/sessions")
            if not self.token:
                self.get("/console/password")
        return answer

    def enter(self, name: str, password: str = PASSWORD) -> None:
        """Sign in by the form, whose page need not be looked at: its token is worked out, and the session's."""
        key = str(self.client.application.secret_key)
        self.client.set_cookie(access.ENTRY_COOKIE, "entry", path=access.PREFIX)
        entry = {"name": name, "password": password, access.FIELD: passwords.form_token("entry", key)}
        answer = self.client.post("/console/sign-in", data=entry)
        assert answer.status_code == 303, answer.text
        signed_in = self.client.get_cookie(access.COOKIE, path=access.PREFIX)
        assert signed_in
        self.token = passwords.form_token(signed_in.value, key)


@dataclass
class Office:
    """The house, with people in its office."""

    house: House

    def settle(self) -> None:
        """A roster, and somebody in every role, where nothing is yet."""
        self.house.lay_out("the office", lambda: (self.import_roster(), self.staff()))

    def import_roster(self, text: str = ROSTER) -> None:
        path = self.house.settings.media_path.parent / "roster.csv"
        path.write_text(text, encoding="utf-8")
        done = self.house.flask("people", "import", str(path))
        assert done.exit_code == 0, done.output

    def two_shops(self) -> tuple[Phone, Phone]:
        """The roster, and two shops of it that are bound."""
        self.import_roster()
        phones = self.house.phone("o-wang"), self.house.phone("o-li")
        for phone, binding in zip(phones, ("绑定 350802100001 8899", "绑定 350802100002 1234"), strict=True):
            phone.follow()
            assert "已绑定" in phone.say(binding).text
        return phones

    def area(self, name: str) -> int:
        with self.house.look() as session:
            return session.scalars(select(Area.id).where(Area.name == name)).one()

    def manager(self, name: str) -> int:
        with self.house.look() as session:
            return session.scalars(select(Manager.id).where(Manager.name == name)).one()

    def user(self, login: str, role: str, **fields: Any) -> int:
        with self.house.services.transaction() as session:
            user = User(
                login=login,
                name=fields.pop("name", login),
                role=role,
                password_hash=HASH,
                must_change_password=False,
                created_at=self.house.clock(),
                **fields,
            )
            session.add(user)
            session.flush()
            return user.id

    def staff(self) -> None:
        """Somebody in every role; the supervisor and the manager see 城区一片."""
        area, chen = self.area("城区一片"), self.manager("陈志强")
        self.user("admin", "admin")
        self.user("market", "marketing")
        self.user("zhou", "supervisor", area_id=area)
        self.user("chen", "manager", manager_id=chen)
        self.user("intern", "reader")

    def browser(self, name: str = "", password: str = PASSWORD) -> Browser:
        browser = Browser(self.house.app.test_client())
        if name:
            browser.enter(name, password)
        return browser

    def work(self) -> None:
        """Let a worker do the long work that was asked for."""
        for job in self.house.app.extensions["jobs"]:
            if job.name.startswith("tasks of "):
                job.run(self.house.services)

    def task(self, task_id: int) -> Task:
        with self.house.look() as session:
            return session.get_one(Task, task_id)

    def audited(self, did: str) -> list[AuditEntry]:
        with self.house.look() as session:
            return list(session.scalars(select(AuditEntry).where(AuditEntry.did == did).order_by(AuditEntry.id)))


def link(page: str, rel: str) -> str:
    """The address of the page of a list before this one or after it; empty where there is none."""
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return unescape(found[1]) if found else ""


def both_ways(browser: Browser, address: str, pattern: str) -> list[list[str]]:
    """What each page of a list shows, from the first to the last; the way back shows the same."""
    pages = [browser.get(address).text]
    while following := link(pages[-1], "next"):
        pages.append(browser.get(following).text)
    back = pages[-1:]
    while before := link(back[-1], "prev"):
        back.append(browser.get(before).text)
    found = [re.findall(pattern, page) for page in pages]
    assert [re.findall(pattern, page) for page in reversed(back)] == found
    return found


def file_of(office: Office, browser: Browser, asked: str, given: dict[str, str] | None = None) -> list[tuple]:
    """The rows of the file that was asked for."""
    answer = browser.post(asked, given or {})
    assert answer.status_code == 303, answer.text
    office.work()
    file = browser.get(f"{answer.location}/file")
    assert file.status_code == 200, browser.get(answer.location).text
    return list(load_workbook(io.BytesIO(file.data)).active.iter_rows(values_only=True))


def undo(page: str) -> tuple[str, dict[str, str]]:
    """The address and the fields of the way back that a page offers, for whoever posts it."""
    form = re.search(r'(?s)<form class="undo" method="post" action="([^"]+)">(.*?)</form>', page)
    fields = re.findall(r'name="([^"]+)" value="([^"]*)"', form[2])
    return unescape(form[1]), {name: unescape(value) for name, value in fields if name != "form_token"}
