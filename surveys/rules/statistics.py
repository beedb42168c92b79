"""Statistics from counts: shares with intervals, NPS, mean and spread. Nothing is rounded here; None where
undefined."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from typing import Any, NamedTuple

from foundation.shares import CONFIDENCE, Interval, wilson, z_of
from questions.question import OTHER, Question, QuestionType
from surveys.rules.definition import Definition
from surveys.rules.histogram import histogram
from surveys.rules.tally import ANSWERED, Key

Distribution = Mapping[int, int] | Mapping[Decimal, int]
"""How often each value was given. Never expanded: the cost depends on the different values, not on the answers."""


class Nps(NamedTuple):
    """Net promoter score from -100 to 100, with its standard error and interval in the same points."""

    score: float
    error: float
    low: float
    high: float
    promoters: int
    passives: int
    detractors: int


class Spread(NamedTuple):
    """Spread of values. `sd` is the sample's (n-1), None for fewer than two values."""

    n: int
    mean: float
    sd: float | None
    median: float
    min: float
    max: float


def nps(distribution: Distribution) -> Nps | None:
    """Return the share of promoters (9 and more) less the share of detractors (below 7), times 100; None when nobody
    answered.

    Only answers given count, never skips. The standard error is that of a mean of +1, 0, -1:
    100 * sqrt((p + d - (p - d)**2) / n), the interval the normal one, cut at -100 and 100 (Engelhardt, "Net Promoter
    Score confidence intervals", 2016). With all answers in one group it has no width, however few they are.

    >>> nps({10: 1, 9: 1, 8: 1, 6: 1}).score
    25.0
    """
    n = promoters = detractors = 0
    for value, count in distribution.items():
        n += count
        promoters += count if value >= 9 else 0
        detractors += count if value < 7 else 0
    if n == 0:
        return None
    net = Fraction(promoters - detractors, n)
    variance = Fraction(promoters + detractors, n) - net * net
    score, error = float(100 * net), 100 * sqrt(variance / n)
    reach = z_of(CONFIDENCE) * error
    low, high = max(-100.0, score - reach), min(100.0, score + reach)
    return Nps(score, error, low, high, promoters, n - promoters - detractors, detractors)


def spread(distribution: Distribution) -> Spread | None:
    """Return mean, standard deviation, median and ends of the values; None when there are none.

    >>> round(spread({1: 10, 5: 10}).sd ** 2, 10)
    4.2105263158
    >>> spread({5: 200_000}).median
    5.0
    """
    values = sorted((Fraction(value), count) for value, count in distribution.items() if count > 0)
    if not values:
        return None
    n = sum(count for _, count in values)
    mean = sum((value * count for value, count in values), Fraction()) / n
    squares = sum(((value - mean) ** 2 * count for value, count in values), Fraction())
    middle = (_at(values, (n - 1) // 2) + _at(values, n // 2)) / 2
    return Spread(
        n=n,
        mean=float(mean),
        sd=sqrt(squares / (n - 1)) if n > 1 else None,
        median=float(middle),
        min=float(values[0][0]),
        max=float(values[-1][0]),
    )


def _at(values: list[tuple[Fraction, int]], place: int) -> Fraction:
    for value, count in values:
        if place < count:
            return value
        place -= count
    raise IndexError(place)


def csat(distribution: Distribution) -> tuple[float, Interval] | None:
    """Return customer satisfaction: the share of 4 and 5 on the scale of five, 0 to 1, with its Wilson interval.

    >>> csat({5: 1, 3: 1})[0]
    0.5
    """
    n = sum(distribution.values())
    content = sum(count for value, count in distribution.items() if value >= 4)
    interval = wilson(content, n)
    return (content / n, interval) if interval else None


def rate(part: int, whole: int) -> float | None:
    """Return a share from 0 to 1, None when there is nothing to be a share of.

    >>> rate(216, 233), rate(0, 0)
    (0.927038626609442, None)
    """
    return part / whole if whole else None


def response_rate(returned: int, sent: int) -> float | None:
    """Return the response rate (回收率): returned of sent. Drafts are not returned."""
    return rate(returned, sent)


def valid_rate(valid: int, returned: int) -> float | None:
    """Return the valid rate (有效率): valid of returned."""
    return rate(valid, returned)


def summary(definition: Definition, counts: Mapping[Key, int]) -> list[dict[str, Any]]:
    """Return one entry for each question, in order; `counts` are the sums over all versions.

    Shares are of the n who answered that question, with 95 % Wilson intervals. A figure that does not apply to the type
    is left out; one that is undefined (no answers) is None. Answers to what only earlier versions asked or offered come
    last, marked `retired`.

    >>> question = Question("q3", QuestionType.TEXT, "?")
    >>> summary(Definition("调查", (question,)), {("q3", "#"): 2})
    [{'code': 'q3', 'type': 'text', 'n': 2}]
    """
    by_question: dict[str, dict[str, int]] = {}
    for (code, key), count in counts.items():
        if count:
            by_question.setdefault(code, {})[key] = count
    entries = [_question(question, by_question.get(question.code, {})) for question in definition.questions]
    for question in definition.retired:
        if question.code in by_question:
            entries.append(_question(question, by_question[question.code]) | {"retired": True})
    return entries


def _question(question: Question, counts: Mapping[str, int]) -> dict[str, Any]:
    n = counts.get(ANSWERED, 0)
    chosen = {key: count for key, count in counts.items() if key != ANSWERED}
    entry: dict[str, Any] = {"code": question.code, "type": question.type.value, "n": n}
    if question.type.has_options:
        return entry | {"options": _options(question, chosen, n)}
    if question.type.scale is not None:
        points = {int(key): count for key, count in chosen.items()}
        entry["options"] = [
            _share(point, str(point), points.get(point, 0), n) for point in sorted({*question.type.scale, *points})
        ]
        if question.type is QuestionType.NPS:
            return entry | _nps_figures(points)
        return entry | _figures(points, ("mean", "sd", "median"))
    if question.type is QuestionType.NUMBER:
        numbers = {Decimal(key): count for key, count in chosen.items()}
        figures = _figures(numbers, ("mean", "sd", "median", "min", "max"))
        bins = [{"label": column.label, "count": column.count} for column in histogram(numbers)]
        return entry | figures | {"bins": bins}
    return entry


def _options(question: Question, chosen: Mapping[str, int], n: int) -> list[dict[str, Any]]:
    counts = {int(key): count for key, count in chosen.items()}
    offered = [option.code for option in question.options] + ([OTHER] if question.other else [])
    gone = [option.code for option in question.retired if option.code in counts]
    # An unknown code is listed all the same: shares must never silently stop adding up.
    gone += sorted(code for code in counts if code not in offered and code not in gone)
    listed = [_share(code, question.label(code), counts.get(code, 0), n) for code in offered]
    return listed + [_share(code, question.label(code), counts[code], n) | {"retired": True} for code in gone]


def _share(code: int, label: str, count: int, n: int) -> dict[str, Any]:
    interval = wilson(count, n) if n else None
    return {
        "code": code,
        "label": label,
        "count": count,
        "share": rate(count, n),
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
    }


def _nps_figures(points: Mapping[int, int]) -> dict[str, Any]:
    found = nps(points)
    return {
        "nps": found.score if found else None,
        "nps_low": found.low if found else None,
        "nps_high": found.high if found else None,
        "promoters": found.promoters if found else 0,
        "passives": found.passives if found else 0,
        "detractors": found.detractors if found else 0,
    }


def _figures(values: Distribution, names: tuple[str, ...]) -> dict[str, Any]:
    found = spread(values)
    return {name: getattr(found, name) if found else None for name in names}
