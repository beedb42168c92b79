"""Texts of a quiz's poster, said to shops."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from quizzes.rules.definition import QuizDefinition
from quizzes.texts import chat

STEPS = ("1. 打开微信，点“扫一扫”", "2. 第一次来，请按提示绑定您的店", "3. 一题一题答，交卷就看得到分数")


def about(questions: int, definition: QuizDefinition) -> Sequence[str]:
    """The lines below the title.

    >>> about(8, QuizDefinition("测试", minutes=15, attempts=2))
    ['8 道题，限时 15 分钟，可考 2 次']
    """
    time = f"限时 {definition.minutes} 分钟" if definition.minutes else "不限时"
    often = f"可考 {definition.attempts} 次" if definition.attempts > 1 else ""
    return ["，".join(filter(None, (f"{questions} 道题", time, often)))]


def ends(closes_at: datetime | None, zone: ZoneInfo) -> Sequence[str]:
    """The lines at the foot."""
    ask = "有问题，请问您的客户经理"
    return [ask] if closes_at is None else [f"{chat.moment(closes_at.astimezone(zone))}截止", ask]
