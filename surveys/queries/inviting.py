"""Invitations: the preview of one, the waves with their figures, and the shops of each wave."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from campaigns import answering, progress
from campaigns import preview as reach
from campaigns.models import Campaign, CampaignState, Outcome, Recipient
from campaigns.preview import Preview
from campaigns.rules import CampaignFigures
from console.rules.visitors import Visitor
from foundation.paging import FIRST, Cursor, Order, Page, page
from people import audiences
from people.models import Area, Retailer
from people.visibility import within
from surveys.actions import waves
from surveys.models import Participation, Survey
from surveys.queries.answer_sheet import AnswerSheet
from surveys.rules.waves import RESULTS
from wechat_bot.criterion import Criterion

PAGE = 50
#: Shops the preview of an invitation looks at.
PREVIEWED = 25_000


@dataclass(frozen=True, slots=True)
class WaveLine:
    """Wave with its figures."""

    number: int
    campaign_id: int
    said: str
    audience: dict[str, Any] | None
    due_at: datetime
    state: CampaignState
    error: str | None
    created_by: str
    figures: CampaignFigures


@dataclass(frozen=True, slots=True)
class Invited:
    """Shop in the list of a wave."""

    retailer_id: int
    licence: str
    shop: str
    keeper: str
    phone: str
    area: str
    why: str | None
    outcome: str | None
    is_opened: bool
    is_answered: bool


_BY_SHOP: Order[Invited] = Order((Recipient.retailer_id,), lambda line: (line.retailer_id,))


def is_unopened(session: Session, sheet: AnswerSheet) -> bool:
    """Whether looking at a survey now is the first time, or the first since the last invitation."""
    if sheet.participation_id is None:
        return False
    if not sheet.is_opened or not sheet.waves:
        return not sheet.is_opened
    return answering.is_unopened(session, waves.INVITATIONS, sheet.survey_id, sheet.retailer_id)


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
    """Count whom an invitation would be for now, and who has answered; at most `most` shops.

    Raises Refused where the audience cannot be read.
    """
    survey = session.get_one(Survey, survey_id)
    theirs = (Participation.survey_id == survey_id, Participation.retailer_id == Retailer.id)
    # A value and not an EXISTS: for that PostgreSQL would first read all answer sheets of the survey.
    submitted = select(Participation.is_submitted).where(*theirs).scalar_subquery()
    meant: list[ColumnElement[bool]] = [exists().where(*theirs)]
    if survey.is_for_everyone:
        meant = [or_(Retailer.openid.is_not(None), submitted.is_not(None))]
    if audience is not None:
        named = audiences.select_ids(session, audience, criteria, now=now)
        meant.append(Retailer.id.in_(named.correlate(None)))
    answered = func.coalesce(submitted, False)
    return reach.preview(session, meant, has_acted=answered, has_template=has_template, most=most, now=now)


def wave_lines(session: Session, survey_id: int) -> list[WaveLine]:
    """Return the waves of a survey with their figures, in order; the one with the results last."""
    names = [kind.name for kind in waves.KINDS]
    campaigns = session.scalars(
        select(Campaign)
        .where(Campaign.kind.in_(names), Campaign.reference == survey_id)
        .order_by(Campaign.number == RESULTS, Campaign.number)
    ).all()
    figures = progress.figures(session, campaigns)
    return [_line(each, figures[each.id]) for each in campaigns]


def invited(
    session: Session,
    visitor: Visitor,
    campaign_id: int,
    *,
    narrowed: str = "",
    today: date,
    cursor: Cursor = FIRST,
    limit: int = PAGE,
) -> Page[Invited]:
    """Return a page of the shops of a wave that this visitor may see; `narrowed` to a part, an outcome, or a reason to
    leave somebody out."""
    mine = within(session, visitor, today=today)
    shop = (Retailer.id, Retailer.licence, Retailer.shop, Retailer.keeper, Retailer.phone, Area.name)
    campaign = session.get_one(Campaign, campaign_id)
    became = (Recipient.why, progress.outcome(campaign), Recipient.is_opened, Recipient.acted_at.is_not(None))
    statement = progress.recipients(campaign, *shop, *became, part=narrowed or progress.MEANT)
    if mine is not None:
        statement = statement.where(mine)
    return page(session, statement, _BY_SHOP, cursor, limit=limit, read=Invited)


def _line(campaign: Campaign, figures: CampaignFigures) -> WaveLine:
    state = CampaignState(campaign.state)
    if state is CampaignState.SENT and figures.of(Outcome.QUEUED):
        state = CampaignState.SENDING  # all are in the outbox, and some still on their way
    return WaveLine(
        campaign.number,
        campaign.id,
        campaign.said,
        campaign.audience,
        campaign.due_at,
        state,
        campaign.error,
        campaign.created_by,
        figures,
    )
