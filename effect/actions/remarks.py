"""Remarks of customer managers to their own scores of a month."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from effect.models.months import EffectMonth
from effect.models.scores import ScoreRemark
from effect.rules import months
from effect.texts import scores as texts
from foundation.database import upsert
from foundation.errors import Refused

LONGEST = 500


def say(session: Session, month: int, manager_id: int, text: str, *, now: datetime) -> None:
    """Keep what a manager says to their scores of a month; an empty text takes it back. Raises Refused where it is too
    long, and for a month without scores."""
    said = text.strip()
    if len(said) > LONGEST:
        raise Refused(texts.LONG_REMARK.format(LONGEST, len(said)))
    if session.get(EffectMonth, month) is None:
        raise Refused(texts.NOT_FILED.format(months.written(month)))
    if not said:
        session.execute(delete(ScoreRemark).where(ScoreRemark.month == month, ScoreRemark.manager_id == manager_id))
        return
    put = upsert(session, ScoreRemark).values(month=month, manager_id=manager_id, text=said, written_at=now)
    session.execute(
        put.on_conflict_do_update(index_elements=["month", "manager_id"], set_={"text": said, "written_at": now})
    )
