"""Binding QR codes for printing: which shops lack one, saving those WeChat made, and the cards' data."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, select
from sqlalchemy.orm import Session, aliased

from foundation.database import upsert
from foundation.errors import Refused
from people.models import Area, BindCode, Manager, Retailer

#: The most permanent QR codes of an account used for shops (wechat-platform.md §9); some are left for other uses.
MOST_CODES = 100_000
KEPT_BACK = 1_000
#: The most cards of one request.
MOST_CARDS = 20_000
BATCH = 500
_own, _head = aliased(Manager), aliased(Manager)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Shop without a QR code."""

    id: int
    bind_token: str


@dataclass(frozen=True, slots=True)
class BindingCard:
    """Data printed on a shop's card."""

    licence: str
    shop: str
    keeper: str
    area: str
    manager: str
    url: str


def missing(session: Session, app_id: str, which: ColumnElement[bool], *, after: int, limit: int) -> list[Wanted]:
    """The next chosen shops after an id that have no code yet."""
    rows = session.execute(
        _lacking(app_id, which, Retailer.id, Retailer.bind_token)
        .where(Retailer.id > after)
        .order_by(Retailer.id)
        .limit(limit)
    )
    return [Wanted(*row) for row in rows]


def count_missing(session: Session, app_id: str, which: ColumnElement[bool]) -> int:
    """The number of chosen shops without a code. Raises `Refused` where the account may not have so many more."""
    number = session.scalar(_lacking(app_id, which, func.count())) or 0
    made = session.scalar(select(func.count()).select_from(BindCode).where(BindCode.app_id == app_id)) or 0
    if number and made + number > MOST_CODES - KEPT_BACK:
        left = max(MOST_CODES - KEPT_BACK - made, 0)
        limit = f"微信最多给一个公众号 10 万个永久二维码，已用 {made:,} 个"
        raise Refused(f"{limit}，这里还要 {number:,} 个，只剩 {left:,} 个。请缩小范围。")
    return number


def keep(session: Session, app_id: str, made: Sequence[tuple[int, str]], *, now: datetime) -> None:
    """Save the codes that WeChat made, by retailer."""
    if made:
        rows = [{"app_id": app_id, "retailer_id": key, "url": url, "made_at": now} for key, url in made]
        session.execute(upsert(session, BindCode).on_conflict_do_nothing(), rows)


def url_of(session: Session, app_id: str, retailer_id: int) -> str | None:
    """What a shop's code holds; None where WeChat has not made one."""
    return session.scalar(select(BindCode.url).where(BindCode.retailer_id == retailer_id, BindCode.app_id == app_id))


def cards(session: Session, app_id: str, which: ColumnElement[bool]) -> Iterator[BindingCard]:
    """The cards of the chosen shops, sorted by area and licence; read in chunks."""
    has_code = and_(BindCode.retailer_id == Retailer.id, BindCode.app_id == app_id)
    statement = _printed(BindCode.url).join(BindCode, has_code).where(which)
    with session.execute(statement, execution_options={"yield_per": BATCH}) as result:
        for row in result:
            yield BindingCard(*row)


def sample(session: Session, which: ColumnElement[bool], *, limit: int) -> list[BindingCard]:
    """The first cards of the chosen shops as they would be printed, without their codes."""
    return [BindingCard(*row) for row in session.execute(_printed(literal("")).where(which).limit(limit))]


def _printed(url: Any) -> Select[Any]:
    """What is printed of a shop, in the order of printing."""
    manager = func.coalesce(_own.name, _head.name, "")
    return (
        select(Retailer.licence, Retailer.shop, Retailer.keeper, Area.name, manager, url)
        .select_from(Retailer)
        .join(Area, Area.id == Retailer.area_id)
        .outerjoin(_own, _own.id == Retailer.manager_id)
        .outerjoin(_head, _head.id == Area.manager_id)
        .order_by(Area.name, Retailer.licence)
    )


def _lacking(app_id: str, which: ColumnElement[bool], *columns: Any) -> Select[Any]:
    has_code = select(BindCode.url).where(BindCode.retailer_id == Retailer.id, BindCode.app_id == app_id).exists()
    return select(*columns).select_from(Retailer).where(which, ~has_code)
