"""Page of a list that shows personal data: seeing it is written to the audit log."""

from typing import Any

from flask import render_template

from console import act
from console.lists import looking
from console.lists.listing import Listing
from wechat_bot.services import current_services


def page(listing: Listing[Any], template: str, action: str, about: str, **values: Any) -> str:
    """Return the page of a list, drawn by a template with these values, and note that it was seen: by the name of the
    action, what it is about, and what the list was narrowed to."""
    with current_services().reading() as session:
        shown = looking.look(listing, session)
        drawn = render_template(template, shown=shown, **values)
        said = listing.said(shown.asked)
    act.seen(action, about, said)
    return drawn
