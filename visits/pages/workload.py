"""Console page of the workload (人手): how much each manager has in hand now, with a link to hand some of it on."""

from flask import render_template
from flask.typing import ResponseReturnValue

from console import access
from console.lists import looking
from console.lists.listing import Asked, Column, Listing
from foundation.paging import Cursor, Page
from visits.pages import form_values
from visits.permissions import VISITS_EXPORT, VISITS_SEE
from visits.queries import org_chart
from visits.queries import workload as queries
from visits.queries.workload import Workload
from visits.rules.figures import SHOPS_OF_A_MANAGER
from wechat_bot.services import current_services


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[Workload]:
    session = asked.session
    who = form_values.asking(asked)
    away = org_chart.read(session, who.today).absent
    return queries.page(session, who, away, search=asked.search, cursor=cursor, limit=limit)


WORKLOAD: Listing[Workload] = Listing(
    name="visits.workload",
    title="人手",
    unit="位",
    see=VISITS_SEE,
    search="客户经理",
    columns=(
        Column("manager", "客户经理", lambda line: line.name or "待分派", style="text-nowrap"),
        Column("overdue", "已超时", lambda line: line.overdue, is_for_page=False, width=10),
        Column("today", "今天到期", lambda line: line.today, is_for_page=False, width=10),
        # With what is overdue and due today, as a bar.
        Column("open", "没办结", lambda line: line.open, style="full barred", width=10),
        Column(
            "waits",
            "等得最久的从",
            lambda line: line.waits_since,
            shows=lambda asked, line: form_values.moment(asked, line.waits_since),
            style="text-nowrap",
            on_phone="等得最久的从",
            width=18,
        ),
        Column(
            "shops",
            "负责的店",
            lambda line: line.shops if line.manager_id else None,
            style="full barred",
            on_phone="负责的店",
            width=10,
        ),
        Column("hand_on", "", lambda line: None, is_for_file=False, style="text-end text-nowrap"),
    ),
    find=_find,
    nothing=("您名下没有客户经理", "市场经理和公司的人在这里看各位客户经理手上的留言。"),
    export=VISITS_EXPORT,
)


@access.allow(VISITS_SEE)
def workload() -> ResponseReturnValue:
    """List everybody with their open and overdue requests and those due today."""
    with current_services().reading() as session:
        shown = looking.look(WORKLOAD, session)
        at = form_values.asking(shown.asked).when(shown.asked.now)
    return render_template("visits/console/hands.html", shown=shown, frame=SHOPS_OF_A_MANAGER, at=at)
