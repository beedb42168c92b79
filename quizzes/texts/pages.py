"""Texts of a quiz's pages, where the chat's sentences would speak of replies."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from foundation.clock import when
from foundation.text import is_visible
from people.rules import salutation
from quizzes.rules.definition import CountRule
from quizzes.rules.ranking import OwnRank
from quizzes.texts import chat


class QuizClock(NamedTuple):
    """Clock of an attempt as its page shows it."""

    left: str
    ends: str
    """The wall clock's time of the end: true also on a page that has been open for an hour."""
    seconds: int
    whole: int
    """Seconds of the whole attempt."""


def clock(started_at: datetime, ends_at: datetime, *, now: datetime, zone: ZoneInfo) -> QuizClock:
    """Return the clock of an attempt that ends at a moment.

    >>> from datetime import UTC, timedelta
    >>> begun = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
    >>> shown = clock(begun, begun + timedelta(minutes=15), now=begun + timedelta(minutes=9), zone=ZoneInfo("UTC"))
    >>> shown.left, shown.ends, shown.seconds
    ('6 分钟', '08:15 收卷，离开不停表', 360)
    """
    left = ends_at - now
    return QuizClock(
        left=chat.duration(left),
        ends=f"{when(ends_at, now=now, zone=zone).removeprefix('今天 ')} 收卷，离开不停表",
        seconds=max(0, int(left.total_seconds())),
        whole=max(1, int((ends_at - started_at).total_seconds())),
    )


def state(is_begun: bool, total: int | None, is_passed: bool | None, pass_mark: int, left: int) -> str:
    """Beside a quiz's title on the shop's own page.

    >>> state(True, None, None, 6000, 0), state(False, 8000, True, 6000, 1), state(False, 8000, True, 0, 0)
    ('正在考', '80 分，合格', '80 分')
    """
    if is_begun:
        return "正在考"
    if total is None:
        return "还没有考"
    again = f"，还可以考 {left} 次" if left and not is_passed else ""
    verdict = f"，{chat.verdict(is_passed)}" if pass_mark else ""
    return f"{chat.points(total)} 分{verdict}{again}"


def verdict(is_passed: bool, pass_mark: int, keeper: str) -> str:
    """The heading of a result.

    >>> verdict(True, 6000, "王建国"), verdict(False, 6000, ""), verdict(True, 0, "王建国")
    ('合格了，王老板', '这次没有合格', '考完了，王老板')
    """
    whom = f"，{salutation(keeper)}" if is_visible(keeper) else ""
    if not pass_mark:
        return f"考完了{whom}"
    return f"合格了{whom}" if is_passed else "这次没有合格"


def came_late(seconds: int) -> str:
    return f"后来又答了一次，晚了 {chat.duration(timedelta(seconds=seconds))}，没有计分。"


def key_later(reveal: str) -> str:
    return "答案等测试结束以后公布。" if reveal == "after_closing" else "这份测试不公布答案。"


def intro(said: str, title: str) -> list[str]:
    """What the chat says before the first question, under the title.

    >>> intro("测试《真假鉴别》10 题，限时 15 分钟。\\n您还可以考 1 次。", "真假鉴别")
    ['共 10 题，限时 15 分钟。', '您还可以考 1 次。']
    """
    before = f"测试《{title}》"
    return (f"共 {said.removeprefix(before)}" if said.startswith(before) else said).splitlines()


MAY_BE_EMPTY = "可以不填"
"""How the hint of a question that may be left empty ends."""
SKIP = "先跳过"
GRACE = "宽限：收卷后半分钟内答的，算数。"


def pending(is_decided: bool) -> str:
    return "这道题的答案正在更正，改好就告诉您。" if is_decided else "这道题的答案正在核对，要改的话会告诉您。"


def counted(counts: CountRule, total: int) -> str:
    """What counts, where it is not the attempt shown.

    >>> counted(CountRule.BEST, 8000)
    '取最高分，您的成绩是 80 分。'
    """
    return f"{counts.label}，您的成绩是 {chat.points(total)} 分。"


def why_read(tag: str) -> str:
    return f"讲的是“{tag}”，这次失分最多" if tag else "讲的是答错的题"


def own_rank(own: OwnRank, *, most: int) -> str:
    """Where the shop stands.

    >>> own_rank(OwnRank(3, 41, has_ended=True), most=100), own_rank(OwnRank(None, 0, has_ended=False), most=100)
    ('您的店排第 3，一共 41 家考完。', '您的店还没有考完。')
    >>> own_rank(OwnRank(None, 101, has_ended=True), most=100)
    '您的店排在 100 名以后，一共 100 多家考完。'
    """
    if not own.has_ended:
        return "您的店还没有考完。"
    of = f"{most} 多家" if own.of > most else f"{own.of} 家"
    place = f"排第 {own.rank}" if own.rank is not None else f"排在 {most} 名以后"
    return f"您的店{place}，一共 {of}考完。"
