"""Whom an invitation would reach, what became of the waves, and whom each of them brought."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from console.rules.visitors import Visitor
from people import audiences
from people.models import Area, Audience, Retailer
from people.visibility import within
from surveys.models import Invitation, Outcome, Participation, Survey, Tally, Wave, WaveState
from surveys.queries.answer_sheet import Sheet
from surveys.rules import waves
from surveys.rules.waves import Figures
from wechat_bot.criterion import Criterion
from wechat_bot.models import Follower

PAGE = 50
#: Shops the preview of an invitation looks at.
PREVIEWED = 25_000
COUNTED = ("answered", "bound", "following", "by_message")
OPENED = {"opened": Invitation.is_opened, "answered": Invitation.is_answered}


@dataclass(frozen=True, slots=True)
class Preview:
    """How many shops an invitation is for, and how each of them can be reached now."""

    listed: int
    answered: int
    bound: int
    following: int
    by_message: int
    by_template: int
    waiting: int
    #: Counting stopped: every figure is at least that.
    is_least: bool = False

    @property
    def asked(self) -> int:
        """Whom the invitation would go to: listed, and not answered."""
        return self.listed - self.answered


@dataclass(frozen=True, slots=True)
class WaveLine:
    """A wave and its figures."""

    number: int
    said: str
    audience: str
    due_at: datetime
    state: WaveState
    error: str | None
    created_by: str
    created_at: datetime
    settled_at: datetime | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class Recipient:
    """A shop in the list of a wave."""

    retailer_id: int
    licence: str
    shop: str
    keeper: str
    phone: str
    area: str
    outcome: Outcome
    is_opened: bool
    is_answered: bool


@dataclass(frozen=True, slots=True)
class Recipients:
    """Some of them, and the keys between which they lie; None where there is nothing further."""

    lines: tuple[Recipient, ...]
    before: int | None
    after: int | None


def is_unopened(session: Session, sheet: Sheet) -> bool:
    """Whether looking at a survey now is the first look, or the first since the last invitation."""
    if sheet.participation_id is None:
        return False
    if not sheet.is_opened or not sheet.waves:
        return not sheet.is_opened
    latest = session.scalar(
        select(Invitation.is_opened)
        .where(
            Invitation.retailer_id == sheet.retailer_id,
            Invitation.survey_id == sheet.survey_id,
            Invitation.number != waves.RESULTS,
            Invitation.outcome.in_(waves.BROUGHT),
        )
        .order_by(Invitation.id.desc())
        .limit(1)
    )
    return latest is False


def saved_audiences(session: Session) -> list[str]:
    """The names of the audiences that are kept."""
    return list(session.scalars(select(Audience.name).order_by(Audience.name)))


def preview(
    session: Session,
    survey_id: int,
    audience: Mapping[str, Any] | None,
    criteria: Mapping[str, Criterion],
    *,
    has_template: bool,
    now: datetime,
    most: int = PREVIEWED,
) -> Preview:
    """Count whom an invitation would be for now. One statement, which stops behind `most` shops.

    Raises Refused where the audience cannot be read.
    """
    theirs = and_(Participation.retailer_id == Retailer.id, Participation.survey_id == survey_id)
    is_open_now = or_(
        and_(Follower.message_left > 0, Follower.message_until > now),
        and_(Follower.event_left > 0, Follower.event_until > now),
    )
    asked = func.coalesce(Participation.is_submitted, False).is_(False)
    follows = and_(asked, Follower.openid.is_not(None), Follower.unfollowed_at.is_(None))

    statement = (
        select(
            Participation.is_submitted.label("answered"),
            and_(asked, Retailer.openid.is_not(None)).label("bound"),
            follows.label("following"),
            and_(follows, is_open_now).label("by_message"),
        )
        .select_from(Survey)
        .join(Retailer, Retailer.id.is_not(None))
        .outerjoin(Participation, theirs)
        .outerjoin(Follower, Follower.openid == Retailer.openid)
        .where(
            Survey.id == survey_id,
            or_(Participation.id.is_not(None), and_(Survey.is_for_everyone, Retailer.openid.is_not(None))),
        )
        .limit(most + 1)
    )
    if audience is not None:
        meant = audiences.select_ids(session, audience, criteria, now=now)
        statement = statement.where(Retailer.id.in_(meant.correlate(None)))
    # Materialised: the database must stop at the limit, and not fold it into the statement around it.
    some = statement.cte("some").prefix_with("MATERIALIZED", dialect="postgresql")
    listed, *counted = session.execute(
        select(func.count(), *(func.count().filter(some.c[name]) for name in COUNTED)).select_from(some)
    ).one()
    answered, bound, following, by_message = counted
    rest = following - by_message
    by_template, waiting = (rest, 0) if has_template else (0, rest)
    return Preview(listed, answered, bound, following, by_message, by_template, waiting, is_least=listed > most)


def wave_lines(session: Session, survey_id: int) -> list[WaveLine]:
    """The waves of a survey with their figures, in order; that of the results last. Reads counters only."""
    kept = select(Tally.option, Tally.count).where(Tally.survey_id == survey_id, Tally.question == "")
    totals = {row[0]: row[1] for row in session.execute(kept)}
    rows = session.scalars(
        select(Wave).where(Wave.survey_id == survey_id).order_by(Wave.number == waves.RESULTS, Wave.number)
    )
    return [_line(wave, waves.figures(totals, wave.number)) for wave in rows]


def recipients(
    session: Session,
    visitor: Visitor,
    survey_id: int,
    number: int,
    *,
    narrowed: str = "",
    today: date,
    after: int = 0,
    before: int = 0,
    limit: int = PAGE,
) -> Recipients:
    """Whom a wave went to, as far as this visitor may see, a page at a time; `narrowed` to an outcome, or to who
    `opened` or `answered`.
    """
    mine = within(session, visitor, today=today)
    statement = (
        select(
            Retailer.id,
            Retailer.licence,
            Retailer.shop,
            Retailer.keeper,
            Retailer.phone,
            Area.name,
            Invitation.outcome,
            Invitation.is_opened,
            Invitation.is_answered,
        )
        .select_from(Invitation)
        .join(Wave, Wave.id == Invitation.wave_id)
        .join(Retailer, Retailer.id == Invitation.retailer_id)
        .join(Area, Area.id == Retailer.area_id)
        .where(Wave.survey_id == survey_id, Wave.number == number, *([] if mine is None else [mine]))
        .limit(limit + 1)
    )
    if narrowed in OPENED:
        statement = statement.where(OPENED[narrowed])
    elif narrowed:
        statement = statement.where(Invitation.outcome == narrowed)
    if before:
        statement = statement.where(Invitation.retailer_id < before).order_by(Invitation.retailer_id.desc())
    else:
        statement = statement.where(Invitation.retailer_id > after).order_by(Invitation.retailer_id)
    found = [Recipient(*row[:6], Outcome(row[6]), *row[7:]) for row in session.execute(statement)]
    is_more, lines = len(found) > limit, found[:limit]
    if before:
        lines.reverse()
    if not lines:
        return Recipients((), None, None)
    has_before, has_after = (is_more, True) if before else (bool(after), is_more)
    return Recipients(
        tuple(lines), lines[0].retailer_id if has_before else None, lines[-1].retailer_id if has_after else None
    )


def _line(wave: Wave, figures: Figures) -> WaveLine:
    state = WaveState(wave.state)
    if state is WaveState.SENT and figures.of(Outcome.QUEUED):
        state = WaveState.SENDING  # all are in the outbox, and some still on their way
    audience = str((wave.audience or {}).get("audience", ""))
    return WaveLine(
        wave.number,
        wave.said,
        audience,
        wave.due_at,
        state,
        wave.error,
        wave.created_by,
        wave.created_at,
        wave.settled_at,
        figures,
    )
