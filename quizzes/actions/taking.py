"""Taking of a quiz: begin an attempt, take a step of it; what comes too late is kept and not marked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from foundation.database import upsert
from foundation.dialects import table_of
from foundation.errors import Refused
from foundation.prepared import Prepared
from questions import flow
from questions.stepping import Step, StepOutcome
from quizzes.actions import ending, inviting, turnout
from quizzes.models.attempts import Attempt, EndedBy
from quizzes.models.quizzes import Standing
from quizzes.queries import papers, pools
from quizzes.queries.attempt_sheet import AttemptSheet, OpenAttempt, look, obstacle
from quizzes.queries.papers import PaperPlace
from quizzes.queries.results import AttemptResult
from quizzes.rules import drawing, timing
from quizzes.rules.timing import AnswerMoment, Lateness

_attempt, _standing = table_of(Attempt), table_of(Standing)
_dice = SystemRandom()


@dataclass(frozen=True, slots=True)
class StepTaken:
    """Outcome of a step: the sheet as it is now, with what came of the attempt where it has ended."""

    sheet: AttemptSheet
    result: AttemptResult | None = None
    #: How late the answer was that ended it; None where it was in time.
    late_by: timedelta | None = None
    #: The number of the question that was answered late.
    late_number: int | None = None


def begin(
    session: Session, sheet: AttemptSheet, *, openid: str, source: str, now: datetime, zone: ZoneInfo
) -> AttemptSheet:
    """Begin an attempt with a paper of its own, or return the one that is open.

    Of two at one moment the database lets one in; the other gets the same attempt. Raises Refused where none can be
    begun: not open, closed, not for this shop, all attempts used.
    """
    if sheet.attempt is not None:
        return sheet
    sentence = obstacle(sheet, now=now, zone=zone)
    if sentence:
        raise Refused(sentence)
    paper = _paper(session, sheet)
    values: dict[str, Any] = {
        "quiz_id": sheet.quiz_id,
        "quiz_version_id": sheet.version_id,
        "retailer_id": sheet.retailer_id,
        "number": sheet.used + 1,
        "paper": [place.to_json() for place in paper],
        "answers": {},
        "late": {},
        "grace": [],
        "misread": 0,
        "started_at": now,
        "ends_at": sheet.ends_at(now),
        "source": source,
    }
    begun = session.scalar(upsert(session, _attempt).values(values).on_conflict_do_nothing().returning(_attempt.c.id))
    if begun is not None:
        standing = upsert(session, _standing).values(
            quiz_id=sheet.quiz_id, retailer_id=sheet.retailer_id, asked_at=now, is_opened=True, used=sheet.used + 1
        )
        asked_at = session.scalar(
            standing.on_conflict_do_update(
                index_elements=["quiz_id", "retailer_id"],
                set_={"used": standing.excluded.used, "is_opened": True},
            ).returning(_standing.c.asked_at)
        )
        # Published at this moment, it may have been listed since the sheet was read.
        is_new = not sheet.is_listed and asked_at == now
        inviting.begun(session, sheet, now=now)
        turnout.count(session, sheet.quiz_id, asked=int(is_new), begun=int(not sheet.used))
    return look(session, sheet.quiz_id, openid)


def _paper(session: Session, sheet: AttemptSheet) -> list[PaperPlace]:
    """Return the paper of a new attempt, drawn and shuffled where the quiz says so."""
    definition = sheet.definition
    if definition.is_drawn:
        try:
            drawn = drawing.draw(definition.draw, pools.candidates(session, definition.draw), _dice)
        except ValueError:
            raise Refused(SHORT_OF_QUESTIONS) from None
        places = [PaperPlace(each.version_id, each.digest, each.points) for each in drawn]
    else:
        places = list(papers.fixed(session, sheet.version_id))
    if not definition.shuffle:
        return places
    _dice.shuffle(places)
    items = papers.items(session, places, {})
    return [
        place._replace(order=tuple(drawing.option_order(item, _dice)))
        for place, item in zip(places, items, strict=True)
    ]


SHORT_OF_QUESTIONS = "这份测试的题库正在整理，暂时不能开始。请过一会儿再来。"


def take(
    session: Session,
    sheet: AttemptSheet,
    step: Step,
    *,
    code: str,
    heard: AnswerMoment,
    source: str,
    hands_in: bool,
    now: datetime,
) -> StepTaken:
    """Save what a step in the chat or on the page changed; end the attempt once nothing is left to answer, or its time
    is over. The caller holds the attempt (`attempt_sheet.hold`).

    `code` is the question that was answered; without `hands_in` (a page shows all answers once more) an attempt does
    not end by its last answer. An answer that came too late is kept apart, and the attempt ends without
    it.
    """
    attempt = sheet.attempt
    assert attempt is not None
    lateness = timing.lateness(heard, attempt.ends_at)
    if lateness is Lateness.LATE:
        return _too_late(session, sheet, step, code=code, heard=heard, source=source, now=now)
    moved = attempt.moved(step.position)
    if lateness is Lateness.GRACE and step.outcome in (StepOutcome.GOES_ON, StepOutcome.LOOKS_OVER):
        moved = replace(moved, grace=tuple(dict.fromkeys((*attempt.grace, code))))
    sheet = replace(sheet, attempt=moved)
    is_done = step.outcome is StepOutcome.GOES_ON and not flow.left(moved.position.questions, moved.answers)
    if is_done and hands_in and not skipped(moved):
        return hand_in(session, sheet, source=source, at=heard.at, now=now)
    if moved != attempt:
        _keep(session, moved, source)
    return StepTaken(sheet)


def skipped(attempt: OpenAttempt) -> list[int]:
    """Return the numbers of the questions that were skipped."""
    return [number for number, item in enumerate(attempt.items, start=1) if "s" in attempt.answers.get(item.code, {})]


def hand_in(session: Session, sheet: AttemptSheet, *, source: str, at: datetime, now: datetime) -> StepTaken:
    """End the attempt because its shop wants to, with what is answered."""
    return StepTaken(sheet, ending.end(session, sheet, by=EndedBy.SHOP, at=at, source=source, now=now))


def time_is_up(session: Session, sheet: AttemptSheet, *, source: str, now: datetime) -> StepTaken:
    """End an attempt whose time is over, before the clock does; gives the same result as the clock's."""
    attempt = sheet.attempt
    assert attempt is not None and attempt.ends_at is not None
    return StepTaken(sheet, ending.end(session, sheet, by=EndedBy.TIME, at=attempt.ends_at, source=source, now=now))


def is_over(attempt: OpenAttempt, heard: AnswerMoment) -> bool:
    """Whether the time of an attempt is over, the grace of a page included."""
    return timing.lateness(heard, attempt.ends_at) is Lateness.LATE


def _too_late(
    session: Session, sheet: AttemptSheet, step: Step, *, code: str, heard: AnswerMoment, source: str, now: datetime
) -> StepTaken:
    attempt = sheet.attempt
    assert attempt is not None and attempt.ends_at is not None
    answer = step.position.answers.get(code)
    by = heard.at - attempt.ends_at
    is_answer = answer is not None and answer != attempt.answers.get(code)
    if is_answer:
        late = {
            **attempt.late,
            code: {"answer": dict(cast(Mapping[str, Any], answer)), "seconds": int(by.total_seconds())},
        }
        attempt = replace(attempt, late=late)
        sheet = replace(sheet, attempt=attempt)
    taken = time_is_up(session, sheet, source=source, now=now)
    if not is_answer:
        return taken
    number = next(n for n, item in enumerate(attempt.items, start=1) if item.code == code)
    return replace(taken, late_by=by, late_number=number)


_KEEP = Prepared(
    update(_attempt)
    .where(_attempt.c.id == bindparam("attempt"), _attempt.c.ended_at.is_(None))
    .values({name: bindparam(f"new_{name}") for name in ("answers", "grace", "at", "misread", "source")})
)


def _keep(session: Session, attempt: OpenAttempt, source: str) -> None:
    _KEEP.run(
        session,
        {
            "attempt": attempt.id,
            "new_answers": attempt.answers,
            "new_grace": list(attempt.grace),
            "new_at": attempt.at,
            "new_misread": attempt.misread,
            "new_source": source,
        },
    )
