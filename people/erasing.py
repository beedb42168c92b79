"""Erasure of a person's data, used by the command line, the console and the jobs.

Each feature erases its own data (`Feature.forgets`), the highest package first, all in one transaction. Files and
SQLite's log, which are outside of transactions, are cleared after the commit (`clear_away`).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from console.models import Task, TaskState, User
from foundation.errors import Refused
from people import actions, audiences, errands, identity, queries, rules, texts, tries
from people.criteria import LICENCE
from people.errands import ErrandEnd
from people.models import (
    ERASED,
    IS_THERE,
    SHOP_SEARCH,
    Audience,
    BindCode,
    Binding,
    BindTries,
    FollowerMove,
    Manager,
    Retailer,
    RetailerTag,
    RosterPart,
    RosterWord,
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
#: WeChat's errors for an unknown person, and for an account that may not ask.
UNKNOWN, MAY_NOT_ASK = (40003, 46004, 49003), 48001


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """Person to be erased: a follower, a shop of the roster, or both."""

    openid: str
    shop_id: int | None = None


def erase_due(services: Services) -> None:
    """Erase people who withdrew their consent, whose erasure was incomplete, or who left long ago; a transaction each.

    Before somebody is erased for having left, WeChat is asked whether they did: a callback may have been lost. Where
    WeChat does not answer, the next run tries again.
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
    """Erase a person's data, here and by each feature's `forgets`; statistics are kept.

    A bound shop is erased with its follower. Gives the files to be deleted afterwards. Raises `Refused` for a shop
    while a roster is being imported.
    """
    # Reuse their pseudonym, where they were erased before under older rules.
    pseudonym = whom.openid if whom.openid.startswith(ERASED) else ERASED + secrets.token_urlsafe(12)
    forgetting = Forgetting(whom.openid, pseudonym, now, shop_id=whom.shop_id, names=_names(session, whom.shop_id))
    if whom.shop_id is not None and _comes_in(session):
        # The import's file or staged rows may contain the shop, and would create it again.
        raise Refused(texts.ROSTER_COMES_IN)
    # Lock as a callback does: a message at this moment is handled before, or finds no follower.
    session.execute(select(Follower.openid).where(Follower.openid == whom.openid).with_for_update())
    for forget in forgets:
        forget(session, forgetting)
    return forgetting


def erase_gone(session: Session, openid: str, *, now: datetime, forgets: Sequence[Forget]) -> Forgetting | None:
    """Erase somebody who left longer than `ERASE_AFTER` ago; None where they are back."""
    # The lock blocks a message with which they may just be coming back.
    left_at = session.scalar(select(Follower.unfollowed_at).where(Follower.openid == openid).with_for_update())
    if left_at is None or left_at > now - ERASE_AFTER:
        return None
    return erase(session, ErasedPerson(openid), now=now, forgets=forgets)


def take_back(session: Session, openid: str, *, now: datetime, forgets: Sequence[Forget]) -> list[str]:
    """Carry out a withdrawal in WeChat: erase everything, or only the parts withdrawn, and tell the person. Gives the
    files to be deleted afterwards."""
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
    """Erase the people feature's data of a person: unbind the shop and delete tries; of an erased shop only its place
    in the statistics is kept."""
    if whom.kinds:
        return
    if whom.openid:
        actions.unbind(session, whom.openid, now=whom.now)
        session.execute(delete(BindTries).where(BindTries.openid == whom.openid))
        session.execute(delete(Withdrawal).where(Withdrawal.openid == whom.openid))
        for history in (Binding, FollowerMove):
            _update(session, history, history.openid == whom.openid, openid=whom.pseudonym)
    if whom.shop_id is not None:
        _forget_shop(session, whom, whom.shop_id)


def clear_away(services: Services, files: Sequence[str]) -> None:
    """Delete what is outside of transactions: pictures and voices, files of long tasks, SQLite's log."""
    while media.delete_discarded(services):
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
    """The subject of an erasure for the audit log: of a shop its row id, which identifies nobody."""
    return f"shop:#{shop.id}" if shop else "people"


def said(whom: ErasedPerson) -> str:
    """The text of an erasure for the audit log."""
    return "连名单里的店和店主" if whom.shop_id is not None else "微信里的人"


def _gone(services: Services, now: datetime) -> list[str]:
    """Some followers who left long ago, confirmed by WeChat; those who do follow are corrected."""
    gone: list[str] = []
    with services.reading() as session:
        if not clock_steadiness.is_steady(session, now=now, real=services.real_time()):
            return []
        due = queries.gone(session, before=now - ERASE_AFTER)
    for openid, left_at in due:
        try:
            follows = services.wechat.follows(openid)
        except SendError as error:
            if error.code not in (*UNKNOWN, MAY_NOT_ASK):
                log.warning("who left cannot be asked for, and is erased later", error=str(error))
                if error.act is Act.NO:  # an error about this person
                    continue
                break
            # Somebody unknown to WeChat does not follow; where WeChat may not be asked, our own record decides.
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
    """The names that identify a shop and its keeper in others' texts, longest first, because one may contain another.
    Names shared with another shop or a member of staff are left out."""
    columns = (Retailer.shop, Retailer.keeper, Retailer.phone, Retailer.address)
    row = session.execute(select(Retailer.licence, *columns).where(Retailer.id == shop_id)).first()
    if row is None:
        return ()
    names = {row.licence} | {str(each) for each in row[1:] if len(each) > 1}
    for column in columns:
        others = select(column).where(column == getattr(row, column.key), Retailer.id != shop_id, IS_THERE)
        names -= set(session.scalars(others.limit(1)))
    for staff in (Manager.name, User.name, User.phone):
        names -= set(session.scalars(select(staff).where(staff.in_(names))))
    return tuple(sorted(names, key=len, reverse=True))


def _forget_shop(session: Session, whom: Forgetting, shop_id: int) -> None:
    session.execute(delete(RetailerTag).where(RetailerTag.retailer_id == shop_id))
    session.execute(delete(BindCode).where(BindCode.retailer_id == shop_id))
    # Nobody is to tell an erased shop anything.
    errands.told(session, shop_id, ErrandEnd.WITHDRAWN, by="", now=whom.now)
    _update(session, Binding, Binding.retailer_id == shop_id, Binding.unbound_at.is_(None), unbound_at=whom.now)
    licence = session.scalar(select(Retailer.licence).where(Retailer.id == shop_id))
    if licence is not None:
        tries.forget_licence(session, licence)
    values: dict[str, Any] = {"shop": texts.ERASED_SHOP, "keeper": "", "phone": "", "address": "", "names": ""}
    values |= {"licence": whom.pseudonym, "bind_token": secrets.token_urlsafe(12), "updated_at": whom.now}
    _update(session, Retailer, Retailer.id == shop_id, openid=None, bound_at=None, grams=[], **values)
    SHOP_SEARCH.forget_deleted(session)
    # A file without a header may have had the shop's own cells taken for headings.
    session.execute(delete(RosterWord).where(RosterWord.said.in_(whom.names)))
    # Earlier keepers were addressed by name too.
    keepers = select(Binding.openid).where(Binding.retailer_id == shop_id)
    blank_named(session, whom.names, Delivery.openid.in_(keepers))
    for kept in session.scalars(select(Audience)):
        if any(audiences.mentions(kept.spec, LICENCE, name) for name in whom.names):
            kept.spec = audiences.without(kept.spec, LICENCE, whom.names)


def _update(session: Session, table: Any, *which: Any, **values: Any) -> None:
    session.execute(update(table).where(*which).values(values))
