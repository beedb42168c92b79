"""The figures: read from the counters alone, merged over versions, and in words."""

import pytest

from foundation.errors import Refused
from surveys import commands
from surveys.queries.tally import tally


def figures(house, survey_id):
    with house.reading() as session:
        return tally(session, survey_id)


def test_the_figures_of_a_survey_in_their_published_shape(house, li, wang, satisfaction):
    survey = house.published(satisfaction)
    li.fill("调查", "1", "13", "5", "9", "120", "跳过")
    wang.fill("调查", "4", "1 0 价格牌", "4", "6", "跳过", "太慢", "跳过")
    found = figures(house, survey)
    assert (found["sent"], found["returned"], found["valid"]) == (2, 2, 2)
    assert (found["response_rate"], found["valid_rate"]) == (1.0, 1.0)
    q1, q2, q3, q4, q5, q6, q7 = found["questions"]
    assert [(o["code"], o["label"], o["count"], o["share"]) for o in q1["options"]] == [
        (1, "非常满意", 1, 0.5),
        (2, "满意", 0, 0.0),
        (3, "一般", 0, 0.0),
        (4, "不满意", 1, 0.5),
    ]
    assert q1["options"][0]["low"] == pytest.approx(0.0945, abs=1e-4)
    assert q1["options"][0]["high"] == pytest.approx(0.9055, abs=1e-4)
    assert [(o["code"], o["count"]) for o in q2["options"]] == [(1, 2), (2, 0), (3, 1), (0, 1)]
    assert (q3["mean"], q3["sd"]) == (4.5, pytest.approx(0.7071, abs=1e-4))
    assert (q4["nps"], q4["promoters"], q4["detractors"]) == (0.0, 1, 1)
    assert (q5["n"], q5["mean"], q5["sd"]) == (1, 120.0, None)
    assert (q6["code"], q6["type"], q6["text"], q6["n"]) == ("q6", "text", "不满意的原因是?", 1)
    assert q7["n"] == 0


def test_versions_merge_by_code_and_what_merged_is_named(house, li, wang):
    survey = house.published("title: 调查\nquestions: [{code: q1, type: single, text: 满意?, options: [满意, 一般]}]\n")
    li.fill("调查", "1")
    options = "[好, {code: 1, text: 很满意}]"
    house.published(f"title: 调查\nquestions: [{{code: q1, type: single, text: 满意?, options: {options}}}]\n", survey)
    wang.fill("调查", "2")
    found = figures(house, survey)
    assert [(o["code"], o["label"], o["count"]) for o in found["questions"][0]["options"]] == [
        (3, "好", 0),
        (1, "很满意", 2),
    ]
    assert found["merged"] == [
        {
            "question": "q1",
            "option": 1,
            "labels": [{"since": 1, "label": "满意"}, {"since": 2, "label": "很满意"}],
        }
    ]
    assert [version["version"] for version in found["versions"]] == [1, 2]
    assert "q1 选项 1 “满意” 改为 “很满意”，计票合并" in found["versions"][1]["changes"]


def test_reading_the_figures_reads_no_submission(house, li, satisfaction):
    survey = house.published(satisfaction)
    with house.counted() as statements:
        figures(house, survey)
    assert len([each for each in statements if each.startswith("SELECT")]) == 3
    assert not any("submission" in each or "participation" in each for each in statements)


def test_a_survey_that_is_not_there_or_not_published_has_no_figures(house, satisfaction):
    with pytest.raises(Refused, match="没有编号为 5 的调查"):
        figures(house, 5)
    with pytest.raises(Refused, match="还没有发布"):
        figures(house, house.load(satisfaction))


def test_the_figures_in_lines_for_people(house, li, satisfaction):
    survey = house.published(satisfaction)
    li.fill("调查", "1", "13", "5", "9", "120", "跳过")
    lines = list(commands.tally_lines(figures(house, survey)))
    assert lines[:2] == ["《三季度服务满意度调查》", "发放 2  送达 0  打开 1  回收 1（50.0%）  有效 1（100.0%）"]
    assert any(line.split() == ["1", "非常满意", "1", "100.0%", "20.7%", "-", "100.0%"] for line in lines)
    assert "  净推荐值 100（100 到 100），推荐者 1，中立者 0，贬损者 0" in lines
    assert "  平均 120，标准差 -，中位数 120，最小 120，最大 120" in lines
