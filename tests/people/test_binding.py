"""Binding and unbinding in the chat."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from foundation.errors import Refused
from people import actions, identity, rules, texts
from people.models import Binding, BindTries, LicenceTries, Manager
from wechat_bot.messages import Text

LICENCE, ENDING = "350802100001", "8899"


def test_a_licence_and_four_digits_bind_the_shop(lao_li: Any, town: Any, now: Any) -> None:
    assert lao_li.say("绑定 350802100001 8899") == (
        "已绑定：李记便利店（李大山）。您的客户经理是陈志强 13900002201。\n"
        "有一份调查等您填写。\n"
        "现在可以：1 填写调查 2 学习。回复数字即可。"
    )
    shop = identity.shop_of(town.session, lao_li.openid)
    assert shop is not None and shop.licence == LICENCE
    [binding] = town.session.scalars(select(Binding)).all()
    assert (binding.openid, binding.retailer_id, binding.how, binding.bound_at, binding.unbound_at) == (
        lao_li.openid,
        town.lao_li,
        "licence",
        now,
        None,
    )


@pytest.mark.parametrize(
    "said",
    [
        "绑定350802100001,8899",
        "“绑定 350802100001 8899”",
        "绑定：8899/350802100001",
        "350802100001 8899",
    ],
)
def test_however_it_is_written(lao_li: Any, said: str) -> None:
    assert lao_li.say(said).startswith("已绑定：李记便利店")


def test_following_by_the_printed_code_binds_in_one_step(lao_li: Any) -> None:
    assert lao_li.follow("bind:token-of-lao-li").startswith(
        "您好李老板，李记便利店已绑定成功，客户经理陈志强 13900002201 为您服务。\n有一份调查等您填写。"
    )


def test_scanning_once_more_is_answered_kindly(lao_li: Any, town: Any) -> None:
    lao_li.scan("bind:token-of-lao-li")
    assert lao_li.scan("bind:token-of-lao-li").startswith("李老板，您已经绑定了李记便利店，不用再绑。")
    assert lao_li.say("绑定").startswith("李老板，您已经绑定了李记便利店")
    assert town.session.scalar(select(func.count()).select_from(Binding)) == 1


def test_a_wrong_phone_and_a_wrong_licence_get_one_and_the_same_sentence(phone: Callable[[str], Any]) -> None:
    tries = (("a", f"绑定 {LICENCE} 0000"), ("b", "绑定 350802199999 8899"))
    answers = {phone(openid).say(said) for openid, said in tries}
    assert answers == {"许可证号和手机后四位对不上，请核对后再试（还可试 2 次），或回复“人工”请客户经理帮您绑定。"}


def test_three_wrong_tries_a_day_and_the_right_one_comes_too_late(lao_li: Any, town: Any) -> None:
    said = [lao_li.say(f"绑定 {LICENCE} 000{n}") for n in range(3)]
    assert ["还可试 2 次" in said[0], "还可试 1 次" in said[1], said[2]] == [True, True, texts.NO_MORE_TRIES]
    assert lao_li.say(f"绑定 {LICENCE} {ENDING}") == texts.NO_MORE_TRIES
    assert town.session.scalar(select(BindTries.count)) == 3
    lao_li.now += timedelta(hours=13)  # past midnight in Shanghai, not in UTC
    assert lao_li.say(f"绑定 {LICENCE} {ENDING}").startswith("已绑定")


def test_the_printed_code_helps_whoever_has_no_tries_left(lao_li: Any) -> None:
    for n in range(3):
        lao_li.say(f"绑定 {LICENCE} 000{n}")
    assert "已绑定成功" in lao_li.scan("bind:token-of-lao-li")


def test_a_token_cannot_be_typed(passer_by: Any) -> None:
    assert "已绑定" not in passer_by.say("绑定 token-of-lao-li")
    assert "已绑定" not in passer_by.send(Text, content="x", menu_id="bind:token-of-lao-li")


def test_a_licence_alone_is_asked_for_the_digits_and_the_digits_finish_it(lao_li: Any) -> None:
    assert lao_li.say(f"绑定 {LICENCE}") == f"许可证号 {LICENCE} 收到了。请再回复店主手机的后四位，例如：8899"
    assert lao_li.say("８８９９").startswith("已绑定：李记便利店")
    assert lao_li.say("1") == "调查开始"


def test_who_does_not_answer_with_digits_is_not_caught(lao_li: Any) -> None:
    lao_li.say(f"绑定 {LICENCE}")
    assert lao_li.say("等一下") == texts.NOT_BOUND
    assert lao_li.say("1") == "调查开始"


def test_a_shop_that_is_bound_is_not_given_to_another(lao_li: Any, passer_by: Any, town: Any) -> None:
    lao_li.scan("bind:token-of-lao-li")
    taken = "李记便利店已绑定了另一个微信。要换绑，请联系客户经理陈志强 13900002201。"
    assert passer_by.scan("bind:token-of-lao-li") == taken
    assert passer_by.say(f"绑定 {LICENCE} {ENDING}") == taken
    assert town.retailer(LICENCE).openid == lao_li.openid


def test_the_row_decides_who_was_first_not_what_was_read_before(town: Any, now: Any) -> None:
    # Both saw the shop free; the second hand comes too late.
    shop = identity.shop_by_token(town.session, "token-of-lao-li")
    assert shop is not None
    actions._bind_shop(town.session, "first", shop, "code", now=now)
    with pytest.raises(Refused):
        actions._bind_shop(town.session, "second", shop, "code", now=now)
    assert town.retailer(LICENCE).openid == "first"


def test_a_follower_has_one_shop(lao_li: Any) -> None:
    lao_li.scan("bind:token-of-lao-li")
    assert lao_li.scan("bind:token-of-xiao-wang") == "您的微信已绑定李记便利店。要换一家店，请先回复“解绑”。"


def test_a_code_of_no_shop_says_how_else(passer_by: Any) -> None:
    assert passer_by.follow("bind:gone") == texts.QR_GONE


def test_unbinding_asks_first(lao_li: Any, town: Any, now: Any) -> None:
    lao_li.scan("bind:token-of-lao-li")
    assert lao_li.say("解绑").startswith("要解绑李记便利店吗？")
    assert lao_li.say("不了") == texts.STILL_BOUND
    assert identity.shop_of(town.session, lao_li.openid)
    lao_li.say("解绑")
    assert lao_li.say("1").startswith("已解绑李记便利店。")
    assert identity.shop_of(town.session, lao_li.openid) is None
    assert town.session.scalar(select(Binding.unbound_at)) == now
    assert lao_li.say("解绑") == texts.NOT_BOUND


def test_after_unbinding_another_follower_can_have_the_shop(lao_li: Any, passer_by: Any, town: Any, now: Any) -> None:
    lao_li.scan("bind:token-of-lao-li")
    assert actions.unbind_shop(town.session, " 350802100001", now=now) == "李记便利店"
    assert "已绑定成功" in passer_by.scan("bind:token-of-lao-li")
    with pytest.raises(Refused):
        actions.unbind_shop(town.session, "350802100002", now=now)


def test_a_manager_binds_with_the_invitation_once(chen: Any, passer_by: Any, town: Any, now: Any) -> None:
    invite = actions.invite_manager(town.session, "139 0000 2201", now=now)
    assert rules.invite_code(invite.code) == invite.code
    said = chen.say(f"绑定 {invite.code.lower()}")
    assert said.startswith("陈志强，您好。您已绑定为客户经理，名下有 1 家店。") and "回复“帮助”" in said
    assert "还可试 2 次" in passer_by.say(f"绑定 {invite.code}")
    bound = identity.manager_of(town.session, chen.openid)
    assert bound is not None and bound.name == "陈志强"
    assert chen.say("绑定") == "陈志强，您已经绑定为客户经理，不用再绑。"


def test_a_manager_binds_by_scanning(chen: Any, town: Any, now: Any) -> None:
    invite = actions.invite_manager(town.session, "13900002201", now=now)
    assert chen.follow(f"bind:m-{invite.code}").startswith("陈志强，您好。")


def test_an_invitation_lasts_seven_days_and_a_new_one_voids_the_old(chen: Any, town: Any, now: Any) -> None:
    old = actions.invite_manager(town.session, "13900002201", now=now)
    invite = actions.invite_manager(town.session, "13900002201", now=now)
    assert "不对或已过期" in chen.say(f"绑定 {old.code}")
    chen.now = now + timedelta(days=7)
    assert "不对或已过期" in chen.say(f"绑定 {invite.code}")
    chen.now = now + timedelta(days=6, hours=23)
    assert chen.say(f"绑定 {invite.code}").startswith("陈志强，您好。")


def test_a_manager_on_a_new_phone_takes_the_place_of_the_old(
    chen: Any, phone: Callable[[str], Any], town: Any, now: Any
) -> None:
    chen.say(f"绑定 {actions.invite_manager(town.session, '13900002201', now=now).code}")
    new = phone("o-chen-new")
    new.say(f"绑定 {actions.invite_manager(town.session, '13900002201', now=now).code}")
    assert identity.manager_of(town.session, chen.openid) is None
    assert identity.manager_of(town.session, new.openid)
    ended = town.session.scalars(select(Binding.unbound_at).order_by(Binding.id)).all()
    assert ended == [now, None]


def test_a_manager_trying_the_shops_code_does_not_take_the_shop(chen: Any, town: Any, now: Any) -> None:
    chen.say(f"绑定 {actions.invite_manager(town.session, '13900002201', now=now).code}")
    assert chen.scan("bind:token-of-lao-li") == texts.MANAGER_HAS_NO_SHOP
    assert town.retailer(LICENCE).openid is None


def test_a_shopkeeper_does_not_become_a_manager(lao_li: Any, town: Any, now: Any) -> None:
    lao_li.scan("bind:token-of-lao-li")
    invite = actions.invite_manager(town.session, "13900002201", now=now)
    assert lao_li.say(f"绑定 {invite.code}") == texts.bound_elsewhere("李记便利店")
    assert town.session.scalar(select(Manager.openid).where(Manager.id == town.chen)) is None


def test_a_manager_can_unbind(chen: Any, town: Any, now: Any) -> None:
    chen.say(f"绑定 {actions.invite_manager(town.session, '13900002201', now=now).code}")
    chen.say("解绑")
    assert chen.say("1") == texts.UNBOUND_MANAGER
    assert identity.manager_of(town.session, chen.openid) is None


def test_nobody_is_invited_who_is_not_on_the_roster(town: Any, now: Any) -> None:
    with pytest.raises(Refused):
        actions.invite_manager(town.session, "13900009999", now=now)


def test_many_followers_guess_no_more_of_one_licence_than_ten_and_the_keeper_gets_a_kind_word(
    lao_li: Any, phone: Callable[[str], Any]
) -> None:
    for licence in (LICENCE, "350802199999"):  # there is no such shop, and nobody can tell
        said = {phone(f"o-thief-{licence}-{n}").say(f"绑定 {licence} {n:04}") for n in range(10)}
        assert said == {texts.wrong_pair(2)}
        assert phone(f"o-thief-{licence}").say(f"绑定 {licence} 9999") == texts.TRIES_LOCKED
    # The honest keeper is not told whether the pair was right, and has two ways on.
    locked = lao_li.say(f"绑定 {LICENCE} {ENDING}")
    assert locked == texts.TRIES_LOCKED and "二维码" in locked and locked.endswith("回复“人工”请客户经理帮您绑定。")
    assert phone("o-other").say("绑定 350802188888 9999") == texts.wrong_pair(2), "other licences are open"
    assert "已绑定成功" in lao_li.scan("bind:token-of-lao-li")


def test_a_locked_licence_is_open_again_the_next_day_and_right_pairs_do_not_count(
    lao_li: Any, town: Any, today: date, phone: Callable[[str], Any]
) -> None:
    for n in range(10):
        phone(f"o-thief-{n}").say(f"绑定 {LICENCE} {n:04}")
    assert lao_li.say(f"绑定 {LICENCE} {ENDING}") == texts.TRIES_LOCKED
    lao_li.now += timedelta(hours=13)
    assert lao_li.say(f"绑定 {LICENCE} {ENDING}").startswith("已绑定")
    assert town.session.scalar(select(func.sum(LicenceTries.count)).where(LicenceTries.day_on > today)) == 0


def test_one_with_many_followers_and_many_licences_is_stopped_in_all(
    lao_li: Any, town: Any, today: date, phone: Callable[[str], Any]
) -> None:
    town.session.add(LicenceTries(licence="", day_on=today, count=rules.TRIES_IN_ALL - 1))
    assert phone("o-a").say("绑定 350802177777 0000") == texts.wrong_pair(2)
    assert phone("o-b").say("绑定 350802166666 0000") == texts.TRIES_LOCKED
    assert lao_li.say(f"绑定 {LICENCE} {ENDING}") == texts.TRIES_LOCKED
    assert "已绑定成功" in lao_li.scan("bind:token-of-lao-li")
