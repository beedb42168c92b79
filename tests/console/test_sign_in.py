"""Coming in: the first admin, wrong tries, the forced change, sessions that end."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from console.models import AuditEntry, SignInTries, User, UserSession
from console.rules import sessions, tries
from tests.office import PASSWORD, Browser, Office


@pytest.mark.on_sqlite
def test_the_first_admin_is_made_by_a_command_and_must_change_the_password(house) -> None:
    made = house.flask("console", "create-admin", "Boss")
    assert made.exit_code == 0, made.output
    first = re.search(r"初始密码 (\S+)", made.output)[1]
    browser = Browser(house.app.test_client())
    assert browser.sign_in("BOSS", first).status_code == 303
    for path in ("/console/", "/console/people", "/console/sessions", "/console/audit"):
        assert browser.get(path).location == "/console/password"
    change = {"old": first, "new": PASSWORD, "again": PASSWORD}
    browser.get("/console/password")
    assert "两次输入" in browser.post("/console/password", {**change, "again": "x"}).text
    assert "至少 10 位" in browser.post("/console/password", {**change, "new": "short", "again": "short"}).text
    assert "太容易" in browser.post("/console/password", {**change, "new": "boss-12345", "again": "boss-12345"}).text
    assert "现在的密码不对" in browser.post("/console/password", {**change, "old": "x"}).text
    assert browser.post("/console/password", change).location == "/console/"
    assert browser.get("/console/").status_code == 200
    assert house.flask("console", "create-admin", "boss").exit_code == 1


def test_no_password_and_no_token_stands_in_the_database(office) -> None:
    browser = office.browser("admin")
    cookie = browser.client.get_cookie("wuwei_console", path="/console").value
    with office.house.look() as session:
        kept = session.query(UserSession.token_hash).all() + session.query(User.password_hash).all()
    assert cookie not in str(kept)
    assert PASSWORD not in str(kept)
    assert "argon2id" in str(kept)


@pytest.mark.on_sqlite
def test_a_wrong_name_and_a_wrong_password_are_told_apart_by_nobody(office) -> None:
    browser = office.browser()
    nobody = browser.sign_in("nobody", PASSWORD)
    wrong = browser.sign_in("admin", "wrong password")
    assert (nobody.status_code, wrong.status_code) == (422, 422)
    assert "用户名或密码不对" in nobody.text
    assert "用户名或密码不对" in wrong.text
    assert [entry.who for entry in office.audited("sign_in.refused")] == ["nobody", "admin"]


def test_after_too_many_tries_each_waits_longer_and_the_right_password_too(office) -> None:
    stranger = office.browser()
    for _ in range(tries.TRIES_OF_PAIR):
        assert "不对" in stranger.sign_in("admin", "wrong password").text
    for seconds in (1, 2, 4, 8):
        told = stranger.sign_in("admin").text
        assert f"请过 {seconds} 秒再试" in told
        office.house.clock.advance(timedelta(seconds=seconds))
        assert "不对" in stranger.sign_in("admin", "wrong password").text
    assert office.browser("market")
    refused, waits = office.audited("sign_in.refused"), office.audited("sign_in.wait")
    assert [entry.who for entry in refused] == ["admin"] * (tries.TRIES_OF_PAIR + 4)
    assert [entry.detail for entry in waits] == [f"试了 {5 + n} 次，要等 {2**n} 秒" for n in range(4)]
    for _ in range(30):
        stranger.sign_in("admin", "wrong password")
    assert len(office.audited("sign_in.wait")) == 5
    office.house.clock.advance(tries.LONGEST_WAIT)
    assert stranger.sign_in("admin").status_code == 303
    assert "不对" in office.browser().sign_in("admin", "wrong password").text
    with office.house.look() as session:
        said = str(session.query(AuditEntry.detail, AuditEntry.who).all())
    assert "wrong password" not in said
    assert PASSWORD not in said


def test_attackers_wait_and_who_was_there_before_does_not(office) -> None:
    here = office.browser("admin")
    attacker, elsewhere = office.browser(), {"REMOTE_ADDR": "198.51.100.7"}
    from_there = lambda name, word: attacker.sign_in(name, word, environ_base=elsewhere)  # noqa: E731
    for _ in range(tries.TRIES_OF_PAIR):
        from_there("admin", "wrong password")
    assert "试的次数太多" in from_there("admin", PASSWORD).text
    office.house.clock.advance(timedelta(minutes=1))
    here.post("/console/sign-out")
    assert here.sign_in("admin").status_code == 303
    assert office.browser().sign_in("admin").status_code == 303
    with office.house.services.transaction() as session:  # as from a thousand addresses
        for subject in ("name:admin", "address:127.0.0.1"):
            session.merge(SignInTries(subject=subject, since_at=office.house.clock(), count=5000))
    assert "请过 15 分钟再试" in office.browser().sign_in("admin").text
    here.post("/console/sign-out")
    assert here.sign_in("admin").status_code == 303
    here.post("/console/sign-out")
    for _ in range(tries.TRIES_OF_PAIR):
        assert "不对" in here.sign_in("admin", "wrong password").text
    assert "试的次数太多" in here.sign_in("admin").text


def test_many_tries_at_once_get_no_more_than_one_by_one(office) -> None:
    strangers = [office.browser() for _ in range(12)]
    with ThreadPoolExecutor(12) as pool:
        told = [answer.text for answer in pool.map(lambda each: each.sign_in("admin", "wrong password"), strangers)]
    assert sum("不对" in text for text in told) == tries.TRIES_OF_PAIR
    assert sum("试的次数太多" in text for text in told) == 12 - tries.TRIES_OF_PAIR


@pytest.mark.on_sqlite
def test_ipv6_neighbours_of_one_network_count_as_one(office) -> None:
    browser = office.browser()
    for n in range(tries.TRIES_OF_PAIR):
        browser.sign_in("admin", "wrong password", environ_base={"REMOTE_ADDR": f"2001:db8:1:2::{n}"})
    assert "试的次数太多" in browser.sign_in("admin", environ_base={"REMOTE_ADDR": "2001:db8:1:2:ffff::1"}).text
    assert browser.sign_in("admin", environ_base={"REMOTE_ADDR": "2001:db8:1:3::1"}).status_code == 303


@pytest.mark.on_sqlite
def test_behind_a_proxy_that_says_the_port_too_an_address_counts_as_one(build) -> None:
    office = Office(build(proxies=1))
    office.user("admin", "admin")
    browser = office.browser()
    for n in range(tries.TRIES_OF_PAIR):
        said = {"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.7:{4711 + n}"}
        assert "不对" in browser.sign_in("admin", "wrong password", headers=said).text
    assert "试的次数太多" in browser.sign_in("admin", headers={"X-Forwarded-For": "203.0.113.7:80"}).text


@pytest.mark.on_sqlite
def test_a_name_nobody_has_waits_as_anybody_does(office) -> None:
    told = []
    for name in ("admin", "nobody"):
        browser = office.browser()
        told.append([browser.sign_in(name, "wrong password").text.count("不对") for _ in range(8)])
        told[-1] += [len(office.audited(did)) for did in ("sign_in.refused", "sign_in.wait")]
    assert told[0] == [1] * 5 + [0] * 3 + [5, 1]
    assert told[1] == [1] * 5 + [0] * 3 + [10, 2]


def test_a_clock_that_was_ahead_locks_nobody_out(office) -> None:
    browser, tomorrow = office.browser(), office.house.clock() + timedelta(days=1)
    with office.house.services.transaction() as session:
        for subject in ("pair:127.0.0.1:admin", "name:admin"):
            session.add(SignInTries(subject=subject, since_at=tomorrow, count=3000))
    assert "请过 15 分钟再试" in browser.sign_in("admin").text
    office.house.clock.advance(tries.LONGEST_WAIT)
    assert browser.sign_in("admin").status_code == 303


@pytest.mark.on_sqlite
def test_the_old_password_is_guessed_no_faster_on_the_page_that_changes_it(office) -> None:
    browser = office.browser("admin")
    browser.get("/console/password")
    new = "three otters walk home"
    for _ in range(tries.TRIES_OF_PAIR):
        wrong = {"old": "wrong password", "new": new, "again": new}
        assert "现在的密码不对" in browser.post("/console/password", wrong).text
    right = wrong | {"old": PASSWORD}
    assert "请过 1 秒再试" in browser.post("/console/password", right).text
    assert len(office.audited("password.refused")) == tries.TRIES_OF_PAIR
    assert len(office.audited("password.wait")) == 1
    office.house.clock.advance(timedelta(seconds=1))
    assert browser.post("/console/password", right).status_code == 303
    assert browser.get("/console/").status_code == 200


@pytest.mark.on_sqlite
def test_an_address_has_its_tries_over_all_names(office) -> None:
    with office.house.services.transaction() as session:
        row = SignInTries(subject="address:127.0.0.1", since_at=office.house.clock(), count=tries.TRIES_OF_ADDRESS - 1)
        session.add(row)
    browser = office.browser()
    assert "不对" in browser.sign_in("nobody", "wrong password").text
    assert "试的次数太多" in browser.sign_in("admin").text


@pytest.mark.on_sqlite
def test_a_session_ends_when_it_is_signed_out_and_its_cookie_opens_nothing_more(office) -> None:
    browser = office.browser("admin")
    cookie = browser.client.get_cookie("wuwei_console", path="/console").value
    assert browser.post("/console/sign-out").location == "/console/sign-in"
    browser.client.set_cookie("wuwei_console", cookie, path="/console")
    assert browser.get("/console/").location.startswith("/console/sign-in")


@pytest.mark.on_sqlite
def test_a_session_is_over_when_left_alone_and_in_any_case_after_twelve_hours(office) -> None:
    browser = office.browser("admin")
    office.house.clock.advance(sessions.IDLE * 0.9)
    assert browser.get("/console/").status_code == 200
    office.house.clock.advance(sessions.IDLE * 0.9)
    assert browser.get("/console/").status_code == 200
    office.house.clock.advance(sessions.IDLE)
    assert browser.get("/console/").status_code == 303
    browser.sign_in("admin")
    for _ in range(7):
        office.house.clock.advance(sessions.IDLE * 0.9)
        last = browser.get("/console/")
    assert last.status_code == 303


@pytest.mark.on_sqlite
def test_a_session_can_be_ended_from_another(office) -> None:
    here, there = office.browser("admin"), office.browser("admin")
    page = here.get("/console/sessions").text
    number = re.search(r"/console/sessions/(\d+)/end", page)[1]
    assert here.post(f"/console/sessions/{number}/end").status_code == 303
    assert there.get("/console/").status_code == 303
    assert here.get("/console/").status_code == 200
    assert office.browser("market").post(f"/console/sessions/{number}/end").status_code == 422


def test_who_is_disabled_or_reset_is_out_at_once(office) -> None:
    admin, intern = office.browser("admin"), office.browser("intern")
    assert intern.get("/console/").status_code == 200
    number = re.findall(r"/console/users/(\d+)", admin.get("/console/users").text)
    page = next(path for path in number if "intern" in admin.get(f"/console/users/{path}").text)
    assert admin.post(f"/console/users/{page}/disable").status_code == 303
    assert intern.get("/console/").status_code == 303
    assert intern.sign_in("intern").status_code == 422
    assert admin.post(f"/console/users/{page}/enable").status_code == 303
    reset = admin.post(f"/console/users/{page}/reset").text
    first = re.search(r'class="password">([^<]+)<', reset)[1]
    assert intern.sign_in("intern").status_code == 422
    assert intern.sign_in("intern", first).status_code == 303


def test_the_last_admin_stays(office) -> None:
    admin = office.browser("admin")
    numbers = re.findall(r"/console/users/(\d+)", admin.get("/console/users").text)
    own = next(n for n in numbers if 'value="admin" required checked' in admin.get(f"/console/users/{n}").text)
    assert "最后一位管理员" in admin.post(f"/console/users/{own}/disable").text
    assert "最后一位管理员" in admin.post(f"/console/users/{own}", {"name": "老板", "role": "reader"}).text


@pytest.mark.on_sqlite
@pytest.mark.parametrize("role", ["supervisor", "manager"])
def test_a_role_that_sees_a_part_is_not_made_without_one(office, role) -> None:
    admin = office.browser("admin")
    assert admin.post("/console/users/new", {"login": "neu", "name": "新来的", "role": role}).status_code == 422


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    "where",
    [
        "//[",
        "https://evil.example/",
        "//evil.example/console/",
        "/console/../x\\y",
        "javascript:1",
        "/console/\r\nSet-Cookie: a=1",
        "/console/%2E%2e/m/me",
    ],
)
def test_the_sign_in_leads_nowhere_else(office, where) -> None:
    browser = office.browser()
    browser.get("/console/sign-in")
    answer = browser.post("/console/sign-in", {"name": "admin", "password": PASSWORD, "next": where})
    assert answer.location == "/console/"
    browser = office.browser()
    browser.get("/console/sign-in")
    answer = browser.post("/console/sign-in", {"name": "admin", "password": PASSWORD, "next": "/console/people?area=1"})
    assert answer.location == "/console/people?area=1"


@pytest.mark.on_sqlite
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(build) -> None:
    house = build(public_url="https://example.com")
    house.flask("console", "create-admin", "boss")
    cookie = house.app.test_client().get("/console/sign-in").headers["Set-Cookie"]
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/console"} <= set(cookie.split("; "))
