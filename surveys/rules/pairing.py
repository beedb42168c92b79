"""Disclosure of one question by another in an anonymous survey."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from surveys.rules.disclosure import LEAST, disclosed_table, merged
from surveys.rules.tally import ANSWERED

#: How many chose an option of one question and an option of another; `#` stands for any.
Counts = Mapping[tuple[str, str], int]


def codes_of(entry: Mapping[str, Any]) -> list[str]:
    """Return the options of a question as the counters name them."""
    return [str(option["code"]) for option in entry["options"]]


def labels_of(entry: Mapping[str, Any]) -> list[str]:
    """Return the labels of its options, to be read without the question.

    >>> labels_of({"type": "nps", "options": [{"label": "9"}, {"label": "10"}]})
    ['9 分', '10 分']
    """
    unit = " 分" if entry["type"] in ("rating", "nps") else ""
    return [f"{option['label']}{unit}" for option in entry["options"]]


def disclosed(
    counts: Counts, entry: Mapping[str, Any], other: Mapping[str, Any]
) -> list[tuple[str, int | None, list[int | None]]]:
    """Return the rows that may be shown: label, how many answered, and the cells; None for a hidden figure.

    `counts` has the option of `other`, whose options are the rows, first. What the results hide of either question is
    hidden here too. How many skipped a question is no secret, and the results show it.

    >>> entry = {"options": [{"code": 1, "label": "满意", "count": 45}, {"code": 2, "label": "一般", "count": 30}]}
    >>> other = {"type": "single", "options": [{"code": 1, "label": "水", "count": 36},
    ...     {"code": 2, "label": "米", "count": None}, {"code": 3, "label": "茶", "count": None}]}
    >>> cells = {("1", "1"): 26, ("1", "2"): 10, ("2", "1"): 16, ("2", "2"): 20, ("3", "1"): 3}
    >>> counts = cells | {("1", "#"): 36, ("2", "#"): 36, ("3", "#"): 3, ("#", "#"): 75}
    >>> disclosed(counts, entry, other)
    [('水', 36, [26, 10]), ('人少的 2 个选项合在一起', 39, [19, 20])]
    >>> disclosed(counts, entry, other | {"type": "multiple"})
    [('水', 36, [26, 10]), ('米', None, [None, None]), ('茶', None, [None, None])]
    """
    if counts.get((ANSWERED, ANSWERED), 0) < LEAST:
        return []
    options, codes, labels = codes_of(entry), codes_of(other), labels_of(other)
    sizes = {place: counts.get((code, ANSWERED), 0) for place, code in enumerate(codes)}
    together = merged(sizes, hidden=[place for place, option in enumerate(other["options"]) if option["count"] is None])
    groups = [(labels[place], [place]) for place in sizes if place not in together]
    # Rows of a question with several answers overlap: merged, one sheet would count several times.
    is_overlapping = other["type"] == "multiple"
    if together and not is_overlapping:
        groups.append((f"人少的 {len(together)} 个选项合在一起", sorted(together)))
    table = [
        [sum(counts.get((codes[each], option), 0) for each in places) for option in options] for _, places in groups
    ]
    away = [place for place, option in enumerate(entry["options"]) if option["count"] is None]
    rows: list[tuple[str, int | None, list[int | None]]] = [
        (label, sum(sizes[each] for each in places), cells)
        for (label, places), cells in zip(groups, disclosed_table(table, hidden=away), strict=True)
    ]
    if is_overlapping:
        rows += [(labels[place], None, [None] * len(options)) for place in sorted(together)]
    return rows
