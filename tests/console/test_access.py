"""Who gets what: every address of the console as each role, from another area, signed out, with a stolen token."""

import pytest

from console import door
from console.rules import Permission
from people.models import Area

EVERYBODY = "admin market zhou chen intern"
#: Every endpoint, and who may open it. A new one must be written down here.
ACCESS = {
    "console.home": EVERYBODY,
    "console.sign_out": EVERYBODY,
    "console.password": EVERYBODY,
    "console.session_list": EVERYBODY,
    "console.end_session": EVERYBODY,
    "console.task_list": EVERYBODY,
    "console.task": EVERYBODY,
    "console.task_progress": EVERYBODY,
    "console.task_file": EVERYBODY,
    "console.audit_log": "admin",
    "people_pages.roster": EVERYBODY,
    "people_pages.shop": EVERYBODY,
    "people_pages.export": "admin market zhou",
    "people_pages.upload": "admin market",
    "people_pages.template_file": "admin market",
    "people_pages.preview": "admin market",
    "people_pages.confirm": "admin market",
    "people_pages.area_list": EVERYBODY,
    "people_pages.area": "admin market zhou",
    "people_pages.tag_shop": "admin market zhou chen",
    "people_pages.audience_list": EVERYBODY,
    "people_pages.audience": EVERYBODY,
    "people_pages.new_audience": "admin market zhou chen",
    "people_pages.look_at_audience": "admin market zhou chen",
    "people_pages.edit_audience": "admin market zhou chen",
    "people_pages.delete_audience": "admin market zhou chen",
    "people_pages.tag_list": EVERYBODY,
    "people_pages.new_tag": "admin market",
    "people_pages.mirror_tags": "admin market",
    "people_pages.change_tag": "admin market",
    "people_pages.delete_tag": "admin market",
    "people_pages.tag_many": "admin market zhou chen",
    "people_pages.print_codes": "admin market zhou chen",
    "people_pages.delivery_list": "admin market",
    "people_pages.settle_delivery": "admin market",
    "people_pages.cancel_deliveries": "admin market",
    "people_pages.user_list": "admin",
    "people_pages.new_user": "admin",
    "people_pages.user": "admin",
    "people_pages.reset": "admin",
    "people_pages.disable": "admin",
    "people_pages.enable": "admin",
    "surveys_pages.survey_list": EVERYBODY,
    "surveys_pages.upload": "admin market",
    "surveys_pages.upload_again": "admin market",
    "surveys_pages.template_file": "admin market",
    "surveys_pages.start": "admin market",
    "surveys_pages.edit": "admin market",
    "surveys_pages.preview": "admin market",
    "surveys_pages.copy": "admin market",
    "surveys_pages.discard": "admin market",
    "surveys_pages.draft_file": "admin market",
    "surveys_pages.versions": EVERYBODY,
    "surveys_pages.survey": EVERYBODY,
    "surveys_pages.publish": "admin market",
    "surveys_pages.close": "admin market",
    "surveys_pages.waves": EVERYBODY,
    "surveys_pages.invite": "admin market",
    "surveys_pages.set_results": "admin market",
    "surveys_pages.wave": EVERYBODY,
    "surveys_pages.steer": "admin market",
    "surveys_pages.export": "admin market",
    "surveys_pages.live": EVERYBODY,
    "surveys_pages.data": EVERYBODY,
}
VALUES = {
    "licence": "350802100001",
    "area_id": 1,
    **{f"{name}_id": 99 for name in ("task", "session", "user", "survey", "audience", "tag", "delivery")},
    "number": 9,
}


def addresses(app) -> list[tuple[str, str, str]]:
    """Endpoint, method and address of everything under /console."""
    found = []
    urls = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(door.PREFIX):
            path = urls.build(rule.endpoint, {name: VALUES[name] for name in rule.arguments})
            found += [(rule.endpoint, method, path) for method in sorted(rule.methods & {"GET", "POST"})]
    return found


def test_every_address_declares_who_may_open_it(house) -> None:
    endpoints = {endpoint for endpoint, _, _ in addresses(house.app)}
    assert [endpoint for endpoint in endpoints if door.rule_of(house.app, endpoint) is None] == []
    anyone = {each for each in endpoints if door.rule_of(house.app, each).permission is Permission.ANYONE}
    assert anyone == {"console.sign_in"}
    assert endpoints - anyone == set(ACCESS)


def test_nobody_who_is_signed_out_gets_in(office) -> None:
    for endpoint, method, path in addresses(office.house.app):
        if endpoint == "console.sign_in":
            continue
        answer = office.browser().client.open(path, method=method, data={"form_token": "x"} if method == "POST" else {})
        assert answer.status_code == 303, (method, path)
        assert answer.location.startswith("/console/sign-in"), (method, path)
    assert office.browser().get("/console/no-such-page").status_code == 303


@pytest.mark.parametrize("name", EVERYBODY.split())
def test_each_role_gets_what_is_written_and_nothing_else(office, name) -> None:
    table = {}
    browser = office.browser(name)
    for endpoint, method, path in addresses(office.house.app):
        if endpoint in ("console.sign_in", "console.sign_out"):
            continue
        answer = browser.get(path) if method == "GET" else browser.post(path)
        assert answer.status_code < 500, (method, path, answer.text)
        assert answer.status_code != 400, (method, path)
        table[method, endpoint] = answer.status_code == 403
    for (method, endpoint), is_refused in table.items():
        assert is_refused == (name not in ACCESS[endpoint].split()), (method, endpoint)


def test_a_form_needs_the_token_of_its_own_session(office) -> None:
    thief, admin = office.browser("market"), office.browser("admin")
    posts = [(endpoint, path) for endpoint, method, path in addresses(office.house.app) if method == "POST"]
    for endpoint, path in posts:
        for token in ("", "0" * 64, thief.token):
            assert admin.client.post(path, data={"form_token": token}).status_code == 400, (endpoint, token)
    assert admin.get("/console/").status_code == 200
    assert thief.client.post("/console/sign-out", headers={"X-Form-Token": thief.token}).status_code == 303


def test_the_sign_in_form_needs_the_token_of_its_browser(office) -> None:
    browser, other = office.browser(), office.browser()
    browser.get("/console/sign-in")
    other.get("/console/sign-in")
    form = {"name": "admin", "password": "x"}
    assert browser.post("/console/sign-in", form, token=other.token).status_code == 400
    assert browser.post("/console/sign-in", form, token="").status_code == 400
    assert browser.post("/console/sign-in", form).status_code in (400, 422)


@pytest.mark.parametrize("name", ["zhou", "chen"])
def test_another_area_is_not_there(office, name) -> None:
    browser = office.browser(name)
    page = browser.get("/console/people").text
    assert "350802100001" in page
    assert "350802100003" not in page
    assert "江山片" not in page
    assert browser.get("/console/people/shops/350802100001").status_code == 200
    assert browser.get("/console/people/shops/350802100003").status_code == 404
    other = office.area("江山片")
    assert "没有符合的店" in browser.get(f"/console/people?area={other}").text
    assert "没有符合的店" in browser.get("/console/people?search=350802100003").text
    if name == "zhou":
        assert browser.get(f"/console/people/areas/{other}").status_code == 404
        assert browser.post(f"/console/people/areas/{other}", {"manager": "1"}).status_code == 404
        with office.house.look() as session:
            assert session.get_one(Area, other).manager_id == office.manager("林小燕")


def test_who_may_not_see_phones_sees_none_and_cannot_search_them(office) -> None:
    intern, market = office.browser("intern"), office.browser("market")
    for path in ("/console/people", "/console/people/shops/350802100001"):
        assert "13600008899" not in intern.get(path).text
        assert "136****8899" in intern.get(path).text
        assert "13600008899" in market.get(path).text
    assert "没有符合的店" in intern.get("/console/people?search=13600008899").text
    assert [entry.about for entry in office.audited("shop.see")] == ["shop:350802100001"] * 3
    assert len(office.audited("roster.see")) == 1


def test_every_answer_carries_the_headers_that_shut_scripts_out(office) -> None:
    for answer in (
        office.browser().get("/console/sign-in"),
        office.browser("admin").get("/console/"),
        office.browser("admin").get("/console/nowhere"),
    ):
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert " style=" not in answer.text
        assert " onclick=" not in answer.text
        assert "<script>" not in answer.text


def test_what_is_not_there_is_said_in_a_page_to_whoever_is_in_or_not(office) -> None:
    admin, nobody = office.browser("admin"), office.browser()
    for answer, code in (
        (admin.get("/console/nowhere"), 404),
        (admin.post("/console/people"), 405),
        (nobody.post("/console/sign-in"), 400),
    ):
        assert answer.status_code == code
        assert answer.text.count("回首页") == 1


def test_the_audit_log_says_who_did_what_from_where(office) -> None:
    admin = office.browser("admin")
    page = admin.get("/console/audit?did=sign_in").text
    assert "登录" in page
    assert "127.0.0.1" in page
    assert "没有记录" in admin.get("/console/audit?who=nobody").text
