"""Lessons are found by their words: by whoever may learn them, as long as they run."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from courses.actions import authoring
from courses.rules.definition import CourseDefinition, LessonDefinition, Screen
from finding import indexing, topics
from finding.topics import FoundText, Seeker
from people import identity
from tests.courses.pacing import begin
from tests.finding import library
from tests.office import Office

LAW = CourseDefinition(
    "守法经营",
    lessons=(
        LessonDefinition(
            "l1",
            "怎么辨别真假烟",
            (Screen("看封签和喷码：真的封签贴得平整，喷码清楚。"), Screen("假烟的喷码发糊。")),
        ),
        LessonDefinition("l2", "看封签", (Screen("封签在小盒顶部正中，花纹清楚，边缘整齐。"),)),
        LessonDefinition(
            "l3", "店搬了地方，许可证怎么变", (Screen("只能在核定的地址经营。搬迁之前先问发证机关，办变更。"),)
        ),
    ),
    is_ordered=False,
)
#: What is asked, and the lessons that answer it, in this order on every database.
ORDER: dict[str, list[str]] = {
    "封签": ["看封签", "怎么辨别真假烟"],
    "怎么辨别真假烟": ["怎么辨别真假烟"],
    "店要搬家了证怎么办": ["店搬了地方，许可证怎么变"],
}
#: The lesson that answers it best.
ASKED = {words: titles[0] for words, titles in ORDER.items()}


def find(school, words: str, who: Seeker) -> list[FoundText]:
    services = school.house.services
    with school.house.look() as session:
        return topics.find(session, services.declared, words, who, now=services.clock(), zone=services.zone, limit=9)


def titles(school, words: str, who: Seeker) -> list[str]:
    return [each.title for each in find(school, words, who)]


WANG, ANYBODY, STAFF = Seeker(retailer_id=1), Seeker(), Seeker(is_staff=True)


def test_a_question_finds_its_lesson_first_and_only_of_a_course_that_runs_for_this_shop(school) -> None:
    course = school.published(LAW)
    assert {words: titles(school, words, WANG) for words in ORDER} == ORDER
    [first, *_] = find(school, "店要搬家了证怎么办", WANG)
    assert first.place == "微课《守法经营》第 3 课" and first.link.startswith("lesson:") and first.coverage >= 0.25
    assert titles(school, "封签", ANYBODY) == [] and titles(school, "封签", STAFF)[0] == "看封签"
    assert titles(school, "今天天气怎么样", WANG) == []
    # A version without a lesson is found without it.
    school.again(course, CourseDefinition("守法经营", lessons=LAW.lessons[:1]))
    assert titles(school, "看封签", WANG) == ["怎么辨别真假烟"] and titles(school, "搬迁", WANG) == []
    services = school.house.services
    with services.transaction() as session:
        authoring.close(session, course, now=services.clock())
    assert titles(school, "封签", STAFF) == titles(school, "封签", WANG) == []


@pytest.mark.parametrize("stores", ["unlettered_postgresql"], indirect=True)
def test_45_where_postgresql_takes_no_chinese_sign_for_a_letter_the_same_is_found_in_the_same_order(school) -> None:
    house = school.house
    with house.services.transaction() as session:
        assert session.scalar(text("SELECT datctype FROM pg_database WHERE datname = current_database()")) == "C"
        library.fill(session)
        assert library.found(session) == library.ORDER
        for reference in library.LIBRARY:
            indexing.remove(session, "article", reference)
    school.published(LAW)
    assert {words: titles(school, words, WANG) for words in ORDER} == ORDER
    for words, title in ASKED.items():
        assert f"《{title}》，微课《守法经营》" in school.wang.say(f"学习 {words}").text.split("还有")[0]
    assert school.wang.say("今天天气怎么样").text.startswith("已转给客户经理陈志强")
    school.published(LAW, title="给客户经理的", is_for_staff=True)
    assert "给客户经理的" not in school.wang.say("学习 封签").text + school.wang.say("更多").text


@pytest.mark.on_sqlite
def test_a_text_for_managers_is_never_found_by_a_shop_nor_one_whose_window_is_over(school) -> None:
    school.published(LAW, title="给客户经理的", is_for_staff=True)
    assert titles(school, "封签", WANG) == titles(school, "封签", ANYBODY) == []
    assert titles(school, "封签", Seeker(manager_id=1))[0] == "看封签"
    school.published(LAW, closes_at=school.house.clock() + timedelta(days=1))
    assert titles(school, "封签", WANG)[0] == "看封签"
    school.house.later(days=2)
    assert titles(school, "封签", WANG) == []


@pytest.mark.on_sqlite
def test_with_one_course_alone_a_question_is_answered_as_in_a_large_library(school) -> None:
    school.published(LAW)
    for words, title in (
        ("封签在哪一面？", "看封签"),
        ("有没有封签的课", "看封签"),
        ("搬店要换证吗？", "店搬了地方，许可证怎么变"),
    ):
        assert titles(school, words, WANG)[0] == title, words
    for words in ("今天天气怎么样？", "西红柿炒鸡蛋", "高铁票在哪里买？"):
        assert titles(school, words, WANG) == [], words


@pytest.mark.on_sqlite
def test_staff_find_a_course_by_its_title_in_the_head_with_the_day_of_its_beginning(school) -> None:
    office = Office(school.house)
    office.staff()
    school.published(LAW, opens_at=school.house.clock() + timedelta(days=1))
    school.published(LAW, title="守法又一课")
    page = office.browser("intern").get("/console/find/hits?q=守法").text
    assert re.search(r'href="/console/courses/1".*?明天 \d\d:\d\d 开始.*?未开始', page, re.DOTALL)
    assert re.search(r'href="/console/courses/2".*?进行中', page, re.DOTALL) and page.count("开始") == 2


@pytest.mark.on_sqlite
def test_only_the_shops_a_course_is_for_find_its_lessons(school) -> None:
    school.published(LAW, audience={"licence": ["350802100002"]})
    with school.house.look() as session:
        shop = identity.shop_by_licence(session, "350802100002")
    assert shop is not None
    li = shop.id
    assert titles(school, "封签", Seeker(retailer_id=li))[0] == "看封签"
    assert titles(school, "封签", Seeker(retailer_id=li + 1000)) == titles(school, "封签", WANG) == []


@pytest.mark.on_sqlite
def test_the_passage_of_a_lesson_is_found_by_nobody_who_may_not_read_it_yet(school) -> None:
    def read(words: str) -> tuple[str, str]:
        [first, *_] = find(school, words, WANG)
        return first.passage, first.shut

    course = school.published(LAW, is_ordered=True)
    not_yet = ("", "第 3 课还没有开，请先学第 1 课。回复“学习”接着学。")
    assert titles(school, "封签", WANG) == ["看封签", "怎么辨别真假烟"] and read("搬迁") == not_yet
    assert find(school, "搬迁", STAFF)[0].passage and not find(school, "搬迁", STAFF)[0].shut
    said = school.wang.say("学习 搬迁").text
    assert said.startswith(not_yet[1]) and "核定的地址" not in said and "打开看全文" not in said
    # What can be read stands in front; what a person will answer has nothing beside it that cannot.
    assert school.wang.say("学习 封签").text.startswith("看封签和喷码")
    assert "资料里" not in school.wang.say("帮我办搬迁").text
    begin(school, course)
    # Begun in this order, it is read to its end in it, whatever stands first in a newer version.
    school.again(course, replace(LAW, lessons=LAW.lessons[::-1], is_ordered=False))
    assert read("搬迁") == not_yet and titles(school, "封签", WANG)[0] == "看封签"
    assert find(school, "搬迁", Seeker(retailer_id=2))[0].passage
    # Of one that comes by its day the day is said.
    daily = school.published(LAW, title="一天一课", every_days=1)
    begin(school, daily)
    found = {each.place: each.shut for each in find(school, "搬迁", WANG)}
    assert found["微课《一天一课》第 3 课"].startswith("第 3 课还没有开。第 2 课明天 ")
    # Neither that of one which others come before, as a lesson or as a whole course.
    asks = replace(LAW.lessons[2], requires=("l1",))
    school.published(replace(LAW, title="一课先学", lessons=(*LAW.lessons[:2], asks)))
    school.published(LAW, title="一门先学", requires=(course,))
    found = {each.place: (each.passage, each.shut) for each in find(school, "搬迁", WANG)}
    for place, said in (("微课《一课先学》第 3 课", "先"), ("微课《一门先学》第 3 课", "守法经营")):
        assert not found[place][0] and said in found[place][1], found[place]
