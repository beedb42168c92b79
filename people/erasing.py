"""Erasing somebody: the one way, for the command, the console and the clock.

Each feature erases what it keeps (`Feature.forgets`), the highest floor first, in one transaction with the others.
What no transaction reaches, files and SQLite's log, goes when that is kept (`clear_away`).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from console.models import Task, TaskState
from foundation.errors import Refused
from people import actions, audiences, identity, queries, rules, texts, tries
from people.criteria import LICENCE
from people.models import (
    ERASED,
    IS_THERE,
    SHOP_SEARCH,
    Audience,
    BindCode,
    Binding,
    BindTries,
    Manager,
    Retailer,
    RetailerTag,
    RosterPart,
    Withdrawal,
)
from people.roster.kinds import BRINGING, CHECK, IMPORT
from wechat_bot import clock_steadiness, media, reply
from wechat_bot.client.codes import Act, SendError
from wechat_bot.erasure import Forget, Forgetting
from wechat_bot.forgetting import blank_named
from wechat_bot.models import Delivery, Follower
from wechat_bot.outbox import queueing
from wechat_bot.services import Services

log = structlog.get_logger(__name__)

ERASE_AFTER = timedelta(days=30)
"""How long after a follower has left what is known of them is kept: who comes back in time is still bound."""
#: WeChat knows no such person; this account may not ask for anybody.
UNKNOWN, MAY_NOT_ASK = (40003, 46004, 49003), 48001


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """Somebody who can be erased: a follower, a shop of the roster, or both at once."""

    openid: str
    shop_id: int | None = None


def erase_due(services: Services) -> None:
    """Erase who took back their consent, who was erased by half, and who left long ago; a transaction for each.

    Before somebody is erased for having left, WeChat is asked whether they have: a callback may have been lost. Where
    WeChat does not answer, that waits for the next look.
    """
    now, files = services.clock(), list[str]()
    with services.reading() as session:
        withdrawn, left_over = queries.withdrawn(session), queries.left_over(session, services.tables)
    for openid in withdrawn:
        with services.transaction() as session:
            files += take_back(session, openid, now=now, forgets=services.forgets)
    for openid in left_over:
        with services.transaction() as session:
            files += erase(session, ErasedPerson(openid), now=now, forgets=services.forgets).files
    while gone := _gone(services, now):
        for openid in gone:
            with services.transaction() as session:
                erased = erase_gone(session, openid, now=now, forgets=services.forgets)
            files += erased.files if erased else []
    clear_away(services, files)


def erase(session: Session, whom: ErasedPerson, *, now: datetime, forgets: Sequence[Forget]) -> Forgetting:
    """Erase what is known of somebody, here and (`forgets`) by each feature; what was counted stays counted.

    A shop that is bound is erased with its follower. Gives the files that are left to be deleted. Raises `Refused` for
    a shop while a roster is on its way in.
    """
    # Once more under the pseudonym they have, where they were erased under older rules.
    pseudonym = whom.openid if whom.openid.startswith(ERASED) else ERASED + secrets.token_urlsafe(12)
    forgetting = Forgetting(whom.openid, pseudonym, now, shop_id=whom.shop_id, names=_names(session, whom.shop_id))
    if whom.shop_id is not None and _comes_in(session):
        # Its row may be in the file or among those that lie aside, and would make it anew.
        raise Refused(texts.ROSTER_COMES_IN)
    # As a callback does: what they say at this moment is heard before, or finds nobody.
    session.execute(select(Follower.openid).where(Follower.openid == whom.openid).with_for_update())
    for forget in forgets:
        forget(session, forgetting)
    return forgetting


def erase_gone(session: Session, openid: str, *, now: datetime, forgets: Sequence[Forget]) -> Forgetting | None:
    """Erase somebody if they are still gone for longer than `ERASE_AFTER`; None where they are not."""
    # The lock keeps out the message with which they may just be coming back.
    left_at = session.scalar(select(Follower.unfollowed_at).where(Follower.openid == openid).with_for_update())
    if left_at is None or left_at > now - ERASE_AFTER:
        return None
    return erase(session, ErasedPerson(openid), now=now, forgets=forgets)


def take_back(session: Session, openid: str, *, now: datetime, forgets: Sequence[Forget]) -> list[str]:
    """Do what somebody asked for in WeChat: erase everything, or only what they took back, and tell them so. Gives the
    files that are left to be deleted."""
    taken = session.execute(delete(Withdrawal).where(Withdrawal.openid == openid).returning(Withdrawal.codes)).first()
    if taken is None:
        return []
    if taken.codes is None:
        return erase(session, ErasedPerson(openid), now=now, forgets=forgets).files
    kinds = rules.kinds_taken_back(taken.codes.split())
    forgetting = Forgetting(openid, openid, now, kinds=kinds)
    for forget in forgets if kinds else ():
        forget(session, forgetting)
    if session.scalar(select(Follower.openid).where(Follower.openid == openid, Follower.unfollowed_at.is_(None))):
        queueing.queue(session, openid, reply.text_message(texts.taken_back(kinds)), now=now)
    return forgetting.files


def forget(session: Session, whom: Forgetting) -> None:
    """What people know of somebody: the shop is free again, tries are gone, and of a shop that is erased no more is
    left than its place in the figures."""
    if whom.kinds:
        return
    if whom.openid:
        actions.unbind(session, whom.openid, now=whom.now)
        session.execute(delete(BindTries).where(BindTries.openid == whom.openid))
        session.execute(delete(Withdrawal).where(Withdrawal.openid == whom.openid))
        _update(session, Binding, Binding.openid == whom.openid, openid=whom.pseudonym)
    if whom.shop_id is not None:
        _forget_shop(session, whom, whom.shop_id)


def clear_away(services: Services, files: Sequence[str]) -> None:
    """Delete what no transaction reaches: pictures and voices, files of long work, SQLite's log."""
    while media.bury(services):
        pass
    for name in files:
        (services.files_folder / name).unlink(missing_ok=True)
    if not services.database.empty_log():
        log.info("the log is emptied at the next look")


def whom(session: Session, licence_or_openid: str) -> tuple[identity.Shop | None, str]:
    """The shop with this licence and the openid bound to it (empty where none is); or no shop, and a follower's openid.

    Raises `Refused` where it is neither.
    """
    shop = identity.shop_by_licence(session, rules.licence(licence_or_openid) or "")
    if shop is not None:
        return shop, shop.openid or ""
    if not queries.is_known(session, licence_or_openid):
        raise Refused(f"没有“{licence_or_openid}”这个许可证号或 openid。")
    return None, licence_or_openid


def about(shop: identity.Shop | None) -> str:
    """What an erasure was about, for the audit log: of a shop its number among ours, which names nobody."""
    return f"shop:#{shop.id}" if shop else "people"


def said(whom: ErasedPerson) -> str:
    """What was erased, for the audit log."""
    return "连名单里的店和店主" if whom.shop_id is not None else "微信里的人"


def _gone(services: Services, now: datetime) -> list[str]:
    """Some who left long ago, by WeChat's own word; who follows nevertheless is put right."""
    gone: list[str] = []
    with services.reading() as session:
        if not clock_steadiness.is_steady(session, now=now):
            return []
        due = queries.gone(session, before=now - ERASE_AFTER)
    for openid, left_at in due:
        try:
            follows = services.wechat.follows(openid)
        except SendError as error:
            if error.code not in (*UNKNOWN, MAY_NOT_ASK):
                log.warning("who left cannot be asked for, and is erased later", error=str(error))
                if error.act is Act.NO:  # said of this one
                    continue
                break
            # Nobody WeChat knows follows; and where it may not be asked, what we heard is all there is.
            follows = False
        if not follows:
            gone.append(openid)
            continue
        log.warning("a follower was taken for gone", openid=openid[-6:])
        with services.transaction() as session:
            still = (Follower.openid == openid, Follower.unfollowed_at == left_at)
            _update(session, Follower, *still, unfollowed_at=None, followed_at=now)
    return gone


def _comes_in(session: Session) -> bool:
    """Whether a roster is being looked at or brought in."""
    is_open = Task.state.in_((TaskState.WAITING, TaskState.RUNNING))
    asked_for = select(Task.id).where(is_open, Task.kind.in_((CHECK, IMPORT, BRINGING)))
    return any(session.scalar(each.limit(1)) is not None for each in (select(RosterPart.import_id), asked_for))


def _names(session: Session, shop_id: int | None) -> tuple[str, ...]:
    """What names a shop and its keeper in what others wrote, the longest first: one may stand within another. What
    another shop, or one of us, is called too names nobody."""
    columns = (Retailer.shop, Retailer.keeper, Retailer.phone, Retailer.address)
    row = session.execute(select(Retailer.licence, *columns).where(Retailer.id == shop_id)).first()
    if row is None:
        return ()
    names = {row.licence} | {str(each) for each in row[1:] if len(each) > 1}
    for column in columns:
        others = select(column).where(column == getattr(row, column.key), Retailer.id != shop_id, IS_THERE)
        names -= set(session.scalars(others.limit(1)))
    names -= set(session.scalars(select(Manager.name).where(Manager.name.in_(names))))
    return tuple(sorted(names, key=len, reverse=True))


def _forget_shop(session: Session, whom: Forgetting, shop_id: int) -> None:
    session.execute(delete(RetailerTag).where(RetailerTag.retailer_id == shop_id))
    session.execute(delete(BindCode).where(BindCode.retailer_id == shop_id))
    _update(session, Binding, Binding.retailer_id == shop_id, Binding.unbound_at.is_(None), unbound_at=whom.now)
    licence = session.scalar(select(Retailer.licence).where(Retailer.id == shop_id))
    if licence is not None:
        tries.forget_licence(session, licence)
    values: dict[str, Any] = {"shop": texts.ERASED_SHOP, "keeper": "", "phone": "", "address": "", "names": ""}
    values |= {"licence": whom.pseudonym, "bind_token": secrets.token_urlsafe(12), "updated_at": whom.now}
    _update(session, Retailer, Retailer.id == shop_id, openid=None, bound_at=None, grams=[], **values)
    SHOP_SEARCH.forget_deleted(session)
    # Whoever kept it before was addressed by name.
    keepers = select(Binding.openid).where(Binding.retailer_id == shop_id)
    blank_named(session, whom.names, Delivery.openid.in_(keepers))
    for kept in session.scalars(select(Audience)):
        if any(audiences.mentions(kept.spec, LICENCE, name) for name in whom.names):
            kept.spec = audiences.without(kept.spec, LICENCE, whom.names)


def _update(session: Session, table: Any, *which: Any, **values: Any) -> None:
    session.execute(update(table).where(*which).values(values))
