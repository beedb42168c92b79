"""Courses on their pages inside WeChat: what waits first, a course with its lessons, a lesson screen by screen."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from courses.rules.definition import LessonDefinition, Screen
from courses.texts import chat, pages
from tests.courses.conftest import COURSE, SEAL
from tests.courses.learners import TEN_SECONDS, begun, lesson_ids, readings, wait
from tests.courses.test_weak_spots import SEAL as WRONG
from tests.courses.test_weak_spots import quiz, take
from tests.h5 import Browser
from tests.quizzes.conftest import PAPER
from tests.quizzes.test_managers import chen

LESSON = LessonDefinition("l1", "看喷码", (Screen(TEN_SECONDS), Screen("看。"), Screen("完。")), SEAL)


@pytest.fixture
def page(school):
    return Browser(school.house, school.wang)


def lesson_url(school, code: str = "l1", course_id: int = 1) -> str:
    return f"/m/lessons/{lesson_ids(school, course_id)[code]}"


def test_a_whole_course_on_its_pages_and_in_the_chat_is_one_progress(school, page) -> None:
    school.published(has_certificate=True)
    listed = page.open("/m/courses")
    assert "从这里学起 怎么辨别真假烟 第 1 课：看封签 约 1 分钟。" in listed
    assert 'role="search" action="/m/classroom"' in page.page.text
    first = page.open(lesson_url(school))
    assert "第 1 屏，共 2 屏 看封签 封签贴在小盒顶部正中。" in first
    assert 'class="wait wait_10 onward" data-wait="10"' in page.page.text
    early = page.submit("next", screen="2")
    assert early.status_code == 422
    assert chat.too_soon(10) in early.text and "第 1 屏，共 2 屏" in early.text and "第 2 屏" not in early.text
    wait(school, 10)
    assert "第 2 屏，共 2 屏" in page.send("next")
    assert "做一道小题" in page.text and f'href="{lesson_url(school)}?screen=1" data-send' in page.page.text
    assert "第 1 屏，共 2 屏" in page.open(f"{lesson_url(school)}?screen=1")
    assert "data-wait" not in page.page.text  # what was read is turned at once
    assert "第 2 屏，共 2 屏" in page.send("next")
    wait(school, 3)
    assert "最后一步：1 道小题 封签应贴在哪一面？ 1 正面" in page.send("next")
    assert "再想想：封签贴在小盒顶部。可以再答一次。" in page.send("answer", option="1")
    assert school.wang.say("学习").text.endswith("3 顶部")
    right = page.send("answer", option="3")
    assert "第 1 课学完了。" in right and "答对了。封签贴在小盒顶部。" in right and "学完 1 课，共 2 课" in right
    assert "第 2 课：看喷码" in right
    assert "学完 第 2 课：看喷码 约 1 分钟" in page.open("/m/courses/1")
    assert "第 1 屏，共 1 屏" in page.open(lesson_url(school, "l2"))
    wait(school, 3)
    done = page.send("next")
    assert "恭喜您，《怎么辨别真假烟》2 课都学完了。" in done and "2 课都学完了" in done
    (enrolment,) = begun(school)
    assert (enrolment.lessons, enrolment.seconds, enrolment.finished_at) == (2, 16, school.house.clock())
    assert "学完的 怎么辨别真假烟 3 月 2 日学完，证书正在制作" in page.open("/m/courses")
    assert "第 1 屏，共 1 屏" in page.open(f"{lesson_url(school, 'l2')}?screen=1"), "read again at any time"


def test_forged_requests_get_a_sentence_and_nothing_else(school, page) -> None:
    """Case 37."""
    school.published(replace(COURSE, lessons=(LESSON, LessonDefinition("l2", "看封签", (Screen("看。"),)))))
    page.open(lesson_url(school))
    token = page.form()["form_token"]
    (before,) = readings(school)

    def posted(address: str = "", **fields: str) -> str:
        answer = page.post(address or lesson_url(school), {"form_token": token, **fields})
        assert answer.status_code == 422, answer.text
        assert "<form" not in answer.text
        return answer.text

    for forged in ({"do": "finish"}, {"do": "next", "screen": "3"}, {"do": "next", "screen": "5"}, {"screen": "-1"}):
        assert "请一屏一屏看，接着是第 2 屏" in posted(**forged)
    assert "请先把这一课看完，再做小题" in posted(question="q1", option="3", tries="0")
    second = lesson_url(school, "l2")
    assert "第 2 课还没有开，请先学第 1 课" in posted(second, do="next", screen="1")
    unreleased = page.get(second)
    assert unreleased.status_code == 422 and "看。" not in unreleased.text
    assert page.get("/m/lessons/99").status_code == 422
    for _ in range(10):
        early = page.post(lesson_url(school), {"form_token": token, "do": "next", "screen": "2"})
        assert early.status_code == 422 and chat.too_soon(10) in early.text
    assert page.post(lesson_url(school), {"do": "next", "screen": "2"}).status_code == 403, "no form token"
    (after,) = readings(school)
    assert (after.at, after.shown_at, after.seconds) == (before.at, before.shown_at, 0) == (1, before.shown_at, 0)


@pytest.mark.on_sqlite
def test_a_hundred_and_twenty_characters_take_ten_seconds_and_an_hour_away_credits_five_minutes(school, page) -> None:
    """Case 38."""
    school.published(replace(COURSE, lessons=(LESSON,)))
    page.open(lesson_url(school))
    wait(school, 9)
    assert "还差 1 秒" in page.send("next")
    assert 'class="wait wait_5 onward" data-wait="1"' in page.page.text
    wait(school, 1)
    assert "第 2 屏" in page.send("next")
    wait(school, 3600)
    assert "第 3 屏" in page.send("next")
    assert readings(school)[0].seconds == 10 + 300


@pytest.mark.on_sqlite
def test_nothing_is_handed_out_to_a_preview_nor_by_an_address(school, page) -> None:
    school.published(replace(COURSE, lessons=(LESSON,)))
    page.open("/m/courses")
    ahead = page.get(lesson_url(school), headers={"Sec-Purpose": "prefetch"})
    assert (ahead.status_code, TEN_SECONDS in ahead.text, "完。" in ahead.text) == (200, True, False)
    assert begun(school) == readings(school) == []
    page.open(f"{lesson_url(school)}?screen=3")
    assert "第 1 屏，共 3 屏" in page.text
    assert readings(school)[0].at == 1


def test_two_phones_of_one_shop_stand_at_one_place(school, page) -> None:
    school.published(replace(COURSE, lessons=(LESSON,)))
    other = Browser(school.house, school.wang)
    page.open(lesson_url(school))
    other.open(lesson_url(school))
    wait(school, 10)
    assert "第 2 屏" in page.send("next")
    assert "第 2 屏" in other.send("next"), "given once, seen twice"
    assert readings(school)[0].seconds == 10
    page.open(lesson_url(school))
    wait(school, 3)
    other.send("next")
    wait(school, 3)
    other.send("next")
    form = other.form("answer") or other.form()
    again = form | {"option": "1"}
    assert other.post(lesson_url(school), again).status_code == 303
    assert other.post(lesson_url(school), again).status_code == 303
    for tries in ("", "x", "9" * 40):
        assert other.post(lesson_url(school), again | {"tries": tries}).status_code == 303
    assert readings(school)[0].tries == 1, "posted twice it is one try, and so it is with a number nobody gave"
    assert "还没有" not in page.open(lesson_url(school)) and "再想想" in page.text


@pytest.mark.on_sqlite
def test_lessons_say_when_they_are_released(school, page) -> None:
    lessons = tuple(LessonDefinition(f"l{n}", f"第{n}样", (Screen("看。"),)) for n in (1, 2, 3))
    school.published(replace(COURSE, lessons=lessons, every_days=2))
    page.open(lesson_url(school))
    wait(school, 3)
    done = page.send("next")
    assert "第 1 课学完了。 第 2 课后天 10:00 开，到时会告诉您。" in done
    assert "第 2 课：第2样 后天 10:00 开 第 3 课：第3样 还没有开" in page.open("/m/courses/1")
    assert lesson_url(school, "l2") not in page.page.text
    assert page.get(lesson_url(school, "l2")).status_code == 422
    assert "等您处理" not in page.open("/m/me") and "第 2 课" in page.text
    school.house.clock.advance(datetime(2026, 3, 4, 2, tzinfo=UTC) - school.house.clock())
    school.house.tick()
    assert "接着学 第 2 课：第2样" in page.open("/m/courses/1")
    assert "第 1 屏，共 1 屏" in page.open(lesson_url(school, "l2"))


def test_whoever_is_nobodys_shop_gets_the_usual_page(school) -> None:
    school.published()
    stranger = Browser(school.house, school.house.phone("路人"))
    for address in ("/m/courses", "/m/courses/1", lesson_url(school)):
        assert "请先绑定您的店" in stranger.open(address) and 'href="/m/me">怎么绑定' in stranger.page.text
        assert stranger.page.status_code == 422


@pytest.mark.on_sqlite
def test_a_course_that_is_not_for_this_shop_or_is_over_is_refused(school, page) -> None:
    soon = school.house.clock() + timedelta(hours=1)
    school.published(replace(COURSE, lessons=(LESSON,)), closes_at=soon)
    school.published(title="别家的课", audience={"class": ["普通终端"]})
    assert "别家的课" not in page.open("/m/courses")
    assert "这门课这次没有选到您的店" in page.open("/m/courses/2")
    assert "这门课这次没有选到您的店" in page.open(lesson_url(school, course_id=2))
    page.open(lesson_url(school))
    form = page.form()
    wait(school, 3600 * 2)
    assert "这门课已于" in page.open("/m/courses/1")
    assert "这门课已于" in page.open(lesson_url(school))
    assert page.post(lesson_url(school), form | {"do": "next"}).status_code == 422
    assert readings(school)[0].at == 1
    assert pages.EMPTY in page.open("/m/courses")


@pytest.mark.on_sqlite
def test_a_manager_learns_their_own_courses_on_the_same_pages(school) -> None:
    school.published(replace(COURSE, title="怎么拜访", lessons=(LESSON,), is_for_staff=True))
    manager = Browser(school.house, chen(school))
    assert "怎么拜访 第 1 课：看喷码" in manager.open("/m/me")
    assert "怎么拜访" in manager.open("/m/courses")
    manager.open(lesson_url(school))
    wait(school, 10)
    assert "第 2 屏" in manager.send("next")
    assert [(each.staff_id is None, each.retailer_id) for each in begun(school)] == [(False, None)]
    shop = Browser(school.house, school.wang)
    assert chat.ONLY_FOR_MANAGERS.rstrip("。").replace("。", " ") in shop.open(lesson_url(school))
    assert "怎么拜访" not in shop.open("/m/courses")
    assert "学习" in shop.open("/m/me"), "the tab"


@pytest.mark.on_sqlite
def test_a_lesson_leads_on_to_its_quiz(school, page) -> None:
    path = school.house.settings.media_path.parent / "quiz.yaml"
    path.write_text(PAPER, encoding="utf-8")
    for command in (("load", str(path)), ("publish", "1")):
        assert school.house.flask("quizzes", *command).exit_code == 0
    school.published(
        replace(COURSE, lessons=(replace(LESSON, screens=(Screen("看。"),), question=None, quiz="quiz:1"),))
    )
    page.open(lesson_url(school))
    wait(school, 3)
    done = page.send("next")
    assert "做这一课的测试 测试《真假鉴别小测试》" in done and "去做测试" in done
    assert 'href="/m/quizzes/1"' in page.page.text


@pytest.mark.on_sqlite
def test_whoever_was_sent_by_a_quiz_is_led_back_to_it(school, page) -> None:
    lesson = LessonDefinition("l2", "看喷码", (Screen("看。"),))
    school.published(replace(COURSE, lessons=(lesson,)))
    quiz(school, WRONG.replace("answer: 3,", f"answer: 3, lesson: 'lesson:{lesson_ids(school, 1)['l2']}',"))
    take(school.wang, "1")
    page.open(lesson_url(school, "l2"))
    wait(school, 3)
    assert "再考一次 测试《真假鉴别小测试》" in page.send("next")
    assert 'href="/m/quizzes/1"' in page.page.text


def test_the_cards_of_ones_own_page_lead_to_what_waits(school, page) -> None:
    school.published(replace(COURSE, lessons=(LESSON,)))
    assert "怎么辨别真假烟 第 1 课：看喷码" in page.open("/m/me")
    assert 'href="/m/courses/1"' in page.page.text
    assert re.search(r'href="/m/courses".*学习', page.page.text), "the tab"


@pytest.mark.on_sqlite
def test_a_screen_shows_blocks_as_articles_do_and_no_code_of_anybody(school, page) -> None:
    text = "## 先看证\n\n拿不出来就**不卖**。<script>1</script>\n\n- 一\n- 二\n\n> 第五条\n> —— 某法"
    outside = Screen(text, link="https://v.qq.com/x/1", link_title="怎么看<证>")
    school.published(replace(COURSE, lessons=(LessonDefinition("l1", "看证", (outside,), SEAL),)))
    page.open(lesson_url(school))
    html = page.page.text
    assert "<h1>先看证</h1>" in html and "<strong>不卖</strong>" in html and "<li>一</li>" in html
    assert "<blockquote>" in html and "<script>1" not in html
    assert re.search(r'href="https://v.qq.com/x/1"\s+rel="noopener noreferrer">看视频：怎么看&lt;证&gt;</a>', html)
