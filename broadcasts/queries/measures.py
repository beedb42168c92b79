"""Measures of pushes: whom those of a period reached, who opened them and did what they ask for, who missed them; and
articles read."""

from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from broadcasts.models.pushes import PUSH
from broadcasts.queries import readers
from campaigns import measures
from foundation.clock import Period
from wechat_bot.measure import Measure


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


MEASURES = (
    Measure("reached", "送达", reached, unit="家次", of="该收到的", order=10),
    Measure("opened", "打开", opened, unit="家次", of="送达", order=20),
    Measure("acted", "照办", acted, unit="家次", of="送达", order=30),
    Measure("missed", "没有收到", missed, unit="家次", of="对象", is_less_better=True, order=40),
    readers.ARTICLES_READ,
)
