"""Notices to customer managers in WeChat, for all of visits, queued in the transaction that causes them.

A notice goes out as a customer-service message, else as the account's template for "request", else it waits for the
manager's next contact. Where several wait for one manager, one line with the number of requests replaces further ones.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, exists, func, select, update
from sqlalchemy.orm import Session

from people.models import Manager
from visits.actions.open_request import OpenRequest
from visits.models.groups import VisitGroup
from visits.models.owners import HiddenFrom
from visits.models.requests import FIRST_NUMBER, REPLIES_TO, Author, Message, Request
from visits.texts import notices as texts
from wechat_bot.models import Delivery, DeliveryState, Follower
from wechat_bot.notices import notice
from wechat_bot.outbox import queueing, states
from wechat_bot.reply import link, text_message

log = structlog.get_logger(__name__)

#: The page with a manager's open requests; a single request's page has its number appended.
PAGE = "/m/visits"
#: Under this name the outcomes of hand-over notices are watched (`actions/unreached.py`).
WATCH = "visit-notices"
#: Notices that may wait for one manager; further ones are folded into one line.
WAIT = 3
ABOUT_ALL = "visits"
_LISTED = 3
_QUOTED = re.compile("：“(.+)”")
#: A template message has a separate field for the number.
_TOLD_ELSEWHERE = re.compile(r"^#\d+\s*[：，]?\s*")


@dataclass(frozen=True, slots=True)
class WaitingNotice:
    """Notice that waits to be sent."""

    id: int
    about: str
    key: str | None
    state: str


@dataclass(frozen=True, slots=True)
class NoticeReach:
    """Reach of a manager in WeChat: their openid, None where they cannot be notified there, and their waiting
    notices."""

    openid: str | None
    waiting: Sequence[WaitingNotice]

    def is_held(self, delivery_id: int) -> bool:
        """Whether this delivery is held until their next contact: they cannot be notified now."""
        return any(each.id == delivery_id and each.state == DeliveryState.HELD for each in self.waiting)


@dataclass(frozen=True, slots=True)
class ManagerNotice:
    """Notice to a customer manager, and how it is sent."""

    text: str
    #: The link it is about.
    about: str = ABOUT_ALL
    #: Makes a repeated call queue nothing.
    key: str | None = None
    #: The path of a page of ours.
    url: str = PAGE
    #: The shop and the moment that a template message shows besides.
    who: str = ""
    when: datetime | None = None
    #: Not sent before this moment, or, where it heeds quiet hours, before they end.
    due_at: datetime | None = None
    heeds_quiet: bool = False
    #: Whether it is about the manager's own requests: many of them become one line.
    folds: bool = True
    #: As for `queueing.queue`.
    watch: str | None = None
    spares: int = 0


@dataclass(frozen=True, slots=True)
class Writer:
    """Writer of a request, as a notice names them."""

    #: The name of their shop; empty for a stranger.
    shop: str
    #: The same with the shop's class and area.
    full: str

    @property
    def short(self) -> str:
        return self.shop or self.full


def about(request_id: int) -> str:
    """Return the link that deliveries about a request carry."""
    return f"visit:{request_id}"


def page(request_id: int) -> str:
    """Return the path of a request's page for managers."""
    return f"{PAGE}/{request_id + FIRST_NUMBER}"


def tell(
    session: Session, manager_id: int, one: ManagerNotice, *, now: datetime, to: NoticeReach | None = None
) -> int | None:
    """Queue a notice to a manager; gives the delivery's id, None where they cannot be notified in WeChat: not bound,
    disabled, or not following. `to` is their `reach`, where the caller has read it."""
    to = to or reach(session, manager_id, one.about)
    if to.openid is None:
        return None
    folded = next((each.id for each in to.waiting if each.about == ABOUT_ALL and each.key is None), None)
    if one.folds and (folded or len(to.waiting) >= WAIT) and (count := unanswered(session, manager_id)):
        return _fold(session, to.openid, one, one_line(session, manager_id, count), folded, now)
    number, what = str(_of(one.about) + FIRST_NUMBER) if one.about != ABOUT_ALL else "", _what(one.text, one.who)
    return queueing.queue(
        session,
        to.openid,
        _message(one.text, one.url),
        template=notice("request", one.url, number=number, who=one.who, what=what, when=one.when or now),
        now=now,
        about=one.about,
        key=one.key,
        due_at=one.due_at,
        heeds_quiet=one.heeds_quiet,
        watch=one.watch,
        spares=one.spares,
    )


def tell_of(
    current: OpenRequest, manager_id: int, kind: str, one: ManagerNotice, *, to: NoticeReach | None = None
) -> int | None:
    """Queue a notice about one request to a manager, as `tell` does; one of the same kind is queued once."""
    link, url = about(current.row.id), page(current.row.id)
    one = replace(one, about=link, key=f"{link}:{kind}", url=url, who=writer(current).shop)
    return tell(current.session, manager_id, one, now=current.now, to=to)


def reach(session: Session, manager_id: int, about: str) -> NoticeReach:
    """Return whether a manager can be notified in WeChat about this, and which notices wait for them, the oldest first.
    About a complaint that is hidden from them they are never notified."""
    is_kept = exists().where(HiddenFrom.manager_id == Manager.id, HiddenFrom.request_id == _of(about))
    waits = and_(Delivery.state.in_(states.WAITING), Delivery.about.like("visit%"))
    rows = session.execute(
        select(Manager.openid, Manager.disabled_at, Follower.openid, Follower.unfollowed_at)
        .add_columns(is_kept, Delivery.id, Delivery.about, Delivery.key, Delivery.state)
        .outerjoin(Follower, Follower.openid == Manager.openid)
        .outerjoin(Delivery, and_(Delivery.openid == Manager.openid, states.waits("delivery"), waits))
        .where(Manager.id == manager_id)
        .order_by(Delivery.id)
    ).all()
    openid, disabled_at, follows, unfollowed_at, kept = rows[0][:5] if rows else (None,) * 5
    can_be_told = follows is not None and disabled_at is None and unfollowed_at is None and not kept
    return NoticeReach(openid if can_be_told else None, [WaitingNotice(*row[5:]) for row in rows if row[5] is not None])


def _of(about: str) -> int:
    """Return the id of the request a delivery is about; 0 for a delivery about all of them."""
    return int(about.partition(":")[2] or 0)


def can_be_told(session: Session, manager_id: int) -> bool:
    """Whether a manager can be notified in WeChat: bound, not disabled, and following."""
    return reach(session, manager_id, ABOUT_ALL).openid is not None


def rewrite(session: Session, delivery_id: int, text: str, *, who: str, when: datetime) -> None:
    """Replace the text of a waiting notice that the caller holds with one about several requests."""
    template = notice("request", PAGE, who=who, what=_what(text, who), when=when)
    session.execute(
        update(Delivery).where(Delivery.id == delivery_id).values(message=_message(text, PAGE), template=template)
    )


def _why_not(session: Session, manager_id: int) -> str:
    """Return in words why a manager cannot be notified in WeChat."""
    openid = session.scalar(select(Manager.openid).where(Manager.id == manager_id))
    return texts.NOT_BOUND if openid is None else texts.NOT_FOLLOWING


def writer(current: OpenRequest) -> Writer:
    """Return the writer of a request, as a notice names them."""
    shop = current.shop
    if shop is None:
        return Writer("", texts.shop("", "", ""))
    name, full = shop.shop, texts.shop(shop.shop, shop.class_name, shop.area)
    if shop.openid == current.row.openid:
        return Writer(name, full)
    # Staff took the writer for this shop's keeper; there is no proof.
    return Writer(texts.maybe(name), texts.maybe(full))


def hand_over(current: OpenRequest, to_id: int, *, why: str, is_first: bool) -> int | None:
    """Notify a manager that they now own a request; gives the delivery, None where they cannot be notified. Where it
    does not reach them now, whoever stands above is notified."""
    session, request = current.session, current.row
    answer = current.deadlines.answer
    group = session.get(VisitGroup, request.group_id) if request.group_id is not None else None
    replies_to = texts.group(group.title) if group else _replies_to(current)
    what, who = _first_said(current), texts.answers(writer(current).full, replies_to)
    due_at = current.answer_due
    to_answer = partial(texts.to_answer, request.number, who, what, due_at, now=current.now, zone=current.zone)
    if request.goes_up:
        text = to_answer(title=texts.COMPLAINT, why=texts.COMPLAINT_CAME.format(why))
    elif is_first:
        text = to_answer(allowed=answer.allowed if answer else None)
    else:
        text = to_answer(title=texts.HANDED_ON, why=texts.CAME.format(why))
    to = reach(session, to_id, about(request.id))
    told = tell_of(current, to_id, f"owner:{request.version}", ManagerNotice(text, when=due_at, watch=WATCH), to=to)
    request.told_id = None
    is_held = told is not None and to.is_held(told)
    if told is None or is_held:
        not_reached(current, to_id, is_held=is_held)
    return told


def no_owner(current: OpenRequest, *, why: str) -> None:
    """Notify those at the top of a request that has no owner."""
    request, hidden = current.row, current.hidden_from()
    log.warning("a request has no owner", request=request.number)
    text = texts.no_owner(request.number, writer(current).full, _first_said(current), why)
    for top in current.chart.tops():
        if top.id not in hidden:
            _tell_above(current, top.id, text, "pool")


def not_reached(current: OpenRequest, owner_id: int, *, is_held: bool = False, passed: int | None = None) -> None:
    """Notify the nearest person above who can be reached that a request's owner cannot; they stand above `passed`,
    where that one was notified in vain. `is_held` where the owner follows the account, but WeChat accepts nothing for
    them now."""
    session, request = current.session, current.row
    log.warning("an owner cannot be told in WeChat", request=request.number, manager=owner_id)
    owner = session.scalar(select(Manager.name).where(Manager.id == owner_id)) or ""
    why = texts.OUT_OF_REACH if is_held else _why_not(session, owner_id)
    text = texts.not_reached(request.number, writer(current).short, owner, why)
    above = current.above(owner_id)
    for manager_id in above[above.index(passed) + 1 if passed in above else 0 :]:
        waits = [each for each in reach(session, manager_id, about(request.id)).waiting if _is_of(each, owner_id)]
        if waits and put(session, waits[0].id, texts.many_not_reached(owner, why, unanswered(session, owner_id))):
            if waits[0].state != DeliveryState.HELD:
                return
        elif _tell_above(current, manager_id, text, f"unreached:{owner_id}"):
            return


def _is_of(each: WaitingNotice, owner_id: int) -> bool:
    """Whether a notice says of this owner that they cannot be reached."""
    return f":unreached:{owner_id}:" in (each.key or "")


def _tell_above(current: OpenRequest, manager_id: int, text: str, why: str) -> int | None:
    kind = f"{why}:{manager_id}:{current.row.version}"
    return tell_of(current, manager_id, kind, ManagerNotice(text, folds=False, watch=WATCH))


def _fold(
    session: Session, openid: str, one: ManagerNotice, text: str, folded: int | None, now: datetime
) -> int | None:
    """Write the one line that stands for all waiting notices, replacing the last one."""
    if folded is not None and put(session, folded, text):
        return folded
    template = notice("request", PAGE, when=now, what=text.partition("】")[0].removeprefix("【"))
    message = _message(text, PAGE)
    return queueing.queue(
        session, openid, message, template=template, now=now, about=ABOUT_ALL, due_at=one.due_at, watch=one.watch
    )


def one_line(session: Session, manager_id: int, count: int) -> str:
    """Return the text that replaces so many notices: how many requests wait, and which of them longest."""
    longest = select(Request.id).where(_is_unanswered(manager_id)).order_by(Request.unanswered_since, Request.id)
    ids = session.scalars(longest.limit(_LISTED)).all()
    return texts.waiting(count, [key + FIRST_NUMBER for key in ids])


def put(session: Session, delivery_id: int, text: str, path: str = PAGE) -> bool:
    """Replace the text of a waiting notice; False where it is being released or sent at this moment."""
    still = select(Delivery.id).where(Delivery.id == delivery_id, Delivery.state.in_(states.WAITING))
    if session.scalar(still.with_for_update(skip_locked=True)) is None:
        return False
    session.execute(update(Delivery).where(Delivery.id == delivery_id).values(message=_message(text, path)))
    return True


def unanswered(session: Session, manager_id: int) -> int:
    """Count the requests that wait for this manager. None for a supervisor: their notices are about others'
    requests."""
    session.flush()
    return session.scalar(select(func.count()).select_from(Request).where(_is_unanswered(manager_id))) or 0


def _is_unanswered(manager_id: int) -> ColumnElement[bool]:
    return and_(Request.owner_id == manager_id, Request.closed_at.is_(None), Request.unanswered_since.is_not(None))


def _what(text: str, who: str) -> str:
    """Return the first line for a template message, without its title, number and shop.

    >>> _what("【回复期到 11 月 24 日 15:00】#104 小王超市：过了微信回复期只能改发服务通知。", "小王超市")
    '过了微信回复期只能改发服务通知。'
    >>> _what("有 2 条留言等着处理：\\n【还没答复】#105 永辉烟店", "永辉烟店")
    '有 2 条留言等着处理'
    """
    first = text.partition("\n")[0]
    line = first.partition("】")[2] or first
    # A template's field is short, and the shop has its own: this one keeps only the words.
    quoted = _QUOTED.search(line) if who else None
    return quoted[1] if quoted else _TOLD_ELSEWHERE.sub("", line.replace(who, "", 1) if who else line).rstrip("：")


def _message(text: str, path: str) -> dict[str, Any]:
    return text_message(f"{text}\n{link(path, texts.OPEN_PAGE)}")


def _replies_to(current: OpenRequest) -> str:
    """Return what was sent to many and the message that has just come replies to."""
    return str((current.first.more or {}).get(REPLIES_TO, "")) if current.first is not None else ""


def _first_said(current: OpenRequest) -> str:
    """Return the message that has waited longest for an answer."""
    if current.first is not None:
        return texts.quoted(current.first.kind, current.first.content)
    session, request = current.session, current.row
    session.flush()
    row = session.execute(
        select(Message.kind, Message.content)
        .where(
            Message.request_id == request.id,
            Message.author == Author.SHOP,
            Message.said_at >= (request.unanswered_since or request.opened_at),
        )
        .order_by(Message.id)
        .limit(1)
    ).first()
    return texts.quoted(row.kind, row.content) if row else ""
