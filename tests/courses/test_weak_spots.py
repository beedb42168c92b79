"""Weak spots: what was wrong in a quiz is asked again, one question a day, until it is known."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from courses import jobs
from courses.actions import authoring
from courses.actions import weak_spots as actions
from courses.models.weak_spots import DailyQuestion, WeakReview, WeakSpot
from courses.queries import weak_spots
from people.models import Retailer
from quizzes.models.bank import BankQuestion
from simulator.phone import Phone
from tests.courses.conftest import COURSE
from tests.courses.learners import answer, ask, lesson_ids, wait
from tests.h5 import Browser
from tests.office import Office
from wechat_bot import clock_steadiness

HERE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 2, tzinfo=HERE)
SEAL = """
title: 真假鉴别小测试
attempts: 3
questions:
  - {code: k1, type: single, text: 封签应贴在哪一面？, options: [正面, 背面, 顶部], answer: 3,
     explanation: 封签贴在小盒顶部。}
"""
FILL = """
title: 许可证
questions:
  - {code: k1, type: fill, text: 许可证延续应提前几天申请？, answer: 三十天}
"""
PAIR = SEAL + "  - {code: k2, type: truth, text: 许可证可以转借。, answer: false}\n"
ASKED = "每天一题：封签应贴在哪一面？\n1 正面\n2 背面\n3 顶部\n回复数字就行。不想每天收，回复“停”。"


def twenty() -> str:
    lines = [f"  - {{code: k{n}, type: truth, text: 第 {n} 题对吗？, answer: true}}" for n in range(1, 21)]
    return "\n".join(["title: 二十题", "questions:", *lines])


def quiz(school, text: str = SEAL) -> int:
    path = school.house.settings.media_path.parent / "quiz.yaml"
    path.write_text(text, encoding="utf-8")
    quiz_id = int(school.house.flask("quizzes", "load", str(path)).output)
    assert school.house.flask("quizzes", "publish", str(quiz_id)).exit_code == 0
    return quiz_id


def take(phone: Phone, *replies: str) -> str:
    phone.say("测试")
    phone.say("开始")
    return [phone.say(reply).text for reply in replies][-1]


def at(school, day: int, hour: int, minute: int = 0) -> None:
    """Move the clock to an hour of a day, counted from Monday, and let the jobs of the day's question run."""
    moment = MONDAY + timedelta(days=day, hours=hour, minutes=minute)
    school.house.clock.advance(moment - school.house.clock())
    jobs.collect_weak_spots(school.house.services)
    jobs.ask_daily(school.house.services)
    school.house.work()


def asked_on(school, day: int, hour: int = 10) -> str:
    """What a shop is sent at an hour of a day; it wrote two hours before, so that it can be."""
    at(school, day, hour - 2)
    school.wang.say("您好")
    school.wang.unread()
    at(school, day, hour)
    return school.wang.unread().text


def close(school, course_id: int) -> None:
    with school.house.services.transaction() as session:
        authoring.close(session, course_id, now=school.house.clock())


def rows(school, what, *order):
    with school.house.look() as session:
        return list(session.scalars(select(what).order_by(*order)))


def test_42_what_was_wrong_comes_again_after_1_3_7_21_and_60_days_and_the_next_day_when_it_was_wrong(school):
    quiz(school)
    take(school.wang, "1")
    at(school, 0, 20)
    assert school.wang.unread().text == ""
    at(school, 1, 9, 59)
    assert school.wang.unread().text == ""
    at(school, 1, 10)
    assert school.wang.unread().text == ASKED
    assert school.wang.say("3").text == "对了，3 天后再问您一次。\n封签贴在小盒顶部。"
    day = 1
    for days, following in ((3, 7), (7, 21)):
        assert asked_on(school, day + days - 1) == ""
        day += days
        assert asked_on(school, day) == ASKED
        assert school.wang.say("顶部").text == f"对了，{following} 天后再问您一次。\n封签贴在小盒顶部。"
    assert asked_on(school, 32) == ASKED
    assert school.wang.say("2").text == "不对，应答：顶部。明天再问您一次。\n封签贴在小盒顶部。"
    day = 33
    for days, said in ((3, "3 天后"), (7, "7 天后"), (21, "21 天后"), (60, "60 天后"), (0, "这道题学会了")):
        assert asked_on(school, day) == ASKED
        assert said in school.wang.say("3").text
        day += days
    assert day == 33 + 91
    assert rows(school, WeakSpot) == []
    assert asked_on(school, day + 1) == ""
    log = [
        (each.box, each.is_right, (each.asked_at.astimezone(HERE) - MONDAY).days)
        for each in rows(school, WeakReview, WeakReview.id)
    ]
    assert log == [
        *((0, True, 1), (1, True, 4), (2, True, 11), (3, False, 32)),
        *((0, True, 33), (1, True, 36), (2, True, 43), (3, True, 64), (4, True, 124)),
    ]


def test_43_of_twenty_weak_spots_five_are_open_one_is_asked_a_day_and_none_before_the_last_was_answered(school):
    quiz(school, twenty())
    take(school.wang, *["错"] * 20)
    at(school, 0, 20)
    spots = rows(school, WeakSpot)
    assert len(spots) == 20 and sum(not each.is_queued for each in spots) == 5
    school.wang.unread()
    asked = []
    for day in range(1, 22):
        said = asked_on(school, day)
        asked.append(int(said.split()[1]) if said else 0)
        if said:
            assert school.wang.say("1").text.startswith("对了")
            at(school, day, 20)
            assert school.wang.unread().text == ""  # one a day
        opened = [each for each in rows(school, WeakSpot) if not each.is_queued and each.box < 3]
        assert len(opened) == 5
    # Two days nothing is due; then each that stands firm makes room for one of the queue.
    assert asked == [1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 0, 0, 1, 6, 2, 7, 3, 4, 8, 5, 6]
    # One that had stood firm is forgotten: of those answered right, what comes last queues again.
    at(school, 33, 10)
    firm = next(each for each in rows(school, WeakSpot) if each.box == 3)
    with school.house.services.transaction() as session:
        session.execute(update(WeakSpot).where(WeakSpot.id == firm.id).values(due_on=firm.due_on - timedelta(days=99)))
        session.execute(update(DailyQuestion).values(spot_id=None, asked_at=None, waits=False, last_on=None))
    assert school.wang.say("每天一题").text.startswith("每天一题：第 1 题对吗？")
    assert school.wang.say("2").text == "不对，应答：对。明天再问您一次。"
    opened = [each for each in rows(school, WeakSpot) if not each.is_queued and each.box < 3]
    assert len(opened) == 5 and firm.id in {each.id for each in opened}
    assert asked_on(school, 34).startswith("每天一题：第 1 题对吗？")  # wrong yesterday: before all that waits


def test_an_unanswered_question_is_not_followed_by_another_and_none_is_sent_outside_the_window(school):
    quiz(school, twenty())
    take(school.wang, "错", *["对"] * 9, "错", *["对"] * 9)
    # It wrote on Monday at nine: on Wednesday at ten the window is closed.
    at(school, 1, 10)
    assert school.wang.unread().text.startswith("每天一题：第 1 题对吗？")
    for day in (2, 3, 4):
        assert asked_on(school, day) == ""
    assert school.wang.say("每天一题").text == "每天一题：第 1 题对吗？\n1 对\n2 错"
    assert school.wang.say("1").text == "对了，3 天后再问您一次。"
    assert school.wang.say("每天一题").text == "今天的题答过了，明天再来。"
    # The next is due the next morning, but the shop is silent for three days.
    with school.house.services.transaction() as session:
        daily = session.scalars(select(DailyQuestion)).one()
        assert daily.next_at == MONDAY + timedelta(days=5, hours=10)
        daily.next_at = MONDAY + timedelta(days=7, hours=10)
    at(school, 7, 10)
    assert school.wang.unread().text == ""
    assert rows(school, DailyQuestion)[0].waits
    at(school, 9, 23)
    school.wang.say("您好")
    at(school, 9, 23, 45)
    assert school.wang.unread().text == ""  # in the quiet hours nothing is asked
    at(school, 10, 8, 30)
    assert school.wang.unread().text.startswith("每天一题：第 ")


def test_what_a_clock_ahead_wrote_lets_no_shop_wait_once_it_is_right(school):
    services = school.house.services
    quiz(school, PAIR)
    take(school.wang, "1", "1", "1", "1", "1", "1")
    for wrong_by in (timedelta(), timedelta(days=90), timedelta()):
        school.house.server.wrong_by = wrong_by
        with services.transaction() as session:
            clock_steadiness.note(session, now=school.house.server())
        jobs.collect_weak_spots(services)
        if wrong_by:  # one was asked, and answered right
            with services.transaction() as session:
                shop = weak_spots.hold_of(session, school.wang.openid)
                actions.answered(session, shop, shop.spots[0], True, now=services.clock(), zone=HERE)
        jobs.right(services)
    (daily,), (first, second) = rows(school, DailyQuestion), rows(school, WeakSpot, WeakSpot.id)
    assert daily.next_at == MONDAY + timedelta(days=1, hours=10)
    assert (first.due_on, second.due_on) == (date(2026, 3, 5), date(2026, 3, 3))
    assert asked_on(school, 1).startswith("每天一题：许可证可以转借。")


@pytest.mark.on_sqlite
def test_a_shop_that_is_writing_is_not_interrupted_and_a_talk_does_not_take_the_answer(school):
    quiz(school)
    take(school.wang, "1")
    at(school, 0, 20)
    school.house.clock.advance(MONDAY + timedelta(days=1, hours=9, minutes=50) - school.house.clock())
    school.wang.say("测试")
    school.wang.say("开始")  # another attempt, of which the first question waits
    at(school, 1, 10)
    assert school.wang.unread().text == ""
    at(school, 1, 10, 20)
    assert school.wang.unread().text == ASKED
    assert school.wang.say("3").text.startswith("对了，3 天后再问您一次。")


def test_a_lesson_told_of_behind_the_question_does_not_take_its_answer(school):
    quiz(school)
    take(school.wang, "1")
    school.published(every_days=1, is_ordered=False)
    for said in ("学习", "下一页"):
        school.wang.say(said)
    at(school, 1, 8)
    school.wang.say("您好")
    school.wang.unread()
    at(school, 1, 10)
    jobs.release(school.house.services)
    school.house.work()
    question, lesson = (entry.text for entry in school.wang.unread() if entry.source == "account")
    assert question == ASKED and lesson.startswith("今日一课")
    assert school.wang.say("3").text.startswith("对了，3 天后再问您一次。")


@pytest.mark.on_sqlite
def test_words_that_are_no_answer_go_where_they_always_go(school):
    quiz(school, FILL)
    take(school.wang, "三天")
    at(school, 0, 20)
    at(school, 1, 10)
    assert school.wang.unread().text == (
        "每天一题：许可证延续应提前几天申请？\n回复“答”加您的答案，如：答 30天。不想每天收，回复“停”。"
    )
    assert "陈志强" in school.wang.say("红七匹狼断货了，能不能先补两条").text
    assert school.wang.say("每天一题").text == "每天一题：许可证延续应提前几天申请？"
    assert school.wang.say("答 60天").text.startswith("不对，应答：三十天。")
    assert asked_on(school, 2) != ""
    assert school.wang.say("30 天").text.startswith("对了")


def test_a_question_that_counts_no_longer_leaves_and_a_corrected_key_judges(school):
    Office(school.house).staff()
    quiz_id = quiz(school, PAIR)
    take(school.wang, "1", "对")
    take(school.li, "2", "对")
    at(school, 0, 20)
    for command in (("rekey", str(quiz_id), "k1", "--answer", "正面", "--also-down"), ("regrade", "1", "approve")):
        by = "market" if command[0] == "rekey" else "admin"
        done = school.house.flask("quizzes", *command, "--by", by)
        assert done.exit_code == 0, done.output
    school.house.tick()
    at(school, 1, 10)
    # 正面 was right after all: only the other question is left of 老王's.
    assert "\n每天一题：许可证可以转借。" in school.wang.unread().text
    assert [(each.retailer_id, each.reference) for each in rows(school, WeakSpot, WeakSpot.id)] == [
        (1, "2"),
        (2, "1"),
        (2, "2"),
    ]
    assert "每天一题：封签应贴在哪一面？" in school.li.unread().text
    assert school.li.say("1").text.startswith("对了")
    with school.house.services.transaction() as session:
        session.execute(update(BankQuestion).values(is_retired=True))
    assert school.wang.say("2").text == "这道题已经停用，不用答了。"
    assert [each.retailer_id for each in rows(school, WeakSpot)] == [2, 2]


def test_what_a_quiz_shows_only_once_it_is_over_is_not_asked_before(school):
    quiz_id = quiz(school, SEAL.replace("attempts: 3", "reveal: after_closing"))
    take(school.wang, "1")
    at(school, 0, 20)
    assert rows(school, WeakSpot) == []
    assert asked_on(school, 1) == ""
    assert school.house.flask("quizzes", "close", str(quiz_id)).exit_code == 0
    at(school, 1, 20)
    assert asked_on(school, 2) == ASKED


def test_what_is_wrong_three_times_in_a_row_is_listed_for_who_may_see_the_shop(school):
    office = Office(school.house)
    office.staff()
    quiz(school)
    take(school.wang, "1")
    take(school.li, "1")
    at(school, 0, 20)
    for day in (1, 2):
        assert asked_on(school, day) == ASKED
        assert "不对" in school.wang.say("1").text
    chen = office.browser("chen")
    page = chen.get("/console/courses/weak").text
    assert "城南便利店" in page and "封签应贴在哪一面？" in page and "顶部" in page and "老李食杂店" not in page
    assert office.audited("course.weak")
    with school.house.services.transaction() as session:
        session.execute(update(Retailer).values(manager_id=None, area_id=office.area("江山片")))
    assert "城南便利店" not in chen.get("/console/courses/weak").text
    assert "城南便利店" in office.browser("market").get("/console/courses/weak").text
    assert asked_on(school, 3) == ASKED
    school.wang.say("3")
    assert "城南便利店" not in office.browser("market").get("/console/courses/weak").text


def test_it_ends_with_a_word_starts_again_with_another_and_has_the_hour_the_shop_says(school):
    quiz(school)
    take(school.wang, "1")
    assert school.li.say("每天一题").text == "现在没有要练的题。测试和课后题里答错的，以后每天来问您一道。"
    at(school, 0, 12)
    assert school.wang.say("每天下午3点").text == "好的，以后每天 15 点问您一道题。"
    assert school.wang.say("每天22点").text == "请选 8 点到 20 点的整点，如：每天9点。"
    assert asked_on(school, 1) == ""
    at(school, 1, 15)
    assert school.wang.unread().text == ASKED
    assert school.wang.say("停").text == "好的，不再每天问您。想接着练，回复“每天一题”。"
    assert asked_on(school, 2, 15) == ""
    assert school.wang.say("每天一题").text == "每天一题：封签应贴在哪一面？\n1 正面\n2 背面\n3 顶部"
    assert school.wang.say("9").text.startswith("请回复")
    assert school.wang.say("3").text.startswith("对了，3 天后")
    assert asked_on(school, 5, 15) == ASKED
    stranger = school.house.phone("o-nobody")
    stranger.follow()
    assert stranger.say("每天一题").text == "每天一题只给绑定的店。您是店主的话，请先绑定：回复“绑定”。"


def test_an_end_question_that_was_wrong_is_asked_again_and_leads_back_to_its_lesson(school):
    school.published()
    lesson = lesson_ids(school, 1)["l1"]
    for step in (1, 2, 3):
        ask(school, school.wang, lesson, step)
        wait(school, 60)
    school.wang.say("您好")
    assert answer(school, school.wang, lesson, 1).outcome == "wrong"
    assert answer(school, school.wang, lesson, 3).outcome == "right"
    at(school, 0, 20)
    at(school, 1, 10)
    assert school.wang.unread().text == ASKED
    page = f"{school.house.settings.public_url}/m/lessons/{lesson}"
    assert school.wang.say("1").text == (
        f'不对，应答：顶部。明天再问您一次。\n封签贴在小盒顶部。\n<a href="{page}">想再学一遍，点这里</a>'
    )
    # What it taught stays asked once the course has ended, and leads nowhere.
    close(school, 1)
    assert asked_on(school, 2) == ASKED
    assert school.wang.say("1").text == "不对，应答：顶部。明天再问您一次。\n封签贴在小盒顶部。"
    # A new version asks another question at its end: that one was never wrong.
    school.again(1, replace(COURSE, lessons=(replace(COURSE.lessons[0], question=None), COURSE.lessons[1])))
    assert asked_on(school, 3) == ""
    assert rows(school, WeakSpot) == []


def test_what_is_weak_in_a_quiz_leads_to_its_lesson_and_the_lesson_back_to_the_quiz(school):
    school.published(lessons=COURSE.lessons[1:])
    lesson = lesson_ids(school, 1)["l2"]
    quiz(school, SEAL.replace("answer: 3,", f"answer: 3, lesson: 'lesson:{lesson}',"))
    assert "回复“复习”" in take(school.wang, "1")
    school.wang.say("复习")
    assert "三十二位码" in school.wang.say("下一页").text
    wait(school, 60)
    assert school.wang.say("下一页").text.endswith("回复“1”再考一次《真假鉴别小测试》。")
    assert "再考一次 测试《真假鉴别小测试》" in Browser(school.house, school.wang).open(f"/m/lessons/{lesson}")
    assert school.wang.say("1").text.startswith("测试《真假鉴别小测试》1 题")
    # Without a mistake nothing sends anybody anywhere: the lesson ends by itself.
    school.wang.say("开始")
    school.wang.say("3")
    school.wang.say("学习")
    wait(school, 60)
    assert "再考一次" not in "".join(school.wang.say("下一页").text for _ in range(2))


@pytest.mark.on_sqlite
def test_a_quiz_leads_to_no_lesson_of_a_course_that_has_ended(school):
    school.published(lessons=COURSE.lessons[1:])
    quiz(school, SEAL.replace("answer: 3,", f"answer: 3, lesson: 'lesson:{lesson_ids(school, 1)['l2']}',"))
    close(school, 1)
    assert "复习" not in take(school.wang, "1")
    assert school.wang.say("复习").text == "现在没有要复习的。回复“错题”可以练答错的题。"
