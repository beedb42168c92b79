"""Writing a survey with less typing, through the console's door: pasted, inserted, brought back, begun from another."""

import re

import pytest

from surveys.models import Survey
from surveys.rules import ready_made
from surveys.rules.definition import from_json
from tests.office import Office
from tests.surveys.test_authoring_page import CHAIN, begun, cards, fields, press, rows
from tests.surveys.test_pages import bind, upload

PASTED = """三季度服务满意度调查

1. 您对送货时间满意吗？[单选题]
满意
不满意

二、其他

2、您最希望改进哪些？（多选，最多选2项）
A．送货　B．货源
C．其他____

3. 外观 [矩阵量表题]
4. 还有什么建议？
"""


@pytest.fixture
def office(build) -> Office:
    office = Office(build())
    office.settle()
    bind(office, "王建国", "350802100001", "8899")
    return office


def draft(office: Office, path: str):
    with office.house.look() as session:
        return from_json(session.get_one(Survey, int(path.rsplit("/", 1)[1])).draft)


def told(page: str) -> str:
    """The note beside the buttons."""
    found = re.search(r'id="told"[^>]*>\s*([^<]*)', page)
    return found[1].strip() if found else ""


def labels(page: str, code: str = "q1") -> list[str]:
    return fields(page).get(f"{code}.o", [])


@pytest.mark.on_sqlite
def test_many_options_are_pasted_at_once_without_their_numbers_and_doubles_are_told(office) -> None:
    browser = office.browser("market")
    path = begun(browser)
    page = press(browser, path, fields(browser.get(f"{path}/edit").text), "add:single").text
    pasted = "1. 送货时间\n2、货源信息\n（3）上门拜访\nD．送货时间\n⑤ 其他（请注明）____\n"
    page = press(browser, path, fields(page), "paste:q1", q1__paste=pasted).text
    assert labels(page) == ["送货时间", "货源信息", "上门拜访"]
    assert fields(page)["q1.other"] == ["1"]
    assert told(page) == "加了 3 个选项。加了“其他”。“送货时间”已经有了，没有再加。"
    # What has no room stays where it was pasted.
    page = press(browser, path, fields(page), "paste:q1", q1__paste="\n".join(f"第{n}类" for n in range(1, 21))).text
    assert len(labels(page)) == 20
    assert fields(page)["q1.paste"] == ["第18类\n第19类\n第20类"]
    assert "剩下 3 个还在框里" in told(page)
    assert "请先把选项贴进框里" in told(press(browser, path, fields(page), "paste:q1", q1__paste=" ").text)


@pytest.mark.on_sqlite
def test_who_saves_before_pasted_options_are_added_has_them_all_the_same(office) -> None:
    browser = office.browser("market")
    path = begun(browser)
    page = press(browser, path, fields(browser.get(f"{path}/edit").text), "add:multiple").text
    said = {"title": "调查", "q1__text": "改进哪些？", "q1__paste": "送货\n货源"}
    assert press(browser, path, fields(page), "save", **said).status_code == 303
    assert draft(office, path).questions[0].labels == ("送货", "货源")


@pytest.mark.on_sqlite
def test_a_whole_questionnaire_is_pasted_and_seen_read_before_it_is_taken(office) -> None:
    browser = office.browser("market")
    browser.get("/console/surveys/new")
    page = browser.post("/console/surveys/paste", {"pasted": PASTED, "do": "read"})
    assert page.status_code == 200
    assert rows(office, Survey) == 0  # looked at, and nothing else
    for said in (
        "读到 3 题",
        "没写题型，也没有选项：读成文本题",
        "第 13 行“3. 外观 [矩阵量表题]”：没有“矩阵量表题”。请分成几题写",
        "第 7 行“二、其他”：小标题，不会发给店铺",
        "用这 3 题建草稿（没读懂的不带）",
    ):
        assert said in page.text
    assert PASTED.strip() in page.text  # the way back to the text
    taken = browser.post("/console/surveys/paste", {"pasted": PASTED, "do": "take"})
    path = taken.location.removesuffix("/edit")
    assert "已读进 3 题，请再看一遍。没读懂的 1 处没有带进来。" in browser.get(taken.location).text
    kept = draft(office, path)
    assert kept.title == "三季度服务满意度调查"
    assert [(each.type.value, each.text, each.labels, each.other, each.max) for each in kept.questions] == [
        ("single", "您对送货时间满意吗？", ("满意", "不满意"), False, None),
        ("multiple", "您最希望改进哪些？", ("送货", "货源"), True, 2),
        ("text", "还有什么建议？", (), False, None),
    ]
    assert office.audited("survey.start")[0].about == f"survey:{path.rsplit('/', 1)[1]}"


@pytest.mark.on_sqlite
def test_a_text_without_questions_and_an_empty_one_are_told_so_and_stay(office) -> None:
    browser = office.browser("market")
    browser.get("/console/surveys/new")
    page = browser.post("/console/surveys/paste", {"pasted": " \n", "do": "take"})
    assert page.status_code == 422
    assert "还没有粘贴内容。" in page.text
    page = browser.post("/console/surveys/paste", {"pasted": "只有一个标题", "do": "take"}).text
    assert "没有读到题目" in page
    assert ">只有一个标题</textarea>" in page
    assert rows(office, Survey) == 0


@pytest.mark.on_sqlite
def test_pasted_into_the_form_it_goes_behind_the_questions_and_what_was_not_read_stays_in_the_box(office) -> None:
    browser = office.browser("market")
    path = upload(browser, CHAIN).location
    page = browser.get(f"{path}/edit").text
    looked = press(browser, path, fields(page), "read", pasted=PASTED).text
    assert cards(looked) == ["q1", "q2", "q3"]
    assert "把这 3 题加到后面" in looked
    page = press(browser, path, fields(looked), "take").text
    assert cards(page) == ["q1", "q2", "q3", "q4", "q5", "q6"]
    assert fields(page)["title"] == ["送货调查"]  # one's own title stays
    assert fields(page)["pasted"] == ["3. 外观 [矩阵量表题]"]
    assert told(page) == "加了 3 题。没读进来的 1 处还在粘贴框里。"
    press(browser, path, fields(page), "save")
    assert [each.text for each in draft(office, path).questions][2:] == [
        "请打分",
        "您对送货时间满意吗？",
        "您最希望改进哪些？",
        "还有什么建议？",
    ]


@pytest.mark.on_sqlite
def test_a_question_is_inserted_between_two_and_in_front_of_all(office) -> None:
    browser = office.browser("market")
    path = upload(browser, CHAIN).location
    page = press(browser, path, fields(browser.get(f"{path}/edit").text), "insert:q1").text
    assert cards(page) == ["q1", "q4", "q2", "q3"]
    page = press(browser, path, fields(page), "insert:").text
    assert cards(page) == ["q5", "q1", "q4", "q2", "q3"]
    assert fields(page)["q2.c0.q"] == ["q1"]  # its condition stands


@pytest.mark.on_sqlite
def test_a_deleted_question_comes_back_at_its_place_with_its_condition_even_after_a_save(office) -> None:
    browser = office.browser("market")
    path = upload(browser, CHAIN).location
    before = draft(office, path)
    page = press(browser, path, fields(browser.get(f"{path}/edit").text), "delete:q2").text
    assert cards(page) == ["q1", "q3"]
    assert told(page) == "已删除第 2 题“为什么?”。"
    assert 'value="undo"' in page
    page = press(browser, path, fields(page), "add:text").text
    assert cards(page) == ["q1", "q3", "q4"]  # no new question takes its code
    assert press(browser, path, fields(page), "save").status_code == 303
    page = browser.get(f"{path}/edit").text
    assert told(page) == "已删除第 2 题“为什么?”。"
    page = press(browser, path, fields(page), "undo").text
    assert cards(page) == ["q1", "q2", "q3", "q4"]
    assert told(page) == "第 2 题“为什么?”放回来了。"
    assert 'value="undo"' not in page
    page = press(browser, path, fields(page), "delete:q4").text
    assert press(browser, path, fields(page), "save").status_code == 303
    assert draft(office, path).questions == before.questions


@pytest.mark.on_sqlite
def test_a_deleted_option_comes_back_at_its_place_and_what_cannot_is_told(office) -> None:
    browser = office.browser("market")
    path = upload(browser, CHAIN).location
    page = press(browser, path, fields(browser.get(f"{path}/edit").text), "option_delete:q1:1").text
    assert labels(page) == ["不满意"]
    assert told(page) == "已删除选项“满意”。"
    back = press(browser, path, fields(page), "undo").text
    assert labels(back) == ["满意", "不满意"]
    page = press(browser, path, fields(page), "condition_delete:q2:0").text
    gone = press(browser, path, fields(page), "delete:q1").text
    # The last first: the question, then its option.
    page = press(browser, path, fields(gone), "undo").text
    assert labels(page) == ["不满意"]
    assert labels(press(browser, path, fields(page), "undo").text) == ["满意", "不满意"]
    orphan = {**fields(gone), "deleted": fields(gone)["deleted"][:1]}
    refused = press(browser, path, orphan, "undo")
    assert refused.status_code == 422
    assert "放不回去了" in refused.text


@pytest.mark.on_sqlite
def test_the_contents_beside_the_form_number_the_questions_and_mark_what_is_missing(office) -> None:
    browser = office.browser("market")
    path = upload(browser, CHAIN).location
    page = press(browser, path, fields(browser.get(f"{path}/edit").text), "add:single").text
    lines = re.findall(r'<li data-code="(\w+)"><a href="#card-(\w+)" title="([^"]*)".*?</li>', page, re.DOTALL)
    assert lines == [("q1", "q1", "满意吗?"), ("q2", "q2", "为什么?"), ("q3", "q3", "请打分"), ("q4", "q4", "还没有写")]
    contents = page[page.index('id="contents"') : page.index("</nav>", page.index('id="contents"'))]
    marks = ["contents-mark" in line for line in contents.split("<li ")[1:]]
    assert marks == [False, False, False, True]


@pytest.mark.on_sqlite
def test_every_ready_made_survey_can_be_looked_into_and_becomes_a_draft_that_is_whole(office) -> None:
    browser = office.browser("market")
    page = browser.get("/console/surveys/new").text
    for kept in ready_made.ready_made():
        assert kept.about in page
        assert all(question.text in page for question in kept.definition.questions)
        begun = browser.post("/console/surveys/start", {"ready": kept.name})
        path = begun.location.removesuffix("/edit")
        assert f"已用模板“{kept.definition.title}”建好草稿" in browser.get(begun.location).text
        found = draft(office, path)
        assert found.questions == kept.definition.questions
        assert found.closes_at > office.house.clock()
        assert browser.post(f"{path}/publish").status_code == 303
    asked = {kept.definition.title for kept in ready_made.ready_made()}
    assert {"服务满意度调查", "需求征集", "新品评价", "投票", "客户经理评价"} <= asked


@pytest.mark.on_sqlite
def test_an_earlier_survey_is_found_by_its_title_and_copied_from_where_a_new_one_begins(office) -> None:
    browser = office.browser("market")
    upload(browser, CHAIN)
    upload(browser, CHAIN.replace("送货调查", "陈列调查"))
    page = browser.get("/console/surveys/new?earlier=送货").text
    assert "复制“送货调查”" in page
    assert "复制“陈列调查”" not in page
    assert "没有标题里有“夏天”的调查" in browser.get("/console/surveys/new?earlier=夏天").text
    copied = browser.post("/console/surveys/1/copy")
    assert draft(office, copied.location.removesuffix("/edit")).title == "送货调查（副本）"


@pytest.mark.on_sqlite
def test_the_upload_page_shows_what_a_file_looks_like_beside_the_samples_and_pasting(office) -> None:
    browser = office.browser("market")
    path = upload(browser, CHAIN).location
    for page in (browser.get("/console/surveys/new").text, browser.get(f"{path}/upload").text):
        for said in ("Excel 是这样", "Word 是这样", "/console/surveys/template", "/console/surveys/sample", "粘贴"):
            assert said in page


@pytest.mark.on_sqlite
def test_a_long_questionnaire_is_saved_with_all_its_options(office) -> None:
    browser = office.browser("market")
    options = "\n".join(f"选项{n}" for n in range(20))
    text = "\n\n".join(f"{n}. 题目{n}[单选题]\n{options}" for n in range(1, 26))
    path = browser.post("/console/surveys/paste", {"pasted": text, "do": "take"}).location.removesuffix("/edit")
    # As browsers send it: a part for every field, more than a thousand of them.
    filled = {**fields(browser.get(f"{path}/edit").text), "title": "很长的问卷", "do": "save"}
    saved = browser.post(f"{path}/edit", filled, content_type="multipart/form-data")
    assert saved.status_code == 303
    kept = draft(office, path)
    assert len(kept.questions) == 25
    assert all(len(question.options) == 20 for question in kept.questions)
