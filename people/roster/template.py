"""Roster template: an empty table with an example row, and a sheet of instructions."""

from typing import BinaryIO

from foundation.workbooks.writing import Digits, Heading, Workbook
from people.models import CLASSES
from people.roster.headings import COLUMNS
from people.roster.row_reader import EXAMPLE

EXAMPLE_ROW = (
    EXAMPLE,
    "城南便利店",
    "王建国",
    "13800008899",
    "新罗区城南路 12 号",
    "城区一片",
    CLASSES[0],
    "陈志强",
    "13900002201",
)
WIDTHS = (20, 22, 12, 16, 32, 14, 14, 12, 16)
#: Rows with text format and the drop-down of classes, which Excel does not allow for a whole column.
PREPARED = 20_000
EXPLAINED = (
    ("列", "怎么填"),
    ("许可证号", "6 到 32 位数字或字母，每家店一个，不能重复。已有的店按它更新，没有的新增。"),
    ("店名", "必填，最多 80 个字。"),
    ("店主", "必填。"),
    ("手机", "11 位手机号；座机要带区号，如 05972201234。绑定时用它的后四位核对。改手机号不会解绑。"),
    ("地址", "可以不填；整列去掉，原来的地址不变。"),
    ("片区", "必填。没有的片区会自动新增，由该片区里家数最多的客户经理负责。"),
    ("客户类型", "必填，只能是：" + "、".join(CLASSES) + "（以系统里的为准）。"),
    ("客户经理", "姓名。和经理手机一起填，或一起空着（空着由片区的客户经理负责）。"),
    ("经理手机", "同一个手机只能是同一位客户经理。"),
    ("标签", "可以自己加这一列，几个标签用“、”隔开。有这一列，标签以表格为准，空着就是去掉；不加这一列，标签不变。"),
    ("说明", "第 2 行是示例，导入时会跳过，可以删掉。列的顺序可以变，表头的字不要改。有一处不对，整张表都不会导入。"),
)


def write(target: BinaryIO) -> None:
    """Write the template as .xlsx; the cells to be filled in are text, so that Excel drops no leading 0."""
    with Workbook(target) as book:
        sheet = book.sheet("零售户", WIDTHS, columns=Digits)
        sheet.freeze_panes(1, 0)
        sheet.write(map(Heading, COLUMNS))
        sheet.write(map(Digits, EXAMPLE_ROW))
        where = COLUMNS.index("客户类型")
        sheet.data_validation(
            1,
            where,
            PREPARED,
            where,
            {
                "validate": "list",
                "source": list(CLASSES),
                "error_type": "warning",
                "error_title": "客户类型",
                "error_message": "请从列表里选；系统里另有的类型也可以填。",
            },
        )
        notes = book.sheet("说明", (12, 90))
        head, *lines = EXPLAINED
        notes.write(map(Heading, head))
        for line in lines:
            notes.write(line)
