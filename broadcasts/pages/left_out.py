"""Console list of the shops that a push would not reach, with the reason, before it is sent."""

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from broadcasts.actions import checking, forecasting
from broadcasts.actions.forecasting import LeftOutShop
from broadcasts.permissions import PUSHES_EXPORT, PUSHES_SEE
from broadcasts.queries import pushes as queries
from broadcasts.texts.report import REASONS
from console import access, act
from console.lists import looking
from console.lists.listing import Asked, Column, Listing
from foundation.paging import Cursor, Page
from people.pages import filters
from people.texts import licence
from people.visibility import within
from wechat_bot.services import current_services


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[LeftOutShop]:
    at = checking.circumstances(asked.services, asked.now)
    mine = within(asked.session, asked.visitor, today=asked.today)
    return forecasting.left_out(asked.session, asked.of["push_id"], at, [] if mine is None else [mine], cursor, limit)


LEFT_OUT: Listing[LeftOutShop] = Listing(
    name="broadcasts.left_out",
    title="收不到的店",
    unit="家",
    see=PUSHES_SEE,
    means=lambda asked: f"推送 {asked.of['push_id']}",
    columns=(
        Column("licence", "许可证号", lambda line: licence(line.licence), href=filters.page_of, width=20),
        Column("shop", "店名", lambda line: line.shop, width=24),
        Column("keeper", "店主", lambda line: line.keeper, width=12),
        Column("area", "片区", lambda line: line.area, is_spare=True),
        Column("why", "为什么", lambda line: REASONS.get(line.why, line.why), width=24),
    ),
    find=_find,
    nothing=("都能收到", "对象里的店现在都能收到这条推送。"),
    export=PUSHES_EXPORT,
)


@access.allow(PUSHES_SEE)
def left_out(push_id: int) -> ResponseReturnValue:
    """List the shops that a push would not reach. Seeing them is written to the audit log."""
    services = current_services()
    with services.reading() as session:
        found = queries.detail(session, push_id)
        if found is None:
            abort(404)
        if found.has_begun:
            return redirect(url_for("broadcasts_pages.push_missed", push_id=push_id), 303)
        shown = looking.look(LEFT_OUT, session)
    act.seen("push.left_out", f"push:{push_id}")
    return render_template("broadcasts/console/left_out.html", push=found, shown=shown)
