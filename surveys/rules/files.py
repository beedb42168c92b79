"""Files of surveys: their layout, and the workbook and the Word document handed out to authors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from foundation.documents import writing
from questions.authoring import excel_file, excel_template, yaml_file
from questions.authoring.layout import AuthoredFile, FileLayout, Names
from surveys.rules.review import CALLED

LAYOUT = FileLayout(
    called=CALLED,
    rows={
        "标题": "title",
        "开始时间": "opens",
        "结束时间": "closes",
        "对象": "audience",
        "匿名": "anonymous",
        "最短用时": "min_seconds",
        "结果公布": "results",
        "说明": "intro",
        "总名额": "limit",
        "片区名额": "area_limits",
        "客户类型名额": "class_limits",
    },
    also={
        "开放时间": "opens",
        "开始": "opens",
        "结束": "closes",
        "截止时间": "closes",
        "调查对象": "audience",
        "结果": "results",
    },
    names={
        "audience": Names(
            {"客户类型": "class", "片区": "area", "客户经理": "manager", "标签": "tag", "类型": "class"},
            "应如 客户类型=现代终端、普通终端",
        )
    },
    narrowing=("audience", "limit", "area_limits", "class_limits"),
)
_RESULTS = {"none": "不公布", "after": "结束后公布", "live": "填完就公布"}

_HEAD = (
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
    ("q1", "单选", "您对客户经理的服务满意吗？", "非常满意\n满意\n一般\n不满意", "", "", "", "", "是", "", ""),
    ("q2", "多选", "您最希望改进哪些？", "送货时间\n货源信息\n上门拜访", "是", "2", "", "", "是", "", ""),
    ("q3", "评分", "请给本季度服务打分（1-5）", "", "", "", "", "", "是", "", ""),
    ("q4", "推荐度", "您愿意向同行推荐我们的服务吗？（0-10）", "", "", "", "", "", "是", "", ""),
    ("q5", "数字", "您店里平均每天来多少位顾客？", "", "", "5000", "0", "0", "否", "", ""),
    ("q6", "文本", "不满意的原因是？", "", "", "", "", "", "是", "q1=一般、不满意", ""),
    ("q7", "照片", "请拍一张陈列照片", "", "", "", "", "", "否", "", ""),
)
_SAMPLE = (
    "结束时间：2027-09-30 20:00",
    "对象：客户类型=现代终端、普通终端",
    "说明：想听听您对服务的意见，您的回答只用来改进服务。",
    "1. 您对客户经理的服务满意吗？",
    *("A. 非常满意", "B. 满意", "C. 一般", "D. 不满意"),
    "2. 您最希望改进哪些？（多选，最多选 2 项）",
    *("A. 送货时间", "B. 货源信息", "C. 上门拜访", "D. 其他（请注明）____"),
    "3. 请给本季度服务打分（1-5）【评分】",
    "4. 您愿意向同行推荐我们的服务吗？（0-10）【推荐度】",
    "5. 您店里平均每天来多少位顾客？【数字】（选填）",
    *("最少：0", "最多：5000"),
    "6. 您有什么建议？【文本】",
    "7. 请拍一张陈列照片【照片】（选填）",
)


def of_yaml(content: bytes | str) -> AuthoredFile:
    """Read a YAML file. Raises Refused naming the line."""
    return yaml_file.parse(content, LAYOUT)


def of_workbook(content: bytes) -> AuthoredFile:
    """Read an .xlsx file. Raises Refused naming the cells."""
    return excel_file.parse(content, LAYOUT)


def template() -> bytes:
    """Return the workbook handed out to authors; it can be read as a survey as it is.

    >>> of_workbook(template()).data["anonymous"]
    '否'
    """
    return excel_template.packed(LAYOUT, _HEAD, _QUESTIONS)


def sample() -> bytes:
    """Return the Word document handed out to authors; it can be read as a survey as it is.

    >>> from questions.authoring import word_file
    >>> len(word_file.parse(sample(), LAYOUT).data["questions"])
    7
    """
    return writing.packed(_HEAD[0][0], _SAMPLE)


def filled(written: Mapping[str, Any], *, with_codes: bool) -> bytes:
    """Return the workbook with a survey in it, as its author would write it; options carry their codes where they were
    published. What a cell cannot express is left out: the caller reads it again and compares."""
    about = dict(written) | {
        "audience": excel_template.names(written.get("audience") or {}, LAYOUT.names["audience"].words),
        "anonymous": "是" if written.get("anonymous") else "否",
        "results": _RESULTS.get(written.get("results", "none"), ""),
    }
    values = [str(about.get(key, "")) for key in LAYOUT.rows.values()]
    rows = [excel_template.row(question, with_codes=with_codes) for question in written.get("questions", ())]
    return excel_template.packed(LAYOUT, [(value, note) for value, (_, note) in zip(values, _HEAD, strict=True)], rows)
