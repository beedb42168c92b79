"""Texts of a survey's poster, said to shops."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo


def about(questions: int, minutes: int, *, is_anonymous: bool) -> Sequence[str]:
    """The lines below the title.

    >>> about(8, 2, is_anonymous=True)
    ['8 道题，约 2 分钟', '不记名，放心说']
    """
    return [f"{questions} 道题，约 {minutes} 分钟", "不记名，放心说" if is_anonymous else "您说了，我们才好改"]


STEPS = ("1. 打开微信，点“扫一扫”", "2. 第一次来，请按提示绑定您的店", "3. 一题一题答，答完就提交")


def ends(closes_at: datetime | None, zone: ZoneInfo) -> Sequence[str]:
    """The lines at the foot."""
    ask = "有问题，请问您的客户经理"
    if closes_at is None:
        return [ask]
    at = closes_at.astimezone(zone)
    return [f"{at.month} 月 {at.day} 日 {at:%H:%M} 截止", ask]
