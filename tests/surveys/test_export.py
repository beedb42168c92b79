"""The exported file, opened again and looked at cell by cell."""

import csv
import re
import zipfile
from datetime import datetime

import openpyxl
import pytest
import python_calamine
from sqlalchemy import update

from foundation.errors import Refused
from foundation.workbooks import files as of_rows
from foundation.workbooks.writing import Workbook
from people.models import Retailer
from surveys.export import files
from surveys.queries.tally import tally

LEAD = ["序号", "许可证号", "店名", "片区", "客户类型", "客户经理", "提交时间", "用时（秒）", "来源", "有效"]
ANSWERS = [
    "q1 您对客户经理的服务满意吗?",
    "q1 编码",
    "q2 您最希望改进哪些?",
    "q2 编码",
    "q2_1 送货时间",
    "q2_2 货源信息",
    "q2_3 上门拜访",
    "q2_0 其他",
    "q2 其他内容",
    "q3 请给本季度服务打分(1-5)",
    "q4 您愿意向同行推荐我们的服务吗?(0-10)",
    "q5 您店里平均每天来多少位顾客?",
    "q6 不满意的原因是?",
    "q7 请拍一张陈列照片",
]


def export(house, zone, survey_id, out, form="xlsx", progress=lambda done, total: None):
    with house.reading() as session:
        return files.write(
            session,
            survey_id,
            out,
            form=form,
            figures=tally(session, survey_id),
            now=house.clock(),
            zone=zone,
            progress=progress,
        )


def rows_of(sheet):
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.fixture
def answered(house, li, wang, satisfaction):
    survey = house.published(satisfaction)
    li.say("调查")
    house.clock.advance(seconds=95)
    li.fill("1", "13", "5", "9", "-5", "跳过")
    wang.fill("调查", "4", "1 0 =价格牌", "4", "0", "跳过", "=cmd|' /C calc'!A0", "跳过")
    return survey


def test_every_cell_of_the_data_sheet(house, zone, answered, tmp_path):
    path = export(house, zone, answered, tmp_path / "out.xlsx")
    heading, li_row, wang_row = rows_of(openpyxl.load_workbook(path)["数据"])
    assert heading == LEAD + ANSWERS
    assert li_row == [
        1,
        "035080200001",
        "李国强便利店",
        "城区一片",
        "普通终端",
        "陈志强",
        datetime(2026, 9, 12, 10, 1, 35),
        95,
        "微信对话",
        "是",
        "非常满意",
        1,
        "送货时间、上门拜访",
        "1,3",
        1,
        0,
        1,
        0,
        None,
        5,
        9,
        -5,
        "未显示",
        "跳过",
    ]
    assert wang_row == [
        2,
        "035080200002",
        "王建国便利店",
        "城区二片",
        "现代终端",
        "林小燕",
        datetime(2026, 9, 12, 10, 1, 35),
        0,
        "微信对话",
        "是",
        "不满意",
        4,
        "送货时间、其他",
        "1,0",
        1,
        0,
        0,
        1,
        "=价格牌",
        4,
        0,
        "跳过",
        "=cmd|' /C calc'!A0",
        "跳过",
    ]


def test_a_formula_somebody_typed_stays_a_text_and_a_number_a_number(house, zone, answered, tmp_path):
    path = export(house, zone, answered, tmp_path / "out.xlsx")
    sheet = openpyxl.load_workbook(path)["数据"]
    typed = {cell.value: cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith(("=", "-"))}
    assert {value: cell.data_type for value, cell in typed.items()} == {
        -5: "n",
        "=价格牌": "s",
        "=cmd|' /C calc'!A0": "s",
    }
    assert typed["=价格牌"].quotePrefix and not typed[-5].quotePrefix
    with zipfile.ZipFile(path) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())
    assert sheet["B2"].data_type == "s" and sheet["B2"].number_format == "@"


def test_the_csv_says_the_same_with_a_bom_and_crlf(house, zone, answered, tmp_path):
    path = export(house, zone, answered, tmp_path / "out.csv", form="csv")
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and raw.count(b"\r\n") == raw.count(b"\n") == 3
    with path.open(encoding="utf-8-sig", newline="") as file:
        heading, li_row, wang_row = csv.reader(file)
    assert heading == LEAD + ANSWERS
    assert li_row == [
        "1",
        '="035080200001"',
        "李国强便利店",
        "城区一片",
        "普通终端",
        "陈志强",
        "2026-09-12 10:01:35",
        "95",
        "微信对话",
        "是",
        "非常满意",
        "1",
        "送货时间、上门拜访",
        "1,3",
        "1",
        "0",
        "1",
        "0",
        "",
        "5",
        "9",
        "-5",
        "未显示",
        "跳过",
    ]
    assert wang_row[18:] == ["'=价格牌", "4", "0", "跳过", "'=cmd|' /C calc'!A0", "跳过"]


@pytest.mark.parametrize("typed", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "＝1+1", "\t=1", "\r=1"])
def test_names_of_the_roster_are_no_formulas_either(house, zone, answered, tmp_path, typed):
    with house.transaction() as session:
        session.execute(update(Retailer).where(Retailer.openid == "o-li").values(shop=typed))
    sheet = openpyxl.load_workbook(export(house, zone, answered, tmp_path / "out.xlsx"))["数据"]
    assert (sheet["C2"].data_type, sheet["C2"].quotePrefix) == ("s", True)
    with export(house, zone, answered, tmp_path / "out.csv", form="csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1][2] == "'" + typed


def test_the_codebook_explains_every_column_and_counts_the_missing(house, zone, answered, tmp_path):
    heading, *lines = rows_of(openpyxl.load_workbook(export(house, zone, answered, tmp_path / "out.xlsx"))["编码表"])
    assert heading == ["列", "题号", "题目", "类型", "编码", "含义", "版本", "有效数"]
    assert list(dict.fromkeys(line[0] for line in lines)) == ANSWERS
    codes = {(line[0], line[4]): line[5:] for line in lines}
    assert codes["q1 编码", 4] == ["不满意", "1", 1]
    assert codes["q2_3 上门拜访", 1] == ["选了：上门拜访", "1", 1] and codes["q2_3 上门拜访", 0][2] == 1
    assert codes["q2 编码", 0] == ["其他", "1", 1]
    assert codes["q6 不满意的原因是?", "未显示"][2] == 1
    assert codes["q7 请拍一张陈列照片", "跳过"][2] == 2
    assert codes["q1 编码", -1][2] == codes["q1 编码", -3][2] == 0
    assert codes["q4 您愿意向同行推荐我们的服务吗?(0-10)", 9] == ["9 分", "1", 1]


def test_the_summary_gives_what_paper_gave(house, zone, answered, tmp_path):
    lines = rows_of(openpyxl.load_workbook(export(house, zone, answered, tmp_path / "out.xlsx"))["汇总"])
    assert lines[0][0] == "三季度服务满意度调查"
    assert lines[2][:5] == ["发放", "回收", "有效", "回收率", "有效率"] and lines[3][:5] == [2, 2, 2, 1, 1]
    by_option = {(line[0], line[5]): line for line in lines[6:]}
    assert by_option["q1", "非常满意"][6:8] == [1, 0.5]
    assert by_option["q1", "非常满意"][8] == pytest.approx(0.0945, abs=1e-4)
    assert by_option["q3", "平均"][6] == 4.5 and by_option["q4", "净推荐值"][6] == 0


def test_three_kinds_of_missing_are_told_apart_over_versions(house, li, wang, zone, tmp_path):
    first = (
        "title: 调查\nquestions:\n  - {code: q1, type: single, text: 甲?, options: [是, 否], required: false}\n"
        "  - {code: q2, type: multiple, text: 乙?, options: [一, 二], show_if: {q1: [是]}}\n"
    )
    survey = house.published(first)
    li.fill("调查", "跳过")
    house.published(first + "  - {code: q3, type: text, text: 丙?}\n", survey)
    wang.fill("调查", "1", "1 2", "好")
    book = openpyxl.load_workbook(export(house, zone, survey, tmp_path / "out.xlsx"))
    heading, li_row, wang_row = rows_of(book["数据"])
    assert heading[10:] == ["版本", "q1 甲?", "q1 编码", "q2 乙?", "q2 编码", "q2_1 一", "q2_2 二", "q3 丙?"]
    assert li_row[10:] == [1, "跳过", -1, "未显示", -2, None, None, "未显示"]
    assert wang_row[10:] == [2, "是", 1, "一、二", "1,2", 1, 1, "好"]


def test_an_anonymous_export_holds_no_identity_and_the_day_alone(house, li, short_survey, zone, tmp_path):
    survey = house.published(short_survey + "anonymous: true\n")
    li.fill("调查", "1")
    path = export(house, zone, survey, tmp_path / "out.xlsx")
    book = openpyxl.load_workbook(path)
    assert rows_of(book["数据"]) == [
        ["序号", "提交日期", "来源", "有效", "q1 新品卖得好吗?", "q1 编码"],
        [1, datetime(2026, 9, 12), "微信对话", "是", "好", 1],
    ]
    with zipfile.ZipFile(path) as archive:
        whole = "".join(archive.read(name).decode() for name in archive.namelist())
    assert not any(word in whole for word in ("李国强", "035080200001", "城区一片", "陈志强", "普通终端"))
    csv_file = export(house, zone, survey, tmp_path / "out.csv", form="csv").read_text("utf-8-sig")
    assert csv_file.splitlines()[1] == "1,2026-09-12,微信对话,是,好,1"


def test_a_folder_gets_a_file_named_by_title_and_time(house, zone, answered, tmp_path):
    path = export(house, zone, answered, tmp_path)
    assert path.name == "三季度服务满意度调查_202609121001.xlsx"
    assert [each.name for each in tmp_path.iterdir() if each.suffix == ".xlsx"] == [path.name]


def test_a_failure_leaves_nothing_half_written(house, zone, answered, tmp_path, monkeypatch):
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "out.csv").write_text("earlier")

    def fail(done, total):
        raise OSError("disk full")

    monkeypatch.setattr(of_rows, "BATCH", 1)
    for form in ("csv", "xlsx"):
        with pytest.raises(OSError, match="disk full"):
            export(house, zone, answered, folder / f"out.{form}", form=form, progress=fail)
    assert [each.name for each in folder.iterdir()] == ["out.csv"]
    assert (folder / "out.csv").read_text() == "earlier"


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(house, zone, answered, tmp_path, monkeypatch):
    monkeypatch.setattr(of_rows, "ROWS_OF_A_SHEET", 1)
    book = openpyxl.load_workbook(export(house, zone, answered, tmp_path / "out.xlsx"))
    assert book.sheetnames == ["数据", "数据2", "编码表", "汇总"]
    assert [rows_of(book[name])[1][2] for name in ("数据", "数据2")] == ["李国强便利店", "王建国便利店"]
    assert rows_of(book["数据2"])[0] == LEAD + ANSWERS


def test_progress_ends_at_the_total_also_of_an_empty_survey(house, zone, answered, short_survey, tmp_path):
    seen = []
    export(house, zone, answered, tmp_path / "out.xlsx", progress=lambda done, total: seen.append((done, total)))
    empty = house.published(short_survey)
    export(house, zone, empty, tmp_path / "empty.xlsx", progress=lambda done, total: seen.append((done, total)))
    assert seen == [(2, 2), (0, 0)]
    assert len(rows_of(openpyxl.load_workbook(tmp_path / "empty.xlsx")["数据"])) == 1


def test_a_folder_that_is_not_there_is_said(house, zone, answered, tmp_path):
    with pytest.raises(Refused, match="没有文件夹"):
        export(house, zone, answered, tmp_path / "nowhere" / "out.xlsx")


@pytest.mark.parametrize(
    "text",
    [
        "<r><t>x</t></r>",
        '<r></is></c><c r="A1"><f>1+1</f></c><c><is></r>',
        "a & b < c > d ]]>",
        "  两头有空格 ",
        "两\n行",
        "一\r\n二",
        "铃\x07",
        "😀 价格牌",
        "\ud800 半个",
        "\uffff",
    ],
)
def test_whatever_a_text_holds_the_workbook_stays_readable(tmp_path, text):
    with Workbook(tmp_path / "out.xlsx", folder=tmp_path) as book:
        book.sheet("数据", ()).write([text, 1, -5.25, None, "好"])
    cells = next(openpyxl.load_workbook(tmp_path / "out.xlsx")["数据"].iter_rows())
    plain = re.sub("[\x07\ud800\uffff]", "\ufffd", text)
    assert [cell.value for cell in cells] == [plain, 1, -5.25, None, "好"]
    assert [cell.data_type for cell in cells] == ["s", "n", "n", "n", "s"]
    rows = python_calamine.CalamineWorkbook.from_path(tmp_path / "out.xlsx").get_sheet_by_name("数据").to_python()
    assert rows == [[plain, 1.0, -5.25, "", "好"]]


def test_letters_that_excel_would_read_as_a_code_stay_letters(tmp_path):
    with Workbook(tmp_path / "out.xlsx", folder=tmp_path) as book:
        book.sheet("数据", ()).write(["_x0041_"])
    rows = python_calamine.CalamineWorkbook.from_path(tmp_path / "out.xlsx").get_sheet_by_name("数据").to_python()
    assert rows == [["_x0041_"]]
