"""Shown figures: all of an identified survey; of an anonymous one only those that hide everybody."""

from collections.abc import Mapping
from typing import Any

from surveys.rules.disclosure import LEAST, disclosed


def shown(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of `queries.tally`, for an anonymous survey without those that stand for too few people.

    A hidden option has `count`, `share` and its interval None; a question answered by too few has no figures.

    >>> option = {"code": 1, "label": "好", "count": 2, "share": 1.0, "low": 0.3, "high": 1.0}
    >>> figures = {"anonymous": True, "questions": [{"code": "q1", "n": 2, "options": [option], "mean": 1.0}]}
    >>> shown(figures)["questions"]
    [{'code': 'q1', 'n': None, 'options': [], 'is_hidden': True}]
    """
    if not figures["anonymous"]:
        return dict(figures)
    # A mean score beside the shown counts would tell what is hidden.
    return {**figures, "score": None, "questions": [_question(entry) for entry in figures["questions"]]}


def _question(entry: Mapping[str, Any]) -> dict[str, Any]:
    if entry["n"] < LEAST:
        kept = {name: entry[name] for name in ("code", "text", "type", "retired") if name in entry}
        return {**kept, "n": None, "options": [], "is_hidden": True}
    options = entry.get("options", ())
    counts = disclosed([option["count"] for option in options])
    is_partly = None in counts
    is_bare = None in disclosed([column["count"] for column in entry.get("bins", ())])
    hidden = {"count": None, "share": None, "low": None, "high": None}
    plain = {
        **entry,
        "options": [
            {**option, **(hidden if count is None else {})} for option, count in zip(options, counts, strict=True)
        ],
    }
    if is_partly or entry.get("type") == "number":
        # A mean and the groups of an NPS would reveal what was hidden; the ends of numbers are single answers.
        for name in (
            "mean",
            "sd",
            "median",
            "min",
            "max",
            "nps",
            "nps_low",
            "nps_high",
            "promoters",
            "passives",
            "detractors",
        ):
            plain.pop(name, None)
    if is_bare:
        plain.pop("bins", None)
    return {**plain, "is_partly_hidden": is_partly}
