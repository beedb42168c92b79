"""Staff write a survey, publish it, invite to it, close it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, String, and_, exists, false, literal, select
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session

from foundation.database import Json, Moment, upsert
from foundation.errors import Refused
from people import audiences
from people.models import Retailer
from surveys import frozen, texts
from surveys.actions import counting
from surveys.models import Participation, Survey, SurveyState, Version
from surveys.rules.definition import Definition, from_json, to_json
from wechat_bot import reply
from wechat_bot.feature import Criterion
from wechat_bot.models import Delivery, DeliveryState, Follower

Criteria = Mapping[str, Criterion]


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did: the version now asked, and how many shops it listed that were not listed before."""

    number: int
    listed: int


@dataclass(frozen=True, slots=True)
class Wave:
    """An invitation that went out: the which-th of its survey, and to how many."""

    number: int
    invited: int


def load(session: Session, definition: Definition, *, survey_id: int | None = None, now: datetime) -> Survey:
    """Keep a definition as a new survey's draft, or as the new draft of an existing one; nobody is asked it yet.

    For an existing survey the definition was read with `queries.newest` as `previous`, so that options keep their
    codes. Raises Refused where that survey does not exist.
    """
    if survey_id is None:
        survey = Survey(title=definition.title, draft=to_json(definition), created_at=now)
        session.add(survey)
    else:
        survey = _locked(session, survey_id)
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
    survey = _locked(session, survey_id)
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
        listed = _list(session, survey_id, definition, criteria, now)
        if before is None and definition.audience is not None:
            audiences.require_some(listed)
        # The counters are there from the start: a recount locks them.
        counting.add(session, survey_id, {counting.SENT: listed, counting.RETURNED: 0, counting.VALID: 0})
    return Published(last.number, listed)


def close(session: Session, survey_id: int, *, now: datetime) -> None:
    """End a survey now; half-filled sheets stay as they are. Raises Refused where it is not running."""
    survey = _locked(session, survey_id)
    if survey.state(now) not in (SurveyState.OPEN, SurveyState.WAITING):
        raise Refused("这份调查还没有发布。" if survey.version_id is None else "这份调查已经结束了。")
    survey.closes_at = now


def invite(session: Session, survey_id: int, *, now: datetime) -> Wave:
    """Queue an invitation to every listed shop that has not answered and whose keeper follows the account.

    Left out is whoever still has an invitation to this survey waiting to be sent. Raises Refused where the survey is
    not open.
    """
    survey = _locked(session, survey_id)
    if not survey.is_open(now):
        raise Refused("调查不在填写时间内,不能邀请。")
    survey.waves += 1
    session.flush()
    about = f"survey:{survey_id}"
    waits = exists().where(
        Delivery.about == about,
        Delivery.openid == Follower.openid,
        Delivery.state.in_((DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.HELD)),
    )
    message = reply.text_message(texts.invitation(survey.title))
    columns = {
        "key": literal(f"{about}:wave:{survey.waves}:") + as_type(Participation.retailer_id, String),
        "openid": Follower.openid,
        "about": literal(about),
        "message": literal(message, Json),
        "state": literal(DeliveryState.PENDING.value),
        "due_at": literal(now, Moment()),
        "not_after": literal(survey.closes_at, Moment()),
        "created_at": literal(now, Moment()),
        "attempts": literal(0),
    }
    invited = (
        select(*columns.values())
        .join_from(Participation, Retailer, Retailer.id == Participation.retailer_id)
        .join(Follower, and_(Follower.openid == Retailer.openid, Follower.unfollowed_at.is_(None)))
        .where(Participation.survey_id == survey_id, Participation.is_submitted.is_(False), ~waits)
    )
    session.info["rings"] = True
    return Wave(survey.waves, _inserted(session, upsert(session, Delivery).from_select(list(columns), invited)))


def _list(session: Session, survey_id: int, definition: Definition, criteria: Criteria, now: datetime) -> int:
    """List the audience in one statement; gives how many were new."""
    audience = audiences.select_ids(session, definition.audience, criteria, now=now).subquery()
    columns = {
        "survey_id": literal(survey_id),
        "retailer_id": audience.c[0],
        "asked_at": literal(now, Moment()),
        "is_submitted": false(),
        "answers": literal({}, Json),
        "misread": literal(0),
    }
    # SQLite takes ON CONFLICT behind a SELECT only where a WHERE stands between.
    listed = select(*columns.values()).where(audience.c[0].is_not(None))
    return _inserted(session, upsert(session, Participation).from_select(list(columns), listed))


def _inserted(session: Session, statement: Any) -> int:
    """Insert what is not there yet; gives how many rows that were."""
    # Without the option SQLAlchemy drops the count of an INSERT on PostgreSQL.
    done = session.execute(statement.on_conflict_do_nothing(), execution_options={"preserve_rowcount": True})
    return cast(CursorResult[Any], done).rowcount


def _locked(session: Session, survey_id: int) -> Survey:
    # NO KEY UPDATE: every answer points at the survey with a foreign key, and must not wait for us.
    survey = session.scalar(select(Survey).where(Survey.id == survey_id).with_for_update(key_share=True))
    if survey is None:
        raise Refused(counting.unknown(survey_id))
    return survey
