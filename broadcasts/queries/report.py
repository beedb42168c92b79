"""Report of a push: what became of it, of all shops or of the visitor's part, by area; from the counters.

Whoever sees areas gets the counters of these; a customer manager's few hundred shops are counted one by one, as they
look after them today.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, select, union_all
from sqlalchemy.orm import Session

from broadcasts.models.answers import PushCounted, PushReads, PushSplit
from broadcasts.models.library import LibraryArticle
from broadcasts.models.pushes import IS_ITS_CAMPAIGN, PUSH, Push, Refusal
from broadcasts.queries import counters, staff
from broadcasts.queries.pushes import campaign_of
from broadcasts.rules import states
from broadcasts.rules.figures import PartFigures, PushFigures
from campaigns import openings, rules, tally
from campaigns.models import Campaign, CampaignStep, CampaignTally, Recipient
from console.rules.visitors import Role, Visitor
from people import visibility
from people.models import Area, Manager, Retailer, ShopClass

#: How many earlier pushes of the column a push is compared with.
COMPARED = 4
#: How long after a push a refusal is put to it.
REFUSED_WITHIN = timedelta(hours=48)
#: By what a report is divided. Areas are counted in each transaction, the others by the clock.
DIVISIONS = {"area": "片区", "manager": "客户经理", "class": "类型"}
#: The name of no manager.
NOBODY = "没有客户经理"


@dataclass(frozen=True, slots=True)
class ReportScope:
    """Part of a push that a visitor sees: areas, or shops; both None for all of it."""

    areas: frozenset[int] | None = None
    shops: ColumnElement[bool] | None = None

    @property
    def is_whole(self) -> bool:
        return self.areas is None and self.shops is None


WHOLE = ReportScope()


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """Figures of one area."""

    area_id: int
    name: str
    figures: PushFigures


@dataclass(frozen=True, slots=True)
class HourOpened:
    """Openings up to the end of an hour since the push's moment."""

    hour: int
    opened: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Earlier push of the same column."""

    push_id: int
    title: str
    due_at: datetime
    figures: PushFigures


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """WeChat's own reads of the articles of a push: totals, with those who got them forwarded."""

    reads: int
    until_on: date


@dataclass(frozen=True, slots=True)
class Division:
    """Figures of a push divided: each part's name, its figures, and the filters that narrow the missed list to it."""

    name: str
    word: str
    rows: Sequence[tuple[str, PushFigures, Mapping[str, int]]]
    #: Until when they were counted; None where they always are.
    until: datetime | None = None

    @property
    def is_exact(self) -> bool:
        """Whether what was delivered is known for each row."""
        return all(figures.is_exact for _, figures, _ in self.rows)


@dataclass(frozen=True, slots=True)
class PushReport:
    """Report of a push."""

    push_id: int
    title: str
    kind: str
    state: states.State
    due_at: datetime
    ended_at: datetime | None
    figures: PushFigures
    areas: Sequence[AreaFigures]
    hours: Sequence[HourOpened]
    #: Openings of others through a forwarded card, and of staff; only for who sees all of it.
    others: int
    staff: int
    #: Those it was sent to who refused promotions within two days of it.
    refused_promos: int
    #: Why nothing of it was sent, or no more.
    why: str = ""

    @property
    def name(self) -> str:
        """Its state as scripts call it."""
        return states.NAMES[self.state]


def scope(session: Session, visitor: Visitor, *, today: date) -> ReportScope:
    """Return the part of a push that a visitor sees."""
    if visitor.is_company_wide:
        return WHOLE
    if visitor.role is Role.MANAGER:
        return ReportScope(shops=visibility.within(session, visitor, today=today))
    return ReportScope(areas=frozenset(visibility.area_ids(session, visitor) or ()))


def conditions(found: ReportScope) -> list[ColumnElement[bool]]:
    """Return the conditions on `Recipient` for a part of a push."""
    if found.areas is not None:
        return [Recipient.area_id.in_(sorted(found.areas))]
    return [] if found.shops is None else [Recipient.retailer_id.in_(select(Retailer.id).where(found.shops))]


def report(session: Session, push_id: int, seen: ReportScope) -> PushReport | None:
    """Return the report of a push, or of the part of it that is seen; None where there is none."""
    push, campaign = session.get(Push, push_id), campaign_of(session, push_id)
    if push is None or campaign is None:
        return None
    by_area = {} if push.is_to_staff else _counts(session, campaign, seen)
    nowhere = by_area.pop(tally.NOWHERE, Counter[str]())
    whole = staff.counts(session, campaign) if push.is_to_staff else Counter[str]()
    for counts in by_area.values():
        whole.update(counts)
    parts = counters.parts(session, [campaign.id])[campaign.id]
    is_ended = campaign.state in rules.ENDED
    names = {row.id: row.name for row in session.execute(select(Area.id, Area.name).where(Area.id.in_(by_area)))}
    sent_at = _sent_at(session, campaign)
    return PushReport(
        push_id,
        push.title,
        push.kind,
        states.State(campaign.state),
        campaign.due_at,
        sent_at,
        counters.figures(whole, parts, is_whole=seen.is_whole, is_ended=is_ended),
        sorted(
            (
                AreaFigures(area, names.get(area, ""), counters.row(counts, parts, is_ended=is_ended))
                for area, counts in by_area.items()
            ),
            key=lambda each: (-each.figures.audience, each.name),
        ),
        _hours(whole),
        nowhere["others"],
        nowhere["staff"],
        _refusals(session, campaign, seen),
        (campaign.error or "") if is_ended else "",
    )


def figures_of(session: Session, campaign: Campaign, seen: ReportScope) -> PushFigures:
    """Return the figures of a push to shops, or of the part of it that is seen, and nothing of its areas."""
    return _summed(session, campaign, seen, counters.parts(session, [campaign.id]))


def compared(session: Session, push_id: int, *, limit: int = COMPARED) -> list[Compared]:
    """Return the pushes before this one with an article of the same column, the newest first."""
    column = (
        select(LibraryArticle.column_id)
        .join(Push, Push.article_id == LibraryArticle.id)
        .where(Push.id == push_id)
        .scalar_subquery()
    )
    mine = select(Campaign.due_at).where(Campaign.kind == PUSH, Campaign.reference == push_id).scalar_subquery()
    rows = session.execute(
        select(Push.id, Push.title, Campaign)
        .join(Campaign, IS_ITS_CAMPAIGN)
        .join(LibraryArticle, LibraryArticle.id == Push.article_id)
        .where(LibraryArticle.column_id == column, Push.id != push_id, Campaign.due_at < mine)
        .where(Campaign.frozen_at.is_not(None))
        .order_by(Campaign.due_at.desc(), Push.id.desc())
        .limit(limit)
    ).all()
    parts = counters.parts(session, [row.Campaign.id for row in rows])
    found = []
    for row in rows:
        found.append(Compared(row.id, row.title, row.Campaign.due_at, _summed(session, row.Campaign, WHOLE, parts)))
    return found


def account_figures(session: Session, push_id: int) -> AccountFigures | None:
    """Return WeChat's own reads of a push; None where they were not asked for yet."""
    row = session.get(PushReads, push_id)
    return None if row is None else AccountFigures(row.readers, row.until_on)


def by_areas(found: PushReport) -> Division:
    """Return the report by area, always as it stands."""
    rows = [(each.name, each.figures, {"area": each.area_id}) for each in found.areas]
    return Division("area", DIVISIONS["area"], rows)


def divided(session: Session, found: PushReport, name: str) -> Division:
    """Return the report by manager or by class, as it was last counted."""
    counts: dict[int, Counter[str]] = {}
    # Columns, not entities: each manager has a row of each part.
    mine = select(PushSplit.of_id, PushSplit.key, PushSplit.count)
    mine = mine.where(PushSplit.push_id == found.push_id, PushSplit.division == name)
    for of_id, key, number in session.execute(mine):
        counts.setdefault(of_id, Counter())[key] += number
    table: Any = Manager if name == "manager" else ShopClass
    names = {row.id: row.name for row in session.execute(select(table.id, table.name).where(table.id.in_(counts)))}
    parts, is_ended = found.figures.parts, found.state in rules.ENDED
    rows = [
        (
            names.get(of_id, NOBODY),
            counters.row(each, parts, is_ended=is_ended),
            {name: of_id},
        )
        for of_id, each in counts.items()
    ]
    until = session.scalar(select(PushCounted.at).where(PushCounted.push_id == found.push_id))
    return Division(name, DIVISIONS[name], sorted(rows, key=lambda row: (-row[1].audience, row[0])), until)


def count(session: Session, campaign: Campaign, by: Any, conditions: Sequence[ColumnElement[bool]]) -> Any:
    """Build the select that counts the recipients of a push as the counters do, by a column beside: rows of it, the key
    and how many, of openings and acts too."""
    mine = (Recipient.campaign_id == campaign.id, *conditions)
    kept = select(by.label("by"), tally.KEPT_AS.label("key"), func.count().label("n"))
    joined = Retailer.id == Recipient.retailer_id
    parts = [kept.select_from(Recipient).join(Retailer, joined).where(*mine).group_by(by, tally.KEPT_AS)]
    for name, did in openings.DID.items():
        flagged = select(by.label("by"), literal(name).label("key"), func.count().label("n"))
        parts.append(flagged.select_from(Recipient).join(Retailer, joined).where(*mine, did).group_by(by))
    return union_all(*parts)


def _counts(session: Session, campaign: Campaign, seen: ReportScope) -> dict[int, Counter[str]]:
    """Return the counters of a push by area; of the shops that are seen, where they are no whole areas."""
    found: dict[int, Counter[str]] = {}
    if seen.shops is None:
        kept = select(CampaignTally.area_id, CampaignTally.key, CampaignTally.count)
        kept = kept.where(CampaignTally.campaign_id == campaign.id)
        if seen.areas is not None:
            kept = kept.where(CampaignTally.area_id.in_(sorted(seen.areas)))
        for area, key, number in session.execute(kept):
            found.setdefault(area, Counter())[key] += number
        return found
    mine = (Recipient.campaign_id == campaign.id, *conditions(seen))
    for area, key, number in session.execute(count(session, campaign, Recipient.area_id, conditions(seen))):
        found.setdefault(area, Counter())[key] += number
    opened = select(Recipient.area_id, Recipient.opened_at).where(*mine, Recipient.is_opened)
    for area, at in session.execute(opened):
        found[area][openings.hour((at or campaign.due_at) - campaign.due_at)] += 1
    return found


def _summed(
    session: Session, campaign: Campaign, seen: ReportScope, parts: Mapping[int, Sequence[PartFigures]]
) -> PushFigures:
    counts: Counter[str] = Counter()
    if seen.shops is None:
        kept = select(CampaignTally.key, func.sum(CampaignTally.count)).group_by(CampaignTally.key)
        kept = kept.where(CampaignTally.campaign_id == campaign.id, CampaignTally.area_id != tally.NOWHERE)
        if seen.areas is not None:
            kept = kept.where(CampaignTally.area_id.in_(sorted(seen.areas)))
        counts.update({key: int(number) for key, number in session.execute(kept)})
    else:
        for each in _counts(session, campaign, seen).values():
            counts.update(each)
    is_ended = campaign.state in rules.ENDED
    return counters.figures(counts, parts[campaign.id], is_whole=seen.is_whole, is_ended=is_ended)


def _hours(counts: Mapping[str, int]) -> list[HourOpened]:
    """Return how many had opened by each hour, from the first to the last in which anybody did."""
    start = openings.HOUR
    by_hour = {int(key.removeprefix(start)): n for key, n in counts.items() if key.startswith(start) and n}
    found, sum_ = [], 0
    for hour in range(max(by_hour, default=-1) + 1):
        sum_ += by_hour.get(hour, 0)
        found.append(HourOpened(hour, sum_))
    return found


def _sent_at(session: Session, campaign: Campaign) -> datetime | None:
    done = select(func.max(CampaignStep.at)).where(CampaignStep.campaign_id == campaign.id)
    return session.scalar(done.where(CampaignStep.state == states.State.SENT))


def _refusals(session: Session, campaign: Campaign, seen: ReportScope) -> int:
    """Count who refused promotions within two days after this push, of those it was sent to."""
    after = and_(Refusal.at >= campaign.due_at, Refusal.at < campaign.due_at + REFUSED_WITHIN)
    # Few refuse within two days: they are looked up among a million, not the other way round.
    refused = Recipient.openid.in_(select(Refusal.openid).where(after))
    found = select(func.count()).select_from(Recipient)
    return session.scalar(found.where(Recipient.campaign_id == campaign.id, refused, *conditions(seen))) or 0
