"""Turnout of a quiz, counted in the transaction in which shops are asked or begin."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from foundation.database import upsert
from foundation.dialects import table_of
from quizzes.models.figures import Turnout
from quizzes.models.quizzes import Standing

_turnout = table_of(Turnout)


def count(session: Session, quiz_id: int, *, asked: int = 0, begun: int = 0) -> None:
    """Add to the shops that were asked, and to those that have begun; no statement where there is nothing to add.

    The last of a transaction: whoever else counts waits for its end.
    """
    if not asked and not begun:
        return
    added = upsert(session, _turnout).values(quiz_id=quiz_id, asked=asked, begun=begun)
    session.execute(
        added.on_conflict_do_update(
            index_elements=["quiz_id"],
            set_={name: _turnout.c[name] + added.excluded[name] for name in ("asked", "begun")},
        )
    )


def recount(session: Session, quiz_id: int) -> dict[tuple[str], tuple[int, int]]:
    """Count the standings and correct the turnout; gives {which: (kept, counted)} where they differed."""
    # Held before the standings are read: who counts meanwhile has either been read, or waits and adds to what is right.
    held = session.execute(select(_turnout).where(_turnout.c.quiz_id == quiz_id).with_for_update()).first()
    asked, begun = session.execute(
        select(func.count(), func.count().filter(Standing.used > 0)).where(Standing.quiz_id == quiz_id)
    ).one()
    kept = (held.asked, held.begun) if held else (0, 0)
    differences = {
        (name,): (was, is_now)
        for name, was, is_now in zip(("asked", "begun"), kept, (asked, begun), strict=True)
        if was != is_now
    }
    if differences and held:
        session.execute(update(_turnout).where(_turnout.c.quiz_id == quiz_id).values(asked=asked, begun=begun))
    elif differences:
        count(session, quiz_id, asked=asked, begun=begun)
    return differences
