"""Messages that need a person: unsure, failed, waiting; settled one by one, cancelled by what they are about."""

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from console import access, act
from console.permissions import OUTBOX_SEE
from console.stamps import Editable
from foundation.clock import when
from people import deliveries
from people.permissions import OUTBOX_SETTLE
from wechat_bot import texts
from wechat_bot.models import Delivery, DeliveryState
from wechat_bot.outbox import pausing
from wechat_bot.services import current_services

SAID = {"sent": "记为已收到", "failed": "记为没收到", "resend": "再发一次"}


@access.allow(OUTBOX_SEE)
def delivery_list() -> ResponseReturnValue:
    """The messages of one state. Whose they are is personal: that it was seen is written down."""
    services, features = current_services(), current_app.extensions["features"]
    wanted = request.args.get("state", "")
    now, state = services.clock(), DeliveryState(wanted) if wanted in deliveries.STATES else DeliveryState.UNSURE
    act.seen("delivery.see", "messages", deliveries.STATES[state])
    is_waiting = state in (DeliveryState.HELD, DeliveryState.PENDING)
    with services.reading() as session:
        page = deliveries.page(
            session, features, state, now=now, quiet=services.quiet, after=request.args.get("after", type=int)
        )
        counts = deliveries.counts(session)
        topics = deliveries.topics(session, features) if is_waiting else []
        is_day_spent = state is DeliveryState.PENDING and pausing.is_day_spent(session, now=now)
    return render_template(
        "people/deliveries.html",
        page=page,
        state=state,
        when=lambda moment: when(moment, now=now, zone=services.zone),
        states=deliveries.STATES,
        counts=counts,
        most=deliveries.COUNTED,
        topics=topics,
        pause=texts.DAY_SPENT if is_day_spent else "",
        is_sorted=sum(each.waiting for each in topics) < deliveries.SORTED,
        is_first="after" not in request.args,
    )


@access.allow(OUTBOX_SETTLE)
def settle_delivery(delivery_id: int) -> ResponseReturnValue:
    """Decide on a message nobody is sure of."""
    outcome, rows = request.form.get("outcome", ""), select(Delivery.id).where(Delivery.id == delivery_id)
    looked_at = Editable(
        f"delivery:{delivery_id}", rows, lambda session: deliveries.kept(session.get(Delivery, delivery_id))
    )
    with act.transaction() as (session, now, note):
        # One that is not unsure any more says so itself; one that is so once more is another than was looked at.
        if session.scalar(rows.where(Delivery.state == DeliveryState.UNSURE)):
            act.check_stamp(session, looked_at)
        deliveries.settle(session, delivery_id, outcome, now=now)
        note("delivery.settle", looked_at.about, SAID[outcome])
    said = "已排进发送队列。" if outcome == "resend" else f"已{SAID[outcome]}。"
    return act.done(url_for("people_pages.delivery_list"), said)


@access.allow(OUTBOX_SETTLE)
def cancel_deliveries() -> ResponseReturnValue:
    """Cancel what waits to be sent about one thing."""
    about, features = request.form.get("about", ""), current_app.extensions["features"]
    with act.transaction() as (session, now, note):
        title, number = deliveries.cancel(session, features, about, now=now)
        note("delivery.cancel", about, f"{title} {number} 条")
    here = url_for("people_pages.delivery_list", state=DeliveryState.PENDING.value)
    return act.done(here, f"{title}：已取消 {number:,} 条还没有发出的消息。")
