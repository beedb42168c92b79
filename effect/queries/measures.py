"""Measures of messages sent, by channel: what would have been paid for, had each been a text message."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from foundation.clock import Period
from wechat_bot.mass.models import MassJob, MassState
from wechat_bot.measure import Measure, columns
from wechat_bot.models import Delivery, DeliveryState
from wechat_bot.outbox.states import Channel


def custom(session: Session, period: Period) -> Select[Any]:
    """Select the customer-service messages that WeChat took in the period."""
    return _sent(Channel.CUSTOM, period)


def template(session: Session, period: Period) -> Select[Any]:
    """Select the template messages that WeChat took in the period."""
    return _sent(Channel.TEMPLATE, period)


def mass(session: Session, period: Period) -> Select[Any]:
    """Select those whom mass messages that WeChat took in the period reached: as it told, else those they were for."""
    at, taken = MassJob.accepted_at, (MassState.ACCEPTED, MassState.FINISHED)
    found = select(*columns(n=func.coalesce(MassJob.sent, MassJob.size)))
    return found.where(at >= period.begins_at, at < period.ends_at, MassJob.state.in_(taken))


def _sent(channel: Channel, period: Period) -> Select[Any]:
    at, sent = Delivery.settled_at, (DeliveryState.SENT, DeliveryState.DELIVERED)
    found = select(*columns()).where(Delivery.state.in_(sent), Delivery.channel == channel)
    return found.where(at >= period.begins_at, at < period.ends_at)


MEASURES = (
    Measure("sent_custom", "客服消息", custom, unit="条", is_neutral=True, is_of_company=True, order=10),
    Measure("sent_template", "模板消息", template, unit="条", is_neutral=True, is_of_company=True, order=20),
    Measure("sent_mass", "群发", mass, unit="人次", is_neutral=True, is_of_company=True, order=30),
)
