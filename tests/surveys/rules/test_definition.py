"""An author's survey is read whole, or refused with every mistake named by its place."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from foundation.errors import Refused
from questions.authoring.spelling import Mistaken
from questions.question import Condition, Option, QuestionType, Span
from surveys.rules import definition, files, review
from surveys.rules.definition import Definition

CHINA = ZoneInfo("Asia/Shanghai")

THE_SURVEY = """
title: 2026年三季度服务满意度调查
opens: 2026-07-01T08:00+08:00
closes: 2026-09-30T20:00+08:00
audience: {class: [现代终端, 普通终端]}      # left out: every bound shop
anonymous: false
questions:
  - {code: q1, type: single, text: 您对客户经理的服务满意吗?, options: [非常满意, 满意, 一般, 不满意]}
  - {code: q2, type: multiple, text: 您最希望改进哪些?, options: [送货时间, 货源信息, 上门拜访], other: true, max: 2}
  - {code: q3, type: rating, text: 请给本季度服务打分(1-5), required: true}
  - {code: q4, type: nps, text: 您愿意向同行推荐我们的服务吗?(0-10)}
  - {code: q5, type: number, text: 您店里平均每天来多少位顾客?, min: 0, max: 5000, required: false}
  - {code: q6, type: text, text: 不满意的原因是?, show_if: {q1: [一般, 不满意]}}
  - {code: q7, type: photo, text: 请拍一张陈列照片, required: false}
"""


def read(data, **more) -> Definition:
    return review.read(data, timezone=CHINA, **more)


def mistakes(data, **more) -> tuple[str, ...]:
    with pytest.raises(Mistaken) as refusal:
        read(data, **more)
    return refusal.value.mistakes


def one(**question) -> dict:
    """A survey of one question, filled up to be right."""
    filled = {"code": "q1", "type": "single", "text": "满意吗?"} | question
    if filled["type"] in ("single", "multiple"):
        filled.setdefault("options", ["满意", "一般", "不满意"])
    return {"title": "调查", "questions": [filled]}


def two(first: dict, **second) -> dict:
    data = one(**first)
    data["questions"].append({"code": "q2", "type": "text", "text": "为什么?"} | second)
    return data


def test_the_survey_of_the_issue_is_read_as_it_is_written():
    written = files.of_yaml(THE_SURVEY)
    survey = read(written.data, places=written.places)

    assert survey.title == "2026年三季度服务满意度调查"
    assert survey.opens_at == datetime(2026, 7, 1, tzinfo=UTC)
    assert survey.closes_at == datetime(2026, 9, 30, 12, tzinfo=UTC)
    assert survey.audience == {"class": ["普通终端", "现代终端"]}
    assert [question.type for question in survey.questions] == list(QuestionType)
    first, second, _, _, fifth, sixth, _ = survey.questions
    assert first.text == "您对客户经理的服务满意吗?"
    assert first.options == (Option(1, "非常满意"), Option(2, "满意"), Option(3, "一般"), Option(4, "不满意"))
    assert (second.other, second.max) == (True, 2)
    assert (fifth.min, fifth.max, fifth.required) == (Decimal(0), Decimal(5000), False)
    assert sixth.show_if == (Condition("q1", frozenset({3, 4})),)


def test_it_comes_back_from_storage_unchanged():
    survey = read(files.of_yaml(THE_SURVEY).data)
    assert definition.from_json(definition.to_json(survey)) == survey


def test_every_mistake_is_named_at_once_and_by_its_line():
    broken = (
        THE_SURVEY.replace("title:", "titel:")
        .replace("2026-09-30T20", "2026-06-30T20")
        .replace("max: 2", "mx: 2")
        .replace("rating", "ratng")
        .replace("min: 0, max: 5000", "min: 10, max: 5")
        .replace("q1: [一般", "q1: [一班")
        .replace("code: q7", "code: q1")
    )
    written = files.of_yaml(broken)
    assert mistakes(written.data, places=written.places) == (
        "第 2 行：不认识“titel”，是不是“title”",
        "缺少标题 title",
        "结束时间 closes（第 4 行）：应晚于开始时间 opens",
        "第 2 题 q2（第 9 行）：不认识“mx”，是不是“max”",
        "第 3 题 q3（第 10 行）：类型“ratng”不认识，"
        "可用 single、multiple、rating、nps、number、text、photo，是不是“rating”",
        "第 5 题 q5（第 12 行）：min 10 大于 max 5",
        "第 6 题 q6（第 13 行）：显示条件 show_if q1 没有选项“一班”，可用 非常满意、满意、一般、不满意",
        "第 7 题 q1（第 14 行）：编码“q1”与第 1 题重复",
    )


def test_quotas_are_lines_or_a_mapping_and_an_anonymous_survey_may_have_no_small_one():
    one = {"code": "q1", "type": "single", "text": "哪天?", "options": [{"text": "周六", "most": 20}, "周日"]}
    whole = {"title": "报名", "limit": 300, "class_limits": "现代终端=50\n普通终端: 30", "questions": [one]}
    found = read({**whole, "area_limits": {"城区一片": 8}})
    assert (found.limit, found.area_limits) == (300, {"城区一片": 8})
    assert found.class_limits == {"普通终端": 30, "现代终端": 50}
    assert [option.most for option in found.questions[0].options] == [20, None]
    assert definition.from_json(definition.to_json(found)) == found
    wrong = {**one, "options": [{"text": "周六", "most": 0}, "周日"]}
    assert mistakes({**whole, "limit": "很多", "area_limits": "城东", "questions": [wrong]}) == (
        "总名额 limit：“很多”应是数字",
        "片区名额 area_limits：“城东”看不懂，请一行写一个，如 城东=50",
        "第 1 题 q1：第 1 个选项的名额“0”应是 1 到 10000000 的整数",
    )
    assert mistakes({**whole, "anonymous": True, "limit": 4}) == (
        "总名额 limit：匿名调查的名额至少 5 个",
        "第 1 题 q1：匿名调查的选项不能限名额",
    )


def test_the_refusal_reads_as_a_list():
    with pytest.raises(Refused) as refusal:
        read({"questions": []})
    assert str(refusal.value) == "问卷有 2 处要改：\n1. 缺少标题 title\n2. 题目 questions：至少要有一题"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"code": "1q"}, "编码“1q”应是字母开头的字母和数字，如 q1"),
        ({"code": None}, "缺少编码 code"),
        ({"text": ""}, "题目不能为空"),
        ({"text": "问" * 201}, "题目太长：201 字，最多 200 字"),
        ({"text": True}, "题目被读成了是/否，请在两边加上引号"),
        ({"options": []}, "缺少选项 options，应是一个列表"),
        ({"options": "满意 一般"}, "缺少选项 options，应是一个列表"),
        ({"options": ["满意", " 满意。"]}, "第 2 个选项“满意。”重复"),
        ({"options": ["满意", "长" * 61]}, "第 2 个选项太长：61 字，最多 60 字"),
        ({"options": [f"选项甲{n}" for n in range(21)]}, "有 21 个选项，最多 20 个"),
        ({"options": [True, "否"]}, "第 1 个选项被读成了是/否，请在两边加上引号"),
        ({"options": ["2", "甲", "乙"]}, "第 1 个选项“2”会和回复的编号混淆，请写得完整些"),
        ({"options": ["B", "丙"]}, "第 1 个选项“B”会和回复的编号混淆，请写得完整些"),
        ({"options": ["满意", "其他"], "other": True}, "第 2 个选项“其他”与“其他”重复，请删去这个选项"),
        ({"options": [{"code": 0, "text": "满意"}]}, "第 1 个选项“0”应是 1 到 999 的整数"),
        ({"options": [{"kode": 1, "text": "满意"}]}, "第 1 个选项不认识“kode”，应如 {code: 2, text: 比较满意}"),
        ({"options": [{"code": 1, "text": "好"}, {"code": 1, "text": "坏"}]}, "选项编码 1 写了两次"),
        ({"max": 2}, "max 只用于 multiple、number"),
        ({"type": "multiple", "max": 4}, "最多 max “4”应是 1 到 3 的整数"),
        ({"type": "multiple", "min": 3, "max": 2}, "min 3 大于 max 2"),
        ({"type": "multiple", "max": "两"}, "最多 max “两”应是数字"),
        ({"type": "rating", "options": ["好", "坏"]}, "options 只用于 single、multiple"),
        ({"type": "text", "other": True}, "other 只用于 single、multiple"),
        ({"type": "number", "decimals": 3}, "小数位 decimals “3”应是 0 到 2 的整数"),
        ({"type": "number", "min": "0.5"}, "最小 min “0.5”的小数位太多"),
        ({"type": "number", "max": "NaN"}, "最大 max “NaN”太大"),
        ({"required": "也许"}, "必填 required “也许”应是 是 或 否"),
        ({"show_if": {"q9": [1]}}, "显示条件 show_if 没有题目“q9”"),
        ({"show_if": {"q1": [1]}}, "显示条件 show_if 只能按前面的题，q1 不在前面"),
        ({"show_if": ["q1"]}, "显示条件 show_if 应如 {q1: [一般, 不满意]}"),
        ({"typ": "single"}, "不认识“typ”，是不是“type”"),
        ({"options": ["满意 [2000分]", "一般"]}, "第 1 个选项的分值“2000”应是 0 到 1000 的整数"),
        ({"options": [{"text": "满意 [2分]", "points": 2}, "一般"]}, "第 1 个选项的分值写了两次"),
        ({"options": ["满意 [0分]", "一般"]}, "选项的分值都是 0，至少一个要多于 0 分"),
        ({"weight": 2}, "写了权重，选项却没有分值，应如 满意 [4分]"),
        ({"type": "text", "weight": 2}, "weight 只用于 single、multiple、rating、nps"),
    ],
)
def test_a_mistake_in_a_question_is_said_in_the_authors_words(question, said):
    assert [mistake.partition("：")[2] for mistake in mistakes(one(**question))] == [said]


def test_labels_that_are_their_own_number_are_no_trap():
    assert read(one(options=[1, 2, 3])).questions[0].labels == ("1", "2", "3")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"audience": {}}, "对象 audience：是空的或写法不对"),
        ({"audience": None}, "对象 audience：是空的或写法不对"),
        ({"audience": ["现代终端"]}, "对象 audience：是空的或写法不对"),
        ({"audience": {"after": date(2026, 7, 1)}}, "对象 audience：只能用文字和数字"),
        ({"opens": 480}, "开始时间 opens：“480”看不懂"),
        ({"opens": "明天"}, "开始时间 opens：“明天”看不懂"),
        ({"opens": "2026-13-01"}, "开始时间 opens：“2026-13-01”看不懂"),
        ({"closes": "0026-07-01"}, "结束时间 closes：“26”年不对"),
        ({"results": "later"}, "结果公布 results：“later”不认识"),
        ({"min_seconds": -1}, "最短用时 min_seconds：“-1”应是 0 到 3600 的整数"),
        ({"title": "题" * 61}, "标题 title：太长：61 字，最多 60 字"),
        ({"questions": [one()["questions"][0] | {"code": f"q{n}"} for n in range(61)]}, "题目 questions：共 61 题"),
        ({"questions": ["满意吗?"]}, "第 1 题：应由 code、type、text 等几项组成"),
        ({"anonymous": "可能"}, "匿名 anonymous：“可能”应是 是 或 否"),
    ],
)
def test_a_mistake_in_the_frame_is_said_in_the_authors_words(more, said):
    (mistake,) = mistakes(one() | more)
    assert mistake.startswith(said)


def test_a_faulty_question_is_not_blamed_again_by_those_that_depend_on_it():
    assert len(mistakes(two({"options": []}, show_if={"q1": ["一般"]}))) == 1


@pytest.mark.parametrize(
    "written",
    [
        "2026-07-01T08:00+08:00",
        "2026-07-01 08:00",
        "2026/7/1 8:00",
        "2026年7月1日8时",
        datetime(2026, 7, 1, 8),
        "2026-07-01T00:00Z",
    ],
)
def test_a_moment_may_be_written_in_many_ways(written):
    assert read(one() | {"opens": written}).opens_at == datetime(2026, 7, 1, tzinfo=UTC)


def test_a_survey_that_ends_on_a_day_is_open_all_that_day():
    survey = read(one() | {"opens": date(2026, 9, 30), "closes": "2026-09-30"})
    assert survey.opens_at == datetime(2026, 9, 29, 16, tzinfo=UTC)
    assert survey.closes_at == datetime(2026, 9, 30, 15, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(("written", "meant"), [("是", True), ("否", False), ("Yes", True), (1.0, True), ("0", False)])
def test_yes_and_no_are_read_as_people_write_them(written, meant):
    assert read(one(required=written)).questions[0].required is meant


@pytest.mark.parametrize(
    ("first", "condition", "expected"),
    [
        ({}, "一般", Condition("q1", frozenset({2}))),
        ({}, [1, "不满意"], Condition("q1", frozenset({1, 3}))),
        ({"other": True}, ["其他"], Condition("q1", frozenset({0}))),
        ({"type": "nps"}, "0-6", Condition("q1", frozenset(range(7)))),
        ({"type": "rating"}, [1, "2"], Condition("q1", frozenset({1, 2}))),
        ({"type": "number"}, "10-20", Condition("q1", frozenset(), (Span(Decimal(10), Decimal(20)),))),
        (
            {"type": "number"},
            ["-5--1", 0],
            Condition("q1", frozenset(), (Span(Decimal(-5), Decimal(-1)), Span(Decimal(0), Decimal(0)))),
        ),
    ],
)
def test_a_condition_takes_labels_codes_points_and_ranges(first, condition, expected):
    assert read(two(first, show_if={"q1": condition})).questions[1].show_if == (expected,)


@pytest.mark.parametrize(
    ("first", "condition", "said"),
    [
        ({"type": "rating"}, "0-6", "q1 只有 1 到 5 分，没有“0-6”"),
        ({"type": "number"}, "9-1", "“9-1”的两头写反了"),
        ({"type": "number"}, "很多", "“很多”应是数字或范围，如 0-6"),
        ({"type": "text"}, "好", "不能按 q1，它是文本题"),
        ({}, [], "q1 后面要写选项"),
        ({}, [9], "q1 没有选项“9”，可用 满意、一般、不满意"),
    ],
)
def test_a_condition_that_cannot_hold_is_refused(first, condition, said):
    assert mistakes(two(first, show_if={"q1": condition})) == (f"第 2 题 q2：显示条件 show_if {said}",)


def test_what_is_not_a_mapping_is_refused():
    assert mistakes(["title"]) == ("问卷应由 title、questions 等几项组成",)
