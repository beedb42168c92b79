"""Console page of a push: what it says, to whom, where it stands; and the steps: submit, approve, reject, stop."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from flask import abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from broadcasts.actions import approving, checking, forecasting, previewing, sending
from broadcasts.models.pushes import Push, PushKind, Shows
from broadcasts.pages.pictures import address as picture_address
from broadcasts.pages.pushes import COLOURS
from broadcasts.permissions import PUSHES_APPROVE, PUSHES_SEE, PUSHES_WRITE
from broadcasts.queries import composing, own_rows
from broadcasts.queries import pushes as queries
from broadcasts.queries.pushes import PushDetail
from broadcasts.rules import states
from broadcasts.rules.buttons import numbered
from broadcasts.rules.states import State
from broadcasts.texts import pushes as texts
from broadcasts.texts import staff as staff_texts
from broadcasts.texts.report import REASONS
from campaigns.approving import CampaignAuthor
from console import access, act, fields
from foundation.errors import Refused
from wechat_bot.services import Services, current_services

#: Steps that stop a push or let it go on: the audit log's word, what is done, what is said, and how it is taken back.
STOPS: Mapping[str, tuple[str, Callable[..., None], str, str]] = {
    "pause": ("push.pause", approving.pause, "已暂停。", "resume"),
    "resume": ("push.resume", approving.resume, "继续发送。", "pause"),
    "cancel": ("push.cancel", approving.cancel, "已取消，没有发出的都不再发。", ""),
}


@access.allow(PUSHES_SEE)
def push(push_id: int) -> ResponseReturnValue:
    """Show a push: the card as the shop sees it, to whom and when, and each step with its person."""
    return _page(push_id, None)


@access.allow(PUSHES_WRITE)
def submit_push(push_id: int) -> ResponseReturnValue:
    """Submit a draft for approval by somebody else."""
    return act.form(partial(_submit, push_id), partial(_page, push_id))


@access.allow(PUSHES_WRITE)
def withdraw_push(push_id: int) -> ResponseReturnValue:
    """Take back what was submitted or approved: it is a draft again."""
    return act.form(partial(_withdraw, push_id), partial(_page, push_id))


@access.allow(PUSHES_APPROVE)
def decide_push(push_id: int) -> ResponseReturnValue:
    """Approve what waits for it, or give it back with a reason."""
    return act.form(partial(_decide, push_id), partial(_page, push_id))


@access.allow(PUSHES_WRITE)
def stop_push(push_id: int) -> ResponseReturnValue:
    """Pause, resume or cancel a push."""
    return act.form(partial(_stop, push_id), partial(_page, push_id))


@access.allow(PUSHES_WRITE)
def try_push(push_id: int) -> ResponseReturnValue:
    """Send a push to one named phone to look at."""
    return act.form(partial(_try, push_id), partial(_page, push_id))


def _try(push_id: int) -> ResponseReturnValue:
    manager_id, name = fields.key(request.form.get("phone", ""), "客户经理"), request.form.get("name", "").strip()
    whom = previewing.on_phone(current_services(), push_id, manager_id=manager_id, name=name[:40])
    act.seen("push.try", f"push:{push_id}", whom)
    return act.done(_here(push_id), f"已发到{whom}的手机。")


def _submit(push_id: int) -> ResponseReturnValue:
    services = current_services()
    with act.transaction() as (session, now, note):
        at, is_aware = checking.circumstances(services, now), bool(request.form.get("aware"))
        approving.submit(session, push_id, who=CampaignAuthor.of(access.visitor()), is_aware=is_aware, at=at)
        note("push.submit", f"push:{push_id}", queries.title(session, push_id))
    return act.done(_here(push_id), "已提交，等别人审批。")


def _withdraw(push_id: int) -> ResponseReturnValue:
    with act.transaction() as (session, now, note):
        approving.withdraw(session, push_id, who=CampaignAuthor.of(access.visitor()), now=now)
        note("push.withdraw", f"push:{push_id}", queries.title(session, push_id))
    return act.done(_here(push_id), "已撤回，又是草稿了。")


def _decide(push_id: int) -> ResponseReturnValue:
    services, who = current_services(), CampaignAuthor.of(access.visitor())
    is_approved = request.form.get("do") == "approve"
    with act.transaction() as (session, now, note):
        if is_approved:
            seen = request.form.get("seen", "")
            approving.approve(session, push_id, seen=seen, who=who, at=checking.circumstances(services, now))
            note("push.approve", f"push:{push_id}", queries.title(session, push_id))
        else:
            why = request.form.get("why", "")
            approving.reject(session, push_id, why=why, who=who, now=now)
            note("push.reject", f"push:{push_id}", why)
    return act.done(_here(push_id), "已批准，到时间就发。" if is_approved else "已退回，写的人会看到原因。")


def _stop(push_id: int) -> ResponseReturnValue:
    step = STOPS.get(request.form.get("do", ""))
    if step is None:
        abort(400)
    did, do, said, back = step
    with act.transaction() as (session, now, note):
        do(session, push_id, who=CampaignAuthor.of(access.visitor()), now=now)
        flying = queries.in_flight(session, push_id)
        note(did, f"push:{push_id}", queries.title(session, push_id))
    undo = (url_for("broadcasts_pages.stop_push", push_id=push_id), {"do": back}) if back else None
    return act.done(_here(push_id), said + texts.in_flight(flying.parts, flying.people, flying.mails), undo=undo)


def _page(push_id: int, error: Refused | None) -> str:
    services, me = current_services(), access.visitor()
    with services.reading() as session:
        found = queries.detail(session, push_id)
        kept = session.get(Push, push_id)
        if found is None or kept is None:
            abort(404)
        flying = queries.in_flight(session, push_id)
        values = {
            "is_staff": found.line.is_to_staff,
            "steps": queries.steps(session, found.line.campaign_id),
            "approvers": queries.approvers(session, push_id, [*PUSHES_APPROVE.roles]),
            "may_decide": me.may(PUSHES_APPROVE) and queries.may_approve(session, push_id, me.user_id),
            "has_own": own_rows.table(session, push_id) is not None,
            "flight": texts.in_flight(flying.parts, flying.people, flying.mails),
            "put_off": queries.put_off(session, found.line, services.quiet, now=services.clock()),
            "phones": previewing.phones(session),
            "previews_left": previewing.left(session, services.clock()),
            "whom": queries.whom(session, found.audience, services.criteria),
            "pointed_out": checking.advertises(session, kept) if found.line.state is State.DRAFT else (),
            **_shown(session, kept, found, services),
            **_forecast(session, found, services),
        }
    return render_template(
        "broadcasts/console/push.html",
        push=found,
        error=error,
        is_advertising=error is not None and texts.LAW in error.sentence,
        kinds=texts.KINDS,
        plans=texts.PLANS,
        to_staff=staff_texts.HOW,
        shows=texts.SHOWS,
        words=states.WORDS,
        colours=COLOURS,
        is_pausable=found.line.state in states.PAUSABLE,
        is_cancellable=found.line.state in states.CANCELLABLE,
        account=services.account_name,
        law=texts.LAW,
        reasons=staff_texts.WORDS if values["is_staff"] else REASONS,
        **values,
    )


def _forecast(session: Session, found: PushDetail, services: Services) -> dict[str, Any]:
    """Whom a push that has not begun would reach. It reads the whole audience, so the page asks for it separately."""
    is_told = access.visitor().is_company_wide and not found.has_begun and found.line.state in states.OPEN
    if not is_told or not request.args.get("reach"):
        return {"is_told": is_told, "told": None, "untold": ""}
    try:
        at = checking.circumstances(services, services.clock())
        return {"is_told": True, "told": forecasting.forecast(session, found.line.id, at), "untold": ""}
    except Refused as refusal:
        return {"is_told": True, "told": None, "untold": refusal.sentence}


def _shown(session: Session, kept: Push, found: PushDetail, services: Services) -> dict[str, Any]:
    """What a shop sees of a push in the chat."""
    cover, buttons = sending.cover_of(session, kept), sending.buttons_of(kept)
    features = current_app.extensions["features"]
    words = composing.led_to(session, features, [each.link for each in buttons], services.clock())
    return {
        "cover": picture_address() + cover if cover else "",
        "card_words": sending.digest_of(session, kept),
        "foot": texts.FOOT_PROMO if found.line.kind is PushKind.PROMO else "",
        "numbers": [(number, each.words) for number, each in numbered(buttons)],
        "links": [(each.words, words.get(each.link, each.link)) for each in buttons],
        "is_text": found.line.shows is Shows.TEXT,
    }


def _here(push_id: int) -> str:
    return url_for("broadcasts_pages.push", push_id=push_id)
