"""Search pages: the panel under the head of every page, and the same groups as a page of their own."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from console import access, audit, finding
from console.finding import HitGroup, Sought
from console.permissions import SIGNED_IN
from wechat_bot.services import current_services

#: The audit log's word for a search.
DID = "find"


@access.allow(SIGNED_IN)
def find() -> ResponseReturnValue:
    """Page with all groups of a search; each leads to the list that has the rest."""
    sought = finding.sought(request.args.get("q", ""), finding.ON_PAGE)
    return render_template("console/find.html", sought=sought, groups=_groups(sought))


@access.allow(SIGNED_IN)
def find_hits() -> ResponseReturnValue:
    """The panel alone, while somebody types."""
    sought = finding.sought(request.args.get("q", ""), finding.IN_PANEL)
    return render_template("console/_hits.html", sought=sought, groups=_groups(sought))


def _groups(sought: Sought) -> list[HitGroup]:
    services, me = current_services(), access.visitor()
    now = services.clock()
    with services.reading() as session:
        found = finding.groups(access.extensions().finders_for(me), services, session, me, sought, now)
    if sought.text:
        with services.transaction() as session:
            audit.note_search(session, me, DID, sought.text, address=access.address(), now=now)
    return found
