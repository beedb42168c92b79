"""A course authored in the console, through the door: begun, its lessons and screens, its rules, published, shared,
ended."""

import io
import re
from dataclasses import replace
from html import unescape

import pytest
from sqlalchemy import select

from courses.models.courses import Course, CourseMedia
from courses.models.learning import Enrolment
from courses.queries.detail import detail
from courses.rules.definition import CourseDefinition, LessonDefinition, from_json
from tests import recordings
from tests.courses.conftest import COURSE, School
from tests.office import Office
from tests.pictures import png

NEW, HERE = "/console/courses/new", "/console/courses/1"
RULES = {
    "title": "怎么辨别真假烟",
    "every_days": "2",
    "at": "9:30",
    "ordered": "on",
    "certificate": "on",
    "who": "shops",
}


@pytest.fixture
def office(school: School) -> Office:
    office = Office(school.house)
    office.staff()
    return office


def press(browser, page: str, form: dict):
    browser.get(page)
    return browser.post(page, form)


def draft(office: Office) -> CourseDefinition:
    with office.house.look() as session:
        return from_json(session.get_one(Course, 1).draft)


def one(office: Office) -> LessonDefinition:
    (lesson,) = draft(office).lessons
    return lesson


def begin(office: Office):
    market = office.browser("market")
    market.get(NEW)
    assert market.post("/console/courses/start", {"title": "辨别"}).location == f"{HERE}/settings"
    return market


def test_a_course_is_written_published_learnt_changed_and_ended(office: Office, school: School) -> None:
    market = begin(office)
    assert press(market, f"{HERE}/settings", RULES | {"whom": "all"}).location == f"{HERE}/lessons"
    assert "还没有一课" in market.get(f"{HERE}/publish").text
    assert press(market, f"{HERE}/publish", {}).status_code == 422
    page = press(market, f"{HERE}/lessons", {"do": "add", "title": "看封签"}).location
    assert page == f"{HERE}/lessons/l1"
    # A medium is kept with the form before it is saved; screens stand in the order in which they were sent.
    form = {"title": "看封签", "s": ["s2", "s1"], "s1.text": "## 看位置\n\n贴在**顶部**。", "s2.text": "先听一遍。"}
    drawn = press(market, page, {**form, "do": "show", "s2.file": (io.BytesIO(recordings.mp3(12)), "封签.txt")})
    sound = re.search(r'name="s2.medium" value="(\w{64})"', drawn.text)
    assert sound and "12 秒" in drawn.text and not one(office).screens
    form |= {"s2.medium": sound[1]}
    assert press(market, page, {**form, "do": "save"}).location == page
    heard, read = one(office).screens
    assert (heard.audio, round(heard.seconds), heard.text) == (sound[1], 12, "先听一遍。")
    assert read.text == "## 看位置\n\n贴在**顶部**。"
    asked = market.get(f"/console/courses/media/{sound[1]}", headers={"Range": "bytes=0-1"})
    assert (asked.status_code, asked.content_type) == (206, "audio/mpeg")
    # … and seen as a phone and as the chat would show it, before it is saved as well.
    seen = market.post(
        f"{page}/preview", {"title": "看封签", "s": "s1", "s1.text": "## 看花纹\n\n- **清楚**<b>", "view": "page"}
    )
    assert "<h1>看花纹</h1>" in seen.text and "<li><strong>清楚</strong></li>" in seen.text
    in_chat = unescape(market.post(f"{page}/preview", {"view": "chat"}).text)
    assert "第 1 屏，共 2 屏\n先听一遍。\n（这一屏有录音）\n回复“下一页”继续。" in in_chat
    assert "贴在顶部。\n看完回复“下一页”，这一课就学完了。" in in_chat
    question = {"item.kind": "single", "item.text": "封签应贴在哪一面？", "item.k": ["n1", "n2"], "do": "save"}
    options = {"item.o": ["正面", "顶部"], "item.right": "n2", "item.explanation": "在顶部。", "item.shuffle": "1"}
    written = market.get(f"{page}/question").text
    assert "分值" not in written and "答错以后看什么" not in written
    wrong = market.post(f"{page}/question", question | options | {"item.right": ""})
    assert wrong.status_code == 422 and "缺少答案" in wrong.text
    assert press(market, f"{page}/question", question | options).location == page
    asked_of = one(office).question
    assert asked_of is not None and (asked_of.right_words, asked_of.points) == ("顶部", 0)
    assert "封签应贴在哪一面？" in market.get(f"{page}/preview").text
    assert "1 正面\n2 顶部" in unescape(market.post(f"{page}/preview", {"view": "chat"}).text)
    # … with numbers of those it is for, and once published it is learnt.
    looked = market.get(f"{HERE}/publish").text
    assert re.search(r'<b class="strong num">2</b> 家', looked) and "每 2 天一课，09:30 放出" in looked
    assert press(market, f"{HERE}/publish", {}).location == f"{HERE}/share"
    with office.house.look() as session:
        assert session.scalars(select(Enrolment.retailer_id)).all()
    assert "看封签" in school.wang.say("学习").text
    assert "不用再发布" in market.get(f"{HERE}/publish").text
    assert press(market, f"{HERE}/lessons", {"do": "add", "title": "看喷码"}).location == f"{HERE}/lessons/l2"
    assert "第 2 课《看喷码》还没有一屏" in unescape(market.get(f"{HERE}/lessons").text)
    save = {"title": "看喷码", "s": "s1", "s1.text": "看三十二位码。", "do": "save"}
    assert press(market, f"{HERE}/lessons/l2", save).status_code == 303
    assert "新加第 2 课《看喷码》。" in market.get(f"{HERE}/publish").text
    assert press(market, f"{HERE}/publish", {}).status_code == 303
    listed = market.get(f"{HERE}/versions").text
    assert listed.index("第 2 版") < listed.index("第 1 版") and "新加第 2 课《看喷码》。" in listed
    first = market.get(f"{HERE}/versions/1").text
    assert "先听一遍。" in first and "应答：顶部。在顶部。" in first and "看喷码" not in first and "<audio" in first
    assert "看三十二位码。" in market.get(f"{HERE}/versions/2").text
    assert market.get(f"{HERE}/versions/3").status_code == 404
    market.get(HERE)
    assert market.post(f"{HERE}/close").location == HERE
    assert "已结束" in market.get(HERE).text
    copied = market.post(f"{HERE}/copy").location
    assert copied == "/console/courses/2/settings" and "怎么辨别真假烟（副本）" in market.get(copied).text
    assert len(office.audited("course.publish")) == 2


@pytest.mark.on_sqlite
def test_lessons_are_moved_taken_out_and_put_back(office: Office, school: School) -> None:
    course_id = school.published()
    market = office.browser("market")
    assert press(market, f"{HERE}/lessons", {"do": "down:l1"}).status_code == 303
    assert [each.code for each in draft(office).lessons] == ["l2", "l1"]
    assert press(market, f"{HERE}/lessons", {"do": "remove:l2"}).status_code == 303
    assert [each.code for each in draft(office).lessons] == ["l1"]
    toast = market.get(f"{HERE}/lessons").text
    assert "已拿掉" in toast and "撤销" in toast
    assert press(market, f"{HERE}/lessons", {"do": "undo"}).status_code == 303
    assert [each.code for each in draft(office).lessons] == ["l2", "l1"]
    # A new lesson never takes the code of one that was published and is gone.
    school.again(course_id, replace(COURSE, lessons=COURSE.lessons[1:]))
    assert press(market, f"{HERE}/lessons", {"do": "add", "title": "新的"}).location == f"{HERE}/lessons/l3"
    old = market.post(f"{HERE}/lessons", {"do": "remove:l3", "stamp": "1"})
    assert old.status_code == 409 and len(draft(office).lessons) == 2
    zhou = office.browser("zhou")
    assert zhou.get(HERE).status_code == 200 and zhou.get(f"{HERE}/lessons").status_code == 403


@pytest.mark.on_sqlite
def test_what_is_wrong_on_a_screen_stands_beside_its_field_and_nothing_is_lost(office: Office) -> None:
    market = begin(office)
    page = press(market, f"{HERE}/lessons", {"do": "add", "title": "看封签"}).location
    wrong = {
        "title": " ",
        "s": ["s1", "s2", "s3"],
        "s1.text": "![a](b.jpg)",
        "s2.link": "http://v.qq.com/x",
        "s3.text": "字" * 1501,
        "quiz": "",
        "do": "save",
    }
    told = press(market, page, wrong)
    assert told.status_code == 422
    for field in ("title", "s1.text", "s2.link", "s3.text"):
        assert f'id="wrong-{field}"' in told.text, field
    assert "字" * 1501 in told.text and "http://v.qq.com/x" in told.text and not one(office).screens
    for content, said in ((b"#!AMR\n" + bytes(99), "这个文件不完整"), (b"MZ" + bytes(99), "这不是照片（JPG、PNG）")):
        upload = press(
            market, page, {"title": "看", "s": "s1", "do": "show", "s1.file": (io.BytesIO(content), "a.mp3")}
        )
        assert upload.status_code == 422 and said in upload.text
    more = press(market, page, {"title": "看", "s": ["s1"], "s1.text": "一", "do": "add:s1"})
    assert re.findall(r'name="s" value="(\w+)"', more.text) == ["s1", "s2"]
    # An outside video is measured by nobody: its lesson ends with a question or a quiz.
    link = {"s1.link": "https://v.qq.com/x", "s1.link_title": "封签"}
    assert press(market, page, {"title": "看", "s": "s1", "do": "save", **link}).status_code == 303
    assert "用了外面的视频" in market.get(f"{HERE}/lessons").text
    assert press(market, page, {"title": "看", "s": "s1", "do": "save", "quiz": "quiz:9", **link}).status_code == 303
    assert "课后的测试（quiz:9）不在了" in market.get(f"{HERE}/publish").text


@pytest.mark.on_sqlite
def test_files_with_their_media_become_a_course_or_a_lesson_of_it(office: Office) -> None:
    market = office.browser("market")
    market.get(NEW)
    template = market.get("/console/courses/template").data
    assert market.post(NEW, {"file": (io.BytesIO(template), "微课.xlsx")}).location == f"{HERE}/lessons"
    found = draft(office)
    assert [(each.title, len(each.screens), bool(each.question)) for each in found.lessons] == [
        ("看封签", 2, True),
        ("看喷码", 1, False),
    ]
    assert found.every_days == 1 and found.has_certificate and not found.is_for_staff
    text = "# 看钢印\n\n先看。\n\n## 深浅\n\n![钢印](a.png)\n".encode()
    files = {"file": (io.BytesIO(text), "钢印.md"), "media": (io.BytesIO(png(1)), "a.png")}
    market.get(f"{HERE}/lessons")
    assert market.post(f"{HERE}/lesson-file", files).location == f"{HERE}/lessons"
    last = draft(office).lessons[-1]
    assert (last.code, last.title, len(last.screens)) == ("l3", "看钢印", 2) and last.screens[1].picture
    market.get(f"{HERE}/lessons")
    refused = market.post(f"{HERE}/lesson-file", {"file": (io.BytesIO(text), "钢印.md")})
    assert refused.status_code == 422 and "没有找到文件“a.png”" in refused.text
    assert len(draft(office).lessons) == 3
    with office.house.look() as session:
        assert len(session.scalars(select(CourseMedia)).all()) == 1


@pytest.mark.on_sqlite
def test_a_course_for_managers_has_no_audience_of_shops(office: Office) -> None:
    market = begin(office)
    wrong = press(market, f"{HERE}/settings", RULES | {"whom": "some", "every_days": "零"})
    assert wrong.status_code == 422 and 'id="wrong-audience"' in wrong.text and 'id="wrong-every_days"' in wrong.text
    assert press(market, f"{HERE}/settings", RULES | {"who": "staff", "whom": "all"}).status_code == 303
    found = draft(office)
    assert found.is_for_staff and found.audience is None
    with office.house.look() as session:
        kept = detail(session, 1, now=office.house.clock())
    assert kept is not None and kept.learnt is None
    assert "全部客户经理" in market.get(f"{HERE}/publish").text
    market.get(f"{HERE}/settings")
    assert market.post(f"{HERE}/discard").location == "/console/courses"
    assert market.get(HERE).status_code == 404
