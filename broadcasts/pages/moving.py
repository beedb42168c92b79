"""Console forms of the calendar: a push is moved or swapped; what staff sent in WeChat's own console is noted."""

from functools import partial

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcasts.actions import by_hand, moving
from broadcasts.models.pushes import Push
from broadcasts.pages import calendar
from broadcasts.permissions import PUSHES_WRITE
from broadcasts.queries import calendar as queries
from broadcasts.queries import pushes as push_queries
from broadcasts.queries.calendar import CalendarPush
from broadcasts.texts import calendar as texts
from broadcasts.texts import pushes as push_texts
from campaigns import kinds
from campaigns.approving import CampaignAuthor
from console import access, act, fields, stamps
from console.stamps import Editable
from foundation.clock import day_in
from foundation.errors import Refused
from people.picker import short
from wechat_bot.services import Services, current_services


@access.allow(PUSHES_WRITE)
def move_push(push_id: int) -> ResponseReturnValue:
    """Move a push to another day; one that was submitted becomes a draft by it."""
    return act.form(partial(_move, push_id), calendar.page)


@access.allow(PUSHES_WRITE)
def swap_pushes(push_id: int) -> ResponseReturnValue:
    """Put two pushes in each other's place."""
    return act.form(partial(_swap, push_id), calendar.page)


@access.allow(PUSHES_WRITE)
def note_by_hand() -> ResponseReturnValue:
    """Note a mass message that staff sent in WeChat's own console."""
    return act.form(_note_by_hand, calendar.page)


def _move(push_id: int) -> ResponseReturnValue:
    services = current_services()
    with act.transaction(over=_editable(push_id, services)) as (session, now, note):
        day = fields.day(request.form.get("day", ""))
        if day is None:
            raise Refused(push_texts.NO_DAY)
        before = _line(session, push_id)
        is_reopened = moving.to_day(
            session, push_id, day, who=CampaignAuthor.of(access.visitor()), context=kinds.context(services, now)
        )
        found = _line(session, push_id)
        kept, was = queries.kept(found, services.zone), queries.kept(before, services.zone)
        note("push.move", detail=f"{was['时间']} → {kept['时间']}")
    said = texts.moved(found.title, found.due_at.astimezone(services.zone), is_reopened=is_reopened)
    back = {"day": day_in(before.due_at, services.zone).isoformat(), "stamp": stamps.of(kept)}
    # An approval cannot be given back by moving it again.
    undo = None if is_reopened or was == kept else (url_for("broadcasts_pages.move_push", push_id=push_id), back)
    return act.done(_there(found, services), said, undo=undo)


def _swap(push_id: int) -> ResponseReturnValue:
    services = current_services()
    with act.transaction(over=_editable(push_id, services)) as (session, now, note):
        other_id = fields.key(request.form.get("other", ""), "推送")
        if other_id is None or other_id == push_id:
            raise Refused(texts.NO_OTHER)
        context = kinds.context(services, now)
        is_reopened = moving.swap(session, push_id, other_id, who=CampaignAuthor.of(access.visitor()), context=context)
        found, other = _line(session, push_id), _line(session, other_id)
        note("push.swap", detail=f"和《{other.title}》")
        note("push.swap", f"push:{other_id}", f"和《{found.title}》")
    return act.done(_there(found, services), texts.swapped(found.title, other.title, is_reopened=is_reopened))


def _note_by_hand() -> ResponseReturnValue:
    services = current_services()
    whom = short.read(calendar.PICKER, request.form, services.criteria).spec
    token = request.form.get("token", "")[:64] or None
    with act.transaction() as (session, now, note):
        context = kinds.context(services, now)
        noted = by_hand.note(session, whom, by=access.visitor().name, token=token, context=context)
        said = short.words(session, whom, services.criteria, everybody=calendar.PICKER.everybody)
        note("push.by_hand", detail=said)
    told = texts.noted(said, noted.count, is_whole=noted.is_booked)
    return act.done(url_for("broadcasts_pages.calendar"), told)


def _editable(push_id: int, services: Services) -> Editable:
    rows = select(Push.id).where(Push.id == push_id)
    return Editable(f"push:{push_id}", rows, lambda session: queries.kept(_line(session, push_id), services.zone))


def _line(session: Session, push_id: int) -> CalendarPush:
    found = push_queries.detail(session, push_id)
    if found is None:
        raise Refused(push_texts.NO_SUCH)
    return queries.of_line(found.line)


def _there(push: CalendarPush, services: Services) -> str:
    day = day_in(push.due_at, services.zone)
    return url_for("broadcasts_pages.calendar", month=f"{day:%Y-%m}", push=push.id)
