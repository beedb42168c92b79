"""Progress in a lesson: what was handed out counts, not what a phone says; the next screen comes no sooner than the
last one could be read.

A lesson has its screens and one step more, its end: the question, or the finish where it has none. A step is asked for
by its number, from 1. Whatever a page posts or a chat says is such a number, and decided here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import NamedTuple

LEAST = 3
"""Seconds before which no screen was looked at."""
CHARACTERS_A_SECOND = 12
"""More than anybody reads."""
HEARD = 0.8
"""The share of a sound or a video before which it was not listened to: its last words are often a farewell."""
WRONG = timedelta(hours=1)
"""A screen handed out so far ahead was so by a wrong clock. The chat hears what was said some seconds before."""
MOST_CREDITED = 300
"""Seconds credited for one screen: a page that lies open is no study."""


def least_seconds(characters: int, media_seconds: float = 0) -> int:
    """Return in how many seconds a screen can be read and heard at the soonest.

    >>> least_seconds(120), least_seconds(121), least_seconds(10), least_seconds(0, 50), least_seconds(600, 50)
    (10, 11, 3, 40, 50)
    """
    # Whole thousandths: 0.8 x 50 may be a hair more than 40.
    return max(LEAST, -(-characters // CHARACTERS_A_SECOND), ceil(round(HEARD * media_seconds, 3)))


class StepVerdict(StrEnum):
    """Verdict on a step that was asked for."""

    SEEN = "seen"
    """It was handed out before: shown again at any time, and nothing is credited."""
    NEXT = "next"
    """It is handed out now, for the first time."""
    TOO_SOON = "too_soon"
    """The one before it could not yet be read."""
    TOO_FAR = "too_far"
    """Others come before it, or there is no such step."""


class StepAsked(NamedTuple):
    """Step of a lesson that was asked for: what comes of it, what it credits, how many seconds it lacks."""

    verdict: StepVerdict
    credited: int = 0
    lacks: int = 0


@dataclass(frozen=True, slots=True)
class LessonPlace:
    """Place of a learner in a lesson."""

    #: The furthest step that was handed out, and when; 0 and None before the first.
    at: int
    shown_at: datetime | None
    #: The least seconds of each screen, in order.
    least: Sequence[int]

    @property
    def end(self) -> int:
        """The number of the step behind the last screen."""
        return len(self.least) + 1

    def lacks(self, moment: datetime) -> int:
        """Return how many seconds are missing before the next step is handed out; 0 where none are.

        >>> from datetime import UTC
        >>> shown = datetime(2026, 12, 1, 10, tzinfo=UTC)
        >>> place = LessonPlace(1, shown, (10, 3))
        >>> [place.lacks(shown + timedelta(seconds=each)) for each in (-3601, -60, 0, 8.2, 9, 9.9, 10, 3600)]
        [0, 10, 10, 2, 1, 1, 0, 0]
        """
        if self.shown_at is None or not 1 <= self.at < self.end or self.shown_at - moment > WRONG:
            return 0
        return max(0, ceil(self.least[self.at - 1] - self._since(moment).total_seconds()))

    def ask(self, step: int, moment: datetime) -> StepAsked:
        """Return what comes of asking for a step at a moment.

        >>> from datetime import UTC
        >>> shown = datetime(2026, 12, 1, 10, tzinfo=UTC)
        >>> place = LessonPlace(2, shown, (3, 10, 3))
        >>> def after(seconds, step):
        ...     asked = place.ask(step, shown + timedelta(seconds=seconds))
        ...     return asked.verdict.value, asked.credited, asked.lacks
        >>> after(0, 1), after(9000, 2), after(9, 3), after(10, 3)
        (('seen', 0, 0), ('seen', 0, 0), ('too_soon', 0, 1), ('next', 10, 0))
        >>> after(3600, 3), after(3600, 4), after(3600, 0)
        (('next', 300, 0), ('too_far', 0, 0), ('too_far', 0, 0))
        >>> [LessonPlace(0, None, (3,)).ask(step, shown).verdict.value for step in (1, 2)]
        ['next', 'too_far']
        """
        if not 1 <= step <= min(self.at + 1, self.end):
            return StepAsked(StepVerdict.TOO_FAR)
        if step <= self.at:
            return StepAsked(StepVerdict.SEEN)
        if lacks := self.lacks(moment):
            return StepAsked(StepVerdict.TOO_SOON, lacks=lacks)
        credited = min(MOST_CREDITED, int(self._since(moment).total_seconds())) if self.at else 0
        return StepAsked(StepVerdict.NEXT, credited)

    def _since(self, moment: datetime) -> timedelta:
        return max(moment - self.shown_at, timedelta()) if self.shown_at is not None else timedelta()


def handed_out(now: datetime) -> datetime:
    """Return the moment that is kept of a step handed out now: in whole seconds, as WeChat's own times are. Else who
    waited ten seconds in the chat would have waited nine and a bit.

    >>> handed_out(datetime(2026, 12, 1, 10, 0, 0, 700_000)).microsecond
    0
    """
    return now.replace(microsecond=0)
