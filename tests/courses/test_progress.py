"""Progress: what was handed out counts, whatever is asked for, posted twice or through two doors at once."""

from dataclasses import replace

import pytest

from courses.actions.learning import AnswerOutcome
from courses.rules.definition import LessonDefinition, Screen
from courses.rules.progress import StepVerdict
from courses.texts import chat
from foundation.errors import Refused
from tests.courses.conftest import COURSE
from tests.courses.learners import TEN_SECONDS, answer, ask, begun, course_of, lesson_ids, readings, wait
from tests.quizzes.test_clock import post
from tests.threads import at_once

FIVE = tuple(Screen(f"{TEN_SECONDS[:-1]}{n}") for n in range(5))


def kept(school) -> list[tuple[int, int, bool]]:
    return [(each.at, each.seconds, each.finished_at is not None) for each in readings(school)]


def refused(school, phone, lesson: int, step: int) -> str:
    with pytest.raises(Refused) as refusal:
        ask(school, phone, lesson, step)
    return refusal.value.sentence


@pytest.mark.on_sqlite
def test_37_whatever_is_forged_is_refused_and_credits_nothing(school) -> None:
    course = school.published()
    ids = lesson_ids(school, course)
    lesson = ids["l1"]
    # "Finish" alone, the fifth screen first, steps that are none: before the beginning.
    for step in (3, 2, 5, 0, -1, 999):
        given = ask(school, school.wang, lesson, step)
        assert (given.verdict, given.refusal) == (StepVerdict.TOO_FAR, "请一屏一屏看，接着是第 1 屏。")
    with pytest.raises(Refused, match=chat.NOT_ASKED_YET):
        answer(school, school.wang, lesson, 3)
    assert kept(school) == [] and begun(school) == []
    assert ask(school, school.wang, lesson, 1).verdict is StepVerdict.NEXT
    # Next ×10 in one second, whichever step each of them names.
    wait(school, 1)
    said = {ask(school, school.wang, lesson, step).refusal for step in [2] * 10}
    assert said == {"翻得快了一点，还差 9 秒。请把这一屏看完。"}
    assert {ask(school, school.wang, lesson, step).verdict for step in (3, 4, 5, 999, 0)} == {StepVerdict.TOO_FAR}
    with pytest.raises(Refused, match=chat.NOT_ASKED_YET):
        answer(school, school.wang, lesson, 3)
    assert {ask(school, school.wang, lesson, 1).verdict for _ in range(10)} == {StepVerdict.SEEN}
    assert kept(school) == [(1, 0, False)]
    # An unreleased lesson by its address, its question too.
    assert refused(school, school.wang, ids["l2"], 1) == "第 2 课还没有开，请先学第 1 课。回复“学习”接着学。"
    assert refused(school, school.wang, ids["l2"], 2) == "第 2 课还没有开，请先学第 1 课。回复“学习”接着学。"
    # Another shop's enrolment cannot even be named: 李 is at the beginning of a reading of their own.
    assert ask(school, school.li, lesson, 2).verdict is StepVerdict.TOO_FAR
    # Waited for once, ten requests give one screen and one credit.
    wait(school, 9)
    verdicts = [ask(school, school.wang, lesson, 2).verdict for _ in range(10)]
    assert verdicts == [StepVerdict.NEXT, *[StepVerdict.SEEN] * 9]
    assert kept(school) == [(2, 10, False)] and begun(school)[0].seconds == 10


@pytest.mark.on_sqlite
def test_37_a_shop_that_was_not_selected_is_refused_at_every_step(school) -> None:
    course = school.published(audience={"class": ["现代终端"]})
    lesson = lesson_ids(school, course)["l1"]
    chosen, other = (school.wang, school.li) if _may(school, school.wang, lesson) else (school.li, school.wang)
    assert ask(school, chosen, lesson, 1).verdict is StepVerdict.NEXT
    assert refused(school, other, lesson, 1) == chat.NOT_FOR_YOU
    assert other.click(f"lesson:{lesson}").text == chat.NOT_FOR_YOU
    assert len(begun(school)) == 1


def _may(school, phone, lesson: int) -> bool:
    return phone.click(f"lesson:{lesson}").text != chat.NOT_FOR_YOU


@pytest.mark.on_sqlite
def test_38_the_next_screen_comes_once_the_last_could_be_read_or_heard(school) -> None:
    course = school.published(
        course_of(Screen(TEN_SECONDS), Screen("看录像。", video="b" * 64, seconds=50), Screen("好。"))
    )
    lesson = lesson_ids(school, course)["l1"]
    ask(school, school.wang, lesson, 1)
    wait(school, 9)
    given = ask(school, school.wang, lesson, 2)
    assert (given.verdict, given.lacks) == (StepVerdict.TOO_SOON, 1)
    assert given.refusal == "翻得快了一点，还差 1 秒。请把这一屏看完。"
    wait(school, 1)
    assert ask(school, school.wang, lesson, 2).verdict is StepVerdict.NEXT
    wait(school, 39)
    assert ask(school, school.wang, lesson, 3).lacks == 1
    wait(school, 1)
    assert ask(school, school.wang, lesson, 3).verdict is StepVerdict.NEXT
    assert kept(school) == [(3, 50, False)]
    wait(school, 3600)  # an hour away
    assert ask(school, school.wang, lesson, 4).finishes_course
    assert kept(school) == [(4, 350, True)] and begun(school)[0].seconds == 350


def test_38_no_word_and_no_clock_of_the_chat_gains_a_second(school) -> None:
    course = school.published(course_of(*FIVE))
    house, wang = school.house, school.wang
    wang.click(f"course:{course}")
    wang.say("下一页")
    wait(school, 8)
    # Sent after eight seconds and delivered after sixteen: it was too early.
    sealed = house.sim.prepare([wang], ["下一页"])[0]
    wait(school, 8)
    assert post(school, sealed) == f"{chat.too_soon(2)}{chat.TURN_LATER}"
    assert post(school, sealed) == f"{chat.too_soon(2)}{chat.TURN_LATER}"  # delivered again, the same answer
    assert kept(school) == [(1, 0, False)]
    assert wang.say("下一页").text.startswith("第 2 屏，共 5 屏")
    assert kept(school) == [(2, 16, False)]
    # One that says it was sent an hour ago counts as twenty seconds old, and one from the future as sent now.
    sealed = house.sim.prepare([wang], ["下一页"])[0]
    wait(school, 3600)
    assert post(school, sealed).startswith("第 3 屏")
    assert kept(school) == [(3, 316, False)]


@pytest.mark.on_sqlite
def test_a_message_delivered_again_gets_the_same_screen_and_counts_once(school) -> None:
    school.published(course_of(*FIVE))
    school.wang.say("学习")
    school.wang.say("下一页")
    wait(school, 10)
    sealed = school.house.sim.prepare([school.wang], ["下一页"])[0]
    answers = [post(school, sealed) for _ in range(3)]
    assert len(set(answers)) == 1 and answers[0].startswith("第 2 屏，共 5 屏")
    assert kept(school) == [(2, 10, False)]


@pytest.mark.on_sqlite
def test_an_answer_posted_twice_counts_once_and_a_right_one_finishes_once(school) -> None:
    course = school.published()
    lesson = lesson_ids(school, course)["l1"]
    for step in (1, 2, 3):
        ask(school, school.wang, lesson, step)
        wait(school, 10)
    assert answer(school, school.wang, lesson, 1, tries=0).outcome is AnswerOutcome.WRONG
    assert answer(school, school.wang, lesson, 1, tries=0).outcome is AnswerOutcome.PAST
    assert answer(school, school.wang, lesson, 3, tries=1).outcome is AnswerOutcome.RIGHT
    moment = readings(school)[0].finished_at
    wait(school, 60)
    for tries in (1, 2, None):
        assert answer(school, school.wang, lesson, 3, tries=tries).outcome is AnswerOutcome.PAST
    (one,) = readings(school)
    assert (one.tries, one.is_right, one.finished_at, one.seconds) == (2, False, moment, 20)
    assert begun(school)[0].lessons == 1


@pytest.mark.on_sqlite
def test_40_a_new_version_moves_no_finish_and_adds_no_lesson_to_who_began(school) -> None:
    course = school.published(course_of(Screen(TEN_SECONDS), is_ordered=False))
    first = lesson_ids(school, course)["l1"]
    ask(school, school.wang, first, 1)
    ask(school, school.li, first, 1)
    wait(school, 10)
    assert ask(school, school.wang, first, 2).finishes_course
    finished_at = school.house.clock()
    added = LessonDefinition("l2", "看钢印", (Screen("看钢印。"),))
    wait(school, 60)
    definition = course_of(Screen(TEN_SECONDS), is_ordered=False)
    school.again(course, replace(definition, lessons=(*definition.lessons, added)))
    second = lesson_ids(school, course)["l2"]
    assert refused(school, school.wang, second, 1) == chat.OTHER_VERSION
    assert ask(school, school.wang, first, 2).verdict is StepVerdict.SEEN
    assert school.wang.say("学习").text.startswith("《看喷码》您学完了，再看一遍。")
    # Who had begun ends under the version of the beginning; who begins now learns both.
    assert ask(school, school.li, first, 2).finishes_course
    one, two = begun(school)
    assert (one.lessons, one.finished_at) == (1, finished_at)
    assert (two.lessons, two.finished_at) == (1, school.house.clock()) and one.version_id == two.version_id
    assert (one.area_id, one.manager_id) != (None, None)


@pytest.mark.pooled
def test_two_phones_at_once_get_one_screen_one_credit_and_one_finish(school) -> None:
    lessons = (
        LessonDefinition("l1", "甲", (Screen(TEN_SECONDS),)),
        LessonDefinition("l2", "乙", (Screen(TEN_SECONDS),)),
        replace(COURSE.lessons[0], code="l3"),
    )
    course = school.published(lessons=lessons, is_ordered=False)
    ids = lesson_ids(school, course)

    def steps(lesson: int, step: int, times: int = 6):
        return [lambda: ask(school, school.wang, lesson, step)] * times

    first = at_once(*steps(ids["l1"], 1), *steps(ids["l2"], 1, 3))
    assert sorted(each.verdict for each in first).count(StepVerdict.NEXT) == 2
    assert len(begun(school)) == 1
    wait(school, 10)
    # Both lessons end at one moment.
    ended = at_once(*steps(ids["l1"], 2), *steps(ids["l2"], 2))
    assert sum(each.finishes_lesson for each in ended) == 2 and not any(each.finishes_course for each in ended)
    assert begun(school)[0].lessons == 2 and begun(school)[0].seconds == 20
    for step in (1, 2, 3):
        ask(school, school.wang, ids["l3"], step)
        wait(school, 10)
    marked = at_once(*[lambda: answer(school, school.wang, ids["l3"], 3)] * 8)
    assert [each.outcome for each in marked].count(AnswerOutcome.RIGHT) == 1
    assert sum(each.finishes_course for each in marked) == 1
    (enrolment,) = begun(school)
    assert (enrolment.lessons, enrolment.seconds) == (3, 40)
    assert readings(school)[2].tries == 1
