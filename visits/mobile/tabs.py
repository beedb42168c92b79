"""Tabs of visits at the foot of the pages inside WeChat, with what waits there."""

from datetime import datetime

from sqlalchemy.orm import Session

from foundation.paging import FIRST
from people import errands, identity
from visits.queries import inbox, plans, visibility
from wechat_bot.conversation import Tab
from wechat_bot.services import current_services


def tabs(session: Session, openid: str, now: datetime) -> list[Tab]:
    """Return a customer manager's tabs, or a shop's; none for somebody bound to neither."""
    services = current_services()
    who = visibility.of_manager(session, openid, now=now, zone=services.zone)
    if who is None:
        is_shop = identity.shop_of(session, openid) is not None
        return [Tab("留言", "talk", "/m/visits/mine", 10)] if is_shop else []
    mine = inbox.counts(session, who, now=now, mine_only=True)
    # A plan of very many shops is counted on a page that waits for it.
    found = plans.running_page(
        session, who, "", services.criteria, now=now, most=plans.COUNTED, cursor=FIRST, limit=plans.PAGE
    )
    due = sum(plan.due for plan in found.lines if plan.is_counted)
    return [
        Tab("留言", "talk", "/m/visits", 10, mine.open - mine.snoozed - mine.waiting),
        Tab("拜访", "place", "/m/visits/due", 20, due + errands.left(session, visibility.shops_of(session, who))),
        Tab("群发", "horn", "/m/visits/groups", 30),
    ]
