"""Form values and words that the pages of visits share, inside WeChat and in the console."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from flask import Response
from sqlalchemy.orm import Session

from console import access
from console.lists.listing import Asked
from people.models import Manager
from visits.actions import answering
from visits.queries import thread, visibility
from visits.queries.thread import Thread
from visits.queries.visibility import Colleague
from visits.rules import canned as rules
from visits.texts import answering as texts
from visits.texts.times import answer_by, late, when
from wechat_bot import serving
from wechat_bot.media import Found
from wechat_bot.services import Services, current_services

#: Characters that fit into one WeChat message, with its writer's name in front.
LONGEST = 600


class Timed(Protocol):
    """Times of a request, as the words about its deadline need them."""

    @property
    def owner_id(self) -> int | None: ...
    @property
    def due_at(self) -> datetime | None: ...
    @property
    def snoozed_until(self) -> datetime | None: ...
    @property
    def closed_at(self) -> datetime | None: ...
    @property
    def closed_how(self) -> str | None: ...
    @property
    def is_waiting(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Due:
    """Deadline of a request in words, and its urgency: `late`, `soon`, `calm`, `over`."""

    words: str
    tone: str


#: The chip of each urgency, inside WeChat.
CHIPS = {"late": "chip_bad", "soon": "chip_warn", "calm": "", "over": ""}
#: Less time than this left counts as soon.
SOON = 4 * 3600


def due(one: Timed, *, now: datetime, zone: ZoneInfo) -> Due:
    """Return until when somebody must act on a request, in words."""
    if one.closed_at is not None:
        return Due(texts.HOW_CLOSED.get(one.closed_how or "", "已完结"), "over")
    if one.due_at is not None and one.due_at < now:
        return Due(late((now - one.due_at).total_seconds()), "late")
    if one.snoozed_until is not None and one.snoozed_until > now:
        return Due(f"{when(one.snoozed_until, now=now, zone=zone)} 再处理", "calm")
    if one.is_waiting:
        return Due("已答复，等对方", "calm")
    if one.due_at is None:
        return Due("待处理", "calm")
    left = (one.due_at - now).total_seconds()
    word = "答复" if one.owner_id else "分派"
    return Due(f"{when(one.due_at, now=now, zone=zone)} 前{word}", "soon" if left < SOON else "calm")


@contextmanager
def reading() -> Iterator[tuple[Session, Colleague]]:
    """Read as the visitor of a console page."""
    services = current_services()
    with services.reading() as session:
        yield session, visibility.of_visitor(session, access.visitor(), now=services.clock(), zone=services.zone)


def asking(asked: Asked) -> Colleague:
    """Return the visitor who asks for a list."""
    return visibility.of_visitor(asked.session, asked.visitor, now=asked.now, zone=asked.services.zone)


def moment(asked: Asked, at: datetime | None) -> str:
    """Return a moment of a list's line in everyday words; empty where there is none."""
    return when(at, now=asked.now, zone=asked.services.zone) if at else ""


def has_template(services: Services) -> bool:
    """Whether an answer can be sent as a template message."""
    return services.is_service_account and answering.NOTICE in services.templates


def token(form: Mapping[str, str]) -> str:
    """Return a posted form's token, by which it counts once. It comes from a browser: cut to its column's length."""
    return form.get("token", "")[:64]


def canned(session: Session, who: Colleague, found: Thread, wanted: int | None) -> str:
    """Return the chosen canned answer, filled in for this request; empty where none was chosen."""
    mine = thread.canned(session, who.manager_id) if wanted is not None else ()
    chosen = next((each.content for each in mine if each.id == wanted), "")
    if not chosen:
        return ""
    manager = session.get(Manager, who.manager_id) if who.manager_id is not None else None
    values = {
        "店名": found.shop,
        "称呼": found.salutation if found.keeper else "",
        "经理": who.public_name,
        "电话": manager.phone if manager else found.owner_phone,
        "截止": answer_by(thread.answer_due(session, found.id), now=who.now, zone=who.zone),
    }
    return rules.fill(chosen, values)


def send(file: Found | None, name: str) -> Response:
    """Send a file of a request to the browser, which may cache it for an hour."""
    response = serving.send(file, name)
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
