"""Filing: keep what was counted of a month, close it, and recount a closed one."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from effect.models.months import EffectMonth, MonthFact, Recount
from effect.queries import counting
from effect.rules import carrying, months
from effect.rules.carrying import Facts
from effect.texts import sentences as texts
from foundation.database import changed, upsert
from foundation.errors import Refused
from wechat_bot.measure import Fact, Measure

#: Kinds of the long tasks that close a month and recount one.
CLOSE, RECOUNT = "effect.close", "effect.recount"


def begin(session: Session, month: int, *, now: datetime) -> bool:
    """Begin to file a month; False where it is closed. Until the transaction ends nobody else files or closes it."""
    opened = upsert(session, EffectMonth).values(month=month, filed_at=now)
    session.execute(opened.on_conflict_do_nothing())
    is_open = (EffectMonth.month == month, EffectMonth.closed_at.is_(None))
    return changed(session, update(EffectMonth).where(*is_open).values(filed_at=now)) == 1


def keep(
    session: Session, month: int, measure: str, rows: Facts, late: Facts, same_days: Facts, *, now: datetime
) -> bool:
    """Keep what the rows gave of a measure, what came too late for the month before, and what the same days of that
    gave, in place of what an open month held. False where it is closed meanwhile."""
    if not begin(session, month, now=now):
        return False
    _write(session, month, measure, carrying.added(rows, late), rows, same_days)
    return True


def note_time(session: Session, month: int, *, took_ms: int) -> None:
    """Note how long the filing of a month took."""
    session.execute(update(EffectMonth).where(EffectMonth.month == month).values(took_ms=took_ms))


def close(session: Session, month: int, *, by: str, now: datetime) -> bool:
    """Close a month that was filed; False where somebody else has."""
    is_open = (EffectMonth.month == month, EffectMonth.closed_at.is_(None))
    return changed(session, update(EffectMonth).where(*is_open).values(closed_at=now, closed_by=by[:40])) == 1


def note_sent(session: Session, month: int, *, now: datetime) -> None:
    """Note that a month has gone to all supervisors."""
    session.execute(update(EffectMonth).where(EffectMonth.month == month).values(sent_at=now))


def recount(
    session: Session, month: int, measure: Measure, rows: Facts, *, by: str, now: datetime
) -> tuple[Fact, Fact]:
    """Recount a measure of a closed month from its rows; gives the company's fact before and after.

    What the closed month after it has counted already stays there. Raises Refused where the month is open.
    """
    recounted = update(EffectMonth).where(EffectMonth.month == month, EffectMonth.closed_at.is_not(None))
    if not changed(session, recounted.values(recounted_at=now, recounted_by=by[:40])):
        raise Refused(texts.IS_OPEN.format(months.written(month)))
    held, after = counting.held(session, measure.name, month), months.before(month, -1)
    shown, seen = ({key: each[place] for key, each in held.items()} for place in (0, 1))
    differs = carrying.late(rows, seen, is_of_state=measure.is_of_state)
    if counting.is_closed(session, after):
        carried = {key: carrying.minus(*each) for key, each in counting.held(session, measure.name, after).items()}
        differs = carrying.late(differs, carried)
    _write(session, month, measure.name, carrying.added(shown, differs), carrying.added(seen, differs))
    before = shown.get(carrying.WHOLE, Fact(0))
    counted = carrying.plus(before, differs.get(carrying.WHOLE, Fact(0)))
    if counted != before:
        values = {"n_before": before.n, "of_before": before.of, "n_after": counted.n, "of_after": counted.of}
        session.execute(insert(Recount).values(month=month, at=now, by=by[:40], measure=measure.name, **values))
    return before, counted


def _write(
    session: Session, month: int, measure: str, shown: Facts, seen: Facts, same_days: Facts | None = None
) -> None:
    session.execute(delete(MonthFact).where(MonthFact.month == month, MonthFact.measure == measure))
    if rows := to_rows(month, measure, shown, seen, same_days):
        session.execute(insert(MonthFact), rows)


def to_rows(
    month: int, measure: str, shown: Facts, seen: Facts, same_days: Facts | None = None
) -> list[dict[str, Any]]:
    """Return the rows of `month_fact` that hold a measure of a month: what it shows, what was seen of it in the rows of
    its feature, and what the same days of the month before gave."""
    before = same_days or {}
    rows = []
    for key in sorted({**before, **shown}):
        has_of = next(each[key].of is not None for each in (shown, before) if key in each)
        nothing = Fact(0, 0 if has_of else None)
        fact, was, last = shown.get(key, nothing), seen.get(key, nothing), before.get(key, nothing if before else None)
        rows.append(
            {
                "by": key.by,
                "member_id": key.member_id,
                "month": month,
                "measure": measure,
                "n": fact.n,
                "of": fact.of,
                "seen_n": was.n,
                "seen_of": was.of,
                "before_n": last and last.n,
                "before_of": last and last.of,
            }
        )
    return rows
