"""Console page of the workload (人手): how much each manager has in hand now, with a link to hand some of it on."""

from flask import render_template
from flask.typing import ResponseReturnValue

from console import access
from visits.permissions import VISITS_SEE
from visits.queries import org_chart, visibility
from visits.queries import workload as queries
from visits.rules.figures import SHOPS_OF_A_MANAGER
from visits.texts.times import when
from wechat_bot.services import current_services


@access.allow(VISITS_SEE)
def workload() -> ResponseReturnValue:
    """List everybody with their open and overdue requests and those due today."""
    services = current_services()
    now = services.clock()
    with services.reading() as session:
        who = visibility.of_visitor(session, access.visitor(), now=now, zone=services.zone)
        lines = queries.of_all(session, who, org_chart.read(session, who.today).absent)
    return render_template(
        "visits/console/hands.html",
        lines=lines,
        frame=SHOPS_OF_A_MANAGER,
        moment=lambda at: when(at, now=now, zone=services.zone),
        at=when(now, now=now, zone=services.zone),
    )
