"""Files of quizzes: their layout, as authors write them."""

from __future__ import annotations

from questions.authoring.layout import FileLayout, Names
from quizzes.rules.review import CALLED

#: Columns of a question in a workbook, beside those of every question.
OWN_COLUMNS = {
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
    columns=OWN_COLUMNS,
)
