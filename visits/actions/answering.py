"""Actions of staff on a request: answer, note, wait, snooze, close, reopen, hand on.

Each action locks the request first, so that two colleagues act one after the other; the second is shown what came in
between before anything of theirs is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.errors import Refused
from foundation.text import is_visible, visible
from people.models import ERASED, Manager
from visits.actions import clocks, moving, rating, routing
from visits.actions.moving import HandedOn
from visits.actions.routing import Decision
from visits.models import ANSWER_KEY, FIRST_NUMBER, TOLD, Closed, Message, Request, Way
from visits.queries import messages, visibility
from visits.queries.messages import ThreadMessage
from visits.queries.visibility import Colleague
from visits.rules import canned
from visits.texts import answering as texts
from wechat_bot import notices, uploads
from wechat_bot.models import Follower
from wechat_bot.outbox import queueing
from wechat_bot.reply import TEXT_LIMIT, text_message

#: The notice that replaces an answer once the reply window is closed, and the page it opens: the shop's own.
NOTICE, OWN_PAGE = "answer", "/m/visits/mine"
#: Under this name the outcomes of answers are watched (`actions/undelivered.py`).
WATCH = "visit-answers"
LONGEST_NOTE = 500
LONGEST_SNOOZE = timedelta(days=30)


class AnswerOvertaken(Refused):
    """Somebody else wrote meanwhile: nothing is sent before the writer has seen it."""

    def __init__(self, came: Sequence[ThreadMessage]) -> None:
        super().__init__(texts.overtaken(texts.said(each.kind, each.content) for each in came))
        self.came = tuple(came)


@dataclass(frozen=True, slots=True)
class Answered:
    """Result of an answer: how it goes out, and how long the shop waited."""

    request: Request
    message_id: int
    #: Seconds the shop has waited; None where it waited for nothing.
    took: float | None
    #: Whether it is the request's first answer.
    is_first: bool
    #: Whether the same form was posted before, so that nothing was done now.
    is_repeated: bool = False


def answer(
    session: Session,
    request_id: int,
    who: Colleague,
    content: str,
    *,
    picture: str | None = None,
    voice: str | None = None,
    token: str | None = None,
    seen: int | None = None,
    told: Way,
    now: datetime,
) -> Answered:
    """Send an answer to the shop: a text, a picture or a voice (given as media keys), or a text with one of them.

    `token` identifies the form: posted again, it answers once. `seen` is the newest message the writer has seen; where
    others wrote after it, raises `AnswerOvertaken` with what they wrote. `told` is the way the writer was told the
    answer goes; if it goes another way, they are notified (`actions/undelivered.py`). Raises `Refused` for what cannot
    be sent.
    """
    request = hold(session, request_id, who)
    content = visible(content)
    repeated = _sent_before(session, request, who, token)
    if repeated is not None:
        return repeated
    _check_open(request)
    if not content and picture is None and voice is None:
        raise Refused(texts.EMPTY)
    left = canned.unfilled(content)
    if left is not None:
        raise Refused(texts.fill_in(left))
    _overtake(session, request, who, seen)
    _check_follows(session, request)
    words = texts.answer(_name(who), content)
    if len(words.encode()) > TEXT_LIMIT:
        raise Refused(texts.too_long(-(-(len(words.encode()) - TEXT_LIMIT) // 3)))
    took = (now - request.unanswered_since).total_seconds() if request.unanswered_since else None
    is_first = request.first_answered_at is None
    message = None
    if content:
        message = _write(session, request, who, "text", content, token=token, told=told, now=now)
        _send(session, request, who, message, text_message(words), now=now)
    for kind, key, sent in (("image", picture, uploads.picture), ("voice", voice, uploads.voice)):
        if key is not None:
            mark = None if message else token
            file = _write(session, request, who, kind, "", token=mark, media_key=key, told=told, now=now)
            _send(session, request, who, file, sent(key), now=now)
            message = message or file
    assert message is not None  # the caller gave at least one of them
    if who.manager_id is not None:
        routing.take(session, request, who.manager_id, by=who.name, now=now)
    if is_first:
        request.first_answered_by = who.manager_id
    _looked(request, who)
    clocks.answered(session, request, now=now)
    return Answered(request, message.id, took, is_first)


def note(
    session: Session, request_id: int, who: Colleague, content: str, *, picture: str | None = None, now: datetime
) -> Request:
    """Write a note for colleagues, optionally with a picture; the shop never sees it."""
    request = hold(session, request_id, who)
    content = visible(content)
    if not content and picture is None:
        raise Refused(texts.EMPTY)
    if len(content) > LONGEST_NOTE:
        raise Refused(texts.too_many_notes(LONGEST_NOTE))
    if content:
        _write(session, request, who, "text", content, is_note=True, now=now)
    if picture is not None:
        _write(session, request, who, "image", "", media_key=picture, is_note=True, now=now)
    return request


def wait(
    session: Session,
    request_id: int,
    who: Colleague,
    content: str,
    *,
    picture: str | None = None,
    seen: int | None = None,
    now: datetime,
) -> Request:
    """Note what was said to the shop by telephone or on the spot; nothing is due until the shop writes again."""
    request = hold(session, request_id, who)
    _check_open(request)
    if not is_visible(content):
        raise Refused(texts.PHONE_NEEDS_WORDS)
    _overtake(session, request, who, seen)
    _looked(request, who)
    note(session, request_id, who, texts.by_phone(content.strip()), picture=picture, now=now)
    clocks.waiting(session, request, now=now)
    return request


def snooze(session: Session, request_id: int, who: Colleague, until: datetime, *, now: datetime) -> Request:
    """Hide a request from the inbox until a moment, or until the shop writes. Its deadlines keep running."""
    request = hold(session, request_id, who)
    _check_open(request)
    if not now < until <= now + LONGEST_SNOOZE:
        raise Refused(texts.NO_SUCH_MOMENT)
    request.snoozed_until = until
    return request


def close(session: Session, request_id: int, who: Colleague, *, seen: int | None = None, now: datetime) -> Request:
    """Close a request as done, once, and ask the shop for a rating. Raises `Refused` where nobody has answered yet."""
    request = hold(session, request_id, who)
    if request.closed_at is not None:
        return request
    if request.unanswered_since is not None and request.first_answered_at is None:
        raise Refused(texts.answer_first(request.number))
    _overtake(session, request, who, seen)
    _end(request, Closed.DONE)
    clocks.closed(session, request, now=now)
    rating.ask_rating(session, request, now=now)
    return request


def no_reply_needed(
    session: Session, request_id: int, who: Colleague, *, seen: int | None = None, now: datetime
) -> Request:
    """Close a request whose last message needs no answer, without asking the shop for a rating."""
    request = hold(session, request_id, who)
    if request.closed_at is not None:
        return request
    _overtake(session, request, who, seen)
    _end(request, Closed.NO_REPLY_NEEDED)
    clocks.no_reply_needed(session, request, now=now)
    return request


def reopen(session: Session, request_id: int, who: Colleague, *, now: datetime) -> Request:
    """Reopen a closed request. Raises `Refused` where the shop has another open one by now."""
    request = hold(session, request_id, who)
    if request.closed_at is None:
        raise Refused(texts.not_closed(request.number))
    if request.closed_how == Closed.ERASED or request.openid.startswith(ERASED):
        raise Refused(texts.ERASED)
    if request.closed_how == Closed.VOID:
        raise Refused(texts.NO_SUCH)
    same = (Request.openid == request.openid) | (
        Request.retailer_id.is_not(None) & (Request.retailer_id == request.retailer_id)
    )
    other = session.scalar(select(Request.id).where(Request.closed_at.is_(None), same).limit(1))
    if other is not None:
        raise Refused(texts.other_is_open(other + FIRST_NUMBER))
    clocks.reopened_by_hand(session, request, now=now)
    return request


def listen(session: Session, request_id: int, who: Colleague, message_id: int, *, now: datetime) -> None:
    """Send a voice message of this request to the manager's own chat: browsers cannot play WeChat's recordings
    (amr)."""
    request = hold(session, request_id, who)
    voice = session.scalar(select(Message).where(Message.id == message_id, Message.request_id == request.id))
    openid = session.scalar(select(Manager.openid).where(Manager.id == who.manager_id))
    if voice is None or voice.kind != "voice" or voice.media_key is None or openid is None:
        raise Refused(texts.NO_SUCH)
    queueing.queue(session, openid, uploads.voice(voice.media_key), now=now, about=f"visit:{request.id}")


def transfer(
    session: Session, request_id: int, who: Colleague, to_manager_id: int, *, was_with: int | None = None, now: datetime
) -> Decision:
    """Hand a request on to another customer manager without resetting its clocks. Gives who owns it now, and whether
    they were notified.

    `was_with` is the owner shown on the page it is handed on from, 0 for none. Raises `Refused` where somebody else
    handed it on meanwhile.
    """
    request = hold(session, request_id, who)
    _check_open(request)
    if was_with is not None and was_with != (request.owner_id or 0):
        name = session.scalar(select(Manager.name).where(Manager.id == request.owner_id))
        raise Refused(texts.handed_on_meanwhile(name or ""))
    return routing.transfer(session, request, to_manager_id, by=who.name, now=now, zone=who.zone)


def transfer_many(
    session: Session, were_with: Mapping[int, int | None], who: Colleague, to_manager_id: int, *, now: datetime
) -> HandedOn:
    """Hand on many requests at once, by their ids. A request stays as it is where it is closed, already the new
    owner's, not visible to this colleague, or was handed on by somebody else meanwhile."""
    mine = visibility.within(session, who)
    known = select(Request.id).where(Request.id.in_(were_with), *([] if mine is None else [mine]))
    seen = {key: were_with[key] for key in session.scalars(known)}
    return moving.transfer_many(session, seen, to_manager_id, by=who.name, now=now, zone=who.zone)


def hold(session: Session, request_id: int, who: Colleague) -> Request:
    """Lock and return a request. Raises `Refused` where there is none, or this colleague may not see it."""
    mine = visibility.within(session, who)
    statement = select(Request).where(Request.id == request_id, *([] if mine is None else [mine]))
    # populate_existing: what was read before the lock may be outdated.
    request = session.scalar(statement.with_for_update(of=Request).execution_options(populate_existing=True))
    if request is None:
        raise Refused(texts.NO_SUCH)
    return request


def _looked(request: Request, who: Colleague) -> None:
    """Note that the owner, who is writing to the shop, has been shown everything it wrote."""
    if request.owner_id == who.manager_id:
        request.looked_id = request.last_message_id


def _check_open(request: Request) -> None:
    if request.closed_at is not None:
        raise Refused(texts.closed(request.number))


def _check_follows(session: Session, request: Request) -> None:
    follower = session.get(Follower, request.openid)
    if follower is None or not follower.is_following:
        raise Refused(texts.GONE)


def _overtake(session: Session, request: Request, who: Colleague, seen: int | None) -> None:
    if seen is None:
        return
    came = messages.came_since(session, request.id, who, seen)
    if came:
        raise AnswerOvertaken(came)


def _sent_before(session: Session, request: Request, who: Colleague, token: str | None) -> Answered | None:
    if not token:
        return None
    known = session.scalar(select(Message).where(Message.token == token))
    if known is None:
        return None
    # A token comes from a browser: one that was used for another request is rejected.
    mine = (who.author, who.manager_id, who.user_id) == (known.author, known.manager_id, known.user_id)
    if known.request_id != request.id or not mine:
        raise Refused(texts.NOT_AGAIN)
    return Answered(request, known.id, None, is_first=False, is_repeated=True)


def _write(
    session: Session,
    request: Request,
    who: Colleague,
    kind: str,
    content: str,
    *,
    now: datetime,
    is_note: bool = False,
    token: str | None = None,
    media_key: str | None = None,
    told: Way | None = None,
) -> Message:
    message = Message(
        request_id=request.id,
        said_at=now,
        author=who.author,
        manager_id=who.manager_id,
        user_id=who.user_id,
        is_note=is_note,
        kind=kind,
        content=content,
        media_key=media_key,
        more={TOLD: told} if told else None,
        token=token,
    )
    session.add(message)
    session.flush()
    if not is_note:
        request.last_message_id = message.id
    return message


def _send(
    session: Session, request: Request, who: Colleague, message: Message, sent: dict[str, Any], *, now: datetime
) -> None:
    what = texts.said(message.kind, message.content)
    template = notices.notice(
        NOTICE, f"{OWN_PAGE}/{request.number}", when=now, who=_name(who), what=what, number=str(request.number)
    )
    message.delivery_id = queueing.queue(
        session,
        request.openid,
        sent,
        now=now,
        template=template,
        about=f"visit:{request.id}",
        key=f"{ANSWER_KEY}{message.id}",
        watch=WATCH,
    )


def _name(who: Colleague) -> str:
    """Return the name a shop sees: a customer manager's own, for everybody else the company's service."""
    return who.name if who.manager_id is not None else texts.SERVICE


def _end(request: Request, how: Closed) -> None:
    request.closed_how, request.closings = how, request.closings + 1
