"""Texts of a survey's page, where the chat's sentences would speak of replies."""

from __future__ import annotations

from datetime import date

from questions.flow import Extent
from questions.page_texts import how_many
from surveys.texts import chat

NO_RESULTS = "这份调查的结果现在看不到，可能还没有结束，或者不公布。"


def done_on(on: date | None) -> str:
    """For a sheet handed in; the day of an anonymous one is not stored."""
    return f"{chat.day(on)}已收到您的答案，不用再填。" if on else "已收到您的答案，不用再填。"


def length(extent: Extent, minutes: int) -> str:
    """How long a survey is, before it is begun.

    >>> length(Extent(6, 6), 2), length(Extent(6, 8), 2)
    ('共 6 题，约 2 分钟。', '约 6–8 题，2 分钟。')
    """
    if extent.least == extent.most:
        return f"共 {extent.most} 题，约 {minutes} 分钟。"
    return f"约 {how_many(*extent)} 题，{minutes} 分钟。"


def thanks(keeper: str) -> str:
    """The heading once a sheet is handed in.

    >>> thanks("王建国")
    '已提交，谢谢王老板'
    """
    return f"已提交，谢谢{chat.polite(keeper)}"


def told_on(on: date) -> str:
    return f"{chat.day(on)}公布结果，届时告诉您。"


def state(left: int, *, is_done: bool) -> str:
    """Beside a survey's title on the shop's own page."""
    if is_done:
        return "已提交"
    return f"还剩 {left} 题" if left else "都答完了，还没有提交"
