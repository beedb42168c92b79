"""Attempts: one at a time over all doors, so many as are allowed, and the one that counts."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from quizzes.actions import overdue
from quizzes.models.attempts import Attempt
from quizzes.models.figures import ItemCell
from quizzes.models.quizzes import Standing
from quizzes.texts import chat
from tests.h5 import Browser
from tests.quizzes.conftest import PAPER
from tests.quizzes.test_chat import attempts
from tests.threads import at_once

TEN = "title: 十题\npass: 100\nquestions:\n" + "\n".join(
    f"  - {{code: k{n}, type: truth, text: 第 {n} 题对吗？, answer: true, points: 10}}" for n in range(1, 11)
)
ALL_RIGHT = ("3", "1 3", "错", "30天")


def standing(school, quiz: int) -> Standing:
    with school.house.look() as session:
        return session.scalars(select(Standing).where(Standing.quiz_id == quiz, Standing.used > 0)).one()


def take(phone, *replies: str) -> str:
    phone.say("测试")
    said = phone.say("开始").text
    assert said.startswith("1/"), said
    for reply in replies:
        said = phone.say(reply).text
    return said


@pytest.mark.pooled
@pytest.mark.parametrize("is_second", [False, True], ids=["the first", "while the clock ends the one before"])
def test_26_begun_from_two_phones_and_the_chat_in_one_instant_it_is_one_attempt(school, is_second):
    text = PAPER if is_second else PAPER.replace("attempts: 2", "attempts: 2\nshuffle: true")
    quiz, house = school.published(text), school.house
    pages = [Browser(house, school.wang) for _ in range(2)]
    before = 1 if is_second else 0
    school.wang.say("测试")
    if is_second:
        school.wang.say("开始")
        school.wang.say("3")
    for page in pages:
        page.open(f"/m/quizzes/{quiz}")
    tokens = [page.form()["form_token"] for page in pages]
    if is_second:
        house.clock.advance(timedelta(minutes=15, seconds=31))
    sealed = house.sim.prepare([school.wang] * 17, ["开始"] * 17)

    def by_page(n: int):
        return lambda: pages[n].post(f"/m/quizzes/{quiz}", {"form_token": tokens[n], "do": "begin"}).status_code

    def by_chat(n: int):
        def say() -> int:
            one = sealed[n]
            return house.app.test_client().post("/wechat", query_string=one.query, data=one.body).status_code

        return say

    def by_clock() -> int:
        with house.services.transaction() as session:
            overdue.end_some(session, now=house.clock())
        return 200

    doings = [by_page(n % 2) for n in range(33)] + [by_chat(n) for n in range(17)]
    assert set(at_once(*doings, *([by_clock] if is_second else []))) <= {200, 303}
    house.tick()
    if is_second and len(attempts(school)) == 1:
        # Everyone was heard before the end was; one more press begins.
        assert pages[0].post(f"/m/quizzes/{quiz}", {"form_token": tokens[0], "do": "begin"}).status_code == 303
    found = attempts(school)
    assert [each.number for each in found] == list(range(1, before + 2))
    assert found[-1].ended_at is None and standing(school, quiz).used == before + 1
    if is_second:
        assert (found[0].ended_by, found[0].total, found[0].answers) == ("time", 1000, {"k1": {"o": 3}})
    # The same paper for all: the chat asks what the page asks.
    first = school.wang.say("测试").text.splitlines()[1].partition(" ")[2]
    assert first.partition("（")[0] in Browser(house, school.wang).open(f"/m/quizzes/{quiz}")


def test_27_of_two_allowed_the_third_is_refused_with_the_score_that_counts(school):
    quiz = school.published()
    take(school.wang, *ALL_RIGHT)
    assert "您还可以考 1 次" in school.wang.say("测试").text
    assert school.wang.say("开始").text.startswith("1/4")
    page = Browser(school.house, school.wang)
    page.open(f"/m/quizzes/{quiz}")
    token = page.form()["form_token"]
    school.wang.say("1")
    left = school.wang.say("退出").text
    assert left == "好的，先到这里。刚才的测试还有 3 题没答，计时不会停，还剩 15 分钟，回复“继续”接着答。"
    # An attempt that is open is not used up for its owner.
    assert school.wang.say("测试").text.startswith("接着做《真假鉴别小测试》，还有 3 题没答")
    for reply in ("2", "对", "2天"):
        said = school.wang.say(reply).text
    assert "您得了 0 分（满分 30 分），没有合格。" in said and "还可以考" not in said
    refused = "这份测试可考 2 次，您都考过了，成绩 30 分，合格。"
    assert school.wang.click(f"quiz:{quiz}").text == refused
    assert refused in page.open(f"/m/quizzes/{quiz}?again=1")
    page.post(f"/m/quizzes/{quiz}", {"form_token": token, "do": "begin"})
    assert [each.number for each in attempts(school)] == [1, 2]


def test_28_three_in_the_chat_the_rest_on_the_page_and_handed_in_in_the_chat(school):
    quiz = school.published(TEN)
    take(school.wang, "对", "对", "错")
    page = Browser(school.house, school.wang)
    assert "第 4 题，共 10 题" in page.open(f"/m/quizzes/{quiz}")
    for _ in range(7):
        page.send("answer", option="1")
    assert "看一遍，没问题就交卷" in page.text
    assert school.wang.say("嗯").text == "都答完了，还没有交卷。回复“上一题”可以改，回复“交卷”就交。"
    assert school.wang.say("测试").text.startswith("接着做《十题》，还没有交卷。")
    assert school.wang.say("上一题").text.startswith("10/10 第 10 题对吗？（原来选了：对；重新回复即可更改）")
    assert school.wang.say("跳过").text.startswith("您得了 90 分，没有合格。\n错 1 题：第 3 题。")
    (attempt,) = attempts(school)
    assert (attempt.number, attempt.marks, attempt.source) == (
        1, "1000,1000,0,1000,1000,1000,1000,1000,1000,1000", "chat",
    )  # fmt: skip


def test_what_was_skipped_is_gone_back_to_from_the_end(school):
    school.published()
    assert take(school.wang, "3", "跳过", "错", "跳过") == (
        "都问完了，第 2、4 题还没有答。回复“上一题”回去答，回复“交卷”就交。"
    )
    assert school.wang.say("上一题").text.startswith("2/4 选哪几样？")
    assert school.wang.say("1 3").text.endswith("第 4 题还没有答。回复“上一题”回去答，回复“交卷”就交。")
    assert school.wang.say("上一题").text.startswith("4/4")
    assert school.wang.say("三十日").text.startswith("您得了 30 分")


@pytest.mark.on_sqlite
def test_handing_in_before_the_last_question_is_asked_back_once(school):
    school.published(TEN)
    begin = [school.wang.say(word).text for word in ("测试", "开始", "错")]
    assert begin[-1].startswith("2/10")
    early = "还有 9 题没答，交卷后不能再答。再回复一次“交卷”就交，也可以接着答。"
    assert school.wang.say("交卷").text == early
    # Whoever goes on is asked again.
    assert school.wang.say("错").text.startswith("3/10")
    assert school.wang.say("交卷").text == early.replace("9", "8")
    assert attempts(school)[0].ended_at is None
    assert school.wang.say("交卷").text.startswith("您得了")
    assert attempts(school)[0].ended_by == "shop"


@pytest.mark.pooled
def test_29_handed_in_twice_it_is_marked_once_and_told_once(school):
    quiz, house = school.published(TEN.replace("pass: 100", "pass: 60")), school.house
    pages = [Browser(house, school.wang) for _ in range(2)]
    pages[0].open(f"/m/quizzes/{quiz}")
    pages[0].send("begin")
    for _ in range(10):
        pages[0].send("answer", option="1")
    pages[1].open(f"/m/quizzes/{quiz}?look=1")
    assert "还没有交卷" in school.wang.say("测试").text
    forms = [page.form("finish") | {"do": "finish"} for page in pages]
    said = at_once(
        *(lambda n=n: pages[n % 2].post(f"/m/quizzes/{quiz}", forms[n % 2]).status_code for n in range(6)),
        lambda: school.wang.say("交卷").text,
    )
    assert said.count(303) == 6
    house.tick()
    (attempt,) = attempts(school)
    assert (attempt.total, attempt.ended_by, attempt.is_filed) == (10_000, "shop", True)
    with house.look() as session:
        assert session.scalar(select(func.sum(ItemCell.count)).where(ItemCell.question_id > 0)) == 10
    assert standing(school, quiz).used == 1
    assert "100" in pages[0].open(f"/m/quizzes/{quiz}")


def test_30_the_best_counts_and_the_counters_hold_it_alone(school):
    quiz = school.published(TEN.replace("pass: 100", "attempts: 2"))
    assert "您得了 80 分，合格" in take(school.wang, *["对"] * 8, "错", "错")
    school.house.tick()
    school.house.clock.advance(minutes=5)
    assert "您得了 60 分，合格" in take(school.wang, *["对"] * 6, *["错"] * 4)
    school.house.tick()
    first, second = attempts(school)
    kept = standing(school, quiz)
    assert (first.total, second.total) == (8000, 6000)
    assert (kept.total, kept.counted_attempt_id, kept.used) == (8000, first.id, 2)
    with school.house.look() as session:
        assert session.execute(
            select(ItemCell.total, func.sum(ItemCell.count))
            .where(ItemCell.question_id > 0, ItemCell.count > 0)
            .group_by(ItemCell.total)
        ).all() == [(8000, 10)]


def test_a_second_attempt_begun_in_the_second_the_first_ended_is_heard(school):
    school.published()
    assert "您还可以考 1 次" in take(school.wang, *ALL_RIGHT)
    assert take(school.wang, *ALL_RIGHT).startswith("您得了 30 分")
    assert [each.number for each in attempts(school)] == [1, 2]


@pytest.mark.on_sqlite
def test_a_need_written_after_the_time_is_taken_as_one_and_the_result_comes_by_itself(school):
    school.published()
    take(school.wang, "3")
    school.house.clock.advance(hours=1)
    said = school.wang.say("红七匹狼这周断货了能不能先补两条").text
    assert "已转给客户经理" in said
    school.house.tick()
    assert school.wang.unread().text.count(chat.TIME_IS_UP) == 1
    (attempt,) = attempts(school)
    assert (attempt.ended_by, attempt.total) == ("time", 1000)


def test_two_phones_of_one_attempt_never_lose_an_answer(school):
    quiz = school.published(TEN)
    page = Browser(school.house, school.wang)
    page.open(f"/m/quizzes/{quiz}")
    page.send("begin")
    stale = Browser(school.house, school.wang)
    stale.open(f"/m/quizzes/{quiz}")
    page.send("answer", option="1")
    page.send("answer", option="1")
    # The tab that was left open answers question 1 anew, and sees where the attempt is.
    assert "第 3 题，共 10 题" in stale.send("answer", option="2")
    with school.house.look() as session:
        (attempt,) = session.scalars(select(Attempt)).all()
    assert attempt.answers == {"k1": {"o": 2}, "k2": {"o": 1}}
