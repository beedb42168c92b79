"""The console's list of quizzes, through the door: states, figures of those that were taken, the search."""

from datetime import timedelta

import pytest

from tests.office import Office
from tests.quizzes.conftest import PAPER
from tests.quizzes.examined import examine


def test_the_list_names_each_quiz_its_state_and_how_many_have_ended_it(school) -> None:
    office = Office(school.house)
    office.staff()
    quiz_id = school.published()
    school.load(PAPER.replace("真假鉴别", "陈列"))
    # Three attempts of thirty points: 30, 20 and 10.
    examine(school, quiz_id, [[1000, 500, 500, 1000], [1000, 500, 500, 0], [1000, 0, 0, 0]])
    school.house.tick()
    market = office.browser("market")
    page = market.get("/console/quizzes").text
    assert "真假鉴别小测试" in page and "进行中" in page and "陈列小测试" in page and "草稿" in page
    assert "66.7%" in page
    only = market.get("/console/quizzes?state=draft").text
    assert "陈列小测试" in only and "真假鉴别小测试" not in only
    assert "真假鉴别小测试" in market.get("/console/quizzes?search=鉴别").text
    assert "《陈列小测试》还是草稿，没有发布" in market.get("/console/").text
    found = market.get("/console/find/hits?q=小测试").text
    assert found.count("</mark>") == 2 and f'href="/console/quizzes/{quiz_id}"' in found and "进行中" in found
    # Whoever sees a part of the shops is not told the company's figures.
    assert "66.7%" not in office.browser("zhou").get("/console/quizzes").text
    assert "限 15 分钟 · 可考 2 次，取最高分 · 60% 合格" in market.get(f"/console/quizzes/{quiz_id}").text
    assert market.get("/console/quizzes/99").status_code == 404


@pytest.mark.on_sqlite
def test_no_quiz_yet_is_said(school) -> None:
    office = Office(school.house)
    office.staff()
    assert "还没有测试" in office.browser("market").get("/console/quizzes").text


@pytest.mark.on_sqlite
def test_the_front_page_shows_what_runs_and_names_what_ends_tomorrow_with_shops_missing(school) -> None:
    office = Office(school.house)
    office.staff()
    tomorrow = (school.house.clock() + timedelta(days=1)).astimezone(school.house.services.zone)
    quiz_id = school.published(PAPER + f"closes: {tomorrow:%Y-%m-%d} 12:00\n")
    school.wang.say("测试")
    school.wang.say("开始")
    page = office.browser("market").get("/console/").text
    assert "进行中的测试" in page and f'href="/console/quizzes/{quiz_id}" title="真假鉴别小测试"' in page
    assert "50.0%</b> 1 / 2" in page and "平均得分率" not in page
    waits = "家店还没有考《真假鉴别小测试》，明天 12:00 结束"
    assert f"1 {waits}" in page and "已有 1 / 2 家开始" in page
    examine(school, quiz_id, [[1000, 500, 500, 1000]] * 9 + [[1000, 0, 0, 0]])
    school.house.tick()
    # Enough have begun: the company is not told, and the tile says how they did once its few minutes are over.
    assert waits not in office.browser("market").get("/console/").text
    school.house.later(minutes=20)
    assert "考完的平均得分率 93.3%" in office.browser("market").get("/console/").text
    # Whoever sees a part of the shops is told of theirs alone.
    own = office.browser("zhou").get("/console/").text
    assert waits in own and "家开始" not in own and "进行中的测试" in own
