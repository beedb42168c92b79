"""Cross-tabs and words through the console: in step with the raw answers, by role and area, anonymous ones silent."""

import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from surveys.models import Submission
from tests.charts import drawn, results
from tests.office import Browser, Office, both_ways, file_of
from tests.surveys.test_pages import bind, upload

SURVEY = """
title: 送货调查
anonymous: {anonymous}
questions:
  - {{code: q1, type: single, text: 满意吗?, options: [满意, 一般], other: true}}
  - {{code: q2, type: text, text: 还有什么要说的?, required: false}}
"""
HEAD = "许可证号,店名,店主,手机,地址,片区,客户类型,客户经理,经理手机\n"
AREAS = (("城区一片", "陈志强,13900002201"), ("江山片", "林小燕,13900002202"))


@pytest.fixture
def office(build) -> Office:
    """Twelve shops, six in each of two areas; of each area four like it, two do not."""
    office = Office(build())
    lines = [
        f"3508021000{n:02},{n} 号店,店主{n},136000010{n:02},新罗区,{AREAS[n % 2][0]},普通终端,{AREAS[n % 2][1]}"
        for n in range(12)
    ]

    def settle() -> None:
        office.import_roster(HEAD + "\n".join(lines) + "\n")
        office.staff()
        for n in range(12):
            bind(office, f"店主{n}", f"3508021000{n:02}", f"10{n:02}")

    office.house.lay_out("twelve shops in two areas", settle)
    return office


def answered(office: Office, anonymous: str) -> tuple[Browser, str]:
    browser = office.browser("market")
    page = upload(browser, SURVEY.format(anonymous=anonymous)).location
    assert browser.post(f"{page}/publish").status_code == 303
    for n in range(12):
        phone = office.house.phone(f"店主{n}")
        said = f"送货太慢,第 {n} 次了" if n < 6 else "价格牌坏了 100%"
        for reply in ("调查", "1" if n < 8 else "2", said):
            phone.say(reply)
    office.house.tick()
    return browser, page


def table(text: str) -> list[list[str]]:
    body = re.search(r"<tbody>(.*?)</tbody>", text, re.DOTALL)[1]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
    return [[re.sub(r"<[^>]+>|\s+", " ", cell).split() for cell in re.findall(r"<td.*?</td>", row)] for row in rows]


def test_words_without_a_letter_are_filed_too(office) -> None:
    browser = office.browser("market")
    page = upload(browser, SURVEY.format(anonymous="false")).location
    assert browser.post(f"{page}/publish").status_code == 303
    for reply in ("调查", "1", "👍"):
        office.house.phone("店主1").say(reply)
    office.house.tick()
    assert "👍" in browser.get(f"{page}/words?question=q2").text


@pytest.mark.on_sqlite
def test_a_question_by_area_class_and_manager_and_a_voided_sheet_leaves_it(office) -> None:
    browser, page = answered(office, "false")
    rows = table(browser.get(f"{page}/cross?question=q1&by=area").text)
    assert [[cell[0] for cell in row[:4]] for row in rows] == [["城区一片", "6", "4", "2"], ["江山片", "6", "4", "2"]]
    assert rows[0][2] == ["4", "66.7%"]
    by_manager = browser.get(f"{page}/cross?question=q1&by=manager").text
    assert [row[0][0] for row in table(by_manager)] == ["林小燕", "陈志强"]
    assert [row[1] for row in table(browser.get(f"{page}/cross?by=class").text)] == [["12"]]
    chart = drawn(browser.get(f"{page}/cross?question=q1&by=area").text, "cross")
    assert chart["labels"] == ["城区一片", "江山片"]
    assert [shares[0] for shares in chart["series"].values()] == [4 / 6, 2 / 6, 0]
    assert office.house.flask("surveys", "void", "1").exit_code == 0
    assert [row[1] for row in table(browser.get(f"{page}/cross?by=area").text)] == [["5"], ["6"]]
    assert office.house.flask("surveys", "recount", "1").stdout == "一致\n"


PAIRS = """
title: 送货调查
anonymous: {anonymous}
questions:
  - {{code: q9, type: single, text: 满意吗?, options: [满意, 一般, 不满意]}}
  - {{code: q1, type: multiple, text: 常卖什么?, options: [烟, 水, 米]}}
  - {{code: q5, type: nps, text: 会推荐吗?, required: false}}
"""


def told(office: Office, anonymous: str, replies: list[tuple[str, str, str]]) -> tuple[Browser, str]:
    """What the shops answer, in their order."""
    browser = office.browser("market")
    page = upload(browser, PAIRS.format(anonymous=anonymous)).location
    assert browser.post(f"{page}/publish").status_code == 303
    for n, said in enumerate(replies):
        for reply in ("调查", *said):
            office.house.phone(f"店主{n}").say(reply)
    office.house.tick()
    return browser, page


def counted(text: str) -> list[list[str]]:
    return [[" ".join(row[0]), *(cell[0] for cell in row[1:])] for row in table(text)]


def test_one_question_by_another_agrees_with_the_sheets_and_with_its_file(office) -> None:
    replies = [
        ("1", "1 2", "10"),
        ("1", "1", "9"),
        ("2", "2", "跳过"),
        ("1", "3", "0"),
        ("2", "1 2 3", "8"),
        ("1", "1", "7"),
    ]
    browser, page = told(office, "false", replies)
    rows = counted(browser.get(f"{page}/cross?question=q9&by=q:q1").text)
    assert rows == [
        ["烟", "4", "3", "1", "0"],
        ["水", "3", "1", "2", "0"],
        ["米", "2", "1", "1", "0"],
        ["合计", "6", "4", "2", "0"],
    ]
    # The other way round, and with a score; who skipped one of the two is in neither.
    assert counted(browser.get(f"{page}/cross?question=q1&by=q:q9").text)[0] == ["满意", "4", "3", "1", "1"]
    by_score = counted(browser.get(f"{page}/cross?question=q5&by=q:q9").text)
    assert [(row[0], row[1], row[-1]) for row in by_score] == [
        ("满意", "4", "25.0"),
        ("一般", "1", "0.0"),
        ("不满意", "0", "—"),
        ("合计", "5", "20.0"),
    ]
    answer = browser.post(f"{page}/cross/export", {"question": "q9", "by": "q:q1"})
    sheet = load_workbook(io.BytesIO(answer.data)).active
    lines = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=5, max_row=9)]
    assert lines[0] == ["“常卖什么?”", "回答", "满意", "一般", "不满意", "满意占比", "一般占比", "不满意占比"]
    assert lines[1] == ["烟", 4, 3, 1, 0, 0.75, 0.25, 0]
    assert lines[4][:3] == ["合计", 6, 4]
    assert office.audited("survey.cross.export")
    # A question by itself is another one; a voided sheet leaves; a recount finds nothing to put right.
    assert "按“常卖什么?”" in browser.get(f"{page}/cross?question=q9&by=q:q9").text
    assert browser.get(f"{page}/cross?question=q9&by=q:q7").status_code == 404
    assert office.house.flask("surveys", "void", "1").exit_code == 0
    assert counted(browser.get(f"{page}/cross?question=q9&by=q:q1").text)[-1] == ["合计", "5", "3", "2", "0"]
    assert office.house.flask("surveys", "recount", "1").stdout == "一致\n"
    # Who sees a part of the shops is not offered what is counted of all of them.
    chen = office.browser("chen")
    assert "按另一题比较" not in chen.get(f"{page}/cross").text
    assert chen.get(f"{page}/cross?question=q9&by=q:q1").status_code == 404


@pytest.mark.on_sqlite
def test_of_an_anonymous_survey_one_question_by_another_hides_what_says_too_much(office) -> None:
    replies = [("1", "1", "10")] * 5 + [("2", "2", "9")] * 5 + [("3", "2", "0"), ("3", "1", "跳过")]
    browser, page = told(office, "true", replies)
    text = browser.get(f"{page}/cross?question=q5&by=q:q9").text
    # Two said 不满意: the results hide them and who of the others is next, and so does the table.
    hidden = ["—"] * 12
    assert counted(text) == [["一般", "5", *hidden], ["人少的 2 个选项合在一起", "6", *hidden]]
    # Rows of several answers overlap: they are hidden, and not put together.
    overlapping = counted(browser.get(f"{page}/cross?question=q9&by=q:q1").text)
    assert overlapping == [["水", "6", "—", "—", "—"], ["烟", *"————"], ["米", *"————"]]
    file = browser.post(f"{page}/cross/export", {"question": "q5", "by": "q:q9"}).data
    cells = [cell.value for line in load_workbook(io.BytesIO(file)).active.iter_rows(min_row=6) for cell in line]
    assert not any(isinstance(cell, int) and 0 < cell < 5 for cell in cells)


def test_somebody_with_a_part_sees_that_part(office) -> None:
    _, page = answered(office, "false")
    for name in ("zhou", "chen"):
        browser = office.browser(name)
        assert [row[0] for row in table(browser.get(f"{page}/cross?by=area").text)] == [["城区一片"]]
        assert [row[0] for row in table(browser.get(f"{page}/cross?by=manager").text)] == [["陈志强"]]
        words = browser.get(f"{page}/words?question=q2").text
        assert "城区一片" in words
        assert "江山片" not in words
        assert browser.get(f"{page}/cross?by=class").status_code == 404
        # Six of the twelve are theirs: nothing on these pages is the whole company's.
        seen = results(browser.get(page).text)
        assert [seen["steps"][word] for word in ("发放", "回收", "有效")] == [6, 6, 6]
        assert seen["questions"]["q1"] == (6, [4, 2, 0])
        assert "returns-card" not in browser.get(page).text
        for path in (page, f"{page}/live", f"{page}/share", "/console/surveys", f"{page}/invitations"):
            text = browser.get(path).text
            assert not re.search(r">\s*(12|8)\s*<", text), path
        assert "您负责的部分" in browser.get(page).text
        assert "回收率" not in browser.get("/console/").text
    assert results(office.browser("market").get(page).text)["steps"]["发放"] == 12
    office.user("nowhere", "manager", manager_id=office.manager("林小燕"))
    assert results(office.browser("nowhere").get(page).text)["steps"]["发放"] == 6


def test_words_are_found_in_pages_and_a_percent_sign_is_a_percent_sign(office) -> None:
    browser, page = answered(office, "false")
    found = browser.get(f"{page}/words?search=送货").text
    assert found.count("送货太慢") == 6
    assert "350802100000" in found
    assert browser.get(f"{page}/words?search=100%25").text.count("价格牌坏了") == 6
    assert "没有写着" in browser.get(f"{page}/words?search=%25慢").text
    for sought in ("１００％", "第 3", "太慢,第", "太慢,第"):
        assert "没有写着" not in browser.get(f"{page}/words", query_string={"search": sought}).text, sought
    for sought in ("_", "慢%", "😀", "\0", '"', "慢 OR 第", "𰻝", "九" * 400):
        answer = browser.get(f"{page}/words", query_string={"search": sought})
        assert ("没有写着" in answer.text) is (sought != "\0"), sought
    first = browser.get(f"{page}/words?after=3&question=q2").text
    assert first.count('class="said"') == 2
    assert office.audited("survey.words")
    assert office.house.flask("surveys", "void", "1").exit_code == 0
    assert browser.get(f"{page}/words?search=送货").text.count("送货太慢") == 5


def test_words_are_paged_both_ways_and_their_file_has_what_is_found(office) -> None:
    browser, page = answered(office, "true")
    with office.house.services.transaction() as session:
        sheet = session.scalars(select(Submission)).first()
        columns = ("survey_id", "version_id", "area_id", "class_id", "source", "submitted_at")
        copied = {name: getattr(sheet, name) for name in columns}
        session.add_all(
            Submission(id=1000 + n, answers={**sheet.answers, "q2": {"t": f"第{n:03}张"}}, **copied) for n in range(120)
        )
    office.house.tick()
    found = both_ways(browser, f"{page}/words?question=q2&search=张", r'class="said">第(\d{3})张')
    assert [len(part) for part in found] == [50, 50, 20]
    assert [number for part in found for number in part] == [f"{n:03}" for n in reversed(range(120))]
    assert file_of(office, browser, f"{page}/words/export", {"search": "第119张"}) == [("写的话",), ("第119张",)]
    assert office.audited("list.export")[-1].detail == "文字回答：调查 1、“第119张”"
    assert office.browser("chen").post(f"{page}/words/export").status_code == 403


@pytest.mark.on_sqlite
def test_the_file_of_words_says_who_wrote_them_where_the_page_does(office) -> None:
    browser, page = answered(office, "false")
    heading, *rows = file_of(office, browser, f"{page}/words/export", {"question": "q2", "search": "第 3"})
    assert heading == ("写的话", "许可证号", "店", "店主", "片区", "时间")
    assert [row[:5] for row in rows] == [("送货太慢,第 3 次了", "350802100003", "3 号店", "店主3", "江山片")]


@pytest.mark.on_sqlite
def test_an_anonymous_survey_hides_what_tells_too_much_and_never_who(office) -> None:
    browser, page = answered(office, "true")
    text = browser.get(f"{page}/cross?question=q1&by=area").text
    # Of six in an area two are too few to be shown, and four too: nothing is left to show but how many answered.
    assert [[cell[0] for cell in row] for row in table(text)] == [
        ["城区一片", "6", "—", "—", "—"],
        ["江山片", "6", "—", "—", "—"],
    ]
    assert "cross-figures" not in text
    assert browser.get(f"{page}/cross?by=manager").status_code == 404
    words = browser.get(f"{page}/words?search=送货").text
    assert words.count("送货太慢") == 6
    assert "店主" not in words
    # Its sheets have long numbers, drawn at random: pages lie between those.
    assert browser.get(f"{page}/words?after={1 << 53}").text.count("送货太慢") == 6
    assert "还没有人写" in browser.get(f"{page}/words?after={1 << 40}").text
    assert "3508021" not in words
    assert "只有看全公司的角色能看" in office.browser("chen").get(f"{page}/words").text
    # Nor does a part tell what the cross-tab hides: no totals, no cell of it.
    for name in ("zhou", "chen"):
        seen = results(office.browser(name).get(page).text)
        assert seen["steps"] == {}
        assert seen["questions"]["q1"] == (6, [None, None, None])
        assert "匿名调查不显示一部分店的发放和回收" in office.browser(name).get(page).text


@pytest.mark.on_sqlite
def test_a_shop_that_moves_leaves_its_answer_where_it_was_given(office) -> None:
    browser, page = answered(office, "false")
    late = office.house.phone("店主0")
    poll = upload(browser, SURVEY.format(anonymous="false")).location
    assert browser.post(f"{poll}/publish").status_code == 303
    for reply in ("调查", "2", "1", "还好"):
        late.say(reply)
    # Before the clock has filed the second answer: given to 林, in another area and of another class.
    office.import_roster(HEAD + "350802100000,0 号店,店主0,13600001000,新罗区,江山片,现代终端,林小燕,13900002202\n")
    office.house.tick()
    for survey, sums in ((page, {"陈志强": 6, "林小燕": 6}), (poll, {"陈志强": 1})):
        for by, names in (("manager", sums), ("area", {"陈志强": "城区一片", "林小燕": "江山片"})):
            rows = table(browser.get(f"{survey}/cross?question=q1&by={by}").text)
            found = {" ".join(row[0]): int(row[1][0]) for row in rows}
            expected = sums if by == "manager" else {names[who]: number for who, number in sums.items()}
            assert {name: number for name, number in found.items() if name in expected} == expected, by
        asked = browser.post(f"{survey}/export", {"format": "xlsx"})
        office.work()
        sheet = load_workbook(io.BytesIO(browser.get(f"{asked.location}/file").data))["数据"]
        heading, *lines = [list(row) for row in sheet.iter_rows(values_only=True)]
        [line] = [line for line in lines if line[1] == "350802100000"]
        kept = dict(zip(heading, line, strict=True))
        assert [kept[name] for name in ("片区", "客户类型", "客户经理")] == ["城区一片", "普通终端", "陈志强"]
    assert "城区一片" in browser.get(f"{poll}/words?question=q2").text
    office.user("lin", "manager", manager_id=office.manager("林小燕"))
    office.user("wu", "supervisor", area_id=office.area("江山片"))
    for name, handed_in in (("chen", 1), ("zhou", 1), ("lin", 0), ("wu", 0)):
        seen = results(office.browser(name).get(poll).text)
        steps = seen["steps"]
        assert (steps["回收"], steps["有效"]) == (handed_in, handed_in), name
        assert seen["questions"].get("q1", (0, []))[0] == handed_in
        assert steps["发放"] >= steps["回收"]
