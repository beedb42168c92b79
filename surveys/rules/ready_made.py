"""Ready-made surveys to begin with: YAML files in `surveys/ready_made`, each a whole survey with a word on its use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

from surveys.rules import files
from surveys.rules.definition import Definition
from surveys.rules.review import read

_FOLDER = Path(__file__).parent.parent / "ready_made"
_ORDER = ("satisfaction", "needs", "new_product", "manager", "display", "poll")
_EVENING = 20
"""The hour at which a survey ends that lasts some days."""


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """Ready-made survey."""

    name: str
    about: str
    """What it is for, in a sentence to its author."""
    days: int
    """How long it usually runs."""
    definition: Definition
    written: Mapping[str, Any]


@cache
def ready_made() -> tuple[ReadyMade, ...]:
    """Return all of them, in the order they are offered.

    >>> [each.definition.title for each in ready_made()]
    ['服务满意度调查', '需求征集', '新品评价', '客户经理评价', '陈列情况调查', '投票']
    """
    return tuple(map(_read, _ORDER))


def named(name: str) -> ReadyMade | None:
    """Return the one with this name; None where there is none."""
    return next((each for each in ready_made() if each.name == name), None)


def ends_at(kept: ReadyMade, now: datetime, zone: tzinfo) -> str:
    """Return when it ends if it begins now, as the field of a form holds it.

    >>> from datetime import timezone
    >>> ends_at(ready_made()[-1], datetime(2026, 11, 30, 17, tzinfo=UTC), timezone(timedelta(hours=8)))
    '2026-12-04T20:00'
    """
    last = now.astimezone(zone) + timedelta(days=kept.days)
    return last.replace(hour=_EVENING, minute=0).strftime("%Y-%m-%dT%H:%M")


def _read(name: str) -> ReadyMade:
    data = dict(files.of_yaml((_FOLDER / f"{name}.yaml").read_bytes()).data)
    about, days = str(data.pop("about")), int(data.pop("days"))
    return ReadyMade(name, about, days, read(data, timezone=UTC), data)
