"""Hand-over notices that WeChat does not let us send now: the next person in line is notified at once."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.clock import day_in
from visits.actions import notices
from visits.actions.open_request import OpenRequest
from visits.models.owners import Assignment
from visits.models.requests import Request
from visits.queries import org_chart
from wechat_bot import watching
from wechat_bot.models import Delivery, DeliveryState
from wechat_bot.watching import News

#: In one of these states the manager knows nothing of the notice.
UNHEARD = (DeliveryState.HELD, DeliveryState.FAILED)
BATCH = 200


def look(session: Session, *, now: datetime, zone: ZoneInfo) -> int:
    """Handle the outcomes of such notices since the last run; gives how many were handled."""
    found = watching.news(notices.WATCH).limit(BATCH).with_for_update(of=Delivery, skip_locked=True)
    news = list(map(watching.read_news, session.execute(found)))
    unheard = [each for each in news if each.state in UNHEARD]
    if unheard:
        chart = org_chart.read(session, day_in(now, zone))
        for each in unheard:
            for row, passed in _about(session, each):
                assert row.owner_id is not None  # the statement asks for it
                request = OpenRequest(session, row, now, zone)
                request.chart = chart
                notices.not_reached(request, row.owner_id, is_held=True, passed=passed)
    watching.noted(session, [each.id for each in news])
    return len(news)


def _about(session: Session, news: News) -> Sequence[tuple[Request, int | None]]:
    """Return the requests of a notice that still wait for an answer, and the person above it was addressed to,
    if any."""
    waits = Request.closed_at.is_(None), Request.unanswered_since.is_not(None), Request.owner_id.is_not(None)
    key = (news.key or "").split(":")
    if len(key) > 3 and key[2] == "unreached":
        _, request_id, _, owner_id, manager_id, *_ = map(str, key)
        still = select(Request).where(Request.id == int(request_id), Request.owner_id == int(owner_id), *waits)
        return [(request, int(manager_id)) for request in session.scalars(still)]
    last = select(func.max(Assignment.id)).where(Assignment.request_id == Request.id).correlate(Request)
    rows = session.scalars(
        select(Request)
        .join(Assignment, Assignment.request_id == Request.id)
        .where(Assignment.delivery_id == news.id, Assignment.to_id == Request.owner_id, *waits)
        .where(Assignment.id == last.scalar_subquery())
        .order_by(Request.id)
    )
    return [(request, None) for request in rows]
