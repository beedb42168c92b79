"""Page inside WeChat of a month: a supervisor's areas, each of them by itself, or a customer manager's own shops."""

from datetime import datetime

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access
from effect.mobile import visitor
from effect.models.months import FactBy
from effect.queries import areas, groups, looking
from effect.queries.looking import MonthSection
from effect.rules import changes, figures, months
from effect.texts import month as texts
from effect.texts import sentences
from foundation.clock import when
from wechat_bot import oauth
from wechat_bot.conversation import Card
from wechat_bot.measure import Fact, Measure
from wechat_bot.services import current_services


def month() -> ResponseReturnValue:
    """Show a month of the areas of whoever looks. Raises Refused for everybody but customer managers."""
    openid, services = oauth.who(), current_services()
    now = services.clock()
    with services.reading() as session:
        me = visitor.manager(session, openid)
        first = groups.supervised(session, me.manager_id or 0)
        given = request.args.get("of", "")
        group = groups.chosen(session, me, given) if given or first is None else first
        if group is None:
            abort(404)
        wanted = looking.month_of(request.args, services, now=now)
        shown = looking.of_group(session, services, access.extensions().features, wanted, group, given, now=now)
        found = areas.facts(session, wanted, group) if group.by is FactBy.AREA and len(group.members) > 1 else None
    current = months.current(now, services.zone)
    headlines = [each for section in shown.sections if (each := _headline(section))]
    at = shown.state.closed_at or shown.state.filed_at
    return render_template(
        "effect/month.html",
        shown=shown,
        whose=texts.whose(group.label, is_own=group.by is FactBy.MANAGER),
        title=texts.month(wanted),
        state=texts.counted(
            shown.state.filed_at, shown.state.closed_at, when(at, now=now, zone=services.zone) if at else ""
        ),
        here={"of": given or None},
        before=months.written(months.before(wanted)),
        after=months.written(months.before(wanted, -1)) if wanted < current else "",
        written=months.written(wanted),
        areas=[
            (f"{FactBy.AREA}-{area_id}", name, [_said(measure, found.of(area_id, measure)[0]) for measure in headlines])
            for area_id, name in found.names.items()
            if any((area_id, measure.name) in found.now for measure in headlines)
        ]
        if found
        else [],
        figures=figures,
        texts=texts,
    )


def _headline(section: MonthSection) -> Measure | None:
    """The measure of a service that stands for it in a list of areas: a share, where it has one."""
    known = [row.measure for row in section.rows if row.measure.is_headline and row.found.fact]
    return next((each for each in known if changes.is_share(each)), known[0] if known else None)


def _said(measure: Measure, fact: Fact | None) -> tuple[str, str]:
    return measure.label, figures.shown(measure, fact)


def cards(session: Session, openid: str, now: datetime) -> list[Card]:
    """Return the card of a customer manager's own page."""
    return [Card("每月成效", sentences.CARD, "/m/effect")] if visitor.manager_or_none(session, openid) else []
