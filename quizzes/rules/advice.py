"""Advice on figures: what staff should do about a question or a paper, in one plain sentence."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from quizzes.rules.statistics import ItemFigures, PaperFigures

LEAST_SHOWN = 10
"""With fewer attempts a page shows no figure of a question but its facility."""

LEAST_SURE = 30
"""With fewer attempts a page says that they are few."""

FEW = "人数少，仅供参考。"
TOO_FEW = f"不到 {LEAST_SHOWN} 人，只看得分率。"

_HARD, _EASY, _BLUNT = 20, 95, 20
_LOOSE, _FIRM, _LEAST_QUESTIONS = 60, 80, 10
_NARROW = 10
"""Per cent of the maximum: with a smaller standard deviation the totals lie close together."""

WRONG_KEY = "高分的人反而答错，请检查答案。"
TOO_HARD = "几乎没人会，题目或课程要改。"
TOO_EASY = "太容易，分不出高低。"
TELLS_LITTLE = "分不出会与不会。"
GOOD = "好题。"


class AdviceMark(NamedTuple):
    """Mark of an advice: the word on its chip with its colour, what is said beside it, how urgent it is, 0 first."""

    word: str
    colour: str
    why: str
    urgency: int


_MARKS = {
    WRONG_KEY: AdviceMark("请检查答案", "bad", "高分的人反而答错", 0),
    TOO_HARD: AdviceMark("先讲再考", "warn", "几乎没人会", 1),
    TELLS_LITTLE: AdviceMark("改一改题目", "warn", "分不出会与不会", 2),
    TOO_EASY: AdviceMark("可以换一题", "", "太容易，分不出高低", 4),
    GOOD: AdviceMark("好题", "good", "分得出高低", 5),
}


def mark(advice: str | None) -> AdviceMark | None:
    """Return the mark of an advice about a question; None without one.

    >>> mark(GOOD).word, mark("选项 D 没人选，可换掉。"), mark(None)
    ('好题', AdviceMark(word='改一改选项', colour='', why='选项 D 没人选', urgency=3), None)
    """
    if advice is None:
        return None
    return _MARKS.get(advice) or AdviceMark("改一改选项", "", advice.partition("，")[0], 3)


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
    return f"这份卷子的分数不稳，差 {rounded_up(figures.standard_error)} 分以内不算差别。"


def of_alpha(alpha: float | None, questions: int) -> str:
    """Return what an alpha over so many questions means, and what would raise it: by Spearman and Brown, how many more
    questions of the same kind a ranking takes.

    >>> of_alpha(74.2, 10), of_alpha(83, 10), of_alpha(None, 10)
    ('够用，想排名次再加 4 题', '够稳，可以排名次', '算不出：题太少，或分数都一样')
    >>> of_alpha(42, 10), of_alpha(-87.2, 7)
    ('不稳；先改区分度低的题', '靠不住；先检查区分度是负数的题')
    """
    if alpha is None:
        return "算不出：题太少，或分数都一样"
    if alpha >= _FIRM:
        return "够稳，可以排名次"
    if alpha >= _LOOSE:
        longer = _FIRM * (100 - alpha) / (alpha * (100 - _FIRM))
        return f"够用，想排名次再加 {ceil(questions * (longer - 1))} 题"
    return "不稳；先改区分度低的题" if alpha > 0 else "靠不住；先检查区分度是负数的题"


def of_sd(sd: float | None, maximum: float) -> str:
    """Return what a standard deviation of the totals means, of a paper with this maximum.

    >>> of_sd(14.6, 100), of_sd(3, 100), of_sd(None, 100)
    ('分数拉得开', '分数挤在一起，分不出高低', '只有一家，还比不出')
    """
    if sd is None:
        return "只有一家，还比不出"
    return "分数挤在一起，分不出高低" if 100 * sd < _NARROW * maximum else "分数拉得开"


def rounded_up(points: float) -> str:
    """Points with one digit, never fewer than they are.

    >>> rounded_up(9.14), rounded_up(7)
    ('9.2', '7')
    """
    return f"{ceil(round(points * 10, 9)) / 10:g}"


def of_number(attempts: int) -> str | None:
    """Return what to say about figures of so few attempts; None where they are enough.

    >>> of_number(9), of_number(10), of_number(30)
    ('不到 10 人，只看得分率。', '人数少，仅供参考。', None)
    """
    if attempts < LEAST_SHOWN:
        return TOO_FEW
    return FEW if attempts < LEAST_SURE else None
