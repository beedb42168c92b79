"""What the table of `tests/test_access.py` does not say: another area, phones, headers, the audit log."""

import re
from datetime import timedelta

import pytest

from people.models import Area


@pytest.mark.on_sqlite
def test_the_sign_in_form_needs_the_token_of_its_browser(office) -> None:
    browser, other = office.browser(), office.browser()
    browser.get("/console/sign-in")
    other.get("/console/sign-in")
    form = {"name": "admin", "password": "x"}
    assert browser.post("/console/sign-in", form, token=other.token).status_code == 400
    assert browser.post("/console/sign-in", form, token="").status_code == 400
    assert browser.post("/console/sign-in", form).status_code in (400, 422)


@pytest.mark.on_sqlite
def test_a_script_may_send_the_form_token_in_a_header(office) -> None:
    browser = office.browser("market")
    assert browser.client.post("/console/sign-out", headers={"X-Form-Token": "x"}).status_code == 400
    assert browser.client.post("/console/sign-out", headers={"X-Form-Token": browser.token}).status_code == 303


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


@pytest.mark.on_sqlite
def test_who_may_not_see_phones_sees_none_and_cannot_search_them(office) -> None:
    intern, market = office.browser("intern"), office.browser("market")
    for path in ("/console/people", "/console/people/shops/350802100001"):
        assert "13600008899" not in intern.get(path).text
        assert "136****8899" in intern.get(path).text
        assert "13600008899" in market.get(path).text
    assert "没有符合的店" in intern.get("/console/people?search=13600008899").text
    assert [entry.about for entry in office.audited("shop.see")] == ["shop:350802100001"] * 3
    assert len(office.audited("roster.see")) == 1


@pytest.mark.on_sqlite
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


@pytest.mark.on_sqlite
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


def test_the_audit_log_leaves_out_what_was_only_looked_at_and_is_narrowed_by_day_person_and_kind(office) -> None:
    market, admin = office.browser("market"), office.browser("admin")
    market.get("/console/people?search=老李")
    market.post("/console/people/tags/new", {"name": "昨天的"})
    office.house.later(days=1)
    market.sign_in("market")
    market.get("/console/people/tags")
    assert market.post("/console/people/tags/new", {"name": "今天的"}).status_code == 303
    office.house.flask("console", "name-user", "market", "何佳怡")
    admin.sign_in("admin")

    def shown(asked: str) -> list[str]:
        page = admin.get(f"/console/audit?{asked}").text
        return re.findall(r"昨天的|今天的|老李|何佳怡(?=</td>)", page.partition("<tbody>")[2])

    market_id = str(next(entry.user_id for entry in office.audited("tag.save")))
    yesterday, today = (
        (office.house.clock() - timedelta(days=ago)).astimezone(office.house.services.zone).date() for ago in (1, 0)
    )
    assert shown("") == ["何佳怡", "今天的", "昨天的"]
    assert 'placeholder="哪一天"' in admin.get("/console/audit").text, (
        "a field without a label beside it says what it is"
    )
    said = re.findall(r"(今天|昨天) \d\d:\d\d</td>", admin.get("/console/audit").text)
    assert said[0] == "今天" and said[-1] == "昨天", "days are said as people say them"
    assert shown("views=yes") == ["何佳怡", "今天的", "昨天的", "老李"]
    assert shown(f"who={market_id}") == ["今天的", "昨天的"] and shown("who=command") == ["何佳怡"]
    assert shown(f"day={yesterday}") == ["昨天的"] and shown(f"day={today}&who={market_id}") == ["今天的"]
    assert shown(f"did=roster.see&day={yesterday}") == ["老李"] and shown("day=2001年1月1日") == []
    assert "何佳怡（market）" in admin.get("/console/audit?day=9999-12-31&who=999999").text
