"""Console page of stickiness: who stops following, after what, how long they stay, and whom one may lose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act
from console.rules.visitors import Visitor
from effect.actions import handing
from effect.permissions import EFFECT_SEE, STICKING_HAND
from effect.queries import month as month_queries
from effect.queries import scope as scopes
from effect.queries import sticking as queries
from effect.queries.scope import Scope
from effect.rules import cohorts, months
from effect.rules.risks import Risk, risks
from effect.texts import sticking as texts
from foundation.clock import day_in
from foundation.errors import Refused
from people import audiences
from people.audiences import Look
from people.models import Area, ShopClass
from people.pages import filters
from wechat_bot import delivery_titles
from wechat_bot.feature import About
from wechat_bot.services import Services, current_services

#: Months of binding that are shown, and days that managers have.
BACK, DAYS = 12, 7
#: Campaigns that are shown.
MOST = 10


@dataclass(frozen=True, slots=True)
class LeftAfterLine:
    """Campaign after which followers stopped, as it is called."""

    title: str
    href: str
    at: datetime
    gone: int
    sent: int


@dataclass(frozen=True, slots=True)
class RiskLine:
    """Risk with the shops of a visitor that it is of, and the forms that write to them."""

    risk: Risk
    found: Look
    ways: Sequence[tuple[str, str]]


@access.allow(EFFECT_SEE)
def sticking() -> ResponseReturnValue:
    """Show who stopped following in a month, and the shops that may be lost now."""
    services, visitor, error = current_services(), access.visitor(), None
    now = services.clock()
    current = month = months.current(now, services.zone)
    if given := request.args.get("month", ""):
        try:
            month = min(months.read(given), current)
        except Refused as refusal:
            error = refusal
    with services.reading() as session:
        mine = scopes.of(session, visitor)
        return render_template(
            "effect/console/sticking.html",
            month=month,
            written=months.written(month),
            before=months.written(months.before(month)),
            after=months.written(months.before(month, -1)) if month < current else "",
            state=month_queries.state(session, month),
            is_whole=mine.is_whole,
            risks=_risks(session, services, visitor, now),
            error=error,
            texts=texts,
            **_left(session, services, visitor, mine, month),
        )


@access.allow(STICKING_HAND)
def sticking_hand_over() -> ResponseReturnValue:
    """Hand the shops that may be lost to their managers; pressed again in a month it makes none twice."""
    services, visitor = current_services(), access.visitor()
    with act.transaction() as (session, now, note):
        today = day_in(now, services.zone)
        risk = next((each for each in _known(services) if each.name == request.form.get("risk")), None)
        if risk is None:
            raise Refused(texts.NO_SUCH_RISK)
        due_on = today + timedelta(days=DAYS)
        made = handing.hand_over(session, visitor, risk, services.criteria, due_on=due_on, today=today, now=now)
        note("effect.hand_over", "effect", f"{risk.label}，{made} 件")
    return act.done(url_for("effect_pages.sticking"), texts.handed_over(made, due_on.month, due_on.day))


def _left(session: Session, services: Services, visitor: Visitor, mine: Scope, month: int) -> Mapping[str, Any]:
    """Who stopped in a month, after what and where; and those who stay."""
    period = months.period(month, services.zone)
    span = cohorts.ending_with(month, BACK)
    found = queries.left_after(session, period, mine)
    abouts = [About(each.about, None) for each in found]
    titles = delivery_titles.find(session, access.extensions().features, abouts)
    named = [titles[each] for each in abouts]
    lines = [
        LeftAfterLine(title.text, title.path, each.due_at, each.gone, each.sent)
        for title, each in zip(named, found, strict=True)
    ]
    total = queries.gone(session, period, mine)
    stay = queries.retention(session, span, services.zone, mine)
    return {
        "total": total,
        "after_none": max(total - sum(each.gone for each in lines), 0),
        "lines": lines[:MOST],
        "areas": queries.by_group(session, month, Area, scopes.groups(session, visitor, Area)),
        "classes": queries.by_group(session, month, ShopClass, scopes.groups(session, visitor, ShopClass)),
        "cohorts": stay,
        "ages": range(max((len(each.shares) for each in stay), default=0)),
    }


def _risks(session: Session, services: Services, visitor: Visitor, now: datetime) -> list[RiskLine]:
    today: date = day_in(now, services.zone)
    found = []
    for each in _known(services):
        shops = audiences.look(session, visitor, each.spec, services.criteria, now=now, today=today)
        found.append(RiskLine(each, shops, filters.to_many(each.spec) if each.can_be_written and shops.shops else []))
    return found


def _known(services: Services) -> Sequence[Risk]:
    return risks([*services.criteria, *audiences.OWN])
