"""Every file the product makes, opened again: what somebody wrote stands in it letter by letter, and is a text."""

import csv
import io
import json
import re
import zipfile
from urllib.parse import unquote

import openpyxl
import pytest
import python_calamine
from werkzeug.http import parse_options_header

from foundation.workbooks.writing import Digits, Heading, SheetTitle, Workbook
from tests.office import Browser, Office
from tests.visits.conftest import ROSTER

TAGGED = "<r>茶 & 水</r>"
BREAKS_OUT = '<r></is></c><c r="A1"><f>1+1</f></c><c><is></r>'
TEXTS = (
    TAGGED,
    BREAKS_OUT,
    "=1+1",
    "＝1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "https://example.com/?a=1&b=2",
    "0035",
    "3E5",
    "TRUE",
    "7-11",
    "#N/A",
    "_x0041_",
    "一_x000D_x0041_",
    "  两头有空格\u3000",
    "一\r\n二\t三",
    "👨\u200d👩\u200d👧",
    "\u202e反",
    "]]>&#13;&amp;",
)


def cells(content: bytes) -> list[str]:
    """All texts of a workbook, the same for both readers; there is no formula in it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not any(re.search(rb"<f[ >]", archive.read(name)) for name in archive.namelist() if "sheets/" in name)
    book, other = openpyxl.load_workbook(io.BytesIO(content)), python_calamine.load_workbook(io.BytesIO(content))
    found = []
    for name in book.sheetnames:
        mine = [cell for row in book[name].iter_rows() for cell in row if isinstance(cell.value, str)]
        assert {cell.data_type for cell in mine} <= {"s"}
        theirs = other.get_sheet_by_name(name).to_python()
        assert [cell.value for cell in mine] == [text for row in theirs for text in row if text and type(text) is str]
        found += [cell.value for cell in mine]
    return found


@pytest.mark.parametrize("kind", [str, Digits, Heading, SheetTitle])
@pytest.mark.parametrize("is_large", [True, False])
def test_whatever_a_text_holds_both_readers_give_it_back(tmp_path, kind, is_large) -> None:
    with Workbook(tmp_path / "out.xlsx", folder=tmp_path if is_large else None) as book:
        sheet = book.sheet("数据", ())
        for text in TEXTS:
            sheet.write([kind(text)])
    assert cells((tmp_path / "out.xlsx").read_bytes()) == list(TEXTS)


def test_a_text_too_long_for_a_cell_is_cut_and_says_so(tmp_path) -> None:
    with Workbook(tmp_path / "out.xlsx") as book:
        book.sheet("数据", ()).write(["长" * 40_000, "😀" * 20_000, "长" * 32_767])
    long, wide, fits = cells((tmp_path / "out.xlsx").read_bytes())
    assert long.endswith("后面的没有写出）") and wide.endswith("后面的没有写出）") and fits == "长" * 32_767
    assert max(len(text.encode("utf-16-le")) // 2 for text in (long, wide)) <= 32_767


SURVEY = f"""
title: '{TAGGED}'
questions:
  - {{code: q1, type: single, text: '{TAGGED} 好吗?', options: ['{TAGGED}', '=1+1']}}
  - {{code: q2, type: text, text: 为什么?}}
  - {{code: q3, type: text, text: 还有呢?}}
"""


@pytest.mark.on_sqlite
def test_what_a_shop_says_is_a_text_in_every_file(town) -> None:
    town.house.jobs = town.house.app.extensions["jobs"]  # the files are of all services
    office, chen, wang = Office(town.house), town.manager("陈志强"), town.shop("王建国")
    office.staff()
    line = next(line for line in ROSTER.splitlines() if "王建国" in line).split(",")
    line[1], line[4] = TAGGED, BREAKS_OUT
    shop = io.StringIO()
    csv.writer(shop).writerows([ROSTER.splitlines()[0].split(","), line])
    office.import_roster(shop.getvalue())
    market = office.browser("market")
    market.get("/console/surveys/new")
    page = market.post("/console/surveys/new", {"file": (io.BytesIO(SURVEY.encode()), "survey.yaml")}).location
    draft = cells(market.get(f"{page}/draft-file").data)
    assert TAGGED in draft and f"{TAGGED} 好吗?" in draft and f"{TAGGED}\n=1+1" in draft
    assert market.post(f"{page}/publish").status_code == 303
    for said in ("调查", "1", BREAKS_OUT, "7-11"):
        wang.say(said)
    wang.say("红七匹狼这周断货了能不能先补两条")
    number = town.request().number
    chen.say(f"{number} 明早带两条")
    chen.say(f"{number} 完结")
    town.house.work()
    assert "哪里不满意" in wang.say("3").text
    wang.say(BREAKS_OUT)
    town.house.tick()

    answers = cells(made(market, office, f"{page}/export", {"format": "xlsx"}))
    assert {TAGGED, "=1+1", BREAKS_OUT, "7-11", f"q1 {TAGGED} 好吗?"} <= set(answers)
    rows = list(csv.reader(io.StringIO(made(market, office, f"{page}/export", {"format": "csv"}).decode("utf-8-sig"))))
    # What Excel would make a number or a day of stands as its own formula of nothing but that text.
    assert rows[1][1] == f'="{line[0]}"' and rows[1][2] == TAGGED and rows[1][-2:] == [BREAKS_OUT, '="7-11"']
    table = cells(market.post(f"{page}/cross/export", {"question": "q1", "by": "area"}).data)
    assert {TAGGED, f"{TAGGED} 好吗?（按片区）", f"{TAGGED}占比", "=1+1"} <= set(table)
    market.get("/console/visits/reports")
    report = cells(made(market, office, "/console/visits/reports/export", {"by": "manager"}))
    assert TAGGED in report and BREAKS_OUT in report
    roster = made(market, office, "/console/people/export", {})
    assert TAGGED in cells(roster) and BREAKS_OUT in cells(roster)


def made(browser: Browser, office: Office, address: str, form: dict[str, str]) -> bytes:
    asked = browser.post(address, form)
    assert asked.status_code == 303, asked.text
    office.work()
    answer = browser.get(f"{asked.location}/file")
    assert answer.status_code == 200, browser.get(asked.location).text
    return answer.data


@pytest.mark.on_sqlite
@pytest.mark.parametrize(
    "title", ["𠮷" * 60, '三季度/满意度: “好”"吗";%\\?', "ＣＯＮ＂／", "CON"], ids=["long", "signs", "wide", "device"]
)
def test_whatever_a_title_holds_its_files_have_a_name_every_system_takes(town, tmp_path, title) -> None:
    town.house.jobs = town.house.app.extensions["jobs"]
    office = Office(town.house)
    office.staff()
    market, wang = office.browser("market"), town.shop("王建国")
    market.get("/console/surveys/new")
    question = "{code: q1, type: single, text: 好吗?, options: [好, 不好]}"
    survey = f"title: {json.dumps(title, ensure_ascii=False)}\nquestions: [{question}]\n".encode()
    page = market.post("/console/surveys/new", {"file": (io.BytesIO(survey), "survey.yaml")}).location
    answers = [market.get(f"{page}/draft-file")]
    assert market.post(f"{page}/publish").status_code == 303
    wang.say("调查"), wang.say("1")
    town.house.tick()
    asked = market.post(f"{page}/export", {"format": "csv"})
    office.work()
    answers.append(market.get(f"{asked.location}/file"))
    answers.append(market.post(f"{page}/cross/export", {"question": "q1", "by": "area"}))
    for answer, ending in zip(answers, (".xlsx", ".csv", ".xlsx"), strict=True):
        said = answer.headers["Content-Disposition"]
        name = unquote(said.partition("UTF-8''")[2]) or parse_options_header(said)[1]["filename"]
        assert said.isascii() and len(name.encode()) <= 255 and name.endswith(ending), said
        assert not re.search('[\\\\/:*?"<>|\x00-\x1f\u202e]', name) and name != "CON.xlsx"
        (tmp_path / name).write_bytes(answer.data)
    done = town.house.flask("surveys", "export", page.rpartition("/")[2], "--out", str(tmp_path))
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(
    "name",
    ["名\x00单.csv", "名\x1b单\x07.csv", "../../名单.csv", "𠮷" * 200 + ".csv"],
    ids=["nul", "escape", "path", "long"],
)
def test_whatever_an_uploaded_file_is_called_it_is_taken(town, name) -> None:
    office = Office(town.house)
    office.staff()
    market = office.browser("market")
    market.get("/console/people/import")
    page = market.post("/console/people/import", {"file": (io.BytesIO(ROSTER.encode()), name)})
    assert page.status_code == 303
    office.work()
    assert "不变" in market.get(page.location).text
    done = market.post(f"{page.location}/confirm")
    assert done.status_code == 303
    office.work()
    assert "导入好了" in market.get(done.location).text
