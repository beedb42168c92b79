"""Buttons of a request, the same inside WeChat and in the console: the action of each, and what is said after it."""

from collections.abc import Mapping
from datetime import UTC, timedelta

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from console import fields
from foundation.errors import Refused
from visits.actions import answering, closing
from visits.pages import form_values
from visits.pages.form_pictures import FormPicture
from visits.queries import thread
from visits.queries.visibility import Colleague
from visits.texts import answering as texts

#: The actions that may carry a picture.
WITH_PICTURE = ("answer", "answer_close", "note", "wait")
#: For how many hours a request may be snoozed.
SNOOZES = {"2": "2 小时后", "24": "明天这时", "72": "3 天后"}


def snooze_of(form: Mapping[str, str]) -> timedelta:
    """For how long a form snoozes; not at all where it says nothing we offer, which the action refuses."""
    hours = form.get("hours", "")
    return timedelta(hours=int(hours) if hours in SNOOZES else 0)


def taking_back(pressed: str, who: Colleague, form: Mapping[str, str]) -> dict[str, str]:
    """The form that takes back what this person has just pressed, as long as nobody does it anew; empty where a button
    cannot be taken back so."""
    if pressed in ("close", "no_reply"):
        return {"do": "reopen", "was": who.now.astimezone(UTC).isoformat()}
    if pressed == "snooze":
        return {"do": "wake", "was": (who.now + snooze_of(form)).astimezone(UTC).isoformat()}
    return {}


def press(session: Session, request_id: int, who: Colleague, form: MultiDict[str, str], picture: FormPicture) -> str:
    """Do what the form's `do` says; gives the sentence for whoever pressed. Raises `Refused` as the actions do."""
    content, seen = form.get("content", ""), fields.key(form.get("seen", ""), "消息")
    key = picture.take(session, now=who.now) if form.get("do") in WITH_PICTURE else None
    match form.get("do"):
        case "answer" | "answer_close":
            token, has_template = picture.token or None, form_values.has_template(picture.services)
            openid = answering.hold(session, request_id, who).row.openid
            way = thread.foreseen(session, openid, now=who.now, has_template=has_template)
            answering.answer(
                session,
                request_id,
                who,
                content,
                picture=key,
                token=token,
                seen=seen or 0,
                told=way.way,
            )
            sent = texts.sent_by(way.way, texts.shut(way.until, who.now))
            if form.get("do") == "answer":
                return sent
            closing.close(session, request_id, who)
            return f"{sent}{texts.CLOSED}"
        case "note":
            answering.note(session, request_id, who, content, picture=key)
            return texts.NOTED
        case "wait":
            answering.wait(session, request_id, who, content, picture=key, seen=seen)
            return texts.CALLED
        case "close":
            closing.close(session, request_id, who, seen=seen)
            return texts.CLOSED
        case "no_reply":
            closing.no_reply_needed(session, request_id, who, seen=seen)
            return texts.CLOSED
        case "reopen":
            closing.reopen(session, request_id, who, was=form.get("was", ""))
            return texts.REOPENED
        case "transfer":
            to, was_with = (fields.key(form.get(name, ""), "客户经理") for name in ("to", "was_with"))
            decided = answering.transfer(session, request_id, who, to or 0, was_with=was_with)
            return texts.TRANSFERRED if decided.is_told else texts.TRANSFERRED_UNTOLD
        case "snooze":
            until = who.now + snooze_of(form)
            closing.snooze(session, request_id, who, until)
            return texts.SNOOZED.format(who.when(until))
        case "wake":
            closing.wake(session, request_id, who, was=form.get("was", ""))
            return texts.AWAKE
        case "category":
            name = answering.categorise(session, request_id, who, fields.key(form.get("category", ""), "类别"))
            return texts.CATEGORISED.format(name)
    raise Refused(texts.NO_SUCH_BUTTON)
