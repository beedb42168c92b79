"""The console's page of a result, through the door: the curve of returns, order and kind of charts, what is folded
away; and the list of surveys with its returns."""

import re
from html import unescape

import pytest

from tests.charts import bars, drawn, results
from tests.office import Office, file_of
from tests.surveys.test_pages import bind, upload

SURVEY = """
title: 服务调查
questions:
  - {code: q1, type: single, text: 满意吗?, options: [不满意, 一般, 满意, 非常满意]}
  - {code: q2, type: multiple, text: 改进哪些?, options: [送货, 货源, 上门], other: true}
  - {code: q3, type: nps, text: 会推荐吗?}
  - {code: q4, type: number, text: 几位顾客?, min: 0, max: 5000}
"""
PAGE = "/console/surveys/1"


@pytest.fixture
def office(build) -> Office:
    office = Office(build())
    office.settle()
    for name, licence, ending in (("王建国", "350802100001", "8899"), ("李福生", "350802100002", "1234")):
        bind(office, name, licence, ending)
    bind(office, "王丽芳", "350802100003", "5678")
    browser = office.browser("market")
    assert upload(browser, SURVEY).location == PAGE
    assert browser.post(f"{PAGE}/publish").status_code == 303
    return office


def answer(office: Office, name: str, *replies: str) -> None:
    phone = office.house.phone(name)
    for reply in ("调查", *replies):
        phone.say(reply)


def test_returns_stand_by_day_and_invitation_through_void_and_once_more(office) -> None:
    browser = office.browser("market")
    assert "returns-card" not in browser.get(PAGE).text
    answer(office, "王建国", "3", "1", "9", "40")
    office.house.later(days=1)
    browser = office.browser("market")
    browser.get(f"{PAGE}/invitations")
    browser.post(f"{PAGE}/invitations", {"said": "请填写", "seen": "0", "whom": "all"})
    office.house.tick()
    answer(office, "李福生", "1", "23", "3", "60")
    shown = browser.get(PAGE).text
    found = drawn(shown, "returns")
    assert len(found["labels"]) == 2
    assert found["series"] == {
        "第 1 次邀请 1": [0, 1],
        "自己打开 1": [1, 0],
        "累计回收率": [pytest.approx(1 / 3), pytest.approx(2 / 3)],
    }
    # For who reads the page instead of seeing it.
    assert "累计回收率 66.7%" in re.search(r'id="returns-chart"[^>]*aria-label="([^"]*)"', shown)[1]
    first = browser.get(f"{PAGE}/sheets").text
    assert first.count("/sheets/") >= 2
    browser.get(f"{PAGE}/sheets/2")
    assert browser.post(f"{PAGE}/sheets/2/void", {"reason": "重复"}).status_code == 303
    assert drawn(browser.get(PAGE).text, "returns")["series"]["第 1 次邀请 1"] == [0, 1]
    assert results(browser.get(PAGE).text)["steps"]["有效"] == 1
    browser.get(f"{PAGE}/sheets/2")
    assert browser.post(f"{PAGE}/sheets/2/again").status_code == 303
    assert list(drawn(browser.get(PAGE).text, "returns")["series"]) == ["自己打开 1", "累计回收率"]
    assert office.house.flask("surveys", "recount", "1").stdout == "一致\n"


@pytest.mark.on_sqlite
def test_order_and_kind_are_chosen_in_the_address_and_kept_by_what_reloads(office) -> None:
    answer(office, "王建国", "3", "2", "9", "40")
    answer(office, "李福生", "4", "23", "10", "45")
    browser = office.browser("market")
    shown = browser.get(PAGE).text
    # Names by their size, a scale in its own order, with the colours of good and bad.
    assert [row[0] for row in bars(shown, "ask-q2")] == ["货源", "上门", "送货", "其他"]
    assert [row[0] for row in bars(shown, "ask-q1")] == ["不满意", "一般", "满意", "非常满意"]
    card = shown.partition('id="ask-q1-card"')[2].partition("</section>")[0]
    assert re.findall(r'class="shade_([\w-]+)"', card)[:4] == ["c-5", "c-0", "c-2", "c1"]
    assert "满意和非常满意合计 " in re.sub("<[^>]+>", "", card)
    given = unescape(re.search(r'href="([^"]*order_q2=given[^"]*)"', shown)[1])
    again = browser.get(given.partition("#")[0]).text
    assert [row[0] for row in bars(again, "ask-q2")] == ["送货", "货源", "上门", "其他"]
    assert f'hx-get="{PAGE}/live?order_q2=given"' in again
    columns = browser.get(f"{PAGE}?as_q1=columns&order_q2=given&as_q3=columns&as_q9=x&nonsense=1").text
    assert drawn(columns, "ask-q1")["series"] == {"人数": [0, 0, 1, 1]}
    assert len(drawn(columns, "ask-q3")["labels"]) == 11
    assert "order_q2=given" in re.search(r'href="([^"]*as_q1=bars[^"]*)"', columns)[1]
    assert browser.get(f"{PAGE}/live?as_q1=columns").text.count('data-chart="ask-q1"') == 1


@pytest.mark.on_sqlite
def test_the_recommendation_is_one_bar_by_its_chinese_name_and_intervals_are_folded_away(office) -> None:
    for name, score in (("王建国", "9"), ("李福生", "10"), ("王丽芳", "3")):
        answer(office, name, "3", "1", score, "40")
    browser = office.browser("market")
    shown = browser.get(PAGE).text
    card = shown.partition('id="ask-q3-card"')[2].partition("</section>")[0]
    said = re.sub(r"<[^>]+>|\s+", " ", card)
    assert "+33.3" in said
    assert "推荐者（9–10 分） 66.7% 2 人" in re.sub(" +", " ", said)
    assert len(re.findall(r"<rect", card)) == 3
    assert "NPS" not in shown
    head, _, folded = card.partition('<details class="mt-3 doubt"')
    assert "误差范围" not in head
    assert "净推荐值多半在" in folded
    assert drawn(shown, "ask-q4")["series"] == {"人数": [3]}
    form = {"question": "q3", "by": "area"}
    asked = browser.post(f"{PAGE}/export", {"format": "csv"})
    office.work()
    assert "NPS" not in browser.get(f"{asked.location}/file").data.decode("utf-8-sig")
    assert "NPS" not in browser.get(f"{PAGE}/cross", query_string=form).text


@pytest.mark.on_sqlite
def test_an_anonymous_survey_has_a_curve_without_invitations_and_no_histogram_of_few(office) -> None:
    browser = office.browser("market")
    anonymous = SURVEY.replace("title: 服务调查", "title: 心里话\nanonymous: true")
    page = upload(browser, anonymous).location
    browser.post(f"{page}/publish")
    wang = office.house.phone("王建国")
    for reply in ("调查", "2", "3", "1", "9", "40"):
        wang.say(reply)
    shown = browser.get(page).text
    assert list(drawn(shown, "returns")["series"]) == ["回收 1", "累计回收率"]
    assert "ask-q4-figures" not in shown


def test_the_list_shows_each_return_as_a_bar_with_what_can_be_done_and_is_narrowed_by_month(office) -> None:
    answer(office, "王建国", "3", "1", "9", "40")
    browser = office.browser("market")
    page = browser.get("/console/surveys").text
    row = page.partition(f'href="{PAGE}"')[2].partition("</tr>")[0]
    assert "33.3%" in row
    assert "<rect" in row
    for action in ("sheets", "share", "copy", "close"):
        assert f"{PAGE}/{action}" in row
    assert "回收率" not in office.browser("chen").get("/console/surveys").text
    assert f"{PAGE}/close" not in office.browser("intern").get("/console/surveys").text
    office.house.later(days=40)
    browser = office.browser("market")
    upload(browser, SURVEY.replace("服务调查", "下个月的调查"))
    months = re.findall(r'<option value="(\d{4}-\d\d)"', browser.get("/console/surveys").text)
    found = {month: browser.get(f"/console/surveys?month={month}").text for month in months[:3]}
    assert len(months) == 18
    assert [month for month, text in found.items() if "下个月的调查" in text] == months[:1]
    assert sum(f'href="{PAGE}"' in text for text in found.values()) == 1
    assert "没有符合的调查" in browser.get(f"/console/surveys?month={months[5]}").text
    for nonsense in ("nonsense", "9999-12", "0001-01"):
        assert "服务调查" in browser.get(f"/console/surveys?month={nonsense}").text
    lines = file_of(office, browser, "/console/surveys/export", {"state": "open"})
    assert lines[0][:2] == ("编号", "标题")
