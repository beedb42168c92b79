"""What a survey's page says where the chat would speak of replies."""

from __future__ import annotations

from datetime import date

from surveys.texts import chat
from surveys.texts.chat import Asked

CHOOSE_ONE = "请选一项。"
CHOOSE_SOME = "请至少选一项。"
OTHER_NEEDS_WORDS = "您选了“其他”，请写上内容。"
NO_RESULTS = "这份调查的结果现在看不到，可能还没有结束，或者不公布。"
WRITE = "请写几个字。"
PHOTO = "请选一张照片。"


def hint(asked: Asked) -> str:
    """How to answer, in small letters under the question; empty where the question shows it."""
    match asked.type:
        case "multiple":
            return chat.how_many(asked.min, asked.max) or "可选多项"
        case "rating":
            return "" if "1-5" in asked.text else "5 分最好"
        case "nps":
            return "" if "0-10" in asked.text else "10 分最愿意"
        case "number":
            return f"请填{chat.numbers(asked)}"
        case "text":
            return f"最多 {chat.LONGEST_ANSWER} 字"
        case _:
            return ""


def number(asked: Asked) -> str:
    """For a number that cannot be read, or is out of bounds."""
    return f"请填{chat.numbers(asked)}。"


def done_on(on: date | None) -> str:
    """For a sheet handed in; of an anonymous one nobody keeps the day."""
    return f"{chat.day(on)}已收到您的答案，不用再填。" if on else "已收到您的答案，不用再填。"


def next_label(*, is_last: bool) -> str:
    return "提交" if is_last else "下一题"


def state(left: int, *, is_done: bool) -> str:
    """Beside a survey's title on the shop's own page."""
    return "已提交" if is_done else f"还剩 {left} 题"
