"""Forecast of a push: whom it would reach, why others would not, and the names of those."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcasts.actions.checking import Circumstances
from broadcasts.actions.sending import PUSHES
from broadcasts.texts import pushes as texts
from campaigns import forecast as forecasts
from campaigns.forecast import Forecast
from campaigns.kinds import Condition
from campaigns.models import Campaign
from foundation import paging
from foundation.errors import Refused
from foundation.paging import Cursor, Order, Page
from people.models import Area, Retailer


@dataclass(frozen=True, slots=True)
class PushForecast:
    """Forecast of a push: `over_quota` are the licences of those who had the month's four."""

    found: Forecast
    over_quota: Sequence[str]

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
    campaign = campaign_of(session, push_id)
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
    campaign = campaign_of(session, push_id)
    columns = (Retailer.id, Retailer.licence, Retailer.shop, Retailer.keeper, Area.name)
    statement = forecasts.left_out(session, campaign, PUSHES, at.context, *columns).where(*within)
    return paging.page(session, statement, _BY_ID, cursor, limit=limit, read=LeftOutShop)


_BY_ID: Order[LeftOutShop] = Order((Retailer.id,), lambda line: (line.id,))


def campaign_of(session: Session, push_id: int) -> Campaign:
    """The campaign of a push, to be read. Raises Refused where there is none."""
    mine = select(Campaign).where(Campaign.kind == PUSHES.name, Campaign.reference == push_id, Campaign.number == 1)
    campaign = session.scalar(mine)
    if campaign is None:
        raise Refused(texts.NO_SUCH)
    if campaign.audience == {}:
        raise Refused(texts.NOBODY)
    return campaign
