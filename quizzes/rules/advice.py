"""Advice on figures: what staff should do about a question or a paper, in one plain sentence."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from quizzes.rules.statistics import ItemFigures, PaperFigures

LEAST_SHOWN = 10
"""With fewer attempts a page shows no figure of a question but its facility."""

LEAST_SURE = 30
"""With fewer attempts a page says that they are few."""

FEW = "人数少，仅供参考。"
TOO_FEW = f"不到 {LEAST_SHOWN} 人，只看得分率。"

_HARD, _EASY, _BLUNT = 20, 95, 20
_LOOSE, _LEAST_QUESTIONS = 60, 10

WRONG_KEY = "高分的人反而答错，请检查答案。"
TOO_HARD = "几乎没人会，题目或课程要改。"
TOO_EASY = "太容易，分不出高低。"
TELLS_LITTLE = "分不出会与不会。"
GOOD = "好题。"


def of_question(figures: ItemFigures, unchosen: Sequence[int] = ()) -> str | None:
    """Return what to do about a question, the most pressing first; `unchosen` are the places, from 1, of its options
    that nobody chose. None where the figures say nothing: nobody was asked, or it is worth nothing.

    >>> of_question(ItemFigures(8, 62.5, 51.8, -91.5, -100, None))
    '高分的人反而答错，请检查答案。'
    >>> of_question(ItemFigures(40, 70, 40, 35, 40, 9), [3, 4])
    '选项 C、D 没人选，可换掉。'
    >>> of_question(ItemFigures(1, 50, None, None, None, None)) is None
    True
    """
    if figures.facility is None:
        return None
    if figures.index is not None and figures.index < 0:
        return WRONG_KEY
    if figures.facility < _HARD:
        return TOO_HARD
    if figures.facility > _EASY:
        return TOO_EASY
    if figures.index is None:
        return None
    if figures.index < _BLUNT:
        return TELLS_LITTLE
    if unchosen:
        return f"选项 {'、'.join(chr(ord('A') + place - 1) for place in unchosen)} 没人选，可换掉。"
    return GOOD


def of_paper(figures: PaperFigures, questions: int) -> str | None:
    """Return what to keep in mind about the totals of a paper of so many questions; None where there is nothing.

    >>> of_paper(PaperFigures(30, 70, 70, 12, 0, 0, 42, 76.2, 9.14), 10)
    '这份卷子的分数不稳，差 9.2 分以内不算差别。'
    >>> of_paper(PaperFigures(29, 70, 70, 12, 0, 0, 42, 76.2, 9.14), 10) is None
    True
    """
    if figures.alpha is None or figures.standard_error is None:
        return None
    if figures.alpha >= _LOOSE or questions < _LEAST_QUESTIONS or figures.attempts < LEAST_SURE:
        return None
    return f"这份卷子的分数不稳，差 {ceil(figures.standard_error * 10) / 10:g} 分以内不算差别。"


def of_number(attempts: int) -> str | None:
    """Return what to say about figures of so few attempts; None where they are enough.

    >>> of_number(9), of_number(10), of_number(30)
    ('不到 10 人，只看得分率。', '人数少，仅供参考。', None)
    """
    if attempts < LEAST_SHOWN:
        return TOO_FEW
    return FEW if attempts < LEAST_SURE else None
