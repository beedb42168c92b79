"""Texts of a question's page, where the chat's sentences would speak of replies."""

from __future__ import annotations

from questions import texts
from questions.question import Question

CHOOSE_ONE = "请选一项。"
CHOOSE_SOME = "请至少选一项。"
OTHER_NEEDS_WORDS = "您选了“其他”，请写上内容。"
WRITE = "请写几个字。"
PHOTO = "请选一张照片。"


#: What the ends of a scale mean.
ENDS = {"rating": ("1 最差", "5 最好"), "nps": ("0 最不愿意", "10 最愿意")}
TAP = "点一下就到下一题"


def hint(asked: Question, *, is_first: bool = False) -> str:
    """How to answer, in small letters under the question; empty where the question shows it."""
    said = [_how(asked, is_first=is_first), "" if asked.required else "可以不填"]
    return "，".join(filter(None, said))


def _how(asked: Question, *, is_first: bool) -> str:
    match asked.type:
        case "multiple":
            return texts.how_many(asked.min, asked.max) or "可选多项"
        case "number":
            return f"请填{texts.numbers(asked)}"
        case "text":
            return f"最多 {texts.LONGEST_ANSWER} 字"
        case "single" | "rating" | "nps":
            return TAP if is_first else ""
        case _:
            return ""


def number(asked: Question) -> str:
    """What to change where a number cannot be read, or is out of bounds."""
    return f"请填{texts.numbers(asked)}。"


def place(number: int, least: int, most: int) -> str:
    """Which question it is of how many; answers to come may show more.

    >>> place(2, 8, 8), place(2, 6, 8)
    ('第 2 题，共 8 题', '第 2 题，共 6–8 题')
    """
    return f"第 {number} 题，共 {how_many(least, most)} 题"


def how_many(least: int, most: int) -> str:
    return str(most) if least == most else f"{least}–{most}"


def next_label(*, is_last: bool, is_known: bool) -> str:
    """The button of a question that is filled in. `is_last`: it hands in; `is_known`: all others are answered."""
    if is_last:
        return "提交"
    return "改好了" if is_known else "下一题"


def skip_label(*, is_last: bool) -> str:
    return "跳过并提交" if is_last else "跳过"


def recorded(number: int, words: str) -> str:
    """What was just recorded, above the next question.

    >>> recorded(2, "满意")
    '第 2 题已记下：满意'
    """
    return f"第 {number} 题已记下：{words}"


def skipped(number: int) -> str:
    return f"第 {number} 题跳过了"
