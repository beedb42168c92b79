"""Console composer of a push: what it says, to whom, when, by which way; with a forecast of whom it would reach."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from broadcasts.actions import approving, checking, forecasting, pictures, pushes, sending
from broadcasts.models.pushes import Plan, Push, PushKind, Shows
from broadcasts.pages import staff
from broadcasts.pages.pictures import address as picture_address
from broadcasts.permissions import PUSHES_APPROVE, PUSHES_WRITE
from broadcasts.queries import composing
from broadcasts.queries import pushes as queries
from broadcasts.queries.pushes import PushDetail, PushLine
from broadcasts.rules import buttons, states
from broadcasts.rules.drafts import LONGEST_TITLE, LONGEST_WORDS, PushDraft
from broadcasts.texts import pushes as texts
from broadcasts.texts.report import REASONS
from campaigns import kinds
from campaigns.approving import CampaignAuthor
from console import access, act, fields
from console.stamps import Editable
from foundation.clock import when
from foundation.errors import Refused
from foundation.text import whole_number
from people.picker import short
from people.picker.short import Picked, Picker
from wechat_bot import collecting
from wechat_bot.services import Services, current_services

PICKER = Picker(("area", "class", "manager", "tag", "audience"), queries.EVERYBODY, legend="发给谁", asks=texts.NOBODY)
LARGEST = 12 << 20
#: Rows of buttons on the form beside those that are filled in.
SPARE = 2


@dataclass(frozen=True, slots=True)
class _Form:
    """Form of a push as it stands: posted, kept, or new."""

    title: str = ""
    shows: str = Shows.ARTICLE
    article_id: int | None = None
    words: str = ""
    picture: str = ""
    kind: str = PushKind.PROMO
    plan: str = Plan.AUTO
    at: str = ""
    not_after: str = ""
    buttons: Sequence[tuple[str, str]] = ()
    brands: Sequence[int] = ()


@access.allow(PUSHES_WRITE, upload=LARGEST)
def compose() -> ResponseReturnValue:
    """Write a new push, as a draft or for approval at once."""
    return act.form(_begin, partial(_page, None))


@access.allow(PUSHES_WRITE, upload=LARGEST)
def edit_push(push_id: int) -> ResponseReturnValue:
    """Change a push; one that was submitted or approved becomes a draft again by it."""
    with current_services().reading() as session:
        found = queries.detail(session, push_id)
    if request.method == "GET" and found is not None and (found.has_begun or found.line.state not in states.OPEN):
        return redirect(url_for("broadcasts_pages.push", push_id=push_id), 303)
    return act.form(partial(_save, push_id), partial(_page, push_id))


def _begin() -> ResponseReturnValue:
    if _is_looked():
        return _page(None, None)
    services, me = current_services(), access.visitor()
    draft = _read(request.form, services)
    with act.transaction() as (session, now, note):
        who = CampaignAuthor.of(me)
        push_id = pushes.begin(session, draft, who=who, token=request.form.get("token") or None, now=now)
        note("push.write", f"push:{push_id}", queries.title(session, push_id))
        if is_submitted := request.form.get("do") == "submit":
            _submit(session, push_id, who, services, now)
            note("push.submit", f"push:{push_id}")
    said = "已提交，等别人审批。" if is_submitted else "草稿已存。"
    return act.done(_next(push_id), said)


def _save(push_id: int) -> ResponseReturnValue:
    if _is_looked():
        return _page(push_id, None)
    services, me = current_services(), access.visitor()
    draft = _read(request.form, services)
    kept = partial(_kept, push_id, services)
    edited = Editable(f"push:{push_id}", select(Push.id).where(Push.id == push_id), kept)
    with act.transaction(over=edited) as (session, now, note):
        who, context = CampaignAuthor.of(me), kinds.context(services, now)
        changed, is_reopened = pushes.save(session, push_id, draft, who=who, context=context)
        note("push.change", detail="、".join(changed) or "没有改动")
        if is_submitted := request.form.get("do") == "submit":
            _submit(session, push_id, who, services, now)
            note("push.submit")
    said = "已提交，等别人审批。" if is_submitted else texts.changed(changed) if is_reopened else "已保存。"
    return act.done(_next(push_id), said)


def _next(push_id: int) -> str:
    """Where the form leads once it is saved: to a new article for it, or to the push."""
    if request.form.get("do") == "write":
        return url_for("broadcasts_pages.new_article", push=push_id)
    return url_for("broadcasts_pages.push", push_id=push_id)


def _submit(session: Session, push_id: int, who: CampaignAuthor, services: Services, now: datetime) -> None:
    is_aware = bool(request.form.get("aware"))
    approving.submit(session, push_id, who=who, is_aware=is_aware, at=checking.circumstances(services, now))


def _is_looked() -> bool:
    """Whether the form is only to say whom the push would reach as it stands."""
    return request.form.get("do") == "look"


def _read(given: MultiDict[str, str], services: Services) -> PushDraft:
    """Read the posted form, with the picture that came with it. Raises Refused for what cannot be read."""
    return _draft(given, services, _picture(given, services))


def _draft(given: MultiDict[str, str], services: Services, picture: str | None) -> PushDraft:
    due_at = fields.moment(given.get("at", ""), services.zone)
    if due_at is None:
        raise Refused(texts.NO_MOMENT)
    return PushDraft(
        kind=PushKind(fields.choice(given.get("kind", ""), [*PushKind], texts.NO_KIND)),
        plan=Plan(fields.choice(given.get("plan", ""), [*Plan], texts.NO_PLAN)),
        shows=Shows(fields.choice(given.get("shows", ""), [*Shows], texts.NO_SHOWS)),
        title=given.get("title", ""),
        article_id=fields.key(given.get("article", ""), "文章"),
        picture=picture,
        words=given.get("words", ""),
        buttons=buttons.read(_buttons(given)),
        brands=[each for each in map(whole_number, given.getlist("brand")) if each is not None],
        audience=staff.of_form(given) or short.read(PICKER, given, services.criteria).written,
        due_at=due_at,
        not_after=fields.moment(given.get("not_after", ""), services.zone),
    )


def _picture(given: MultiDict[str, str], services: Services) -> str | None:
    """The picture of a posted form: the one that came with it, now on the shelf, or the one chosen there."""
    upload = request.files.get("picture_file")
    if upload is None or not upload.filename:
        return given.get("picture") or None
    made = pictures.receive(upload.stream)
    with services.transaction() as session:
        return pictures.add(session, services.media_folder, made, now=services.clock())


def _page(push_id: int | None, error: Refused | None) -> str:
    services, me = current_services(), access.visitor()
    now = services.clock()
    with services.reading() as session:
        found = _found(session, push_id)
        like = found or _found(session, request.args.get("like", type=int))
        kept = _kept(push_id, services, session) if push_id else {}
        picked, is_kept = _picked(like, services), error is None and not _is_looked()
        form = _of_request(request.form) if not is_kept else _of_push(like, services) if like else _new(services)
        if found is None and like is not None and is_kept:
            form = replace(form, at=_new(services).at, not_after="")
        at = _moment(form.at, services)
        features = current_app.extensions["features"]
        that_day = queries.same_day(session, push_id or 0, at, services.zone) if at else []
        values: dict[str, Any] = {
            "staff": staff.offer(session, None if is_kept else request.form, like.audience if like else None),
            "offer": short.offer(session, PICKER, picked, services.criteria, me),
            "articles": composing.articles(session, form.article_id),
            "shelf": composing.shelf(session, form.picture),
            "brands": composing.brands(session, form.brands),
            "destinations": collecting.destinations(session, features, now),
            "approvers": queries.approvers(session, push_id or 0, [*PUSHES_APPROVE.roles], besides=me.user_id),
            "same_day": that_day,
            "pointed_out": checking.advertises(session, session.get_one(Push, push_id)) if push_id else (),
            **_card(session, like.line.id if like else None, form),
            **_forecast(session, push_id, that_day, services, now),
        }
    quiet = services.quiet.over_at(at or now) if services.quiet else None
    return render_template(
        "broadcasts/console/compose.html",
        push=found,
        form=form,
        kept=kept,
        error=error,
        is_advertising=error is not None and texts.LAW in error.sentence,
        token=request.form.get("token") or secrets.token_urlsafe(12),
        kinds=texts.KINDS,
        has_mail=services.mailer is not None,
        plans=texts.PLANS,
        shows=texts.SHOWS,
        numbers=list(zip(buttons.NUMBERS, (said for said, _ in form.buttons), strict=False)),
        all_numbers=buttons.NUMBERS,
        rows=[*form.buttons, *[("", "")] * max(SPARE, buttons.MOST - 4 - len(form.buttons))][: buttons.MOST],
        quiet_until=when(quiet, now=now, zone=services.zone) if quiet else "",
        local=lambda at: _local(at, services),
        longest_title=LONGEST_TITLE,
        longest_words=LONGEST_WORDS,
        words=states.WORDS,
        has_pages=services.is_service_account,
        account=services.account_name,
        foot=texts.FOOT_PROMO,
        law=texts.LAW,
        pictures=picture_address(),
        reasons=REASONS,
        **values,
    )


def _card(session: Session, push_id: int | None, form: _Form) -> Mapping[str, str]:
    """The picture and the words on the card, as far as they are kept."""
    push = session.get(Push, push_id) if push_id else None
    cover = sending.cover_of(session, push) if push else form.picture
    words = sending.digest_of(session, push) if push and push.shows == Shows.ARTICLE else ""
    return {"cover": picture_address() + cover if cover else "", "card_words": words}


def _found(session: Session, push_id: int | None) -> PushDetail | None:
    if push_id is None:
        return None
    found = queries.detail(session, push_id)
    if found is None:
        abort(404)
    return found


def _picked(found: PushDetail | None, services: Services) -> Picked:
    if request.values.get(short.NAME):
        return short.read(PICKER, request.values, services.criteria)
    if found is None:
        return Picked(PICKER, short.ALL)
    if found.audience == {} or found.line.is_to_staff:
        return Picked(PICKER, short.SOME)
    return short.of_spec(PICKER, found.audience, services.criteria)


def _forecast(
    session: Session, push_id: int | None, that_day: Sequence[PushLine], services: Services, now: datetime
) -> Mapping[str, Any]:
    """Whom the push would reach as its form stands. It reads the whole audience, so the page asks for it once it is
    shown. Whoever writes pushes sees all shops."""
    is_looked = _is_looked()
    values: dict[str, Any] = {"is_looked": is_looked, "told": None, "untold": ""}
    if not is_looked or staff.of_form(request.form):
        return values
    try:
        draft, at = _draft(request.form, services, None), checking.circumstances(services, now)
        told = forecasting.of_draft(session, push_id, draft, [each.id for each in that_day], at)
        return values | {"told": told, "due_at": draft.due_at}
    except Refused as refusal:
        return values | {"untold": refusal.sentence}


def _new(services: Services) -> _Form:
    """A new push: for tomorrow morning or the moment of the address, with its article and the button to its link."""
    at = services.clock().astimezone(services.zone) + timedelta(days=1)
    article = request.args.get("article", type=int)
    given = request.args.get("at", "")
    plan = Plan.AUTO if services.is_service_account else Plan.TAG
    words, link = request.args.get("words", ""), request.args.get("link", "")
    buttons = [(words, link)] if link else ()
    return _Form(at=given or f"{at:%Y-%m-%d} 09:00", article_id=article, plan=plan, buttons=buttons)


def _of_push(found: PushDetail, services: Services) -> _Form:
    return _Form(
        found.line.title,
        found.line.shows,
        found.article_id,
        found.words,
        found.picture or "",
        found.line.kind,
        found.plan,
        _local(found.line.due_at, services),
        _local(found.not_after, services),
        found.buttons,
        [brand_id for brand_id, _ in found.brands],
    )


def _of_request(given: MultiDict[str, str]) -> _Form:
    return _Form(
        given.get("title", ""),
        given.get("shows", ""),
        whole_number(given.get("article", "")),
        given.get("words", ""),
        given.get("picture", ""),
        given.get("kind", ""),
        given.get("plan", ""),
        given.get("at", ""),
        given.get("not_after", ""),
        [each for each in _buttons(given) if any(each)],
        [each for each in map(whole_number, given.getlist("brand")) if each is not None],
    )


def _buttons(given: MultiDict[str, str]) -> list[tuple[str, str]]:
    """The rows of buttons: their words, and the address that was written or else the link that was chosen."""
    words, links, addresses = map(given.getlist, ("button_words", "button_link", "button_address"))
    return [(said, address.strip() or link) for said, link, address in zip(words, links, addresses, strict=False)]


def _moment(written: str, services: Services) -> datetime | None:
    try:
        return fields.moment(written, services.zone)
    except Refused:
        return None


def _local(at: datetime | None, services: Services) -> str:
    return f"{at.astimezone(services.zone):%Y-%m-%d %H:%M}" if at else ""


def _kept(push_id: int, services: Services, session: Session) -> dict[str, str]:
    return queries.kept_of(session, push_id, kinds.context(services, services.clock()))
