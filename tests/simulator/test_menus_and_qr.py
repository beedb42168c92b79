"""Menus and QR codes (wechat-platform.md §9)."""

import pytest

from simulator.handset import NotPossible

CLICK = {"type": "click", "name": "调查", "key": "survey"}


def create(api, *buttons):
    return api("menu/create", {"button": list(buttons)})["errcode"]


@pytest.mark.parametrize(
    ("buttons", "code"),
    [
        ([CLICK] * 4, 40016),
        ([], 40016),
        ([CLICK | {"name": "六个汉字太长"}], 40018),
        ([CLICK | {"type": "dance"}], 40017),
        ([CLICK | {"key": "k" * 129}], 40019),
        ([{"type": "view", "name": "网", "url": "http://a.cn/" + "x" * 1013}], 40020),
        ([{"name": "服务", "sub_button": [CLICK] * 6}], 40023),
        ([{"name": "服务", "sub_button": [CLICK | {"name": "字" * 21}]}], 40025),
        ([{"name": "服务", "sub_button": [{"type": "click", "name": "无"}]}], 40026),
        ([{"name": "服务", "sub_button": [{"type": "view", "name": "无"}]}], 40027),
    ],
)
def test_the_limits_of_a_menu_are_kept(api, buttons, code):
    assert create(api, *buttons) == code


def test_a_menu_is_replaced_read_and_deleted(api, li):
    assert api("menu/get")["errcode"] == 46003
    assert create(api, CLICK) == 0
    assert create(api, {"name": "服务", "sub_button": [CLICK | {"name": "字" * 20}]}) == 0
    assert api("menu/get")["menu"]["button"][0]["name"] == "服务"
    assert li.menu[0]["name"] == "服务"
    assert api("menu/delete")["errcode"] == 0
    assert li.menu == []


def test_buttons_are_tapped_by_their_names(api, li, shop):
    view = {"type": "view", "name": "网页", "url": "http://a.cn/"}
    create(api, {"name": "服务", "sub_button": [CLICK, view]}, {"type": "pic_weixin", "name": "图", "key": "p"},
           {"type": "location_select", "name": "位置", "key": "l"})  # fmt: skip
    assert li.tap_menu("服务", "调查").text == "听到event"
    assert (shop.heard[-1]["Event"], shop.heard[-1]["EventKey"]) == ("CLICK", "survey")
    li.tap_menu("服务/网页")
    assert (shop.heard[-1]["Event"], shop.heard[-1]["EventKey"], shop.heard[-1]["MenuId"]) == (
        "VIEW", "http://a.cn/", "1")  # fmt: skip
    before = len(shop.heard)
    assert li.tap_menu("服务") == []
    assert len(shop.heard) == before
    li.tap_menu("图")
    assert [heard.get("Event", heard["MsgType"]) for heard in shop.heard[-2:]] == ["pic_weixin", "image"]
    li.tap_menu("位置")
    assert [heard.get("Event", heard["MsgType"]) for heard in shop.heard[-2:]] == ["location_select", "location"]
    with pytest.raises(NotPossible):
        li.tap_menu("服务", "没有")


@pytest.fixture
def manager(sim, api):
    """陈经理 with a tag, and the tag's number."""
    phone = sim.phone("陈经理")
    phone.follow()
    number = api("tags/create", {"tag": {"name": "经理"}})["tag"]["id"]
    api("tags/members/batchtagging", {"openid_list": [phone.openid], "tagid": number})
    return phone, number


def test_a_conditional_menu_is_for_those_with_the_tag(api, li, manager):
    phone, number = manager
    rule = {"button": [CLICK | {"name": "收件箱"}], "matchrule": {"tag_id": str(number)}}
    assert api("menu/addconditional", rule)["errcode"] == 65303
    create(api, CLICK)
    menu_id = api("menu/addconditional", rule)["menuid"]
    assert phone.menu[0]["name"] == "收件箱"
    assert li.menu[0]["name"] == "调查"
    assert api("menu/trymatch", {"user_id": phone.openid})["button"][0]["name"] == "收件箱"
    assert str(api("menu/get")["conditionalmenu"][0]["menuid"]) == menu_id
    assert api("menu/delconditional", {"menuid": menu_id})["errcode"] == 0
    assert api("menu/delconditional", {"menuid": menu_id})["errcode"] == 65301
    assert phone.menu[0]["name"] == "调查"


def test_the_newest_rule_and_the_tag_given_last_win(api, manager):
    phone, number = manager
    create(api, CLICK)
    other = api("tags/create", {"tag": {"name": "主任"}})["tag"]["id"]
    for name, tag in (("旧", number), ("新", number), ("主任", other)):
        api("menu/addconditional", {"button": [CLICK | {"name": name}], "matchrule": {"tag_id": tag}})
    assert phone.menu[0]["name"] == "新"
    api("tags/members/batchtagging", {"openid_list": [phone.openid], "tagid": other})
    assert phone.menu[0]["name"] == "主任"


def test_rules_of_sex_or_region_empty_rules_and_unknown_tags_are_refused(api):
    create(api, CLICK)
    for rule, code in (({"sex": "1"}, 65320), ({}, 65304), ({"tag_id": "999"}, 40050)):
        assert api("menu/addconditional", {"button": [CLICK], "matchrule": rule})["errcode"] == code


def test_deleting_the_menu_takes_the_conditional_ones_along(api, manager):
    create(api, CLICK)
    api("menu/addconditional", {"button": [CLICK], "matchrule": {"tag_id": manager[1]}})
    api("menu/delete")
    create(api, CLICK)
    assert "conditionalmenu" not in api("menu/get")


def qr(api, action, scene, **more):
    return api("qrcode/create", {"action_name": action, "action_info": {"scene": scene}} | more)


@pytest.mark.parametrize(
    ("action", "scene", "code"),
    [
        ("QR_SCENE", {"scene_id": 0}, 40053),
        ("QR_SCENE", {"scene_id": 2**32}, 40053),
        ("QR_LIMIT_SCENE", {"scene_id": 100_001}, 40053),
        ("QR_STR_SCENE", {"scene_str": ""}, 40053),
        ("QR_STR_SCENE", {"scene_str": "x" * 65}, 40053),
        ("QR_DANCE", {"scene_str": "x"}, 40053),
    ],
)
def test_the_limits_of_a_scene_are_kept(api, action, scene, code):
    assert qr(api, action, scene)["errcode"] == code


def test_the_four_kinds_of_codes_are_made(api):
    assert qr(api, "QR_SCENE", {"scene_id": 2**32 - 1})["expire_seconds"] == 60
    assert qr(api, "QR_STR_SCENE", {"scene_str": "x" * 64}, expire_seconds=2_592_000)["expire_seconds"] == 2_592_000
    assert qr(api, "QR_STR_SCENE", {"scene_str": "x"}, expire_seconds=2_592_001)["errcode"] == 40035
    assert "expire_seconds" not in qr(api, "QR_LIMIT_SCENE", {"scene_id": 100_000})
    assert "expire_seconds" not in qr(api, "QR_LIMIT_STR_SCENE", {"scene_str": "shop:12"})


def test_a_stranger_scanning_follows_and_a_follower_is_recognized(sim, api, shop):
    ticket = qr(api, "QR_LIMIT_STR_SCENE", {"scene_str": "shop:12"})["ticket"]
    li = sim.phone("老李")
    li.scan(ticket)
    first = shop.heard[-1]
    assert (first["Event"], first["EventKey"], first["Ticket"]) == ("subscribe", "qrscene_shop:12", ticket)
    li.scan("shop:12")
    second = shop.heard[-1]
    assert (second["Event"], second["EventKey"], second["Ticket"]) == ("SCAN", "shop:12", ticket)


def test_a_temporary_code_expires(api, li, clock):
    qr(api, "QR_SCENE", {"scene_id": 7}, expire_seconds=30)
    clock.advance(seconds=29)
    li.scan(7)
    clock.advance(seconds=1)
    with pytest.raises(NotPossible):
        li.scan(7)


def test_the_picture_of_a_code_is_shown_and_a_foreign_ticket_is_not_found(api):
    ticket = qr(api, "QR_LIMIT_STR_SCENE", {"scene_str": "shop:12"})["ticket"]
    assert api.get("/cgi-bin/showqrcode", ticket=ticket).content.startswith(b"\x89PNG")
    assert api.get("/cgi-bin/showqrcode", ticket="no").status_code == 404
    # The API's host shows none.
    shown = api.session.get(f"{api.base}/cgi-bin/showqrcode", params={"ticket": ticket})
    assert not shown.content.startswith(b"\x89PNG")
