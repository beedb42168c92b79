"""Editable things of effect: the rows a writer locks, and what is saved, in words (`console/stamps.py`)."""

from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.stamps import Editable, Kept
from effect.models.scores import ManagerTier, ScoreRemark
from effect.queries import scores
from effect.texts import scores as texts


def remark(month: int, manager_id: int) -> Editable:
    """Editable remark of a manager to their scores of a month; empty while there is none."""
    rows = select(ScoreRemark.month).where(ScoreRemark.month == month, ScoreRemark.manager_id == manager_id)
    return Editable(f"manager:{manager_id}", rows, partial(_remark, month=month, manager_id=manager_id))


def tier(manager_id: int) -> Editable:
    """Editable tier of a manager."""
    rows = select(ManagerTier.manager_id).where(ManagerTier.manager_id == manager_id)
    return Editable(f"manager:{manager_id}", rows, partial(_tier, manager_id=manager_id))


def _remark(session: Session, *, month: int, manager_id: int) -> Kept:
    return {"说明": scores.remark(session, month, manager_id)}


def _tier(session: Session, *, manager_id: int) -> Kept:
    return {"级别": texts.TIERS[scores.tier_of(session, manager_id)]}
