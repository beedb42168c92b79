"""Console page of costs: what was sent, against text messages that are paid for; what was left; who was not reached."""

from flask import render_template
from flask.typing import ResponseReturnValue

from campaigns.texts import OUTCOMES, REASONS
from console import access
from console.lists import looking
from effect.export.costs import COSTS, month_of
from effect.permissions import COSTS_SEE
from effect.queries import costs as queries
from effect.queries import month as month_queries
from effect.queries.measures import MEASURES
from effect.rules import months, prices
from effect.texts import costs as texts
from foundation.errors import Refused
from wechat_bot.services import current_services

#: Why shops were not reached; features have more reasons, which are their own business: the shop had it already.
WHY = {**{each.value: words for each, words in OUTCOMES.items()}, **REASONS, "not_delivered": "微信没有送达"}


@access.allow(COSTS_SEE)
def costs() -> ResponseReturnValue:
    """Show what was sent in a month and what it would have cost as text messages."""
    services, error = current_services(), None
    now = services.clock()
    current = months.current(now, services.zone)
    with services.reading() as session:
        shown = looking.look(COSTS, session)
        try:
            month = month_of(shown.asked)
        except Refused as refusal:
            month, error = current, refusal
        line = next((each for each in shown.page.lines if each.month == month), None)
        found = queries.not_reached(session, months.period(month, services.zone))
        whys = [(WHY[name], count) for name, count in found.items() if name in WHY and count]
        return render_template(
            "effect/console/costs.html",
            shown=shown,
            month=month,
            written=months.written(month),
            before=months.written(months.before(month)),
            after=months.written(months.before(month, -1)) if month < current else "",
            state=month_queries.state(session, month),
            line=line,
            channels=[(each.label, each.unit, line.sent[each.name]) for each in MEASURES] if line else [],
            whys=[(word, count, f"{count:,}", "") for word, count in whys],
            why_rows=whys,
            written_price=prices.written,
            texts=texts,
            error=error,
        )
