"""Standings of shops in a quiz, worked out from their ended attempts by the quiz's rule of which one counts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from foundation.dialects import among, table_of
from foundation.prepared import Prepared
from quizzes.models.attempts import Attempt
from quizzes.models.quizzes import Standing
from quizzes.queries.results import KeptAttempt
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
        if before[each["shop"]] not in (None, each["new_counted_attempt_id"])
        for attempt_id in (before[each["shop"]], each["new_counted_attempt_id"])
    ]
    if moved:
        _file_anew(session, moved)


def settle_one(session: Session, ended: KeptAttempt, counts: CountRule) -> int:
    """Settle the standing of the shop whose attempt has just ended, as `settle` does; gives the attempt that counts.

    One statement for a first attempt, beside which there is none; three for another.
    """
    of = {"quiz": ended.quiz_id, "shop": ended.retailer_id}
    rows: list[Any] = [ended]
    before = None
    if ended.number > 1:
        before = _LOCK.first(session, of).counted_attempt_id
        rows = [row for row in session.connection().execute(_ATTEMPTS_OF_ONE, of) if row.ended_at is not None]
    settled = _values(ended.quiz_id, ended.retailer_id, rows, counts)
    _SETTLE_ONE.run(session, settled)
    now_counts: int = settled["new_counted_attempt_id"]
    if before not in (None, now_counts):
        _file_anew(session, [before, now_counts])
    return now_counts


def _file_anew(session: Session, attempt_ids: Sequence[int]) -> None:
    session.execute(update(_attempt).where(among(session, _attempt.c.id, attempt_ids)).values(is_filed=False))


def _values(quiz_id: int, shop: int, rows: Sequence[Any], counts: CountRule) -> dict[str, Any]:
    one = counted(rows, counts)
    passed = [row.ended_at for row in rows if row.is_passed]
    new = {
        "counted_attempt_id": one.id,
        "total": one.total,
        "maximum": one.maximum,
        "share": cells.share(one.total, one.maximum),
        "seconds": one.seconds,
        "place": ranking.place(one.total, one.maximum, one.seconds),
        "is_passed": one.is_passed,
        "first_passed_at": min(passed, default=None),
        "area_id": one.area_id,
        "class_id": one.class_id,
        "manager_id": one.manager_id,
    }
    return {"quiz": quiz_id, "shop": shop} | {f"new_{name}": value for name, value in new.items()}


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
_ATTEMPTS_OF_ONE = _ATTEMPTS.where(_attempt.c.quiz_id == bindparam("quiz"), _attempt.c.retailer_id == bindparam("shop"))
_OF_ONE = (_standing.c.quiz_id == bindparam("quiz")) & (_standing.c.retailer_id == bindparam("shop"))
_LOCK = Prepared(select(_standing.c.counted_attempt_id).where(_OF_ONE).with_for_update())
_SETTLE = (
    update(_standing)
    .where(_OF_ONE)
    .values(
        {
            name: bindparam(f"new_{name}")
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
_SETTLE_ONE = Prepared(_SETTLE)
