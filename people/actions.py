"""People actions: bind, unbind, invite a manager, record a withdrawn consent."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, null, select, update
from sqlalchemy.orm import Session

from foundation.database import changed, count_up, upsert
from foundation.errors import Refused
from foundation.text import phone_number
from people import identity, rules, texts, tries
from people.identity import Shop
from people.models import Binding, BindTries, Manager, Retailer, Withdrawal
from people.rules import Person
from wechat_bot.switchboard import stop_talks


@dataclass(frozen=True, slots=True)
class BoundShop:
    """Result of binding a shop; `is_new` where it was not bound to this follower before."""

    shop: Shop
    is_new: bool


@dataclass(frozen=True, slots=True)
class BoundManager:
    """Result of binding a customer manager; `is_new` where they were not bound to this follower before."""

    manager: Person
    shops: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Wrong:
    """Wrong pair or code, and the number of tries left today."""

    left: int


@dataclass(frozen=True, slots=True)
class Invite:
    """Invite code: binds its sender as a customer manager, once."""

    name: str
    code: str
    until: datetime


def bind_by_licence(
    session: Session, openid: str, licence: str, ending: str, *, now: datetime, today: date
) -> BoundShop | Wrong:
    """Bind a follower to the shop with this licence, if its phone ends in `ending` (four digits).

    An unknown licence and a wrong phone count as the same wrong try, of which a follower has three on the day `today`.
    Raises `Refused` where the shop or the follower has another binding, and where this licence, or all licences, were
    tried too often.
    """
    if not identity.tries_left(session, openid, today):
        return Wrong(0)
    tries.begin(session, licence, today)
    shop = identity.shop_by_licence(session, licence)
    fits = rules.ends_with(shop.phone if shop else None, ending)
    if shop is None or not fits:
        tries.was_wrong(session, today)
        return _wrong_try(session, openid, today)
    bound = _bind_shop(session, openid, shop, "licence", now=now)
    tries.was_right(session, licence, today)
    return bound


def look_up(session: Session, openid: str, licence: str, *, today: date) -> Shop | Wrong:
    """The shop with this licence, for a follower who gives no proof that it is theirs.

    Each look-up counts as a try on the day `today`, also a successful one; otherwise consecutive numbers would reveal
    the names of all shops.
    """
    if not identity.tries_left(session, openid, today) or tries.is_locked(session, today):
        return Wrong(0)
    tries.was_wrong(session, today)
    tried = _wrong_try(session, openid, today)
    return identity.shop_by_licence(session, licence) or tried


def bind_by_token(session: Session, openid: str, token: str, *, now: datetime) -> BoundShop | None:
    """Bind a follower to the shop whose printed QR code holds this token; None where there is no such shop.

    Raises `Refused` where the shop or the follower has another binding. The token cannot be guessed, so tries are not
    counted: a keeper who mistyped three times can still use the printed code.
    """
    shop = identity.shop_by_token(session, token)
    return _bind_shop(session, openid, shop, "code", now=now) if shop else None


def bind_manager(session: Session, openid: str, code: str, *, now: datetime, today: date) -> BoundManager | Wrong:
    """Bind a follower to the customer manager this invite code was made for; the code is used up.

    A previous binding of the manager ends: an invitation is also how a manager changes their WeChat account. A wrong
    code counts as a wrong try. Raises `Refused` where the follower is bound as somebody else.
    """
    if not identity.tries_left(session, openid, today):
        return Wrong(0)
    found = session.execute(
        select(Manager.id, Manager.openid).where(Manager.invite_code == code, Manager.invite_until > now)
    ).first()
    if found is None:
        return _wrong_try(session, openid, today)
    manager = identity.manager_of(session, openid)
    if manager is not None and manager.id != found.id:
        raise Refused(texts.manager_elsewhere(manager.name))
    shop = identity.shop_of(session, openid)
    if shop is not None:
        raise Refused(texts.bound_elsewhere(shop.shop))
    won = changed(
        session,
        update(Manager)
        .where(Manager.id == found.id, Manager.invite_code == code)
        .values(openid=openid, bound_at=now, invite_code=None, invite_until=None),
    )
    if not won:  # somebody used it between our read and our update
        return _wrong_try(session, openid, today)
    if manager is None:
        _end_bindings(session, Binding.manager_id == found.id, now)
        session.execute(insert(Binding).values(openid=openid, manager_id=found.id, how="manager", bound_at=now))
    bound = identity.manager_of(session, openid)
    assert bound is not None
    return BoundManager(bound, identity.shops_of_manager(session, bound.id), is_new=manager is None)


def unbind(session: Session, openid: str, *, now: datetime) -> None:
    """Unbind a follower from their shop or manager; the binding history is kept. The running talk is paused."""
    session.execute(update(Retailer).where(Retailer.openid == openid).values(openid=None, bound_at=None))
    session.execute(update(Manager).where(Manager.openid == openid).values(openid=None, bound_at=None))
    _end_bindings(session, Binding.openid == openid, now)
    stop_talks(session, openid, now=now)


def unbind_shop(session: Session, licence: str, *, now: datetime) -> str:
    """Unbind a shop from its follower, so that another can be bound; gives the shop's name.

    Raises `Refused` where there is no such shop, or it is not bound.
    """
    shop = identity.shop_by_licence(session, rules.licence(licence) or "")
    if shop is None:
        raise Refused(f"没有许可证号为 {licence} 的店。")
    if shop.openid is None:
        raise Refused(f"{shop.shop}没有绑定微信。")
    unbind(session, shop.openid, now=now)
    return shop.shop


def invite_manager(session: Session, phone: str, *, now: datetime) -> Invite:
    """Create an invite code for the customer manager with this phone; an earlier code becomes invalid.

    Raises `Refused` where nobody has this phone, or the manager is disabled.
    """
    manager = session.scalar(select(Manager).where(Manager.phone == (phone_number(phone) or "")))
    if manager is None:
        raise Refused(f"没有手机号为 {phone} 的客户经理，请先在零售户名单里写上并导入。")
    if manager.disabled_at is not None:
        raise Refused(f"客户经理{manager.name}已停用。")
    manager.invite_code, manager.invite_until = _new_code(), now + rules.INVITE_LASTS
    session.flush()
    return Invite(manager.name, manager.invite_code, manager.invite_until)


def withdraw(session: Session, openid: str, *, now: datetime, codes: Sequence[str] | None = None) -> None:
    """Save that somebody withdrew their consent, or only the parts that WeChat's `codes` name; the next run of the job
    erases it."""
    only = " ".join(codes) if codes is not None else None
    statement = upsert(session, Withdrawal).values(openid=openid, asked_at=now, codes=only)
    # Empty means everything, and stays so whatever is added.
    both = null() if only is None else Withdrawal.codes + " " + statement.excluded.codes
    session.execute(statement.on_conflict_do_update(index_elements=["openid"], set_={"codes": both}))


def _bind_shop(session: Session, openid: str, shop: Shop, how: str, *, now: datetime) -> BoundShop:
    """Bind the shop to the follower if it is free; the row count tells who won."""
    if identity.manager_of(session, openid) is not None:
        raise Refused(texts.MANAGER_HAS_NO_SHOP)
    held = identity.shop_of(session, openid)
    if held is not None and held.id == shop.id:
        return BoundShop(shop, is_new=False)
    if held is not None:
        raise Refused(texts.bound_elsewhere(held.shop))
    free = update(Retailer).where(Retailer.id == shop.id, Retailer.openid.is_(None))
    won = changed(session, free.values(openid=openid, bound_at=now))
    if not won:
        raise Refused(texts.shop_taken(shop.shop, shop.manager))
    session.execute(insert(Binding).values(openid=openid, retailer_id=shop.id, how=how, bound_at=now))
    return BoundShop(shop, is_new=True)


def _wrong_try(session: Session, openid: str, today: date) -> Wrong:
    count = count_up(session, BindTries.count, {"openid": openid, "day_on": today})
    return Wrong(max(rules.TRIES - count, 0))


def _end_bindings(session: Session, which: Any, now: datetime) -> None:
    session.execute(update(Binding).where(which, Binding.unbound_at.is_(None)).values(unbound_at=now))


def _new_code() -> str:
    """A new random code with at least one letter, so that no licence number is mistaken for one."""
    rest = (secrets.choice(rules.CODE_LETTERS + rules.CODE_DIGITS) for _ in range(rules.CODE_LENGTH - 1))
    return secrets.choice(rules.CODE_LETTERS) + "".join(rest)
