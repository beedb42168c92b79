"""Texts to staff about answer sheets, and about those that were set aside."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from foundation.clock import day_in
from foundation.clock import when as moment_said
from questions.flow import Missing


class HowFar(Protocol):
    """Shop that has not answered."""

    @property
    def openid(self) -> str | None: ...
    @property
    def is_reached(self) -> bool: ...
    @property
    def is_opened(self) -> bool: ...
    @property
    def started_at(self) -> datetime | None: ...
    @property
    def is_again(self) -> bool: ...


STATES = {"valid": "有效", "void": "已作废", "fast": "填得太快", "again": "已请重填"}
COLOURS = {"valid": "good", "void": "", "fast": "warn", "again": "accent"}
SOURCES = {"chat": "聊天", "page": "网页"}
MISSING = {
    Missing.SKIPPED: "没有回答（看到了这一题，跳过）",
    Missing.NOT_SHOWN: "没有问：按前面的回答不用问这一题",
    Missing.NOT_REACHED: "没有回答",
}
ANONYMOUS = "匿名调查的答卷不分片区，只有看全公司、可以导出的角色能看。"
NOBODY_NAMED = "匿名调查不列名单：谁填了、谁没填，都不显示。"
FULL = "别的店已经补上了这个名额，不能恢复。要恢复，请先把名额加大，再发布一版。"
OVER = "调查不在填写时间内，不能请店主重填。"
ANSWERING = "店主已经在重新填写，这份不能恢复了。"
VOIDED = "答卷已作废，不再计入结果。店主那边仍是“已填写”。"
VOIDED_AND_ASKED = "答卷已作废，店主可以重新填写。"
RESTORED = "答卷已恢复，重新计入结果。"
ASKED_AGAIN = "已请店主重填：店主再打开这份调查，就可以重新填写。"
UNDONE = "撤销"


def too_few(least: int) -> str:
    """Why the few sheets of an anonymous survey are not shown."""
    return f"交回的还不到 {least} 份，为了匿名暂不显示。"


def not_there(number: int) -> str:
    return f"没有编号为 {number} 的答卷，或已经作废了。"


def not_void(number: int) -> str:
    return f"没有编号为 {number} 的已作废答卷，可能刚刚有人处理过。"


def reason(longest: int) -> str:
    return f"请写原因，最多 {longest} 个字。"


def how_far(line: HowFar) -> str:
    """How far a shop came that has not answered."""
    if line.started_at is not None:
        return "填了一半"
    if line.is_again:
        return "请他重填，还没有填"
    if line.is_opened:
        return "打开了，没有填"
    if line.openid is None:
        return "没有绑定微信"
    return "收到了，没有打开" if line.is_reached else "没有收到"


def spent(seconds: int | None) -> str:
    """How long somebody took.

    >>> spent(9), spent(102), spent(7300), spent(None)
    ('9 秒', '1 分 42 秒', '2 时 1 分', '')
    """
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds} 秒"
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} 分 {rest:02} 秒" if minutes < 60 else f"{minutes // 60} 时 {minutes % 60} 分"


def points(score: int | None) -> str:
    """The score of a sheet, of 100.

    >>> points(8750), points(6667), points(10000), points(0), points(None)
    ('87.5', '66.67', '100', '0', '—')
    """
    return "—" if score is None else f"{score / 100:g}"


def handed_in(at: datetime, now: datetime, zone: ZoneInfo, *, is_day: bool = False) -> str:
    """When a sheet was handed in, as people say it today; only the day where no more is known.

    >>> at, zone = datetime(2026, 11, 23, 7, 20, tzinfo=ZoneInfo("UTC")), ZoneInfo("Asia/Shanghai")
    >>> handed_in(at, at, zone), handed_in(at, at, zone, is_day=True)
    ('今天 15:20', '11 月 23 日')
    """
    if not is_day:
        return moment_said(at, now=now, zone=zone)
    on, today = day_in(at, zone), day_in(now, zone)
    return f"{on.year} 年 {on.month} 月 {on.day} 日" if on.year != today.year else f"{on.month} 月 {on.day} 日"
