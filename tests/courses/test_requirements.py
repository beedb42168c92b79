"""Courses and lessons that require others: at every door one is told kindly what comes first, with the way there."""

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from courses.actions import authoring
from courses.models.courses import Course, CourseMedia
from courses.rules.definition import CourseDefinition
from courses.texts import chat, pages
from foundation.errors import Refused
from tests.courses.conftest import COURSE
from tests.courses.learners import ask, begun, course_of, lesson_ids, wait
from tests.courses.pacing import PACED, at, told
from tests.courses.test_authoring_pages import press
from tests.courses.test_chat import card
from tests.courses.test_finding import WANG, find
from tests.courses.test_loading import draft as loaded
from tests.courses.test_loading import load
from tests.h5 import Browser
from tests.office import Office
from tests.pictures import png
from tests.quizzes.test_managers import chen

FIRST = course_of(replace(COURSE.lessons[1].screens[0]))
BARRED = "学《怎么辨别真假烟》以前，请先学完《一课》。"


def test_a_course_that_requires_another_opens_once_that_is_finished_and_leads_to_it_before(school) -> None:
    first = school.published(FIRST)
    second = school.published(requires=(first,))
    lesson, page = lesson_ids(school, second)["l1"], Browser(school.house, school.wang)
    say = school.wang.say
    for seen in (say(f"course:{second}"), school.wang.click(f"lesson:{lesson}")):
        title, about, url = card(seen)
        assert (title, about.split("\n")[0]) == ("第 1 课：看喷码", BARRED)
        assert url.endswith(f"/m/lessons/{lesson_ids(school, first)['l1']}")
    shown = page.open(f"/m/courses/{second}")
    assert BARRED in shown and f"先学完 一课 {pages.FIRST}" in shown and pages.opens_after(0) not in shown
    assert BARRED in page.open(f"/m/lessons/{lesson}"), "it leads to the page of the course"
    assert f"怎么辨别真假烟 {pages.first(['一课'])}" in page.open("/m/courses")
    with pytest.raises(Refused, match="请先学完《一课》"):
        ask(school, school.wang, lesson, 1)
    found = find(school, "封签", WANG)[0]
    assert (found.passage, found.shut) == ("", BARRED), "the classroom quotes nothing of it"
    assert begun(school) == []
    assert card(say("学习"))[0] == "第 1 课：看喷码", "what can be learnt, and no choice of two"
    say("下一页")
    wait(school, 3)
    assert say("下一页").text.endswith(chat.to_course("怎么辨别真假烟"))
    assert f"接着可以学 怎么辨别真假烟 {pages.OPENED}" in page.open(f"/m/lessons/{lesson_ids(school, first)['l1']}")
    assert card(say("1"))[:2][0] == "第 1 课：看封签"
    assert say("下一页").text.startswith("第 1 屏")
    assert card(school.li.say(f"course:{second}"))[1].startswith(BARRED), "each for themselves"
    # Who began goes on, whatever a new version requires.
    third = school.published(FIRST, title="又一课")
    school.again(second, replace(COURSE, requires=(first, third)))
    wait(school, 10)
    assert say("下一页").text.startswith("第 2 屏")


def test_a_course_that_ended_bars_nobody_at_any_door_and_its_author_is_told_whom_it_barred(school) -> None:
    first = school.published(FIRST)
    second = school.published(requires=(first,))
    lesson, page, say = lesson_ids(school, second)["l1"], Browser(school.house, school.wang), school.wang.say
    office = Office(school.house)
    office.staff()
    market = office.browser("market")
    assert "《怎么辨别真假烟》要求先学完它" in market.get(f"/console/courses/{first}").text
    assert BARRED in page.open(f"/m/courses/{second}")
    closed = market.post(f"/console/courses/{first}/close", follow_redirects=True)
    assert "《怎么辨别真假烟》不再要求先学完它。" in closed.text
    shown = market.get(f"/console/courses/{second}").text
    assert "《一课》</a>已经结束，不用再先学完" in shown and "要先学完：" not in shown
    assert "请先学完" not in market.get(f"/console/courses/{second}/invitations").text
    assert "《一课》已经结束，不用先学完了" in market.get(f"/console/courses/{second}/publish").text
    # On the page, in the classroom, in the chat, by a step.
    assert "请先学完" not in page.open(f"/m/courses/{second}")
    assert "请先学完" not in page.open("/m/courses")
    assert find(school, "封签", WANG)[0].passage
    for seen in (say("学习"), say(f"course:{second}"), school.wang.click(f"lesson:{lesson}")):
        assert (card(seen)[0], "请先学完" in card(seen)[1]) == ("第 1 课：看封签", False)
    assert not ask(school, school.li, lesson, 1).refusal
    assert "第 1 屏" in page.open(f"/m/lessons/{lesson}")
    # Opened again it is required again, of whom has not begun.
    school.again(first, replace(FIRST, title="一课又开", closes_at=school.house.clock() + timedelta(days=1)))
    third = school.published(title="第三门", requires=(first,))
    assert "请先学完《一课又开》" in page.open(f"/m/courses/{third}")
    assert "请先学完" not in page.open(f"/m/courses/{second}")
    school.house.later(days=2)
    assert "请先学完" not in page.open(f"/m/courses/{third}"), "over by its own window, too"


@pytest.mark.on_sqlite
def test_a_course_for_some_shops_bars_no_other(school) -> None:
    first = school.published(FIRST, audience={"licence": ["350802100002"]})
    second = school.published(requires=(first,))
    assert card(school.wang.say(f"course:{second}"))[0] == "第 1 课：看封签"
    assert card(school.li.say(f"course:{second}"))[1].startswith(BARRED)


@pytest.mark.on_sqlite
def test_customer_managers_are_told_of_a_course_once_what_it_required_has_ended(school) -> None:
    chen(school)
    at(school, "2026-03-09 08:00")
    first = school.published(PACED, title="怎么走访", is_for_staff=True)
    school.published(PACED, title="怎么带店", is_for_staff=True, requires=(first,))
    school.house.tick()
    with school.house.services.transaction() as session:
        authoring.close(session, first, now=school.house.clock())
    at(school, "2026-03-10 10:00:05")
    school.house.tick()
    assert told(school, "陈志强")[-1] == "有一门课请您学：《怎么带店》，共 3 课。"


@pytest.mark.on_sqlite
def test_customer_managers_are_told_of_a_course_when_they_can_begin_it(school) -> None:
    phone, house = chen(school), school.house
    at(school, "2026-03-09 08:00")
    first = school.published(PACED, title="怎么走访", is_for_staff=True, is_ordered=False, every_days=None)
    school.published(PACED, title="怎么带店", is_for_staff=True, requires=(first,))
    house.tick()
    assert told(school, "陈志强") == ["有一门课请您学：《怎么走访》，共 3 课。"]
    for lesson_id in lesson_ids(school, first).values():
        phone.click(f"lesson:{lesson_id}")
        phone.say("下一页")
        wait(school, 60)
        said = phone.say("下一页").text
    assert said.endswith(chat.to_course("怎么带店"))
    at(school, "2026-03-10 10:00:05")
    house.tick()
    assert told(school, "陈志强")[1:] == ["有一门课请您学：《怎么带店》，共 3 课。"]


@pytest.mark.on_sqlite
def test_what_can_never_be_finished_first_is_refused_by_its_place(school, tmp_path: Path) -> None:
    head = "title: 辨别\n{}\nlessons:\n  - {{title: 看, screens: [一]}}\n"
    written = {
        "requires: [quiz:3]": "先学完 requires（第 2 行）：“quiz:3”应是微课的编号，如 course:2",
        "requires: {course: 2}": "先学完 requires（第 2 行）：应是微课的编号，如 course:2",
        "requires: 1 2 3 4 5 6": "先学完 requires（第 2 行）：最多写 5 门",
    }
    for line, fault in written.items():
        done = load(school.house, tmp_path, "course.yaml", head.format(line))
        assert (done.exit_code, done.output.strip()) == (1, fault)
    course = load(school.house, tmp_path, "course.yaml", head.format("requires: [course:2, 7]")).output.strip()
    done = school.house.flask("courses", "publish", course)
    assert done.output.splitlines() == [
        "微课有 2 处要改：",
        "1. 要先学完的 course:2 没有找到，或者还没有发布。",
        "2. 要先学完的 course:7 没有找到，或者还没有发布。",
    ]
    first = school.published(FIRST)
    second = school.published(requires=(first,))
    third = school.published(title="第三门", requires=(second,))
    for wrong, fault in (
        (CourseDefinition("一课", lessons=FIRST.lessons, requires=(third,)), "《第三门》又要求先学完这门课"),
        (CourseDefinition("一课", lessons=FIRST.lessons, requires=(first,)), "就是这门课自己"),
    ):
        with pytest.raises(Refused, match=fault):
            school.again(first, wrong)
    with pytest.raises(Refused, match="不是同样的人学的"):
        school.published(is_for_staff=True, requires=(first,))


@pytest.mark.on_sqlite
def test_a_requirement_is_chosen_in_the_console_and_told_with_the_invitation(school, tmp_path: Path) -> None:
    office = Office(school.house)
    office.staff()
    market, here = office.browser("market"), "/console/courses/2"
    school.published(FIRST)
    school.published()
    assert 'name="requires"' in market.get(f"{here}/settings").text
    saved = {"title": "怎么辨别真假烟", "who": "shops", "whom": "all", "ordered": "1", "requires": "1"}
    assert press(market, f"{here}/settings", saved).status_code == 303
    with school.house.look() as session:
        assert session.get_one(Course, 2).draft["requires"] == [1]
    looked = market.get(f"{here}/publish").text
    assert "《一课》" in looked and "“先学完”改了。" in looked
    assert press(market, f"{here}/publish", {}).status_code == 303
    assert BARRED in market.get(f"{here}/invitations").text
    assert "要先学完" in market.get(here).text and "《一课》" in market.get(f"{here}/versions/2").text
    wrong = press(market, f"{here}/settings", saved | {"requires": "x"})
    assert wrong.status_code == 422 and "“x”应是微课的编号" in wrong.text
    # … and in a workbook.
    book = market.get("/console/courses/template").data
    opened = load_workbook(io.BytesIO(book))
    next(row for row in opened["微课"].iter_rows() if row[0].value == "先学完")[1].value = "1、course:2"
    packed = io.BytesIO()
    opened.save(packed)
    assert loaded(school.house, load(school.house, tmp_path, "a.xlsx", packed.getvalue()).output).requires == (1, 2)


@pytest.mark.on_sqlite
def test_a_lesson_may_require_an_earlier_one_where_the_course_has_no_order(school, tmp_path: Path) -> None:
    lessons = "  - {title: 一, screens: [看。]}\n  - {title: 二, screens: [看。]}\n"
    (tmp_path / "seal.jpg").write_bytes(png(1))
    head = f"title: 辨别\nordered: false\nlessons:\n{lessons}"
    for written, fault in (
        ("[3]", "第 3 课（第 6 行）：先学“3”应是前面一课的序号，1 到 2"),
        ("看封签", "第 3 课（第 6 行）：先学“看封签”应是前面一课的序号，1 到 2"),
    ):
        third = f"  - {{title: 三, screens: [{{picture: seal.jpg, text: 喷码三十二位。}}], requires: {written}}}\n"
        done = load(school.house, tmp_path, "a.yaml", head + third)
        assert (done.exit_code, done.output.strip()) == (1, fault)
    course = load(school.house, tmp_path, "a.yaml", head + third.replace(written, "[1]")).output.strip()
    assert school.house.flask("courses", "publish", course).exit_code == 0
    ids, page, say = lesson_ids(school, 1), Browser(school.house, school.wang), school.wang.say
    barred = chat.lesson_requires(3, 1, "一")
    assert say(f"lesson:{ids['l3']}").text == barred and barred.partition("。")[0] in page.open(
        f"/m/lessons/{ids['l3']}"
    )
    assert "第 2 课：二 约 1 分钟 第 3 课：三 先学完第 1 课" in page.open("/m/courses/1")
    with pytest.raises(Refused, match=barred):
        ask(school, school.wang, ids["l3"], 1)
    with school.house.look() as session:
        picture = session.scalars(select(CourseMedia.sha256)).one()
    assert find(school, "喷码", WANG)[0].shut == barred
    assert page.get(f"/m/media/{picture}").status_code == 404
    for step in (1, 2):
        ask(school, school.wang, ids["l1"], step)
        wait(school, 3)
    assert card(say(f"lesson:{ids['l3']}"))[0] == "第 3 课：三", "the second may be left out"
    assert find(school, "喷码", WANG)[0].passage and page.get(f"/m/media/{picture}").status_code == 200
    office = Office(school.house)
    office.staff()
    market, here = office.browser("market"), "/console/courses/1/lessons"
    shown = market.get(f"{here}/l3").text
    assert 'value="l1" checked' in shown and 'value="l2"' in shown
    form = {"title": "三", "s": "s1", "s1.text": "看。", "do": "save", "requires": "l2"}
    assert press(market, f"{here}/l3", form).status_code == 303
    assert press(market, here, {"do": "up:l3"}).status_code == 303
    assert "第 2 课《三》要先学的课排在它后面了" in market.get("/console/courses/1/publish").text
    assert press(market, here, {"do": "remove:l2"}).status_code == 303
    assert "排在它后面" not in market.get("/console/courses/1/publish").text
