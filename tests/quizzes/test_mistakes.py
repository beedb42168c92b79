"""The wrong-answer book: what goes in, how it is practised in the chat and on its page, and what leaves it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from quizzes.models.attempts import Mistake
from quizzes.models.bank import AnswerKey, BankQuestion, QuestionVersion
from tests.h5 import Browser
from tests.quizzes.conftest import PAPER
from tests.quizzes.test_attempts import ALL_RIGHT, take

ALL_WRONG = ("1", "2 4", "对", "三天")
EMPTY = "错题本是空的。测试里答错的题，会放到这里来练。"


def mistakes(school) -> list[Mistake]:
    with school.house.look() as session:
        return list(session.scalars(select(Mistake).order_by(Mistake.question_id)))


@pytest.mark.on_sqlite
def test_what_was_wrong_is_practised_in_the_chat_until_it_is_right_twice_in_a_row(school):
    school.published()
    assert school.wang.say("错题").text == EMPTY
    said = take(school.wang, "3", "2 4", "错", "三天")
    assert "错 2 题：第 2 题、第 4 题（许可证）。回复“错题”就练。" in said
    assert school.wang.say("错题").text == (
        "错题本里有 2 道题。同一道题连着答对两次，就学会了。\n"
        "1/2 选哪几样？（可选多项，如：1 3）\n1 甲\n2 乙\n3 丙\n4 丁\n可回复“跳过”"
    )
    assert school.wang.say("五").text.startswith("请")  # not read, and not counted
    school.house.clock.advance(seconds=20)
    second = school.wang.say("1 3").text
    assert second.splitlines()[:2] == ["对了。", "2/2 许可证延续应提前几天申请？（请直接回复文字）"]
    school.house.clock.advance(seconds=20)
    assert school.wang.say("三月").text == (
        "不对，应答：三十天 或 30天。\n这次练完了：答对 1 道，还有 2 道。回复“错题”再练。"
    )
    school.house.clock.advance(seconds=20)
    assert school.wang.say("错题本").text.splitlines()[1].startswith("1/2 选哪几样？")
    assert school.wang.say("上一题").text.startswith("练过的题不能退回去改，请接着练。\n1/2")
    assert school.wang.say("1 3").text.startswith("对了，这道题学会了。\n2/2")
    school.house.clock.advance(seconds=20)
    assert "答对 2 道，学会 1 道，还有 1 道" in school.wang.say("30 日").text
    school.house.clock.advance(seconds=20)
    school.wang.say("错题")
    assert school.wang.say("30天").text == "对了，这道题学会了。\n这次练完了：答对 1 道，学会 1 道。错题都学会了。"
    assert school.wang.say("错题").text == "错题都学会了。以后测试里答错的题，会再放进来。"
    assert [(each.times, each.right_in_row, each.learnt_at is None) for each in mistakes(school)] == [
        (1, 2, False),
        (2, 2, False),
    ]


def test_a_round_is_left_and_gone_on_with_and_another_quiz_puts_it_back(school):
    school.published()
    take(school.wang, *ALL_WRONG)
    assert "4 道题" in school.wang.say("错题").text
    assert school.wang.say("退出").text == "好的，先到这里。错题本里还有 4 道题，回复“继续”接着练。"
    assert "4 道题" in school.wang.say("继续").text
    for right in ALL_RIGHT:
        said = school.wang.say(right).text
    assert "答对 4 道，还有 4 道" in said
    # Wrong again in a test: right twice in a row begins anew.
    take(school.wang, *ALL_WRONG)
    assert {(each.times, each.right_in_row) for each in mistakes(school)} == {(2, 0)}


def test_it_is_practised_on_its_page_and_a_form_posted_twice_counts_once(school):
    school.published()
    take(school.wang, "3", "2 4", "错", "三天")
    page = Browser(school.house, school.wang)
    assert "错题本 还有 2 道没学会" in page.open("/m/me")
    listed = page.open("/m/quizzes/mistakes")
    assert "现在练 2 道" in listed and "错过 1 次" in listed
    start = page.page.text.partition("/m/quizzes/mistakes/practise?since=")[2].partition('"')[0]
    asked = page.open(f"/m/quizzes/mistakes/practise?since={start}")
    assert "第 1 题，共 2 题" in asked and "选哪几样" in asked
    school.house.clock.advance(seconds=20)
    form, action = page.form() | {"do": "answer", "option": "1"}, page.action()
    assert "不对。" in page.post(action, form).text
    right = form | {"option": "1"}
    assert "应答：甲；丙" in page.post(action, right).text
    assert [each.times for each in mistakes(school)] == [2, 1]
    assert "第 2 题，共 2 题" in page.open(action)
    school.house.clock.advance(seconds=20)
    done = page.send("answer", text="三十天")
    assert "对了。" in done and "这次练完了" in done
    assert "错过 1 次 · 对了 1 次，再对一次就学会" in page.open("/m/quizzes/mistakes")
    school.house.clock.advance(seconds=20)
    page.open("/m/quizzes/mistakes/practise")
    school.house.clock.advance(seconds=20)
    page.send("skip")  # a multiple choice has no such button; pressed all the same it is only put off
    assert [each.right_in_row for each in mistakes(school)] == [0, 1]


@pytest.mark.parametrize(("reveal", "while_open", "after"), [("after_closing", 0, 2), ("never", 0, 0)])
@pytest.mark.on_sqlite
def test_a_key_that_may_not_be_shown_yet_is_not_practised(school, reveal, while_open, after):
    quiz = school.published(PAPER.replace("attempts: 2", f"reveal: {reveal}"))
    said = take(school.wang, "3", "2 4", "错", "三天")
    assert "错题" not in said
    page = Browser(school.house, school.wang)
    assert school.wang.say("错题").text == EMPTY
    assert EMPTY in page.open("/m/quizzes/mistakes")
    page.open(f"/m/quizzes/{quiz}")
    assert "甲" not in page.text.replace("您答：乙、丁", "") and "三十天" not in page.text
    assert school.house.flask("quizzes", "close", str(quiz)).exit_code == 0
    listed = page.open("/m/quizzes/mistakes")
    assert (f"现在练 {after} 道" in listed) is bool(after)
    assert ("甲；丙" in page.open(f"/m/quizzes/{quiz}")) is bool(after)


def test_what_is_retired_struck_or_right_by_a_new_key_leaves_the_book(school):
    school.published()
    take(school.wang, *ALL_WRONG)
    now = school.house.clock()
    with school.house.services.transaction() as session:
        of = {each.code: each for each in session.scalars(select(BankQuestion))}
        session.execute(update(BankQuestion).where(BankQuestion.id == of["k1"].id).values(is_retired=True))
        for code, key in (
            ("k2", {"right": [1, 3], "variants": [], "rule": "all", "effect": "struck"}),
            ("k3", {"right": [1], "variants": [], "rule": "all", "effect": "marked"}),
        ):
            version = session.scalars(select(QuestionVersion).where(QuestionVersion.question_id == of[code].id)).one()
            session.add(
                AnswerKey(
                    version_id=version.id, number=2, quiz_id=0, key=key, reason="错了", made_at=now, made_by="boss"
                )
            )
    assert school.wang.say("错题").text.splitlines()[:2] == [
        "错题本里有 1 道题。同一道题连着答对两次，就学会了。",
        "1/1 许可证延续应提前几天申请？（请直接回复文字）",
    ]


@pytest.mark.on_sqlite
def test_what_the_clock_ends_goes_in_too_and_nobody_sees_anothers_book(school):
    school.published()
    school.wang.say("测试")
    school.wang.say("开始")
    school.house.clock.advance(timedelta(minutes=16))
    school.house.tick()
    assert "4 道题" in school.wang.say("错题").text
    assert school.li.say("错题").text == EMPTY
    stranger = school.house.phone("o-stranger")
    stranger.follow()
    assert "请先绑定您的店" in stranger.say("错题").text
    assert "请先绑定您的店" in Browser(school.house, stranger).open("/m/quizzes/mistakes")
