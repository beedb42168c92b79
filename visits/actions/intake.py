"""Intake: a shop's message becomes a request or joins its open one; a shop has at most one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.database import upsert
from foundation.errors import Refused
from people import identity
from people.courtesy import Tone
from people.identity import Shop
from people.request_desk import RequestDesk
from visits.actions import additions, categories, clocks, complaints, finding, groups, routing
from visits.actions.deadlines import Deadlines
from visits.actions.open_request import OpenRequest
from visits.actions.routing import Decision
from visits.actions.shop_message import ShopMessage
from visits.models.requests import REPLIES_TO, Author, Message, Request
from visits.rules import needs
from visits.texts import intake as texts
from wechat_bot.ledger import Windows
from wechat_bot.models import Follower


class Effect(Enum):
    """Effect of a message: what it became."""

    #: A new request.
    OPENED = "opened"
    #: Part of a closed request, which it reopened.
    REOPENED = "reopened"
    #: Part of an answered request: another answer is due.
    CONTINUED = "continued"
    #: Part of a request that waits for its answer anyway.
    ADDED = "added"
    #: Thanks, kept with an open request: no answer is due.
    THANKS = "thanks"
    #: Thanks and something more, after an answer or a closing: kept, the owner is notified, no answer is due.
    REMARKED = "remarked"


@dataclass(frozen=True, slots=True)
class Received:
    """Result of receiving a message: what it became, who answers for it, and until when."""

    request: OpenRequest
    became: Effect
    #: Who answers, and why, where that was determined; `who_answers` reads it otherwise.
    decided: Decision | None
    answer_due: datetime | None
    #: Whether the writer's shop is known; if not, they are asked for it.
    is_known: bool
    #: Whether it came right after another message, so that no acknowledgement is needed.
    is_in_one_breath: bool = False

    @property
    def request_id(self) -> int:
        return self.request.row.id

    @property
    def goes_up(self) -> bool:
        """Whether it is a complaint and went to whoever stands above."""
        return self.request.row.goes_up


def receive(
    session: Session, openid: str, said: ShopMessage, *, now: datetime, zone: ZoneInfo, windows: Windows | None = None
) -> Received:
    """Put a follower's message into their shop's open request, a recently closed one, or a new one.

    Where two transactions receive at once, the database lets one create the request and the other joins it. `windows`
    is the follower's ledger, where the caller has it.
    """
    shop = identity.shop_of(session, openid)
    request = finding.theirs(session, openid, shop, now=now, zone=zone)
    asked = groups.awaiting(session, openid, now=now)
    tone = _tone(session, said)
    if said.replies_to:
        asked = None  # that was sent later than any group's message
    if asked is not None:
        if tone in (Tone.THANKS, Tone.NOD) and request is not None and not groups.asks(asked):
            groups.acknowledged(session, asked, now=now)
            asked = None
        else:
            tone = Tone.OTHER
    known = categories.keywords(session) if said.content and tone is not Tone.THANKS else []
    is_complaint = complaints.is_one(session, said.content, known)
    if is_complaint:
        asked = None  # the sender of a message to many would read the complaint among the answers
    became = Effect.ADDED
    if request is None and asked is None and not said.replies_to and not is_complaint:
        request = finding.closed_lately(session, openid, shop, now)
        became = Effect.REMARKED if tone is Tone.DOUBTFUL else Effect.REOPENED
        if request is not None and request.goes_up and became is Effect.REOPENED:
            request = None  # a new need does not belong to whoever looks into a complaint
    if request is None:
        request = _new(session, openid, shop, said, known, now, zone)
        became = Effect.OPENED if request.version == 0 and request.last_message_id is None else Effect.ADDED
    elif became is Effect.ADDED and request.unanswered_since is None and _answers_us(session, request, tone):
        became = Effect.REMARKED
    elif became is Effect.ADDED and tone is Tone.THANKS:
        became = Effect.THANKS
    elif became is Effect.ADDED and request.unanswered_since is None:
        became = {Tone.NOD: Effect.THANKS, Tone.DOUBTFUL: Effect.REMARKED}.get(tone, Effect.CONTINUED)
    in_one_breath = became is Effect.ADDED and now - request.shop_wrote_at < needs.ONE_BREATH
    group = groups.answered(session, asked, request, now=now) if asked is not None else said.replies_to
    message = _keep(session, request, said, known, now)
    # Just flushed: from here on everything is read once, passed on in `current`, and written once at the end.
    with session.no_autoflush:
        current = OpenRequest(session, request, now, zone, writers=shop, first=message)
        if became is Effect.OPENED:
            clocks.opened(current, windows)
        else:
            current.deadlines = Deadlines(session, request, now, windows=windows)
        take_up = _complain if is_complaint else _take_up
        decided = take_up(current, message, became, group)
        return Received(
            current, became, decided, current.answer_due, is_known=shop is not None, is_in_one_breath=in_one_breath
        )


def written(
    session: Session, openid: str, those: Sequence[ShopMessage], *, token: str, now: datetime, zone: ZoneInfo
) -> Received | None:
    """Receive what a follower wrote on a page, once for each form (`token`); None where it was received before.

    Raises `Refused` for somebody who does not follow the account: no answer would reach them.
    """
    # Locks as the chat does, so that chat, page, the same form posted twice, and an erasure act one after the other.
    follower = session.scalar(select(Follower).where(Follower.openid == openid).with_for_update())
    if follower is None or not follower.is_following:
        raise Refused(texts.NOT_FOLLOWING)
    if token and session.scalar(select(Message.id).where(Message.token == token)) is not None:
        return None
    received = [receive(session, openid, each, now=now, zone=zone) for each in those]
    session.flush()
    # The form's token is kept with its message: posted again, the message is found.
    taken = session.get_one(Request, received[-1].request_id)
    session.get_one(Message, taken.last_message_id).token = token or None
    return received[0]


def take(session: Session, openid: str, words: str, now: datetime, zone: ZoneInfo) -> int:
    """Receive what a follower asked another feature, which had no answer; gives the request's number. Raises `Refused`
    for somebody who does not follow the account."""
    received = written(session, openid, [ShopMessage("text", words, is_left=True)], token="", now=now, zone=zone)
    assert received is not None  # a form posted again has a token
    return received.request.row.number


def who_answers(received: Received) -> Decision:
    """Return who answers for what was received, and why."""
    return received.decided or routing.as_it_stands(received.request)


DESK = RequestDesk(take)


def _new(
    session: Session,
    openid: str,
    shop: Shop | None,
    said: ShopMessage,
    known: Sequence[needs.Keywords],
    now: datetime,
    zone: ZoneInfo,
) -> Request:
    values = {
        "openid": openid,
        "retailer_id": shop.id if shop else None,
        "area_id": shop.area_id if shop else None,
        "class_id": shop.class_id if shop else None,
        "category_id": needs.category(said.content, known),
        "opened_at": now,
        "unanswered_since": now,
        "shop_wrote_at": now,
        "closings": 0,
        "version": 0,
    }
    insert = upsert(session, Request).values(values).on_conflict_do_nothing().returning(Request)
    made: Request | None = session.scalar(insert)
    if made is None:  # another transaction created one after we looked
        made = finding.still_open(session, openid, shop, now, zone)
        assert made is not None
    return made


def _tone(session: Session, said: ShopMessage) -> Tone:
    if said.kind != "text":
        return Tone.OTHER
    tone = needs.tone(said.content, lambda: categories.keywords(session))
    return Tone.OTHER if said.is_left and tone is not Tone.THANKS else tone


def _answers_us(session: Session, request: Request, tone: Tone) -> bool:
    """Whether 好的 or 嗯 is an answer: our last message asked something."""
    if tone not in (Tone.THANKS, Tone.NOD):
        return False
    ours = (Message.request_id == request.id, Message.author != Author.SHOP, Message.is_note.is_(False))
    last = session.scalar(select(Message.content).where(*ours).order_by(Message.id.desc()).limit(1))
    return needs.asks_back(last or "")


def _keep(
    session: Session, request: Request, said: ShopMessage, known: Sequence[needs.Keywords], now: datetime
) -> Message:
    if request.category_id is None and request.last_message_id is not None and request.closed_at is None:
        request.category_id = needs.category(said.content, known)
    message = Message(
        request_id=request.id,
        said_at=now,
        author=Author.SHOP,
        kind=said.kind,
        content=said.content,
        media_key=said.media_key,
        more={**(said.more or {}), REPLIES_TO: said.replies_to} if said.replies_to else said.more,
    )
    session.add(message)
    session.flush()
    request.last_message_id = message.id
    return message


def _take_up(current: OpenRequest, message: Message, became: Effect, group: str) -> Decision | None:
    """Update the clocks and notify the owner, according to what the message became. Gives who answers, where that was
    determined. `group` says which message to many shops it answers."""
    match became:
        case Effect.OPENED:
            return routing.route(current)
        case Effect.REOPENED:
            clocks.reopened(current)
            clocks.shop_wrote(current)
            decision = routing.keep_or_route(current)
            if not decision.is_new:
                additions.again(current, message, is_reopened=True)
            return decision
        case Effect.CONTINUED:
            clocks.shop_wrote(current)
            additions.again(current, message, is_reopened=False, group=group)
        case Effect.ADDED:
            clocks.shop_wrote(current)
            additions.more(current, message, group)
        case Effect.THANKS:
            current.row.shop_wrote_at = current.now
            clocks.window_moved(current)
        case Effect.REMARKED:
            if current.row.closed_at is None:
                current.row.shop_wrote_at = current.now
                clocks.window_moved(current)
            additions.remark(current, message)
    return None


def _complain(current: OpenRequest, message: Message, became: Effect, group: str) -> Decision:
    """Handle a complaint, in a new or an open request: whoever stands above owns it from now on."""
    if became is not Effect.OPENED:
        clocks.shop_wrote(current)
    decision = routing.complain(current, message.content)
    if not decision.is_new:
        additions.more(current, message)
    return decision
