"""Delivery pages: unsure, failed and waiting messages; resolve one, or cancel all of a topic."""

from collections.abc import Mapping

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from console import access, act
from console.lists import looking
from console.lists.listing import Asked, Column, Listing
from console.permissions import OUTBOX_SEE
from console.stamps import Editable
from foundation.clock import when
from foundation.paging import Cursor, Page
from people import deliveries, mass_deliveries
from people.deliveries import DeliveryLine
from people.pages import filters
from people.permissions import OUTBOX_SETTLE, PEOPLE_EXPORT
from wechat_bot import texts
from wechat_bot.models import Delivery, DeliveryState
from wechat_bot.outbox import pausing
from wechat_bot.services import current_services

SAID = {"sent": "记为已收到", "failed": "记为没收到", "resend": "再发一次"}


WAITING = (DeliveryState.HELD, DeliveryState.PENDING)
#: Texts for a state without messages.
NONE = {
    DeliveryState.UNSURE: "没有不确定的消息",
    DeliveryState.FAILED: "没有送不到的消息",
    DeliveryState.HELD: "没有在等对方联系的消息",
    DeliveryState.PENDING: "没有在等待发送的消息",
}


def _state(given: Mapping[str, str]) -> DeliveryState:
    wanted = given.get("state", "")
    return DeliveryState(wanted) if wanted in deliveries.STATES else DeliveryState.UNSURE


def _find(asked: Asked, cursor: Cursor, limit: int) -> Page[DeliveryLine]:
    services, state = asked.services, _state(asked.given)
    features, now, quiet = asked.extensions.features, asked.now, services.quiet
    return deliveries.page(asked.session, features, state, now=now, quiet=quiet, cursor=cursor, limit=limit)


def _is_pending(asked: Asked) -> bool:
    return _state(asked.given) is DeliveryState.PENDING


def _due(asked: Asked, line: DeliveryLine) -> str:
    """The earliest time of sending, in words where it is put off."""
    services = asked.services
    said = when(line.until or line.due_at, now=asked.now, zone=services.zone)
    return f"等到{said}" if line.until else said


DELIVERIES: Listing[DeliveryLine] = Listing(
    name="people.deliveries",
    title="消息",
    see=OUTBOX_SEE,
    keeps=("state",),
    means=lambda asked: deliveries.STATES[_state(asked.given)],
    columns=(
        Column("who", "谁", lambda line: line.who, width=24),
        Column("licence", "许可证号", lambda line: line.licence, is_shown=False, width=20),
        Column("phone", "手机", lambda line: line.phone, mask=filters.PHONE, style="text-nowrap", width=16),
        Column(
            "title", "事由", lambda line: line.title.text, href=lambda line: line.title.path, style="excerpt", width=30
        ),
        Column("text", "内容", lambda line: line.text, style="excerpt", width=60),
        Column("queued", "排队时间", lambda line: line.queued_at, style="text-nowrap", on_phone="排队", width=18),
        Column(
            "due",
            "最早什么时候发",
            lambda line: line.due_at,
            shows=_due,
            seen_if=_is_pending,
            style="text-nowrap",
            on_phone="最早",
            width=18,
        ),
        Column("reason", "原因", lambda line: line.reason, style="excerpt", width=40),
    ),
    find=_find,
    export=PEOPLE_EXPORT,
)


@access.allow(OUTBOX_SEE)
def delivery_list() -> ResponseReturnValue:
    """List of the messages in a state. It shows personal data, so opening it is written to the audit log."""
    services, features = current_services(), current_app.extensions["features"]
    state = _state(request.args)
    act.seen("delivery.see", "messages", deliveries.STATES[state])
    with services.reading() as session:
        shown = looking.look(DELIVERIES, session)
        counts = deliveries.counts(session)
        is_unsure = state is DeliveryState.UNSURE
        parts = mass_deliveries.unsure(session, features, now=services.clock()) if is_unsure else []
        topics = deliveries.topics(session, features) if state in WAITING else []
        is_day_spent = state is DeliveryState.PENDING and pausing.is_day_spent(session, now=services.clock())
    return render_template(
        "people/deliveries.html",
        shown=shown,
        state=state,
        states=deliveries.STATES,
        nothing=NONE[state],
        counts=counts,
        most=deliveries.COUNTED,
        topics=topics,
        parts=parts,
        pause=texts.DAY_SPENT if is_day_spent else "",
        is_sorted=sum(each.waiting for each in topics) < deliveries.SORTED,
    )


@access.allow(OUTBOX_SETTLE)
def settle_delivery(delivery_id: int) -> ResponseReturnValue:
    """Resolve an unsure message."""
    outcome, rows = request.form.get("outcome", ""), select(Delivery.id).where(Delivery.id == delivery_id)
    looked_at = Editable(
        f"delivery:{delivery_id}", rows, lambda session: deliveries.kept(session.get(Delivery, delivery_id))
    )
    with act.transaction() as (session, now, note):
        # A message that is not unsure any more is refused by the action; one that is unsure again has another stamp.
        if session.scalar(rows.where(Delivery.state == DeliveryState.UNSURE)):
            act.check_stamp(session, looked_at)
        deliveries.settle(session, delivery_id, outcome, now=now)
        note("delivery.settle", looked_at.about, SAID[outcome])
    said = "已排进发送队列。" if outcome == "resend" else f"已{SAID[outcome]}。"
    return act.done(url_for("people_pages.delivery_list"), said)


@access.allow(OUTBOX_SETTLE)
def settle_mass(job_id: int) -> ResponseReturnValue:
    """Resolve an unsure part of a mass message."""
    outcome, report = request.form.get("outcome", ""), request.form.get("report", "")
    with act.transaction() as (session, now, note):
        said = mass_deliveries.settle(session, job_id, outcome, report, by=access.visitor().name, now=now)
        note("delivery.settle", f"mass:{job_id}", said)
    return act.done(url_for("people_pages.delivery_list"), f"已{said}。")


@access.allow(OUTBOX_SETTLE)
def cancel_deliveries() -> ResponseReturnValue:
    """Cancel the waiting messages about one topic."""
    about, features = request.form.get("about", ""), current_app.extensions["features"]
    with act.transaction() as (session, now, note):
        title, number = deliveries.cancel(session, features, about, now=now)
        note("delivery.cancel", about, f"{title} {number} 条")
    here = url_for("people_pages.delivery_list", state=DeliveryState.PENDING.value)
    return act.done(here, f"{title}：已取消 {number:,} 条还没有发出的消息。")
