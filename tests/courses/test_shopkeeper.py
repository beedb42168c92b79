"""An old shopkeeper in the chat: words that fit nowhere, numbers at the wrong time, two things open at once."""

from dataclasses import replace

import pytest

from courses.rules.definition import LessonDefinition, Screen
from courses.texts import chat, notices
from tests.courses.conftest import COURSE
from tests.courses.learners import begun, readings, wait
from tests.courses.test_chat import QUESTION
from tests.quizzes.test_managers import chen

pytestmark = pytest.mark.on_sqlite


def at_the_question(school) -> None:
    school.published()
    for seconds, said in ((0, "学习"), (0, "下一页"), (10, "下一页"), (3, "下一页")):
        wait(school, seconds)
        school.wang.say(said)


def test_a_number_or_yes_at_the_card_begins_the_lesson_and_other_words_say_how(school) -> None:
    school.published()
    say = school.wang.say
    say("学习")
    assert say("看看").text == chat.HOW_TO_BEGIN == say("上一页").text
    assert begun(school) == []
    assert say("1").text.startswith("第 1 屏，共 2 屏")
    assert say("下一页").text == "翻得快了一点，还差 10 秒。请把这一屏看完。再回复“下一页”。"
    manager = chen(school)
    school.published(title="怎么走访", is_for_staff=True)
    manager.say("学习")
    assert manager.say("1").text.startswith("第 1 屏，共 2 屏"), "no answer to a shop"


def test_a_question_that_is_turned_over_is_asked_again_and_still_takes_the_number(school) -> None:
    at_the_question(school)
    say = school.wang.say
    for words in ("下一页", "跳过"):
        assert say(words).text == f"{chat.MUST_BE_ANSWERED}\n{QUESTION}"
    assert readings(school)[0].tries == 0
    assert say("3").text.startswith("答对了。")


def test_a_talk_that_is_opened_again_by_what_is_overheard_goes_on_taking_numbers(school) -> None:
    school.published()
    school.published(title="许可证的事")
    say = school.wang.say
    offered = say("学习").text
    assert say("下一页").text == offered
    assert "《许可证的事》1/2" in say("1")[-1].detail["articles"][0]["description"]


def test_stop_said_twice_is_no_message_for_the_manager(school) -> None:
    school.published()
    assert school.wang.say("断货了能不能先补两条").text.startswith("已转给")
    assert school.wang.say("停").text == notices.STOPPED == school.wang.say("停").text


def test_the_end_of_a_course_says_how_to_go_on(school) -> None:
    one = LessonDefinition("l1", "看喷码", (Screen("看。"),))
    school.published(replace(COURSE, lessons=(one,)))
    say = school.wang.say
    say("学习")
    say("下一页")
    assert say("退出").text == "好的，先到这里。《看喷码》还差最后一屏，回复“继续”接着学。"
    say("继续")
    wait(school, 3)
    assert say("下一页").text == f"恭喜您，《怎么辨别真假烟》学完了。\n{chat.TO_ALL}"
    say("学习")
    assert say("下一页").text == f"{chat.SEEN_THROUGH}\n{chat.TO_ALL}"
