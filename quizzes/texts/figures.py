"""Texts of a quiz's figures, as staff read them."""

from __future__ import annotations

from typing import NamedTuple

from console.charts import figure
from questions.keyed.items import HUNDREDTHS
from quizzes.rules import advice
from quizzes.rules.statistics import ItemFigures, PaperFigures

NOBODY = "还没有店考完。考完以后，成绩会在这里。"
NOT_FOR_DRAWN = "每人题目不同，不计算"


class KeyFigure(NamedTuple):
    """Key figure of a page: its word, the figure, its unit, and a line of what it is held against or means."""

    word: str
    figure: str
    unit: str = ""
    sub: str = ""


def percent(value: float | None) -> str:
    """A figure in per cent, with a true minus.

    >>> percent(-7.0651), percent(75), percent(None)
    ('−7.1', '75.0', '—')
    """
    return "—" if value is None else f"{value:.1f}".replace("-", "−")


def share(part: int, whole: int) -> str:
    """A share of two counts; nothing of nothing is no share.

    >>> share(1186, 2148), share(0, 0)
    ('55.2%', '—')
    """
    return f"{part / whole:.1%}" if whole else "—"


def turnout(asked: int, begun: int, ended: int, *, is_least: bool = False) -> KeyFigure:
    """The shops that have ended, against those that were asked.

    >>> turnout(2148, 1200, 1186)
    KeyFigure(word='考完', figure='1,186', unit='家', sub='2,148 家该考的，55.2%；1,200 家开始过')
    """
    least = "至少 " if is_least else ""
    rate = "" if is_least else f"，{share(ended, asked)}"
    return KeyFigure("考完", f"{least}{ended:,}", "家", f"{least}{asked:,} 家该考的{rate}；{begun:,} 家开始过")


def passed(number: int, ended: int) -> KeyFigure:
    """The shops that passed."""
    return KeyFigure("合格", share(number, ended), "", f"{number:,} 家")


def of_totals(whole: PaperFigures, maximum: int | None) -> list[KeyFigure]:
    """How the totals lie: their mean and their spread."""
    full = f"，满分 {figure(maximum / HUNDREDTHS)}" if maximum else ""
    spread = advice.of_sd(whole.sd, maximum / HUNDREDTHS) if maximum else "各人满分不同"
    return [
        KeyFigure("平均", figure(whole.mean), "分", f"中位数 {figure(whole.median)} 分{full}"),
        KeyFigure("高低差别", figure(whole.sd), "分", f"标准差；{spread}"),
    ]


def of_paper(whole: PaperFigures, questions: int, *, is_drawn: bool) -> list[KeyFigure]:
    """How far the totals can be trusted.

    >>> one = PaperFigures(1186, 75.2, 77, 14.6, 0, 0, 74.2, 50.8, 7.4)
    >>> [each.sub for each in of_paper(one, 10, is_drawn=False)]
    ['信度 α；够用，想排名次再加 4 题', '标准误；相差 7.4 分以内不算高低']
    """
    if is_drawn:
        return [KeyFigure("可信", "—", "", f"信度 α；{NOT_FOR_DRAWN}")]
    alpha = KeyFigure(
        "可信",
        percent(whole.alpha),
        "" if whole.alpha is None else "%",
        f"信度 α；{advice.of_alpha(whole.alpha, questions)}",
    )
    if whole.standard_error is None:
        return [alpha]
    error = f"标准误；相差 {advice.rounded_up(whole.standard_error)} 分以内不算高低"
    return [alpha, KeyFigure("一个人的分", f"±{figure(whole.standard_error)}", "分", error)]


def of_question(one: ItemFigures) -> list[KeyFigure]:
    """The figures of a question, each with what it says."""
    rows = (
        ("答对率", one.facility, f"平均拿到几成的分；{one.n:,} 家答过"),
        ("区分度", one.index, "30 以上好，20 以下要看看，负的多半是答案错了"),
        ("区分效率", one.efficiency, "占这题能分出的最大程度的几成"),
        ("权重", one.weight, "总分的高低有几成来自这题"),
        ("高低差别", one.sd, "标准差；大家在这题上差多少"),
    )
    return [KeyFigure(word, percent(value), "" if value is None else "%", said) for word, value, said in rows]


def waiting(number: int, time: str, *, is_more: bool) -> str:
    """What has ended and is not in the figures yet; `is_more` says that there are more than were counted.

    >>> waiting(3, "08:15", is_more=False)
    '有 3 份刚交的卷子还在计入，下面是 08:15 的成绩。'
    """
    return f"有 {number:,} {'多' if is_more else ''}份刚交的卷子还在计入，下面是 {time} 的成绩。"


def earlier(number: int) -> str:
    """Shops whose attempt was at another version; nothing where there are none."""
    return f"另有 {number:,} 家考的是另一版试卷，不在下面的统计里。" if number else ""
