"""Regrading: what another key of one question makes of ended attempts. Plain values in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from questions.keyed import marking
from questions.keyed.marking import Mark
from quizzes.rules.counting import counted
from quizzes.rules.definition import CountRule


@dataclass(frozen=True, slots=True)
class GradedAttempt:
    """Ended attempt as it is marked."""

    id: int
    number: int
    #: The version of the quiz.
    version_id: int
    paper: Sequence[Sequence[Any]]
    answers: Mapping[str, Mapping[str, Any]]
    key_numbers: tuple[int, ...]
    marks: tuple[Mark, ...]
    total: int
    maximum: int
    is_passed: bool
    seconds: int
    ended_at: datetime

    def place(self, version_ids: frozenset[int]) -> int | None:
        """Return where in the paper one of these versions of a question stands; None where none does."""
        return next((at for at, place in enumerate(self.paper) if place[0] in version_ids), None)

    def is_wrong(self, at: int) -> bool:
        """Whether the question at a place counts, and got less than its points."""
        mark = self.marks[at]
        return mark is not None and mark < self.paper[at][2]

    def remarked(self, at: int, mark: Mark, key_number: int, pass_mark: int) -> GradedAttempt:
        """Return the attempt with another mark, by another key, at a place of its paper.

        >>> paper = [[31, "ab", 500, []], [32, "cd", 1000, []]]
        >>> one = GradedAttempt(1, 1, 7, paper, {}, (1, 1), (0, 1000), 1000, 1500, True, 60, datetime.max)
        >>> struck = one.remarked(0, None, 2, 6000)
        >>> struck.marks, struck.total, struck.maximum, struck.key_numbers
        ((None, 1000), 1000, 1000, (2, 1))
        >>> struck.remarked(0, 0, 1, 6000) == one
        True
        """
        before, points = self.marks[at], self.paper[at][2]
        total = self.total - (before or 0) + (mark or 0)
        maximum = self.maximum - (0 if before is None else points) + (0 if mark is None else points)
        return replace(
            self,
            key_numbers=(*self.key_numbers[:at], key_number, *self.key_numbers[at + 1 :]),
            marks=(*self.marks[:at], mark, *self.marks[at + 1 :]),
            total=total,
            maximum=maximum,
            is_passed=marking.is_passed(total, maximum, pass_mark),
        )


def direction(before: GradedAttempt, after: GradedAttempt) -> int:
    """Return 1 where the share of the maximum rises, -1 where it falls, 0 where it stays. Cross-multiplied, so that no
    share is rounded."""
    mine, theirs = after.total * before.maximum, before.total * after.maximum
    return (mine > theirs) - (mine < theirs)


def is_worse(before: GradedAttempt, after: GradedAttempt) -> bool:
    """Tell whether an attempt loses by a change: a share of its maximum, or the pass."""
    return direction(before, after) < 0 or (before.is_passed and not after.is_passed)


class ShopResult(NamedTuple):
    """Result of a shop in a quiz: the attempt that counts, before and after a change."""

    before: GradedAttempt
    after: GradedAttempt

    @property
    def is_moved(self) -> bool:
        """Whether the shop sees another result."""
        before, after = self
        return (before.total, before.maximum, before.is_passed) != (after.total, after.maximum, after.is_passed)


def shop_result(before: Sequence[GradedAttempt], after: Sequence[GradedAttempt], counts: CountRule) -> ShopResult:
    """Return the result of a shop from all its ended attempts before and after a change."""
    return ShopResult(counted(before, counts), counted(after, counts))


@dataclass(frozen=True, slots=True)
class RegradeCounts:
    """Counts of a change: shops that were looked at, and what it makes of their results."""

    shops: int = 0
    up: int = 0
    down: int = 0
    newly_passed: int = 0
    newly_failed: int = 0
    #: Shops that keep an attempt as it is, for it would be worse.
    kept: int = 0

    def to_json(self) -> dict[str, int]:
        """Return the counts as plain JSON values; `RegradeCounts(**data)` reads them back."""
        return asdict(self)

    def plus(self, results: Sequence[ShopResult], *, shops: int, kept: int) -> RegradeCounts:
        """Return the counts with so many shops more; `results` are those that moved."""
        directions = [direction(*each) for each in results]
        return RegradeCounts(
            shops=self.shops + shops,
            up=self.up + directions.count(1),
            down=self.down + directions.count(-1),
            newly_passed=self.newly_passed + sum(b.is_passed < a.is_passed for b, a in results),
            newly_failed=self.newly_failed + sum(b.is_passed > a.is_passed for b, a in results),
            kept=self.kept + kept,
        )
