"""Measures of pushes: whom those of a period reached, who opened them and did what they ask for, who missed them; and
articles read."""

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from broadcasts.models.pushes import PUSH
from broadcasts.queries import readers
from campaigns import measures
from campaigns.models import Campaign, Recipient
from foundation.clock import Period
from people.shops.counted import bound_among
from wechat_bot.measure import Measure, Remedy


def reached(session: Session, period: Period) -> Select[Any]:
    """Select those reached by the pushes that began in the period, of those they were meant for."""
    return measures.figures(PUSH, period, n=measures.REACHED, of=measures.MEANT)


def opened(session: Session, period: Period) -> Select[Any]:
    """Select those who opened the pushes that began in the period, of those reached."""
    return measures.figures(PUSH, period, n=measures.OPENED, of=measures.REACHED)


def acted(session: Session, period: Period) -> Select[Any]:
    """Select those who did what the pushes that began in the period ask for, of those reached."""
    return measures.figures(PUSH, period, n=measures.ACTED, of=measures.REACHED)


def missed(session: Session, period: Period) -> Select[Any]:
    """Select those who surely did not get the pushes that began in the period, of all in their audiences."""
    return measures.figures(PUSH, period, n=measures.MISSED, of=measures.AUDIENCE)


def opened_ever(session: Session, period: Period) -> Select[Any]:
    """Select the bound shops that have ever opened a push by the period's end."""
    opened = (
        select(Recipient.retailer_id)
        .join(Campaign, Campaign.id == Recipient.campaign_id)
        .where(Campaign.kind == PUSH, Campaign.due_at < period.ends_at, Recipient.is_opened)
    )
    return bound_among(opened)


_REMEDIES = (Remedy("看推送", "broadcasts_pages.push_list"),)
MEASURES = (
    Measure("reached", "送达", reached, unit="家次", of="该收到的", order=10, is_headline=True, remedies=_REMEDIES),
    Measure("opened", "打开", opened, unit="家次", of="送达", order=20, is_headline=True, remedies=_REMEDIES),
    Measure("acted", "照办", acted, unit="家次", of="送达", order=30),
    Measure("missed", "没有收到", missed, unit="家次", of="对象", is_less_better=True, order=40),
    readers.ARTICLES_READ,
    Measure("opened_ever", "打开过推送", opened_ever, unit="家", is_state=True, order=90, step=40, remedies=_REMEDIES),
)
