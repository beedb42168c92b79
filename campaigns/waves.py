"""Waves: rounds of invitations to authored work (surveys, quizzes, courses), each a campaign with its number."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns import listing, progress, steering
from campaigns.kinds import CampaignKind, Condition
from campaigns.models import Campaign, CampaignState, Outcome, Recipient
from campaigns.rules import UNSETTLED, CampaignFigures
from console.authored import Authored, AuthoredState
from console.rules.visitors import Visitor
from foundation.dialects import among
from foundation.errors import Refused
from foundation.paging import FIRST, Cursor, Order, Page, page
from foundation.text import visible, whole_number
from people import audiences
from people.audiences import Spec
from people.models import Area, Retailer
from people.visibility import within
from wechat_bot.criterion import Criterion
from wechat_bot.feature import About, Title

MOST_REMINDERS = 5
MOST_DAYS = 30
#: Characters of what an invitation says.
LONGEST = 300
PAGE = 50
#: Shops the preview of an invitation looks at.
PREVIEWED = 25_000
#: An audience of at most so many shops is named shop by shop.
FEW = 10_000


@dataclass(frozen=True, slots=True)
class WavePlan:
    """What staff plan: an invitation for a moment, and reminders after it."""

    said: str
    first_at: datetime
    reminders: int = 0
    every_days: int = 3
    #: Narrows to whom of those that are meant it goes.
    audience: Mapping[str, Any] | None = None
    #: How many waves the planner has seen: a form sent twice, or by two people, must not be two invitations.
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class WaveLine:
    """Wave with its figures."""

    number: int
    kind: str
    campaign_id: int
    said: str
    audience: dict[str, Any] | None
    due_at: datetime
    state: CampaignState
    error: str | None
    created_by: str
    figures: CampaignFigures


@dataclass(frozen=True, slots=True)
class Invited:
    """Shop in the list of a wave."""

    retailer_id: int
    licence: str
    shop: str
    keeper: str
    phone: str
    area: str
    why: str | None
    outcome: str | None
    is_opened: bool
    has_acted: bool


_BY_SHOP: Order[Invited] = Order((Recipient.retailer_id,), lambda line: (line.retailer_id,))


def moments(first: datetime, reminders: int, every_days: int) -> list[datetime]:
    """Return when the waves are due: the first invitation, then the reminders.

    >>> [each.day for each in moments(datetime(2026, 9, 1), 2, 3)]
    [1, 4, 7]
    """
    return [first + timedelta(days=every_days * n) for n in range(reminders + 1)]


def plan(
    session: Session,
    kind: CampaignKind,
    work: Authored,
    given: WavePlan,
    *,
    meant: Sequence[Condition],
    noun: str,
    who: str,
    criteria: Mapping[str, Criterion],
    now: datetime,
) -> list[int]:
    """Plan the waves of a work that the caller has locked; gives their numbers. `meant` are the conditions for whom an
    invitation can be.

    Raises Refused where the work is over or not published, a value is not allowed, or nobody would be invited.
    """
    if work.state(now) not in (AuthoredState.OPEN, AuthoredState.WAITING):
        raise Refused(f"这份{noun}没有在进行，不能邀请。")
    if given.seen is not None and given.seen != work.waves:
        raise Refused("刚刚已经安排过邀请了。请刷新这一页，看清楚再决定。")
    said = visible(given.said)
    if not said or len(said) > LONGEST:
        raise Refused(f"邀请的话要写，最多 {LONGEST} 个字。")
    if not 0 <= given.reminders <= MOST_REMINDERS or not 1 <= given.every_days <= MOST_DAYS:
        raise Refused(f"提醒最多 {MOST_REMINDERS} 次，间隔 1 到 {MOST_DAYS} 天。")
    due = moments(max(given.first_at, now, work.opens_at or now), given.reminders, given.every_days)
    if work.closes_at is not None and due[-1] >= work.closes_at:
        raise Refused(f"最后一次在{noun}结束以后了，请改早一些，或少提醒几次。")
    named = narrowed(session, given.audience, criteria, now=now)
    audiences.require_some(listing.is_anybody(session, *meant, *named))
    numbers = []
    for moment in due:
        work.waves += 1
        numbers.append(work.waves)
        steering.plan(
            session,
            kind,
            work.id,
            number=work.waves,
            said=said,
            due_at=moment,
            audience=given.audience,
            by=who,
            now=now,
        )
    return numbers


def narrowed(
    session: Session, audience: Spec, criteria: Mapping[str, Criterion], *also: Condition, now: datetime
) -> Sequence[Condition]:
    """Return the condition that narrows an invitation to an audience; none where it has none of its own. `also` are
    further conditions on those it names. Raises Refused where the audience cannot be read."""
    if audience is None:
        return ()
    named = audiences.select_ids(session, audience, criteria, now=now).where(*also)
    # Few are named one by one: beside a subquery PostgreSQL would judge every shop of a step before it asks whether it
    # is named.
    few = session.scalars(named.limit(FEW + 1)).all()
    return (among(session, Retailer.id, few) if len(few) <= FEW else Retailer.id.in_(named.correlate(None)),)


def ended(session: Session, kind: CampaignKind, works: type[Authored], *, now: datetime) -> list[int]:
    """Return the works that are over and still have invitations that could go out."""
    running = select(Campaign.reference).where(Campaign.kind == kind.name, Campaign.state.in_(UNSETTLED))
    return list(session.scalars(select(works.id).where(works.closes_at <= now, works.id.in_(running))))


def lines(session: Session, kinds: Iterable[CampaignKind], reference: int) -> list[WaveLine]:
    """Return the waves of a work with their figures, in order; what has the number 0 (news of results) comes last."""
    campaigns = session.scalars(
        select(Campaign)
        .where(Campaign.kind.in_([kind.name for kind in kinds]), Campaign.reference == reference)
        .order_by(Campaign.number == 0, Campaign.number)
    ).all()
    figures = progress.figures(session, campaigns)
    return [_line(each, figures[each.id]) for each in campaigns]


def invited(
    session: Session,
    visitor: Visitor,
    campaign_id: int,
    *,
    narrowed: str = "",
    today: date,
    cursor: Cursor = FIRST,
    limit: int = PAGE,
) -> Page[Invited]:
    """Return a page of the shops of a wave that this visitor may see; `narrowed` to a part, an outcome, or a reason to
    leave somebody out."""
    mine = within(session, visitor, today=today)
    shop = (Retailer.id, Retailer.licence, Retailer.shop, Retailer.keeper, Retailer.phone, Area.name)
    campaign = session.get_one(Campaign, campaign_id)
    became = (Recipient.why, progress.outcome(campaign), Recipient.is_opened, Recipient.acted_at.is_not(None))
    statement = progress.recipients(campaign, *shop, *became, part=narrowed or progress.MEANT)
    if mine is not None:
        statement = statement.where(mine)
    return page(session, statement, _BY_SHOP, cursor, limit=limit, read=Invited)


def numbers(session: Session, abouts: Iterable[About]) -> dict[About, int]:
    """Return the number of the wave that each message belongs to; left out are those of none. One statement."""
    of_key = {about: campaign_id for about in abouts if (campaign_id := steering.of_key(about.key)) is not None}
    found = session.execute(select(Campaign.id, Campaign.number).where(Campaign.id.in_(set(of_key.values()))))
    number = {row.id: row.number for row in found}
    return {about: number[campaign_id] for about, campaign_id in of_key.items() if campaign_id in number}


def titles(
    session: Session,
    works: type[Authored],
    topic: str,
    abouts: Iterable[About],
    title: Callable[[int, str, int | None], Title],
) -> dict[About, Title]:
    """Return the titles of messages about works: `title` makes one of the work's id, its title, and the number of the
    wave; None where the message belongs to none."""
    links = {about: about.link.partition(":") for about in abouts}
    mine = {about: number for about, (of, _, rest) in links.items() if of == topic and (number := whole_number(rest))}
    if not mine:
        return {}
    rows = session.execute(select(works.id, works.title).where(works.id.in_(set(mine.values()))))
    names = {row.id: row.title for row in rows}
    of_wave = numbers(session, mine)
    return {about: title(each, names[each], of_wave.get(about)) for about, each in mine.items() if each in names}


def _line(campaign: Campaign, figures: CampaignFigures) -> WaveLine:
    state = CampaignState(campaign.state)
    if state is CampaignState.SENT and figures.of(Outcome.QUEUED):
        state = CampaignState.SENDING  # all are in the outbox, and some still on their way
    return WaveLine(
        campaign.number,
        campaign.kind,
        campaign.id,
        campaign.said,
        campaign.audience,
        campaign.due_at,
        state,
        campaign.error,
        campaign.created_by,
        figures,
    )
