"""Actions of staff on a request: answer, note, wait, hand on.

Each action locks the request first, so that two colleagues act one after the other; the second is shown what came in
between before anything of theirs is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation.database import changed
from foundation.errors import Refused
from foundation.text import is_visible, visible
from people.models import Manager
from visits.actions import clocks, filing, moving, routing
from visits.actions.moving import HandedOn
from visits.actions.open_request import OpenRequest
from visits.actions.routing import Decision
from visits.models.answers import ANSWER_KEY, Way
from visits.models.requests import TOLD, Category, Message, Request
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


class AnswerOvertaken(Refused):
    """Somebody else wrote meanwhile: nothing is sent before the writer has seen it."""

    def __init__(self, came: Sequence[ThreadMessage]) -> None:
        super().__init__(texts.overtaken(texts.said(each.kind, each.content) for each in came))
        self.came = tuple(came)


@dataclass(frozen=True, slots=True)
class Answered:
    """Result of an answer, and how long the shop waited for it."""

    message_id: int
    #: Seconds the shop has waited; None where it waited for nothing, or the same form was posted before.
    took: float | None = None
    #: Whether it is the request's first answer.
    is_first: bool = False


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
) -> Answered:
    """Send an answer to the shop: a text, a picture or a voice (given as media keys), or a text with one of them.

    `token` identifies the form: posted again, it answers once. `seen` is the newest message the writer has seen; where
    others wrote after it, raises `AnswerOvertaken` with what they wrote. `told` is the way the writer was told the
    answer goes; if it goes another way, they are notified (`actions/undelivered.py`). Raises `Refused` for what cannot
    be sent.
    """
    current = hold(session, request_id, who)
    request, content = current.row, visible(content)
    repeated = _sent_before(session, request, who, token)
    if repeated is not None:
        return repeated
    check_open(request)
    if not content and picture is None and voice is None:
        raise Refused(texts.EMPTY)
    left = canned.unfilled(content)
    if left is not None:
        raise Refused(texts.FILL_IN.format(left))
    overtake(session, request, who, seen)
    follower = session.get(Follower, request.openid)
    if follower is None or not follower.is_following:
        raise Refused(texts.GONE)
    words = texts.answer(who.public_name, content)
    if len(words.encode()) > TEXT_LIMIT:
        raise Refused(texts.too_long(-(-(len(words.encode()) - TEXT_LIMIT) // 3)))
    took = (who.now - request.unanswered_since).total_seconds() if request.unanswered_since else None
    is_first = request.first_answered_at is None
    message = None
    if content:
        message = _write(session, request, who, "text", content, token=token, told=told)
        _send(session, request, who, message, text_message(words))
    for kind, key, sent in (("image", picture, uploads.picture), ("voice", voice, uploads.voice)):
        if key is not None:
            mark = None if message else token
            file = _write(session, request, who, kind, "", token=mark, media_key=key, told=told)
            _send(session, request, who, file, sent(key))
            message = message or file
    assert message is not None  # the caller gave at least one of them
    if who.manager_id is not None:
        routing.take(current, who.manager_id, by=who.name)
    if is_first:
        request.first_answered_by = who.manager_id
    _looked(request, who)
    clocks.answered(current)
    return Answered(message.id, took, is_first)


def note(session: Session, request_id: int, who: Colleague, content: str, *, picture: str | None = None) -> None:
    """Write a note for colleagues, optionally with a picture; the shop never sees it."""
    request, content = hold(session, request_id, who).row, visible(content)
    if not content and picture is None:
        raise Refused(texts.EMPTY)
    if len(content) > LONGEST_NOTE:
        raise Refused(texts.LONG_NOTE.format(LONGEST_NOTE))
    if content:
        _write(session, request, who, "text", content, is_note=True)
    if picture is not None:
        _write(session, request, who, "image", "", media_key=picture, is_note=True)
    if request.closed_at is not None:
        filing.take_back(session, request.id)


def wait(
    session: Session,
    request_id: int,
    who: Colleague,
    content: str,
    *,
    picture: str | None = None,
    seen: int | None = None,
) -> None:
    """Note what was said to the shop by telephone or on the spot; nothing is due until the shop writes again."""
    current = hold(session, request_id, who)
    request = current.row
    check_open(request)
    if not is_visible(content):
        raise Refused(texts.PHONE_NEEDS_WORDS)
    overtake(session, request, who, seen)
    _looked(request, who)
    note(session, request_id, who, texts.BY_PHONE.format(content.strip()), picture=picture)
    clocks.waiting(current)


def categorise(session: Session, request_id: int, who: Colleague, category_id: int | None) -> str:
    """Put a request into another category; gives its name. Owner and deadlines stay as they are."""
    request = hold(session, request_id, who).row
    known = select(Category.name).where(Category.id == category_id, Category.retired_at.is_(None))
    name = session.scalar(known) if category_id is not None else None
    if name is None:
        raise Refused(texts.NO_SUCH_CATEGORY)
    request.category_id = category_id
    if request.closed_at is not None:
        filing.take_back(session, request.id)
    return name


def listen(session: Session, request_id: int, who: Colleague, message_id: int) -> None:
    """Send a voice message of this request to the manager's own chat: browsers cannot play WeChat's recordings
    (amr)."""
    request = hold(session, request_id, who).row
    voice = session.scalar(select(Message).where(Message.id == message_id, Message.request_id == request.id))
    openid = session.scalar(select(Manager.openid).where(Manager.id == who.manager_id))
    if voice is None or voice.kind != "voice" or voice.media_key is None or openid is None:
        raise Refused(texts.NO_SUCH)
    queueing.queue(session, openid, uploads.voice(voice.media_key), now=who.now, about=f"visit:{request.id}")


def transfer(
    session: Session, request_id: int, who: Colleague, to_manager_id: int, *, was_with: int | None = None
) -> Decision:
    """Hand a request on to another customer manager without resetting its clocks. Gives who owns it now, and whether
    they were notified.

    `was_with` is the owner shown on the page it is handed on from, 0 for none. Raises `Refused` where somebody else
    handed it on meanwhile.
    """
    current = hold(session, request_id, who)
    request = current.row
    check_open(request)
    if was_with is not None and was_with != (request.owner_id or 0):
        name = session.scalar(select(Manager.name).where(Manager.id == request.owner_id))
        raise Refused(texts.handed_on_meanwhile(name or ""))
    return routing.transfer(current, to_manager_id, by=who.name)


def transfer_many(
    session: Session, were_with: Mapping[int, int | None], who: Colleague, to_manager_id: int
) -> HandedOn:
    """Hand on many requests at once, by their ids. A request stays as it is where it is closed, already the new
    owner's, not visible to this colleague, or was handed on by somebody else meanwhile."""
    known = select(Request.id).where(Request.id.in_(were_with), visibility.within(session, who))
    seen = {key: were_with[key] for key in session.scalars(known)}
    return moving.transfer_many(session, seen, to_manager_id, by=who.name, now=who.now, zone=who.zone)


def looked(session: Session, request_id: int, who: Colleague) -> bool:
    """Note that somebody has seen all messages of a request: its owner is notified of additions again. Changes nothing
    in a colleague's request."""
    if who.manager_id is None:
        return False
    seen = (
        update(Request)
        .where(Request.id == request_id, Request.owner_id == who.manager_id, Request.told_id.is_not(None))
        .values(looked_id=Request.last_message_id)
    )
    return bool(changed(session, seen.execution_options(synchronize_session="fetch")))


def hold(session: Session, request_id: int, who: Colleague) -> OpenRequest:
    """Lock and return a request. Raises `Refused` where there is none, or this colleague may not see it."""
    statement = select(Request).where(Request.id == request_id, visibility.within(session, who))
    # populate_existing: what was read before the lock may be outdated.
    request = session.scalar(statement.with_for_update(of=Request).execution_options(populate_existing=True))
    if request is None:
        raise Refused(texts.NO_SUCH)
    return OpenRequest(session, request, who.now, who.zone)


def _looked(request: Request, who: Colleague) -> None:
    """Note that the owner, who is writing to the shop, has been shown everything it wrote."""
    if request.owner_id == who.manager_id:
        request.looked_id = request.last_message_id


def check_open(request: Request) -> None:
    """Check that a request is open. Raises `Refused`."""
    if request.closed_at is not None:
        raise Refused(texts.IS_CLOSED.format(request.number))


def overtake(session: Session, request: Request, who: Colleague, seen: int | None) -> None:
    """Check that nobody wrote after the newest message that was seen. Raises `AnswerOvertaken`."""
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
    return Answered(known.id)


def _write(
    session: Session,
    request: Request,
    who: Colleague,
    kind: str,
    content: str,
    *,
    is_note: bool = False,
    token: str | None = None,
    media_key: str | None = None,
    told: Way | None = None,
) -> Message:
    message = Message(
        request_id=request.id,
        said_at=who.now,
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


def _send(session: Session, request: Request, who: Colleague, message: Message, sent: dict[str, Any]) -> None:
    what, number = texts.said(message.kind, message.content), str(request.number)
    page = f"{OWN_PAGE}/{number}"
    message.delivery_id = queueing.queue(
        session,
        request.openid,
        sent,
        now=who.now,
        template=notices.notice(NOTICE, page, when=who.now, who=who.public_name, what=what, number=number),
        about=f"visit:{request.id}",
        key=f"{ANSWER_KEY}{message.id}",
        watch=WATCH,
    )
