"""Verbs of wishes: one is made, some are brought in, shops are told, a shop's are erased."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from campaigns import steering
from campaigns.kinds import CampaignKind, CampaignMessage
from campaigns.models import Campaign
from foundation.errors import Refused
from people import audiences
from tests.toy.models import Wish
from wechat_bot.erasure import Forgetting
from wechat_bot.reply import text_message

#: 到货通知, one message to many: whoever wished for the goods hears that they are there.
ARRIVED = CampaignKind(
    name="toy",
    topic="wish",
    meant=lambda session, one, context: [audiences.condition(session, one.audience, context.criteria, now=context.now)],
    message=lambda session, one, context: CampaignMessage(text_message(one.said)),
)


def keep(session: Session, wishes: Iterable[tuple[int, str, int]], *, now: datetime) -> None:
    """Keep wishes: of which shop, what, and how many boxes."""
    rows = [{"retailer_id": shop, "what": what, "boxes": boxes, "made_at": now} for shop, what, boxes in wishes]
    session.execute(insert(Wish), rows)


def tell(session: Session, what: str, said: str, *, by: str, now: datetime) -> Campaign:
    """Tell everybody who wished for goods that they are there. Raises `Refused` where there is nothing to say."""
    if not what or not said.strip():
        raise Refused("请选一种货，并写上要说的话。")
    last = session.scalar(select(func.max(Campaign.reference)).where(Campaign.kind == ARRIVED.name)) or 0
    return steering.plan(session, ARRIVED, last + 1, said=said, due_at=now, audience={"wished": what}, by=by, now=now)


def forget(session: Session, whom: Forgetting) -> None:
    """Erase the wishes of a shop that is erased."""
    if whom.shop_id is not None and not whom.kinds:
        session.execute(delete(Wish).where(Wish.retailer_id == whom.shop_id))
