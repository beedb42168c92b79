"""Files of quizzes: their layout, as authors write them."""

from __future__ import annotations

from questions.authoring.layout import FileLayout, Names
from questions.keyed.item_reader import TYPES
from quizzes.rules.review import CALLED

MOST_ROWS = 5000
"""Rows of a sheet of the bank, with its headings."""
MOST_SHEETS = 6
MOST_IN_BANK = MOST_SHEETS * (MOST_ROWS - 1)
"""Questions of a file of the bank."""

#: The columns of a question in a workbook, in their order.
COLUMNS = {
    "编码": "code",
    "类型": "type",
    "题目": "text",
    "选项": "options",
    "答案": "answer",
    "计分": "rule",
    "难度": "difficulty",
    "分值": "points",
    "标签": "tags",
    "解析": "explanation",
    "学习": "lesson",
    "出处": "source",
    "选项乱序": "shuffle",
}
_ALSO_COLUMNS = {
    "题型": "type",
    "题干": "text",
    "正确答案": "answer",
    "参考答案": "answer",
    "分数": "points",
    "知识点": "tags",
    "答案解析": "explanation",
    "依据": "source",
}
_WIDTHS = (8, 8, 40, 24, 14, 14, 8, 8, 16, 36, 14, 24, 10)
_NOTES = (
    ("编码", "字母开头，如 z0001；不写就由系统编号。编码和题库里一样的，就是改那一题"),
    ("类型", "单选 多选 判断 填空"),
    ("选项", "一行一个（在单元格里按 Alt+Enter 换行），或用 | 隔开；判断题、填空题不用写"),
    ("答案", "选择题写字母，如 C 或 AC；判断题写 对 或 错；填空题写几种都算对的写法，一行一个"),
    ("计分", "多选题：全对才得分、漏选得一半、按选对的比例得分；不写就是全对才得分。选错一个都不得分"),
    ("难度", "易、中、难；不写就是中"),
    ("分值", "不写就是 10 分，可以有两位小数"),
    ("标签", "讲的是什么，用顿号隔开，最多 5 个；抽题和找薄弱点都用它"),
    ("解析", "交卷以后给店主看的说明，最多 500 字"),
    ("学习", "答错以后去看的内容，如 article:9"),
    ("出处", "题目的依据，只给写题的人看"),
    ("选项乱序", "否：这一题的选项不打乱顺序"),
)

#: The bank: a sheet of questions, and nothing around them.
BANK = FileLayout(
    called="题库",
    rows={},
    columns=COLUMNS,
    also_columns=_ALSO_COLUMNS,
    widths=_WIDTHS,
    types=TYPES,
    notes=_NOTES,
    most_rows=MOST_ROWS,
    most_sheets=MOST_SHEETS,
)

LAYOUT = FileLayout(
    called=CALLED,
    rows={
        "标题": "title",
        "说明": "intro",
        "限时": "minutes",
        "开始时间": "opens",
        "结束时间": "closes",
        "只限开始时间": "start_only",
        "可考次数": "attempts",
        "成绩取法": "counts",
        "及格线": "pass",
        "乱序": "shuffle",
        "公布答案": "reveal",
        "对象": "audience",
        "排行榜": "ranking",
        "同分比用时": "by_speed",
    },
    also={"开放时间": "opens", "开始": "opens", "结束": "closes", "截止时间": "closes", "及格": "pass"},
    names={
        "audience": Names(
            {"客户类型": "class", "片区": "area", "客户经理": "manager", "标签": "tag", "类型": "class"},
            "应如 客户类型=现代终端、普通终端",
        )
    },
    narrowing=("audience",),
    columns=COLUMNS,
    also_columns=_ALSO_COLUMNS,
    widths=_WIDTHS,
    types=TYPES,
    notes=_NOTES,
)
