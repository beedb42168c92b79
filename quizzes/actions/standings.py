"""Standings of shops in a quiz, worked out from their ended attempts by the quiz's rule of which one counts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from foundation.dialects import among, table_of
from quizzes.models.attempts import Attempt
from quizzes.models.quizzes import Standing
from quizzes.rules import cells, ranking
from quizzes.rules.counting import counted
from quizzes.rules.definition import CountRule

_attempt, _standing = table_of(Attempt), table_of(Standing)


def settle(session: Session, quiz_id: int, retailer_ids: Sequence[int], counts: CountRule) -> None:
    """Settle the standings of shops after attempts of theirs have ended or were marked anew. Four statements.

    The standings are locked first, in order. An attempt that no longer counts, and the one that does instead, are filed
    anew.
    """
    shops = sorted(set(retailer_ids))
    theirs = (_standing.c.quiz_id == quiz_id) & among(session, _standing.c.retailer_id, shops)
    before = {
        row.retailer_id: row.counted_attempt_id
        for row in session.execute(
            select(_standing.c.retailer_id, _standing.c.counted_attempt_id)
            .where(theirs)
            .order_by(_standing.c.retailer_id)
            .with_for_update()
        )
    }
    attempts: dict[int, list[Any]] = {}
    for row in session.execute(
        _ATTEMPTS.where(_attempt.c.quiz_id == quiz_id, among(session, _attempt.c.retailer_id, shops))
    ):
        # Not asked of the database: SQLite would read all that have ended, and not those of these shops.
        if row.ended_at is not None:
            attempts.setdefault(row.retailer_id, []).append(row)
    settled = [_values(quiz_id, shop, rows, counts) for shop, rows in attempts.items()]
    if not settled:
        return
    session.connection().execute(_SETTLE, settled)
    moved = [
        attempt_id
        for each in settled
        if before[each["shop"]] not in (None, each["counted_attempt_id"])
        for attempt_id in (before[each["shop"]], each["counted_attempt_id"])
    ]
    if moved:
        session.execute(update(_attempt).where(among(session, _attempt.c.id, moved)).values(is_filed=False))


def _values(quiz_id: int, shop: int, rows: Sequence[Any], counts: CountRule) -> dict[str, Any]:
    one = counted(rows, counts)
    return {
        "quiz": quiz_id,
        "shop": shop,
        "counted_attempt_id": one.id,
        "total": one.total,
        "maximum": one.maximum,
        "share": cells.share(one.total, one.maximum),
        "seconds": one.seconds,
        "place": ranking.place(one.total, one.maximum, one.seconds),
        "is_passed": one.is_passed,
        "first_passed_at": min((row.ended_at for row in rows if row.is_passed), default=None),
        "area_id": one.area_id,
        "class_id": one.class_id,
        "manager_id": one.manager_id,
    }


_ATTEMPTS = select(
    _attempt.c.id,
    _attempt.c.retailer_id,
    _attempt.c.number,
    _attempt.c.total,
    _attempt.c.maximum,
    _attempt.c.is_passed,
    _attempt.c.seconds,
    _attempt.c.ended_at,
    _attempt.c.area_id,
    _attempt.c.class_id,
    _attempt.c.manager_id,
)
_SETTLE = (
    update(_standing)
    .where(_standing.c.quiz_id == bindparam("quiz"), _standing.c.retailer_id == bindparam("shop"))
    .values(
        {
            name: bindparam(name)
            for name in (
                "counted_attempt_id",
                "total",
                "maximum",
                "share",
                "seconds",
                "place",
                "is_passed",
                "first_passed_at",
                "area_id",
                "class_id",
                "manager_id",
            )
        }
    )
)
