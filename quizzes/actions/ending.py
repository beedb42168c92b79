"""Ending of an attempt, once: it is marked by the keys in force, and the shop's standing is settled."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from foundation.database import changed
from foundation.dialects import table_of
from questions.keyed import marking
from quizzes.actions import mistakes, standings
from quizzes.actions.mistakes import JustMarked
from quizzes.models.attempts import Attempt, EndedBy
from quizzes.queries import papers, results
from quizzes.queries.attempt_sheet import AttemptSheet
from quizzes.queries.papers import KeyInForce
from quizzes.queries.results import AttemptResult
from quizzes.rules.definition import CountRule

_attempt = table_of(Attempt)


def end(
    session: Session, sheet: AttemptSheet, *, by: EndedBy, at: datetime, source: str, now: datetime
) -> AttemptResult | None:
    """End the open attempt of a sheet at a moment and mark it; gives what came of it, None where somebody else has
    ended it meanwhile: their result stands."""
    attempt = sheet.attempt
    assert attempt is not None
    keys = _keys(session, sheet)
    marked = _end(session, sheet, keys, by=by, at=at, source=source)
    if marked is None:
        return None
    standings.settle(session, sheet.quiz_id, [sheet.retailer_id], sheet.definition.counts)
    mistakes.put_in(session, [marked])
    by_version = {version_id: each.key for version_id, each in keys.items()}
    return results.result(session, attempt.id, now=now, keys=by_version)


def end_by_clock(session: Session, sheets: Sequence[AttemptSheet], *, source: str) -> None:
    """End attempts whose time is over, each at its own end. The caller holds them."""
    by_quiz: dict[tuple[int, CountRule], list[AttemptSheet]] = {}
    keys: dict[int, dict[int, KeyInForce]] = {}
    marked: list[JustMarked | None] = []
    for sheet in sheets:
        attempt = sheet.attempt
        assert attempt is not None and attempt.ends_at is not None
        if sheet.quiz_id not in keys:
            of_quiz = {
                place.version_id
                for each in sheets
                if each.quiz_id == sheet.quiz_id and each.attempt is not None
                for place in each.attempt.paper
            }
            keys[sheet.quiz_id] = papers.keys_in_force(session, sheet.quiz_id, sorted(of_quiz))
        marked.append(_end(session, sheet, keys[sheet.quiz_id], by=EndedBy.TIME, at=attempt.ends_at, source=source))
        by_quiz.setdefault((sheet.quiz_id, sheet.definition.counts), []).append(sheet)
    for (quiz_id, counts), ended in by_quiz.items():
        standings.settle(session, quiz_id, [sheet.retailer_id for sheet in ended], counts)
    mistakes.put_in(session, filter(None, marked))


def _keys(session: Session, sheet: AttemptSheet) -> dict[int, KeyInForce]:
    assert sheet.attempt is not None
    return papers.keys_in_force(session, sheet.quiz_id, [place.version_id for place in sheet.attempt.paper])


def _end(
    session: Session,
    sheet: AttemptSheet,
    keys: Mapping[int, KeyInForce],
    *,
    by: EndedBy,
    at: datetime,
    source: str,
) -> JustMarked | None:
    """Mark and end one attempt; gives its marks, None where it was no longer open. The keys were read in this
    transaction, so a change of a key either finds the attempt ended or is followed by it."""
    attempt = sheet.attempt
    assert attempt is not None
    items = papers.items(session, attempt.paper, {version_id: each.key for version_id, each in keys.items()})
    marked = marking.paper(items, attempt.answers)
    is_passed = marking.is_passed(marked.total, marked.maximum, sheet.definition.pass_mark)
    values: dict[str, Any] = {
        "answers": attempt.answers,
        "late": attempt.late,
        "has_late": bool(attempt.late),
        "grace": list(attempt.grace),
        "at": None,
        "misread": 0,
        "ended_at": at,
        "ended_by": by.value,
        "source": source,
        "key_numbers": ",".join(str(keys[place.version_id].number) for place in attempt.paper),
        "marks": marking.written(marked.marks),
        "total": marked.total,
        "maximum": marked.maximum,
        "is_passed": is_passed,
        "seconds": max(0, int((at - attempt.started_at).total_seconds())),
        "area_id": sheet.area_id,
        "class_id": sheet.class_id,
        "manager_id": sheet.manager_id,
        "is_filed": False,
    }
    still_open = update(_attempt).where(_attempt.c.id == attempt.id, _attempt.c.ended_at.is_(None))
    return JustMarked(sheet, attempt, marked.marks, at) if changed(session, still_open.values(values)) else None
