"""Reading and checking a roster: what is right is read, what is wrong is named by its cell."""

import io
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter

from foundation.errors import Refused
from foundation.workbooks import reading
from people.models import CLASSES
from people.roster import checking, headings, template
from people.roster.mistakes import TOLD, WrongRoster
from people.roster.row_reader import EXAMPLE, RosterRow

Make = Callable[..., Any]


def lines(content: bytes) -> list[str]:
    with pytest.raises(WrongRoster) as raised:
        checking.check(content, CLASSES)
    return raised.value.lines


def only(content: bytes) -> RosterRow:
    [row] = checking.check(content, CLASSES).rows()
    return row


def test_a_phone_that_is_too_short_is_named_by_its_cell(xlsx: Make, row: Make) -> None:
    content = xlsx(*(row(许可证号=f"35080210001{n}") for n in range(3)), row(手机="1390000"))
    assert lines(content) == ["D5 手机“1390000”不是 11 位手机号（座机要带区号）"]


def test_all_mistakes_are_told_at_once(xlsx: Make, row: Make) -> None:
    found = lines(
        xlsx(
            row(许可证号="12", 店名="", 客户类型="超级终端"),
            row(店主="王" * 41, 经理手机="7"),
            row(许可证号="350802100010", 片区=None),
        )
    )
    assert [line.split()[0] for line in found] == ["A2", "B2", "G2", "C3", "I3", "F4"]
    assert found[2] == "G2 客户类型“超级终端”不认识，只能是：" + "、".join(sorted(CLASSES))
    assert found[1] == "B2 店名没有填"


def test_many_mistakes_are_capped_and_counted(xlsx: Make, row: Make) -> None:
    with pytest.raises(WrongRoster) as raised:
        checking.check(xlsx(*(row(许可证号=f"3508021{n:05}", 手机="1") for n in range(250))), CLASSES)
    assert raised.value.count == 250
    assert len(raised.value.lines) == TOLD + 1
    assert raised.value.lines[-1] == "还有 50 处没有列出。"


def test_a_licence_twice_names_both_rows(xlsx: Make, row: Make) -> None:
    content = xlsx(row(), row(许可证号="350802100010"), row(许可证号=" ３５０８０２１００００９ "))
    assert lines(content) == ["A4 许可证号350802100009和第 2 行重复"]


def test_one_phone_with_two_managers_names_both(xlsx: Make, row: Make) -> None:
    [line] = lines(xlsx(row(), row(许可证号="350802100010", 客户经理="林小燕")))
    assert line == "H3 客户经理“林小燕”的手机 13900002201 在第 2 行是“陈志强”的"


def test_a_manager_without_a_phone_is_a_mistake_and_neither_is_none(xlsx: Make, row: Make) -> None:
    assert lines(xlsx(row(经理手机=""))) == ["I2 经理手机没有填"]
    assert lines(xlsx(row(客户经理=""))) == ["H2 客户经理没有填"]
    assert checking.check(xlsx(row(客户经理="", 经理手机="")), CLASSES).areas == {"城区一片": ""}


def test_numbers_are_read_as_their_digits(xlsx: Make, row: Make) -> None:
    found = only(xlsx(row(许可证号=350802100009, 手机=13800007788, 店名=168)))
    assert (found.licence, found.phone, found.shop) == ("350802100009", "13800007788", "168")


def test_a_number_excel_has_rounded_is_refused_with_advice(xlsx: Make, row: Make) -> None:
    [line] = lines(xlsx(row(许可证号=3508021000010001234)))
    assert line.startswith("A2 许可证号") and "设为文本" in line


def test_a_licence_written_with_an_exponent_is_refused_with_advice(row: Make) -> None:
    text = "\n".join(",".join(cells) for cells in (headings.COLUMNS, row(许可证号="3.50802E+11")))
    [line] = lines(text.encode())
    assert line.startswith("A2 许可证号“3.50802E+11”") and "设为文本" in line


def test_columns_come_in_any_order_and_headings_with_blanks(xlsx: Make, row: Make) -> None:
    header = [f" {name} " for name in reversed(headings.COLUMNS)]
    found = only(xlsx(list(reversed(row())), header=header))
    assert (found.licence, found.shop, found.area) == ("350802100009", "城南便利店", "城区一片")


def test_a_title_above_the_header_does_no_harm_and_cells_keep_their_names(xlsx: Make, row: Make) -> None:
    content = xlsx(list(headings.COLUMNS), row(手机="1"), header=["零售户名单"])
    assert lines(content)[0].startswith("D3 ")


def test_missing_columns_are_all_named(xlsx: Make) -> None:
    with pytest.raises(Refused) as raised:
        checking.check(xlsx(header=["许可证号", "店名"]), CLASSES)
    assert raised.value.sentence == "表头缺少列：店主、手机、片区、客户类型、客户经理、经理手机。"


def test_a_heading_twice_is_refused(xlsx: Make) -> None:
    with pytest.raises(Refused, match="两列“手机”（D 和 J）"):
        checking.check(xlsx(header=[*headings.COLUMNS, "手机"]), CLASSES)


def test_unknown_columns_are_ignored_with_a_notice_and_the_address_may_be_missing(xlsx: Make, row: Make) -> None:
    header = ["备注" if name == "地址" else name for name in headings.COLUMNS]
    roster = checking.check(xlsx(row(), header=header), CLASSES)
    assert roster.notices == ("这些列用不到，已忽略：备注。",)
    assert next(roster.rows()).address is None


def test_tags_are_read_apart(xlsx: Make, row: Make) -> None:
    found = only(xlsx([*row(), "老店、示范店,老店"], header=[*headings.COLUMNS, "标签"]))
    assert found.tags == ("示范店", "老店")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_in_the_ways_excel_writes_it(row: Make, encoding: str, delimiter: str) -> None:
    cells = row(地址='"城南路 1 号\n二楼"', 许可证号='="350802100009"')
    text = "\r\n".join(delimiter.join(each) for each in (headings.COLUMNS, cells)) + "\r\n\r\n"
    found = only(text.encode(encoding))
    assert (found.licence, found.shop, found.address) == ("350802100009", "城南便利店", "城南路 1 号 二楼")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 not a workbook",
        b"\xd0\xcf\x11\xe0 nor this",
        bytes(range(256)),
        b"\xff\xfe\xff",
        b"a,b\n1,2",
    ],
)
def test_what_is_no_roster_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        checking.check(content, CLASSES)
    assert "template" not in refusal.value.sentence, "a page says it, to people who type no commands"


def test_a_header_alone_is_refused(xlsx: Make) -> None:
    with pytest.raises(Refused, match="没有可导入的内容"):
        checking.check(xlsx(), CLASSES)


def test_a_sheet_with_a_cell_far_away_is_refused_before_it_fills_the_memory() -> None:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    sheet.write_string(0, 0, "许可证号")
    sheet.write_string(1_048_575, 16_383, "x")
    book.close()
    with pytest.raises(Refused) as raised:
        checking.check(target.getvalue(), CLASSES)
    assert raised.value.sentence.startswith("表格太大：XFD1048576 还有内容，最多 500,000 行、500 列")


def test_the_template_can_be_filled_in_and_read_and_its_example_is_left_out(row: Make) -> None:
    target = io.BytesIO()
    template.write(target)
    with pytest.raises(Refused, match="没有可导入的内容"):
        checking.check(target.getvalue(), CLASSES)
    first, _ = reading.sheets(target.getvalue(), checking.LIMITS)
    assert next(first.rows()) == (1, dict(enumerate(headings.COLUMNS)))


def test_a_forgotten_example_is_left_out_with_a_notice(xlsx: Make, row: Make) -> None:
    roster = checking.check(xlsx(row(许可证号=EXAMPLE), row()), CLASSES)
    assert roster.count == 1
    assert roster.notices == ("第 2 行是模板的示例，没有导入。",)


def test_progress_is_told_to_the_end(xlsx: Make, row: Make) -> None:
    seen: list[tuple[int, int]] = []
    checking.check(xlsx(row()), CLASSES, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (2, 2)


def test_signs_nobody_sees_are_taken_out(xlsx: Make, row: Make) -> None:
    assert only(xlsx(row(店名="\u200b城南\x01便利店\ufeff "))).shop == "城南 便利店"
