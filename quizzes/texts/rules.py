"""Text of a quiz's rules in a line, as staff read them."""

from __future__ import annotations

from quizzes.rules.definition import QuizDefinition
from quizzes.texts import chat


def rules_line(definition: QuizDefinition) -> str:
    """Return the rules of a quiz in a line.

    >>> rules_line(QuizDefinition("测试", minutes=15, attempts=2)), rules_line(QuizDefinition("测试", pass_mark=0))
    ('限 15 分钟 · 可考 2 次，取最高分 · 60% 合格 · 答案交卷就看', '不限时 · 只考一次 · 不设合格线 · 答案交卷就看')
    """
    often = "只考一次" if definition.attempts == 1 else f"可考 {definition.attempts} 次，{definition.counts.label}"
    return " · ".join(
        (
            f"限 {definition.minutes} 分钟" if definition.minutes else "不限时",
            often,
            f"{chat.points(definition.pass_mark)}% 合格" if definition.pass_mark else "不设合格线",
            f"答案{definition.reveal.label}",
        )
    )
