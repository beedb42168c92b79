"""Weights of the scorecard: written down by one person, in force once another has approved them; tiers of managers."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from console.rules.visitors import Visitor
from effect.models.scores import ManagerTier, ScoreWeights, Tier
from effect.queries import counting
from effect.rules import months
from effect.texts import scores as texts
from foundation.database import changed, upsert
from foundation.errors import Refused


def write(
    session: Session, tier: str, from_month: int, weights: Mapping[str, int], *, by: Visitor, now: datetime
) -> ScoreWeights:
    """Write down weights of a tier for somebody else to approve. Raises Refused for a month that is closed."""
    if tier not in texts.TIERS:
        raise Refused(texts.NO_TIER)
    _check_open(session, from_month)
    made = ScoreWeights(
        tier=tier,
        from_month=from_month,
        weights=dict(weights),
        written_by_id=by.user_id,
        written_by=by.name[:40],
        written_at=now,
    )
    session.add(made)
    session.flush()
    return made


def decide(session: Session, weights_id: int, *, is_approved: bool, by: Visitor, now: datetime) -> ScoreWeights:
    """Approve or reject weights. Raises Refused where somebody has decided, for weights of one's own, and where their
    month is closed meanwhile."""
    found = session.get(ScoreWeights, weights_id)
    if found is None:
        raise Refused(texts.DECIDED)
    if is_approved:
        if found.written_by_id == by.user_id:
            raise Refused(texts.OWN_WEIGHTS)
        _check_open(session, found.from_month)
    decided = {"is_approved": is_approved, "decided_by_id": by.user_id, "decided_by": by.name[:40], "decided_at": now}
    waiting = update(ScoreWeights).where(ScoreWeights.id == weights_id, ScoreWeights.decided_at.is_(None))
    if not changed(session, waiting.values(decided)):
        raise Refused(texts.DECIDED)
    return found


def set_tier(session: Session, manager_id: int, tier: str) -> None:
    """Put a manager into a tier. Raises Refused where there is none of this name."""
    if tier not in set(Tier):
        raise Refused(texts.NO_TIER)
    put = upsert(session, ManagerTier).values(manager_id=manager_id, tier=tier)
    session.execute(put.on_conflict_do_update(index_elements=["manager_id"], set_={"tier": tier}))


def _check_open(session: Session, month: int) -> None:
    if counting.is_closed(session, month):
        raise Refused(texts.MONTH_CLOSED.format(months.written(month)))
