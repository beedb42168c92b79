"""Roster files as people have them: what Excel and copying put in is read for what it shows, or named by its cell."""

import io
import resource
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from foundation.errors import Refused
from foundation.text import plain
from foundation.workbooks import reading
from people.models import CLASSES, Retailer
from people.roster import checking
from people.roster.headings import COLUMNS
from tests import workbooks
from tests.people.test_roster_checking import lines as lines_of
from tests.people.test_roster_checking import only
from tests.workbooks import NO_RESULT, formatted, rows, text, workbook

Make = Callable[..., Any]
FAULT = '<c r="{}" t="e"><v>#REF!</v></c>'


def roster(*lines: Any, header: Any = COLUMNS, **more: Any) -> bytes:
    return workbook({"名单": rows([header, *lines])}, **more)


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as raised:
        checking.check(content, CLASSES)
    return raised.value.sentence


def test_signs_nobody_sees_are_as_if_they_were_not_there(row: Make) -> None:
    odd = row(许可证号="\u202a350802100009\u202c", 手机="\u202d13800007788\u202c", 店主="王\u200b建\u2060国\ufe0f")
    odd[COLUMNS.index("客户类型")] = "普通\u200b终端"
    header = [f"{name}\u200b" if name == "手机" else f"\u3164{name}" for name in COLUMNS]
    for content in (
        roster(odd, header=header),
        b"\xef\xbb\xbf\xef\xbb\xbf" + "\n".join(",".join(each) for each in (header, odd)).encode(),
    ):
        found = only(content)
        assert (found.licence, found.phone) == ("350802100009", "13800007788")
        assert (found.keeper, found.class_name) == ("王建国", "普通终端")


@pytest.mark.on_sqlite
def test_what_holds_no_value_is_named_and_never_taken_for_left_empty(house: Any, row: Make, tmp_path: Any) -> None:
    path = tmp_path / "roster.xlsx"
    header = [*COLUMNS, "标签"]
    path.write_bytes(roster([*row(许可证号="350802100001"), "老店"], header=header))
    assert house.flask("people", "import", str(path)).exit_code == 0
    known = row(许可证号="350802100001", 地址=FAULT.format("E2"), 客户经理=NO_RESULT, 经理手机=NO_RESULT)
    path.write_bytes(roster([*known, '<c r="J2" t="str"><f>A2</f><v>#N/A</v></c>'], header=header))
    done = house.flask("people", "import", str(path))
    assert done.exit_code == 1
    assert [line.split("。")[0] for line in done.stderr.splitlines()[:-1]] == [
        "E2 地址是错误值 #REF!",
        "H2 客户经理是公式，文件里没有算好的结果",
        "I2 经理手机是公式，文件里没有算好的结果",
        "J2 标签是错误值 #N/A",
    ]
    whole = [FAULT.format(f"{letter}2") for letter in "ABCDEFGHI"]
    assert len(lines_of(roster(whole, row()))) == 9
    assert refusal(roster(row(), header=[*COLUMNS[:-1], COLUMNS[-1], NO_RESULT])).startswith("表头 J1 是公式")
    nothing = '<c r="{}" t="str"><f>IF(A3="","",A3)</f><v></v></c>'
    filled_down = {place: nothing.format(place) for place in ("A3", "I3", "A1048576")}
    assert checking.check(workbook({"名单": rows([COLUMNS, row()]) | filled_down}), CLASSES).count == 1
    # An empty text that a formula gave is a value; an error that was exported is none.
    assert only(roster(row(地址='<c r="E2" t="str"><f>""</f><v></v></c>'))).address == ""
    for error in ("#N/A", " #DIV/0!", "\u200b#name?", "#BUSY!", "Err:502"):
        [line] = lines_of("\n".join(",".join(each) for each in (COLUMNS, row(地址=error))).encode())
        assert line == f"E2 地址是错误值 {plain(error)}"
    # Programs that only write formulas leave out even the place of the value.
    for cell in ('<c r="E2" t="str"><f>A1</f></c>', '<c r="E2" t="e"><v/></c>'):
        assert len(lines_of(roster(row(地址=cell)))) == 1


def test_a_number_is_what_its_format_shows(row: Make) -> None:
    shown = row(许可证号=formatted("A2", 35080210001))
    assert only(roster(shown, number_format="000000000000")).licence == "035080210001"
    assert only(roster(shown, number_format="0_ ")).licence == "35080210001"
    assert only(roster(shown, number_format="#,##0")).licence == "35080210001"
    for hidden in ('"35"0', "0000-0000-0000", "0%", "# ?/?", "[>9]0;000000000000", ";;;", "[DBNum1]General"):
        [line] = lines_of(roster(shown, number_format=hidden))
        assert line.startswith("A2 许可证号存的是“35080210001”，显示的却不同")


@pytest.mark.parametrize(
    ("cell", "number_format", "said"),
    [
        (formatted("B2", 46086), "m-d", "B2 店名被 Excel 读成了日期“2026-03-05”"),
        (formatted("B2", 46086), 'yyyy"年"m"月"d"日"', "B2 店名被 Excel 读成了日期“2026-03-05”"),
        (formatted("B2", 0.2993055555555555), "h:mm", "B2 店名被 Excel 读成了时间“07:11:00”"),
        ('<c r="B2" t="b"><v>1</v></c>', "General", "B2 店名被 Excel 读成了是/否“TRUE”"),
    ],
)
def test_what_excel_made_of_a_name_is_refused(row: Make, cell: str, number_format: str, said: str) -> None:
    [line] = lines_of(roster(row(店名=cell), number_format=number_format))
    assert line.startswith(said)


@pytest.mark.parametrize(
    "made",
    ["2026/3/5", "3月5日", "5-Mar", "7:11:00", "TRUE", "True", "3/5/2026", "5-Mar-26", "7:11 AM", "2026年3月5日"],
)
def test_what_excel_made_of_a_name_before_it_wrote_a_csv_is_refused_too(row: Make, made: str) -> None:
    [line] = lines_of("\n".join(",".join(each) for each in (COLUMNS, row(地址=made))).encode())
    assert line.startswith("E2 地址被 Excel 读成了")


def test_a_merged_cell_holds_for_all_its_rows(row: Make) -> None:
    lines = [row(许可证号=f"35080210001{n}") for n in range(5)]
    for n, line in enumerate(lines):
        if n not in (0, 3):
            line[-2:] = ["", "<v></v>"]
    lines[3][-2:] = ["林小燕", "13900002202"]
    merged = ["H2:H4", "I2:I4", "H5:H6", "I5:I6"]
    found = checking.check(roster(*lines, merged=merged), CLASSES)
    assert [each.manager_phone for each in found.rows()] == ["13900002201"] * 3 + ["13900002202"] * 2
    assert found.notices == ("合并的单元格按每一行都是同一个值读：H2:H4、I2:I4、H5:H6、I5:I6。",)
    assert refusal(roster(*lines, merged=["H2:I4"])).startswith("H2:I4 合并了几列")
    assert refusal(roster(row(), merged=["B1:C1"])).startswith("B1:C1 合并了几列")
    # Merged over rows in which nothing else stands, it makes no shop.
    assert checking.check(roster(row(), merged=["H2:H90"]), CLASSES).count == 1


def test_cells_keep_their_own_names_wherever_the_table_begins(row: Make) -> None:
    content = workbook({"名单": rows([COLUMNS, row(手机="1380000")], first=3, left="B")})
    assert lines_of(content) == ["E4 手机“1380000”不是 11 位手机号（座机要带区号）"]


def test_a_second_sheet_with_shops_is_not_left_out_in_silence(row: Make) -> None:
    both = {name: rows([COLUMNS, row()]) for name in ("城区", "江山")} | {"说明": rows([["许可证号", "怎么填"]])}
    found = checking.check(workbook(both), CLASSES)
    assert found.notices == ("只读了工作表“城区”，这些工作表也是名单，没有读：江山。要导入它们，请分别另存再导入。",)


def test_tags_are_parted_by_signs_of_any_width(row: Make) -> None:
    for sign in ("、", "，", "；", ",", ";", "｜", "\n"):
        assert only(roster([*row(), f"老店{sign} 新\u200b店"], header=[*COLUMNS, "标签"])).tags == ("新店", "老店")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "gb18030", "utf-8-sig"])
@pytest.mark.parametrize("ends", ["\r", "\r\n"])
def test_a_csv_is_read_in_any_letters_it_does_not_name(row: Make, encoding: str, ends: str) -> None:
    assert only(ends.join("\t".join(each) for each in (COLUMNS, row(店主="王𠮷"))).encode(encoding)).keeper == "王𠮷"


def test_two_columns_nobody_reads_may_have_one_name(row: Make) -> None:
    found = checking.check(roster([*row(), "a", "b"], header=[*COLUMNS, "备注", "备注"]), CLASSES)
    assert found.notices == ("这些列用不到，已忽略：备注。",)


@pytest.mark.parametrize("separator", [";", "\t", "|", "，"])
def test_a_title_with_commas_hides_no_separator(row: Make, separator: str) -> None:
    text = "2026年9月名单(城区,古田,江山,,,,,,,,)\n" + "\n".join(separator.join(each) for each in (COLUMNS, row()))
    assert only(text.encode()).shop == "城南便利店"


def test_a_csv_that_keeps_its_numbers_for_excel_is_read_for_what_it_shows(row: Make) -> None:
    cells = row(许可证号='"=""035080210001"""', 店名='"=""城南""""王""""记"""', 手机='="05972201234"')
    found = only("\n".join(",".join(each) for each in (COLUMNS, cells)).encode())
    assert (found.licence, found.shop, found.phone) == ("035080210001", '城南"王"记', "05972201234")


def test_nobodys_file_takes_the_worker_down(row: Make) -> None:
    far = rows([COLUMNS, row()]) | {"XFD1048576": text("XFD1048576", "x")}
    good = roster(row())
    rels = "xl/sharedStrings.xml"
    deep = {"xl/worksheets/0.xml": "<worksheet><sheetData>" + "<a>" * 100_000}
    names = {"xl/worksheets/0.xml": "<worksheet>" + "".join(f"<n{n}/>" for n in range(100_000))}
    token = {"xl/worksheets/0.xml": "<worksheet><!--" + "<a> " * 1_000_000 + "--></worksheet>"}
    attribute = {"xl/worksheets/0.xml": '<worksheet a="' + "a" * 4_000_000 + '"/>'}
    long = {rels: "<sst><si><t>" + "店" * 2_000_000 + "</t></si></sst>"}
    laughs = '<!DOCTYPE w [<!ENTITY a "' + "x" * 1000 + '"><!ENTITY b "' + "&a;" * 1000 + '">]>'
    shared = row(店名='<c r="B2" t="s"><v>0</v></c>')
    many = {f"xl/{n}.xml": "" for n in range(2100)}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    hostile = [
        ("表格太大：XFD1048576 还有内容，最多 500,000 行、500 列", workbook({"名单": far})),
        ("表格太大：展开后有 900 MB，最多 512 MB", workbooks.claiming(roster(shared), rels, 900 << 20)),
        ("表格太大：有一格超过 40,000 个字", roster(shared, parts=long)),
        ("表格太大：工作簿里有 2,106 个部分", roster(row(), parts=many)),
        ("打不开这个文件", roster(row(), parts=deep)),
        ("打不开这个文件", roster(row(), parts=names)),
        ("打不开这个文件", roster(row(), parts=token)),
        ("打不开这个文件", roster(row(), parts=attribute)),
        ("打不开这个文件", roster(row(), head=laughs)),
        ("打不开这个文件", good[: len(good) // 2]),
        ("打不开这个文件", roster(row(), kept=14)),
        ("这是旧式的 Excel 文件", b"\xd0\xcf\x11\xe0" + bytes(600)),
        ("这个文件加了密码", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le")),
        ("文件里有不能读的空字符", ",".join(COLUMNS).encode() + b"\n35\x00"),
        ("表格太大：有一行超过 1,048,576 个字", (",".join(COLUMNS) + '\n"' + 'a","b\n' * 300_000).encode()),
        ("表格太大：A500001 还有内容", b"\n" * 600_000),
    ]
    for said, content in hostile:
        assert refusal(content).startswith(said)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 200, f"{grown} MB"
    # What stands on another sheet is not looked at.
    beside = workbook({"名单": rows([COLUMNS, row()]), "别的": far})
    assert only(beside).licence == "350802100009"


@pytest.mark.on_sqlite
def test_a_file_is_known_by_what_it_holds_and_too_large_before_it_is_read(house: Any, row: Make, tmp_path: Any) -> None:
    path = tmp_path / "roster.csv"
    with path.open("wb") as file:
        file.truncate(500 << 20)
    done = house.flask("people", "import", str(path))
    assert done.exit_code == 1 and done.stderr.startswith("表格太大：文件有 500 MB，最多 64 MB")
    (tmp_path / "a.csv").write_bytes(roster(row()))
    (tmp_path / "b.xlsx").write_text("\n".join(",".join(each) for each in (COLUMNS, row())), encoding="gbk")
    for name in ("a.csv", "b.xlsx"):
        assert house.flask("people", "import", str(tmp_path / name)).exit_code == 0


def test_control_signs_a_workbook_hides_do_no_harm(row: Make) -> None:
    found = checking.check(roster([*row(店名="城南_x0000__xD800_店"), "x"], header=[*COLUMNS, "备_x0000_注"]), CLASSES)
    [read] = found.rows()
    assert read.shop == "城南 店" and "\0" not in found.notices[0]


def test_an_exported_roster_brought_back_unchanged_changes_nothing(office) -> None:
    with office.house.look() as session:
        shop = session.scalars(select(Retailer).order_by(Retailer.id)).first()
        licence = shop.licence
    text_of = "\n".join([",".join(COLUMNS), f"{licence},老李食杂店,李国强,13600008888,南门,南门片,普通终端,,"])
    # Texts that a program could take for something else.
    for n, odd in enumerate(("_x0041_店", "=1+1", "-5", "007", '"""南"",门"', "<r>店</r>", "🏪店")):
        text_of += f"\n03508020{n}Ab,{odd},{odd},0597220123{n},{odd},南门片,普通终端,陈志强,13900002201"
    browser = office.browser("market")
    first = _brought_in(office, browser, text_of.encode(), "名单\x00\u202e.csv")
    assert "更新 1 家" in first
    browser.get("/console/people")
    asked = browser.post("/console/people/export")
    office.work()
    exported = browser.get(f"{asked.location}/file").data
    told = _brought_in(office, browser, exported, "名单.xlsx")
    assert "新增 0 家，更新 0 家，不变 10 家" in told


def _brought_in(office: Any, browser: Any, content: bytes, name: str) -> str:
    browser.get("/console/people/import")
    page = browser.post("/console/people/import", {"file": (io.BytesIO(content), name)}).location
    office.work()
    checked = browser.get(page)
    assert checked.status_code == 200 and "\0" not in checked.text
    done = browser.post(f"{page}/confirm").location
    office.work()
    return browser.get(done).text


def test_the_reader_says_how_much_a_part_really_holds() -> None:
    content = workbooks.claiming(roster(), "xl/worksheets/0.xml", 10)
    with pytest.raises(Refused, match="打不开这个文件"):
        [list(sheet.rows()) for sheet in reading.sheets(content, checking.LIMITS)]
