"""Shops that were asked a survey and have not answered, in keyset pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, text
from sqlalchemy.orm import Session

from campaigns.models import Campaign, Recipient
from foundation import paging
from foundation.paging import FIRST, Cursor, Order, Page
from people.models import Retailer
from people.shops import listed
from people.shops.listed import ShopOfRow
from surveys.models import Participation
from surveys.rules import waves

PAGE = 50


@dataclass(frozen=True, slots=True)
class Unanswered(ShopOfRow):
    """Shop that has not answered, and how far it came."""

    retailer_id: int
    openid: str | None
    is_reached: bool
    is_opened: bool
    started_at: datetime | None
    is_again: bool


_BY_SHOP: Order[Any] = Order((Participation.retailer_id,), lambda line: (line.retailer_id,))


def page(
    session: Session,
    survey_id: int,
    conditions: Sequence[ColumnElement[bool]],
    *,
    wave: int | None = None,
    cursor: Cursor = FIRST,
    limit: int = PAGE,
) -> Page[Unanswered]:
    """Return a page of the shops for which further conditions on `Retailer` hold; with a wave, those that it went
    to."""
    shop = Participation.retailer_id
    # Written as in the partial index.
    rows = select(shop).where(Participation.survey_id == survey_id, text("not participation.is_submitted"))
    sent = None if wave is None else _sent(session, survey_id, wave)
    wanted = [*conditions, *([] if sent is None else [sent.where(Recipient.retailer_id == Retailer.id).exists()])]
    met = listed.keys(session, rows, _BY_SHOP, shop, wanted, begins=sent, cursor=cursor, limit=limit + 1)
    lines = {line.retailer_id: line for line in _lines(session, survey_id, [row[0] for row in met])}
    return paging.cut([lines[row[0]] for row in met], _BY_SHOP, cursor, limit=limit)


def _sent(session: Session, survey_id: int, wave: int) -> Any:
    """Return the shops that a wave was for."""
    campaign = select(Campaign.id).where(
        Campaign.kind == waves.INVITATION, Campaign.reference == survey_id, Campaign.number == wave
    )
    campaign_id = session.scalar(campaign) or 0
    return select(Recipient.retailer_id).where(Recipient.campaign_id == campaign_id, Recipient.outcome.is_not(None))


def _lines(session: Session, survey_id: int, ids: Sequence[int]) -> list[Unanswered]:
    how_far = (
        Retailer.openid,
        Participation.is_reached,
        Participation.is_opened,
        Participation.started_at,
        Participation.is_again,
    )
    statement = select(*listed.OF_SHOP, Participation.retailer_id, *how_far).select_from(Participation)
    rows = session.execute(
        listed.joined(statement, Participation.retailer_id).where(
            Participation.survey_id == survey_id, Participation.retailer_id.in_(ids)
        )
    )
    return [Unanswered(*row) for row in rows]
