"""A customer manager answers in the chat: by number or to a chosen request; what names nothing is asked about."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from simulator.phone import PIXEL
from tests.visits.conftest import NEED
from visits.models.deadlines import Deadline, Promise
from visits.models.requests import Message


def kept(town, promise=Promise.FIRST_ANSWER):
    with town.house.look() as session:
        [row] = session.scalars(select(Deadline).where(Deadline.promise == promise))
        return row.met_at


@pytest.mark.pooled
def test_a_number_and_a_text_answer_the_shop_and_meet_the_promise(asked) -> None:
    asked.house.clock.advance(timedelta(minutes=6))
    said = asked.chen.say(f"{asked.n} 明早配送车带两条,您签收就行").text
    assert said == f"已发给城南便利店（用时 6 分钟）。完结请回复“{asked.n} 完结”。"
    assert asked.news(asked.wang) == ["陈志强：明早配送车带两条,您签收就行"]
    assert kept(asked) == asked.house.clock()


@pytest.mark.on_sqlite
@pytest.mark.parametrize("form", ["＃{}：好的，明天", "#{}好的，明天", "{}号 好的，明天", "{}好的，明天"])
def test_the_number_is_read_however_it_is_written_and_the_text_stays_as_it_is(asked, form) -> None:
    wide = str(asked.n).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    asked.chen.say(form.format(wide))
    assert asked.news(asked.wang) == ["陈志强：好的，明天"]


@pytest.mark.on_sqlite
def test_a_text_that_names_nothing_is_asked_about_and_sent_once_it_is_named(asked) -> None:
    said = asked.chen.say("明早配送车带两条").text
    assert f"#{asked.n} 城南便利店" in said and "没有发出" in said
    assert asked.news(asked.wang) == []
    assert "已发给城南便利店" in asked.chen.say(str(asked.n)).text
    assert asked.news(asked.wang) == ["陈志强：明早配送车带两条"]


@pytest.mark.on_sqlite
def test_a_chosen_request_takes_plain_texts_and_photos_until_it_is_closed(asked) -> None:
    chosen = asked.chen.say(str(asked.n)).text
    assert NEED[:10] in chosen and "还能发 5 条，到后天" in chosen
    asked.chen.say("是哪一种?")
    asked.chen.send_image(PIXEL)
    asked.house.work()
    came = asked.wang.unread()
    assert [(entry.kind, entry.text) for entry in came] == [("text", "陈志强：是哪一种?"), ("image", "[image]")]
    assert asked.wang.picture_of(came[1]) == PIXEL
    assert "已完结" in asked.chen.say("完结").text
    assert "现在没有待办" in asked.chen.say("再说一句").text


@pytest.mark.on_sqlite
def test_a_number_at_the_beginning_of_a_text_to_a_chosen_request_is_asked_about(asked) -> None:
    li = asked.shop("老李")
    li.say("打火机能不能换一批")
    other = asked.requests()[-1].number
    asked.chen.say(str(asked.n))
    assert "是编号，还是要发的内容" in asked.chen.say(f"{other} 个打火机明天到").text
    assert asked.chen.say("2").text.startswith("已发给城南便利店")
    asked.house.work()
    assert asked.wang.unread().texts[-1] == f"陈志强：{other} 个打火机明天到"
    assert all("打火机明天到" not in text for text in li.unread().texts)


@pytest.mark.on_sqlite
def test_a_shop_that_was_never_answered_cannot_be_closed_but_needs_no_reply(asked) -> None:
    assert "还没有答复过" in asked.chen.say(f"{asked.n} 完结").text
    assert asked.request().closed_at is None
    assert "不用回复，并完结" in asked.chen.say(f"{asked.n} 不用回复").text
    assert asked.request().closed_how == "no_reply_needed"
    assert asked.news(asked.wang) == []


@pytest.mark.on_sqlite
def test_closing_asks_the_shop_how_it_was_and_reopening_goes_on(asked) -> None:
    asked.chen.say(f"{asked.n} 明天送到")
    assert asked.chen.say(f"{asked.n}完结").text == f"#{asked.n} 城南便利店已完结。"
    assert "满意" in asked.news(asked.wang)[-1]
    assert "请先重开" in asked.chen.say(f"{asked.n} 还有一句").text
    assert "已重开" in asked.chen.say(f"{asked.n} 重开").text
    asked.chen.say(f"{asked.n} 改成后天")
    assert asked.news(asked.wang) == ["陈志强：改成后天"]


@pytest.mark.on_sqlite
def test_a_request_is_handed_on_by_name_and_its_clock_goes_on(asked) -> None:
    lin = asked.manager("林小燕")
    asked.news(lin)
    due = asked.request().due_at
    asked.house.clock.advance(timedelta(hours=1))
    assert "没有叫“老赵”" in asked.chen.say(f"{asked.n} 转 老赵").text
    assert asked.chen.say(f"{asked.n} 转 林小燕").text == f"#{asked.n} 已转给林小燕，时限不变。"
    assert asked.owners() == ["林小燕"] and asked.request().due_at == due
    assert f"#{asked.n}" in asked.news(lin)[-1]
    lin.say(f"{asked.n} 我来办")
    assert asked.news(asked.wang) == ["林小燕：我来办"]


@pytest.mark.on_sqlite
def test_what_one_may_not_see_one_cannot_answer(asked) -> None:
    lin = asked.manager("林小燕")
    for words in (f"{asked.n} 好", f"{asked.n}", f"{asked.n} 完结", "99999 好"):
        assert lin.say(words).text == "没有这条留言。"
    zhou = asked.manager("周主任")  # stands above
    assert "已发给城南便利店" in zhou.say(f"{asked.n} 我是主任,马上办").text
    assert asked.news(asked.wang) == ["周主任：我是主任,马上办"]


@pytest.mark.on_sqlite
@pytest.mark.pooled
def test_who_comes_second_is_shown_the_colleagues_answer_before_theirs_is_sent(asked) -> None:
    zhou = asked.manager("周主任")
    zhou.say(f"{asked.n} 我已安排,明早到")
    said = asked.chen.say(f"{asked.n} 后天才有货").text
    assert "周主任：我已安排,明早到" in said and "后天才有货" in said
    assert asked.news(asked.wang) == ["周主任：我已安排,明早到"]
    asked.chen.say("1")
    assert asked.news(asked.wang) == ["陈志强：后天才有货"]


@pytest.mark.on_sqlite
@pytest.mark.parametrize("verb", ["完结", "不用回复", "已电话 说好了"])
@pytest.mark.parametrize("is_chosen", [False, True])
def test_nothing_is_settled_before_the_manager_saw_what_the_shop_wrote_meanwhile(asked, verb, is_chosen) -> None:
    asked.chen.say(f"{asked.n} 明早带两条")
    asked.news(asked.wang)
    asked.wang.say("还要一条软的")
    if is_chosen:
        asked.news(asked.chen)
        asked.chen.say(str(asked.n))
    asked.wang.say("算了,两条就够")  # its notice waits for what may follow in the same breath
    said = asked.chen.say(verb if is_chosen else f"{asked.n} {verb}").text
    assert "还有您没看到的新消息：\n" in said and "城南便利店：算了,两条就够\n" in said
    assert asked.request().closed_at is None and asked.request().unanswered_since is not None
    done = asked.chen.say("1").text
    assert "已记下电话联系" in done if "电话" in verb else "完结" in done
    assert asked.request().unanswered_since is None and (asked.request().closed_at is None) == ("电话" in verb)


def test_notes_calls_and_putting_off_never_reach_the_shop(asked) -> None:
    assert "已记下备注" in asked.chen.say(f"{asked.n} 备注 上月也断过").text
    assert "再放回待办" in asked.chen.say(f"{asked.n} 稍后 3小时").text
    assert "待办" in asked.chen.say("待办").text
    assert "已记下电话联系" in asked.chen.say(f"{asked.n} 已电话 周五补货").text
    assert asked.news(asked.wang) == [] and asked.request().unanswered_since is None
    with asked.house.look() as session:
        assert session.scalars(select(Message.content).where(Message.is_note).order_by(Message.id)).all() == [
            "上月也断过",
            "已电话联系：周五补货",
        ]


@pytest.mark.on_sqlite
def test_the_list_has_the_most_urgent_first(asked) -> None:
    li = asked.shop("老李")
    asked.house.clock.advance(timedelta(hours=2))
    li.say("打火机能不能换一批")
    asked.house.clock.advance(timedelta(hours=23))
    assert asked.chen.say("留言").text == asked.chen.say("待办").text
    first, second, *_ = asked.chen.say("待办").text.splitlines()[1:]
    assert f"#{asked.n} 城南便利店" in first and "已超时 1 小时" in first
    assert "老李食杂店" in second and "今天" in second


@pytest.mark.on_sqlite
def test_past_the_window_the_answer_is_a_notice_that_leads_to_the_shops_page(build, raise_town) -> None:
    house = build(wechat_templates={"answer": {"id": "T", "fields": {"thing1": "{who}", "thing2": "{what}"}}})
    house.sim.add_template("有新回复", "来自:{{thing1.DATA}}\n内容:{{thing2.DATA}}", template_id="T")
    town = raise_town(house)
    chen, wang = town.manager("陈志强"), town.shop("王建国")
    wang.say(NEED)
    town.news(wang)
    house.clock.advance(timedelta(hours=49))
    number = town.request().number
    assert "会改发服务通知" in chen.say(str(number)).text
    assert "已改发服务通知" in chen.say("明早带两条").text
    house.work()
    [entry] = wang.unread()
    assert "内容：明早带两条" in entry.text
    assert entry.detail["url"].endswith(f"/m/visits/mine/{number}")


@pytest.mark.on_sqlite
def test_past_the_window_without_a_template_the_answer_waits_for_the_next_contact(asked) -> None:
    asked.house.clock.advance(timedelta(hours=49))
    assert "等城南便利店下次来消息时送达" in asked.chen.say(f"{asked.n} 明早带两条").text
    assert asked.news(asked.wang) == []
    asked.wang.say("在吗")
    assert "陈志强：明早带两条" in asked.news(asked.wang)


@pytest.mark.on_sqlite
def test_a_shop_that_left_cannot_be_answered_and_the_manager_is_told_to_call(asked) -> None:
    asked.wang.unfollow()
    assert "请打电话" in asked.chen.say(f"{asked.n} 明早带两条").text
    assert "已记下电话联系" in asked.chen.say(f"{asked.n} 已电话 他说不用了").text


@pytest.mark.on_sqlite
def test_a_quoted_notice_says_which_request_is_answered_and_two_numbers_send_nothing(asked) -> None:
    li = asked.shop("老李")
    li.say("打火机能不能换一批")
    notice = next(text for text in asked.news(asked.chen) if "老李" in text)
    other = asked.requests()[-1].number
    asked.chen.say(f"「{notice}」\n- - - - - - -\n周五给您换")
    assert asked.news(li)[-1] == "陈志强：周五给您换"
    assert "没有发出" in asked.chen.say(f"{asked.n}、{other} 明天都送到").text
    asked.chen.say(f"{asked.n} {200} 元一条")
    assert asked.news(asked.wang) == ["陈志强：200 元一条"]


def test_a_voice_answers_like_a_text_while_wechat_lets_it(asked) -> None:
    asked.chen.say(str(asked.n))
    assert "已发给城南便利店" in asked.chen.send_voice(b"#!AMR\nhello").text
    asked.house.work()
    [heard] = asked.wang.unread()
    assert heard.kind == "voice" and asked.wang.picture_of(heard) == b"#!AMR\nhello"
    assert asked.request().unanswered_since is None
    asked.house.clock.advance(timedelta(hours=49))
    asked.chen.say(str(asked.n))
    assert "请改用文字" in asked.chen.send_voice().text


def test_a_shops_voice_is_heard_in_the_managers_chat(asked) -> None:
    assert "没有语音" in asked.chen.say(f"{asked.n} 听").text
    asked.wang.send_voice(b"#!AMR\nhello")
    asked.house.later(minutes=1)
    assert f"回复“{asked.n} 听”" in asked.chen.unread().texts[-1]
    assert "发给您了" in asked.chen.say(f"{asked.n} 听").text
    asked.house.work()
    [heard] = asked.chen.unread()
    assert heard.kind == "voice" and asked.chen.picture_of(heard) == b"#!AMR\nhello"


@pytest.mark.on_sqlite
def test_help_shows_a_manager_what_can_be_done_with_what_waits(asked) -> None:
    helped = asked.chen.say("帮助").text
    assert f"{asked.n} 明天送到" in helped and "转 " in helped and "填写调查" not in helped
    assert helped in asked.chen.say("你好").text
    assert "找的就是您" in asked.chen.say("人工").text
    assert "/m/visits/groups/new" in asked.chen.say("群发").text
    asked.chen.say(str(asked.n))
    assert f"正在回复 #{asked.n} 城南便利店" in asked.chen.say("?").text


@pytest.mark.on_sqlite
def test_greetings_of_a_manager_reach_nobody(asked) -> None:
    asked.chen.say("好的")
    asked.chen.say("在吗")
    assert asked.news(asked.wang) == []


ORDERED = [
    "完结 {}",
    "完结{}",
    "完结：#{}",
    "{}号完结",
    "{}，完结",
    "请帮我把{}完结",
    "完結 {}",
    "完结 {} 谢谢",
    "{} 完结了",
]


@pytest.mark.on_sqlite
@pytest.mark.parametrize("order", ORDERED)
def test_an_order_is_understood_whichever_stands_first(asked, order) -> None:
    wide = str(asked.n).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    asked.chen.say(f"{asked.n} 明早到")
    asked.news(asked.wang)
    assert asked.chen.say(order.format(wide)).text == f"#{asked.n} 城南便利店已完结。"
    assert all("完" not in text for text in asked.news(asked.wang))


@pytest.mark.on_sqlite
def test_every_verb_may_stand_in_front_of_its_number(asked) -> None:
    asked.manager("林小燕")
    for order, said in (
        ("备注 {} 上月也断过", "已记下备注"),
        ("已电话 {} 周五补货", "已记下电话联系"),
        ("稍后 {} 3小时", "再放回待办"),
        ("不用回复{}", "已记为不用回复"),
        ("重开 {}", "已重开"),
        ("听 {}", "没有语音"),
        ("转林小燕 {}", "已转给林小燕"),
    ):
        assert said in asked.chen.say(order.format(asked.n)).text, order
    assert asked.owners() == ["林小燕"]
    assert asked.news(asked.wang) == []


@pytest.mark.on_sqlite
@pytest.mark.parametrize("is_chosen", [False, True])
def test_what_looks_like_an_order_and_is_none_is_asked_back_and_reaches_no_shop(asked, is_chosen) -> None:
    asked.manager("林小燕")
    asked.chen.say(f"{asked.n} 明早到")
    asked.news(asked.wang)
    if is_chosen:
        asked.chen.say(str(asked.n))
    for said, back in (
        ("完结 999", "没有这条留言"),
        (f"结案 {asked.n}", f"1 完结 #{asked.n}"),
        (f"{asked.n} 完洁", f"1 完结 #{asked.n}"),
        (f"{asked.n} 完结，明天送", f"1 完结 #{asked.n}"),
        (f"{asked.n} 转 老赵", "没有叫“老赵”"),
        (f"转老赵经理 {asked.n}", "没有叫“老赵经理”"),
        (f"{asked.n} 转林小雁", f"1 转给林小燕 #{asked.n}"),
        (f"{asked.n} 转林经理", f"1 转给林小燕 #{asked.n}"),
        (f"转 {asked.n}", "请写上转给谁"),
        (f"{asked.n} 备注", "请写上要记的内容"),
        (f"{asked.n} 背注 难缠", "1 记成备注“难缠”"),
        (f"{asked.n} 注：难缠", "1 记成备注“难缠”"),
        (f"{asked.n} 稍后提醒", f"1 稍后 #{asked.n}"),
        (f"{asked.n}给林小燕", f"1 转给林小燕 #{asked.n}"),
        (f"好的 {asked.n}", "回复“发”就发出"),
    ):
        assert back in asked.chen.say(said).text, said
    assert asked.news(asked.wang) == [] and asked.request().closed_at is None and asked.owners() == ["陈志强"]
    asked.chen.say(f"{asked.n} 结案")
    assert "已完结" in asked.chen.say("1").text
    assert asked.request().closed_how == "done"


@pytest.mark.on_sqlite
def test_what_was_offered_and_not_taken_is_offered_no_more(asked) -> None:
    asked.chen.say(f"{asked.n} 结案")
    assert "已记下备注" in asked.chen.say(f"{asked.n} 备注 上月也断过").text
    asked.chen.say("1")
    assert asked.request().closed_at is None and asked.news(asked.wang) == []
    assert "整句发给" in asked.chen.say(f"{asked.n} 结案").text
    assert "已发给城南便利店" in asked.chen.say("2").text
    assert asked.news(asked.wang) == ["陈志强：结案"]


@pytest.mark.on_sqlite
def test_the_first_text_to_a_chosen_request_is_quoted_where_it_begins_like_an_order(asked) -> None:
    asked.chen.say(str(asked.n))
    quoted = asked.chen.say("完结了请告诉我").text
    assert quoted.startswith("将发给城南便利店：完结了请告诉我\n回复“发”就发出")
    assert asked.news(asked.wang) == []
    assert "已发给城南便利店" in asked.chen.say("发").text
    assert "将发给城南便利店：发" in asked.chen.say("发").text
    assert asked.news(asked.wang) == ["陈志强：完结了请告诉我"]
    asked.chen.say("转告您爱人，货到了")
    assert asked.news(asked.wang) == ["陈志强：转告您爱人，货到了"]


@pytest.mark.on_sqlite
def test_a_word_that_sends_what_was_quoted_is_itself_sent_to_nobody(asked) -> None:
    assert "没有等着发的内容" in asked.chen.say("发").text
    assert asked.chen.say(str(asked.n)).text.startswith(f"#{asked.n} 城南便利店")
    assert asked.news(asked.wang) == []


def test_numbers_of_roads_and_goods_are_no_requests(asked) -> None:
    for said in ("{}国道那边堵车，晚点到", "{}条明天到", "您的{}元退了", "完结{}国道的施工"):
        assert "是回复这一条吗" in asked.chen.say(said.format(asked.n)).text, said
    assert asked.news(asked.wang) == [] and asked.request().closed_at is None
    asked.chen.say(f"{asked.n} 转告您爱人，货到了")
    asked.chen.say(f"{asked.n} 给补两条")
    assert asked.news(asked.wang) == ["陈志强：转告您爱人，货到了", "陈志强：给补两条"]


@pytest.mark.on_sqlite
def test_an_order_about_a_colleagues_request_does_nothing(asked) -> None:
    lin = asked.manager("林小燕")
    for order in ("完结 {}", "备注 {} 难缠", "转陈志强 {}", "结案 {}"):
        assert lin.say(order.format(asked.n)).text == "没有这条留言。"
    assert asked.news(asked.wang) == [] and asked.owners() == ["陈志强"]


AMONG_US = [
    "{n} 内部 老板难缠",
    "{n} 老板难缠（备注）",
    "{n} 记一下 老板难缠",
    "{n} 加备注老板难缠",
    "{n} 别告诉他，老板难缠",
]
NOBODYS = [
    "{n} 林小燕",
    "{n} 请林小燕处理",
    "{n} @林小燕",
    "{n}和105完结",
    "{n} 帮助",
    "{n} 撤回",
    "{n} 已联系",
    "{n} 推后",
]

AMONG_US += ["{n} 老板难缠，别外传", "{n} ps 老板难缠", "{n} 自己看：老板难缠"]
NOBODYS += ["{n} 转给林小燕 她熟", "{n} 转 林 小燕", "{n} done"]


@pytest.mark.on_sqlite
def test_words_among_ourselves_and_half_orders_are_asked_back_and_reach_no_shop(asked) -> None:
    for line in (*AMONG_US, *NOBODYS):
        said = asked.chen.say(line.format(n=asked.n)).text
        assert "没有照办，也没有发出" in said or "回复“发”就发出" in said, line
        assert asked.news(asked.wang) == [], line
    asked.chen.say(AMONG_US[0].format(n=asked.n))
    assert "已记" in asked.chen.say("1").text
    assert asked.news(asked.wang) == [] and asked.said()[-1] == ("text", "内部 老板难缠")


@pytest.mark.on_sqlite
def test_a_number_alone_with_a_sign_shows_the_request_and_brackets_around_it_are_none_of_the_answer(asked) -> None:
    assert "红七匹狼" in asked.chen.say(f"{asked.n}？").text
    asked.chen.say("退出")
    for line in ("（{n}）两条明天送", "编号{n} 两条明天送", "{n} 回复：两条明天送"):
        assert "已发给城南便利店" in asked.chen.say(line.format(n=asked.n)).text, line
        assert asked.news(asked.wang) == ["陈志强：两条明天送"], line


@pytest.mark.on_sqlite
def test_a_second_number_of_a_request_that_is_over_is_asked_about(asked) -> None:
    li = asked.shop("老李")
    li.say("断货了，要两条")
    asked.news(asked.chen)
    other = asked.requests()[-1].number
    asked.chen.say(f"{other} 不用回复")
    assert "将发给城南便利店" in asked.chen.say(f"{asked.n} {other} 明天送").text
    assert asked.news(asked.wang) == []


@pytest.mark.on_sqlite
def test_a_text_that_holds_the_number_it_is_sent_to_is_quoted_first(asked) -> None:
    assert "没有发出" in asked.chen.say(f"让小林去办{asked.n}这家").text
    assert "将发给城南便利店" in asked.chen.say(str(asked.n)).text
    assert asked.news(asked.wang) == []
