"""Demo year of effect: twelve closed months of a small company that takes up the five services, written as facts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from math import ceil
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from courses.rules import saving
from effect.actions import filing
from effect.models.months import EffectMonth, MonthFact
from effect.models.scores import ManagerTier, ScoreRemark, ScoreWeights, Tier
from effect.rules import carrying, months, weighing
from people.models import Area, Manager, Retailer
from surveys.rules import scores
from wechat_bot.measure import Fact, FactCell

MONTHS = 12
#: The same year each time.
SEED = 97
#: How many of the shops were bound in the first month, and in the last.
FIRST_BOUND, LAST_BOUND = 10, 31
#: Lessons of a course, for who finishes it.
LESSONS = 5
#: By how much the shops of a manager are served better than others, and in which tier the manager is.
MANNERS = {"陈志强": 0.05, "林小燕": 0.01, "黄志宏": -0.08}
TIERS = {"周明华": Tier.SENIOR, "陈志强": Tier.MIDDLE}
REMARK = ("黄志宏", "月中有一周在市里培训，答复慢了，已经一家一家补上。")


class ShopGroups(NamedTuple):
    """Area, class and manager that a count is of; 0 of nobody's."""

    area_id: int = 0
    class_id: int = 0
    manager_id: int = 0


@dataclass
class Keeper:
    """Keeper of a shop in the year: how well served and how keen, and what was done so far."""

    cell: ShopGroups
    #: Added to each chance: of the manager's manner and of the keeper's own.
    served: float
    keen: float
    #: Whether they open what is sent to them, and whether they learn.
    opens: bool
    learns: bool
    #: The month of the year in which the shop is bound; None for one that is left to the demo.
    begins: int | None
    lessons: int = 0
    did: set[str] = field(default_factory=set)
    saved_in: set[int] = field(default_factory=set)


def write(session: Session, *, today: date, zone: ZoneInfo, now: datetime) -> None:
    """Write the twelve months before today's, closed, with the scorecard's tiers, weights and a remark.

    What they hold is of no rows, so none was seen of them: what the story does before today's month is over counts as
    late there, and the clock's own month has nothing but what was played.
    """
    current = months.number(today)
    span = [months.before(current, back) for back in range(MONTHS, 0, -1)]
    midnight = datetime.combine(today, time(), zone)
    closed = {each: min(months.period(each, zone).ends_at + months.CLOSED_AFTER, midnight) for each in span}
    session.execute(
        insert(EffectMonth),
        [{"month": each, "filed_at": at, "took_ms": 0, "closed_at": at, "sent_at": at} for each, at in closed.items()],
    )
    session.execute(insert(MonthFact), list(_rows(_keepers(session), span)))
    managers = dict(session.execute(select(Manager.name, Manager.id)).all())
    session.add_all(ManagerTier(manager_id=managers[name], tier=tier) for name, tier in TIERS.items())
    session.add_all(_weights(tier, span[0], now) for tier in Tier)
    session.add(
        ScoreRemark(month=span[-1], manager_id=managers[REMARK[0]], text=REMARK[1], written_at=closed[span[-1]])
    )


def _weights(tier: Tier, month: int, now: datetime) -> ScoreWeights:
    weights = dict(weighing.FIRST[tier])
    decided = {"written_at": now, "decided_by": "苏晓梅", "decided_at": now, "is_approved": True}
    return ScoreWeights(tier=tier, from_month=month, weights=weights, written_by="何佳怡", **decided)


def _keepers(session: Session) -> list[Keeper]:
    """The shops of the roster, each bound at its own time."""
    dice = Random(SEED)
    cells = select(
        Retailer.area_id, Retailer.class_id, func.coalesce(Retailer.manager_id, Area.manager_id), Manager.name
    )
    cells = cells.join(Area, Area.id == Retailer.area_id)
    cells = cells.outerjoin(Manager, Manager.id == func.coalesce(Retailer.manager_id, Area.manager_id))
    shops = session.execute(cells.order_by(Retailer.licence)).all()
    order = dice.sample(range(len(shops)), LAST_BOUND)
    steps = (MONTHS - 1) / (LAST_BOUND - FIRST_BOUND)
    begins = {shop: max(0, ceil((place + 1 - FIRST_BOUND) * steps)) for place, shop in enumerate(order)}
    return [
        Keeper(
            ShopGroups(*(each or 0 for each in shop[:3])),
            served=MANNERS.get(shop[3], 0.0),
            keen=dice.gauss(0, 0.1),
            opens=dice.random() < 0.6,
            learns=dice.random() < 0.45,
            begins=begins.get(number),
        )
        for number, shop in enumerate(shops)
    ]


def _rows(keepers: Sequence[Keeper], span: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The facts of all months, in which each group's add up to the company's."""
    dice = Dice(SEED)
    years: set[int] = set()
    for place, month in enumerate(span):
        counted = _Counted()
        for keeper in keepers:
            _of_shop(counted, keeper, place, month, dice)
        _of_company(counted, place, dice)
        saves = counted.saved_gatherings and month // 100 not in years
        years |= {month // 100} if saves else set()
        venues = saving.FIRST.venues if saves else 0  # once a year
        counted.share("saved_venues", ShopGroups(), venues * saving.FIRST.venue_yuan, venues)
        for measure, cells in counted.by_measure().items():
            nothing = Fact(0, None if cells[0].fact.of is None else 0)
            yield from filing.to_rows(month, measure, carrying.grouped(cells, nothing=nothing), seen={})


class _Counted:
    """Counts of a month by measure and cell."""

    def __init__(self) -> None:
        self._n: Counter[tuple[str, ShopGroups]] = Counter()
        self._of: Counter[tuple[str, ShopGroups]] = Counter()
        self._shares: set[str] = set()

    def number(self, measure: str, cell: ShopGroups, n: int = 1) -> None:
        """Add to a number."""
        self._n[measure, cell] += n

    def share(self, measure: str, cell: ShopGroups, n: int, of: int = 1) -> None:
        """Add to a share, and to what it is of."""
        self._shares.add(measure)
        self._n[measure, cell] += n
        self._of[measure, cell] += of

    @property
    def saved_gatherings(self) -> int:
        """How many shops need not come to a gathering."""
        return sum(of for (measure, _), of in self._of.items() if measure == "saved_gatherings")

    def by_measure(self) -> dict[str, list[FactCell]]:
        """The counts as cells of measures."""
        found: dict[str, list[FactCell]] = {}
        for (measure, cell), n in self._n.items():
            of = self._of[measure, cell] if measure in self._shares else None
            found.setdefault(measure, []).append(FactCell(*cell, Fact(n, of)))
        return found


class Dice(Random):
    """Dice that say what happens by chance, the same each time."""

    def happens(self, chance: float) -> int:
        """1 where it happens, else 0; nothing is quite certain."""
        return int(self.random() < min(chance, 0.99))

    def some(self, most: int, chance: float) -> int:
        """How many of so many happen."""
        return sum(self.happens(chance) for _ in range(most))


def _of_shop(counted: _Counted, keeper: Keeper, place: int, month: int, dice: Dice) -> None:
    """What a shop did in a month: the more, the longer the company is at it."""
    cell, year = keeper.cell, place / (MONTHS - 1)
    is_bound = keeper.begins is not None and keeper.begins <= place
    counted.number("shops", cell)
    counted.share("bound", cell, int(is_bound))
    for measure in ("still_following", "lessons_finished", "courses_finished", "certificates", "articles_read"):
        counted.number(measure, cell, 0)
    if not is_bound:
        return
    counted.number("still_following", cell)
    counted.number("followers", cell)
    counted.share("gone", cell, 0)
    counted.share("silent_30d", cell, dice.happens(0.32 - 0.2 * year - keeper.keen))
    for _ in range(dice.some(2, 0.5)):
        counted.share("errands_done", cell, dice.happens(0.55 + 0.2 * year + keeper.served))
    _of_visits(counted, keeper, year, dice)
    _of_surveys(counted, keeper, year, dice)
    _of_pushes(counted, keeper, year, dice)
    finished = _of_lessons(counted, keeper, year, dice)
    if dice.happens(0.3 + 0.3 * year + keeper.keen):
        counted.number("tests_taken", cell)
        counted.share("tests_passed", cell, dice.happens(0.5 + 0.12 * year + keeper.keen))
        keeper.did.add("taken_ever")
    if finished:
        _of_courses(counted, keeper, month // 100, dice)
    for measure in ("opened_ever", "learnt_ever", "taken_ever", "certified_ever"):
        counted.number(measure, cell, int(measure in keeper.did))
    counted.number("sent_custom", ShopGroups(), 2 + dice.some(4, 0.5))
    counted.number("sent_template", ShopGroups(), dice.some(3, 0.5))
    counted.number("sent_mass", ShopGroups(), 3)


def _of_visits(counted: _Counted, keeper: Keeper, year: float, dice: Dice) -> None:
    cell = keeper.cell
    for _ in range(dice.some(3, 0.4 + 0.2 * year)):
        counted.number("requests", cell)
        counted.share("answered_24h", cell, dice.happens(0.74 + 0.14 * year + keeper.served))
        if dice.happens(0.95):
            counted.number("requests_closed", cell)
            if dice.happens(0.75):
                counted.share("satisfaction", cell, dice.happens(0.76 + 0.1 * year + keeper.served))


def _of_surveys(counted: _Counted, keeper: Keeper, year: float, dice: Dice) -> None:
    cell, has_answered = keeper.cell, dice.happens(0.65 + 0.2 * year + keeper.keen)
    counted.share("surveys_returned", cell, has_answered)
    if not has_answered:
        return
    is_valid = dice.happens(0.94)
    counted.share("surveys_valid", cell, is_valid)
    if is_valid:
        best = scores.BEST
        score = round(best * min(1.0, max(0.3, dice.gauss(0.66 + 0.06 * year + keeper.served, 0.1))))
        counted.share("survey_score", cell, score, best)
        counted.share("survey_score_squares", cell, score * score)


def _of_pushes(counted: _Counted, keeper: Keeper, year: float, dice: Dice) -> None:
    cell = keeper.cell
    for _ in range(3):
        is_reached = dice.happens(0.93)
        counted.share("reached", cell, is_reached)
        counted.share("missed", cell, 1 - is_reached)
        if is_reached:
            is_opened = keeper.opens and dice.happens(0.6 + 0.3 * year + keeper.keen)
            counted.share("opened", cell, is_opened)
            counted.share("acted", cell, is_opened * dice.happens(0.5))
            keeper.did |= {"opened_ever"} if is_opened else set()
    counted.number("articles_read", cell, dice.some(2, 0.1 + 0.2 * year + keeper.keen))


def _of_lessons(counted: _Counted, keeper: Keeper, year: float, dice: Dice) -> int:
    """Lessons of a month; gives how many courses they finish."""
    cell = keeper.cell
    lessons = dice.some(3, 0.6) if keeper.learns and dice.happens(0.3 + 0.4 * year) else 0
    finished = (keeper.lessons + lessons) // LESSONS - keeper.lessons // LESSONS
    keeper.lessons += lessons
    counted.number("lessons_finished", cell, lessons)
    counted.share("learning", cell, int(lessons > 0))
    counted.number("courses_finished", cell, finished)
    keeper.did |= {"learnt_ever"} if lessons else set()
    return finished


def _of_courses(counted: _Counted, keeper: Keeper, calendar_year: int, dice: Dice) -> None:
    """A finished course: perhaps a certificate; and who finishes one need not come to the gathering of the year."""
    if "taken_ever" in keeper.did and dice.happens(0.4):
        counted.number("certificates", keeper.cell)
        keeper.did.add("certified_ever")
    if calendar_year not in keeper.saved_in:
        keeper.saved_in.add(calendar_year)
        counted.share("saved_gatherings", keeper.cell, saving.FIRST.shop_yuan)


def _of_company(counted: _Counted, place: int, dice: Dice) -> None:
    """Those who follow and keep no shop, of whom some leave again."""
    there, left = 3 + place // 2, int(dice.random() < 0.6)
    counted.number("followers", ShopGroups(), there)
    counted.share("gone", ShopGroups(), left, there + left)
    counted.share("saved_gatherings", ShopGroups(), 0, 0)
