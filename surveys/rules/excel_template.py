"""The workbook handed out to authors: an example to overwrite, every cell text so that 0-6 stays 0-6."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from foundation.workbooks.writing import Digits, Heading, Workbook
from surveys.rules.excel_file import ABOUT, ABOUT_KEYS, COLUMNS, QUESTIONS
from surveys.rules.question import CHINESE_TYPES
from surveys.rules.shape import QuestionType

_ABOUT = (
    ("2027年三季度服务满意度调查", "必填，最多 60 字"),
    ("2027-07-01 08:00", "不填：发布后就开始"),
    ("2027-09-30 20:00", "不填：由人结束"),
    ("客户类型=现代终端、普通终端", "不填：全部已绑定的店；也可用 片区、客户经理、标签，一行一项"),
    ("否", "是 或 否"),
    ("", "秒；答得比这还快的不算有效"),
    ("不公布", "不公布、结束后公布，或 填完就公布（只有一道选择题的投票）"),
    ("想听听您对服务的意见，您的回答只用来改进服务。", "不填也行；填写前先看到，最多 200 字"),
    ("", "不填：不限；收满这么多份有效的就不再收"),
    ("", "不填：不限；一行一个，如 城东=50"),
    ("", "不填：不限；一行一个，如 现代终端=50"),
)
_QUESTIONS = (
    ("q1", "单选", "您对客户经理的服务满意吗？", "非常满意\n满意\n一般\n不满意", "", "", "", "", "是", ""),
    ("q2", "多选", "您最希望改进哪些？", "送货时间\n货源信息\n上门拜访", "是", "2", "", "", "是", ""),
    ("q3", "评分", "请给本季度服务打分（1-5）", "", "", "", "", "", "是", ""),
    ("q4", "NPS", "您愿意向同行推荐我们的服务吗？（0-10）", "", "", "", "", "", "是", ""),
    ("q5", "数字", "您店里平均每天来多少位顾客？", "", "", "5000", "0", "0", "否", ""),
    ("q6", "文本", "不满意的原因是？", "", "", "", "", "", "是", "q1=一般、不满意"),
    ("q7", "照片", "请拍一张陈列照片", "", "", "", "", "", "否", ""),
)
_NOTES = (
    ("编码", "字母开头，如 q1；发布后不要改，同一编码的回答才能合在一起"),
    ("类型", "单选 多选 评分（1-5） NPS（0-10） 数字 文本 照片"),
    ("选项", "一行一个（在单元格里按 Alt+Enter 换行），或用 | 隔开；只改说法时写 [2] 比较满意，票数照旧合并"),
    ("选项名额", "写在选项后面，如 周六上午 [限20]：选的人满 20 个，别人就不能再选"),
    ("其他", "填 是，多一个让人自己写的选项"),
    ("最多 最少", "多选题：选几项；数字题：数值范围"),
    ("小数", "数字题可填几位小数：0、1 或 2"),
    ("必填", "不填就是必填；否：可以跳过"),
    ("显示条件", "只在前面的题这样回答时才问，如 q1=一般、不满意 或 q4=0-6；几个条件各占一行，要同时满足"),
)
_WRAPPED: Mapping[type, Mapping[str, Any]] = {
    Digits: {"num_format": "@", "text_wrap": True, "valign": "top"},
    Heading: {"num_format": "@", "text_wrap": True, "valign": "top", "bold": True},
}
#: A fixed day keeps the file the same, and the clock out of this room.
_MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)


def template() -> bytes:
    """The template as an .xlsx file; `excel_file.parse` reads it as it is. The same bytes every time.

    >>> template()[:2]
    b'PK'
    """
    return _packed([value for value, _ in _ABOUT], _QUESTIONS)


def filled(written: Mapping[str, Any], *, with_codes: bool) -> bytes:
    """The template with a survey in it, as its author would write it; options carry their codes where they were
    published. What a cell cannot say is left out: whoever hands the file on reads it again and compares.
    """
    words = {"none": "不公布", "after": "结束后公布", "live": "填完就公布"}
    about = dict(written) | {
        "audience": _audience(written.get("audience") or {}),
        "anonymous": "是" if written.get("anonymous") else "否",
        "results": words.get(written.get("results", "none"), ""),
    }
    values = [str(about.get(key, "")) for key in ABOUT_KEYS.values()]
    rows = [_row(question, with_codes=with_codes) for question in written.get("questions", ())]
    return _packed(values, rows)


def _audience(spec: Mapping[str, Any]) -> str:
    names = {"class": "客户类型", "area": "片区", "manager": "客户经理", "tag": "标签"}
    lines = []
    for key, value in spec.items():
        values = value if isinstance(value, list) else [value]
        if key in names:
            lines.append(f"{names[key]}=" + "、".join(map(str, values)))
    return "\n".join(lines)


def _row(question: Mapping[str, Any], *, with_codes: bool) -> tuple[str, ...]:
    options = [
        (f"[{each['code']}] " if with_codes else "") + each["text"] + (f" [限{each['most']}]" if "most" in each else "")
        for each in question.get("options", ())
    ]
    cells = {
        "code": question["code"],
        "type": QuestionType(question["type"]).label,
        "text": question["text"],
        "options": "\n".join(options),
        "other": "是" if question.get("other") else "",
        "max": question.get("max", ""),
        "min": question.get("min", ""),
        "decimals": question.get("decimals", ""),
        "required": "是" if question.get("required", True) else "否",
        "show_if": "\n".join(f"{code}=" + "、".join(wanted) for code, wanted in question.get("show_if", {}).items()),
    }
    return tuple(cells[key] for key in COLUMNS.values())


def _packed(values: Sequence[str], questions: Sequence[Sequence[str]]) -> bytes:
    packed = io.BytesIO()
    with Workbook(packed, formats=_WRAPPED, made_at=_MADE_AT) as book:
        about = book.sheet(ABOUT, (14, 40, 50), columns=Digits)
        for name, value, (_, note) in zip(ABOUT_KEYS, values, _ABOUT, strict=True):
            about.write((Heading(name), Digits(value), Digits(note)))
        asked = book.sheet(QUESTIONS, (8, 8, 40, 24, 8, 8, 8, 8, 8, 28), columns=Digits)
        asked.freeze_panes(1, 0)
        asked.write(map(Heading, COLUMNS))
        for question in questions:
            asked.write(map(Digits, question))
        asked.data_validation("B2:B200", {"validate": "list", "source": list(CHINESE_TYPES)})
        explained = book.sheet("说明", (14, 90))
        explained.freeze_panes(1, 0)
        explained.write((Heading("列"), Heading("怎么填")))
        for line in _NOTES:
            explained.write(map(Digits, line))
    return packed.getvalue()
