"""Texts to customer managers about the results of their shops."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from foundation.text import is_visible
from quizzes.texts.chat import points

#: Quizzes and shops that a digest names.
_NAMED, _SHOPS = 4, 5


class QuizDay(NamedTuple):
    """Day of a quiz in a manager's shops: how many took it, and how many of them passed."""

    title: str
    shops: int
    #: None where the quiz has no pass mark.
    passed: int | None


def failed(shop: str, keeper: str, title: str, total: int, maximum: int, *, is_last: bool) -> str:
    """A shop has failed and may not try again; of further ones that day only the digest speaks.

    >>> failed("城南便利店", "王建国", "真假鉴别", 4000, 10_000, is_last=False)
    '城南便利店（王建国）考《真假鉴别》没有合格，得 40 分（满分 100 分），已经不能再考。请您抽空讲一讲。'
    """
    who = f"{shop}（{keeper}）" if is_visible(keeper) else shop
    more = "今天再有这样的店，明早一起告诉您。" if is_last else ""
    got = f"得 {points(total)} 分（满分 {points(maximum)} 分）"
    return f"{who}考《{title}》没有合格，{got}，已经不能再考。请您抽空讲一讲。{more}"


def digest(quizzes: Sequence[QuizDay], lacking: Sequence[str]) -> str:
    """What a manager's shops got yesterday.

    >>> print(digest([QuizDay("真假鉴别", 10, 8), QuizDay("摸底", 1, None)], ["城南便利店", "老王副食"]))
    昨天您的店考了 2 份测试：
    《真假鉴别》10 家，合格 8 家。
    《摸底》1 家。
    还没有合格：城南便利店、老王副食。
    """
    lines = [f"昨天您的店考了 {len(quizzes)} 份测试："]
    for each in quizzes[:_NAMED]:
        lines.append(
            f"《{each.title}》{each.shops} 家" + ("。" if each.passed is None else f"，合格 {each.passed} 家。")
        )
    if len(quizzes) > _NAMED:
        lines.append(f"另外还有 {len(quizzes) - _NAMED} 份。")
    if lacking:
        more = f"等 {len(lacking)} 家" if len(lacking) > _SHOPS else ""
        lines.append(f"还没有合格：{'、'.join(lacking[:_SHOPS])}{more}。")
    return "\n".join(lines)
