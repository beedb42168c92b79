"""Voiding of answer sheets: one is set aside and restored, with a reason, and its shop may be asked to answer again.

A void sheet stays returned and leaves every figure of what was answered, in the same transaction. Its shop has answered
all the same: it is asked again only where staff say so, and the void sheet is superseded then.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import case, false, not_, select, update
from sqlalchemy.orm import Session

from campaigns import answering as acts
from campaigns.models import Campaign
from console.authored import AuthoredState
from foundation.clock import day_in
from foundation.database import changed
from foundation.errors import Refused
from foundation.text import visible
from surveys.actions import counting, filing, quotas, waves
from surveys.models import Participation, Submission, Survey
from surveys.queries import version_cache
from surveys.rules import quotas as of_quotas
from surveys.rules import returns, tally
from surveys.rules.definition import Definition
from surveys.texts import sheets as texts

LONGEST = 200
_OF_SHEET = (
    Submission.id,
    Submission.survey_id,
    Submission.version_id,
    Submission.retailer_id,
    Submission.answers,
    Submission.is_valid,
    Submission.is_fast,
    Submission.is_filed,
    Submission.area_id,
    Submission.class_id,
    Submission.manager_id,
    Submission.submitted_at,
    Submission.wave,
    Submission.photos,
)


def void(session: Session, submission_id: int, *, reason: str, by: str, now: datetime) -> None:
    """Set a sheet aside: it still counts as returned, but not as valid, and its answers leave the counts.

    Raises Refused where there is no reason, no such sheet, or it is void already.
    """
    why = _reason(reason)
    row = _change(
        session,
        (Submission.id == submission_id, Submission.voided_at.is_(None)),
        {"voided_at": now, "voided_by": by, "void_reason": why, "is_valid": False},
    )
    if row is None:
        raise Refused(texts.not_there(submission_id))
    if row.is_fast:
        return
    definition = _definition(session, row)
    _count(session, row, definition, -1)
    quotas.give_back(session, row.survey_id, _places(row, definition))
    if row.is_filed:
        filing.take_back(session, row, definition)


def restore(
    session: Session, submission_id: int, *, reason: str, now: datetime, zone: ZoneInfo, voided: str = ""
) -> None:
    """Count a void sheet again, as it was counted before.

    `voided` is the moment of the voiding that is meant. Raises Refused where there is no reason, it is not void, was
    voided anew since, its shop is answering again, or others took its place.
    """
    _reason(reason)
    if voided:
        is_now = session.scalar(select(Submission.voided_at).where(Submission.id == submission_id).with_for_update())
        if is_now is None or is_now.isoformat() != voided:
            raise Refused(texts.not_void(submission_id))
    unsuperseded = _change(session, (Submission.id == submission_id, Submission.superseded != 0), {"superseded": 0})
    if unsuperseded is not None:
        _answered_after_all(session, unsuperseded, now, zone)
    row = _change(
        session,
        (Submission.id == submission_id, Submission.voided_at.is_not(None)),
        {
            "voided_at": None,
            "voided_by": "",
            "void_reason": "",
            # Written as a CASE: NOT of a column is no value on SQLite's side of the ORM.
            "is_valid": case((Submission.is_fast, false()), else_=not_(false())),
        },
    )
    if row is None:
        raise Refused(texts.not_void(submission_id))
    if row.is_fast:
        return
    definition = _definition(session, row)
    _count(session, row, definition, 1)
    try:
        quotas.take(session, row.survey_id, _places(row, definition))
    except quotas.Full:
        raise Refused(texts.FULL) from None
    if row.is_filed:
        filing.put_back(session, row, definition)


def ask_again(session: Session, submission_id: int, *, now: datetime) -> None:
    """Let the shop of a void sheet answer once more: it is as if it had not answered, and the sheet is superseded.

    Raises Refused where the sheet is not void, is anonymous, or the survey is over.
    """
    row = _change(
        session,
        (
            Submission.id == submission_id,
            Submission.voided_at.is_not(None),
            Submission.superseded == 0,
            Submission.retailer_id.is_not(None),
        ),
        {"superseded": Submission.id},
    )
    if row is None:
        raise Refused(texts.not_void(submission_id))
    if session.get_one(Survey, row.survey_id).state(now) is not AuthoredState.OPEN:
        raise Refused(texts.OVER)
    day = session.scalars(select(Participation.submitted_on).where(*_theirs(row))).one()
    nothing: dict[str, Any] = {"answers": {}, "at": None, "misread": 0, "version_id": None, "started_at": None}
    again = update(Participation).where(*_theirs(row), Participation.is_submitted)
    changed(session, again.values(is_submitted=False, submitted_on=None, is_again=True, **nothing))
    acts.unacted(session, waves.INVITATIONS.kind, row.survey_id, row.retailer_id)
    fewer = {counting.RETURNED: -1}
    counting.add(session, row.survey_id, fewer | ({returns.key(day, row.wave): -1} if day is not None else {}))


def _answered_after_all(session: Session, row: Any, now: datetime, zone: ZoneInfo) -> None:
    """Take back `ask_again`, as long as the shop has not begun."""
    untouched = (*_theirs(row), Participation.is_submitted.is_(False), Participation.started_at.is_(None))
    day = day_in(row.submitted_at, zone)
    done = {"is_submitted": True, "submitted_on": day, "is_again": False}
    if not changed(session, update(Participation).where(*untouched).values(done)):
        raise Refused(texts.ANSWERING)
    if row.wave is not None:
        brought = select(Campaign.id).where(
            Campaign.kind == waves.INVITATIONS.kind.name,
            Campaign.reference == row.survey_id,
            Campaign.number == row.wave,
        )
        acts.first(session, session.scalars(brought).one(), row.retailer_id, now=row.submitted_at)
    counting.add(session, row.survey_id, {counting.RETURNED: 1, returns.key(day, row.wave): 1})


def _theirs(row: Any) -> tuple[Any, ...]:
    return Participation.survey_id == row.survey_id, Participation.retailer_id == row.retailer_id


def _change(session: Session, where: tuple[Any, ...], values: dict[str, Any]) -> Any:
    """Change a sheet where the conditions hold; gives it, or None."""
    statement = update(Submission).where(*where).values(values).returning(*_OF_SHEET)
    return session.execute(statement, execution_options={"synchronize_session": False}).first()


def _count(session: Session, row: Any, definition: Definition, sign: int) -> None:
    counts = tally.counts(definition, row.answers)
    counts = counts if sign > 0 else tally.negated(counts)
    counting.add(session, row.survey_id, {**counts, counting.VALID: sign})


def _places(row: Any, definition: Definition) -> list[tally.Key]:
    return of_quotas.keys(definition, row.answers, area_id=row.area_id, class_id=row.class_id)


def _definition(session: Session, row: Any) -> Definition:
    versions = version_cache.of_survey(session, row.survey_id)
    return next(version.definition for version in versions if version.id == row.version_id)


def _reason(written: str) -> str:
    why = visible(written)
    if not why or len(why) > LONGEST:
        raise Refused(texts.reason(LONGEST))
    return why
