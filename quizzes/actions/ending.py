"""Ending of an attempt, once: it is marked by the keys in force, and the shop's standing is settled."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from foundation.dialects import table_of
from foundation.prepared import Prepared
from questions.keyed import marking
from quizzes.actions import mistakes, standings
from quizzes.actions.mistakes import JustMarked
from quizzes.models.attempts import Attempt, EndedBy
from quizzes.queries import papers, results
from quizzes.queries.attempt_sheet import AttemptSheet
from quizzes.queries.papers import KeyInForce
from quizzes.queries.results import AttemptResult, KeptAttempt
from quizzes.rules.definition import CountRule

_attempt = table_of(Attempt)


def end(
    session: Session, sheet: AttemptSheet, *, by: EndedBy, at: datetime, source: str, now: datetime
) -> AttemptResult | None:
    """End the open attempt of a sheet at a moment and mark it; gives what came of it, None where somebody else has
    ended it meanwhile: their result stands."""
    attempt = sheet.attempt
    assert attempt is not None
    versions = [place.version_id for place in attempt.paper]
    keys = papers.keys_in_force(session, sheet.quiz_id, versions)
    marked = _end(session, sheet, keys, by=by, at=at, source=source)
    if marked is None:
        return None
    counted_id = standings.settle_one(session, marked.ended, sheet.definition.counts)
    questions = papers.questions(session, versions)
    mistakes.put_in(session, [marked], questions)
    return results.of_ended(
        marked.ended,
        sheet.definition,
        marked.items,
        questions,
        counts=counted_id == attempt.id,
        left=sheet.left,
        closes_at=sheet.closes_at,
        now=now,
    )


def end_by_clock(session: Session, sheets: Sequence[AttemptSheet], *, source: str) -> None:
    """End attempts whose time is over, each at its own end. The caller holds them."""
    by_quiz: dict[tuple[int, CountRule], list[AttemptSheet]] = {}
    keys: dict[int, dict[int, KeyInForce]] = {}
    marked: list[JustMarked] = []
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
        one = _end(session, sheet, keys[sheet.quiz_id], by=EndedBy.TIME, at=attempt.ends_at, source=source)
        marked += [one] if one is not None else []
        by_quiz.setdefault((sheet.quiz_id, sheet.definition.counts), []).append(sheet)
    for (quiz_id, counts), ended in by_quiz.items():
        standings.settle(session, quiz_id, [sheet.retailer_id for sheet in ended], counts)
    versions = {place.version_id for each in marked for place in each.ended.paper}
    if versions:
        mistakes.put_in(session, marked, papers.questions(session, sorted(versions)))


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
    ended = KeptAttempt(
        id=attempt.id,
        quiz_id=sheet.quiz_id,
        retailer_id=sheet.retailer_id,
        number=attempt.number,
        paper=attempt.paper,
        answers=attempt.answers,
        late=attempt.late,
        grace=list(attempt.grace),
        key_numbers=",".join(str(keys[place.version_id].number) for place in attempt.paper),
        marks=marking.written(marked.marks),
        total=marked.total,
        maximum=marked.maximum,
        is_passed=is_passed,
        started_at=attempt.started_at,
        ended_at=at,
        ended_by=by.value,
        seconds=max(0, int((at - attempt.started_at).total_seconds())),
        area_id=sheet.area_id,
        class_id=sheet.class_id,
        manager_id=sheet.manager_id,
    )
    new = {f"new_{name}": getattr(ended, name) for name in _KEPT}
    is_ended = _END.run(
        session, {"attempt": attempt.id, "new_has_late": bool(attempt.late), "new_source": source, **new}
    )
    return JustMarked(sheet, ended, items, marked.marks) if is_ended else None


#: Written as they are in `KeptAttempt`.
_KEPT = (
    "answers",
    "late",
    "grace",
    "key_numbers",
    "marks",
    "total",
    "maximum",
    "is_passed",
    "ended_at",
    "ended_by",
    "seconds",
    "area_id",
    "class_id",
    "manager_id",
)
_END = Prepared(
    update(_attempt)
    .where(_attempt.c.id == bindparam("attempt"), _attempt.c.ended_at.is_(None))
    .values({name: bindparam(f"new_{name}") for name in (*_KEPT, "has_late", "source")})
    .values(at=None, misread=0, is_filed=False)
)
