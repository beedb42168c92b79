"""Rules of the month by brand: which month is asked for, what a brand's pushes come to, and its completion."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from broadcasts.rules.figures import PushFigures, share
from foundation.errors import Refused

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


class Amounts(NamedTuple):
    """Targets and sales added up, and what was sold where there was a target: of the others there is no rate."""

    target: int
    sold: int
    sold_of_target: int


@dataclass(frozen=True, slots=True)
class BrandSums:
    """Figures of a month: of the pushes that name a brand, and what it was to sell and sold; None is not known.

    >>> figures = PushFigures({"custom": 9, "held": 1, "opened": 6, "only:asked": 1, "acted": 2})
    >>> found = BrandSums.of([figures, figures], Amounts(500, 400, 310))
    >>> found.pushes, found.meant, found.delivered, found.opened, found.known, found.asked, found.acted
    (2, 20, 18, 12, 18, 2, 4)
    >>> round(found.open_rate, 2), found.completion
    (0.67, 0.62)
    >>> BrandSums.of([], None)
    BrandSums(pushes=0, meant=None, accepted=None, delivered=None, opened=None, known=None, asked=None, acted=None, \
target=None, sold=None, sold_of_target=None)
    """

    pushes: int = 0
    meant: int | None = None
    #: Messages that WeChat took.
    accepted: int | None = None
    #: None too where of a part only some shops are counted: WeChat tells only how many of all of it were reached.
    delivered: int | None = None
    #: Openings of those who have a message of their own: of the others it is not known.
    opened: int | None = None
    known: int | None = None
    asked: int | None = None
    acted: int | None = None
    target: int | None = None
    sold: int | None = None
    sold_of_target: int | None = None

    @classmethod
    def of(cls, figures: Iterable[PushFigures], amounts: Amounts | None) -> "BrandSums":
        """Return the sums of these pushes, as far as anybody is in them, with a target and what was sold."""
        target, sold, sold_of_target = amounts or (None, None, None)
        found = [each for each in figures if each.audience]
        if not found:
            return cls(target=target, sold=sold, sold_of_target=sold_of_target)
        is_exact = all(each.is_exact for each in found)
        return cls(
            len(found),
            sum(each.meant for each in found),
            sum(each.accepted for each in found),
            sum(each.delivered for each in found) if is_exact else None,
            sum(each.opened_alone for each in found),
            sum(each.known for each in found),
            sum(each.asked for each in found),
            sum(each.acted for each in found),
            target,
            sold,
            sold_of_target,
        )

    @property
    def open_rate(self) -> float | None:
        return share(self.opened or 0, self.known or 0)

    @property
    def completion(self) -> float | None:
        return completion(self.sold_of_target, self.target)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known of it at all."""
        return not self.pushes and self.target is None


def completion(sold: int | None, target: int | None) -> float | None:
    """Return 品牌完成率: sold ÷ target; None where there is no target.

    >>> completion(310, 500), completion(600, 500), completion(5, 0), completion(None, None)
    (0.62, 1.2, None, None)
    """
    return None if sold is None or not target else sold / target


def month(given: str, *, today: date) -> int:
    """Return the month (YYYYMM) that an address asks for, this one where it says nothing. Raises `Refused`.

    >>> month("2026-11", today=date(2026, 12, 1)), month("", today=date(2026, 12, 1))
    (202611, 202612)
    >>> month("2026-13", today=date(2026, 12, 1))
    Traceback (most recent call last):
    foundation.errors.Refused: “2026-13”不是月份，请写成 2026-11。
    """
    if not given:
        return today.year * 100 + today.month
    found = _MONTH.fullmatch(given)
    if found is None:
        raise Refused(f"“{given[:20]}”不是月份，请写成 2026-11。")
    return int(found[1]) * 100 + int(found[2])


def moved(number: int, by: int) -> int:
    """Return the month so many months later.

    >>> moved(202612, 1), moved(202601, -1), moved(202611, -12)
    (202701, 202512, 202511)
    """
    year, place = divmod(number // 100 * 12 + number % 100 - 1 + by, 12)
    return year * 100 + place + 1


def written(number: int) -> str:
    """Return a month as an address says it.

    >>> written(202601)
    '2026-01'
    """
    return f"{number // 100}-{number % 100:02}"
