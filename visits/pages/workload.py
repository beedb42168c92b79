"""Console page of the workload (人手): how much each manager has in hand now, with a link to hand some of it on."""

from flask import render_template
from flask.typing import ResponseReturnValue

from console import access
from visits.pages import form_values
from visits.permissions import VISITS_SEE
from visits.queries import org_chart
from visits.queries import workload as queries
from visits.rules.figures import SHOPS_OF_A_MANAGER


@access.allow(VISITS_SEE)
def workload() -> ResponseReturnValue:
    """List everybody with their open and overdue requests and those due today."""
    with form_values.reading() as (session, who):
        lines = queries.of_all(session, who, org_chart.read(session, who.today).absent)
    return render_template(
        "visits/console/hands.html",
        lines=lines,
        frame=SHOPS_OF_A_MANAGER,
        moment=who.when,
        at=who.when(who.now),
    )
