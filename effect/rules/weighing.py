"""Weighing: one number from several scores, where the company has written down and approved how much each counts."""

from collections.abc import Mapping

from effect.models.scores import Tier
from effect.rules.scoring import ManagerScore
from effect.texts import scores as texts
from foundation.errors import Refused
from foundation.text import whole_number

#: What a tier begins with: those in training are measured by the basics, those above them also by what their shops
#: learn and do. The company changes them.
FIRST: Mapping[Tier, Mapping[str, int]] = {
    Tier.JUNIOR: {"satisfaction": 40, "speed": 40, "reach": 10, "learning": 10},
    Tier.MIDDLE: {"satisfaction": 40, "speed": 30, "reach": 15, "learning": 15},
    Tier.SENIOR: {"satisfaction": 35, "speed": 20, "reach": 20, "learning": 25},
}


def read(given: Mapping[str, str]) -> dict[str, int]:
    """Return weights from what a form says; an empty field is 0. Raises Refused where they do not add up to 100.

    >>> read({"satisfaction": "60", "speed": "40", "reach": ""})
    {'satisfaction': 60, 'speed': 40}
    >>> read({"satisfaction": "60", "speed": "30"})
    Traceback (most recent call last):
    foundation.errors.Refused: 权重加起来是 90，要正好 100。
    >>> read({"satisfaction": "一半"})
    Traceback (most recent call last):
    foundation.errors.Refused: “满意”的权重请写 0 到 100 的整数。
    """
    found = {}
    for name, label in texts.NAMES.items():
        said = given.get(name, "").strip() or "0"
        weight = whole_number(said)
        if weight is None or not 0 <= weight <= 100:
            raise Refused(texts.NO_WEIGHT.format(label))
        if weight:
            found[name] = weight
    if sum(found.values()) != 100:
        raise Refused(texts.NOT_100.format(sum(found.values())))
    return found


def total(scores: Mapping[str, ManagerScore], weights: Mapping[str, int] | None) -> float | None:
    """Return the weighted sum of shrunk shares, 0 to 1; None without weights, and where a score that counts has too few
    events.

    >>> enough, few = ManagerScore(20, shrunk=0.9), ManagerScore(5, shrunk=0.5)
    >>> total({"satisfaction": enough, "speed": enough, "reach": few}, {"satisfaction": 60, "speed": 40})
    0.9
    >>> total({"satisfaction": enough, "reach": few}, {"satisfaction": 60, "reach": 40}), total({}, None)
    (None, None)
    """
    if not weights:
        return None
    counted = [(scores[name], weight) for name, weight in weights.items()]
    if not all(score.is_enough and score.shrunk is not None for score, _ in counted):
        return None
    return sum(weight * (score.shrunk or 0) for score, weight in counted) / 100
