"""Template messages and subscription notices (wechat-platform.md §5)."""

import pytest

CONTENT = "客户:{{thing1.DATA}}\n单号:{{character_string2.DATA}}\n时间:{{time3.DATA}}"
DATA = {"thing1": {"value": "城南便利店"}, "character_string2": {"value": "A-128"}, "time3": {"value": "15:20"}}


@pytest.fixture
def template(sim):
    return sim.add_template("新留言", CONTENT)


@pytest.fixture
def send(api, li, template):
    def call(**more):
        return api("message/template/send", {"touser": li.openid, "template_id": template, "data": DATA} | more)

    return call


def test_a_template_is_shown_and_its_receipt_comes_later(sim, send, li, shop):
    answer = send(url="http://shop.cn/12")
    seen = li.unread()
    assert seen.text == "新留言\n客户：城南便利店\n单号：A-128\n时间：15:20"
    assert seen[0].detail["url"] == "http://shop.cn/12"
    assert sim.settle() == 1
    receipt = shop.heard[-1]
    assert (receipt["Event"], receipt["MsgID"], receipt["Status"]) == (
        "TEMPLATESENDJOBFINISH", str(answer["msgid"]), "success")  # fmt: skip
    assert receipt["FromUserName"] == li.openid


def test_a_second_template_with_the_same_client_msg_id_is_sent_once(sim, send, li, clock):
    first = send(client_msg_id="row-1")
    clock.advance(minutes=9)
    assert send(client_msg_id="row-1") == first
    assert len(li.unread()) == 1
    assert sim.settle() == 1
    clock.advance(minutes=1)
    assert send(client_msg_id="row-1")["msgid"] != first["msgid"]
    assert send(client_msg_id="row-2")["errcode"] == 0


def test_the_same_client_msg_id_to_somebody_else_is_sent(sim, send):
    wang = sim.phone("小王")
    wang.follow()
    assert send(client_msg_id="row-1")["msgid"] != send(client_msg_id="row-1", touser=wang.openid)["msgid"]


def test_who_switched_messages_off_blocks_and_the_receipt_says_so(sim, send, li, shop):
    li.follower.refuses = True
    assert send()["errcode"] == 0
    sim.settle()
    assert shop.heard[-1]["Status"] == "failed:user block"
    assert li.unread() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("thing1", "字" * 21),
        ("thing1", "两\n行"),
        ("thing1", ""),
        ("character_string2", "中文"),
        ("character_string2", "x" * 33),
        ("time3", "明天"),
    ],
)
def test_a_field_against_its_rule_is_named(send, field, value):
    refusal = send(data=DATA | {field: {"value": value}})
    assert refusal["errcode"] == 47003
    assert f"data.{field}.value" in refusal["errmsg"]


def test_a_missing_field_is_named(send):
    assert "data.time3.value" in send(data={key: DATA[key] for key in ("thing1", "character_string2")})["errmsg"]


def test_approved_values_are_the_only_ones(sim, api, li):
    number = sim.add_template("状态", "状态:{{const1.DATA}}", choices={"const1": ["已答复", "处理中"]})
    body = {"touser": li.openid, "template_id": number}
    assert api("message/template/send", body | {"data": {"const1": {"value": "已答复"}}})["errcode"] == 0
    assert api("message/template/send", body | {"data": {"const1": {"value": "忙"}}})["errcode"] == 47003


def test_an_old_industry_template_loses_first_line_and_remark_and_is_cut(sim, api, li):
    number = sim.add_template("通知", "{{first.DATA}}\n客户:{{keyword1.DATA}}\n{{remark.DATA}}")
    data = {"first": {"value": "您好"}, "keyword1": {"value": "店" * 25}, "remark": {"value": "谢谢"}}
    assert api("message/template/send", {"touser": li.openid, "template_id": number, "data": data})["errcode"] == 0
    assert li.unread().text == "通知\n客户：" + "店" * 20


def test_an_unknown_template_a_stranger_and_who_unfollowed_are_told_apart(send, li):
    assert send(template_id="x")["errcode"] == 40037
    assert send(touser="x")["errcode"] == 40003
    li.unfollow()
    assert send()["errcode"] == 43004


def test_only_a_service_account_has_templates(make):
    sim, _, api = make(kind="subscription")
    assert api("message/template/send", {"touser": sim.phone("老李").openid})["errcode"] == 48001


def test_templates_are_listed_added_up_to_25_and_deleted(api, template):
    assert api("template/get_all_private_template")["template_list"][0]["template_id"] == template
    given = {"template_id_short": "TM001", "keyword_name_list": ["客户", "时间"]}
    added = [api("template/api_add_template", given) for _ in range(25)]
    assert [answer["errcode"] for answer in added] == [0] * 24 + [45026]
    assert api("template/del_private_template", {"template_id": template})["errcode"] == 0
    assert api("template/del_private_template", {"template_id": template})["errcode"] == 40037


@pytest.fixture
def notice(sim):
    return sim.add_template("到货", "商品:{{thing1.DATA}}", kind="subscribe")


def bizsend(api, openid, number):
    body = {"touser": openid, "template_id": number, "data": {"thing1": {"value": "红七"}}, "page": "http://a.cn/"}
    return api("message/subscribe/bizsend", body)["errcode"]


def test_one_consent_is_one_notice(sim, api, li, notice, shop):
    assert bizsend(api, li.openid, notice) == 43101
    li.answer_subscription(notice)
    popup = shop.heard[-1]
    assert popup["Event"] == "subscribe_msg_popup_event"
    assert popup["SubscribeMsgPopupEvent"].find("List").findtext("SubscribeStatusString") == "accept"
    assert [bizsend(api, li.openid, notice) for _ in range(2)] == [0, 43101]
    sim.settle()
    assert shop.heard[-1]["Event"] == "subscribe_msg_sent_event"


def test_a_refused_or_withdrawn_consent_is_none(api, li, notice, shop):
    li.answer_subscription(notice, accept=False)
    assert bizsend(api, li.openid, notice) == 43101
    li.answer_subscription(notice)
    li.withdraw_subscription(notice)
    assert shop.heard[-1]["Event"] == "subscribe_msg_change_event"
    assert bizsend(api, li.openid, notice) == 43101


def test_a_notice_reaches_who_does_not_follow(sim, api, notice):
    stranger = sim.phone("路人")
    stranger.answer_subscription(notice)
    assert bizsend(api, stranger.openid, notice) == 0
    assert stranger.transcript[-1].text == "到货\n商品：红七"
