"""A shopkeeper's own page inside WeChat, through the door."""

import pytest

from tests.h5 import Browser

ROSTER = """许可证号,店名,店主,手机,地址,片区,客户类型,客户经理,经理手机
350802100001,城南便利店,王建国,13600008899,新罗区,城区一片,现代终端,陈志强,13900002201
"""
SURVEY = """
title: 满意度调查
questions: [{code: q1, type: rating, text: 几分?}, {code: q2, type: rating, text: 再打几分?}]
"""


@pytest.fixture
def town(build, tmp_path):
    house = build()
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    (tmp_path / "survey.yaml").write_text(SURVEY, encoding="utf-8")
    assert house.flask("people", "import", str(tmp_path / "roster.csv")).exit_code == 0
    assert house.flask("surveys", "load", str(tmp_path / "survey.yaml")).exit_code == 0
    assert house.flask("surveys", "publish", "1").exit_code == 0
    return house


@pytest.fixture
def wang(town):
    phone = town.phone("王建国")
    phone.follow()
    phone.say("绑定 350802100001 8899")
    return Browser(town, phone)


def test_my_page_shows_my_shop_my_manager_and_what_waits(wang) -> None:
    said = wang.open("/m/me")
    assert "城南便利店" in said
    assert "350802100001" in said
    assert "陈志强" in said
    assert 'href="tel:13900002201"' in wang.page.text
    assert "满意度调查 还剩 2 题" in said
    assert 'href="/m/surveys/1"' in wang.page.text
    wang.open("/m/surveys/1")
    wang.send("begin")
    wang.send(option="5")
    assert "还剩 1 题" in wang.open("/m/me")
    wang.open("/m/surveys/1")
    wang.send(option="5")
    wang.send("finish")
    assert "满意度调查 已提交" in wang.open("/m/me")


@pytest.mark.on_sqlite
def test_who_is_bound_to_nothing_is_told_how(town) -> None:
    said = Browser(town, town.phone("路人")).open("/m/me")
    assert "还没有绑定店铺" in said
    assert "绑定 350802100001 8899" in said


@pytest.mark.on_sqlite
def test_a_manager_sees_the_office(town) -> None:
    invited = town.flask("people", "invite-manager", "13900002201").output
    chen = town.phone("陈志强")
    chen.follow()
    code = invited.split("绑定 ")[1].split("（")[0].split()[0]
    assert "客户经理" in chen.say(f"绑定 {code}").text
    browser = Browser(town, chen)
    assert "陈志强 客户经理 · 13900002201" in browser.open("/m/me")
    assert "要解绑客户经理陈志强吗" in browser.open("/m/me/unbind")


@pytest.mark.on_sqlite
def test_unbinding_asks_first_and_done_twice_is_done_once(wang, town) -> None:
    assert "要解绑城南便利店吗" in wang.open("/m/me/unbind")
    form = wang.form()
    assert "还没有绑定店铺" in wang.send("")
    assert wang.post("/m/me/unbind", form).status_code == 303
    assert "还没有绑定店铺" in wang.open("/m/me/unbind")
    assert wang.get("/m/me/unbind").status_code == 303
    assert "已绑定" in town.phone("王建国").say("绑定 350802100001 8899").text


def test_what_is_kept_is_told_to_everybody(town) -> None:
    anybody = Browser(town, town.phone("路人"), agent="curl")
    said = anybody.open("/m/privacy")
    assert "取消关注 30 天后" in said
    assert "不记名" in said


@pytest.mark.on_sqlite
def test_no_page_shows_one_shop_to_another(town, wang) -> None:
    wang.open("/m/me")
    stranger = Browser(town, town.phone("路人"))
    assert "城南便利店" not in stranger.open("/m/me")
    assert "要解绑" not in stranger.open("/m/me/unbind")
