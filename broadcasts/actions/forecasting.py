"""Forecast of a push: whom it would reach, why others would not, and the names of those."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcasts.actions import staff
from broadcasts.actions.checking import Circumstances
from broadcasts.actions.sending import PUSHES, as_if
from broadcasts.models.pushes import PUSH, Push
from broadcasts.queries import staff as staff_queries
from broadcasts.queries.calendar import CalendarPush
from broadcasts.queries.pushes import campaign_of
from broadcasts.rules import states
from broadcasts.rules.drafts import PushDraft
from broadcasts.rules.staff import is_staff
from broadcasts.texts import pushes as texts
from campaigns import forecast as forecasts
from campaigns.forecast import Forecast, Swapped
from campaigns.kinds import Condition
from campaigns.models import Campaign
from foundation import paging
from foundation.errors import Refused
from foundation.paging import Cursor, Order, Page
from people.models import Area, Retailer

#: Pairs of pushes on one day that are compared, and earlier pushes that a swap is worked out with: each reads an
#: audience.
PAIRS, SWAPS = 10, 3
#: Staff who are named.
NAMED = 50
#: Shops that are named while a push is written.
NAMED_IN_FORM = 5


@dataclass(frozen=True, slots=True)
class PushForecast:
    """Forecast of a push: `over_quota` are the licences of those who had the month's four."""

    found: Forecast
    over_quota: Sequence[str]
    #: Of a push to staff: the first of those who would get nothing, and why.
    staff_out: Sequence[tuple[str, str]] = ()

    @property
    def audience(self) -> int:
        """Every shop of the roster that the audience names, bound or not."""
        return self.found.meant + sum(self.found.reasons.values())


@dataclass(frozen=True, slots=True)
class LeftOutShop:
    """Shop that a push would leave out, with the reason."""

    id: int
    licence: str
    shop: str
    keeper: str
    area: str
    why: str


def forecast(session: Session, push_id: int, at: Circumstances, *, is_whole: bool = False) -> PushForecast:
    """Whom a push would reach at its moment, as far as is known now; `is_whole`: with every licence over the quota
    instead of the first. Raises Refused where there is no such push, or its audience cannot be read."""
    campaign = _to_read(session, push_id)
    if is_staff(campaign.audience):
        return _of_staff(session, campaign, at)
    found = forecasts.forecast(session, campaign, PUSHES, at.context)
    licences = [each.licence for each in found.named]
    if is_whole and len(licences) < found.over_quota:
        ids = forecasts.over_quota(session, campaign, PUSHES, at.context).order_by(None).subquery()
        licences = list(session.scalars(select(Retailer.licence).join(ids, ids.c.id == Retailer.id)))
    return PushForecast(found, sorted(licences) if is_whole else licences)


def left_out(
    session: Session, push_id: int, at: Circumstances, within: Sequence[Condition], cursor: Cursor, limit: int
) -> Page[LeftOutShop]:
    """A page of the shops that a push would leave out, each with the reason; `within`: which of them may be seen.
    Raises Refused as `forecast`."""
    campaign = _to_read(session, push_id)
    columns = (Retailer.id, Retailer.licence, Retailer.shop, Retailer.keeper, Area.name)
    statement = forecasts.left_out(session, campaign, PUSHES, at.context, *columns).where(*within)
    return paging.page(session, statement, _BY_ID, cursor, limit=limit, read=LeftOutShop)


@dataclass(frozen=True, slots=True)
class DraftForecast:
    """Forecast of a push that is being written."""

    found: Forecast
    #: The first of those who would not get it.
    left_out: Sequence[LeftOutShop]
    #: How many shops have so many of the month's four mass messages left when it goes.
    left: Mapping[int, int]
    #: How many bound shops it shares with each other push of that day, by the push.
    shared: Mapping[int, int]


def of_draft(
    session: Session, push_id: int | None, draft: PushDraft, that_day: Sequence[int], at: Circumstances
) -> DraftForecast:
    """Whom a push would reach as its form stands, saved or not; `that_day` are the other pushes of its day. Raises
    Refused where its audience cannot be read, or nobody was chosen."""
    kept = campaign_of(session, push_id) if push_id else None
    # Never added to the session: nothing of it is written.
    campaign = Campaign(
        id=kept.id if kept else None, kind=PUSH, reference=push_id or 0, audience=draft.audience, due_at=draft.due_at
    )
    if draft.audience == {}:
        raise Refused(texts.NOBODY)
    kind = as_if(draft.kind, draft.plan)
    found = forecasts.forecast(session, campaign, kind, at.context)
    columns = (Retailer.id, Retailer.licence, Retailer.shop, Retailer.keeper, Area.name)
    first = forecasts.left_out(session, campaign, kind, at.context, *columns).order_by(Retailer.id).limit(NAMED_IN_FORM)
    others = session.scalars(select(Campaign).where(Campaign.kind == PUSH, Campaign.reference.in_(that_day)))
    return DraftForecast(
        found,
        [LeftOutShop(*row) for row in session.execute(first)] if found.reasons else (),
        {n: count for n, count in enumerate(forecasts.left_of_month(session, campaign, kind, at.context)) if count},
        {
            each.reference: forecasts.shared(session, campaign, each, kind, at.context)
            for each in others
            if _is_readable(session, each, at)
        },
    )


@dataclass(frozen=True, slots=True)
class SwapOffer:
    """Offer to put a push in the place of an earlier one of the month: who would get it and no more the other one."""

    push_id: int
    title: str
    due_at: datetime
    gain: Swapped


def clashes(
    session: Session, pairs: Sequence[tuple[CalendarPush, CalendarPush]], at: Circumstances
) -> list[tuple[CalendarPush, CalendarPush]]:
    """Those of these pairs of pushes that are for a shop both; pairs with an audience that cannot be read, or that
    nobody has chosen yet, are left out."""
    judged = pairs[:PAIRS]
    ids = {each.id for pair in judged for each in pair}
    rows = session.scalars(select(Campaign).where(Campaign.kind == PUSH, Campaign.reference.in_(ids)))
    campaigns = {each.reference: each for each in rows if each.audience != {} and _is_readable(session, each, at)}
    read = [pair for pair in judged if all(each.id in campaigns for each in pair)]
    both = [(campaigns[one.id], campaigns[other.id]) for one, other in read]
    shared = forecasts.overlapping(session, both, PUSHES, at.context)
    return [pair for pair, is_shared in zip(read, shared, strict=True) if is_shared]


def swaps(session: Session, push_id: int, at: Circumstances) -> Sequence[SwapOffer]:
    """The pushes of the month before this one that it could be swapped with, with what that would change, the last in
    front."""
    campaign = _to_read(session, push_id)
    earlier = [each for each in forecasts.before(session, campaign, at.context) if each.state in states.OPEN][-SWAPS:]
    titles = {
        row.id: row.title
        for row in session.execute(select(Push.id, Push.title).where(Push.id.in_([each.reference for each in earlier])))
    }
    offers = [
        SwapOffer(
            each.reference,
            titles.get(each.reference, ""),
            each.due_at,
            forecasts.swapped(session, each, campaign, PUSHES, at.context),
        )
        for each in reversed(earlier)
    ]
    return [each for each in offers if each.gain.count]


def _is_readable(session: Session, campaign: Campaign, at: Circumstances) -> bool:
    try:
        PUSHES.meant(session, campaign, at.context)
    except Refused:
        return False
    return True


def _of_staff(session: Session, campaign: Campaign, at: Circumstances) -> PushForecast:
    has_notice = PUSHES.message(session, campaign, at.context).notice is not None
    judged = staff.judged(session, campaign, at.context, has_notice=has_notice)
    counts = staff_queries.forecast(session, judged)
    found = Forecast(counts.pop("", 0), 0, dict(counts), 0, ())
    return PushForecast(found, (), staff_queries.left_out(session, judged, NAMED))


_BY_ID: Order[LeftOutShop] = Order((Retailer.id,), lambda line: (line.id,))


def _to_read(session: Session, push_id: int) -> Campaign:
    """The campaign of a push, not locked. Raises Refused where there is none, or nobody has chosen whom it is for."""
    campaign = campaign_of(session, push_id)
    if campaign is None:
        raise Refused(texts.NO_SUCH)
    if campaign.audience == {}:
        raise Refused(texts.NOBODY)
    return campaign
