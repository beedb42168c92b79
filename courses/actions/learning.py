"""Learning: begin a course, take the next step of a lesson, answer its end question. The same for every door.

A door says which step it wants; that it may have it is decided here. What is refused changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import case, select, update
from sqlalchemy.orm import Session

from courses.actions import finishing, inviting, releasing
from courses.models.learning import Enrolment, Reading
from courses.queries import lesson_sheet
from courses.queries.lesson_sheet import LessonSheet
from courses.rules import end_question, progress
from courses.rules.progress import StepAsked, StepVerdict
from courses.texts import chat
from foundation.database import changed, upsert
from foundation.dialects import table_of
from foundation.errors import Refused
from questions.keyed import marking

_enrolment, _reading = table_of(Enrolment), table_of(Reading)


@dataclass(frozen=True, slots=True)
class StepGiven:
    """Outcome of asking for a step."""

    #: As it is now.
    sheet: LessonSheet
    verdict: StepVerdict
    #: What to say where the step was refused; empty where it was given.
    refusal: str = ""
    #: The seconds it lacked.
    lacks: int = 0
    #: Whether the lesson, and by it the course, was finished by this step: a lesson without an end question is finished
    #: by the step behind its last screen.
    finishes_lesson: bool = False
    finishes_course: bool = False


class AnswerOutcome(StrEnum):
    """Outcome of an answer to an end question."""

    RIGHT = "right"
    WRONG = "wrong"
    PAST = "past"
    """It was answered meanwhile: another try was counted since, or the lesson was finished. Nothing changed."""


@dataclass(frozen=True, slots=True)
class AnswerMarked:
    """Outcome of an answer to an end question, with the sheet as it is now."""

    sheet: LessonSheet
    outcome: AnswerOutcome
    finishes_course: bool = False


def give(
    session: Session,
    sheet: LessonSheet,
    step: int,
    *,
    openid: str,
    heard_at: datetime,
    now: datetime,
    zone: ZoneInfo,
) -> StepGiven:
    """Give a step of a lesson, or say why not: what was handed out before at any time, the next one once the last could
    be read, no other. The first step of the first lesson begins the course.

    `heard_at` is when it was asked for: now, or in the chat when WeChat took the message (`Turn.said_at`). Raises
    Refused where the lesson cannot be read at all (`lesson_sheet.obstacle`).
    """
    sentence = lesson_sheet.obstacle(sheet, now=now, zone=zone)
    if sentence:
        raise Refused(sentence)
    asked = sheet.place.ask(step, heard_at)
    if asked.verdict is StepVerdict.NEXT and sheet.course.started_at is None:
        sheet = _begun(session, sheet, openid=openid, now=now, zone=zone)
        asked = sheet.place.ask(step, heard_at)
    if asked.verdict is not StepVerdict.NEXT:
        return _not_new(sheet, asked)
    finishes = step == sheet.end and sheet.lesson.question is None
    if not _hand_out(session, sheet, step, asked.credited, finishes=finishes, now=now):
        # Handed out at this moment through another door: it is seen there, and stands here.
        sheet = _again(session, sheet, openid, now)
        return _not_new(sheet, sheet.place.ask(step, heard_at))
    of_course = finishes and finishing.lesson(session, sheet, now=now, zone=zone)
    return StepGiven(
        _again(session, sheet, openid, now), StepVerdict.NEXT, finishes_lesson=finishes, finishes_course=of_course
    )


def answer(
    session: Session,
    sheet: LessonSheet,
    given: Mapping[str, Any],
    *,
    openid: str,
    tries: int | None = None,
    now: datetime,
    zone: ZoneInfo,
) -> AnswerMarked:
    """Mark an answer to the end question, as `questions` stores answers; a right one finishes the lesson.

    `tries` is how many answers a page had seen when it was sent: posted twice it counts once. Raises Refused where the
    question was not asked yet, or the lesson cannot be read at all.
    """
    sentence = lesson_sheet.obstacle(sheet, now=now, zone=zone)
    if sentence:
        raise Refused(sentence)
    item = sheet.lesson.question
    if item is None or sheet.at < sheet.end:
        raise Refused(chat.NOT_ASKED_YET)
    if end_question.is_skip(given):
        raise Refused(chat.MUST_BE_ANSWERED)
    if sheet.is_finished or tries not in (None, sheet.tries):
        return AnswerMarked(sheet, AnswerOutcome.PAST)
    is_right = marking.is_right(item, given)
    _lock(session, sheet)
    marked = update(_reading).where(*_row(sheet), _reading.c.tries == sheet.tries, _reading.c.finished_at.is_(None))
    values = {
        "tries": sheet.tries + 1,
        "answer": dict(given),
        "is_right": case((_reading.c.tries == 0, is_right), else_=_reading.c.is_right),
        "wrong_at": _reading.c.wrong_at if is_right else now,
        **(_finish(sheet, now) if is_right else {}),
    }
    if not changed(session, marked.values(values)):
        return AnswerMarked(_again(session, sheet, openid, now), AnswerOutcome.PAST)
    of_course = is_right and finishing.lesson(session, sheet, now=now, zone=zone)
    outcome = AnswerOutcome.RIGHT if is_right else AnswerOutcome.WRONG
    return AnswerMarked(_again(session, sheet, openid, now), outcome, finishes_course=of_course)


def _not_new(sheet: LessonSheet, asked: StepAsked) -> StepGiven:
    match asked.verdict:
        case StepVerdict.TOO_SOON:
            return StepGiven(sheet, asked.verdict, chat.too_soon(asked.lacks), asked.lacks)
        case StepVerdict.TOO_FAR:
            return StepGiven(sheet, asked.verdict, chat.too_far(min(sheet.at + 1, sheet.end), sheet.end))
        case _:
            return StepGiven(sheet, StepVerdict.SEEN)


def _begun(session: Session, sheet: LessonSheet, *, openid: str, now: datetime, zone: ZoneInfo) -> LessonSheet:
    """Begin the course; of two at one moment one does, and both go on with what it began."""
    of = sheet.course
    if of.enrolment_id is None:
        learner = {"course_id": of.course_id, "retailer_id": of.retailer_id, "staff_id": of.staff_id}
        enrolled = upsert(session, _enrolment).values(**learner, enrolled_at=now).on_conflict_do_nothing()
        session.execute(enrolled)
        sheet = _again(session, sheet, openid, now)
    of = sheet.course
    assert of.enrolment_id is not None
    if releasing.begin(session, of.enrolment_id, of.version_id, of.definition, zone=zone, now=now):
        inviting.begun(session, of.course_id, of.retailer_id, now=now)
    sheet = _again(session, sheet, openid, now)
    # Begun through another door a moment ago, it may have been begun under another version.
    sentence = lesson_sheet.obstacle(sheet, now=now, zone=zone)
    if sentence:
        raise Refused(sentence)
    return sheet


def _hand_out(session: Session, sheet: LessonSheet, step: int, credited: int, *, finishes: bool, now: datetime) -> bool:
    """Note that a step is handed out, and credit the one before it; gives whether nobody else has done so since the
    sheet was read."""
    _lock(session, sheet)
    shown_at = progress.handed_out(now)
    if sheet.reading is None:
        values = {**_keys(sheet), "at": step, "shown_at": shown_at, "started_at": now}
        is_mine = changed(session, upsert(session, _reading).values(values).on_conflict_do_nothing()) == 1
    else:
        stands = update(_reading).where(*_row(sheet), _reading.c.at == step - 1, _reading.c.finished_at.is_(None))
        values = {
            "at": step,
            "shown_at": shown_at,
            "seconds": _reading.c.seconds + credited,
            **(_finish(sheet, now) if finishes else {}),
        }
        is_mine = changed(session, stands.values(values)) == 1
    if is_mine:
        mine = update(_enrolment).where(_enrolment.c.id == sheet.course.enrolment_id)
        session.execute(
            mine.values(last_at=now, is_opened=True, is_filed=False, seconds=_enrolment.c.seconds + credited)
        )
    return is_mine


def _lock(session: Session, sheet: LessonSheet) -> None:
    """Lock the enrolment: whoever changes a reading has it first, or two in one course would wait for each other."""
    mine = select(_enrolment.c.id).where(_enrolment.c.id == sheet.course.enrolment_id)
    session.execute(mine.with_for_update(key_share=True))


def _again(session: Session, sheet: LessonSheet, openid: str, now: datetime) -> LessonSheet:
    return lesson_sheet.look(session, sheet.lesson.id, openid, now=now)


def _finish(sheet: LessonSheet, now: datetime) -> dict[str, Any]:
    """What a finished lesson keeps: when, and where its shop was then, so that no figure changes when it moves."""
    of = sheet.course
    return {"finished_at": now, "area_id": of.area_id, "class_id": of.class_id, "manager_id": of.manager_id}


def _keys(sheet: LessonSheet) -> dict[str, Any]:
    return {"enrolment_id": sheet.course.enrolment_id, "lesson_id": sheet.lesson.id}


def _row(sheet: LessonSheet) -> list[Any]:
    return [_reading.c[name] == value for name, value in _keys(sheet).items()]
