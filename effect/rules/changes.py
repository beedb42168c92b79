"""Changes: by how much a measure differs from what it is compared with, and whether that is better."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from wechat_bot.measure import Fact, Measure

#: Smaller changes are told without praise or blame: points of a share, percent of a number.
POINTS, PERCENT = 1.0, 5.0
#: Standard deviations from which on a change is no chance, and the least that it is judged by.
CLEAR, LEAST = 2.0, 10


class ChangeTone(StrEnum):
    """Tone in which a change is told, as a class of a style sheet."""

    GOOD = "good"
    BAD = "bad"
    PLAIN = ""


@dataclass(frozen=True, slots=True)
class MeasureChange:
    """Change of a measure: as people read it, and its tone."""

    text: str
    tone: ChangeTone = ChangeTone.PLAIN


NONE = MeasureChange("—")


def change(measure: Measure, fact: Fact | None, before: Fact | None) -> MeasureChange:
    """Return how a measure changed: in percentage points of a share, in percent of a number; a dash where one of the
    two was not measured.

    >>> late = Measure("late", "超时", facts=None, is_less_better=True)
    >>> change(late, Fact(14), Fact(9)), change(late, Fact(14), Fact(0)).text, change(late, Fact(9), None).text
    (MeasureChange(text='+56%', tone=<ChangeTone.BAD: 'bad'>), '+14', '—')
    >>> within = Measure("within", "24 小时内答复", facts=None, of="留言")
    >>> change(within, Fact(890, 1000), Fact(951, 1000))
    MeasureChange(text='−6.1', tone=<ChangeTone.BAD: 'bad'>)
    >>> change(within, Fact(952, 1000), Fact(951, 1000)), change(within, Fact(951, 1000), Fact(0, 0)).text
    (MeasureChange(text='+0.1', tone=<ChangeTone.PLAIN: ''>), '—')
    >>> change(within, Fact(1, 2), Fact(1, 2)).text
    '持平'
    """
    if fact is None or before is None:
        return NONE
    if is_share(measure):
        if fact.share is None or before.share is None:
            return NONE
        points = 100 * (fact.share - before.share)
        return MeasureChange(_signed(points, ".1f"), _tone(measure, points, POINTS))
    if not before.n:
        return MeasureChange(_signed(fact.n, ",.0f"))
    percent = 100 * (fact.n - before.n) / before.n
    return MeasureChange(_signed(percent, ",.0f", "%"), _tone(measure, percent, PERCENT))


def is_share(measure: Measure) -> bool:
    """Whether a measure is read as a share."""
    return bool(measure.of) and not measure.is_money


def is_judged(measure: Measure) -> bool:
    """Whether a change can be told from chance, and is better or worse. What comes out by degrees is not judged: its
    spread is in no fact of the month."""
    return not (measure.is_neutral or measure.is_money or measure.per > 1)


def clearness(measure: Measure, fact: Fact, before: Fact) -> float:
    """Return how clear a change for the better is (negative: for the worse), in standard deviations; 0 where there is
    too little to judge by, or nothing is better.

    >>> within = Measure("within", "24 小时内答复", facts=None, of="留言")
    >>> round(clearness(within, Fact(890, 1000), Fact(951, 1000)), 1), clearness(within, Fact(1, 2), Fact(2, 2))
    (-5.0, 0.0)
    >>> learnt = Measure("learnt", "学完的店", facts=None)
    >>> round(clearness(learnt, Fact(1284), Fact(980)), 1), clearness(learnt, Fact(5), Fact(1))
    (6.4, 0.0)
    """
    if not is_judged(measure):
        return 0.0
    sign = -1 if measure.is_less_better else 1
    if not is_share(measure):
        both = fact.n + before.n
        return sign * (fact.n - before.n) / sqrt(both) if both >= LEAST else 0.0
    if min(fact.of or 0, before.of or 0) < LEAST:
        return 0.0
    mine, theirs = fact.n / (fact.of or 1), before.n / (before.of or 1)
    pooled = (fact.n + before.n) / ((fact.of or 0) + (before.of or 0))
    spread = sqrt(max(pooled * (1 - pooled), 0) * (1 / (fact.of or 1) + 1 / (before.of or 1)))
    return sign * (mine - theirs) / spread if spread else 0.0


def _tone(measure: Measure, difference: float, least: float) -> ChangeTone:
    if measure.is_neutral or abs(difference) < least:
        return ChangeTone.PLAIN
    return ChangeTone.GOOD if (difference > 0) != measure.is_less_better else ChangeTone.BAD


def _signed(number: float, form: str, unit: str = "") -> str:
    said = format(abs(number), form)
    if not said.strip("0.,"):
        return "持平"
    return f"{'+' if number > 0 else '−'}{said}{unit}"
