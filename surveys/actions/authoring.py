"""Staff write a survey, publish it, close it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.errors import Refused
from people import audiences
from surveys import frozen
from surveys.actions import counting, inviting
from surveys.actions.enlisting import Criteria, enlist, locked
from surveys.models import Survey, SurveyState, Version
from surveys.rules.definition import Definition, from_json, to_json


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did: the version now asked, and how many shops it listed that were not listed before."""

    number: int
    listed: int


def load(session: Session, definition: Definition, *, survey_id: int | None = None, now: datetime) -> Survey:
    """Keep a definition as a new survey's draft, or as the new draft of an existing one; nobody is asked it yet.

    For an existing survey the definition was read with `queries.newest` as `previous`, so that options keep their
    codes. Raises Refused where that survey does not exist.
    """
    if survey_id is None:
        survey = Survey(title=definition.title, draft=to_json(definition), created_at=now)
        session.add(survey)
    else:
        survey = locked(session, survey_id)
        survey.draft = to_json(definition)
        if survey.version_id is None:
            survey.title = definition.title
    session.flush()
    return survey


def publish(session: Session, survey_id: int, *, criteria: Criteria, now: datetime) -> Published:
    """Freeze the draft into the version that is asked from now on.

    The first publication lists the audience; a later one lists it anew only where it was changed, and never takes
    anybody off: who was asked stays asked, who began under a version ends under it. Publishing what is published
    already makes no version. Raises Refused: no such survey, an end that is past, an audience that is broken or
    nobody, a survey that would turn anonymous or stop being so.
    """
    survey = locked(session, survey_id)
    definition = from_json(survey.draft)
    if definition.closes_at is not None and definition.closes_at <= now:
        raise Refused("结束时间已经过了,请先改结束时间。")
    last = session.scalar(
        select(Version).where(Version.survey_id == survey_id).order_by(Version.number.desc()).limit(1)
    )
    before = from_json(last.definition) if last else None
    if before and before.anonymous != definition.anonymous:
        raise Refused("已发布的调查不能在实名和匿名之间改动,请另建一份调查。")
    digest = frozen.digest(survey.draft)
    if last is None or last.digest != digest:
        last = Version(
            survey_id=survey_id,
            number=last.number + 1 if last else 1,
            definition=survey.draft,
            digest=digest,
            published_at=now,
        )
        session.add(last)
        session.flush()
    survey.version_id, survey.title, survey.is_anonymous = last.id, definition.title, definition.anonymous
    survey.opens_at, survey.closes_at = definition.opens_at, definition.closes_at
    survey.is_for_everyone = definition.audience is None
    survey.published_at = survey.published_at or now
    session.flush()
    listed = 0
    if before is None or before.audience != definition.audience:
        listed = enlist(session, survey_id, definition.audience, criteria, now)
        if before is None and definition.audience is not None:
            audiences.require_some(listed)
        # The counters are there from the start: a recount locks them.
        counting.add(session, survey_id, {**dict.fromkeys(counting.TOTALS, 0), counting.SENT: listed})
    return Published(last.number, listed)


def close(session: Session, survey_id: int, *, now: datetime) -> None:
    """End a survey now; half-filled sheets stay as they are, invitations on their way are taken back.

    Raises Refused where it is not running.
    """
    survey = locked(session, survey_id)
    if survey.state(now) not in (SurveyState.OPEN, SurveyState.WAITING):
        raise Refused("这份调查还没有发布。" if survey.version_id is None else "这份调查已经结束了。")
    survey.closes_at = now
    inviting.stop(session, survey_id, now=now)
