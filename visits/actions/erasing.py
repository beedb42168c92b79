"""Erasing: what visits forget of a person or a shop."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, null, or_, select, update
from sqlalchemy.orm import Session

from visits.actions import clocks, filing, notices
from visits.actions.open_request import OpenRequest
from visits.models.answers import Canned, Rating
from visits.models.groups import VisitGroup
from visits.models.owners import Assignment
from visits.models.plans import Visited
from visits.models.requests import FIRST_NUMBER, Author, Closed, Message, Request
from wechat_bot import forgetting, media
from wechat_bot.erasure import Forgetting
from wechat_bot.models import Delivery, DeliveryState, Talk
from wechat_bot.outbox import queueing, states

_STILL_TO_GO = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.HELD)
#: Nobody is told a moment when a request is closed, so that no time zone matters.
_NO_ZONE = ZoneInfo("UTC")
#: Managers' talks about requests (`conversation.desk`), and the keys of such a talk that hold unsent text.
_DESK, _UNSENT = "desk", ("draft", "choices")


def forget(session: Session, whom: Forgetting) -> None:
    """Erase a follower's conversations and close open requests; moments, owners and ratings stay for the figures.

    Texts, pictures, voices and rating comments are deleted, and what managers were told of them. For a shop that is
    erased this covers all its conversations, whoever kept it at the time.
    """
    if whom.kinds:
        _take_back(session, whom)
        return
    mine = select(Request).where(_theirs(whom)).order_by(Request.id)
    # Locked before anything is blanked: an answer being written just now is waited for and erased too.
    requests = session.scalars(mine.with_for_update().execution_options(populate_existing=True)).all()
    ids = [request.id for request in requests]
    # As a shop's last keeper they may have written in a request that belongs to another keeper by now.
    by_them = and_(Message.openid == whom.openid, Message.openid != "")
    theirs = or_(and_(Message.request_id.in_(ids), _is_said_with_who_has_it(whom)), by_them)
    said = session.execute(select(Message.request_id, Message.author, Message.content, Message.media_key).where(theirs))
    rows = said.all()
    media.discard(session, [row.media_key for row in rows if row.media_key], now=whom.now)
    whom.words += [row.content for row in rows if row.content and row.author == Author.SHOP]
    values: dict[str, Any] = {"content": "", "media_key": None, "more": null()}
    values["openid"] = case((by_them, whom.pseudonym), else_=Message.openid)
    session.execute(update(Message).where(theirs).values(values))
    about = sorted({*ids, *(row.request_id for row in rows)})
    whom.links += [f"visit:{key + FIRST_NUMBER}" for key in about]
    _forget_ratings(session, whom, ids, about)
    _quoted(session, ids, whom.now)
    _quoted(session, [key for key in about if key not in ids], None)
    _forget_drafts(session, whom, about)
    for request in requests:
        if request.closed_at is None:
            request.closed_how = Closed.ERASED
            clocks.closed(OpenRequest(session, request, whom.now, _NO_ZONE))
        if request.openid == whom.openid:
            request.openid = whom.pseudonym
    session.flush()
    filing.reword(session, about)
    noted: ColumnElement[bool] = Visited.request_id.in_(about)
    if whom.shop_id is not None:
        noted = or_(noted, Visited.retailer_id == whom.shop_id)
        _unname(session, whom, ids)
    session.execute(update(Visited).where(noted).values(note=""))


def _theirs(whom: Forgetting) -> ColumnElement[bool]:
    of_follower = and_(Request.openid == whom.openid, Request.openid != "")
    return of_follower if whom.shop_id is None else or_(of_follower, Request.retailer_id == whom.shop_id)


def _is_said_with_who_has_it(whom: Forgetting) -> ColumnElement[bool]:
    """Whether a message was exchanged with the request's present follower. For a follower this leaves out what an
    earlier keeper wrote; for an erased shop everything counts."""
    return Message.openid.is_(None) if whom.shop_id is None else Message.id.is_not(None)


def _take_back(session: Session, whom: Forgetting) -> None:
    """Blank only those messages of the follower that are of these kinds: pictures, voices, places."""
    requests = select(Request.id).where(Request.openid == whom.openid)
    theirs = and_(
        or_(and_(Message.request_id.in_(requests), Message.openid.is_(None)), Message.openid == whom.openid),
        Message.author == Author.SHOP,
        Message.kind.in_(sorted(whom.kinds)),
    )
    keys = session.scalars(select(Message.media_key).where(theirs, Message.media_key.is_not(None))).all()
    media.discard(session, [key for key in keys if key], now=whom.now)
    gone = {"content": "", "media_key": None, "more": null()}
    about = session.scalars(select(Message.request_id).where(theirs).distinct()).all()
    session.execute(update(Message).where(theirs).values(gone))
    filing.reword(session, about)


def _forget_ratings(session: Session, whom: Forgetting, ids: Sequence[int], about: Sequence[int]) -> None:
    theirs = and_(Rating.request_id.in_(about), Rating.openid == whom.openid, Rating.openid != "")
    if whom.shop_id is not None:
        theirs = or_(theirs, Rating.request_id.in_(ids))
    comments = session.scalars(select(Rating.comment).where(theirs, Rating.comment != ""))
    whom.words += comments
    wrote: dict[str, Any] = {"comment": "", "comment_until": None}
    wrote["openid"] = case((Rating.openid == whom.openid, whom.pseudonym), else_=Rating.openid)
    session.execute(update(Rating).where(theirs).values(wrote))


def _quoted(session: Session, ids: Sequence[int], now: datetime | None) -> None:
    """Remove the follower's words from notices to managers. Unsent notices are withdrawn, except without `now`, where
    they are for another keeper."""
    mine = Delivery.about.in_([notices.about(key) for key in ids])
    if now is not None:
        queueing.withdraw(session, mine, why=states.ERASED, now=now)
    # A notice being sent right now goes with its words, and is not retried without them (`outbox.claiming`).
    stays = _STILL_TO_GO if now is None else ()
    forgetting.blank(session, mine, Delivery.state.not_in(stays))


def _forget_drafts(session: Session, whom: Forgetting, about: Sequence[int]) -> None:
    """Delete what managers were about to send or do in these requests, and the text kept while they were asked for
    which request it was."""
    told = [*whom.names, *whom.words]
    for talk in session.scalars(select(Talk).where(Talk.topic == _DESK)):
        kept = [talk.state.get("chosen"), *(each.get("to") for each in talk.state.get("choices", ()))]
        unsent = str([talk.state.get(name) for name in _UNSENT])
        if set(about).intersection(kept) or any(each in unsent for each in told):
            talk.state = {name: value for name, value in talk.state.items() if name not in _UNSENT}


def _unname(session: Session, whom: Forgetting, ids: Sequence[int]) -> None:
    """Remove what names a shop from the reasons of its owners, from notices that list several shops, and from texts
    written for many."""
    for name in whom.names:
        for column in (VisitGroup.title, Canned.title, Canned.content):
            named_in = update(column.class_).where(column.contains(name, autoescape=True))
            without = {column.key: func.replace(column, name, "…")}
            session.execute(named_in.values(without))
    for each in session.scalars(select(Assignment).where(Assignment.request_id.in_(ids))):
        for name in whom.names:
            each.explained = each.explained.replace(name, "")
    lists = (Delivery.about == notices.ABOUT_ALL, Delivery.state.not_in(_STILL_TO_GO))
    forgetting.blank_named(session, whom.names, *lists)
