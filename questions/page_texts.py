"""Texts of a question's page, where the chat's sentences would speak of replies."""

from __future__ import annotations

from questions import texts
from questions.question import Question

CHOOSE_ONE = "请选一项。"
CHOOSE_SOME = "请至少选一项。"
OTHER_NEEDS_WORDS = "您选了“其他”，请写上内容。"
WRITE = "请写几个字。"
PHOTO = "请选一张照片。"


def hint(asked: Question) -> str:
    """How to answer, in small letters under the question; empty where the question shows it."""
    match asked.type:
        case "multiple":
            return texts.how_many(asked.min, asked.max) or "可选多项"
        case "rating":
            return "" if "1-5" in asked.text else "5 分最好"
        case "nps":
            return "" if "0-10" in asked.text else "10 分最愿意"
        case "number":
            return f"请填{texts.numbers(asked)}"
        case "text":
            return f"最多 {texts.LONGEST_ANSWER} 字"
        case _:
            return ""


def number(asked: Question) -> str:
    """What to change where a number cannot be read, or is out of bounds."""
    return f"请填{texts.numbers(asked)}。"


def next_label(*, is_last: bool) -> str:
    return "提交" if is_last else "下一题"
