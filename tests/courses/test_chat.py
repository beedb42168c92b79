"""A lesson in the chat, as the shopkeeper sees it: a card, screen by screen, the end question, what comes next."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select

from courses import jobs
from courses.models.courses import CourseMediaUse
from courses.rules.definition import LessonDefinition, Screen
from courses.texts import chat, pages
from foundation.errors import Refused
from tests import recordings
from tests.courses.conftest import COURSE, SEAL
from tests.courses.learners import TEN_SECONDS, begun, lesson_ids, readings, wait
from tests.h5 import Browser
from tests.quizzes.conftest import PAPER
from tests.quizzes.test_managers import chen
from wechat_bot.models import Media

QUESTION = "1/1 封签应贴在哪一面？\n1 正面\n2 背面\n3 顶部"


def card(seen) -> tuple[str, str, str]:
    (article,) = seen[-1].detail["articles"]
    return article["title"], article["description"], article["url"]


@pytest.mark.on_sqlite
def test_a_whole_course_by_words_and_numbers(school) -> None:
    school.published()
    say = school.wang.say
    title, about, url = card(say("学习"))
    assert (title, about) == (
        "第 1 课：看封签",
        "《怎么辨别真假烟》1/2，约 1 分钟。点开就看；回复“下一页”在聊天里看。",
    )
    assert url.endswith(f"/m/lessons/{lesson_ids(school, 1)['l1']}")
    assert begun(school) == []  # looked at, not begun
    first = say("下一页").text
    assert first == f"第 1 屏，共 2 屏\n{'封签贴在小盒顶部正中。' * 10}\n回复“下一页”继续。"
    wait(school, 8)
    assert say("下一页").text == f"{chat.too_soon(2)}{chat.TURN_LATER}"
    wait(school, 2)
    assert say("下一页").text == "第 2 屏，共 2 屏\n真的花纹清楚，贴得平整。\n看完回复“下一页”，做一道小题。"
    wait(school, 3)
    assert say("下一页").text == QUESTION
    assert say("1").text == "再想想：封签贴在小盒顶部。可以再答一次。\n回复“上一页”可以回去看一眼。"
    assert say("上一页").text.startswith("第 2 屏，共 2 屏")
    assert say("下一页").text == QUESTION
    assert say("3").text == "答对了。封签贴在小盒顶部。\n第 1 课学完了。\n回复“1”接着学第 2 课《看喷码》。"
    assert card(say("1"))[0] == "第 2 课：看喷码"
    assert (
        say("下一页").text == "第 1 屏，共 1 屏\n三十二位码喷在条包上，可以查询。\n看完回复“下一页”，这一课就学完了。"
    )
    wait(school, 3)
    assert say("下一页").text == "恭喜您，《怎么辨别真假烟》2 课都学完了。\n还想学，回复“学习”。"
    (enrolment,) = begun(school)
    assert (enrolment.lessons, enrolment.seconds, enrolment.finished_at) == (2, 16, school.house.clock())
    one, two = readings(school)
    assert (one.at, one.seconds, one.tries, one.answer, one.is_right) == (3, 13, 2, {"o": 3}, False)
    assert (two.at, two.seconds, two.tries, two.is_right) == (2, 3, 0, None)
    again = say("学习").text
    assert again.startswith("《看封签》您学完了，再看一遍。\n第 1 屏")
    assert say("下一页").text.startswith("第 2 屏")
    assert say("下一页").text == f"{chat.SEEN_THROUGH}\n{chat.TO_ALL}"
    assert begun(school)[0].seconds == 16


def test_left_and_gone_on_with_at_the_same_screen(school) -> None:
    school.published()
    say = school.wang.say
    say("学习")
    say("下一页")
    wait(school, 3600)
    say("下一页")
    assert say("退出").text.endswith("《看封签》还差一道小题，回复“继续”接着学。")
    assert say("继续").text.startswith("接着学《看封签》。\n第 2 屏，共 2 屏")
    say("退出")
    assert say("学习").text.startswith("接着学《看封签》。\n第 2 屏，共 2 屏")
    assert say("进货价是多少，能不能便宜点").text.startswith("已转给")
    wait(school, 86_400 * 8)  # the talk is over; the word still goes on
    assert say("下一页").text.startswith("接着学《看封签》。\n第 2 屏，共 2 屏")
    assert say("下一页").text == QUESTION
    assert readings(school)[0].seconds == 600  # five minutes for each screen


def test_a_question_that_is_not_understood_is_asked_again_and_cannot_be_skipped(school) -> None:
    school.published()
    say = school.wang.say
    say("学习")
    say("下一页")
    wait(school, 10)
    say("下一页")
    wait(school, 10)
    say("下一页")
    assert "1 到 3" in say("九").text
    assert say("跳过").text.startswith(chat.MUST_BE_ANSWERED)
    assert say("上一题").text.startswith("第 2 屏")
    say("下一页")
    assert readings(school)[0].tries == 0
    assert "答对了" in say("顶部").text
    assert (readings(school)[0].tries, readings(school)[0].is_right) == (1, True)


@pytest.mark.on_sqlite
def test_several_courses_are_offered_by_number(school) -> None:
    school.published()
    school.published(title="许可证的事")
    say = school.wang.say
    assert say("学习").text == "有 2 门课在学，回复数字选一门：\n1 许可证的事\n2 怎么辨别真假烟"
    assert card(say("2"))[1].startswith("《怎么辨别真假烟》1/2")
    assert say("下一页").text.startswith("第 1 屏")


@pytest.mark.on_sqlite
def test_a_lesson_leads_to_its_quiz_and_the_quiz_back_to_the_next_lesson(school) -> None:
    path = school.house.settings.media_path.parent / "quiz.yaml"
    path.write_text(PAPER, encoding="utf-8")
    for command in (("load", str(path)), ("publish", "1")):
        assert school.house.flask("quizzes", *command).exit_code == 0
    first = LessonDefinition("l1", "看喷码", (Screen(TEN_SECONDS),), quiz="quiz:1")
    school.published(replace(COURSE, lessons=(first, COURSE.lessons[1])))
    say = school.wang.say
    say("学习")
    say("下一页")
    wait(school, 10)
    assert say("下一页").text == "第 1 课学完了。\n回复“1”去做这一课的测试。"
    assert say("1").text.startswith("测试《真假鉴别小测试》4 题")
    assert say("开始").text.startswith("1/4")
    assert card(say("学习"))[0] == "第 2 课：看喷码"
    assert say("测试").text.startswith("接着做《真假鉴别小测试》")
    # A need that is said in place of the number is taken as one.
    li = school.li.say
    li("学习")
    li("下一页")
    wait(school, 10)
    li("下一页")
    assert li("红七匹狼断货了能不能先补两条").text.startswith("已转给")


@pytest.mark.on_sqlite
def test_what_only_a_page_can_show_is_told_with_the_way_there(school) -> None:
    key = "a" * 64
    screens = (
        Screen("听一听。", audio=key, seconds=40),
        Screen("看一看。", picture=key),
        Screen("在别处。", link="https://v.qq.com/x", link_title="怎么看喷码"),
        Screen("很长。" * 600),
    )
    lesson = LessonDefinition("l1", "看喷码", screens, quiz="quiz:3")
    with pytest.raises(Refused, match="看没看完我们不知道，请在课后出一题"):
        school.published(replace(COURSE, lessons=(lesson,)))
    school.published(replace(COURSE, lessons=(replace(lesson, quiz="", question=SEAL),)))
    say = school.wang.say
    say("学习")
    heard = say("下一页").text
    assert 'href="http://127.0.0.1:8000/m/lessons/1">听这一屏的录音</a>' in heard
    wait(school, 32)
    assert "看这一屏的图" in say("下一页").text
    wait(school, 3)
    assert "视频《怎么看喷码》：https://v.qq.com/x" in say("下一页").text
    wait(school, 3)
    long = say("下一页").text
    assert long.endswith(f"看全文</a>\n{chat.TURN_TO_QUESTION}") and len(long.encode()) <= 2047


@pytest.mark.on_sqlite
def test_a_customer_manager_learns_what_is_for_managers_and_a_shop_does_not(school) -> None:
    for_staff = school.published(is_for_staff=True)
    phone = chen(school)
    assert card(phone.say("学习"))[0] == "第 1 课：看封签"
    assert phone.say("下一页").text.startswith("第 1 屏")
    wait(school, 10)
    phone.say("下一页")
    wait(school, 10)
    assert phone.say("下一页").text == QUESTION
    assert "答对了" in phone.say("3").text
    (enrolment,) = begun(school)
    assert (enrolment.retailer_id, enrolment.lessons) == (None, 1) and enrolment.staff_id
    assert school.wang.say("学习").text == chat.NONE_OPEN
    assert school.wang.click(f"course:{for_staff}").text == chat.ONLY_FOR_MANAGERS
    for_shops = school.published()
    assert phone.click(f"course:{for_shops}").text == chat.NOT_FOR_MANAGERS
    stranger = school.house.phone("o-nobody")
    stranger.follow()
    assert stranger.say("学习").text == chat.BIND_FIRST
    assert stranger.click(f"course:{for_shops}").text == chat.BIND_FIRST


def test_what_cannot_be_learnt_says_why(school) -> None:
    now = school.house.clock()
    over = school.published(closes_at=now + timedelta(days=1))
    later = school.published(opens_at=datetime.fromisoformat("2026-12-24T10:00+08:00"))
    click = school.wang.click
    click(f"course:{over}")
    assert school.wang.say("下一页").text.startswith("第 1 屏")
    wait(school, 86_400)
    assert school.wang.say("下一页").text.startswith("这门课已于 3 月 3 日结束，谢谢您。")
    assert click(f"lesson:{lesson_ids(school, over)['l1']}").text.startswith("这门课已于")
    assert click(f"course:{later}").text == "这门课 12 月 24 日 10:00 开始，到时请再来，谢谢您。"
    assert click("course:99").text == chat.UNKNOWN_COURSE
    assert click("lesson:99").text == chat.UNKNOWN_LESSON
    assert click("lesson:x").text == chat.UNKNOWN_LESSON
    assert school.wang.say("学习").text == chat.NONE_OPEN
    assert readings(school)[0].at == 1


@pytest.mark.on_sqlite
def test_a_link_that_is_typed_opens_for_whom_it_is_and_no_other_kind_does(school) -> None:
    course = school.published(audience={"licence": ["350802100001"]})
    say = school.wang.say
    for typed in (f"course:{course}", f" Course：{course}。", f"lesson:{lesson_ids(school, course)['l1']}"):
        assert card(say(typed))[0] == "第 1 课：看封签"
    assert school.li.say(f"course:{course}").text == chat.NOT_FOR_YOU
    assert school.li.say(f"lesson:{lesson_ids(school, course)['l1']}").text == chat.NOT_FOR_YOU
    stranger = school.house.phone("o-nobody")
    stranger.follow()
    assert stranger.say(f"course:{course}").text == chat.BIND_FIRST
    assert say("course:99").text == chat.UNKNOWN_COURSE
    unknown = [say(typed).text for typed in ("survey:99", "quiz:99", "article:99")]
    assert unknown == [school.wang.click(link).text for link in ("survey:99", "quiz:99", "article:99")]
    assert say("随便说说").text.startswith("已转给客户经理陈志强")
    for typed in ("bind:1", "rating:1", "nothing:1", "course:1:2"):
        assert say(typed).text == "已补充。"


def test_a_short_sound_comes_as_a_voice_once_and_is_let_go_with_its_medium(school, tmp_path) -> None:
    house, say = school.house, school.wang.say
    course = tmp_path / "course.yaml"
    screens = "[{audio: a.mp3, text: 听一遍。}, {audio: b.mp3, text: 再听。}]"
    course.write_text(f"title: 听一听\nlessons:\n  - {{title: 封签, screens: {screens}}}\n", encoding="utf-8")
    (tmp_path / "a.mp3").write_bytes(recordings.mp3(12))
    (tmp_path / "b.mp3").write_bytes(recordings.mp3(70))
    loaded = house.flask("courses", "load", str(course)).output
    assert house.flask("courses", "publish", loaded.strip()).exit_code == 0
    say("学习")
    say("下一页")
    house.work()
    (voice,) = school.wang.unread()
    assert voice.kind == "voice"
    assert say("上一页").text.startswith("这已经是第一屏了。")
    wait(school, 10)
    assert say("下一页").text.startswith("第 2 屏")
    house.work()
    assert school.wang.unread().text == "", "longer than WeChat takes: by its page alone"
    with house.look() as session:
        kept = session.scalars(select(Media).where(Media.kind == "voice")).one()
    with house.services.transaction() as session:
        session.execute(delete(CourseMediaUse))
    wait(school, 86_400 * 3)
    jobs.sweep_media(house.services)
    with house.look() as session:
        assert session.get_one(Media, kept.id).discarded_at is not None


@pytest.mark.on_sqlite
def test_an_amr_recording_is_heard_in_the_chat_and_told_of_on_the_page(school, tmp_path) -> None:
    house, say = school.house, school.wang.say
    course = tmp_path / "course.yaml"
    course.write_text(
        "title: 听\nlessons:\n  - {title: 封签, screens: [{audio: a, text: 看顶部。}, 二]}\n", encoding="utf-8"
    )
    (tmp_path / "a").write_bytes(recordings.amr(12))
    loaded = house.flask("courses", "load", str(course)).output
    assert house.flask("courses", "publish", loaded.strip()).exit_code == 0
    lesson = lesson_ids(school, 1)["l1"]
    page = Browser(house, school.wang)
    assert f"{pages.VOICE} 看顶部。" in page.open(f"/m/lessons/{lesson}") and "<audio" not in page.page.text
    assert "看顶部。\n（这一屏有录音）" in say("学习").text
    house.work()
    (voice,) = school.wang.unread()
    assert (voice.kind, school.wang.picture_of(voice)) == ("voice", recordings.amr(12))
    assert "看顶部。" in say("学习").text
    house.work()
    assert school.wang.unread().text == "", "said once"


def test_behind_a_lesson_the_chat_says_when_the_next_one_opens_and_opens_it_then(school) -> None:
    lessons = tuple(LessonDefinition(f"l{n}", f"第{n}样", (Screen("看。"),)) for n in (1, 2, 3))
    course = school.published(replace(COURSE, lessons=lessons, every_days=1))
    ids, say = lesson_ids(school, course), school.wang.say
    say("学习")
    say("下一页")
    assert school.wang.click(f"lesson:{ids['l2']}").text == "第 2 课还没有开，请先学第 1 课。回复“学习”接着学。"
    wait(school, 3)
    say("学习")
    assert say("下一页").text == "第 1 课学完了。\n第 2 课明天 10:00 开，到时请再来。"
    for said in (say("学习"), school.wang.click(f"lesson:{ids['l2']}")):
        assert said.text == "第 2 课明天 10:00 开，到时请再来。"
    third = school.wang.click(f"lesson:{ids['l3']}").text
    assert third == "第 3 课还没有开。第 2 课明天 10:00 开，到时请再来。"
    wait(school, 86_400 + 3_600 * 2)
    school.house.tick()
    assert card(say("学习"))[0] == "第 2 课：第2样"
