"""Test statistics by Moodle's definitions, from counted marks: facility, discrimination, weight, alpha, standard error.

Sources: "Quiz statistics calculations" in Moodle's developer documentation; its published example is
`tests/quizzes/rules/test_statistics.py`. All sums are whole numbers, so that nothing is lost before the last division,
and nothing is rounded after it. A figure that Moodle does not define is None.

Marks, totals and maxima are whole numbers of one unit, hundredths of a point in our tables. The cost depends on how
many different pairs of a mark and a total there are, never on how many attempts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

Cells = Mapping[tuple[int, int], int]
"""How many attempts got this mark in the question and this total in the whole paper: (mark, total) to a count."""

Totals = Mapping[int, int]
"""How many attempts got this total."""


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """Figures of one question; shares in per cent."""

    n: int
    """Attempts in which it was asked."""
    facility: float | None
    """Mean mark as a share of the maximum."""
    sd: float | None
    """Sample standard deviation of the marks as a share of the maximum."""
    index: float | None
    """Discrimination index: correlation of the mark with the rest of the paper, -100 to 100."""
    efficiency: float | None
    """Discriminative efficiency: the covariance with the rest as a share of the greatest that these marks allow."""
    weight: float | None
    """Effective weight: the share of this question in the spread of the totals; None where it lessens the spread."""


@dataclass(frozen=True, slots=True)
class PaperFigures:
    """Figures of a whole paper. `mean`, `median`, `sd` and `standard_error` are points; `alpha` and `error_ratio` per
    cent."""

    attempts: int
    mean: float | None
    median: float | None
    sd: float | None
    skewness: float | None
    kurtosis: float | None
    alpha: float | None
    """Cronbach's alpha, Moodle's coefficient of internal consistency; it may be negative."""
    error_ratio: float | None
    standard_error: float | None


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums over the attempts in which a question was asked: of marks (x), the rest of the paper (y), and totals (t)."""

    n: int
    x: int
    y: int
    xx: int
    yy: int
    xy: int

    @classmethod
    def of(cls, cells: Cells) -> _Sums:
        n = x = y = xx = yy = xy = 0
        for (mark, total), count in cells.items():
            rest = total - mark
            n += count
            x += count * mark
            y += count * rest
            xx += count * mark * mark
            yy += count * rest * rest
            xy += count * mark * rest
        return cls(n, x, y, xx, yy, xy)

    # Each is n(n - 1) times the sample's figure: whole, and the factor falls out of every ratio.

    @property
    def variance(self) -> int:
        return self.n * self.xx - self.x * self.x

    @property
    def rest_variance(self) -> int:
        return self.n * self.yy - self.y * self.y

    @property
    def covariance(self) -> int:
        return self.n * self.xy - self.x * self.y


def items(cells: Sequence[Cells], maxima: Sequence[float]) -> list[ItemFigures]:
    """Return the figures of each question of a paper, in order; `maxima` are their maximum marks.

    >>> marks = ((1, 1, 1), (1, 1, 0), (1, 0, 0), (0, 0, 0))
    >>> cells = [Counter((100 * row[n], 100 * sum(row)) for row in marks) for n in range(3)]
    >>> first = items(cells, (100, 100, 100))[0]
    >>> first.facility, round(first.index, 6), first.efficiency
    (75.0, 52.223297, 100.0)
    """
    sums = [_Sums.of(each) for each in cells]
    # The covariance with the total, of which the question itself is a part; a negative one has no weight.
    parts = [_root_share(each) for each in sums]
    whole = sum(part for part in parts if part is not None)
    return [
        _item(each, own, maximum, None if part is None or not whole else 100 * part / whole)
        for each, own, maximum, part in zip(cells, sums, maxima, parts, strict=True)
    ]


def _root_share(sums: _Sums) -> float | None:
    """Return the root of the covariance of mark and total; None where it is negative, or there is one attempt."""
    if sums.n < 2:
        return None
    shared = sums.variance + sums.covariance
    return None if shared < 0 else sqrt(shared / (sums.n * (sums.n - 1)))


def _item(cells: Cells, sums: _Sums, maximum: float, weight: float | None) -> ItemFigures:
    if not sums.n or not maximum:
        return ItemFigures(sums.n, None, None, None, None, None)
    facility = 100 * sums.x / (sums.n * maximum)
    if sums.n < 2:
        return ItemFigures(sums.n, facility, None, None, None, None)
    sd = 100 * sqrt(sums.variance / (sums.n * (sums.n - 1))) / maximum
    spread = sums.variance * sums.rest_variance
    greatest = _greatest_covariance(cells, sums)
    return ItemFigures(
        n=sums.n,
        facility=facility,
        sd=sd,
        index=100 * sums.covariance / sqrt(spread) if spread else None,
        efficiency=100 * sums.covariance / greatest if greatest else None,
        weight=weight,
    )


def _greatest_covariance(cells: Cells, sums: _Sums) -> int:
    """Return the covariance if the best marks had met the best rests, in the same unit as `_Sums.covariance`.

    Both are sorted and paired, without writing out one line for each attempt.
    """
    marks: Counter[int] = Counter()
    rests: Counter[int] = Counter()
    for (mark, total), count in cells.items():
        marks[mark] += count
        rests[total - mark] += count
    products = 0
    ordered = iter(sorted(rests.items()))
    rest, left = next(ordered)
    for mark, count in sorted(marks.items()):
        while count:
            if not left:
                rest, left = next(ordered)
            paired = min(count, left)
            products += paired * mark * rest
            count -= paired
            left -= paired
    return sums.n * products - sums.x * sums.y


def paper(totals: Totals, cells: Iterable[Cells] | None, maxima: Sequence[float], *, unit: int) -> PaperFigures:
    """Return the figures of the whole paper, in points of `unit` each; `cells` are those of its questions, None where
    each shop had a paper of its own: then there is no alpha.

    A question worth nothing is no part of alpha; one that all answered alike is.

    >>> rows = {300: 1, 200: 1, 100: 1, 0: 1}
    >>> figures = paper(rows, None, (), unit=100)
    >>> figures.mean, figures.median, figures.kurtosis, figures.alpha
    (1.5, 1.5, -1.2, None)
    """
    n = sum(totals.values())
    if not n:
        return PaperFigures(0, *(None,) * 8)
    first = sum(total * count for total, count in totals.items())
    mean = first / n
    # n times the deviation from the mean is whole.
    moments = [sum((n * total - first) ** power * count for total, count in totals.items()) for power in (2, 3, 4)]
    m2, m3, m4 = (moment / n ** (power + 1) for moment, power in zip(moments, (2, 3, 4), strict=True))
    k2 = n * m2 / (n - 1) if n > 1 else None
    sd = sqrt(k2) if k2 is not None else None
    alpha = _alpha(cells, maxima, k2)
    ratio = 100 * sqrt(1 - alpha / 100) if alpha is not None else None
    return PaperFigures(
        attempts=n,
        mean=mean / unit,
        median=_median(totals, n) / unit,
        sd=None if sd is None else sd / unit,
        skewness=n * n * m3 / ((n - 1) * (n - 2)) / k2**1.5 if n > 2 and k2 else None,
        kurtosis=_fourth(n, m2, m4) / k2**2 if n > 3 and k2 else None,
        alpha=alpha,
        error_ratio=ratio,
        standard_error=None if ratio is None or sd is None else ratio * sd / 100 / unit,
    )


def _fourth(n: int, m2: float, m4: float) -> float:
    """Return Fisher's fourth k-statistic from the central moments."""
    return n * n * ((n + 1) * m4 - 3 * (n - 1) * m2 * m2) / ((n - 1) * (n - 2) * (n - 3))


def _alpha(cells: Iterable[Cells] | None, maxima: Sequence[float], k2: float | None) -> float | None:
    if cells is None or not k2:
        return None
    sums = [_Sums.of(each) for each, maximum in zip(cells, maxima, strict=True) if maximum]
    k = len(sums)
    if k < 2:
        return None
    within = sum(each.variance / (each.n * (each.n - 1)) for each in sums)
    return 100 * k / (k - 1) * (1 - within / k2)


def _median(totals: Totals, n: int) -> float:
    lower = upper = None
    seen = 0
    for total, count in sorted(totals.items()):
        seen += count
        if lower is None and seen > (n - 1) // 2:
            lower = total
        if seen > n // 2:
            upper = total
            break
    assert lower is not None and upper is not None
    return (lower + upper) / 2
