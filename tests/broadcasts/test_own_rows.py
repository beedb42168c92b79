"""Own rows of a service notice: read from a table with every fault named by its cell."""

from io import BytesIO

import pytest
from openpyxl import Workbook

from broadcasts.rules import own_rows
from foundation.errors import Refused

HEAD = ["许可证号", "级别", "可订", "紧俏货源"]


def workbook(rows) -> bytes:
    book, file = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def lines(rows) -> list[str]:
    with pytest.raises(own_rows.WrongRows) as wrong:
        own_rows.read(workbook(rows))
    return wrong.value.lines


def test_each_row_is_a_shops_own_with_its_values_as_excel_shows_them() -> None:
    found = own_rows.read(
        workbook([["本周货源"], HEAD, ["350802100001", "十二档", 86, "2 条"], [350802100002, "A", None, 0.5]])
    )
    assert found.headings == ("级别", "可订", "紧俏货源")
    assert [(row.number, row.licence, row.values) for row in found.rows] == [
        (3, "350802100001", ("十二档", "86", "2 条")),
        (4, "350802100002", ("A", "", "0.5")),
    ]


def test_every_fault_is_named_by_its_cell_and_nothing_is_read() -> None:
    assert lines(
        [
            HEAD,
            ["350802100001", "十二档", 86, ""],
            ["", "十二档", 86, ""],
            ["十二", "十二档", 86, ""],
            ["350802100001", "A", 1, ""],
            ["350802100003", "", None, ""],
            ["350802100004", "长" * 61, 1, ""],
            ["350802100005", "A", 1, "", "多出来的"],
            [3508021000010001, "A", 1, ""],
        ]
    ) == [
        "A3 没有写许可证号。",
        "A4 的“十二”不是许可证号。",
        "A5 和第 2 行是同一家店。",
        "第 6 行除了许可证号什么都没有写。",
        "B7 太长，最多 60 个字。",
        "E8 有内容，可是这一列没有栏目名。",
        "A9 的许可证号位数太多，Excel 已经改掉了后几位，请把这一列设成文本再填。",
    ]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([["店名", "可订"], ["城南", 1]], "前 10 行里没有找到“许可证号”这一列。"),
        ([["许可证号", "许可证号", "可订"]], "表头里有两列“许可证号”，请只留一列。"),
        ([HEAD], "表里没有一家店。请在表头下面每行写一家：许可证号，和要告诉它的内容。"),
    ],
)
def test_a_table_without_licences_or_without_shops_is_refused(rows, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence.replace("（", ".").replace("）", ".")):
        own_rows.read(workbook(rows))


def test_headings_are_few_short_and_different() -> None:
    assert (
        lines([["许可证号"], ["350802100001"]])[0] == "第 1 行只有“许可证号”，请再写上要告诉各店的栏目，如：可订数量。"
    )
    assert lines([["许可证号", "可订", "可订"], ["350802100001", 1, 2]]) == ["C1 的“可订”前面已有一列。"]


def test_the_digest_changes_with_every_value() -> None:
    first, other = (own_rows.read(workbook([HEAD, ["350802100001", "A", n, ""]])) for n in (1, 2))
    assert first.digest != other.digest
