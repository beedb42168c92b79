"""Workbook of a course handed out to authors: an example to overwrite."""

from courses.rules.files import LAYOUT
from questions.authoring import excel_template

_HEAD = (
    ("怎么辨别真假烟", "最多 60 字"),
    ("三分钟一课，学完发证书。", "开始前先看到，可以不写"),
    ("1", "每几天放出一课；不写就是一次全放出"),
    ("10:00", "放出新课的时间；不写就是 10:00"),
    ("是", "是：学完前一课才有后一课"),
    ("否", "是：必学，没学完会提醒"),
    ("是", "是：学完发结业证书"),
    ("否", "是：给客户经理学，店看不到"),
    ("", "写法是 客户类型、等号、现代终端；也可用 片区、客户经理、标签；不写：全部已绑定的店"),
    ("", "如 2026-12-01 08:00；不写就是发布后开始"),
    ("", "不写就由人结束"),
    ("", "先学完哪门课，才能开始这一门：写编号，如 course:2；不写就是不用"),
)
_ROWS = (
    ("看封签", "封签贴在小盒顶部**正中**。", "", "", "", "", "", "", "", "", "", "", ""),
    (
        *("", "- 花纹清楚\n- 贴得平整", "", "", "", "", ""),
        *("单选", "封签应贴在哪一面？", "正面\n背面\n顶部", "C", "封签贴在小盒顶部。", ""),
    ),
    ("看喷码", "三十二位码喷在条包上，可以查询。", "", "", "", "", "", "", "", "", "", "", ""),
)


def template() -> bytes:
    """Return the workbook; it can be read as it is.

    >>> from courses.rules import files
    >>> [len(each["screens"]) for each in files.parse(template(), "微课.xlsx").data["lessons"]]
    [2, 1]
    """
    return excel_template.packed(LAYOUT, _HEAD, _ROWS)
