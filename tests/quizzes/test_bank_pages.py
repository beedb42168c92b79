"""The question bank in the console: written, edited, found, retired, tried on a phone and in the chat."""

import html
import io
import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from foundation.workbooks import reading
from questions.authoring.excel_file import LIMITS
from quizzes import jobs
from quizzes.models.bank import AnswerKey, BankQuestion, QuestionPicture, QuestionTag, QuestionVersion
from quizzes.rules import files
from simulator.phone import PIXEL
from tests import h5
from tests.conftest import House
from tests.office import Browser, Office

BANK = "/console/quizzes/bank"
SINGLE = {
    "item.kind": "single",
    "item.text": "封签应贴在哪一面？",
    "item.k": ["n1", "n2", "n3", "n4"],
    "item.o": ["正面", "背面", "顶部", ""],
    "item.right": "n3",
    "item.points": "10",
    "item.difficulty": "easy",
    "item.tags": "真假鉴别、封签",
    "item.explanation": "封签贴在条盒顶部。",
    "item.rule": "all",
    "item.shuffle": "1",
}


@pytest.fixture
def market(house: House) -> Browser:
    office = Office(house)
    office.settle()
    return office.browser("market")


def saved(browser: Browser, fields, where=f"{BANK}/new"):
    """Save a question; gives the address of its page."""
    answer = browser.post(where, {"do": "save", **fields})
    assert answer.status_code == 303, faults(answer.text)
    return answer.location


def stamp(browser: Browser, where):
    return re.search(r'name="stamp" value="(\w+)"', browser.get(where).text)[1]


def faults(text):
    """What stands beside the fields, by the field."""
    return dict(re.findall(r'id="wrong-item\.([\w.]+)">([^<]*)<', text))


@pytest.mark.on_sqlite
def test_a_question_is_written_with_its_faults_beside_their_fields_and_saved(house, market):
    empty = {**SINGLE, "item.text": " ", "item.right": [], "item.points": "0", "item.tags": "一、二、三、四、五、六"}
    answer = market.post(f"{BANK}/new", {"do": "save", **empty})
    assert answer.status_code == 422
    assert faults(answer.text) == {
        "text": "题目不能为空",
        "points": "分值“0”应大于 0，最多 1000",
        "tags": "标签有 6 个，最多 5 个",
        "answer": "缺少答案",
    }
    page = market.get(saved(market, SINGLE)).text
    assert "z0001" in page and "封签贴在条盒顶部。" in page
    listed = market.get(BANK).text
    assert "封签应贴在哪一面？" in listed and "封签（1）" in listed
    again = market.post(f"{BANK}/new", {"do": "save", **SINGLE, "item.text": "封签 应贴在哪一面?"})
    assert faults(again.text) == {"text": "题库里已经有这一题了，编码是 z0001。"}


def test_a_changed_question_is_a_new_version_for_papers_from_now_on_and_nobody_overwrites_another(house, market):
    where = saved(market, SINGLE)
    kept = stamp(market, f"{where}/edit")
    page = market.get(f"{where}/edit").text
    keys = re.findall(r'name="item.k" value="(\w+)"', page)
    assert keys == ["1", "2", "3"]
    change = {
        **SINGLE,
        "item.k": ["3", "1", "n1"],
        "item.o": ["条盒顶部", "正面", "侧面"],
        "item.right": "3",
        "stamp": kept,
    }
    said = market.get(saved(market, change, f"{where}/edit")).text
    assert "改好了：选项。" in said
    with house.look() as session:
        bodies = session.scalars(select(QuestionVersion.body).order_by(QuestionVersion.number)).all()
        assert [len(session.scalars(select(AnswerKey.id)).all()), len(bodies)] == [2, 2]
    assert [[each["code"] for each in body["question"]["options"]] for body in bodies] == [[1, 2, 3], [3, 1, 4]]
    late = market.post(f"{where}/edit", {"do": "save", **change, "item.points": "5"})
    assert late.status_code == 409 and "刚刚存过" in late.text and "条盒顶部" in late.text
    same = {**change, "stamp": stamp(market, f"{where}/edit"), "item.k": ["3", "1", "4"]}
    assert "和原来一样，没有改动。" in market.get(saved(market, same, f"{where}/edit")).text
    kind = {**same, "stamp": stamp(market, f"{where}/edit"), "item.kind": "fill", "item.variants": "顶部"}
    saved(market, kind, f"{where}/edit")  # the kind stays
    with house.look() as session:
        assert session.scalars(select(BankQuestion.kind)).all() == ["single"]


@pytest.mark.on_sqlite
def test_the_buttons_of_the_form_work_without_a_script_and_save_nothing(house, market):
    def pressed(do, **more):
        page = market.post(f"{BANK}/new", {**SINGLE, "do": do, **more})
        assert page.status_code == 200
        return page.text

    assert re.findall(r'name="item.o" value="([^"]*)"', pressed("option:item")) == ["正面", "背面", "顶部", "", ""]
    assert re.findall(r'name="item.k" value="(\w+)"', pressed("option_up:item:n3"))[:3] == ["n1", "n3", "n2"]
    assert re.findall(r'name="item.o" value="([^"]*)"', pressed("option_delete:item:n2")) == ["正面", "顶部", ""]
    assert "底部" in pressed("paste:item", **{"item.paste": "A. 顶部\nB. 底部"})
    multiple = pressed("show", **{"item.kind": "multiple"})
    assert 'type="checkbox" name="item.right"' in multiple and "按选对的比例得分" in multiple
    fill = pressed("show", **{"item.kind": "fill"})
    assert 'id="item.variants"' in fill and 'name="item.o" value="顶部"' in " ".join(fill.split())
    with house.look() as session:
        assert session.scalars(select(BankQuestion.id)).all() == []


@pytest.mark.on_sqlite
def test_every_kind_is_read_from_the_form_and_tried_on_the_page_and_in_the_chat(house, market):
    def tried(fields, **reply):
        carried = re.search(r'name="item" value="([^"]+)"', market.post("/console/quizzes/preview", fields).text)[1]
        return market.post("/console/quizzes/preview", {"item": html.unescape(carried), **reply}).text

    assert "得 10 分，满分 10 分" in tried(SINGLE, option="3")
    assert "得 0 分" in tried(SINGLE, option="1")
    assert "得 10 分" in tried(SINGLE, view="chat", do="say", said="3")
    assert "请回复" in tried(SINGLE, view="chat", do="say", said="9")
    several = {**SINGLE, "item.kind": "multiple", "item.right": ["n1", "n3"], "item.rule": "each", "item.points": "5"}
    assert "得 2.5 分，满分 5 分" in tried(several, do="answer", option=["1"])
    truth = {**SINGLE, "item.kind": "truth", "item.truth": "2"}
    assert "得 10 分" in tried(truth, view="chat", do="say", said="×")
    fill = {**SINGLE, "item.kind": "fill", "item.variants": "三十天\n一个月"}
    answers = {
        said: "得 10 分" in tried(fill, view="chat", do="say", said=said)
        for said in ("30天", "３０ 天", "30元", "一个月。")
    }
    assert answers == {"30天": True, "３０ 天": True, "30元": False, "一个月。": True}
    assert "还没有写好" in market.post("/console/quizzes/preview", {**SINGLE, "item.text": ""}).text
    assert "还没有写好" in market.post("/console/quizzes/preview", {"item": '{"body": 3}'}).text


@pytest.mark.on_sqlite
def test_options_that_another_order_would_make_false_are_refused_beside_their_field(market):
    false = {**SINGLE, "item.o": ["烟草", "火柴", "A和B都对", ""]}
    answer = market.post(f"{BANK}/new", {"do": "save", **false})
    assert faults(answer.text) == {"options": "选项“A和B都对”换了位置就不对了，请改写，或不要打乱这一题"}
    assert saved(market, {**false, "item.shuffle": []})
    number = {**SINGLE, "item.text": "几天？", "item.o": ["3", "5", "10", ""]}
    assert "会和回复的编号混淆" in faults(market.post(f"{BANK}/new", {"do": "save", **number}).text)["n1"]


def publish(house: House, text: str) -> None:
    path = house.settings.media_path.parent / "quiz.yaml"
    path.write_text(text, encoding="utf-8")
    for command in (("load", str(path)), ("publish", "1")):
        assert house.flask("quizzes", *command).exit_code == 0


def taker(house: House, name="王建国", words="绑定 350802100001 8899"):
    """A bound shop that was told what the test is."""
    phone = house.phone(name)
    phone.follow()
    assert "已绑定" in phone.say(words).text
    phone.say("测试")
    return phone


def test_a_picture_is_kept_with_its_question_and_swept_where_nobody_saved_it(house, market):
    picture = {"item.file": (io.BytesIO(PIXEL), "a.png")}
    page = market.post(f"{BANK}/new", {**SINGLE, "do": "show", **picture}).text
    key = re.search(r'name="item.picture" value="([\w-]+)"', page)[1]
    unsaid = market.post(f"{BANK}/new", {**SINGLE, "do": "save", "item.picture": key})
    assert "要配一句话" in faults(unsaid.text)["picture"]
    where = saved(market, {**SINGLE, "item.picture": key, "item.alt": "封签"})
    assert f"/console/quizzes/pictures/{key}" in market.get(where).text
    publish(house, "title: 小测试\nbank: [z0001]\n")
    wang = taker(house)
    assert "看图" in wang.say("开始").text
    phone = h5.Browser(house, wang)
    phone.open("/m/quizzes/1")
    (shown,) = re.findall(r'<img class="shown" src="([^"]+)" alt="封签"', phone.page.text)
    assert shown == f"/m/quizzes/picture/{key}" and phone.get(shown).mimetype == "image/png"
    market.post(f"{BANK}/new", {**SINGLE, "do": "show", "item.file": (io.BytesIO(PIXEL), "b.png")})
    house.later(days=2)
    jobs.sweep_pictures(house.services)
    with house.look() as session:
        assert session.scalars(select(QuestionPicture.key)).all() == [key]
    market = Office(house).browser("market")
    assert market.get(f"/console/quizzes/pictures/{key}").status_code == 200
    gone = {**SINGLE, "item.text": "另一题", "item.picture": "gone", "item.alt": "封签"}
    assert "已经不在了" in faults(market.post(f"{BANK}/new", {"do": "save", **gone}).text)["picture"]


PASTED = """1. 封签应贴在哪一面？
Ａ．正面
Ｂ．背面
Ｃ．顶部
答案：AC
解析：看条盒。
标签：真假鉴别、封签

2. 许可证可以转借给别人。（判断题）
答案：错
标签：许可证
"""


def checked(office, browser, **form):
    """Hand a file or a text in, and let the worker look; gives the address of what it found."""
    where = browser.post(f"{BANK}/import", form).location
    office.work()
    return where


def test_a_pasted_text_is_looked_at_first_then_taken_and_its_faults_can_be_mended_in_place(house, market):
    office = Office(house)
    where = checked(office, market, pasted=PASTED.replace("答案：错", "答案：也许"))
    page = market.get(where).text
    assert "共 1 处要改" in page and "第 10 行" in page and "应是 对 或 错" in page
    again = re.search(r'href="(/console/quizzes/bank/import\?pasted=\d+)"', page)[1]
    assert "答案：也许" in market.get(again).text
    where = checked(office, market, pasted=PASTED)
    page = market.get(where).text
    assert "封签应贴在哪一面？" in page and "多选" in page and "z0002" in page
    with house.look() as session:
        assert session.scalars(select(BankQuestion.id)).all() == []
    done = market.post(f"{where}/confirm").location
    office.work()
    assert "新增 2 题，修改 0 题，不变 0 题" in market.get(market.get(done).location).text
    assert market.post(f"{BANK}/import", {"pasted": " "}).status_code == 422


@pytest.mark.on_sqlite
def test_the_bank_goes_out_as_a_workbook_over_several_sheets_and_comes_back_unchanged(house, market, monkeypatch):
    office = Office(house)
    many = "\n".join(f"{n}. 第 {n} 句话是对的。（判断题）\n答案：对" for n in range(1, 8))
    market.post(f"{checked(office, market, pasted=many)}/confirm")
    office.work()
    few = replace(files.BANK, most_rows=4)
    monkeypatch.setattr(files, "BANK", few)
    task = market.post(f"{BANK}/export").location
    monkeypatch.setattr("quizzes.export.bank.BANK", few)
    office.work()
    book = market.get(f"{task}/file").data
    assert [sheet.name for sheet in reading.workbook(book, LIMITS)] == ["题目", "题目2", "题目3", "说明"]
    where = checked(office, market, file=(io.BytesIO(book), "题库.xlsx"))
    assert re.findall(r"<dt>(新增|修改|不变)</dt><dd>(\d+)", market.get(where).text) == [
        ("新增", "0"),
        ("修改", "0"),
        ("不变", "7"),
    ]
    assert market.get(f"{BANK}/template").data[:2] == b"PK"


def test_the_list_is_narrowed_and_shows_how_often_a_question_was_used_and_how_it_was_answered(house, market):
    saved(market, SINGLE)
    truth = {**SINGLE, "item.kind": "truth", "item.text": "许可证可以转借。", "item.truth": "2", "item.tags": "许可证"}
    retired = saved(market, truth)
    publish(house, "title: 小测试\nbank: [z0001]\n")
    for name, words, answer in (("王建国", "绑定 350802100001 8899", "3"), ("李福生", "绑定 350802100002 1234", "1")):
        shop = taker(house, name, words)
        shop.say("开始")
        shop.say(answer)
    jobs.file(house.services)
    rows = dict(re.findall(r"<tr><td[^>]*>(z\d+)</td>(.*?)</tr>", market.get(BANK).text, re.S))
    assert "50.0%" in rows["z0001"] and ">1</td>" in rows["z0001"]
    assert set(rows) == {"z0001", "z0002"}

    def found(query):
        return set(re.findall(r"<tr><td[^>]*>(z\d+)</td>", market.get(f"{BANK}?{query}").text))

    asked = ("tag=许可证", "kind=single", "difficulty=easy", "search=封签 应贴", "search=z0002")
    assert [found(query) for query in asked] == [
        {"z0002"}, {"z0001"}, {"z0001", "z0002"}, {"z0001"}, {"z0002"},
    ]  # fmt: skip
    detail = market.get(f"{BANK}/1").text
    assert "小测试" in detail and "2 人答过，得分率 50.0%" in detail
    assert "1 份发布过的测试用了这一题" in market.get(f"{BANK}/1/edit").text
    market.post(f"{retired}/retire")
    assert [found(query) for query in ("", "state=retired", "state=all")] == [{"z0001"}, {"z0002"}, {"z0001", "z0002"}]
    refused = market.post(f"{retired}/edit", {**truth, "do": "save", "stamp": stamp(market, f"{retired}/edit")})
    assert "请先恢复" in refused.text
    market.post(f"{retired}/restore")
    assert found("") == {"z0001", "z0002"}


def test_a_tag_is_renamed_and_merged_only_when_that_is_said_and_never_under_a_quiz_that_draws_by_it(house, market):
    saved(market, SINGLE)
    saved(market, {**SINGLE, "item.text": "喷码有几位？", "item.tags": "喷码、真假鉴别"})
    tags = f"{BANK}/tags"
    assert (
        "2 题的标签“真假鉴别”改成了“辨真假”"
        in market.get(market.post(tags, {"tag": "真假鉴别", "name": "辨真假"}).location).text
    )
    told = market.post(tags, {"tag": "喷码", "name": "封签"})
    assert told.status_code == 422 and "把“喷码”合并到“封签”" in told.text
    merged = market.post(tags, {"tag": "喷码", "name": "辨真假", "do": "merge"})
    assert "1 题的标签" in market.get(merged.location).text
    with house.look() as session:
        found = session.execute(
            select(QuestionTag.question_id, QuestionTag.tag).order_by(QuestionTag.question_id, QuestionTag.tag)
        )
        assert found.all() == [(1, "封签"), (1, "辨真假"), (2, "辨真假")]
    assert "没有题用“喷码”这个标签了" in market.post(tags, {"tag": "喷码", "name": "别的"}).text
    assert "里面不能有" in market.post(tags, {"tag": "封签", "name": "甲 乙"}).text
    assert "名字没有变" in market.post(tags, {"tag": "封签", "name": "封签"}).text
    quiz = house.settings.media_path.parent / "quiz.yaml"
    quiz.write_text("title: 抽题\ndraw: [{tag: 封签, count: 1}]\n", encoding="utf-8")
    assert house.flask("quizzes", "load", str(quiz)).exit_code == 0
    assert "测试《抽题》按“封签”抽题" in market.post(tags, {"tag": "封签", "name": "条盒"}).text


@pytest.mark.on_sqlite
def test_the_bank_with_its_answers_is_seen_by_those_who_write_it_alone(house, market):
    where = saved(market, SINGLE)
    chen = Office(house).browser("chen")
    assert {
        chen.get(each).status_code for each in (BANK, where, f"{where}/edit", f"{BANK}/tags", f"{BANK}/import")
    } == {403}
