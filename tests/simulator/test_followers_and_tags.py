"""Followers, tags and their limits (wechat-platform.md §8)."""

import pytest


@pytest.fixture
def tag(api):
    return lambda name: api("tags/create", {"tag": {"name": name}})["tag"]["id"]


def test_followers_are_listed_ten_thousand_a_page_and_the_last_page_has_no_data(sim, api):
    sim.follow_many(10_001)
    first = api.get("/cgi-bin/user/get").json()
    assert (first["total"], first["count"], len(first["data"]["openid"])) == (10_001, 10_000, 10_000)
    second = api.get("/cgi-bin/user/get", next_openid=first["next_openid"]).json()
    assert second["count"] == 1
    third = api.get("/cgi-bin/user/get", next_openid=second["next_openid"]).json()
    assert "data" not in third
    assert api.get("/cgi-bin/user/get", next_openid="nobody").json()["errcode"] == 40003


def test_a_follower_is_described_without_name_or_picture(sim, api, clock):
    li = sim.phone("老李")
    li.follow(scene="shop:12")
    info = api.get("/cgi-bin/user/info", openid=li.openid).json()
    assert info["subscribe"] == 1
    assert info["subscribe_time"] == int(clock().timestamp())
    assert (info["subscribe_scene"], info["qr_scene"], info["qr_scene_str"]) == ("ADD_SCENE_QR_CODE", 0, "shop:12")
    assert "nickname" not in info
    li.unfollow()
    assert api.get("/cgi-bin/user/info", openid=li.openid).json() == {"subscribe": 0, "openid": li.openid}
    assert api.get("/cgi-bin/user/info", openid="o" * 28).json()["errcode"] == 40003


def test_a_hundred_followers_are_described_at_once_and_no_more(sim, api):
    openids = [phone.openid for phone in sim.follow_many(101)]
    asked = [{"openid": openid, "lang": "zh_CN"} for openid in openids]
    assert len(api("user/info/batchget", {"user_list": asked[:100]})["user_info_list"]) == 100
    assert api("user/info/batchget", {"user_list": asked})["errcode"] == 40032


def test_a_remark_has_fewer_than_thirty_characters(api, li):
    assert api("user/info/updateremark", {"openid": li.openid, "remark": "店" * 29})["errcode"] == 0
    assert api("user/info/updateremark", {"openid": li.openid, "remark": "店" * 30})["errcode"] == 45002
    assert api.get("/cgi-bin/user/info", openid=li.openid).json()["remark"] == "店" * 29


def test_a_tag_is_made_renamed_counted_and_deleted(api, li, tag):
    number = tag("城区一片")
    api("tags/members/batchtagging", {"openid_list": [li.openid], "tagid": number})
    assert api("tags/update", {"tag": {"id": number, "name": "城区二片"}})["errcode"] == 0
    assert {"id": number, "name": "城区二片", "count": 1} in api("tags/get")["tags"]
    assert api("tags/getidlist", {"openid": li.openid})["tagid_list"] == [number]
    assert api("user/tag/get", {"tagid": number, "next_openid": ""})["data"]["openid"] == [li.openid]
    assert api("tags/delete", {"tag": {"id": number}})["errcode"] == 0
    assert api("tags/getidlist", {"openid": li.openid})["tagid_list"] == []


def test_tag_names_are_unique_and_short_and_there_are_a_hundred(api, tag):
    tag("甲")
    assert api("tags/create", {"tag": {"name": "甲"}})["errcode"] == 45157
    assert api("tags/create", {"tag": {"name": "甲" * 11}})["errcode"] == 45158  # 33 bytes
    tag("甲" * 10)
    for number in range(98):
        tag(f"片区{number}")
    assert api("tags/create", {"tag": {"name": "多一个"}})["errcode"] == 45056


def test_the_platforms_own_tags_and_unknown_ones_are_refused(api, li):
    assert api("tags/update", {"tag": {"id": 2, "name": "我的"}})["errcode"] == 45058
    assert api("tags/delete", {"tag": {"id": 0}})["errcode"] == 45058
    assert api("tags/members/batchtagging", {"openid_list": [li.openid], "tagid": 999})["errcode"] == 45159


def test_a_follower_bears_twenty_tags(api, li, tag):
    def give(number):
        return api("tags/members/batchtagging", {"openid_list": [li.openid], "tagid": number})["errcode"]

    numbers = [tag(f"类{number}") for number in range(21)]
    assert [give(number) for number in numbers] == [0] * 20 + [45059]
    assert give(numbers[0]) == 0
    assert api("tags/members/batchuntagging", {"openid_list": [li.openid], "tagid": numbers[0]})["errcode"] == 0
    assert give(numbers[20]) == 0


def test_fifty_are_tagged_at_once_and_only_followers(sim, api, tag):
    number, phones = tag("甲"), sim.follow_many(51)
    openids = [phone.openid for phone in phones]
    assert api("tags/members/batchtagging", {"openid_list": openids, "tagid": number})["errcode"] == 40032
    assert api("tags/members/batchtagging", {"openid_list": openids[:50], "tagid": number})["errcode"] == 0
    assert api("tags/members/batchtagging", {"openid_list": [], "tagid": number})["errcode"] == 40032
    assert api("tags/members/batchtagging", {"openid_list": ["x"], "tagid": number})["errcode"] == 40003
    phones[50].unfollow()
    assert api("tags/members/batchtagging", {"openid_list": openids[50:], "tagid": number})["errcode"] == 49003


def test_a_tag_of_more_than_a_hundred_thousand_cannot_be_deleted(sim, api, tag):
    number = tag("大")
    sim.world.tags[number].members = {str(n): None for n in range(100_001)}
    assert api("tags/delete", {"tag": {"id": number}})["errcode"] == 45057


def test_the_same_name_has_the_same_openid_in_another_run(make):
    assert make()[0].phone("老李").openid == make()[0].phone("老李").openid
    assert make()[0].phone("老李").openid != make(app_id="wx2")[0].phone("老李").openid
