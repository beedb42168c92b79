"""Notices to a request's owner about what its shop added, or wrote after an answer or a closing."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.actions import notices
from visits.actions.open_request import Case
from visits.models import Author, Message, Request
from visits.texts import notices as texts

#: Sends of a manager's reply window that are reserved for new requests and deadlines.
SPARED = 2
#: Delay that collects several messages sent in quick succession into one notice.
BUNDLED = timedelta(seconds=20)


def more(
    session: Session, request: Request, message: Message, case: Case, *, now: datetime, group: str = ""
) -> int | None:
    """Notify the owner of what the shop added before it was answered; messages in quick succession become one notice.
    `group` names the visit group whose message the shop answers."""
    if request.owner_id is None:
        return None
    start = f"{notices.about(request.id)}:more:"
    to = notices.reach(session, request.owner_id, notices.about(request.id))
    known, path = notices.facts(request, case), notices.page(request.id)
    waiting = next((each for each in reversed(to.waiting) if (each.key or "").startswith(start)), None)
    if waiting is not None:
        said = _said(session, request, int(str(waiting.key).removeprefix(start)))
        text = texts.more(request.number, known.shop or known.who, said)
        if notices.put(session, waiting.id, text, path):
            request.told_id = message.id
            return waiting.id
    if _is_told(request):
        return None
    who = texts.answers(known.shop or known.who, group)
    text = texts.more(request.number, who, [(message.kind, message.content)])
    told = notices.tell(
        session,
        request.owner_id,
        text,
        now=now,
        about=notices.about(request.id),
        key=f"{start}{message.id}",
        url=path,
        due_at=now + BUNDLED,
        who=known.shop,
        to=to,
        spares=SPARED,
    )
    if told is not None:
        request.told_id = message.id
    return told


def _is_told(request: Request) -> bool:
    """Whether the owner was notified of an addition and has not looked since: one talkative shop must not use up the
    messages WeChat lets us send them."""
    return request.told_id is not None and request.told_id > (request.looked_id or 0)


def remark(session: Session, request: Request, message: Message, case: Case, *, now: datetime) -> int | None:
    """Notify the owner of what the shop wrote together with its thanks: no answer is owed; the owner decides whether
    one is due."""
    if request.owner_id is None or _is_told(request):
        return None
    known, what = notices.facts(request, case), texts.quoted(message.kind, message.content)
    told = notices.tell(
        session,
        request.owner_id,
        texts.remark(request.number, known.shop or known.who, what, is_closed=request.closed_at is not None),
        now=now,
        about=notices.about(request.id),
        key=f"{notices.about(request.id)}:more:{message.id}",
        url=notices.page(request.id),
        due_at=now + BUNDLED,
        who=known.shop,
        spares=SPARED,
    )
    if told is not None:
        request.told_id = message.id
    return told


def again(
    session: Session,
    request: Request,
    message: Message,
    case: Case,
    *,
    is_reopened: bool,
    now: datetime,
    zone: ZoneInfo,
    group: str = "",
) -> int | None:
    """Notify the owner that the shop wrote again after it was answered or the request was closed."""
    if request.owner_id is None:
        return None
    request.told_id = None
    known = notices.facts(request, case)
    what = texts.quoted(message.kind, message.content)
    who = texts.answers(known.shop or known.who, group)
    text = texts.again(request.number, who, what, known.answer_due, is_reopened=is_reopened, now=now, zone=zone)
    return notices.tell(
        session,
        request.owner_id,
        text,
        now=now,
        about=notices.about(request.id),
        key=f"{notices.about(request.id)}:again:{message.id}",
        url=notices.page(request.id),
        who=known.shop,
        when=known.answer_due,
    )


def _said(session: Session, request: Request, since: int) -> list[tuple[str, str]]:
    session.flush()
    rows = session.execute(
        select(Message.kind, Message.content)
        .where(Message.request_id == request.id, Message.id >= since, Message.author == Author.SHOP)
        .order_by(Message.id)
    )
    return [(kind, content) for kind, content in rows]
