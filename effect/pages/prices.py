"""Console page of the price of a text message: shown with its source, set by administrators."""

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from console import access, act
from console.stamps import Editable
from effect.actions import prices as actions
from effect.models.costs import SmsPrice
from effect.permissions import COSTS_SEE, COSTS_SET
from effect.queries import costs as queries
from effect.rules import months
from effect.rules import prices as rules
from effect.texts import costs as texts
from foundation.errors import Refused
from wechat_bot.services import current_services

ABOUT = "effect:sms"
#: Months that a price can begin in: the last one, if it is not closed, and those to come.
MONTHS = 14


@access.allow(COSTS_SEE)
def prices() -> ResponseReturnValue:
    """Show what a text message costs, from which months on and where that is known from; and set it."""
    if request.method == "POST" and not access.visitor().may(COSTS_SET):
        abort(403)
    return act.form(_set, _page)


def _set() -> ResponseReturnValue:
    with act.transaction(over=Editable(ABOUT, select(SmsPrice.from_on), _kept)) as (session, now, note):
        month, mills = months.read(request.form.get("from", "")), rules.read(request.form.get("price", ""))
        source = request.form.get("source", "").strip()
        actions.put(session, month, mills, source, who=access.visitor().name, now=now)
        note("effect.price", ABOUT, f"{months.written(month)} 起一条 {rules.written(mills)} 元（{source}）")
    return act.done(url_for("effect_pages.prices"), texts.PRICE_SET)


def _kept(session: Session) -> dict[str, str]:
    known = queries.prices(session)
    return {f"{each.from_on:%Y-%m} 起": f"{rules.written(each.mills)} 元（{each.source}）" for each in known}


def _page(error: Refused | None) -> str:
    services = current_services()
    current = months.current(services.clock(), services.zone)
    span = [months.written(months.before(current, 1 - ahead)) for ahead in range(MONTHS)]
    with services.reading() as session:
        return render_template(
            "effect/console/prices.html",
            prices=queries.prices(session),
            kept=_kept(session),
            written_price=rules.written,
            months=[(each, each) for each in span],
            current=months.written(current),
            texts=texts,
            error=error,
        )
