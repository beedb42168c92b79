"""Layout of an author's file: its name and what it holds besides the questions, as the feature that asks declares
it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from questions.authoring.spelling import Places
from questions.authoring.type_words import ALL_TYPES, TypeWords

QUESTIONS = "题目"
"""The name of a workbook's sheet of questions."""

#: The columns of a question in a workbook, and their keys.
COLUMNS = {
    "编码": "code",
    "类型": "type",
    "题目": "text",
    "选项": "options",
    "其他": "other",
    "最多": "max",
    "最少": "min",
    "小数": "decimals",
    "必填": "required",
    "显示条件": "show_if",
    "权重": "weight",
}
_ALSO_COLUMNS = {"最大": "max", "最小": "min", "小数位": "decimals"}
_NOTES = (
    ("编码", "字母开头，如 q1；发布后不要改，同一编码的回答才能合在一起"),
    ("类型", "单选 多选 评分（1-5） 推荐度（0-10） 数字 文本 照片"),
    ("选项", "一行一个（在单元格里按 Alt+Enter 换行），或用 | 隔开；只改说法时写 [2] 比较满意，票数照旧合并"),
    ("选项名额", "写在选项后面，如 周六上午 [限20]：选的人满 20 个，别人就不能再选"),
    ("选项分值", "写在选项后面，如 满意 [4分]：交卷时算出一份答卷 0–100 分；没写分的选项（如 不了解）不算这一题"),
    ("其他", "填 是，多一个让人自己写的选项"),
    ("最多 最少", "多选题：选几项；数字题：数值范围"),
    ("小数", "数字题可填几位小数：0、1 或 2"),
    ("必填", "不填就是必填；否：可以跳过"),
    ("显示条件", "只在前面的题这样回答时才问，如 q1=一般、不满意 或 q4=0-6；几个条件各占一行，要同时满足"),
    ("权重", "算分时这一题占多少，1 到 100；选项有分值的题不填就是 1，评分题和推荐度题填了才算分"),
)


#: Headings of columns that only count the questions, and of those with one option each.
NUMBERED = ("序号", "题号", "编号")
LETTERED = re.compile(r"(?:选项)?([A-Z])(?:选?项)?")


class AuthoredFile(NamedTuple):
    """Content of an author's file, as a mapping, and where each value stands."""

    data: dict[str, Any]
    places: Places
    is_keyed: bool = True
    """Whether its author wrote our keys and a code for each question; else the questions have none yet."""


class Names(NamedTuple):
    """Row whose value is names under words, such as `客户类型=现代终端、普通终端`."""

    words: Mapping[str, str]
    """The keys of the words."""
    example: str


@dataclass(frozen=True)
class FileLayout:
    """Layout of a file of questions: what it holds above and besides them."""

    called: str
    """What authors call such a file; also the name of a workbook's first sheet."""
    rows: Mapping[str, str]
    """The words of the first sheet's rows, in their order, and their keys; none where there is no such sheet."""
    also: Mapping[str, str] = field(default_factory=dict)
    """Other words for them, also accepted."""
    names: Mapping[str, Names] = field(default_factory=dict)
    """The keys whose values are names."""
    narrowing: Collection[str] = ()
    """The keys that mean everybody when left empty: a value written in the wrong place must not be taken for an empty
    one."""
    columns: Mapping[str, str] = field(default_factory=lambda: COLUMNS)
    """The columns of a question, in their order, and their keys."""
    also_columns: Mapping[str, str] = field(default_factory=lambda: _ALSO_COLUMNS)
    """Other words for them, also accepted."""
    widths: Sequence[int] = (8, 8, 40, 24, 8, 8, 8, 8, 8, 28, 8)
    """How wide the columns are, in characters."""
    types: TypeWords = ALL_TYPES
    """The words for the types of a question."""
    notes: Sequence[tuple[str, str]] = _NOTES
    """What is explained to authors of each column."""
    most_rows: int = 200
    """Rows of a sheet of questions, with its headings."""
    most_sheets: int = 1
    """Sheets of questions: 题目, 题目2, 题目3 …"""
    sheet: str = QUESTIONS
    """The name of the first of them."""

    def sheet_names(self) -> list[str]:
        """Return the names of the sheets of questions, whether there or not."""
        return [self.sheet] + [f"{self.sheet}{n}" for n in range(2, self.most_sheets + 1)]
