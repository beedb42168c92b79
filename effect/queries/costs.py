"""Costs of messages: sends of a month by channel, quota used and left, and whom campaigns did not reach and why."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns import progress, rules
from campaigns.models import Campaign, Outcome
from effect.models.costs import SmsPrice
from effect.queries import month as month_queries
from effect.queries.measures import MEASURES
from effect.rules import months
from effect.rules.groups import COMPANY
from effect.rules.prices import yuan
from foundation.clock import Period
from wechat_bot.mass.models import MassMonth
from wechat_bot.mass.quota import A_MONTH


@dataclass(frozen=True, slots=True)
class QuotaOfMonth:
    """Mass messages of a month: how many followers had how many, as it was counted last."""

    #: Followers by how many they had.
    followers: Mapping[int, int]
    counted_at: datetime

    @property
    def used(self) -> int:
        """How many sends were used."""
        return sum(had * count for had, count in self.followers.items())

    @property
    def left(self) -> int:
        """How many sends were left, which are lost at the month's end."""
        return sum((A_MONTH - had) * count for had, count in self.followers.items())

    @property
    def with_some_left(self) -> int:
        """How many followers had sends left."""
        return sum(count for had, count in self.followers.items() if had < A_MONTH)


def quotas(session: Session, span: Collection[int]) -> dict[int, QuotaOfMonth]:
    """Return what was used of each month's mass messages, where it was counted."""
    rows: dict[int, list[MassMonth]] = {}
    for row in session.scalars(select(MassMonth).where(MassMonth.month.in_(span))):
        rows.setdefault(row.month, []).append(row)
    return {
        month: QuotaOfMonth({row.used: row.followers for row in mine}, max(row.counted_at for row in mine))
        for month, mine in rows.items()
    }


def not_reached(session: Session, period: Period) -> Mapping[str, int]:
    """Return how often shops were not reached by the campaigns that began in a period, by reason: those left out, and
    those whose message surely did not arrive, the most frequent first."""
    began = (Campaign.frozen_at >= period.begins_at, Campaign.frozen_at < period.ends_at)
    found: Counter[str] = Counter()
    for figures in progress.figures(session, session.scalars(select(Campaign).where(*began)).all()).values():
        found.update(figures.left_out)
        found.update({_name(each): figures.of(each) for each in rules.NOT_ARRIVED if figures.of(each)})
    return dict(found.most_common())


def _name(outcome: Outcome) -> str:
    # `refused` as a reason is a shop that wants no promotions; as an outcome it is WeChat that refused.
    return "not_delivered" if outcome is Outcome.REFUSED else outcome.value


def prices(session: Session) -> list[SmsPrice]:
    """Return all prices, the last first."""
    return list(session.scalars(select(SmsPrice).order_by(SmsPrice.from_on.desc())))


@dataclass(frozen=True, slots=True)
class CostLine:
    """Messages of a month by channel, None where nothing was counted; and what a text message cost then."""

    month: int
    sent: Mapping[str, int | None]
    price: SmsPrice | None
    quota: QuotaOfMonth | None

    @property
    def messages(self) -> int:
        """How many were sent by all channels."""
        return sum(count or 0 for count in self.sent.values())

    @property
    def yuan(self) -> float | None:
        """What as many text messages would have cost; None where nobody has said the price."""
        return yuan(self.messages, self.price.mills) if self.price else None


def lines(session: Session, month: int, back: int) -> list[CostLine]:
    """Return the months up to one of which something was counted, the last first."""
    span = [months.before(month, by) for by in range(back)]
    facts = month_queries.facts(session, span, COMPANY)
    known, counts = prices(session), quotas(session, span)
    found = []
    for each in span:
        sent = {one.name: facts.get((each, one.name)) for one in MEASURES}
        if any(sent.values()):
            counted = {name: fact.n if fact else None for name, fact in sent.items()}
            price = next((one for one in known if one.from_on <= months.first_day(each)), None)
            found.append(CostLine(each, counted, price, counts.get(each)))
    return found
