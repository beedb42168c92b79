"""A survey written in the browser, through the console's door: the form, its buttons, the trial, versions, polls."""

import io
import re
from html.parser import HTMLParser

import pytest
from sqlalchemy import func, select

from surveys.models import Participation, Submission, Survey
from tests.charts import results
from tests.office import Browser, Office
from tests.surveys.test_pages import bind, upload

EVERY_KIND = """
title: 三季度服务满意度调查
intro: 想听听您的意见。
opens: 2026-07-01T08:00+08:00
closes: 2036-09-30
audience: {class: [现代终端, 普通终端], area: 城区一片, any: [{bound: true}]}
min_seconds: 5
results: after
limit: 300
area_limits: {城区一片: 50, 江山片: 60}
class_limits: {现代终端: 100}
questions:
  - {code: q1, type: single, text: 您对服务满意吗?, weight: 3,
     options: ["非常满意 [5分] [限30]", {text: 满意, points: 0}, 一般, 不满意]}
  - {code: q2, type: multiple, text: 您最希望改进哪些?, options: [送货时间, 货源信息, 上门拜访], other: true, max: 2}
  - {code: q3, type: rating, text: 请打分(1-5), weight: 2, show_if: {q2: [送货时间, 其他]}}
  - {code: q4, type: nps, text: 您愿意推荐吗?(0-10)}
  - {code: q5, type: number, text: 每天来多少位顾客?, min: -10, max: "50.5", decimals: 1, required: false}
  - {code: q6, type: text, text: 不满意的原因是?, show_if: {q1: [一般, 不满意], q4: 0-6, q5: [3, 20~50]}}
  - {code: q7, type: photo, text: 请拍一张陈列照片, required: false}
"""
CHAIN = """
title: 送货调查
questions:
  - {code: q1, type: single, text: 满意吗?, options: [满意, 不满意]}
  - {code: q2, type: text, text: 为什么?, show_if: {q1: [不满意]}}
  - {code: q3, type: rating, text: 请打分}
"""


class Fields(HTMLParser):
    """What a browser would send of the page's form #editor."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, list[str]] = {}
        self.inside = False
        self.text: str | None = None
        self.select: str | None = None
        self.feed(page)

    def add(self, name: str | None, value: str | None) -> None:
        if self.inside and name:
            self.found.setdefault(name, []).append(value or "")

    def handle_starttag(self, tag, attrs) -> None:
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("id") == "editor"
        elif tag == "input" and (given.get("type") not in ("radio", "checkbox") or "checked" in given):
            self.add(given.get("name"), given.get("value"))
        elif tag == "textarea":
            self.text = ""
            self.select = given.get("name")
        elif tag == "select":
            self.select = given.get("name")
        elif tag == "option" and "selected" in given:
            self.add(self.select, given.get("value"))

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.add(self.select, self.text)
            self.text = None
        elif tag == "form":
            self.inside = False


@pytest.fixture
def office(build) -> Office:
    """Three shops in two areas, somebody in every role, and one keeper who follows and is bound."""
    office = Office(build())
    office.settle()
    bind(office, "王建国", "350802100001", "8899")
    return office


def fields(page: str) -> dict[str, list[str]]:
    return Fields(page).found


def press(browser: Browser, path: str, form: dict, do: str, **changed):
    """Press a button of the form, with some fields filled; names are written with _ for the dots."""
    given = {**form, **{name.replace("__", "."): value for name, value in changed.items()}, "do": do}
    return browser.post(f"{path}/edit", given)


def begun(browser: Browser, kind: str = "survey") -> str:
    browser.get("/console/surveys/new")
    return browser.post("/console/surveys/start", {"kind": kind}).location.removesuffix("/edit")


def cards(page: str) -> list[str]:
    return fields(page).get("q", [])


def rows(office: Office, table) -> int:
    with office.house.look() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.on_sqlite
def test_a_survey_of_every_kind_comes_back_from_the_form_as_it_was(office) -> None:
    browser = office.browser("market")
    path = upload(browser, EVERY_KIND).location
    assert browser.post(f"{path}/publish").status_code == 303
    page = browser.get(f"{path}/edit").text
    assert "名单里没有" not in page
    assert press(browser, path, fields(page), "save").status_code == 303
    saved = browser.get(f"{path}/edit").text
    assert "草稿已保存。" in saved
    # The same definition through the same rules: nothing is left to publish.
    assert "发布新的一版" not in browser.get(path).text
    assert fields(saved) == {**fields(page), "stamp": ["2"], "checked": ["1"]}


@pytest.mark.on_sqlite
def test_a_survey_is_written_from_nothing_and_every_mistake_stands_at_its_field(office) -> None:
    browser = office.browser("market")
    path = begun(browser)
    page = browser.get(f"{path}/edit").text
    assert "is-invalid" not in page
    for kind in ("single", "number", "text"):
        page = press(browser, path, fields(page), f"add:{kind}").text
    assert cards(page) == ["q1", "q2", "q3"]
    page = press(browser, path, fields(page), "condition:q3").text
    page = press(browser, path, fields(page), "show", q1__o=["满意", "不满意"], q3__c0__q="q1").text
    wrong = {"title": "", "opens": "2026-12-02T08:00", "closes": "2026-12-01T08:00", "q1.text": "满意吗?"}
    wrong |= {"q1.o": ["满意", "满意 "], "q2.text": "几位?", "q2.min": "9", "q2.max": "3", "q3.text": "为什么?"}
    answer = browser.post(f"{path}/edit", {**fields(page), **wrong, "do": "publish"})
    assert answer.location == f"{path}/edit"
    page = browser.get(f"{path}/edit").text
    assert "还有 4 处没有写好" in page
    for id_, said in {
        "title": "不能为空",
        "closes": "应晚于开始时间",
        "q1.n2": "第 2 个选项“满意”重复",
        "q2.min": "下限 9 大于上限 3",
    }.items():
        assert f'id="wrong-{id_}">{said}' in page
    for word in ("show_if", "options", "opens ", "single"):
        assert word not in "".join(line for line in page.splitlines() if "invalid-feedback" in line)
    assert "草稿还没有写好" in browser.post(f"{path}/publish").text
    right = {"title": "送货调查", "opens": "", "closes": "", "q1.o": ["满意", "不满意"], "q2.max": "30"}
    page = press(browser, path, {**fields(page), **right}, "show", q3__c0__q="q1").text
    assert "显示条件里请选好第 1 题的回答" in page
    assert (
        browser.post(f"{path}/edit", {**fields(page), "q3.c0.v": ["n2"], "do": "publish"}).location == f"{path}/publish"
    )
    assert browser.post(f"{path}/publish").location == f"{path}/share"
    wang = office.house.phone("王建国")
    wang.say("调查")
    assert "几位" in wang.say("2").text
    assert "为什么" in wang.say("9").text
    assert "已提交" in wang.say("送货晚").text
    assert [entry.did for did in ("survey.start", "survey.edit") for entry in office.audited(did)] == [
        "survey.start",
        "survey.edit",
        "survey.edit",
    ]


@pytest.mark.on_sqlite
def test_a_question_never_stands_before_the_one_its_condition_looks_at(office) -> None:
    browser = office.browser("market")
    path = upload(browser, CHAIN).location
    form = fields(browser.get(f"{path}/edit").text)
    assert cards(press(browser, path, form, "up:q3").text) == ["q1", "q3", "q2"]
    refused = press(browser, path, form, "up:q2")
    assert refused.status_code == 422
    assert "“为什么?”要按“满意吗?”的回答决定问不问，不能排到它前面" in refused.text
    assert cards(refused.text) == ["q1", "q2", "q3"]
    dragged = press(browser, path, {**form, "q": ["q3", "q2", "q1"]}, "show", before=["q1", "q2", "q3"])
    assert (dragged.status_code, cards(dragged.text)) == (422, ["q1", "q2", "q3"])
    free = press(browser, path, {**form, "q": ["q3", "q1", "q2"]}, "show", before=["q1", "q2", "q3"])
    assert (free.status_code, cards(free.text)) == (200, ["q3", "q1", "q2"])
    assert "先改第 2 题的显示条件" in press(browser, path, form, "delete:q1").text
    assert "用到“不满意”" in press(browser, path, form, "option_delete:q1:2").text
    assert cards(press(browser, path, form, "delete:q3").text) == ["q1", "q2"]
    # Nothing of all this was saved.
    assert cards(browser.get(f"{path}/edit").text) == ["q1", "q2", "q3"]


def test_the_second_of_two_authors_is_told_and_nothing_is_written_over_unseen(office) -> None:
    first, second = office.browser("market"), office.browser("admin")
    path = upload(first, CHAIN).location
    mine, theirs = fields(first.get(f"{path}/edit").text), fields(second.get(f"{path}/edit").text)
    looked_at = second.get(f"{path}/publish").text.split('name="stamp" value="')[1].split('"')[0]
    assert press(first, path, mine, "save", title="小张的标题").status_code == 303
    told = press(second, path, theirs, "save", title="小李的标题")
    assert told.status_code == 409
    assert "market" in told.text
    assert "小李的标题" in told.text
    assert "小张的标题" in second.get(f"{path}/edit").text
    assert "刚刚改过这份草稿" in second.post(f"{path}/publish", {"stamp": looked_at}).text
    again = second.post(f"{path}/upload", {"file": (io.BytesIO(CHAIN.encode()), "x.yaml"), "stamp": looked_at})
    assert "刚刚存过" in again.text
    assert press(second, path, fields(told.text), "overwrite:2", q2__text="为什\0么?").status_code == 303
    assert "小李的标题" in first.get(f"{path}/edit").text


@pytest.mark.on_sqlite
def test_a_draft_goes_out_as_a_workbook_and_comes_back_the_same(office) -> None:
    browser = office.browser("market")
    path = upload(browser, EVERY_KIND.replace(", any: [{bound: true}]", "").replace("20~50", "20")).location
    file = browser.get(f"{path}/draft-file")
    assert file.status_code == 200
    browser.get("/console/surveys/new")
    twin = browser.post("/console/surveys/new", {"file": (io.BytesIO(file.data), "调查.xlsx")}).location
    with office.house.look() as session:
        drafts = session.scalars(select(Survey.draft).order_by(Survey.id)).all()
    assert drafts[0] == drafts[1]
    assert twin != path
    nested = upload(browser, EVERY_KIND).location
    assert "写不下" in browser.get(f"{nested}/draft-file").text


@pytest.mark.on_sqlite
def test_the_form_tells_about_how_many_shops_it_would_ask(office) -> None:
    browser = office.browser("market")
    path = upload(browser, CHAIN).location
    form = fields(browser.get(f"{path}/edit").text)

    def reach(**changed) -> str:
        return browser.post(f"{path}/reach", {**form, **changed}).text

    assert "约 <strong>1</strong> 家" in reach(whom="all")
    assert "约 <strong>1</strong> 家" in reach(**{"whom": "some", "whom-area-": ["城区一片"]})
    assert "现在没有符合的" in reach(**{"whom": "some", "whom-area-": ["江山片"]})
    assert "没有这个" in reach(**{"whom": "some", "whom-area-": ["火星"]})
    assert reach(whom="some").strip() == ""


@pytest.mark.on_sqlite
def test_the_list_marks_polls_and_drafts_that_are_not_whole(office) -> None:
    browser = office.browser("market")
    upload(
        browser, "title: 选颜色\nresults: live\nquestions: [{code: q1, type: single, text: 哪个?, options: [红, 蓝]}]"
    )
    browser.get("/console/surveys/new")
    browser.post("/console/surveys/start", {})
    lines = browser.get("/console/surveys").text.split("<tr>")[2:]
    assert ["投票" in each for each in lines] == [False, True]
    assert ["草稿未写好" in each for each in lines] == [True, False]


def test_a_copy_is_a_new_draft_and_a_draft_can_be_thrown_away_but_no_survey(office) -> None:
    browser = office.browser("market")
    path = upload(browser, EVERY_KIND).location
    browser.post(f"{path}/publish")
    browser.get(path)
    copied = browser.post(f"{path}/copy").location
    form = fields(browser.get(copied).text)
    assert form["title"] == ["三季度服务满意度调查（副本）"]
    assert (form["opens"], form["closes"], form["q6.c0.v"]) == ([""], [""], ["3", "4"])
    assert browser.post(f"{path}/discard").status_code == 422
    browser.get(copied)
    assert browser.post(f"{copied.removesuffix('/edit')}/discard").location == "/console/surveys"
    assert rows(office, Survey) == 1


@pytest.mark.on_sqlite
def test_the_trial_walks_both_doors_by_the_conditions_and_keeps_nothing(office) -> None:
    browser = office.browser("market")
    path = upload(browser, CHAIN).location
    form = fields(browser.get(f"{path}/edit").text)
    unsaved = browser.post(f"{path}/preview", {**form, "title": "没存的标题"})
    assert "没存的标题" in unsaved.text
    assert "frame-ancestors 'self'" in unsaved.headers["Content-Security-Policy"]

    def carried(page: str) -> dict[str, list[str]]:
        return fields(re.sub('class="form[^"]*"', 'id="editor"', page))

    page = browser.post(f"{path}/preview", {**carried(unsaved.text), "do": "begin"}).text
    assert "满意吗?" in page
    asked = carried(page)
    why = browser.post(f"{path}/preview", {**asked, "do": "answer", "option": "2"}).text
    assert "为什么?" in why
    skipped = browser.post(f"{path}/preview", {**asked, "do": "answer", "option": "1"}).text
    assert "请打分" in skipped
    looked = browser.post(f"{path}/preview", {**carried(skipped), "option": "4"}).text
    assert "看一遍，没问题就提交" in looked
    assert "满意吗?" in browser.post(f"{path}/preview", {**carried(looked), "at": "q1"}).text
    assert "已提交，谢谢王老板" in browser.post(f"{path}/preview", {**carried(looked), "do": "finish"}).text
    chat = browser.post(f"{path}/preview", {**carried(why), "view": "chat", "do": "say", "said": "送货晚"}).text
    assert "1/2 满意吗?" in chat
    assert "送货晚" in chat
    assert "3/3 请打分" in chat
    over = browser.post(f"{path}/preview", {**carried(chat), "do": "say", "said": "五分"}).text
    assert "已提交，谢谢王老板" in over
    assert browser.post(f"{path}/preview", {"written": '{"questions": [1]}', "do": "begin"}).status_code == 200
    assert (rows(office, Participation), rows(office, Submission)) == (0, 0)
    assert "没存的标题" not in browser.get(f"{path}/edit").text


@pytest.mark.on_sqlite
def test_the_trial_understands_the_words_the_chat_understands(office) -> None:
    browser = office.browser("market")
    path = upload(browser, CHAIN).location

    def say(page: str, said: str) -> str:
        carried = fields(re.sub('class="form[^"]*"', 'id="editor"', page))
        return browser.post(f"{path}/preview", {**carried, "view": "chat", "do": "say", "said": said}).text

    begun = browser.post(f"{path}/preview", {"view": "chat", "do": "begin"}).text
    assert "这已经是第一题了。" in say(begun, "上一题")
    why = say(begun, "不满意")
    assert "2/3 为什么?" in why
    assert "第 2 题，共 3 题" in say(why, "进度")
    assert '<p class="bubble bubble_theirs">进度</p>' in say(why, "进度")
    back = say(why, "上一题")
    assert "2/3 为什么?" not in back
    assert "请打分" in say(back, "满意")


def test_the_page_of_versions_says_what_changed_and_what_is_counted_together(office) -> None:
    browser = office.browser("market")
    path = upload(browser, CHAIN).location
    assert "还没有发布过" in browser.get(f"{path}/versions").text
    browser.post(f"{path}/publish")
    wang = office.house.phone("王建国")
    wang.say("调查")
    form = fields(browser.get(f"{path}/edit").text)
    press(browser, path, form, "save", q1__o=["比较满意", "不满意"], closes="2036-01-01T08:00")
    draft = browser.get(f"{path}/versions").text
    assert "选项“满意”改为“比较满意”" in draft
    assert "票合在一起算的" not in draft
    assert "选项“满意”改为“比较满意”" in browser.get(f"{path}/publish").text
    browser.post(f"{path}/publish")
    told = office.browser("intern").get(f"{path}/versions").text
    assert "第 1 版起“满意”，第 2 版起“比较满意”" in told
    assert "结束时间有改动：没有 → 2036 年 1 月 1 日 08:00" in told
    # Who began under the first version ends under it, and is counted with the second.
    assert "3/3" not in wang.say("满意").text
    wang.say("5")
    assert results(browser.get(path).text)["questions"]["q1"] == (1, [1, 0])


@pytest.mark.on_sqlite
@pytest.mark.parametrize("anonymous", ["0", "1"])
def test_a_poll_shows_its_running_result_to_who_has_answered(office, anonymous) -> None:
    browser = office.browser("market")
    path = begun(browser, "poll")
    form = {**fields(browser.get(f"{path}/edit").text), "title": "新包装", "anonymous": anonymous}
    form |= {"q1.text": "您喜欢哪种?", "q1.o": ["红色", "蓝色"]}
    two = press(browser, path, fields(press(browser, path, form, "add:text").text), "save", q2__text="为什么?")
    assert two.status_code == 303
    assert "只能有一题" in browser.get(f"{path}/edit").text
    assert press(browser, path, {**form, "stamp": "2"}, "save").status_code == 303
    assert browser.post(f"{path}/publish").status_code == 303
    wang = office.house.phone("王建国")
    assert "您喜欢哪种" in wang.say("调查").text
    said = wang.say("1").text
    seen = "为了不让人看出是谁" if anonymous == "1" else "红色 100%（1 家）"
    assert "已提交" in said
    assert seen in said
    assert seen in wang.say("调查").text
    live = browser.get(f"{path}/live").text
    assert ("为了匿名暂不显示" in live) == (anonymous == "1")
