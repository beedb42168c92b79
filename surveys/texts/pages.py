"""Texts of a survey's page, where the chat's sentences would speak of replies."""

from __future__ import annotations

from datetime import date

from surveys.texts import chat

NO_RESULTS = "这份调查的结果现在看不到，可能还没有结束，或者不公布。"


def done_on(on: date | None) -> str:
    """For a sheet handed in; the day of an anonymous one is not stored."""
    return f"{chat.day(on)}已收到您的答案，不用再填。" if on else "已收到您的答案，不用再填。"


def state(left: int, *, is_done: bool) -> str:
    """Beside a survey's title on the shop's own page."""
    return "已提交" if is_done else f"还剩 {left} 题"
