"""Template of the file of brands: its headings with an example, and a sheet that says how to fill it in."""

from typing import BinaryIO

from broadcasts.rules.brand_file import AREA, BRAND, HEADINGS, MONTH, SOLD, TARGET
from foundation.workbooks.writing import Heading, Workbook

WIDTHS = (20, 18, 12, 14, 14)
EXPLAINED = (
    ("列", "怎么填"),
    (BRAND, "和“品牌”页上的名称写得一样。"),
    (AREA, "和“片区”页上的名称写得一样。同一个品牌和月份，上级片区和它下面的片区只写一级，不然会算重。"),
    (MONTH, "2026-11 或 2026年11月。"),
    (TARGET, "这个片区这个月要卖多少，整数。各行用同一个单位（条）。还没有定目标的写 0，不算完成率。"),
    (SOLD, "已经卖了多少，整数，单位和目标一样。"),
    (
        "说明",
        "每行一个品牌、片区和月份。再导入一次，同一品牌、片区、月份的数换成新的，别的不动。有一处不对，整张表都不会导入。",
    ),
)


def write(target: BinaryIO) -> None:
    """Write the template as .xlsx."""
    with Workbook(target) as book:
        sheet = book.sheet("品牌", WIDTHS)
        sheet.freeze_panes(1, 0)
        sheet.write(map(Heading, HEADINGS))
        notes = book.sheet("说明", (12, 90))
        head, *lines = EXPLAINED
        notes.write(map(Heading, head))
        for line in lines:
            notes.write(line)
