"""Console page of the scorecard's weights: written down by one person, approved by another."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act
from console.menu import Waiting
from console.rules.visitors import Visitor
from effect.actions import weights as actions
from effect.models.scores import Tier
from effect.permissions import SCORES_WEIGH
from effect.queries import scores as queries
from effect.rules import months, weighing
from effect.texts import scores as texts
from foundation.clock import when
from foundation.errors import Refused
from wechat_bot.services import Services, current_services


@access.allow(SCORES_WEIGH)
def weights() -> ResponseReturnValue:
    """Show the weights in force, those that wait and those that were; write down new ones."""
    return act.form(_write, _page)


@access.allow(SCORES_WEIGH)
def decide_weights(weights_id: int) -> ResponseReturnValue:
    """Approve or reject weights that somebody else wrote down."""
    return act.form(partial(_decide, weights_id), _page)


def _write() -> ResponseReturnValue:
    form = request.form
    with act.transaction() as (session, now, note):
        given, month = weighing.read(form), months.read(form.get("from", ""))
        made = actions.write(session, form.get("tier", ""), month, given, by=access.visitor(), now=now)
        said = f"{texts.TIERS[made.tier]}，{texts.month(month)}起：{texts.weighed(given)}"
        note("effect.weights", f"effect-weights:{made.id}", said)
    return act.done(url_for("effect_pages.weights"), "权重已写下，等别人批准后生效。")


def _decide(weights_id: int) -> ResponseReturnValue:
    is_approved = request.form.get("do") == "approve"
    with act.transaction() as (session, now, note):
        made = actions.decide(session, weights_id, is_approved=is_approved, by=access.visitor(), now=now)
        said = f"{texts.TIERS[made.tier]}，{texts.month(made.from_month)}起：{texts.weighed(made.weights)}"
        if is_approved:
            note("effect.weights.approve", f"effect-weights:{weights_id}", said)
        else:
            note("effect.weights.reject", f"effect-weights:{weights_id}", said)
    return act.done(url_for("effect_pages.weights"), "权重已批准。" if is_approved else "权重已退回。")


def _page(error: Refused | None) -> str:
    services = current_services()
    current = months.current(services.clock(), services.zone)
    chosen = Tier(request.values["tier"]) if request.values.get("tier") in set(Tier) else Tier.JUNIOR
    with services.reading() as session:
        in_force = queries.in_force(session, current)
        return render_template(
            "effect/console/weights.html",
            in_force=in_force,
            waiting=queries.waiting(session),
            decided=queries.decided(session),
            chosen=chosen.value,
            begins=in_force[chosen].weights if chosen in in_force else weighing.FIRST[chosen],
            current=months.written(current),
            texts=texts,
            error=error,
        )


def needs(services: Services, session: Session, visitor: Visitor, now: datetime) -> Sequence[Waiting]:
    """Return the weights that wait for the visitor's decision."""
    return [
        Waiting(
            0,
            f"{texts.TIERS[each.tier]}客户经理的评分权重，等您批准",
            url_for("effect_pages.weights"),
            f"{each.written_by} {when(each.written_at, now=now, zone=services.zone)} 写：{texts.weighed(each.weights)}",
            "去看看",
            "target-arrow",
        )
        for each in queries.waiting(session, limit=5)
        if each.written_by_id != visitor.user_id
    ]
