"""Files of the bank: the workbook handed out to authors, and the one the bank is exported to and read back from."""

from __future__ import annotations

from collections.abc import Iterable

from questions.authoring import excel_template
from questions.keyed.items import RIGHT, KeyedItem, Kind
from quizzes.rules.files import BANK, LAYOUT
from quizzes.texts.chat import points

EXPORT = "quizzes.bank.export"
"""Kind of long work: the bank as a workbook."""

_EXAMPLES = (
    (
        "",
        "单选",
        "封签应贴在哪一面？",
        "正面\n背面\n顶部",
        "C",
        "",
        "易",
        "10",
        "真假鉴别",
        "封签贴在条盒顶部。",
        "",
        "",
        "",
    ),
    (
        "",
        "多选",
        "鉴别真假要看哪几样？",
        "封签\n喷码\n气味",
        "AB",
        "漏选得一半",
        "中",
        "10",
        "真假鉴别",
        "",
        "",
        "",
        "",
    ),
    ("", "判断", "许可证可以转借给别人。", "", "错", "", "易", "5", "许可证", "许可证不得转借、买卖。", "", "", ""),
    ("", "填空", "许可证延续应提前几天申请？", "", "三十天\n30天", "", "中", "10", "许可证", "", "", "", ""),
)

#: The value and the explanation of each row above the questions.
_HEAD = (
    ("真假鉴别小测试", "最多 60 个字"),
    ("", "开始前先看到的话，不写也行"),
    ("15", "分钟；不写就不限时"),
    ("", "如 2026-12-01 08:00；不写：发布后就开始"),
    ("", "如 2026-12-31 20:00；不写：由人结束"),
    ("", "是：结束时间只管开始，已经开始的可以用完限时"),
    ("1", "每家店可以考几次"),
    ("取最高分", "取最高分、取第一次、取最后一次"),
    ("60", "满分的百分之几"),
    ("否", "是：题目和选项打乱顺序"),
    ("交卷就看", "交卷就看、结束后看、不公布"),
    ("", "写法是 客户类型、等号、现代终端；也可用 片区、客户经理、标签；不写：全部已绑定的店"),
    ("是", "否：店主看不到排行榜"),
    ("否", "是：同分的，用时少的在前"),
)


def template() -> bytes:
    """Return the workbook handed out to authors; it can be read as it is.

    >>> from questions.authoring import excel_file
    >>> len(excel_file.parse(template(), BANK).data["questions"])
    4
    """
    return excel_template.packed(BANK, (), _EXAMPLES)


def quiz_template() -> bytes:
    """Return the workbook of a whole quiz handed out to authors; it can be read as it is.

    >>> from datetime import UTC
    >>> from questions.authoring import excel_file
    >>> from quizzes.rules.review import of_file
    >>> len(of_file(excel_file.parse(quiz_template(), LAYOUT), timezone=UTC, before=()).questions)
    4
    """
    coded = ((f"k{n}", *cells[1:]) for n, cells in enumerate(_EXAMPLES, start=1))
    return excel_template.packed(LAYOUT, _HEAD, coded)


def filled(items: Iterable[KeyedItem]) -> bytes:
    """Return the workbook with these items; reading it changes none of them."""
    return excel_template.packed(BANK, (), map(row, items))


def row(item: KeyedItem) -> tuple[str, ...]:
    """Return the cells of an item.

    >>> from questions.question import Question
    >>> from questions.keyed.items import Key
    >>> asked = Question("k4", Kind.FILL.type, "提前几天?")
    >>> row(KeyedItem(asked, Kind.FILL, Key(variants=("三十天", "30天")), 333))[:8]
    ('k4', '填空', '提前几天?', '', '三十天\\n30天', '', '中', '3.33')
    """
    cells = {
        "code": item.code,
        "type": item.kind.label,
        "text": item.question.text,
        "options": "\n".join(item.question.labels) if item.kind.is_shuffled else "",
        "answer": answer(item),
        "rule": item.key.rule.label if item.kind is Kind.MULTIPLE else "",
        "difficulty": item.difficulty.label,
        "points": points(item.points),
        "tags": "、".join(item.tags),
        "explanation": item.explanation,
        "lesson": item.lesson,
        "source": item.source,
        "shuffle": "" if item.shuffles else "否",
    }
    return tuple(cells[key] for key in BANK.columns.values())


def answer(item: KeyedItem) -> str:
    """Return the key of an item as an author writes it.

    >>> from questions.question import Option, Question
    >>> from questions.keyed.items import Key
    >>> asked = Question("k1", Kind.SINGLE.type, "?", (Option(1, "甲"), Option(5, "乙")))
    >>> answer(KeyedItem(asked, Kind.SINGLE, Key(frozenset({5})), 1)), answer(
    ...     KeyedItem(asked, Kind.SINGLE, Key(frozenset({1, 5})), 1)
    ... )
    ('B', 'A或B')
    """
    if item.kind is Kind.FILL:
        return "\n".join(item.key.variants)
    if item.kind is Kind.TRUTH:
        return "或".join("对" if code == RIGHT else "错" for code in sorted(item.key.right))
    letters = [chr(ord("A") + n) for n, option in enumerate(item.question.options) if option.code in item.key.right]
    return ("或" if item.kind is Kind.SINGLE else "").join(letters)
