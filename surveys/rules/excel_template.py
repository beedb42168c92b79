"""The workbook handed out to authors: an example to overwrite, every cell text so that 0-6 stays 0-6."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from surveys.rules.excel_file import ABOUT, ABOUT_KEYS, COLUMNS, QUESTIONS
from surveys.rules.question import CHINESE_TYPES
from surveys.rules.shape import QuestionType

_ABOUT = (
    ("2027年三季度服务满意度调查", "必填,最多 60 字"),
    ("2027-07-01 08:00", "不填:发布后就开始"),
    ("2027-09-30 20:00", "不填:由人结束"),
    ("客户类型=现代终端、普通终端", "不填:全部已绑定的店;也可用 片区、客户经理、标签,一行一项"),
    ("否", "是 或 否"),
    ("", "秒;答得比这还快的不算有效"),
    ("不公布", "不公布、结束后公布,或 填完就公布(只有一道选择题的投票)"),
    ("想听听您对服务的意见,您的回答只用来改进服务。", "不填也行;填写前先看到,最多 200 字"),
    ("", "不填:不限;收满这么多份有效的就不再收"),
    ("", "不填:不限;一行一个,如 城东=50"),
    ("", "不填:不限;一行一个,如 现代终端=50"),
)
_QUESTIONS = (
    ("q1", "单选", "您对客户经理的服务满意吗?", "非常满意\n满意\n一般\n不满意", "", "", "", "", "是", ""),
    ("q2", "多选", "您最希望改进哪些?", "送货时间\n货源信息\n上门拜访", "是", "2", "", "", "是", ""),
    ("q3", "评分", "请给本季度服务打分(1-5)", "", "", "", "", "", "是", ""),
    ("q4", "NPS", "您愿意向同行推荐我们的服务吗?(0-10)", "", "", "", "", "", "是", ""),
    ("q5", "数字", "您店里平均每天来多少位顾客?", "", "", "5000", "0", "0", "否", ""),
    ("q6", "文本", "不满意的原因是?", "", "", "", "", "", "是", "q1=一般、不满意"),
    ("q7", "照片", "请拍一张陈列照片", "", "", "", "", "", "否", ""),
)
_NOTES = (
    ("编码", "字母开头,如 q1;发布后不要改,同一编码的回答才能合在一起"),
    ("类型", "单选 多选 评分(1-5) NPS(0-10) 数字 文本 照片"),
    ("选项", "一行一个(在单元格里按 Alt+Enter 换行),或用 | 隔开;只改说法时写 [2] 比较满意,票数照旧合并"),
    ("选项名额", "写在选项后面,如 周六上午 [限20]:选的人满 20 个,别人就不能再选"),
    ("其他", "填 是,多一个让人自己写的选项"),
    ("最多 最少", "多选题:选几项;数字题:数值范围"),
    ("小数", "数字题可填几位小数:0、1 或 2"),
    ("必填", "不填就是必填;否:可以跳过"),
    ("显示条件", "只在前面的题这样回答时才问,如 q1=一般、不满意 或 q4=0-6;几个条件各占一行,要同时满足"),
)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TEXT, _BOLD = 1, 2


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
    about = [(name, value, note) for name, value, (_, note) in zip(ABOUT_KEYS, values, _ABOUT, strict=True)]
    sheets = {
        ABOUT: _sheet(about, (14, 40, 50), head=False),
        QUESTIONS: _sheet([tuple(COLUMNS), *questions], (8, 8, 40, 24, 8, 8, 8, 8, 8, 28), lists={"B": CHINESE_TYPES}),
        "说明": _sheet([("列", "怎么填"), *_NOTES], (14, 90)),
    }
    parts = {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _workbook(list(sheets)),
        "xl/_rels/workbook.xml.rels": _relations(
            [("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)] + [("styles", "styles.xml")]
        ),
        "xl/styles.xml": _STYLES,
    }
    parts |= {f"xl/worksheets/sheet{n}.xml": sheet for n, sheet in enumerate(sheets.values(), start=1)}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            # A fixed date keeps the file the same, and the clock out of this room.
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), _HEAD + content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _sheet(
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    *,
    head: bool = True,
    lists: dict[str, Sequence[str]] | None = None,
) -> str:
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" style="{_TEXT}" customWidth="1"/>'
        for n, width in enumerate(widths, start=1)
    )
    lines = []
    for n, row in enumerate(rows, start=1):
        cells = []
        for at, value in enumerate(row):
            place = f"{chr(ord('A') + at)}{n}"
            style = _BOLD if (n == 1 if head else at == 0) else _TEXT
            text = f'<is><t xml:space="preserve">{escape(value)}</t></is>' if value else ""
            cells.append(
                f'<c r="{place}" s="{style}" t="inlineStr">{text}</c>' if text else f'<c r="{place}" s="{style}"/>'
            )
        lines.append(f'<row r="{n}">{"".join(cells)}</row>')
    frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' if head else ""
    checks = "".join(
        f'<dataValidation type="list" allowBlank="1" sqref="{column}2:{column}200">'
        f"<formula1>&quot;{','.join(values)}&quot;</formula1></dataValidation>"
        for column, values in (lists or {}).items()
    )
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{frozen}</sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData>{''.join(lines)}</sheetData>"
        + (f'<dataValidations count="{len(lists)}">{checks}</dataValidations>' if lists else "")
        + "</worksheet>"
    )


def _workbook(names: Sequence[str]) -> str:
    sheets = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, start=1))
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>{sheets}</sheets></workbook>'


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    lines = "".join(
        f'<Relationship Id="rId{n}" Type="{_DOCUMENT}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


def _content_types(sheets: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    overrides += [(f"/xl/worksheets/sheet{n}.xml", "worksheet") for n in range(1, sheets + 1)]
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + "".join(f'<Override PartName="{part}" ContentType="{kind}.{name}+xml"/>' for part, name in overrides)
        + "</Types>"
    )


_WRAPPED = '<alignment vertical="top" wrapText="1"/>'
_STYLES = (  # number format 49 is text
    f'<styleSheet xmlns="{_MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="等线"/></font>'
    '<font><b/><sz val="11"/><name val="等线"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/>'
    f'<xf numFmtId="49" applyNumberFormat="1" applyAlignment="1">{_WRAPPED}</xf>'
    f'<xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1" applyAlignment="1">{_WRAPPED}</xf>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
