"""Histogram of numbers: a few columns of round bounds that hold every value once."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise

MOST = 10
#: Different whole numbers up to this are columns of their own.
OWN = 12
#: The share of the answers that the closed columns reach to; the last holds whatever lies above.
REACH = Decimal("0.95")
_STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))


@dataclass(frozen=True, slots=True)
class Bin:
    """Bin of a histogram: a column with the values it holds, and how many they are."""

    label: str
    count: int


def histogram(values: Mapping[Decimal, int]) -> list[Bin]:
    """Return the columns of values with their counts; none where there are none.

    Whole numbers have columns such as 20–39; others from one bound up to the next, without it.

    >>> few = {Decimal(1): 3, Decimal(2): 1, Decimal(4): 2}
    >>> [(column.label, column.count) for column in histogram(few)]
    [('1', 3), ('2', 1), ('3', 0), ('4', 2)]
    >>> many = {Decimal(n): 1 for n in range(100)} | {Decimal(420): 2}
    >>> [(column.label, column.count) for column in histogram(many)]
    [('0–19', 20), ('20–39', 20), ('40–59', 20), ('60–79', 20), ('80–99', 20), ('100 以上', 2)]
    """
    counted = sorted((value, count) for value, count in values.items() if count > 0)
    if not counted:
        return []
    least, most = counted[0][0], counted[-1][0]
    is_whole = all(value == value.to_integral_value() for value, _ in counted)
    if is_whole and most - least < OWN:
        numbers = [int(least) + n for n in range(int(most - least) + 1)]
        return [Bin(str(number), values.get(Decimal(number), 0)) for number in numbers]
    step, begin = _step(least, _reach(counted), is_whole=is_whole)
    bounds = [begin]
    while bounds[-1] <= _reach(counted):
        bounds.append(bounds[-1] + step)
    columns = [
        Bin(_label(low, high, is_whole=is_whole), sum(count for value, count in counted if low <= value < high))
        for low, high in pairwise(bounds)
    ]
    above = sum(count for value, count in counted if value >= bounds[-1])
    return [*columns, Bin(f"{_said(bounds[-1])} 以上", above)] if above else columns


def _reach(counted: list[tuple[Decimal, int]]) -> Decimal:
    """Return the value that `REACH` of the answers do not exceed."""
    wanted, so_far = REACH * sum(count for _, count in counted), 0
    for value, count in counted:
        so_far += count
        if so_far >= wanted:
            return value
    return counted[-1][0]


def _step(least: Decimal, most: Decimal, *, is_whole: bool) -> tuple[Decimal, Decimal]:
    """Return the narrowest round width of at most `MOST` columns with the one for what lies above, and their begin."""
    scale = Decimal(1) if is_whole else Decimal("0.01")
    while True:
        for factor in _STEPS:
            step = factor * scale
            begin = (least / step).to_integral_value(ROUND_FLOOR) * step
            if (most - begin) / step < MOST - 1:
                return step, begin
        scale *= 10


def _label(low: Decimal, high: Decimal, *, is_whole: bool) -> str:
    if not is_whole or low < 0:
        return f"{_said(low)} 到 {_said(high - 1 if is_whole else high)}"
    return _said(low) if high - low == 1 else f"{_said(low)}–{_said(high - 1)}"


def _said(value: Decimal) -> str:
    """
    >>> _said(Decimal("20.00")), _said(Decimal("0.50"))
    ('20', '0.5')
    """
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"
