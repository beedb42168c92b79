"""Access tokens, tickets and quotas (wechat-platform.md §3, §10)."""

import pytest


def plain(api, **more):
    account = api.simulator.account
    given = {"grant_type": "client_credential", "appid": account.app_id, "secret": account.secret} | more
    return api.session.get(f"{api.base}/cgi-bin/token", params=given).json()


def test_the_stable_token_stays_the_same_until_its_last_five_minutes(api, clock):
    first = api.fetch_token()
    assert first["expires_in"] == 7200
    clock.advance(minutes=114)
    again = api.fetch_token()
    assert again == {"access_token": first["access_token"], "expires_in": 360}
    clock.advance(minutes=1)
    fresh = api.fetch_token()
    assert fresh["access_token"] != first["access_token"]
    assert fresh["expires_in"] == 7200


def test_the_old_stable_token_works_for_five_more_minutes(api, clock):
    api("user/get")
    clock.advance(minutes=116)
    fresh = api.fetch_token()["access_token"]
    assert "total" in api("user/get")
    clock.advance(minutes=4)
    assert api("user/get")["errcode"] == 42001
    api.token = fresh
    assert "total" in api("user/get")


def test_a_forced_refresh_kills_the_old_token_at_once(api):
    api("user/get")
    fresh = api.fetch_token(force_refresh=True)["access_token"]
    assert api("user/get")["errcode"] == 40001
    api.token = fresh
    assert "total" in api("user/get")


def test_forcing_needs_thirty_seconds_between_and_twenty_a_day(api, clock):
    assert "access_token" in api.fetch_token(force_refresh=True)
    assert api.fetch_token(force_refresh=True)["errcode"] == 45011
    for _ in range(19):
        clock.advance(seconds=30)
        assert "access_token" in api.fetch_token(force_refresh=True)
    clock.advance(seconds=30)
    assert api.fetch_token(force_refresh=True)["errcode"] == 45009


def test_each_plain_fetch_gives_a_new_token_and_the_old_lives_five_minutes(api, clock):
    api.token = plain(api)["access_token"]
    assert plain(api)["access_token"] != api.token
    clock.advance(minutes=4)
    assert "total" in api("user/get")
    clock.advance(minutes=1)
    assert api("user/get")["errcode"] == 42001


def test_the_tokens_of_the_two_endpoints_do_not_touch_each_other(api, clock):
    api("user/get")
    plain(api)
    plain(api)
    clock.advance(minutes=30)
    assert "total" in api("user/get")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"appid": "wx0"}, 40013), ({"secret": "f" * 32}, 40001), ({"secret": "short"}, 40125), ({"secret": ""}, 41004)],
)
def test_wrong_credentials_are_told_apart(api, wrong, code):
    assert api.fetch_token(**wrong)["errcode"] == code
    assert plain(api, **wrong)["errcode"] == code


def test_a_call_without_with_a_foreign_or_with_an_old_token_says_so(api, clock):
    url = f"{api.base}/cgi-bin/user/get"
    assert api.session.get(url).json()["errcode"] == 41001
    assert api.session.get(url, params={"access_token": "x"}).json()["errcode"] == 40014
    assert api.session.get(url, params={"access_token": "x" * 136}).json()["errcode"] == 40001
    api("user/get")
    clock.advance(hours=2)
    assert api("user/get")["errcode"] == 42001


def test_the_fetches_are_counted(sim, api):
    api.fetch_token()
    api.fetch_token()
    plain(api)
    assert sim.world.token_fetches == {"stable_token": 2, "token": 1}


def test_a_refusal_ends_in_the_requests_id_which_can_be_looked_up(api):
    refusal = api("message/mass/get", {"msg_id": 1})
    rid = refusal["errmsg"].partition("rid: ")[2]
    assert refusal["errcode"] == 40059
    assert '"msg_id": 1' in api("openapi/rid/get", {"rid": rid})["request"]["request_body"]


def test_bad_json_an_empty_body_and_escaped_chinese_are_refused(api):
    assert api("tags/create", raw=b"{")["errcode"] == 47001
    assert api("tags/create", raw=b"")["errcode"] == 44002
    assert api("tags/create", raw=b'{"tag": {"name": "\\u5e97"}}')["errcode"] == 40033
    assert "tag" in api("tags/create", raw=b'{"tag": {"name": "a\\u0022b"}}')


def test_the_wrong_method_and_an_unknown_path_are_refused(api):
    assert api("tags/create")["errcode"] == 43002
    assert api("user/get", {})["errcode"] == 43001
    assert api("no/such")["errcode"] == 40066


def test_a_daily_quota_ends_and_begins_anew_at_midnight_in_shanghai(sim, api, clock):
    sim.set_quota("/cgi-bin/user/get", 2)
    assert [api("user/get").get("errcode", 0) for _ in range(3)] == [0, 0, 45009]
    quota = api("openapi/quota/get", {"cgi_path": "/cgi-bin/user/get"})["quota"]
    assert quota == {"daily_limit": 2, "used": 2, "remain": 0}
    clock.advance(hours=15)
    api.token = None
    assert "total" in api("user/get")


def test_the_default_quotas_are_those_of_the_table(api):
    def limit(path):
        return api("openapi/quota/get", {"cgi_path": path})["quota"]["daily_limit"]

    assert limit("/cgi-bin/token") == 2000
    assert limit("/cgi-bin/user/get") == 500
    assert limit("/cgi-bin/message/custom/send") == 500_000
    assert limit("/cgi-bin/message/mass/send") == 100
    assert limit("/cgi-bin/freepublish/delete") == 10


def test_quotas_can_be_cleared_ten_times_a_month_both_ways_together(sim, api):
    app_id, secret = sim.account.app_id, sim.account.secret
    sim.set_quota("/cgi-bin/user/get", 1)
    for turn in range(10):
        assert api("user/get").get("errcode", 0) == 0
        assert api("user/get")["errcode"] == 45009
        if turn % 2:
            assert api("clear_quota", {"appid": app_id})["errcode"] == 0
        else:
            url = f"{api.base}/cgi-bin/clear_quota/v2"
            assert api.session.post(url, params={"appid": app_id, "appsecret": secret}).json()["errcode"] == 0
    assert api("clear_quota", {"appid": app_id})["errcode"] == 48006


def test_the_page_ticket_is_the_same_for_two_hours(api, clock):
    first = api.get("/cgi-bin/ticket/getticket", type="jsapi").json()
    assert first["expires_in"] == 7200
    clock.advance(hours=1)
    assert api.get("/cgi-bin/ticket/getticket", type="jsapi").json()["ticket"] == first["ticket"]
    clock.advance(hours=1)
    api.token = None
    assert api.get("/cgi-bin/ticket/getticket", type="jsapi").json()["ticket"] != first["ticket"]


def test_the_platforms_addresses_and_the_reachability_test_are_there(api):
    assert api("getcallbackip")["ip_list"]
    assert set(api("callback/check", {"action": "all"})) == {"dns", "ping"}
