"""Messages that need a person: unsure, failed, waiting; settled one by one, cancelled by what they are about."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from console import access, audit
from console.permissions import OUTBOX_SEE
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
    services, me, features = current_services(), access.visitor(), current_app.extensions["features"]
    wanted = request.args.get("state", "")
    now, state = services.clock(), DeliveryState(wanted) if wanted in deliveries.STATES else DeliveryState.UNSURE
    with services.transaction() as session:
        audit.note(
            session,
            me,
            "delivery.see",
            "messages",
            deliveries.STATES[state],
            address=access.address(),
            now=now,
        )
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
    services, me, outcome = current_services(), access.visitor(), request.form.get("outcome", "")
    with services.transaction() as session:
        now, about = services.clock(), f"delivery:{delivery_id}"
        # One that is not unsure any more says so itself; one that is so once more is another than was looked at.
        row = select(Delivery.id).where(Delivery.id == delivery_id)
        if session.scalar(row.where(Delivery.state == DeliveryState.UNSURE)):
            access.check_stamp(
                session, row, lambda session: deliveries.kept(session.get(Delivery, delivery_id)), about=about
            )
        deliveries.settle(session, delivery_id, outcome, now=now)
        audit.note(session, me, "delivery.settle", about, SAID[outcome], address=access.address(), now=now)
    flash(f"已{SAID[outcome]}。" if outcome != "resend" else "已排进发送队列。", "success")
    return redirect(url_for("people_pages.delivery_list"), 303)


@access.allow(OUTBOX_SETTLE)
def cancel_deliveries() -> ResponseReturnValue:
    """Cancel what waits to be sent about one thing."""
    services, me, about = current_services(), access.visitor(), request.form.get("about", "")
    features = current_app.extensions["features"]
    with services.transaction() as session:
        now = services.clock()
        title, number = deliveries.cancel(session, features, about, now=now)
        said = f"{title} {number} 条"
        audit.note(session, me, "delivery.cancel", about, said, address=access.address(), now=now)
    flash(f"{title}：已取消 {number:,} 条还没有发出的消息。", "success")
    return redirect(url_for("people_pages.delivery_list", state=DeliveryState.PENDING.value), 303)
