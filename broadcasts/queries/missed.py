"""Missed list of a push: every shop that surely got nothing, by name and with the reason; and those that are unsure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, select
from sqlalchemy.orm import Session, aliased

from broadcasts.queries.report import ReportScope, conditions
from broadcasts.rules import figures
from campaigns import missed
from campaigns.missed import MissedKind
from campaigns.models import Campaign, Outcome, Recipient
from foundation import paging
from foundation.paging import FIRST, Cursor, Order, Page
from people.models import Area, Errand, Manager, Retailer, ShopClass

PAGE = 50
#: The reason of those of whom it is not known whether they got it.
UNSURE = Outcome.UNSURE.value


@dataclass(frozen=True, slots=True)
class MissedLine:
    """Shop that a push did not reach, with its errand if it was given to the manager."""

    retailer_id: int
    licence: str
    shop: str
    keeper: str
    phone: str
    class_name: str
    area: str
    manager: str
    why: str
    errand_id: int | None
    due_on: Any
    done_at: Any
    done_how: str | None


def page(
    session: Session,
    campaign: Campaign,
    seen: ReportScope,
    narrowed: Sequence[ColumnElement[bool]] = (),
    *,
    why: str = "",
    source: str,
    cursor: Cursor = FIRST,
    limit: int = PAGE,
) -> Page[MissedLine]:
    """Return a page of the shops that missed a push, by id; narrowed by conditions on `Retailer` and to one reason."""
    order: Order[Any] = Order((Recipient.retailer_id,), lambda line: (line.retailer_id,))
    begun = lambda kind: paging.begun(kind, order, cursor).limit(limit + 1)  # noqa: E731
    found = _found(session, campaign, seen, narrowed, why, begun)
    by_shop: Order[MissedLine] = Order((found.c.retailer_id,), lambda line: (line.retailer_id,))
    return paging.page(session, _lines(campaign, found, source), by_shop, cursor, limit=limit, read=MissedLine)


def shops(session: Session, campaign: Campaign, seen: ReportScope) -> Select[int]:
    """Build the select of the ids of the shops that missed a push, those that are unsure among them."""
    return select(_found(session, campaign, seen, (), "").c.retailer_id)


def unopened(
    session: Session, campaign: Campaign, seen: ReportScope, narrowed: Sequence[ColumnElement[bool]], *, why: str = ""
) -> Select[int]:
    """Build the select of the ids of the shops that missed a push and have not opened it by another's card: those that
    are unsure among them."""
    narrowed = (*narrowed, Recipient.opened_at.is_(None))
    return select(_found(session, campaign, seen, narrowed, why).c.retailer_id)


_own, _head = aliased(Manager), aliased(Manager)


def _found(
    session: Session,
    campaign: Campaign,
    seen: ReportScope,
    narrowed: Sequence[ColumnElement[bool]],
    why: str,
    begun: Callable[[Select[Any]], Select[Any]] = lambda kind: kind,
) -> Subquery:
    """The shops that missed a push, and why, as a table."""
    kinds = missed.kinds(session, campaign)
    if why:
        # By one name some may have been left out, and to others it may have failed.
        kinds = [
            MissedKind((*kind.which, Recipient.why == why), None) if kind.outcome is None else kind
            for kind in kinds
            if kind.outcome is None or figures.name_of(kind.outcome) == why
        ]

    def narrow(kind: Select[Any]) -> Select[Any]:
        if narrowed:
            kind = kind.join(Retailer, Retailer.id == Recipient.retailer_id)
        return begun(kind.where(*conditions(seen), *narrowed))

    return missed.select_from(campaign, kinds, narrow, figures.name_of)


def _lines(campaign: Campaign, found: Subquery, source: str) -> Select[Any]:
    columns = (
        Retailer.id,
        Retailer.licence,
        Retailer.shop,
        Retailer.keeper,
        Retailer.phone,
        ShopClass.name,
        Area.name,
        func.coalesce(_own.name, _head.name, ""),
        found.c.why,
        Errand.id,
        Errand.due_on,
        Errand.done_at,
        Errand.done_how,
    )
    mine = and_(Recipient.campaign_id == campaign.id, Recipient.retailer_id == found.c.retailer_id)
    return (
        select(*columns)
        .select_from(found)
        .join(Recipient, mine)
        .join(Retailer, Retailer.id == found.c.retailer_id)
        .join(ShopClass, ShopClass.id == Retailer.class_id)
        # As they were: a later move of the shop changes no report.
        .join(Area, Area.id == Recipient.area_id)
        .outerjoin(_own, _own.id == Recipient.manager_id)
        .outerjoin(_head, _head.id == Area.manager_id)
        .outerjoin(Errand, and_(Errand.source == source, Errand.retailer_id == found.c.retailer_id))
    )
