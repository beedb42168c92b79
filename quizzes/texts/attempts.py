"""Texts to staff about attempts and about those who have not begun."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from quizzes.models.attempts import EndedBy
from quizzes.texts import chat


class NotYetBegun(Protocol):
    """Shop that has not begun."""

    @property
    def openid(self) -> str | None: ...
    @property
    def is_reached(self) -> bool: ...
    @property
    def is_opened(self) -> bool: ...


STATES = {"open": "正在考", "passed": "合格", "failed": "没有合格"}
FILTERS = {**STATES, "late": "有迟到的答案"}
COLOURS = {"open": "accent", "passed": "good", "failed": "bad"}
SOURCES = {"chat": "聊天", "page": "网页"}
ENDED_BY = {EndedBy.SHOP: "店主交卷", EndedBy.TIME: "到时收卷"}


def filters(has_pass_mark: bool) -> list[tuple[str, str]]:
    """What a list can be narrowed to, with its words.

    >>> filters(False)
    [('open', '正在考'), ('passed', '考完'), ('late', '有迟到的答案')]
    """
    if has_pass_mark:
        return [*FILTERS.items()]
    # Without a pass mark whoever has ended counts as having passed.
    return [(state, "考完" if state == "passed" else word) for state, word in FILTERS.items() if state != "failed"]


def result(state: str, pass_mark: int) -> tuple[str, str]:
    """The word for how an attempt went, and its colour. Without a pass mark nobody passes or fails.

    >>> result("passed", 6000), result("passed", 0), result("open", 0)
    (('合格', 'good'), ('考完', ''), ('正在考', 'accent'))
    """
    return ("考完", "") if not pass_mark and state != "open" else (STATES[state], COLOURS[state])


def how_far(line: NotYetBegun) -> str:
    """How far a shop came that has not begun."""
    if line.openid is None:
        return "没有绑定微信"
    if line.is_opened:
        return "打开了，没有开始"
    return "收到了，没有打开" if line.is_reached else "没有收到邀请"


def score(total: int | None, maximum: int | None) -> str:
    """What was got, of how much.

    >>> score(8000, 10_000), score(333, 500), score(None, None)
    ('80 / 100', '3.33 / 5', '')
    """
    return "" if total is None or maximum is None else f"{chat.points(total)} / {chat.points(maximum)}"


def ended_by(who: str) -> str:
    """How an attempt ended."""
    return ENDED_BY[EndedBy(who)]


def spent(seconds: int | None) -> str:
    """How long an attempt took.

    >>> spent(62), spent(None)
    ('1 分 2 秒', '')
    """
    return "" if seconds is None else chat.duration(timedelta(seconds=seconds))
