"""Answering of a sheet: begin, take a step, hand in; one statement for each change, and nothing is read twice."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from foundation.clock import day_in
from foundation.database import upsert
from foundation.dialects import table_of
from foundation.errors import Refused
from foundation.prepared import Prepared
from people.models import Area, Retailer
from questions import flow, texts
from questions.stepping import Step, StepOutcome
from surveys.actions import counting, inviting, quotas
from surveys.models import Participation, Submission, Survey
from surveys.queries.answer_sheet import AnswerSheet, look, obstacle
from surveys.rules import quotas as of_quotas
from surveys.rules import returns, scores, tally
from surveys.texts import chat
from wechat_bot import media

_participation = table_of(Participation)
_submission = table_of(Submission)
_retailer, _area = table_of(Retailer), table_of(Area)
#: The manager who looks after a shop: stored with what it hands in, as its area and class are, so that figures do not
#: move when the shop does.
_IN_CHARGE = select(func.coalesce(_retailer.c.manager_id, _area.c.manager_id)).join_from(
    _retailer, _area, _area.c.id == _retailer.c.area_id
)


def begin(session: Session, sheet: AnswerSheet, *, openid: str, now: datetime, zone: ZoneInfo) -> AnswerSheet:
    """Begin a sheet under the newest version, or continue it under the version it was begun with.

    Raises Refused where it cannot be filled: not open, closed, answered, or not for this shop.
    """
    _refuse(sheet, now, zone)
    if sheet.started_at is not None:
        inviting.opened(session, sheet)
        return sheet
    values: dict[str, Any] = {"version_id": sheet.version_id, "started_at": now}
    is_opened = sheet.is_opened
    if sheet.participation_id is None:
        participation_id, is_opened = _join(session, sheet, values, now), True
    else:
        begun = cast(
            CursorResult[Any],
            session.execute(
                update(_participation)
                .where(_participation.c.id == sheet.participation_id, _participation.c.started_at.is_(None))
                .values(values)
            ),
        )
        participation_id = sheet.participation_id if begun.rowcount else None
    if participation_id is None:  # begun at the same moment through another door
        return look(session, sheet.survey_id, openid)
    begun_sheet = replace(sheet, participation_id=participation_id, started_at=now, is_opened=is_opened)
    inviting.opened(session, begun_sheet)
    return replace(begun_sheet, is_opened=True)


def _join(session: Session, sheet: AnswerSheet, values: Mapping[str, Any], now: datetime) -> int | None:
    """List a shop that was bound after the publication of a survey for everyone; gives None if it is listed already."""
    asked_at = select(Survey.published_at).where(Survey.id == sheet.survey_id).scalar_subquery()
    found: int | None = session.scalar(
        upsert(session, _participation)
        .values(
            {
                **values,
                "survey_id": sheet.survey_id,
                "retailer_id": sheet.retailer_id,
                "answers": {},
                "misread": 0,
                # The hour of joining is near the hour of answering: an anonymous sheet must not store it.
                "asked_at": asked_at if sheet.is_anonymous else now,
                "is_submitted": False,
                "is_reached": False,
                "is_opened": True,
                "is_again": False,
            }
        )
        .on_conflict_do_nothing(index_elements=["survey_id", "retailer_id"])
        .returning(_participation.c.id)
    )
    if found is not None:
        counting.add(session, sheet.survey_id, {counting.SENT: 1, counting.OPENED: 1})
    return found


def take(
    session: Session, sheet: AnswerSheet, step: Step, *, now: datetime, zone: ZoneInfo, source: str
) -> AnswerSheet:
    """Save what a step in the chat or on the page changed; hand in once it went on and nothing is left to answer.

    Where a quota was filled meanwhile the answers are kept: the sheet `is_shut`, or asks again the question it is
    `spoilt` by. Raises Refused where the sheet can no longer be filled.
    """
    if step.outcome is StepOutcome.LOOKS_OVER:
        _refuse(sheet, now, zone)
        return _keep(session, sheet.moved(step.position))
    if step.outcome is StepOutcome.GOES_ON:
        _refuse(sheet, now, zone)
        return _forward(session, sheet.moved(step.position), now=now, zone=zone, source=source)
    is_elsewhere = (step.position.at, step.position.misread) != (sheet.at, sheet.misread)
    return _keep(session, sheet.moved(step.position)) if is_elsewhere else sheet


def _forward(session: Session, sheet: AnswerSheet, *, now: datetime, zone: ZoneInfo, source: str) -> AnswerSheet:
    if flow.next_question(sheet.definition.questions, sheet.answers) is not None:
        return _keep(session, sheet)
    if sheet.full is None:
        return submit(session, sheet, now=now, zone=zone, source=source)
    spoilt = sheet.spoilt
    if spoilt is not None:
        return _keep(session, replace(sheet, at=spoilt.code))
    try:
        # A shop that comes too late keeps its answers and only loses its place.
        with session.begin_nested():
            return submit(session, sheet, now=now, zone=zone, source=source)
    except quotas.Full as late:
        sheet = replace(sheet, full=sheet.full | late.keys)
        spoilt = sheet.spoilt
        return _keep(session, replace(sheet, at=spoilt.code if spoilt else None))


def submit(session: Session, sheet: AnswerSheet, *, now: datetime, zone: ZoneInfo, source: str) -> AnswerSheet:
    """Hand in a sheet: it becomes a submission, and the tally counts it, once.

    Of two submits at one moment the first changes the row, and the second finds it changed. An anonymous submission
    stores only the day, and neither it nor the sheet leads to the other. Raises Refused where it was handed in before,
    is not open, or lacks an answer; Full where a quota has no place left: the caller rolls back to before this.
    """
    _refuse(sheet, now, zone)
    if not flow.is_complete(sheet.definition.questions, sheet.answers):
        raise Refused(texts.MUST_ANSWER)
    today = day_in(now, zone)
    done: dict[str, Any] = {"is_submitted": True, "answers": {}, "at": None, "misread": 0, "is_again": False}
    done |= {"version_id": None, "started_at": None} if sheet.is_anonymous else {"submitted_on": today}
    won = cast(
        CursorResult[Any],
        session.execute(
            update(_participation)
            .where(_participation.c.id == sheet.participation_id, _participation.c.is_submitted.is_(False))
            .values(done)
        ),
    )
    if not won.rowcount:
        raise Refused(chat.ALREADY_DONE)
    answers = flow.settle(sheet.definition.questions, sheet.answers)
    spent = (now - sheet.started_at).total_seconds() if sheet.started_at else 0
    is_valid = spent >= (sheet.definition.min_seconds or 0)
    photos = [key for each in answers.values() for key in each.get("m", ())]
    wave = inviting.answered(session, sheet, now=now)
    session.execute(
        insert(_submission).values(
            survey_id=sheet.survey_id,
            version_id=sheet.version_id,
            area_id=sheet.area_id,
            class_id=sheet.class_id,
            answers=answers,
            source=source,
            is_valid=is_valid,
            is_fast=not is_valid,
            photos=len(photos),
            score=scores.score(sheet.definition, answers),
            wave=wave,
            **_who_and_when(sheet, now, zone, int(spent)),
        )
    )
    if sheet.is_anonymous:
        media.forget_sender(session, photos, day=_midnight(now, zone))
    counts = tally.counts(sheet.definition, answers) if is_valid else {}
    counts |= {counting.RETURNED: 1, counting.VALID: int(is_valid), returns.key(today, wave): 1}
    counting.add(session, sheet.survey_id, counts)
    if is_valid:
        keys = of_quotas.keys(sheet.definition, answers, area_id=sheet.area_id, class_id=sheet.class_id)
        quotas.take(session, sheet.survey_id, keys)
    return replace(sheet, is_submitted=True, submitted_on=None if sheet.is_anonymous else today, at=None, misread=0)


def _who_and_when(sheet: AnswerSheet, now: datetime, zone: ZoneInfo, spent: int) -> dict[str, Any]:
    if not sheet.is_anonymous:
        in_charge = _IN_CHARGE.where(_retailer.c.id == sheet.retailer_id).scalar_subquery()
        return {"retailer_id": sheet.retailer_id, "manager_id": in_charge, "submitted_at": now, "seconds": spent}
    # Far above the database's own ids, and still exact for a JSON reader.
    drawn = (1 << 40) + secrets.randbelow(1 << 52)
    return {"id": drawn, "retailer_id": None, "submitted_at": _midnight(now, zone), "seconds": None}


def _midnight(now: datetime, zone: ZoneInfo) -> datetime:
    return datetime.combine(day_in(now, zone), time(), zone).astimezone(UTC)


_KEEP = Prepared(
    update(_participation)
    .where(_participation.c.id == bindparam("participation"))
    .values(answers=bindparam("new_answers"), at=bindparam("new_at"), misread=bindparam("new_misread"))
)


def _keep(session: Session, sheet: AnswerSheet) -> AnswerSheet:
    _KEEP.run(
        session,
        {
            "participation": sheet.participation_id,
            "new_answers": sheet.answers,
            "new_at": sheet.at,
            "new_misread": sheet.misread,
        },
    )
    return sheet


def _refuse(sheet: AnswerSheet, now: datetime, zone: ZoneInfo) -> None:
    sentence = obstacle(sheet, now=now, zone=zone)
    if sentence:
        raise Refused(sentence)
