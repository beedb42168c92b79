"""Notices to a request's owner about what its shop added, or wrote after an answer or a closing."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from visits.actions import notices
from visits.actions.notices import ManagerNotice, NoticeReach
from visits.actions.open_request import OpenRequest
from visits.models.requests import Author, Message, Request
from visits.texts import notices as texts

#: Sends of a manager's reply window that are reserved for new requests and deadlines.
SPARED = 2
#: Delay that collects several messages sent in quick succession into one notice.
BUNDLED = timedelta(seconds=20)


def more(current: OpenRequest, message: Message, group: str = "") -> None:
    """Notify the owner of what the shop added before it was answered; messages in quick succession become one notice.
    `group` names the visit group whose message the shop answers."""
    session, request = current.session, current.row
    if request.owner_id is None:
        return
    link, who = notices.about(request.id), notices.writer(current).short
    to = notices.reach(session, request.owner_id, link)
    waiting = next((each for each in reversed(to.waiting) if (each.key or "").startswith(f"{link}:more:")), None)
    if waiting is not None:
        said = _said(session, request, since=int(str(waiting.key).rpartition(":")[2]))
        text = texts.more(request.number, who, said)
        if notices.put(session, waiting.id, text, notices.page(request.id)):
            request.told_id = message.id
            return
    if not _is_told(request):
        text = texts.more(request.number, texts.answers(who, group), [(message.kind, message.content)])
        _tell(current, message, text, to)


def remark(current: OpenRequest, message: Message) -> None:
    """Notify the owner of what the shop wrote together with its thanks: no answer is owed; the owner decides whether
    one is due."""
    request = current.row
    if request.owner_id is None or _is_told(request):
        return
    who, what = notices.writer(current).short, texts.quoted(message.kind, message.content)
    _tell(current, message, texts.remark(request.number, who, what, is_closed=request.closed_at is not None))


def again(current: OpenRequest, message: Message, *, is_reopened: bool, group: str = "") -> None:
    """Notify the owner that the shop wrote again after it was answered or the request was closed."""
    request, due_at = current.row, current.answer_due
    if request.owner_id is None:
        return
    request.told_id = None
    who, what = texts.answers(notices.writer(current).short, group), texts.quoted(message.kind, message.content)
    title = texts.REOPENED if is_reopened else texts.AGAIN
    text = texts.to_answer(request.number, who, what, due_at, title=title, now=current.now, zone=current.zone)
    notices.tell_of(current, request.owner_id, f"again:{message.id}", ManagerNotice(text, when=due_at))


def _is_told(request: Request) -> bool:
    """Whether the owner was notified of an addition and has not looked since: one talkative shop must not use up the
    messages WeChat lets us send them."""
    return request.told_id is not None and request.told_id > (request.looked_id or 0)


def _tell(current: OpenRequest, message: Message, text: str, to: NoticeReach | None = None) -> None:
    one = ManagerNotice(text, due_at=current.now + BUNDLED, spares=SPARED)
    told = notices.tell_of(current, current.row.owner_id or 0, f"more:{message.id}", one, to=to)
    if told is not None:
        current.row.told_id = message.id


def _said(session: Session, request: Request, since: int) -> list[tuple[str, str]]:
    session.flush()
    rows = session.execute(
        select(Message.kind, Message.content)
        .where(Message.request_id == request.id, Message.id >= since, Message.author == Author.SHOP)
        .order_by(Message.id)
    )
    return [(kind, content) for kind, content in rows]
