"""Kind of campaign, as a feature declares it: its audience, reasons to leave shops out, message and last moment."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from wechat_bot.conversation import Account
from wechat_bot.criterion import Criterion
from wechat_bot.services import Services

Condition = ColumnElement[bool]
_UTC = ZoneInfo("UTC")
_NO_ACCOUNT = Account(name="", public_url="", has_pages=False)


@dataclass(frozen=True, slots=True)
class CampaignContext:
    """Context in which audiences are read and messages made: a moment, the criteria, the account."""

    now: datetime
    criteria: Mapping[str, Criterion] = field(default_factory=dict)
    zone: ZoneInfo = _UTC
    account: Account = _NO_ACCOUNT


@dataclass(frozen=True, slots=True)
class LeftOutReason:
    """Reason to leave a shop out: its name, and the condition on `Retailer` (joined with its `Follower`) that must
    hold."""

    name: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class CampaignMessage:
    """Message to one recipient, the notice that may stand in for it, and more messages to send after it."""

    message: dict[str, Any]
    notice: dict[str, Any] | None = None
    behind: Sequence[dict[str, Any]] = ()
    not_after: datetime | None = None
    #: Words of each recipient's own, by their row of `Recipient`: they take the place of `queueing.OWN` in the message.
    own: ColumnElement[str] | None = None


@dataclass(frozen=True, slots=True)
class CampaignKind:
    """Kind of campaign, as its feature declares it."""

    #: The name its campaigns are stored under and its deliveries are found by.
    name: str
    #: What its links begin with: `survey` makes `survey:12` of the reference 12.
    topic: str
    #: Gives the conditions on `Retailer` for the audience of a campaign. Raises Refused where the audience cannot be
    #: read.
    meant: Callable[[Session, Campaign, CampaignContext], Sequence[Condition]]
    #: Makes the message, afresh for each batch.
    message: Callable[[Session, Campaign, CampaignContext], CampaignMessage]
    #: Its own reasons to leave a shop out, checked after those that hold for every kind: when the audience is frozen,
    #: and again just before a message is handed to the outbox.
    reasons: Callable[[Session, Campaign], Sequence[LeftOutReason]] = lambda session, campaign: ()
    #: Whether a campaign that is due must still wait.
    waits: Callable[[Session, Campaign, datetime], bool] = lambda session, campaign, now: False
    #: Called before the shops of the audience for which this condition holds are written down.
    prepare: Callable[[Session, Campaign, Condition, CampaignContext], None] | None = None
    #: Locks the feature's own rows of these shops without waiting, and gives the shops it could lock; the news of the
    #: others are processed next time.
    hold: Callable[[Session, Campaign, Sequence[int]], Collection[int]] | None = None
    #: Told which of those shops a campaign has reached, in the transaction that notes it.
    reached: Callable[[Session, Campaign, Sequence[int]], None] | None = None
    #: At most so many messages a shop and week, over campaigns of every kind; None for a kind without that limit.
    most_a_week: int | None = None
    #: Whether somebody else than its authors must approve a campaign before it is sent.
    needs_approval: bool = False

    def about(self, reference: int) -> str:
        """Return the link that the deliveries of a campaign are about."""
        return f"{self.topic}:{reference}"


def context(services: Services, now: datetime) -> CampaignContext:
    """Return the context of this process at a moment."""
    return CampaignContext(now, services.criteria, services.zone, services.account)
