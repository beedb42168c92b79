"""The console's pages of surveys, through the door: upload, publish, invite, live result, export."""

import io
import re

import pytest
from openpyxl import load_workbook

from tests.charts import results
from tests.documents import document
from tests.h5 import Browser as H5
from tests.office import Browser, Office
from tests.workbooks import formatted, rows, workbook

SURVEY = """
title: 服务满意度<b>调查</b>
anonymous: {anonymous}
questions:
  - {{code: q1, type: single, text: 您对服务满意吗?, options: [满意, 一般, 不满意]}}
  - {{code: q2, type: rating, text: 请打分, required: true}}
"""


@pytest.fixture
def office(build) -> Office:
    """Three shops in two areas, somebody in every role, and one keeper who follows and is bound."""
    office = Office(build())
    office.settle()
    bind(office, "王建国", "350802100001", "8899")
    return office


def bind(office: Office, name: str, licence: str, ending: str):
    phone = office.house.phone(name)
    phone.follow()
    assert "已绑定" in phone.say(f"绑定 {licence} {ending}").text
    return phone


def upload(browser: Browser, text: str, path: str = "/console/surveys/new"):
    browser.get(path)
    return browser.post(path, {"file": (io.BytesIO(text.encode()), "survey.yaml")})


def published(office: Office, anonymous: str = "false") -> tuple[Browser, str]:
    browser = office.browser("market")
    page = upload(browser, SURVEY.format(anonymous=anonymous)).location
    assert browser.post(f"{page}/publish").status_code == 303
    return browser, page


def figures(page: str) -> dict[str, str]:
    return dict(re.findall(r"<dt>(\w+)</dt><dd>([^<]+)</dd>", page))


@pytest.mark.on_sqlite
def test_a_survey_goes_from_a_file_to_answers_to_a_live_result(office) -> None:
    browser = office.browser("market")
    page = upload(browser, SURVEY.format(anonymous="false")).location
    draft = browser.get(page).text
    assert "草稿" in draft
    assert "您对服务满意吗?" in draft
    assert "<b>调查" not in draft
    before = browser.get(f"{page}/publish").text
    assert "会请 1 家店" in before
    assert "城南便利店" in before
    assert browser.post(f"{page}/publish").location == f"{page}/share"
    assert results(browser.get(page).text)["steps"]["发放"] == 1
    wang = office.house.phone("王建国")
    assert browser.post(f"{page}/invitations", {"said": "请填写", "seen": "0", "whom": "all"}).status_code == 303
    office.house.tick()
    for reply in ("调查", "2", "5"):
        wang.say(reply)
    live = browser.get(f"{page}/live").text
    assert results(live) == {
        "steps": dict.fromkeys(("发放", "送达", "打开", "回收", "有效"), 1),
        "rates": dict.fromkeys(("送达率", "打开率", "回收率", "有效率"), "100.0%"),
        "questions": {"q1": (1, [0, 1, 0]), "q2": (1, [0, 0, 0, 0, 1])},
    }
    assert browser.post(f"{page}/close").status_code == 303
    over = browser.get(page).text
    assert "已结束" in over
    assert "/live" not in over
    assert [office.audited(f"survey.{did}")[0].about for did in ("load", "publish", "invite", "close")] == [
        "survey:1"
    ] * 4


@pytest.mark.on_sqlite
def test_a_wrong_file_names_what_to_change_and_keeps_nothing(office) -> None:
    browser = office.browser("market")
    wrong = "title: x\nquestions:\n  - {code: q1, type: ratng, text: 几分}\n  - {code: q1, type: single, text: 选}\n"
    answer = upload(browser, wrong)
    assert answer.status_code == 422
    assert "ratng" in answer.text
    assert "q1" in answer.text
    assert "还没有调查" in browser.get("/console/surveys").text
    assert "请先选一个文件" in browser.post("/console/surveys/new").text


@pytest.mark.on_sqlite
def test_a_word_document_is_uploaded_published_and_replaced(office) -> None:
    """Its questions have no codes: one whose words stay is the same question."""
    browser = office.browser("market")

    def hand_in(path: str, *paragraphs: str):
        browser.get(path)
        return browser.post(path, {"file": (io.BytesIO(document("送货调查", *paragraphs)), "送货.docx")})

    faulty = hand_in("/console/surveys/new", "1. 送货准时吗？", "A. 准时", "C. 不准时", "答案：A")
    assert faulty.status_code == 422
    assert "第 4 段“C. 不准时”：选项接不上" in faulty.text
    assert "第 5 段“答案：A”：问卷没有“答案”这一项，请删去" in faulty.text
    page = hand_in("/console/surveys/new", "1. 送货准时吗？", "A. 准时  B. 不准时", "2. 几分【评分】").location
    assert browser.post(f"{page}/publish").status_code == 303
    wang = office.house.phone("王建国")
    wang.follow()
    for reply in ("调查", "2", "5"):
        wang.say(reply)
    again = ("1. 哪天送好？", "A. 周一", "B. 周五", "2. 送货准时吗？", "A. 不准时", "B. 准时", "3. 几分【评分】")
    assert hand_in(f"{page}/upload", *again).status_code == 303
    assert browser.post(f"{page}/publish").status_code == 303
    assert results(browser.get(page).text)["questions"]["q1"] == (1, [1, 0])


@pytest.mark.on_sqlite
def test_the_word_sample_can_be_uploaded_as_it_is(office) -> None:
    browser = office.browser("market")
    sample = browser.get("/console/surveys/sample").data
    browser.get("/console/surveys/new")
    page = browser.post("/console/surveys/new", {"file": (io.BytesIO(sample), "调查.docx")}).location
    shown = browser.get(page).text
    assert "您最希望改进哪些？" in shown
    assert "照片" in shown


@pytest.mark.on_sqlite
def test_the_excel_template_can_be_uploaded_as_it_is(office) -> None:
    browser = office.browser("market")
    template = browser.get("/console/surveys/template").data
    browser.get("/console/surveys/new")
    asked = browser.post("/console/surveys/new", {"file": (io.BytesIO(template), "调查.xlsx")})
    assert asked.status_code == 303
    assert browser.get(asked.location).status_code == 200


@pytest.mark.on_sqlite
def test_an_audience_of_nobody_is_seen_before_and_refused(office) -> None:
    browser = office.browser("market")
    page = upload(browser, SURVEY.format(anonymous="false") + "audience: {class: [弱势客户]}\n").location
    assert "现在没有符合的" in browser.get(f"{page}/publish").text
    assert "没有零售户" in browser.post(f"{page}/publish").text
    broken = upload(browser, SURVEY.format(anonymous="false") + "audience: {class: [不存在]}\n").location
    assert "没有这个客户类型" in browser.get(f"{broken}/publish").text


@pytest.mark.on_sqlite
def test_a_new_version_is_a_draft_until_it_is_published(office) -> None:
    browser, page = published(office)
    changed = SURVEY.format(anonymous="false").replace("一般", "还行")
    assert upload(browser, changed, f"{page}/upload").status_code == 303
    assert "有一份草稿还没有发布" in browser.get(page).text
    assert browser.post(f"{page}/publish").status_code == 303
    assert "第 2 版" in browser.get(page).text


@pytest.mark.on_sqlite
def test_an_anonymous_survey_shows_no_figure_of_a_few_and_never_who(office) -> None:
    browser, page = published(office, "true")
    wang = office.house.phone("王建国")
    for reply in ("调查", "2", "5"):
        wang.say(reply)
    for path in (page, f"{page}/live"):
        shown = browser.get(path).text
        assert results(shown)["steps"]["回收"] == 1
        assert results(shown)["questions"] == {"q1": (None, []), "q2": (None, [])}
        assert "为了匿名暂不显示" in shown
        assert "王建国" not in shown
        assert "城南便利店" not in shown


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_the_export_is_the_one_of_the_command_line_cell_by_cell(office, form, tmp_path) -> None:
    browser, page = published(office)
    wang = office.house.phone("王建国")
    for reply in ("调查", "2", "5"):
        wang.say(reply)
    asked = browser.post(f"{page}/export", {"format": form})
    assert asked.status_code == 303
    assert "排队中" in browser.get(asked.location).text
    office.work()
    progress = browser.get(f"{asked.location}/progress")
    assert progress.headers["HX-Refresh"] == "true"
    assert "共 1 份答卷" in browser.get(asked.location).text
    file = browser.get(f"{asked.location}/file")
    out = tmp_path / f"same.{form}"
    done = office.house.flask("surveys", "export", "1", "--format", form, "--out", str(out))
    assert done.exit_code == 0, done.output
    if form == "csv":
        assert file.data == out.read_bytes()
        return
    ours, theirs = load_workbook(io.BytesIO(file.data)), load_workbook(out)
    assert ours.sheetnames == theirs.sheetnames
    for name in ours.sheetnames:
        cells = [[cell.value for cell in row] for row in ours[name].iter_rows()]
        assert cells == [[cell.value for cell in row] for row in theirs[name].iter_rows()]
    assert ours["数据"]["A2"].value is not None
    assert browser.post(f"{page}/export", {"format": "exe"}).status_code == 422


@pytest.mark.on_sqlite
def test_the_live_page_shows_how_full_the_quotas_are_and_the_phone_what_is_full(office) -> None:
    browser = office.browser("market")
    limited = (
        "title: 报名\nlimit: 2\narea_limits: {城区一片: 2}\nquestions:\n  - {code: q1, type: single, text: 哪天?, "
    )
    page = upload(browser, limited + "options: [{text: 周六, most: 1}, 周日]}\n").location
    before = browser.get(f"{page}/publish").text
    assert "名额：一共 2 份；片区“城区一片” 2 份；第 1 题“周六” 1 份。" in before
    browser.post(f"{page}/publish")
    li = H5(office.house, bind(office, "李福生", "350802100002", "1234"))
    li.open("/m/surveys/1")
    assert "周六（已满）" not in li.send("begin")
    for reply in ("调查", "1"):
        office.house.phone("王建国").say(reply)
    assert "“周六”的名额已经满了，请选别的。" in li.send(option="1")
    assert "周六（已满）" in li.open("/m/surveys/1")
    live = re.sub(r"<[^>]+>|\s+", " ", browser.get(f"{page}/live").text)
    assert re.search(r"全部 +1 +/ 2 +50.0% +片区 +城区一片 +1 +/ 2 +50.0% +第 1 题 +周六 +已满 +1 +/ 1 +100.0%", live)
    assert "谢谢" in li.send(option="2")
    assert "收满" in bind(office, "王丽芳", "350802100003", "5678").say("调查").text


@pytest.mark.on_sqlite
def test_the_front_page_shows_what_runs_and_what_needs_somebody(office) -> None:
    browser, _ = published(office)
    page = browser.get("/console/").text
    assert "进行中的调查" in page and 'href="/console/surveys/1" title=' in page
    assert '已绑定并关注 <b class="num">1</b>' in page and "全部 3 家店" in page


@pytest.mark.on_sqlite
def test_a_survey_that_is_not_there_or_a_draft_has_no_result(office) -> None:
    browser = office.browser("market")
    for path in ("/console/surveys/9", "/console/surveys/9/live", "/console/surveys/9/publish"):
        assert browser.get(path).status_code == 404
    page = upload(browser, SURVEY.format(anonymous="false")).location
    assert browser.get(f"{page}/live").status_code == 404
    assert browser.get(f"{page}/share").status_code == 404
    assert browser.post(f"{page}/export").status_code == 404


@pytest.mark.on_sqlite
def test_a_file_is_taken_for_what_it_holds_and_the_page_says_which_end_was_read(office) -> None:
    asked = rows([["编码", "类型", "题目", "选项"], ["q1", "单选", "满意吗?", "满意｜不满意"]])
    about = rows([["标题", "店铺调查"], ["结束时间", formatted("B2", 46296)]])
    browser = office.browser("market")
    for name, number_format, end in (
        ("调查\x00\u202e.yaml", "yyyy-mm-dd hh:mm", "10 月 1 日 00:00 结束（9 月 30 日是最后一天）"),
        ("调查.xlsx", "yyyy-mm-dd", "10 月 1 日 23:59 结束"),
    ):
        content = workbook({"问卷": about, "题目": asked}, number_format=number_format)
        browser.get("/console/surveys/new")
        page = browser.post("/console/surveys/new", {"file": (io.BytesIO(content), name)}).location
        assert end in browser.get(page).text
        assert end in browser.get(f"{page}/publish").text
    about["B2"] = '<c r="B2"><f>A1</f><v/></c>'
    about |= rows([["对象", about["B2"].replace("B2", "B3")]], first=3)
    refused = browser.post(
        "/console/surveys/new", {"file": (io.BytesIO(workbook({"问卷": about, "题目": asked})), "a.xlsx")}
    )
    assert refused.status_code == 422
    assert "问卷!B2：是公式" in refused.text and "问卷!B3：是公式" in refused.text


@pytest.mark.on_sqlite
def test_control_signs_in_an_uploaded_file_or_a_form_do_no_harm(office) -> None:
    browser = office.browser("market")
    text = SURVEY.format(anonymous="false")
    for said in (text.replace("title: ", 'title: "\\0"\n# '), f"\x00{text}", text + 'audience: {class: ["\\0"]}\n'):
        assert upload(browser, said).status_code == 422
    page = upload(browser, text).location
    fields = re.findall(r'name="(stamp)" value="(\d+)"', browser.get(f"{page}/edit").text)
    answer = browser.post(
        f"{page}/edit", dict(fields) | {"title": "调\x00查\ud83d".encode("utf-8", "ignore").decode(), "do": "save"}
    )
    assert answer.status_code in (303, 422, 409)
    assert browser.get(f"{page}/edit").status_code == 200
