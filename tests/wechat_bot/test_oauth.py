"""Signing in on the pages inside WeChat: who is let in, and who is not."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.h5 import Browser

PAGE = "/m/me"
DESK = "http://desk.test"


@pytest.fixture
def town(build, tmp_path):
    house = build()
    path = tmp_path / "roster.csv"
    path.write_text(
        "许可证号,店名,店主,手机,地址,片区,客户类型,客户经理,经理手机\n"
        "350802100001,城南便利店,王建国,13600008899,新罗区,城区一片,现代终端,陈志强,13900002201\n"
        "350802100002,老李食杂店,李福生,13600001234,新罗区,城区一片,普通终端,陈志强,13900002201\n",
        encoding="utf-8",
    )
    assert house.flask("people", "import", str(path)).exit_code == 0
    return house


def browser(house, name: str = "王建国", **more) -> Browser:
    return Browser(house, house.phone(name), **more)


@pytest.fixture
def wang(town):
    phone = town.phone("王建国")
    phone.follow()
    assert "已绑定" in phone.say("绑定 350802100001 8899").text
    return browser(town)


def back(address: str) -> str:
    """The address WeChat leads back to, as our path."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


@pytest.mark.on_sqlite
def test_a_page_learns_who_opened_it_and_its_address_is_clean(wang, town) -> None:
    asked = wang.sign_in_address(PAGE)
    assert asked.startswith("https://open.weixin.qq.com/connect/oauth2/authorize?")
    assert parse_qs(urlsplit(asked).query)["scope"] == ["snsapi_base"]
    came = wang.get(back(wang.phone.open(asked)))
    assert (came.status_code, came.headers["Location"]) == (303, PAGE)
    assert "城南便利店" in wang.open(PAGE)
    assert town.sim.count("/sns/oauth2/access_token") == 1
    wang.open(PAGE)
    assert town.sim.count("/sns/oauth2/access_token") == 1


@pytest.mark.on_sqlite
def test_after_twelve_hours_it_is_asked_again(wang, town) -> None:
    wang.open(PAGE)
    town.clock.advance(timedelta(hours=11, minutes=59))
    assert wang.get(PAGE).status_code == 200
    town.clock.advance(timedelta(minutes=2))
    assert wang.get(PAGE).status_code == 303


@pytest.mark.on_sqlite
@pytest.mark.parametrize("state", ["", "forged", "öß"])
def test_a_forged_state_opens_nothing_and_spends_no_code(wang, town, state) -> None:
    returned = urlsplit(wang.phone.open(wang.sign_in_address(PAGE)))
    code = parse_qs(returned.query)["code"][0]
    answer = wang.get("/m/oauth", query_string={"code": code, "state": state})
    assert answer.status_code == 403
    assert town.sim.count("/sns/oauth2/access_token") == 0
    assert wang.get(PAGE).status_code == 303


@pytest.mark.on_sqlite
def test_the_state_of_another_browser_opens_nothing(wang, town) -> None:
    stranger = browser(town, "路人")
    lure = back(stranger.phone.open(stranger.sign_in_address(PAGE)))
    assert wang.get(lure).status_code == 403
    assert wang.get(PAGE).status_code == 303


@pytest.mark.on_sqlite
def test_a_second_tap_back_or_a_doubled_redirect_goes_on_to_the_page(wang, town) -> None:
    address = back(wang.phone.open(wang.sign_in_address(PAGE)))
    assert wang.get(address).headers["Location"] == PAGE
    for later in (timedelta(0), timedelta(minutes=11), timedelta(hours=11)):
        town.clock.advance(later)
        again = wang.get(address)
        assert (again.status_code, again.headers["Location"]) == (303, PAGE)
    assert town.sim.count("/sns/oauth2/access_token") == 1, "a code is exchanged once"


@pytest.mark.on_sqlite
def test_a_used_way_of_somebody_not_signed_in_any_more_begins_anew(wang, town) -> None:
    address = back(wang.phone.open(wang.sign_in_address(PAGE)))
    wang.get(address)
    town.clock.advance(timedelta(hours=13))
    anew = wang.get(address)
    assert anew.status_code == 303 and anew.headers["Location"].startswith("https://open.weixin.qq.com/")
    assert wang.get(back(wang.phone.open(anew.headers["Location"]))).headers["Location"] == PAGE
    assert wang.get(PAGE).status_code == 200
    # An old way that was never walked begins anew too: its code is not good any more.
    old = browser(town)
    late = back(old.phone.open(old.sign_in_address(PAGE)))
    town.clock.advance(timedelta(minutes=11))
    assert old.get(late).headers["Location"].startswith("https://open.weixin.qq.com/")


@pytest.mark.on_sqlite
def test_somebody_signed_in_goes_on_whatever_becomes_of_another_code(wang, town) -> None:
    page = f"{PAGE}?from=menu"
    ways = [back(wang.phone.open(wang.sign_in_address(page))) for _ in range(3)]
    wang.open(PAGE)
    for way, code in zip(ways, (40163, 40029, None), strict=True):
        fault = "errcode" if code else "unreachable"
        town.sim.faults.add("/sns/oauth2/access_token", fault, value=code, times=1)
        asked = wang.get(way)
        assert (asked.status_code, asked.headers["Location"]) == (303, page)
    assert town.sim.count("/sns/oauth2/access_token") == 4


@pytest.mark.on_sqlite
def test_a_used_code_begins_again_once_and_not_for_ever(wang, town) -> None:
    town.sim.faults.add("/sns/oauth2/access_token", "errcode", value=40163, times=1)
    assert "城南便利店" in wang.open(PAGE)
    other = browser(town)
    town.sim.faults.add("/sns/oauth2/access_token", "errcode", value=40029, times=2)
    assert "过一会儿再试" in other.open(PAGE)
    assert other.page.status_code == 503
    assert "城南便利店" in other.open(PAGE)


@pytest.mark.on_sqlite
@pytest.mark.parametrize("fault", ["unreachable", "bare"])
def test_wechat_away_is_said_and_the_way_on_is_there(wang, town, fault) -> None:
    town.sim.faults.add("/sns/oauth2/access_token", fault, times=1)
    assert "重新打开" in wang.open(PAGE)
    assert f'href="{PAGE}"' in wang.page.text


@pytest.mark.on_sqlite
def test_a_virtual_account_is_nobody(wang) -> None:
    asked = wang.sign_in_address(PAGE).replace("snsapi_base", "snsapi_userinfo")
    answer = wang.get(back(wang.phone.open(asked, is_snapshot=True)))
    assert answer.status_code == 403
    assert "使用完整服务" in answer.text
    assert wang.get(PAGE).status_code == 303


@pytest.mark.on_sqlite
def test_outside_wechat_nothing_opens_and_it_says_how_to_open_it(town) -> None:
    outside = browser(town, agent="Mozilla/5.0 (Windows NT 10.0) Chrome/120")
    answer = outside.get(PAGE)
    assert answer.status_code == 403
    assert "请在微信里打开" in answer.text
    assert f"{town.settings.public_url}{PAGE}</p>" in answer.text
    assert '<section class="scan"><svg' in answer.text
    assert "请看这里" not in answer.text
    assert outside.get("/m/privacy").status_code == 200


@pytest.mark.on_sqlite
def test_on_the_desk_any_browser_opens_and_another_phone_is_asked_for_anew(build) -> None:
    house = build(wechat_oauth_base=DESK)
    phone = house.phone("王建国")
    phone.follow()
    desk = Browser(house, phone, agent="Mozilla/5.0 Chrome/120")
    assert desk.sign_in_address(PAGE).startswith(f"{DESK}/connect/oauth2/authorize?")
    assert "还没有绑定" in desk.open(PAGE)
    policy = desk.page.headers["Content-Security-Policy"]
    assert f"frame-ancestors 'self' {DESK}" in policy
    assert desk.get(PAGE, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
    from_there = {"Sec-Fetch-Site": "same-site"}
    # A page opened from over there is another phone's; the first one after signing in still comes from there.
    again = desk.get(PAGE, headers=from_there)
    assert again.status_code == 303
    desk.get(back(phone.open(again.headers["Location"])), headers=from_there)
    assert desk.get(PAGE, headers=from_there).status_code == 200
    assert desk.get(PAGE, headers=from_there).status_code == 303


@pytest.mark.on_sqlite
def test_a_stolen_form_token_does_not_fit_another_visitor(wang, town) -> None:
    town.phone("李福生").follow()
    town.phone("李福生").say("绑定 350802100002 1234")
    thief = browser(town, "李福生")
    wang.open("/m/me/unbind")
    thief.open("/m/me/unbind")
    stolen = thief.form()["form_token"]
    assert stolen != wang.form()["form_token"]
    for token in (stolen, "", "ö"):
        assert wang.post("/m/me/unbind", {"form_token": token}).status_code == 403
    assert wang.post("/m/me/unbind", {}).status_code == 403
    assert "城南便利店" in wang.open(PAGE)


@pytest.mark.on_sqlite
def test_a_form_posted_after_signing_out_leads_through_wechat_to_its_page(wang, town) -> None:
    wang.open("/m/me/unbind")
    town.clock.advance(timedelta(hours=13))
    assert wang.post("/m/me/unbind", wang.form(), headers={"X-Sent-By": "script"}).status_code == 401
    assert "要解绑城南便利店吗" in wang.send("")
    assert "城南便利店" in wang.open(PAGE)


@pytest.mark.on_sqlite
def test_words_posted_after_signing_out_come_back_to_be_copied(wang, town) -> None:
    wang.open("/m/me/unbind")
    town.clock.advance(timedelta(hours=13))
    told = wang.post("/m/me/unbind", {**wang.form(), "reason": "店<转让>给别人了，以后不做。"})
    assert told.status_code == 401
    assert "店&lt;转让&gt;给别人了，以后不做。</textarea>" in told.text
    assert "请先把下面的字复制下来" in told.text
    assert "再发一次" not in told.text


@pytest.mark.on_sqlite
def test_the_cookie_and_the_headers_keep_a_page_to_its_reader(build) -> None:
    house = build(public_url="https://shop.example.com")
    reader = browser(house)
    answer = reader.get(PAGE)
    cookie = answer.headers["Set-Cookie"]
    assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=Lax"))
    reader.open(PAGE)
    headers = reader.page.headers
    assert headers["Cache-Control"] == "no-store"
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'self';" in f"{policy};"
    assert "style=" not in reader.page.text
    assert "<script>" not in reader.page.text
