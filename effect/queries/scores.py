"""Scorecard of customer managers, from the facts of a month: a cost of the number of managers, not of shops."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from console.rules.visitors import Visitor
from effect.models.months import FactBy, MonthFact
from effect.models.scores import ManagerTier, ScoreRemark, ScoreWeights, Tier
from effect.rules import means as means_of
from effect.rules import scoring, weighing
from effect.rules.scoring import ManagerScore
from people import visibility
from people.models import Area, Manager
from wechat_bot.measure import Fact

#: What each score is a score of, by the names of measures.
MEASURES: Mapping[str, str] = {
    "satisfaction": "satisfaction",
    "score": "survey_score",
    "speed": "answered_24h",
    "reach": "reached",
    "learning": "learning",
    "errands": "errands_done",
}
#: The scores given to programs.
GIVEN = ("satisfaction", "score", "speed", "reach", "learning")
#: Scores that come out by degrees, with the measures of their squares.
SQUARES: Mapping[str, str] = {"score": "survey_score_squares"}
#: The measure whose whole is the number of shops.
SHOPS = "bound"
#: The score that places are by, where no other is chosen.
FIRST = "satisfaction"


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """Scorecard line of one manager."""

    manager_id: int
    name: str
    phone: str
    tier: Tier
    scores: Mapping[str, ManagerScore]
    #: Shops looked after at the end of the month; None where they were not counted.
    shops: int | None
    #: By the approved weights of the tier; None where there are none, or too few events.
    total: float | None
    remark: str
    #: Areas headed.
    areas: str = ""


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Scorecard of a month: its lines, those with a place in satisfaction first, the company's shares, and the weights
    in force."""

    month: int
    lines: tuple[ScoreLine, ...]
    means: Mapping[str, float | None]
    weights: Mapping[Tier, ScoreWeights]

    def of(self, manager_id: int | None) -> ScoreLine | None:
        """The line of a manager."""
        return next((line for line in self.lines if line.manager_id == manager_id), None)


def scorecard(session: Session, month: int) -> Scorecard:
    """Return the scorecard of a month as it was filed last: of all managers who work, or did something in it."""
    facts = _facts(session, month)
    wanted = {member for member, _ in facts if member}
    who: ColumnElement[bool] = or_(Manager.disabled_at.is_(None), Manager.id.in_(sorted(wanted)))
    managers = session.execute(select(Manager.id, Manager.name, Manager.phone).where(who)).all()
    means, found = {}, {}
    for name, measure in MEASURES.items():
        company = facts.get((0, measure))
        means[name] = company.share if company else None
        theirs = {row.id: facts.get((row.id, measure), Fact(0, 0)) for row in managers}
        if name in SQUARES:
            squares = {each: facts.get((each, SQUARES[name]), Fact(0, 0)) for each in (0, *theirs)}
            whole = means_of.of_facts(company, squares[0]) if company else None
            by_degrees = {each: means_of.of_facts(fact, squares[each]) for each, fact in theirs.items()}
            found[name] = means_of.scores(by_degrees, whole)
        else:
            found[name] = scoring.scores(theirs, company)
    tiers, weights = _tiers(session), in_force(session, month)
    remarks = {row.manager_id: row.text for row in session.scalars(select(ScoreRemark).filter_by(month=month))}
    lines = []
    for row in managers:
        scores, tier = {name: found[name][row.id] for name in MEASURES}, tiers.get(row.id, Tier.JUNIOR)
        total = weighing.total(scores, weights[tier].weights) if tier in weights else None
        shops = _whole(facts.get((row.id, SHOPS))) if (0, SHOPS) in facts else None
        lines.append(ScoreLine(row.id, row.name, row.phone, tier, scores, shops, total, remarks.get(row.id, "")))
    return Scorecard(month, ordered(lines, FIRST), means, weights)


def ordered(lines: Iterable[ScoreLine], by: str) -> tuple[ScoreLine, ...]:
    """Return lines in the order of one score: those with a place first."""

    def order(line: ScoreLine) -> tuple[bool, int, float, str, int]:
        score = line.scores[by]
        return score.place is None, score.place or 0, -(score.shrunk or 0), line.name, line.manager_id

    return tuple(sorted(lines, key=order))


def compared(lines: Sequence[ScoreLine]) -> list[ScoreLine]:
    """Return lines with places among these alone."""
    placed = {name: scoring.placed({line.manager_id: line.scores[name] for line in lines}) for name in MEASURES}
    return [replace(line, scores={name: placed[name][line.manager_id] for name in MEASURES}) for line in lines]


def ranked(lines: Iterable[ScoreLine], name: str) -> int:
    """Return how many have a place in a score."""
    return sum(line.scores[name].place is not None for line in lines)


def seen(session: Session, visitor: Visitor) -> set[int] | None:
    """The managers whose scores a visitor may see; None for all."""
    return visibility.groups(session, visitor, Manager)


def heads(session: Session, area_id: int) -> set[int]:
    """The managers of an area and of those below it."""
    wanted = sorted(visibility.with_sub_areas(session, [area_id]))
    return {each for each in session.scalars(select(Area.manager_id).where(Area.id.in_(wanted))) if each is not None}


def with_areas(session: Session, lines: Sequence[ScoreLine]) -> list[ScoreLine]:
    """Return lines with the names of the areas each manager heads."""
    headed = select(Area.manager_id, Area.name).where(Area.manager_id.in_([line.manager_id for line in lines]))
    names: dict[int | None, list[str]] = {}
    for row in session.execute(headed.order_by(Area.name)):
        names.setdefault(row.manager_id, []).append(row.name)
    return [replace(line, areas="、".join(names.get(line.manager_id, ()))) for line in lines]


def in_force(session: Session, month: int) -> dict[Tier, ScoreWeights]:
    """Return the weights in force in a month, by tier."""
    approved = (ScoreWeights.is_approved.is_(True), ScoreWeights.from_month <= month)
    order = (ScoreWeights.from_month, ScoreWeights.decided_at, ScoreWeights.id)
    return {Tier(row.tier): row for row in session.scalars(select(ScoreWeights).where(*approved).order_by(*order))}


def waiting(session: Session, *, limit: int = 50) -> list[ScoreWeights]:
    """Return the weights that wait for somebody's decision, the oldest first."""
    found = select(ScoreWeights).where(ScoreWeights.decided_at.is_(None)).order_by(ScoreWeights.id).limit(limit)
    return list(session.scalars(found))


def decided(session: Session, *, limit: int = 50) -> list[ScoreWeights]:
    """Return the weights that were decided, the newest first."""
    order = (ScoreWeights.decided_at.desc(), ScoreWeights.id.desc())
    found = select(ScoreWeights).where(ScoreWeights.decided_at.is_not(None)).order_by(*order).limit(limit)
    return list(session.scalars(found))


def tier_of(session: Session, manager_id: int) -> Tier:
    """Return the tier of a manager."""
    found = session.get(ManagerTier, manager_id)
    return Tier(found.tier) if found else Tier.JUNIOR


def remark(session: Session, month: int, manager_id: int) -> str:
    """Return what a manager said to their scores of a month."""
    found = session.get(ScoreRemark, (month, manager_id))
    return found.text if found else ""


def to_json(found: Scorecard) -> list[dict[str, Any]]:
    """Return a scorecard as plain JSON values, one object a manager; who shares a name is told apart by the phone."""
    names = [line.name for line in found.lines]
    shared = {name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else set()
    return [
        {"manager": f"{line.name} {line.phone}" if line.name in shared else line.name}
        | {name: _score(line.scores[name]) for name in GIVEN}
        for line in found.lines
    ]


def _facts(session: Session, month: int) -> dict[tuple[int, str], Fact]:
    """Read the facts of the scorecard's measures by manager, and those of the company under 0."""
    of_month = (MonthFact.month == month, MonthFact.measure.in_((*MEASURES.values(), *SQUARES.values(), SHOPS)))
    by_manager = (MonthFact.by == FactBy.MANAGER, MonthFact.member_id != 0)
    company = (MonthFact.by == FactBy.WHOLE, MonthFact.member_id == 0)
    found = select(MonthFact.member_id, MonthFact.measure, MonthFact.n, MonthFact.of)
    rows = [row for which in (by_manager, company) for row in session.execute(found.where(*of_month, *which))]
    return {(member, measure): Fact(n, of) for member, measure, n, of in rows}


def _tiers(session: Session) -> dict[int, Tier]:
    return {row.manager_id: Tier(row.tier) for row in session.scalars(select(ManagerTier))}


def _whole(fact: Fact | None) -> int:
    return fact.of or 0 if fact else 0


def _score(score: ManagerScore) -> dict[str, Any]:
    values = asdict(score)
    del values["until"]
    return values
