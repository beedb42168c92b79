"""Bulk actions of the console's inbox: what is done to every ticked request, each judged by the rules it has alone.

Each is a transaction of its own: those that may not be done are named with the reason, all others are done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from console import access, act, fields
from foundation.errors import Refused
from people import areas
from visits.actions import answering, closing, notices
from visits.actions.answering import AnswerOvertaken
from visits.models.requests import FIRST_NUMBER
from visits.pages import buttons, inbox
from visits.permissions import VISITS_ANSWER
from visits.queries import inbox as queries
from visits.queries import visibility
from visits.queries.visibility import Colleague
from visits.texts import answering as texts
from wechat_bot.services import current_services

#: Does one thing to a request: gives the detail for the audit log.
Step = Callable[[Session, Colleague, "Ticked"], str]


@dataclass(frozen=True, slots=True)
class Ticked:
    """Ticked request as its line was shown: with its owner, and the newest message.

    Where something is taken back, `was` is the moment by which what was done is known.
    """

    number: int
    owner_id: int | None
    seen: int | None
    was: str = ""

    @property
    def id(self) -> int:
        return self.number - FIRST_NUMBER


@dataclass(frozen=True, slots=True)
class BulkButton:
    """Button of the bulk bar: the audit log's word, what is said of those done, and how."""

    did: str
    said: str
    do: Step


def _check_open(session: Session, who: Colleague, one: Ticked) -> None:
    """Closed by somebody else meanwhile, it is not done here, nor taken back."""
    if answering.hold(session, one.id, who).row.closed_at is not None:
        raise Refused(texts.CLOSED_MEANWHILE)


def _close(session: Session, who: Colleague, one: Ticked) -> str:
    _check_open(session, who, one)
    closing.close(session, one.id, who, seen=one.seen)
    return "请店主评价"


def _no_reply(session: Session, who: Colleague, one: Ticked) -> str:
    _check_open(session, who, one)
    closing.no_reply_needed(session, one.id, who, seen=one.seen)
    return "不用回复"


def _reopen(session: Session, who: Colleague, one: Ticked) -> str:
    closing.reopen(session, one.id, who, was=one.was)
    return ""


def _snooze(session: Session, who: Colleague, one: Ticked) -> str:
    until = who.now + buttons.snooze_of(request.form)
    closing.snooze(session, one.id, who, until)
    return who.when(until)


def _wake(session: Session, who: Colleague, one: Ticked) -> str:
    closing.wake(session, one.id, who, was=one.was)
    return ""


def _categorise(session: Session, who: Colleague, one: Ticked) -> str:
    return answering.categorise(session, one.id, who, fields.key(request.form.get("category", ""), "类别"))


def _note(session: Session, who: Colleague, one: Ticked) -> str:
    content = request.form.get("content", "")
    answering.note(session, one.id, who, content)
    return texts.said("text", content, 100)


BUTTONS: Mapping[str, BulkButton] = {
    "close": BulkButton("visit.close", "已完结", _close),
    "no_reply": BulkButton("visit.close", "已完结", _no_reply),
    "reopen": BulkButton("visit.reopen", "已重开", _reopen),
    "snooze": BulkButton("visit.snooze", "已推后", _snooze),
    "wake": BulkButton("visit.snooze", "已放回待办", _wake),
    "category": BulkButton("visit.categorise", "已改类别", _categorise),
    "note": BulkButton("visit.note", "已记下备注", _note),
}


@access.allow(VISITS_ANSWER)
def bulk() -> ResponseReturnValue:
    """Do what the pressed button says to every ticked request; then back to the list."""
    if request.form.get("do") == "transfer":
        return _hand_over()
    pressed = request.form.get("do", "")
    button = BUTTONS.get(pressed)
    if button is None:
        raise Refused(texts.NO_SUCH_BUTTON)
    some = ticked()
    if not some:
        raise Refused(texts.NONE_TICKED)
    zone, done = current_services().zone, 0
    undone: dict[str, str] = {}
    refused: dict[int, str] = {}
    for one in some:
        try:
            with act.transaction() as (session, now, note):
                who = visibility.of_visitor(session, access.visitor(), now=now, zone=zone)
                note(button.did, f"visit:{one.number}", button.do(session, who, one))
        except AnswerOvertaken:
            refused[one.number] = texts.NEW_MEANWHILE
        except Refused as refusal:
            refused[one.number] = refusal.sentence
        else:
            done += 1
            undone = _with(undone, one, buttons.taking_back(pressed, who, request.form))
    said = texts.many_done(button.said, done, refused)
    tone = "success" if done and not refused else "warning"
    back = _address("visits_pages.bulk")
    return act.done(_address("visits_pages.inbox"), said, tone, undo=(back, undone) if undone else None)


def _with(undone: dict[str, str], one: Ticked, back: dict[str, str]) -> dict[str, str]:
    """The form that takes back many, with one more."""
    if not back:
        return {}
    return {"do": back["do"], "n": f"{undone.get('n', '')} {one.number}:::{back['was']}".lstrip()}


def _hand_over() -> ResponseReturnValue:
    """Hand the ticked requests to another customer manager, all at once and with one notice."""
    some = ticked()
    if not some:
        raise Refused(texts.NONE_TICKED)
    to = fields.key(request.form.get("to", ""), "客户经理") or 0
    with act.transaction() as (session, now, note):
        who = visibility.of_visitor(session, access.visitor(), now=now, zone=current_services().zone)
        name = dict(areas.managers(session)).get(to, "")
        done = answering.transfer_many(session, {one.id: one.owner_id for one in some}, who, to)
        is_told = notices.can_be_told(session, to)
        numbers = "、".join(f"#{one.number}" for one in some)
        note("visit.transfer", "visits", f"{numbers} 转给{name}，转了 {done.moved} 条")
    overtaken = [each + FIRST_NUMBER for each in done.overtaken]
    said = texts.many_transferred(done.moved, name, overtaken, is_told=is_told)
    tone = "success" if done.moved and not overtaken else "warning"
    return act.done(_address("visits_pages.inbox"), said, tone)


def _address(endpoint: str) -> str:
    """The address of a view of the list that somebody came from, with its filters."""
    kept: dict[str, Any] = {**inbox.INBOX.kept(request.args)}
    return url_for(endpoint, **kept)


def ticked() -> list[Ticked]:
    """Read the ticked requests of the form: `101:7:345` is a number, its owner and its newest message; or several
    numbers in one field. Behind a third colon stands `Ticked.was`."""
    boxes = " ".join(request.form.getlist("n")).split()[: queries.PAGE]
    found = []
    for box in boxes:
        number, owner, seen, was = [*box.split(":", 3), "", "", ""][:4]
        ids = fields.number(number, "留言编号"), fields.key(owner, "客户经理"), fields.key(seen, "消息")
        found.append(Ticked(*ids, was))
    return found
