"""Managers whom a notice did not reach, to be told by telephone: a list in the console, and its dashboard tile."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access
from console.lists import looking
from console.lists.listing import Asked, Column, Filter, Listing
from console.rules.visitors import Visitor
from foundation.paging import Cursor, Page
from visits.permissions import VISITS_EXPORT, VISITS_SEE
from visits.queries import unheard as queries
from visits.queries.unheard import UnheardManager
from visits.texts import notices as texts
from wechat_bot.models import DeliveryState
from wechat_bot.services import Services, current_services

WHYS = {
    queries.NOT_BOUND: texts.NOT_BOUND,
    queries.NOT_FOLLOWING: texts.NOT_FOLLOWING,
    DeliveryState.HELD: "很久没来服务号，等下次联系才能送到",
    DeliveryState.FAILED: "微信没有接收",
    DeliveryState.UNSURE: "不确定是否送到",
}
ON_TILE = 5


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[UnheardManager]:
    return queries.page(asked.session, asked.visitor, why=asked.given.get("why", ""), cursor=cursor, limit=limit)


UNHEARD: Listing[UnheardManager] = Listing(
    name="visits.unheard",
    title="没通知到的客户经理",
    see=VISITS_SEE,
    filters=(Filter("why", "原因", "全部原因", lambda asked: list(WHYS.items())),),
    columns=(
        Column(
            "manager",
            "客户经理",
            lambda line: line.manager,
            href=lambda line: url_for("visits_pages.inbox", manager=line.manager_id),
        ),
        Column("why", "原因", lambda line: WHYS[line.why], width=40),
        Column("requests", "留言", lambda line: line.requests, is_number=True, on_phone="留言", width=8),
    ),
    find=_find,
    nothing=("都通知到了", "没答复的留言，负责的客户经理都收到了微信通知。"),
    export=VISITS_EXPORT,
)


@access.allow(VISITS_SEE)
def unheard() -> ResponseReturnValue:
    """List the managers to telephone, those with the most requests first."""
    with current_services().reading() as session:
        return render_template("visits/console/unheard.html", shown=looking.look(UNHEARD, session))


def tile(services: Services, session: Session, visitor: Visitor, now: datetime) -> Mapping[str, Any] | None:
    """Return the first of the managers to telephone."""
    page = queries.page(session, visitor, limit=ON_TILE)
    return {"page": page, "whys": WHYS} if page.lines else None
