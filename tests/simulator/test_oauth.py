"""Web authorization (wechat-platform.md §9)."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from simulator.errors import OAuthRefused


def link(sim, scope="snsapi_base", **more):
    query = {
        "appid": sim.account.app_id,
        "redirect_uri": "http://shop.cn/survey?id=12",
        "response_type": "code",
        "scope": scope,
        "state": "s1",
    }
    return "https://open.weixin.qq.com/connect/oauth2/authorize?" + urlencode(query | more) + "#wechat_redirect"


def code_of(url):
    return parse_qs(urlsplit(url).query)["code"][0]


def exchange(api, code, **more):
    account = api.simulator.account
    given = {"appid": account.app_id, "secret": account.secret, "code": code, "grant_type": "authorization_code"}
    return api.get("/sns/oauth2/access_token", **(given | more)).json()


def test_a_person_comes_back_with_code_and_state_and_is_known(sim, api, li):
    back = li.open(link(sim))
    assert back.startswith("http://shop.cn/survey?id=12&code=")
    assert parse_qs(urlsplit(back).query)["state"] == ["s1"]
    answer = exchange(api, code_of(back))
    assert (answer["openid"], answer["scope"], answer["expires_in"]) == (li.openid, "snsapi_base", 7200)


def test_a_code_is_good_once_and_for_five_minutes(sim, api, li, clock):
    code = code_of(li.open(link(sim)))
    exchange(api, code)
    assert exchange(api, code)["errcode"] == 40163
    late = code_of(li.open(link(sim)))
    clock.advance(minutes=5)
    assert exchange(api, late)["errcode"] == 40029
    assert exchange(api, "invented")["errcode"] == 40029


def test_a_wrong_secret_is_refused(sim, api, li):
    assert exchange(api, code_of(li.open(link(sim))), secret="f" * 32)["errcode"] == 40001


def test_names_are_for_the_wider_scope_only(sim, api, li):
    narrow = exchange(api, code_of(li.open(link(sim))))
    given = {"access_token": narrow["access_token"], "openid": li.openid}
    assert api.get("/sns/userinfo", **given).json()["errcode"] == 48001
    wide = exchange(api, code_of(li.open(link(sim, "snsapi_userinfo"))))
    given = {"access_token": wide["access_token"], "openid": li.openid}
    assert api.get("/sns/userinfo", **given).json()["nickname"] == "老李"
    assert api.get("/sns/userinfo", **(given | {"openid": "o" * 28})).json()["errcode"] == 40003


def test_a_snapshot_user_is_a_virtual_account(sim, api, li):
    answer = exchange(api, code_of(li.open(link(sim, "snsapi_userinfo"), is_snapshot=True)))
    assert answer["is_snapshotuser"] == 1
    assert answer["openid"] != li.openid
    assert "is_snapshotuser" not in exchange(api, code_of(li.open(link(sim), is_snapshot=True)))


def test_the_web_token_is_not_the_apis_and_lives_two_hours(sim, api, li, clock):
    answer = exchange(api, code_of(li.open(link(sim))))
    token, refresh = answer["access_token"], answer["refresh_token"]
    api.token = token
    assert api("user/get")["errcode"] == 40001
    given = {"access_token": token, "openid": li.openid}
    assert api.get("/sns/auth", **given).json()["errcode"] == 0
    clock.advance(hours=2)
    assert api.get("/sns/auth", **given).json()["errcode"] == 42001
    again = api.get("/sns/oauth2/refresh_token", appid=sim.account.app_id, refresh_token=refresh).json()
    given["access_token"] = again["access_token"]
    assert api.get("/sns/auth", **given).json()["errcode"] == 0
    clock.advance(days=30)
    late = api.get("/sns/oauth2/refresh_token", appid=sim.account.app_id, refresh_token=refresh).json()
    assert late["errcode"] == 42002
    bad = api.get("/sns/oauth2/refresh_token", appid=sim.account.app_id, refresh_token="x").json()
    assert bad["errcode"] == 40030


@pytest.mark.parametrize(
    "wrong", [{"appid": "wx0"}, {"redirect_uri": "shop.cn"}, {"response_type": "token"}, {"scope": "all"}]
)
def test_a_wrong_authorize_address_shows_an_error(sim, li, wrong):
    with pytest.raises(OAuthRefused):
        li.open(link(sim, **wrong))


def test_people_are_sent_back_only_to_the_configured_domain(make):
    sim, _, _ = make(oauth_domain="other.cn")
    with pytest.raises(OAuthRefused):
        sim.phone("老李").open(link(sim))


def test_a_subscription_account_has_no_web_authorization(make):
    sim, _, _ = make(kind="subscription")
    with pytest.raises(OAuthRefused):
        sim.phone("老李").open(link(sim))


def test_the_authorize_page_redirects_who_is_named(sim, api, li):
    answer = api.session.get(link(sim).replace("#", f"&simulator_openid={li.openid}#"), allow_redirects=False)
    assert answer.status_code == 302
    assert exchange(api, code_of(answer.headers["Location"]))["openid"] == li.openid
    unnamed = api.session.get(link(sim), allow_redirects=False)
    assert "请在微信客户端打开链接" in unnamed.text


def test_any_other_address_is_opened_as_it_is(li):
    assert li.open("http://shop.cn/") == "http://shop.cn/"
