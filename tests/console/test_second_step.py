"""The second step of a sign-in: asked of admins, offered to all, taken once, lost and given back; and the passwords."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from console import second
from console.models import AuditEntry, KnownBrowser, RecoveryCode, User
from console.rules import passwords, tries
from foundation.errors import Refused
from tests.conftest import House
from tests.office import PASSWORD, Browser, Office

SITE = "https://wx.example.com"
REAL = {"development": False, "secret_key": "9f2c41d07be85a3614c8f07d2be96a51", "public_url": SITE}


class Desk(Browser):
    """A browser that comes over https, as a real account is served."""

    def get(self, path: str, **options: Any) -> TestResponse:
        return super().get(path, base_url=SITE, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, token: str | None = None, **options: Any) -> Any:
        return super().post(path, data, token, base_url=SITE, **options)


@pytest.fixture
def house(build) -> House:
    return build(**REAL)


def desk(office: Office, name: str, password: str = PASSWORD) -> Desk:
    browser = Desk(office.house.app.test_client())
    assert browser.sign_in(name, password).status_code == 303
    return browser


def code(office: Office, secret: str, steps: int = 0) -> str:
    moment = office.house.clock() + timedelta(seconds=steps * second.SECONDS)
    return second._totp(secret.replace(" ", "")).generate(int(moment.timestamp())).decode()


def enrol(office: Office, browser: Desk) -> tuple[str, list[str]]:
    """Set the second step up on the page; gives the secret and the recovery codes."""
    page = browser.get("/console/second/set-up").text
    secret = re.search(r'class="password secret">([A-Z2-7 ]+)<', page)[1]
    done = browser.post("/console/second/set-up", {"code": code(office, secret)})
    assert done.status_code == 200
    return secret, re.findall(r'class="password secret">([a-z0-9-]+)<', done.text)


def test_an_admin_sees_nothing_before_the_second_step_is_set_up_and_then_none_without_it(office) -> None:
    admin = desk(office, "admin")
    for path in ("/console/", "/console/people", "/console/users", "/console/sessions", "/console/password"):
        assert admin.get(path).location == "/console/second/set-up", path
    assert admin.post("/console/people/tags/new", {"name": "甲"}).location == "/console/second/set-up"
    assert admin.get("/console/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/console/second/set-up"
    page = admin.get("/console/second/set-up")
    assert 'src="data:image/png;base64,' in page.text
    assert "img-src 'self' data:" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"
    assert "零售户" not in page.text
    assert "验证码不对" in admin.post("/console/second/set-up", {"code": "000000"}).text
    secret, recovery = enrol(office, admin)
    assert len(set(recovery)) == second.RECOVERY_CODES
    assert admin.get("/console/").status_code == 200
    assert secret not in admin.get("/console/second/set-up", follow_redirects=True).text

    half = desk(office, "admin")
    for path in ("/console/", "/console/people", "/console/sessions", "/console/password", "/console/second/set-up"):
        assert half.get(path).location in ("/console/second", "/console/sessions"), path
    assert half.post("/console/second/off", {"code": code(office, secret, 1)}).location == "/console/second"
    half.get("/console/second")
    assert half.post("/console/second", {"code": code(office, secret)}).status_code == 422  # used by the setting up
    answer = half.post("/console/second", {"code": code(office, secret, 1), "next": "/console/people"})
    assert answer.location == "/console/people"
    assert half.get("/console/people").status_code == 200


@pytest.mark.on_sqlite
def test_a_secret_that_somebody_else_was_shown_is_never_the_one_that_is_set_up(office) -> None:
    thief, chen = desk(office, "chen"), desk(office, "chen")
    shown = [
        re.search(r'class="password secret">([A-Z2-7 ]+)<', browser.get("/console/second/set-up").text)[1]
        for browser in (thief, chen, chen)
    ]
    assert shown[0] != shown[1] == shown[2]
    told = thief.post("/console/second/set-up", {"code": code(office, shown[0])})
    assert told.status_code == 422
    assert "密钥换了新的" in told.text
    chen.get("/console/second/set-up")
    secret, _ = enrol(office, chen)
    assert secret not in shown
    assert thief.get("/console/").location.startswith("/console/sign-in")


@pytest.mark.on_sqlite
def test_a_code_is_taken_once_and_one_step_either_way_and_guessing_waits(office) -> None:
    secret, _ = enrol(office, desk(office, "chen"))
    office.house.clock.advance(timedelta(minutes=5))
    first, other = desk(office, "chen"), desk(office, "chen")
    first.get("/console/second"), other.get("/console/second")
    for off in (-2, 2):
        assert "验证码不对" in first.post("/console/second", {"code": code(office, secret, off)}).text
    spelled = f" {code(office, secret)[:3]} {code(office, secret)[3:]}".translate(
        {48 + n: 0xFF10 + n for n in range(10)}
    )
    assert first.post("/console/second", {"code": spelled}).status_code == 303
    assert "已经用过" in other.post("/console/second", {"code": code(office, secret)}).text
    assert other.post("/console/second", {"code": code(office, secret, -1)}).status_code == 303

    third = desk(office, "chen")
    third.get("/console/second")
    office.house.clock.advance(timedelta(minutes=5))
    for _ in range(tries.TRIES_OF_PAIR):
        third.post("/console/second", {"code": "1"})
    assert "试的次数太多" in third.post("/console/second", {"code": code(office, secret)}).text
    assert len(office.audited("second.wait")) == 1


def test_a_recovery_code_opens_once_and_another_admin_gives_the_second_step_back(office) -> None:
    admin = desk(office, "admin")
    enrol(office, admin)
    chen = desk(office, "chen")
    _, recovery = enrol(office, chen)
    again = desk(office, "chen")
    again.get("/console/second")
    assert again.post("/console/second", {"code": recovery[0].upper().replace("-", " ")}).status_code == 303
    assert f"恢复码还剩 {len(recovery) - 1} 个" in again.get("/console/sessions").text
    third = desk(office, "chen")
    third.get("/console/second")
    assert third.post("/console/second", {"code": recovery[0]}).status_code == 422
    with office.house.look() as session:
        numbers = dict(session.execute(select(User.name, User.id)).all())
    path = f"/console/users/{numbers['chen']}"
    assert "重置第二步验证" in admin.get(path).text
    assert admin.post(f"{path}/second").status_code == 303
    assert again.get("/console/").location.startswith("/console/sign-in")
    assert desk(office, "chen").get("/console/").status_code == 200
    assert admin.post(f"/console/users/{numbers['admin']}/second").status_code == 422
    # One's own is given up with a code; an admin sets it up anew at once.
    admin.get("/console/sessions")
    assert admin.post("/console/second/off", {"code": "123"}).status_code == 422
    with office.house.look() as session:
        kept = session.scalars(select(User.second_secret).where(User.name == "admin")).one()
    own = second.opened(kept, REAL["secret_key"])
    assert admin.post("/console/second/off", {"code": code(office, own, 1)}).status_code == 303
    assert admin.get("/console/").location == "/console/second/set-up"


def test_the_command_line_gives_an_admin_the_second_step_and_the_way_back_in(house) -> None:
    made = house.flask("console", "create-admin", "boss")
    assert made.exit_code == 0, made.output
    office = Office(house)

    def come_in(output: str) -> Desk:
        first = re.search(r"初始密码 (\S+)", output)[1]
        line = urlsplit(re.search(r"otpauth://\S+", output)[0])
        secret = parse_qs(line.query)["secret"][0]
        boss = desk(office, "boss", first)
        assert boss.get("/console/password").location == "/console/second"
        boss.get("/console/second")
        assert boss.post("/console/second", {"code": code(office, secret)}).status_code == 303
        assert boss.get("/console/").location == "/console/password"
        return boss

    come_in(made.output)
    assert len(re.search(r"恢复码 (.+)", made.output)[1].split()) == second.RECOVERY_CODES
    reset = house.flask("console", "reset-password", "boss")
    come_in(reset.output)
    assert re.search(r"otpauth://\S+", reset.output)[0] not in made.output


def test_no_secret_of_the_second_step_stands_anywhere_and_the_password_alone_makes_no_browser_known(office) -> None:
    admin = desk(office, "admin")
    secret, recovery = enrol(office, admin)
    admin.post("/console/sign-out")
    with office.house.services.transaction() as session:
        session.query(KnownBrowser).delete()
    half = desk(office, "admin")
    half.get("/console/second")
    with office.house.look() as session:
        assert session.scalars(select(KnownBrowser)).all() == []
        users = session.execute(select(User.second_secret, User.password_hash)).all()
        kept = str(users) + str(session.scalars(select(RecoveryCode.code_hash)).all())
        kept += str(session.execute(select(AuditEntry.did, AuditEntry.detail, AuditEntry.about)).all())
    assert secret.replace(" ", "") not in kept
    assert not [each for each in recovery if each in kept or each.replace("-", "") in kept]
    assert half.post("/console/second", {"code": recovery[1]}).status_code == 303
    with office.house.look() as session:
        assert len(session.scalars(select(KnownBrowser)).all()) == 1


@pytest.mark.on_sqlite
def test_where_it_is_no_real_account_no_code_is_asked_for_and_the_page_says_so(build) -> None:
    house = build()
    made = house.flask("console", "create-admin", "boss")
    assert "开发环境登录不要求验证码" in made.output
    assert "otpauth" not in made.output
    office = Office(house)
    office.user("admin", "admin")
    admin = office.browser("admin")
    assert "登录不要求验证码" in admin.get("/console/sessions").text
    assert admin.get("/console/second/set-up").location == "/console/sessions"


GUESSED = {
    "password2026": "很多人在用",
    "P@ssw0rd!23": "很多人在用",
    "woaini1314": "很多人在用",
    "1qaz2wsx3edc": "太容易",
    "qwertyuiop12": "太容易",
    "20261001hello": "太容易",
    "aaaaaaaaaaaa": "太容易",
    "abcdefghijkl": "太容易",
    "chen13579246": "用户名、姓名或手机号",
    "我是陈志强呀你好世界": "用户名、姓名或手机号",
    "xk139000022": "用户名、姓名或手机号",
    "xk 139-0000-22": "用户名、姓名或手机号",
    "zhangwei@1990": "常见的词或名字",
    "Li Xiao Long 88": "常见的词或名字",
    "kehujingli123": "常见的词或名字",
    "p a s s w o r d": "很多人在用",
    "Longyan#Tobacco1": "很多人在用",
    "龙岩烟草公司2026": "很多人在用",
    "五微服务号-7319": "很多人在用",
    "ＣＨＥＮ-龙岩-太阳山": "用户名、姓名或手机号",
}


@pytest.mark.on_sqlite
def test_a_password_others_would_guess_is_refused_and_the_page_says_why(build) -> None:
    office = Office(build())
    office.import_roster()
    office.staff()
    chen = office.browser("chen")
    chen.get("/console/password")
    for word, why in GUESSED.items():
        told = chen.post("/console/password", {"old": PASSWORD, "new": word, "again": word})
        assert told.status_code == 422, word
        assert why in told.text, word
    new = "three otters walk home"
    assert chen.post("/console/password", {"old": PASSWORD, "new": new, "again": new}).status_code == 303


def test_what_the_common_lists_hold_is_refused_with_a_few_signs_more() -> None:
    common = (
        "iloveyou",
        "football",
        "sunshine",
        "princess",
        "superman",
        "trustno1",
        "starwars",
        "computer",
        "internet",
    )
    for word in common:
        for spelled in (f"{word}12", f"{word.capitalize()}123!", word.replace("o", "0").replace("e", "3") + "2024"):
            if len(spelled) >= passwords.SHORTEST_PASSWORD:
                with pytest.raises(Refused, match="太容易猜到"):
                    passwords.check_password(spelled, ["boss"])
