"""Dashboard tile: managers whom a notice did not reach."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from console.rules.visitors import Visitor
from visits.queries import unheard
from visits.texts import notices as texts
from wechat_bot.models import DeliveryState
from wechat_bot.services import Services

WHYS = {
    unheard.NOT_BOUND: texts.NOT_BOUND,
    unheard.NOT_FOLLOWING: texts.NOT_FOLLOWING,
    DeliveryState.HELD: "很久没来服务号，等下次联系才能送到",
    DeliveryState.FAILED: "微信没有接收",
    DeliveryState.UNSURE: "不确定是否送到",
}


def tile(services: Services, session: Session, visitor: Visitor, now: datetime) -> Mapping[str, Any]:
    """Return the managers to telephone."""
    return {"lines": unheard.unheard(session, visitor), "whys": WHYS}
