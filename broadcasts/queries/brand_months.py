"""The month by brand, and of one brand by area: what came of the pushes that name it, beside its target and sales.

From the counters. Whoever sees areas gets those of these; a customer manager's few hundred shops are counted one by
one, as in the report of a push, and the sales are those of the areas they answer for.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, literal, select, union
from sqlalchemy.orm import Session

from broadcasts.models.brand_months import BrandMonth
from broadcasts.models.library import ArticleBrand, Brand
from broadcasts.models.pushes import PUSH, Push, PushBrand
from broadcasts.queries import counters, report
from broadcasts.queries.report import ReportScope
from broadcasts.rules import brand_months as rules
from broadcasts.rules.brand_months import Amounts, BrandSums
from broadcasts.rules.figures import PartFigures, PushFigures
from campaigns import openings, tally
from campaigns import rules as campaign_rules
from campaigns.models import Campaign, CampaignTally, Recipient
from console.rules.visitors import Visitor
from foundation.clock import day_in, month_of
from people import visibility
from people.models import Area, Retailer

TOTAL = "合计"
#: The counters that are read besides outcomes, reasons and parts: openings by hour are many.
_COUNTED = (openings.OPENED_IN_PART, openings.ASKED)
#: A month, and a brand or an area.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class MonthLine:
    """Line of a brand or an area, or of all of them (0): the month, and the one before it."""

    key: int
    name: str
    month: int
    now: BrandSums
    before: BrandSums


@dataclass(frozen=True, slots=True)
class BrandMonths:
    """Lines of a month, all of them together, and when a file last said anything of its targets and sales."""

    month: int
    lines: Sequence[MonthLine]
    total: MonthLine
    said_at: datetime | None


@dataclass(frozen=True, slots=True)
class MonthPush:
    """Push that was sent in a month, with the brands that it or its article names."""

    campaign_id: int
    month: int
    is_ended: bool
    brands: frozenset[int]


@dataclass(frozen=True, slots=True)
class KeptAmounts:
    """Targets and sales that are kept, by month and brand or area."""

    of: Mapping[Place, Amounts]
    said_at: Mapping[int, datetime]

    def all_of(self, month: int) -> Amounts | None:
        """Return the target and the sales of a month together."""
        found = [each for (when, _), each in self.of.items() if when == month]
        return Amounts(*(sum(numbers) for numbers in zip(*found, strict=True))) if found else None


def by_brand(session: Session, visitor: Visitor, month: int, *, today: date, zone: ZoneInfo) -> BrandMonths:
    """Return a month by brand, of what the visitor sees. A push that names two brands is counted at both, and once in
    the total."""
    months = (rules.moved(month, -1), month)
    seen, areas = report.scope(session, visitor, today=today), _areas(session, visitor, today)
    pushes = _pushes(session, months, zone)
    figures = _figures(session, pushes, seen)
    amounts = _amounts(session, months, areas, None)

    def sums(when: int, brand_id: int | None) -> BrandSums:
        mine = [each for each in pushes if each.month == when and (brand_id is None or brand_id in each.brands)]
        its = amounts.all_of(when) if brand_id is None else amounts.of.get((when, brand_id))
        return BrandSums.of([figures[each.campaign_id, tally.NOWHERE] for each in mine], its)

    lines = []
    for brand in session.scalars(select(Brand).order_by(Brand.name)):
        before, now = (sums(when, brand.id) for when in months)
        if brand.retired_at is None or not (before.is_empty and now.is_empty):
            lines.append(MonthLine(brand.id, brand.name, month, now, before))
    before, now = (sums(when, None) for when in months)
    return BrandMonths(month, lines, MonthLine(0, TOTAL, month, now, before), amounts.said_at.get(month))


def by_area(
    session: Session, visitor: Visitor, month: int, brand_id: int, *, today: date, zone: ZoneInfo
) -> BrandMonths:
    """Return a month of one brand by area, of what the visitor sees."""
    months = (rules.moved(month, -1), month)
    seen, areas = report.scope(session, visitor, today=today), _areas(session, visitor, today)
    pushes = [each for each in _pushes(session, months, zone) if brand_id in each.brands]
    figures = _figures(session, pushes, seen, is_by_area=True)
    amounts = _amounts(session, months, areas, brand_id)

    def sums(when: int, area_id: int) -> BrandSums:
        mine = [each.campaign_id for each in pushes if each.month == when]
        found = [figures[each, area_id] for each in mine if (each, area_id) in figures]
        its = amounts.all_of(when) if area_id == tally.NOWHERE else amounts.of.get((when, area_id))
        return BrandSums.of(found, its)

    there = {area_id for _, area_id in (*figures, *amounts.of)}
    lines = []
    for area in session.execute(select(Area.id, Area.name).where(Area.id.in_(there)).order_by(Area.name)):
        before, now = (sums(when, area.id) for when in months)
        if not (before.is_empty and now.is_empty):
            lines.append(MonthLine(area.id, area.name, month, now, before))
    before, now = (sums(when, tally.NOWHERE) for when in months)
    return BrandMonths(month, lines, MonthLine(0, TOTAL, month, now, before), amounts.said_at.get(month))


def _areas(session: Session, visitor: Visitor, today: date) -> list[int] | None:
    """Return the areas whose sales a visitor sees: theirs, or those they answer for; None for all."""
    names = visibility.part(session, visitor, today)
    prefix = "area:"
    return None if names is None else [int(each.removeprefix(prefix)) for each in names if each.startswith(prefix)]


def _pushes(session: Session, months: Sequence[int], zone: ZoneInfo) -> list[MonthPush]:
    """Return the pushes of these months that were listed and name a brand."""
    periods = [month_of(date(when // 100, when % 100, 1), zone) for when in months]
    named = union(
        select(PushBrand.push_id, PushBrand.brand_id),
        select(Push.id.label("push_id"), ArticleBrand.brand_id).join(
            ArticleBrand, ArticleBrand.article_id == Push.article_id
        ),
    ).subquery()
    rows = session.execute(
        select(Campaign.id, Campaign.due_at, Campaign.state, named.c.brand_id)
        .join(named, named.c.push_id == Campaign.reference)
        .where(Campaign.kind == PUSH, Campaign.frozen_at.is_not(None))
        .where(
            Campaign.due_at >= periods[0].begins_at.astimezone(UTC),
            Campaign.due_at < periods[-1].ends_at.astimezone(UTC),
        )
        .order_by(Campaign.id)
    ).all()
    brands: dict[int, set[int]] = {}
    for row in rows:
        brands.setdefault(row.id, set()).add(row.brand_id)
    found = {}
    for row in rows:
        on = day_in(row.due_at, zone)
        is_ended = row.state in campaign_rules.ENDED
        found[row.id] = MonthPush(row.id, on.year * 100 + on.month, is_ended, frozenset(brands[row.id]))
    return list(found.values())


def _figures(
    session: Session, pushes: Sequence[MonthPush], seen: ReportScope, *, is_by_area: bool = False
) -> dict[tuple[int, int], PushFigures]:
    """Return the figures of each push, under no area, and by area where they are asked for."""
    ids = [each.campaign_id for each in pushes]
    found = _counted(session, ids, seen, is_by_area=False)
    if is_by_area:
        found |= _counted(session, ids, seen, is_by_area=True)
    has_ended = {each.campaign_id: each.is_ended for each in pushes}
    return {key: PushFigures(counts, parts, has_ended[key[0]]) for key, (counts, parts) in found.items()}


def _counted(
    session: Session, ids: Sequence[int], seen: ReportScope, *, is_by_area: bool
) -> dict[tuple[int, int], tuple[Counter[str], list[PartFigures]]]:
    """Return the counters and the parts of campaigns, by area or under none. Parts of one state are added up to one:
    a push to a million has a hundred of them, in every area."""
    shops = None if seen.shops is None else list(session.scalars(select(Retailer.id).where(seen.shops)))
    kept = (_kept(ids, seen, is_by_area) if shops is None else _recipients(ids, shops, is_by_area)).subquery()
    found: dict[tuple[int, int], tuple[Counter[str], list[PartFigures]]] = {
        (campaign_id, tally.NOWHERE): (Counter(), []) for campaign_id in ids if not is_by_area
    }
    is_part = kept.c.key.startswith(tally.PART, autoescape=True)
    for campaign_id, area_id, key, number in session.execute(select(kept).where(~is_part)):
        found.setdefault((campaign_id, area_id), (Counter(), []))[0][key] += int(number)
    if shops is not None:
        for campaign_id, area_id, *numbers in session.execute(_flagged(ids, shops, is_by_area)):
            counts = found.setdefault((campaign_id, area_id), (Counter(), []))[0]
            counts.update(dict(zip(openings.DID, numbers, strict=True)))
    # Of the whole push the parts are as large as they are; else as many as are counted in them here.
    is_whole = seen.is_whole and not is_by_area
    for campaign_id, area_id, part in counters.added_up(session, ids, None if is_whole else kept):
        found.setdefault((campaign_id, area_id), (Counter(), []))[1].append(part)
    return found


def _kept(ids: Sequence[int], seen: ReportScope, is_by_area: bool) -> Any:
    """Build the select of the counters of campaigns: the campaign, the area or none, what, how many."""
    area = CampaignTally.area_id if is_by_area else literal(tally.NOWHERE)
    kept = select(
        CampaignTally.campaign_id,
        area.label("area_id"),
        CampaignTally.key.label("key"),
        func.sum(CampaignTally.count).label("n"),
    ).where(
        CampaignTally.campaign_id.in_(ids),
        CampaignTally.area_id != tally.NOWHERE,
        CampaignTally.key.in_(_COUNTED) | ~CampaignTally.key.startswith(campaign_rules.ONLY, autoescape=True),
    )
    if seen.areas is not None:
        kept = kept.where(CampaignTally.area_id.in_(sorted(seen.areas)))
    return kept.group_by(CampaignTally.campaign_id, CampaignTally.key, *([CampaignTally.area_id] if is_by_area else []))


def _recipients(ids: Sequence[int], shops: Sequence[int], is_by_area: bool) -> Any:
    """Build the same select of a customer manager's shops: their ids were read, so that each is looked up by itself."""
    area = Recipient.area_id if is_by_area else literal(tally.NOWHERE)
    kept = tally.KEPT_AS.label("key")
    counted = select(Recipient.campaign_id, area.label("area_id"), kept, func.count().label("n"))
    mine = (Recipient.campaign_id.in_(ids), Recipient.retailer_id.in_(shops))
    return counted.where(*mine).group_by(
        Recipient.campaign_id, tally.KEPT_AS, *([Recipient.area_id] if is_by_area else [])
    )


def _flagged(ids: Sequence[int], shops: Sequence[int], is_by_area: bool) -> Any:
    """Build the select of what a customer manager's shops did."""
    area = Recipient.area_id if is_by_area else literal(tally.NOWHERE)
    numbers = [func.count().filter(did) for did in openings.DID.values()]
    mine = (Recipient.campaign_id.in_(ids), Recipient.retailer_id.in_(shops))
    by = [Recipient.campaign_id, *([Recipient.area_id] if is_by_area else [])]
    return select(Recipient.campaign_id, area, *numbers).where(*mine).group_by(*by)


def _amounts(session: Session, months: Sequence[int], areas: Sequence[int] | None, brand_id: int | None) -> KeptAmounts:
    """Return the targets and sales of months in these areas, by brand, or of one brand by area."""
    by = BrandMonth.brand_id if brand_id is None else BrandMonth.area_id
    aimed = func.sum(case((BrandMonth.target > 0, BrandMonth.sold), else_=0))
    sums = func.sum(BrandMonth.target), func.sum(BrandMonth.sold), aimed, func.max(BrandMonth.said_at)
    found = select(BrandMonth.month, by, *sums).where(BrandMonth.month.in_(months))
    if brand_id is not None:
        found = found.where(BrandMonth.brand_id == brand_id)
    if areas is not None:
        found = found.where(BrandMonth.area_id.in_(areas))
    amounts: dict[Place, Amounts] = {}
    said_at: dict[int, datetime] = {}
    for when, key, target, sold, of_target, at in session.execute(found.group_by(BrandMonth.month, by)):
        amounts[when, key] = Amounts(int(target), int(sold), int(of_target))
        said_at[when] = max(said_at.get(when, at), at)
    return KeptAmounts(amounts, said_at)
