"""Scores of sheets (测评): answers have points, questions weights, and each sheet is a number from 0 to 100."""

import json

import pytest
from sqlalchemy import select

from surveys.models import Submission
from tests.h5 import Browser as H5
from tests.office import Browser, Office, file_of
from tests.surveys.test_authoring_page import begun, fields, press
from tests.surveys.test_pages import bind, upload

SURVEY = """
title: 客户满意度测评
questions:
  - {code: q1, type: single, text: 您对客户经理的服务满意吗?, weight: 3,
     options: [{text: 满意, points: 2}, "一般 [1分]", "不满意 [0分]", 不了解]}
  - {code: q2, type: rating, text: 请给送货打分, weight: 1, show_if: {q1: [一般, 不满意]}}
  - {code: q3, type: nps, text: 您愿意推荐我们吗?}
"""
LIST = "/console/surveys/1/sheets"


@pytest.fixture
def office(build) -> Office:
    """Three shops in two areas, and somebody in every role."""
    office = Office(build())
    office.settle()
    return office


def published(office: Office, survey: str = SURVEY) -> Browser:
    browser = office.browser("market")
    page = upload(browser, survey).location
    assert browser.post(f"{page}/publish").status_code == 303
    return browser


def tally(office: Office) -> dict:
    return json.loads(office.house.flask("surveys", "tally", "1", "--json").stdout)


def kept(office: Office) -> list[int | None]:
    with office.house.look() as session:
        return list(session.scalars(select(Submission.score).order_by(Submission.id)))


def test_a_sheet_has_the_score_of_its_answers_whichever_way_it_came(office) -> None:
    browser = published(office)
    wang, li, fang = (
        bind(office, name, f"35080210000{n}", ending)
        for n, (name, ending) in enumerate((("王建国", "8899"), ("李福生", "1234"), ("王丽芳", "5678")), start=1)
    )
    assert tally(office)["score"] is None, "no score, and not 0"
    for said in ("调查", "2", "4", "9"):
        wang.say(said)
    h5 = H5(office.house, li)
    h5.open("/m/surveys/1")
    h5.send("begin")
    h5.send(option="1")
    h5.send(option="10")
    h5.send("finish")
    for said in ("调查", "4", "0"):
        fang.say(said)
    # Half of three parts and three quarters of one; the best, by a branch without the second question; and 不了解 says
    # nothing.
    assert kept(office) == [5625, 10000, None]
    assert tally(office)["score"] == {"n": 2, "mean": 78.125}
    assert "测评得分 78.12（2 份）" in office.house.flask("surveys", "tally", "1").stdout
    assert "平均得分 <b class=\"strong\">78.1" in browser.get("/console/surveys/1").text
    listed = browser.get(LIST).text
    assert "得分" in listed and "56.25" in listed and "—" in listed
    with office.house.look() as session:
        ids = list(session.scalars(select(Submission.id).order_by(Submission.id)))
    assert '得分 <b class="strong">56.25</b>' in browser.get(f"{LIST}/{ids[0]}").text
    assert "得分 <b" not in browser.get(f"{LIST}/{ids[2]}").text
    head, *rows = file_of(office, browser, "/console/surveys/1/export", {"format": "xlsx"})
    assert [row[head.index("得分")] for row in rows] == [56.25, 100, None]
    # A sheet that is set aside leaves the mean, and comes back to it; a recount from the answers finds nothing else.
    browser.post(f"{LIST}/{ids[1]}/void", {"reason": "代填"})
    assert tally(office)["score"] == {"n": 1, "mean": 56.25}
    browser.post(f"{LIST}/{ids[1]}/restore", {"reason": "核实过了"})
    assert tally(office)["score"] == {"n": 2, "mean": 78.125}
    assert office.house.flask("surveys", "recount", "1").stdout == "一致\n"


@pytest.mark.on_sqlite
def test_a_survey_without_points_has_no_score_anywhere(office) -> None:
    browser = published(office, "title: 一题\nquestions: [{code: q1, type: rating, text: 打分}]\n")
    wang = bind(office, "王建国", "350802100001", "8899")
    wang.say("调查")
    wang.say("5")
    assert kept(office) == [None] and tally(office)["score"] is None
    assert "得分" not in browser.get(LIST).text
    assert "得分" not in file_of(office, browser, "/console/surveys/1/export", {"format": "xlsx"})[0]


@pytest.mark.on_sqlite
def test_points_and_weights_are_written_in_the_browser_and_mistakes_stand_at_their_field(office) -> None:
    browser = office.browser("market")
    path = begun(browser)
    page = browser.get(f"{path}/edit").text
    page = press(browser, path, fields(page), "add:single").text
    page = press(browser, path, fields(page), "add:rating").text
    assert 'aria-label="第 1 题的选项 1 的分值"' not in page
    words = {"title": "测评", "q1.text": "满意吗?", "q1.o": ["满意", "不满意"], "q2.text": "打分"}
    page = press(browser, path, {**fields(page), **words, "q1.scored": "1"}, "show").text
    assert 'aria-label="第 1 题的选项 1 的分值"' in page
    wrong = {"q1.s": ["0", "0"], "q1.weight": "一半", "q2.weight": "101"}
    assert press(browser, path, {**fields(page), **wrong}, "save").status_code == 303
    page = browser.get(f"{path}/edit").text
    for said in ("选项的分值都是 0，至少一个要多于 0 分", "权重“一半”应是数字", "权重“101”应是 1 到 100 的整数"):
        assert said in page
    good = {"q1.s": ["4", "0"], "q1.weight": "3", "q2.weight": "1"}
    assert press(browser, path, {**fields(page), **good}, "save").status_code == 303
    shown = browser.get(path).text
    assert "满意（4 分）" in shown and "不满意（0 分）" in shown and "权重 3" in shown
    assert browser.post(f"{path}/publish").status_code == 303
    # What is deleted comes back with its points, and a copy has them too.
    page = press(browser, path, fields(browser.get(f"{path}/edit").text), "copy:q1").text
    assert fields(page)["q3.s"] == ["4", "0"]
    page = press(browser, path, fields(page), "option_delete:q1:1").text
    assert fields(press(browser, path, fields(page), "undo").text)["q1.s"] == ["4", "0"]
    # Another weight is a new version: what was handed in keeps its score.
    page = browser.get(f"{path}/edit").text
    assert press(browser, path, {**fields(page), "q2.weight": "5"}, "save").status_code == 303
    assert "计分有改动" in browser.get(f"{path}/publish").text
