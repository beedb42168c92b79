"""Lists of surveys: all of them for staff, and those that wait for a shop."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from console import authored
from console.authored import AuthoredState
from foundation import paging
from foundation.errors import Refused
from foundation.paging import FIRST, Cursor, Order, Page
from people.models import Retailer
from surveys.models import Participation, Survey, Tally, Version
from surveys.queries import answer_sheet, version_cache
from surveys.rules import quotas
from surveys.rules.definition import Definition, from_json
from wechat_bot.feature import Destination


@dataclass(frozen=True, slots=True)
class SurveyLine:
    """Survey in a list, with its figures."""

    id: int
    title: str
    state: AuthoredState
    opens_at: datetime | None
    closes_at: datetime | None
    is_anonymous: bool
    sent: int
    returned: int
    valid: int
    #: Whether what is asked now, or would be, shows its running result.
    is_poll: bool
    #: Whether the draft cannot be published yet.
    is_unfinished: bool

    @property
    def valid_share(self) -> float | None:
        return self.valid / self.returned if self.returned else None

    @property
    def return_share(self) -> float | None:
        return self.returned / self.sent if self.sent else None


@dataclass(frozen=True, slots=True)
class WaitingSurvey:
    """Open survey for a shop."""

    survey_id: int
    title: str
    definition: Definition
    answers: Mapping[str, Mapping[str, Any]]
    is_submitted: bool
    #: Null in an anonymous survey.
    submitted_on: date | None
    #: Whether its quotas exclude this shop; never for a survey it has answered.
    is_shut: bool


def surveys(
    session: Session,
    *,
    now: datetime,
    states: Collection[AuthoredState] = (),
    limit: int | None = None,
) -> list[SurveyLine]:
    """Return surveys in these states, the newest first."""
    rows = session.execute(_select(now, "", states).order_by(Survey.id.desc()).limit(limit))
    return [_line(*row, now=now) for row in rows]


def destinations(session: Session, now: datetime) -> list[Destination]:
    """Return the running surveys that a button can lead to."""
    return authored.destinations(session, Survey, "survey:", "调查", now=now)


def shut(session: Session, reference: str, at: datetime) -> str:
    """Return why nobody can fill a survey in at a moment, for staff; empty where they can."""
    return authored.shut(session, Survey, reference, "调查", at=at)


def page(
    session: Session,
    *,
    now: datetime,
    search: str = "",
    states: Collection[AuthoredState] = (),
    since: datetime | None = None,
    before: datetime | None = None,
    cursor: Cursor = FIRST,
    limit: int,
) -> Page[SurveyLine]:
    """Return a page of surveys with this text in their title, the newest first: those published, or drafts begun,
    between two moments."""
    read, at = partial(_line, now=now), func.coalesce(Survey.published_at, Survey.created_at)
    statement = _select(now, search, states)
    if since is not None:
        statement = statement.where(at >= since)
    if before is not None:
        statement = statement.where(at < before)
    return paging.page(session, statement, _NEWEST, cursor, limit=limit, read=read)


_NEWEST: Order[SurveyLine] = Order((Survey.id,), lambda line: (line.id,), is_down=True)


def _select(now: datetime, search: str, states: Collection[AuthoredState]) -> Select[Any]:
    def figure(name: str) -> Any:
        return func.coalesce(
            select(Tally.count)
            .where(Tally.survey_id == Survey.id, Tally.question == "", Tally.option == name)
            .scalar_subquery(),
            0,
        )

    statement: Select[Any] = select(Survey, figure("sent"), figure("returned"), figure("valid"))
    if search:
        statement = statement.where(Survey.title.contains(search, autoescape=True))
    return statement.where(or_(*(Survey.is_in(state, now) for state in states))) if states else statement


def _line(survey: Survey, sent: int, returned: int, valid: int, *, now: datetime) -> SurveyLine:
    return SurveyLine(
        survey.id,
        survey.title,
        survey.state(now),
        survey.opens_at,
        survey.closes_at,
        survey.is_anonymous,
        sent,
        returned,
        valid,
        survey.draft.get("results") == "live",
        survey.written is not None,
    )


def open_for(session: Session, openid: str, *, now: datetime) -> list[WaitingSurvey] | None:
    """Return the open surveys for the shop behind an openid, answered ones included, those that end first in front;
    None where the openid is bound to no shop. One statement."""
    rows = session.execute(_OPEN_FOR, {"openid": openid, "now": now}).all()
    if not rows:
        return None
    return [_waiting(session, row) for row in rows if row.survey_id is not None]


def newest(session: Session, survey_id: int) -> Definition | None:
    """Return the definition published last, which a new draft is read against. None before the first publication.

    Raises Refused where there is no such survey.
    """
    row = session.execute(
        select(Survey.id, Version.definition)
        .outerjoin(Version, Version.id == Survey.version_id)
        .where(Survey.id == survey_id)
    ).first()
    if row is None:
        raise Refused(version_cache.WORKS.unknown(survey_id))
    return from_json(row.definition) if row.definition is not None else None


def drafted(session: Session, survey_id: int) -> Definition:
    """Return the definition being written. Raises Refused where there is no such survey."""
    draft = session.scalar(select(Survey.draft).where(Survey.id == survey_id))
    if draft is None:
        raise Refused(version_cache.WORKS.unknown(survey_id))
    return from_json(draft)


def _waiting(session: Session, row: Row[Any]) -> WaitingSurvey:
    return WaitingSurvey(
        row.survey_id,
        row.title,
        version_cache.definition(session, row.version_id, row.digest),
        row.answers or {},
        bool(row.is_submitted),
        row.submitted_on,
        not row.is_submitted
        and quotas.is_shut(answer_sheet.full(row.full) or (), area_id=row.area_id, class_id=row.class_id),
    )


_now = bindparam("now", type_=Survey.created_at.type)
_is_open = and_(
    Survey.version_id.is_not(None),
    or_(Survey.opens_at.is_(None), Survey.opens_at <= _now),
    or_(Survey.closes_at.is_(None), Survey.closes_at > _now),
)
_listed = aliased(Participation)
_is_theirs = or_(
    Survey.is_for_everyone,
    select(_listed.id).where(_listed.survey_id == Survey.id, _listed.retailer_id == Retailer.id).exists(),
)
# From the shop outwards, so that a bound shop with nothing to answer gives one empty row, and an unbound openid none.
_OPEN_FOR = (
    select(
        Survey.id.label("survey_id"),
        Survey.title,
        Participation.answers,
        Participation.is_submitted,
        Participation.submitted_on,
        Version.id.label("version_id"),
        Version.digest,
        Retailer.area_id,
        Retailer.class_id,
        answer_sheet.FULL.label("full"),
    )
    .select_from(Retailer)
    .outerjoin(Survey, and_(_is_open, _is_theirs))
    .outerjoin(Participation, and_(Participation.survey_id == Survey.id, Participation.retailer_id == Retailer.id))
    .outerjoin(Version, Version.id == func.coalesce(Participation.version_id, Survey.version_id))
    .where(Retailer.openid == bindparam("openid"))
    .order_by(Survey.closes_at.is_(None), Survey.closes_at, Survey.id)
)
