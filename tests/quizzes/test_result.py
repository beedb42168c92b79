"""What a result says: what to read, attempts left, the paper with its marks, and the key only when it may be shown."""

import pytest

from quizzes.actions import ending
from quizzes.models.attempts import EndedBy
from quizzes.queries import attempt_sheet, results
from tests.broadcasts.conftest import Library
from tests.h5 import Browser
from tests.quizzes.conftest import PAPER
from tests.quizzes.test_attempts import ALL_RIGHT, take

WITH_LESSON = PAPER.replace(
    "answer: 3, points: 10,", "answer: 3, points: 10, lesson: 'article:{}', explanation: 看顶部,"
)


def test_after_a_result_there_is_something_to_read_for_the_weakest_tag(school):
    article = Library(school.house).published("怎么看封签")
    quiz = school.published(WITH_LESSON.replace("{}", str(article)))
    assert school.wang.say("复习").text.startswith("现在没有要复习的。")
    said = take(school.wang, "1", "1 3", "对", "三十天")
    assert said == (
        "您得了 15 分（满分 30 分），没有合格。\n错 2 题：第 1 题（封签）、第 3 题。回复“错题”就练。\n"
        "先看看“封签”：回复“复习”现在就看。\n您还可以考 1 次，回复“测试”再来。"
    )
    read = school.wang.say("复习")
    assert "怎么看封签" in read.text + str([each.detail for each in read])
    page = Browser(school.house, school.wang)
    shown = page.open(f"/m/quizzes/{quiz}")
    assert "先看这一篇 文章《怎么看封签》 讲的是“封签”，这次失分最多 错题本 放进了 2 道" in shown
    assert "应答：顶部 看顶部" in shown and "还可以再考 1 次，取最高分" in shown
    link = page.page.text.partition('<li><a href="')[2].partition('"')[0]
    assert "怎么看封签" in page.open(link)
    take(school.wang, *ALL_RIGHT)
    better = page.open(f"/m/quizzes/{quiz}")
    assert "全部答对" in better and "先看" not in better and "您得了" not in school.wang.say("复习").text


@pytest.mark.on_sqlite
def test_a_result_told_at_once_is_the_one_that_is_read_later(school):
    house, quiz = school.house, school.published()
    for answers, counts in (("3", "1 3"), True), (("1",), False):
        for said in ("测试", "开始", *answers):
            school.wang.say(said)
        with house.services.transaction() as session:
            sheet = attempt_sheet.hold(session, quiz, school.wang.openid)
            told = ending.end(session, sheet, by=EndedBy.SHOP, at=house.clock(), source="page", now=house.clock())
        with house.look() as session:
            assert told == results.result(session, told.attempt_id, now=house.clock())
        assert (told.counts, told.left) == (counts, int(counts))


@pytest.mark.parametrize(
    ("reveal", "before", "after"),
    [
        ("at_once", True, True),
        ("after_closing", False, True),
        ("never", False, False),
    ],
)
@pytest.mark.on_sqlite
def test_the_paper_has_its_marks_and_the_key_when_it_may_be_shown(school, reveal, before, after):
    quiz = school.published(PAPER.replace("attempts: 2", f"reveal: {reveal}"))
    said = take(school.wang, "3", "1", "对", "三天")
    assert said.startswith("您得了 12.5 分") and "三十天" not in said
    page = Browser(school.house, school.wang)
    for shown in (before, after):
        seen = page.open(f"/m/quizzes/{quiz}")
        paper = seen.partition("看整张卷子（1 题答对）")[2]
        assert "1 封签应贴在哪一面？ 对 您答：顶部" in paper and "2 选哪几样？ 得 2.5 分 您答：甲" in paper
        assert "4 许可证延续应提前几天申请？ 错 您答：三天" in paper
        assert ("应答：甲；丙" in seen, "三十天" in page.page.text) == (shown, shown)
        assert school.house.flask("quizzes", "close", str(quiz)).exit_code in (0, 1)


@pytest.mark.on_sqlite
def test_a_pending_change_of_a_key_is_said_beside_the_key_it_was_marked_by(school, desk):
    quiz = school.published(PAPER.replace("attempts: 2", "attempts: 1"))
    take(school.wang, "2", "1 3", "错", "三十天")
    page = Browser(school.house, school.wang)
    found = desk.rekey(quiz, "k1", "--answer", "2")
    seen = page.open(f"/m/quizzes/{quiz}")
    assert "应答：顶部 这道题的答案正在核对，要改的话会告诉您。" in seen
    assert desk.decide(found["regrade"], "approve") == "已更正。"
    done = page.open(f"/m/quizzes/{quiz}")
    assert "全部答对" in done and "正在" not in done


@pytest.mark.on_sqlite
def test_a_ranking_is_seen_by_those_who_were_asked_and_nowhere_where_it_is_switched_off(school):
    quiz = school.published(PAPER.replace("attempts: 2", "attempts: 1"))
    page = Browser(school.house, school.wang)
    assert "您的店还没有考完。 还没有店考完。" in page.open(f"/m/quizzes/{quiz}/ranking")
    take(school.wang, "3", "1", "错", "三十天")
    take(school.li, *ALL_RIGHT)
    assert "排行榜 看看您的店排第几" in page.open(f"/m/quizzes/{quiz}")
    seen = page.open(f"/m/quizzes/{quiz}/ranking")
    assert "您的店排第 2，一共 2 家考完。 1 老李食杂店 李老板 30 分" in seen
    assert "2 城南便利店 王老板 · 您的店 27.5 分" in seen
    without = school.published(PAPER.replace("attempts: 2", "attempts: 1\nranking: false"))
    take(school.wang, *ALL_RIGHT)
    assert "排行榜" not in page.open(f"/m/quizzes/{without}")
    assert page.get(f"/m/quizzes/{without}/ranking").status_code == 404
