"""The front desk: nobody leaves without a way on."""

from datetime import date
from typing import Any

import pytest

from people import texts
from people.models import Area
from wechat_bot.messages import Image, Voice


def test_who_follows_is_told_how_to_bind(passer_by: Any) -> None:
    assert passer_by.follow() == (
        "您好，这里是新罗烟草服务号。\n"
        "请先绑定您的店：回复“绑定 许可证号 手机后四位”，例如：绑定 350802100001 8899\n"
        "也可以扫客户经理给您的二维码，一步完成。回复“人工”可直接留言。"
    )


def test_who_comes_back_is_greeted_by_name(lao_li: Any) -> None:
    lao_li.bind("token-of-lao-li")
    assert lao_li.follow().startswith(
        "李老板，欢迎回来。您绑定的店是李记便利店。您的客户经理是陈志强 13900002201。\n有一份调查"
    )


def test_an_unknown_scene_is_a_welcome(passer_by: Any) -> None:
    assert passer_by.follow("promo-7").startswith("您好，这里是新罗烟草服务号。")


def test_help_is_the_short_menu_and_a_person(lao_li: Any, passer_by: Any) -> None:
    lao_li.bind("token-of-lao-li")
    assert lao_li.say("帮助") == "回复数字即可：1 填写调查 2 学习\n找人帮忙请回复“人工”。"
    assert "绑定您的店" in passer_by.say("？")


def test_help_in_the_middle_of_a_talk_says_how_to_go_on(lao_li: Any) -> None:
    lao_li.bind("token-of-lao-li")
    lao_li.say("1")
    assert lao_li.say("?").startswith("您有一件事还没做完，回复“继续”接着来。")
    assert lao_li.say("继续") == "调查开始"


def test_a_person_is_the_manager_in_charge_and_the_deputy_on_leave(lao_li: Any, town: Any) -> None:
    lao_li.bind("token-of-lao-li")
    assert lao_li.say("人工") == "您的客户经理是陈志强，电话 13900002201，着急请直接打。"
    area = town.session.get(Area, town.city)
    area.deputy_id, area.deputy_from_on, area.deputy_until_on = town.lin, date(2026, 9, 1), date(2026, 9, 7)
    assert lao_li.say("人工") == "您的客户经理是林小燕，电话 13900002202，着急请直接打。"


def test_a_person_for_somebody_unknown_is_found_by_binding(passer_by: Any) -> None:
    assert passer_by.say("人工") == texts.PERSON_FOR_NOBODY


@pytest.mark.parametrize(("said", "heard"), [("谢谢", texts.THANKS), ("好的", texts.THANKS)])
def test_thanks_get_one_kind_line_and_no_menu(lao_li: Any, said: str, heard: str) -> None:
    assert lao_li.say(said) == heard


def test_a_greeting_gets_the_help(lao_li: Any) -> None:
    assert lao_li.say("在吗?").startswith("您好，请说。")


def test_what_nobody_understands_gets_the_ways_on(lao_li: Any, passer_by: Any) -> None:
    lao_li.bind("token-of-lao-li")
    assert lao_li.say("哈密瓜") == "没看懂您的意思。回复 1 调查 2 学习，找人请回复“人工”。"
    assert "绑定 许可证号 手机后四位" in passer_by.say("哈密瓜")


def test_a_digit_that_is_no_number_is_answered_too(lao_li: Any) -> None:
    lao_li.bind("token-of-lao-li")
    assert lao_li.say("❶") == lao_li.say("⓵⓶") == lao_li.say("哈密瓜")


def test_pictures_and_voices_with_nothing_running_are_answered_kindly(lao_li: Any) -> None:
    lao_li.bind("token-of-lao-li")
    assert lao_li.send(Image, media_id="m", picture_url="") == (
        "图片收到了，不过现在没有要用它的地方，请用文字告诉我们。回复 1 调查 2 学习，找人请回复“人工”。"
    )
    assert lao_li.send(Voice, media_id="m", format="amr").startswith("语音收到了")
