"""A quiz in the chat, as the shopkeeper sees it."""

from sqlalchemy import select

from quizzes.models.attempts import Attempt
from quizzes.models.quizzes import Standing


def attempts(school):
    with school.house.look() as session:
        return session.scalars(select(Attempt).order_by(Attempt.id)).all()


def test_a_whole_quiz_by_number_replies_and_the_score_at_once(school):
    school.published()
    said = school.wang.say("测试").text
    assert said == (
        "测试《真假鉴别小测试》4 题，限时 15 分钟，满分 30 分，18 分及格，可考 2 次，取最高分。\n回复“开始”就开始。"
    )
    assert school.wang.say("开始").text.startswith("1/4 封签应贴在哪一面？\n1 正面\n2 背面\n3 顶部")
    assert school.wang.say("3").text.startswith("2/4 选哪几样？")
    assert school.wang.say("AC").text.startswith("已选：甲、丙。\n3/4 许可证可以转借。")
    assert school.wang.say("√").text.startswith("4/4 许可证延续应提前几天申请？")
    school.house.clock.advance(minutes=3)
    done = school.wang.say("30日").text
    assert (
        done
        == "您得了 25 分（满分 30 分），合格。\n错 1 题：第 3 题。回复“错题”就练。\n您还可以考 1 次，回复“测试”再来。"
    )
    assert "您还可以考 1 次。" in school.wang.say("测试").text
    (attempt,) = attempts(school)
    assert (attempt.marks, attempt.key_numbers, attempt.total, attempt.maximum) == (
        "1000,500,0,1000",
        "1,1,1,1",
        2500,
        3000,
    )
    assert (attempt.is_passed, attempt.ended_by, attempt.seconds, attempt.source) == (True, "shop", 180, "chat")
    with school.house.look() as session:
        standing = session.scalars(select(Standing).where(Standing.used > 0)).one()
    assert (standing.used, standing.total, standing.share, standing.counted_attempt_id) == (1, 2500, 8333, attempt.id)


def test_the_clock_ends_what_is_left_and_the_next_message_answers_nothing(school):
    school.published()
    school.wang.say("测试")
    school.wang.say("开始")
    school.wang.say("3")
    school.house.clock.advance(minutes=16)
    school.house.tick()
    (attempt,) = attempts(school)
    assert (attempt.ended_by, attempt.seconds, attempt.total) == ("time", 900, 1000)
    assert attempt.ended_at == attempt.ends_at
    told = school.wang.unread().text
    assert told.startswith("时间到了，已经替您交卷。\n您得了 10 分（满分 30 分），没有合格。\n错 3 题：")
    school.house.tick()
    assert school.wang.unread().text == ""
    assert not school.wang.say("1").text.startswith("时间到了")
    assert len(attempts(school)) == 1
