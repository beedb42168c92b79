"""A survey in the chat, as the shopkeeper sees it."""

from sqlalchemy import select, update

from people.models import Manager, Retailer
from surveys import conversation
from surveys.models import Participation, Submission
from surveys.queries.tally import tally
from wechat_bot.models import Media

FOR_MODERN_SHOPS = """
title: 满意度调查
audience: {class: [现代终端]}
questions:
  - {code: q1, type: single, text: 满意吗?, options: [满意, 一般]}
  - {code: q2, type: text, text: 还有什么想说的?, required: false}
"""


def draft(house, survey_id, openid="o-li"):
    with house.reading() as session:
        return session.scalars(
            select(Participation).where(
                Participation.survey_id == survey_id, Participation.retailer_id == house.retailer(openid)
            )
        ).one()


def submissions(house):
    with house.reading() as session:
        return session.scalars(select(Submission).order_by(Submission.id)).all()


def test_the_word_begins_the_one_open_survey_and_the_intro_comes_with_the_first_question(house, li):
    house.published()
    reply = li.say("调查")
    intro = "《三季度服务满意度调查》共 6 题，约 2 分钟。随时回复“退出”，下次接着填。"
    assert reply.startswith(f"{intro}\n1/6 您对客户经理的服务满意吗?")
    assert reply.endswith("4 不满意")


def test_a_whole_survey_by_number_replies(house, li):
    survey = house.published()
    assert li.tap(f"survey:{survey}").startswith("《三季度")
    assert li.say("３").startswith("2/7 您最希望改进哪些?")
    assert li.say("13").startswith("已选：送货时间、上门拜访。\n3/7 请给本季度服务打分(1-5)")
    assert li.say("五分").startswith("4/7")
    assert li.say("10").startswith("5/7")
    assert li.say("跳过").startswith("6/7 不满意的原因是?")
    assert li.say("送货太晚").startswith("7/7 请拍一张陈列照片")
    house.clock.advance(minutes=2)
    assert li.photo() == "已提交，谢谢李老板。"
    (submission,) = submissions(house)
    with house.reading() as session:
        key = session.scalars(select(Media.key)).one()
    assert submission.answers == {
        "q1": {"o": 3},
        "q2": {"o": [1, 3]},
        "q3": {"v": 5},
        "q4": {"v": 10},
        "q5": {"s": True},
        "q6": {"t": "送货太晚"},
        "q7": {"m": [key]},
    }
    assert (submission.source, submission.seconds, submission.is_valid) == ("chat", 120, True)
    assert li.state() == (False, 0)


def test_other_takes_words_and_is_said_back(house, li):
    house.published()
    li.fill("调查", "1")
    assert li.say("1 0 价格牌").startswith("已选：送货时间、其他（价格牌）。\n3/6")


def test_an_unreadable_reply_is_corrected_and_the_third_one_shows_the_ways_out(house, li):
    survey = house.published()
    li.fill("调查", "1", "1")
    correction = "请回复 1 到 5 的数字。也可以回复“上一题”“退出”“人工”。"
    assert li.say("很好") == correction
    assert li.say("非常好") == correction
    third = li.say("特别好")
    assert third.startswith("3/6 请给本季度服务打分")
    assert third.endswith("请客户经理帮您；回复“退出”下次再填。")
    assert li.say("还是很好").startswith("3/6"), "never a dead end, and the talk goes on"
    assert draft(house, survey).misread == 4
    assert li.say("5").startswith("4/6")
    assert draft(house, survey).misread == 0


def test_the_third_unreadable_reply_to_an_optional_question_offers_to_skip(house, li):
    house.published()
    li.fill("调查", "1", "1", "5", "9", "很多", "不少")
    assert "可以先回复“跳过”" in li.say("数不清")


def test_going_back_shows_the_answer_given_and_a_new_reply_changes_it(house, li):
    survey = house.published()
    li.fill("调查", "1", "13")
    reply = li.say("上一题")
    assert reply.startswith("2/6 您最希望改进哪些?（原来选了：送货时间、上门拜访；重新回复即可更改）")
    assert li.say("2").startswith("已选：货源信息。\n3/6")
    assert draft(house, survey).answers["q2"] == {"o": [2]}


def test_going_back_twice_and_forward_again_keeps_what_was_answered(house, li):
    survey = house.published()
    li.fill("调查", "1", "13")
    assert li.fill("上一题", "上一题").startswith("1/6 您对客户经理的服务满意吗?（原来选了：非常满意")
    assert li.say("下一题").startswith("3/6")
    assert draft(house, survey).answers == {"q1": {"o": 1}, "q2": {"o": [1, 3]}}


def test_before_the_first_question_there_is_none(house, li):
    house.published()
    li.say("调查")
    assert li.say("上一题").startswith("这已经是第一题了。\n1/6")


def test_a_required_question_cannot_be_skipped(house, li):
    house.published()
    li.say("调查")
    assert li.say("跳过").startswith("这一题需要您回答，不能跳过。\n1/6")


def test_progress_and_help_say_where_one_stands_and_ask_again(house, li):
    house.published()
    li.fill("调查", "1")
    assert li.say("进度").startswith("现在是第 2 题，共 6 题。\n2/6")
    assert "2/6" in li.say("怎么填")


def test_an_answer_that_hides_a_question_takes_its_answer_out_of_the_submission(house, li):
    house.published()
    li.fill("调查", "4", "1", "5", "9", "20", "太慢")
    for _ in range(6):
        last = li.say("上一题")
    assert last.startswith("1/7")
    assert li.say("1").startswith("6/6 请拍一张陈列照片")
    assert li.say("跳过") == "已提交，谢谢李老板。"
    assert "q6" not in submissions(house)[0].answers


def test_leaving_pauses_and_coming_back_resumes_where_one_was(house, li):
    house.published()
    li.fill("调查", "1", "1")
    assert li.say("退出") == "好的，先到这里。刚才的调查还剩 4 题，回复“继续”接着填。"
    assert li.state() == (False, 1)
    assert li.say("5") == "没看懂", "a paused talk hears nothing"
    assert li.say("继续").startswith("接着填《三季度服务满意度调查》，还剩 4 题。\n3/6")
    assert li.say("5").startswith("4/6")
    li.say("退出")
    assert li.say("调查").startswith("接着填《三季度服务满意度调查》，还剩 3 题。\n4/6")


def test_a_bare_0_leaves_where_it_can_mean_nothing_else(house, li):
    house.published()
    li.say("调查")
    assert li.say("0").startswith("已为您保存，还剩 6 题。")
    assert li.state() == (False, 1)


def test_a_voice_or_a_place_is_met_kindly_and_the_talk_goes_on(house, li):
    house.published()
    li.say("调查")
    assert li.voice().startswith("这一题听不了语音。请回复选项前的一个数字")
    assert li.photo().startswith("图片收到了，不过这一题要回复文字或数字。")
    assert li.say("1").startswith("2/6")


def test_a_late_duplicate_is_told_the_day_it_was_answered(house, li):
    survey = house.published()
    li.fill("调查", "1", "1", "5", "9", "跳过", "跳过")
    house.clock.advance(days=3)
    assert li.say("调查") == "您在 9 月 12 日已填写过这份调查，谢谢。"
    assert li.tap(f"survey:{survey}") == "您在 9 月 12 日已填写过这份调查，谢谢。"
    assert len(submissions(house)) == 1


def test_an_answer_after_the_end_is_told_so_and_nothing_of_the_draft_is_lost(house, li):
    survey = house.published()
    li.fill("调查", "1", "1")
    house.clock.advance(days=21)
    assert li.say("调查") == "现在没有要填的调查。有事可直接留言。"
    closed = "这份调查已于 9 月 30 日结束，谢谢您。想提意见可直接留言，陈经理会收到。"
    assert li.tap(f"survey:{survey}") == closed
    assert draft(house, survey).answers == {"q1": {"o": 1}, "q2": {"o": [1]}}
    assert submissions(house) == []


def test_a_survey_that_ends_while_it_is_being_filled_says_so_and_ends_the_talk(house, li):
    house.clock.advance(days=18, hours=8)  # two hours before its end
    house.published()
    li.fill("调查", "1", "1")
    house.clock.advance(hours=3)
    assert li.say("5").startswith("这份调查已于 9 月 30 日结束")
    assert li.state() == (False, 0)
    assert li.say("5") == "没看懂"


def test_before_it_opens_the_day_is_named(house, li):
    survey = house.published(FOR_MODERN_SHOPS.replace("audience: {class: [现代终端]}", "opens: 2026-10-01"))
    assert li.tap(f"survey:{survey}") == "这份调查 10 月 1 日开始，到时请再来，谢谢您。"
    assert li.say("调查") == "现在没有要填的调查。有事可直接留言。"


def test_a_shop_outside_the_audience_is_refused_kindly(house, li, wang):
    survey = house.published(FOR_MODERN_SHOPS)
    assert li.tap(f"survey:{survey}").startswith("这份调查这次没有选到您的店")
    assert li.say("调查").startswith("现在没有要填的调查。")
    assert wang.tap(f"survey:{survey}").startswith("《满意度调查》")


def test_a_shop_bound_later_may_answer_a_survey_for_every_bound_shop(house, phone):
    survey = house.published()
    house.bind("赵明", "o-zhao")
    assert phone("o-zhao").say("调查").startswith("《三季度")
    with house.reading() as session:
        assert tally(session, survey)["sent"] == 3


def test_who_is_bound_to_no_shop_is_asked_to_bind(house, passer):
    survey = house.published()
    assert passer.say("调查").startswith("请先绑定您的店")
    assert passer.tap(f"survey:{survey}").startswith("请先绑定您的店")
    assert passer.state() == (False, 0)


def test_a_customer_manager_is_told_that_shops_answer(house, phone):
    survey = house.published()
    with house.transaction() as session:
        session.execute(update(Manager).values(openid=None))
        session.execute(update(Manager).where(Manager.name == "陈志强").values(openid="o-chen"))
    chen = phone("o-chen")
    assert chen.say("调查").startswith("调查由店主填写") and chen.tap(f"survey:{survey}").startswith("调查由店主填写")


def test_an_unknown_or_unpublished_survey_is_not_there(house, li):
    house.load(FOR_MODERN_SHOPS)
    for link in ("survey:1", "survey:99", "survey:x", "survey:٣"):
        assert li.tap(link).startswith("没有找到这份调查")


def test_who_is_unbound_while_filling_is_told_and_the_talk_ends(house, li):
    house.published()
    li.fill("调查", "1")
    with house.transaction() as session:
        session.execute(update(Retailer).where(Retailer.openid == "o-li").values(openid=None))
    assert li.say("1").startswith("请先绑定您的店")
    assert li.state() == (False, 0)


def test_of_several_open_surveys_the_person_chooses_by_number(house, li, short_survey):
    house.published()
    short = house.published(short_survey)
    listed = "有 2 份调查等您填写，回复数字选一份：\n1 三季度服务满意度调查\n2 新品调查"
    assert li.say("调查") == listed
    assert li.say("7") == listed + "\n请回复上面的一个数字，或回复“退出”。"
    assert li.say("二").endswith("1/1 新品卖得好吗?\n1 好\n2 一般\n3 不好")
    assert li.say("1") == "已提交，谢谢李老板。"
    with house.reading() as session:
        assert tally(session, short)["returned"] == 1
    assert li.say("调查").startswith("《三季度")


def test_choosing_a_survey_left_half_done_goes_on_with_its_one_talk(house, li, short_survey):
    house.published()
    house.published(short_survey)
    li.fill("调查", "1", "1", "退出")
    assert li.fill("调查", "1").startswith("接着填《三季度服务满意度调查》，还剩 5 题。\n2/6")
    assert li.state() == (True, 1)


def test_ending_one_survey_offers_the_other_left_half_done(house, li, short_survey):
    house.published()
    short = house.published(short_survey)
    li.fill("调查", "1", "1")
    li.tap(f"survey:{short}")
    assert li.say("1") == "已提交，谢谢李老板。\n刚才的调查还剩 5 题，回复“继续”接着填。"
    assert li.say("继续").startswith("接着填《三季度")


def test_a_draft_ends_under_the_version_it_was_begun_under(house, li, wang, satisfaction):
    survey = house.published()
    li.fill("调查", "1")
    changed = satisfaction.replace("[送货时间, 货源信息, 上门拜访]", "[上门拜访, 价格]").replace("三季度服务", "新的")
    house.published(changed, survey)
    li.say("退出")
    assert "2 货源信息" in li.say("调查"), "the old version's options"
    assert "已选：货源信息。" in li.say("2")
    assert "2 价格" in wang.fill("调查", "1")


def test_what_waits_is_said_in_one_sentence(house, li, passer, short_survey):
    house.published()
    with house.transaction() as session:
        waits = "有一份 2 分钟的《三季度服务满意度调查》等您填写，回复“调查”开始。"
        assert conversation.awaits(li.turn(session, None)) == waits
        assert conversation.awaits(passer.turn(session, None)) == ""
    house.published(short_survey)
    with house.transaction() as session:
        assert conversation.awaits(li.turn(session, None)) == "有 2 份调查等您填写，回复“调查”开始。"


def test_an_answered_question_costs_one_select_and_one_update(house, li):
    house.published()
    li.fill("调查", "1")
    with house.counted() as statements:
        li.say("1")
    ours = [each for each in statements if "follower" not in each and "FROM talk" not in each and "BEGIN" not in each]
    assert [each.split()[0] for each in ours] == ["SELECT", "UPDATE"]


def test_handing_in_costs_five_statements(house, li, short_survey):
    house.published(short_survey)
    li.say("调查")
    with house.counted() as statements:
        li.say("1")
    ours = [each.split()[0] for each in statements if not any(of in each for of in ("follower", "talk", "BEGIN"))]
    assert ours == ["SELECT", "UPDATE", "INSERT", "INSERT", "UPDATE"]
