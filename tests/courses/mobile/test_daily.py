"""The daily question on its page inside WeChat: the one that waits in the chat, answered once wherever."""

from datetime import date

import pytest
from sqlalchemy import update

from courses.models.weak_spots import DailyQuestion, WeakReview, WeakSpot
from tests.courses.test_weak_spots import at, quiz, rows, take
from tests.h5 import Browser

HERE = "/m/courses/daily"


@pytest.mark.on_sqlite
def test_the_question_that_was_sent_is_answered_on_its_page_once(school) -> None:
    quiz(school)
    take(school.wang, "1")
    page = Browser(school.house, school.wang)
    assert "今天一题" not in page.open("/m/courses")
    at(school, 1, 10)
    assert "今天一题 上次答错的，再答一遍 答对就往后放" in page.open("/m/courses")
    assert "今天一题：上次答错的 封签应贴在哪一面？" in page.open(HERE)
    form = page.form() | {"option": "3"}
    assert "对了 封签应贴在哪一面？ 您答：顶部 对了，3 天后再问您一次。 封签贴在小盒顶部。" in page.send(
        "answer", option="3"
    )
    assert page.post(HERE, form).status_code == 303, "posted twice it counts once"
    assert [each.is_right for each in rows(school, WeakReview)] == [True]
    assert "今天的题答过了" in page.open(HERE)
    assert school.wang.say("每天一题").text == "今天的题答过了，明天再来。"
    assert "今天一题" not in page.open("/m/courses")


def test_a_wrong_answer_is_told_and_none_is_asked_for_again(school) -> None:
    quiz(school)
    take(school.wang, "1")
    at(school, 1, 10)
    page = Browser(school.house, school.wang)
    page.open("/m/me")
    assert page.get(HERE, headers={"Purpose": "prefetch"}).status_code == 303
    page.open(HERE)
    assert page.submit("answer").status_code == 422
    assert rows(school, WeakReview) == []
    assert "不对 封签应贴在哪一面？ 您答：正面 不对，应答：顶部。明天再问您一次。" in page.send("answer", option="1")


@pytest.mark.on_sqlite
def test_nobodys_and_a_shop_without_weak_spots_are_told_so(school) -> None:
    assert "现在没有要练的题" in Browser(school.house, school.wang).open(HERE)
    assert "请先绑定" in Browser(school.house, school.house.phone("路人")).open(HERE)


@pytest.mark.on_sqlite
def test_the_daily_message_is_stopped_and_started_on_its_page(school) -> None:
    quiz(school)
    take(school.wang, "1")
    at(school, 0, 20)
    at(school, 1, 8)
    page = Browser(school.house, school.wang)
    with school.house.services.transaction() as session:
        session.execute(update(WeakSpot).values(due_on=date(2026, 3, 2)))
    shown = page.open(HERE)
    assert "不要每天问我" in shown and "可以不填" not in shown
    page.send("stop")
    assert rows(school, DailyQuestion)[0].stopped_at is not None
    assert "每天问我一题" in page.open(HERE)
    assert "对了" in page.send("answer", option="3")  # answered all the same, and stopped as before
    at(school, 5, 8)
    school.wang.say("您好")
    at(school, 5, 10)
    assert "每天一题：" not in school.wang.unread().text
    page.open(HERE)
    page.send("start")
    at(school, 5, 11)
    assert school.wang.unread().text == ""  # it was asked it on the page
    assert rows(school, DailyQuestion)[0].stopped_at is None
