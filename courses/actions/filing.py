"""Filing of learning: the clock adds what learners did to the counters of their courses, so that no step waits for it.

What an enrolment added is kept beside it, and taken out when it is filed anew: the counters are the sum of what
is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from console import drafting
from courses.models.figures import CourseCell, FiledEnrolment, SavedGathering, SavedMonth
from courses.models.learning import Enrolment
from courses.queries import learning_states, versions
from courses.rules import counting
from courses.rules.counting import CellKey, FiledState
from courses.rules.saving import month_of
from foundation.clock import day_in
from foundation.database import upsert
from foundation.dialects import among, count_many, table_of

BATCH = 1000
#: The key columns of the counters, with their types.
OF_CELLS = {
    "course_id": "integer",
    "by": "text",
    "member_id": "integer",
    "lesson_id": "integer",
    "what": "text",
    "value": "integer",
}
OF_MONTHS = {
    "course_id": "integer",
    "month": "integer",
    "area_id": "integer",
    "class_id": "integer",
    "manager_id": "integer",
}

_enrolment, _filed, _saved = table_of(Enrolment), table_of(FiledEnrolment), table_of(SavedGathering)
_Sums = Counter[tuple[int, CellKey]]


def file_some(session: Session, *, zone: ZoneInfo) -> int:
    """File the next enrolments in which something happened; gives how many. What another transaction holds is left for
    the next run."""
    unfiled = session.execute(
        select(_enrolment.c.id, _enrolment.c.course_id)
        .where(text("not course_enrolment.is_filed"))
        .order_by(_enrolment.c.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    if not unfiled:
        return 0
    free = drafting.shared(session, versions.WORKS, {row.course_id for row in unfiled})
    mine = {row.id: row.course_id for row in unfiled if row.course_id in free}
    if mine:
        _file(session, mine, zone)
    return len(mine)


def _file(session: Session, mine: Mapping[int, int], zone: ZoneInfo) -> None:
    ids = sorted(mine)
    # Read only now that the enrolments are locked: whoever goes on unfiles theirs after that.
    states = learning_states.read(session, among(session, _enrolment.c.id, ids))
    filed = session.execute(select(_filed).where(among(session, _filed.c.enrolment_id, ids)))
    kept = {row.enrolment_id: row.state for row in filed}
    sums: _Sums = Counter()
    for key, state in states.items():
        _add(sums, mine[key], FiledState.of(kept[key]) if key in kept else None, -1)
        _add(sums, mine[key], state, 1)
    _count(session, sums)
    put = upsert(session, _filed)
    changed = [
        {"enrolment_id": key, "state": state.to_json()}
        for key, state in states.items()
        if state.to_json() != kept.get(key)
    ]
    if changed:
        newer = put.on_conflict_do_update(index_elements=["enrolment_id"], set_={"state": put.excluded.state})
        session.execute(newer, changed)
    _save(session, ids, zone)
    session.execute(update(_enrolment).where(among(session, _enrolment.c.id, ids)).values(is_filed=True))


def _add(sums: _Sums, course_id: int, state: FiledState | None, sign: int) -> None:
    for cell, amount in counting.cells(state) if state is not None else ():
        sums[course_id, cell] += sign * amount


def _count(session: Session, sums: _Sums) -> None:
    """Add to the counters, in the order of their keys, so that two at once never deadlock."""
    rows = [(course_id, *cell, count) for (course_id, cell), count in sorted(sums.items()) if count]
    count_many(session, CourseCell.__tablename__, {}, OF_CELLS, rows)


def _save(session: Session, ids: Sequence[int], zone: ZoneInfo) -> None:
    """Note the gatherings saved by shops that have finished: one a shop and year, whatever else it finishes."""
    finished = session.execute(
        select(
            _enrolment.c.retailer_id,
            _enrolment.c.course_id,
            _enrolment.c.finished_at,
            *(func.coalesce(_enrolment.c[name], 0) for name in ("area_id", "class_id", "manager_id")),
        )
        .where(
            among(session, _enrolment.c.id, ids),
            _enrolment.c.finished_at.is_not(None),
            _enrolment.c.retailer_id.is_not(None),
        )
        .order_by(_enrolment.c.finished_at, _enrolment.c.id)
    )
    first: dict[tuple[int, int], tuple[int, ...]] = {}
    for shop, course_id, finished_at, *place in finished:
        month = month_of(day_in(finished_at, zone))
        first.setdefault((shop, month // 100), (course_id, month, *place))
    if not first:
        return
    rows = [{"retailer_id": shop, "year": year} for shop, year in sorted(first)]
    noted = upsert(session, _saved).values(rows).on_conflict_do_nothing().returning(_saved.c.retailer_id, _saved.c.year)
    new = Counter(first[shop, year] for shop, year in session.execute(noted))
    months = [(*key, count) for key, count in sorted(new.items())]
    count_many(session, SavedMonth.__tablename__, {}, OF_MONTHS, months)


def recount(session: Session, course_id: int) -> dict[tuple[Any, ...], tuple[int, int]]:
    """Recount a course from its enrolments and correct the counters; gives {key of a counter: (kept, counted)} where
    they differed. An enrolment that was filed wrongly is filed anew by the clock.

    Raises Refused where there is no such course.
    """
    drafting.locked(session, versions.WORKS, course_id)  # the filing job leaves it alone
    counted: Counter[CellKey] = Counter()
    misfiled: list[int] = []
    after = 0
    while part := _part(session, course_id, after):
        after = part[-1].id
        ids = [row.id for row in part]
        states = learning_states.read(session, among(session, _enrolment.c.id, ids))
        for row in part:
            was = FiledState.of(row.state) if row.state is not None else None
            counted.update(counting.summed([was] if was is not None else []))
            if row.is_filed and (was is None or not was.is_like(states[row.id])):
                misfiled.append(row.id)
    kept = _kept(session, course_id)
    wrong = {key: (kept[key], counted[key]) for key in sorted(kept | counted) if kept[key] != counted[key]}
    _count(session, Counter({(course_id, key): right - was for key, (was, right) in wrong.items()}))
    if misfiled:
        session.execute(update(_enrolment).where(among(session, _enrolment.c.id, misfiled)).values(is_filed=False))
    return {tuple(key): counts for key, counts in wrong.items()}


def _part(session: Session, course_id: int, after: int) -> Sequence[Any]:
    return session.execute(
        select(_enrolment.c.id, _enrolment.c.is_filed, _filed.c.state)
        .outerjoin(_filed, _filed.c.enrolment_id == _enrolment.c.id)
        .where(_enrolment.c.course_id == course_id, _enrolment.c.id > after)
        .order_by(_enrolment.c.id)
        .limit(BATCH)
    ).all()


def _kept(session: Session, course_id: int) -> Counter[CellKey]:
    names = list(OF_CELLS)[1:]
    rows = session.execute(
        select(*(getattr(CourseCell, name) for name in names), CourseCell.count).where(
            CourseCell.course_id == course_id
        )
    )
    return Counter({CellKey(*key): count for *key, count in rows})
