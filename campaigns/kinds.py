"""What a feature says of its campaigns: whom one is for, who is left out, what it says, until when."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from wechat_bot.criterion import Criterion
from wechat_bot.services import Services

Condition = ColumnElement[bool]
_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Means:
    """What audiences are read by and messages made of, at a moment."""

    now: datetime
    criteria: Mapping[str, Criterion] = field(default_factory=dict)
    zone: ZoneInfo = _UTC
    #: Where our pages are, and whether they can tell who opens them: not without OAuth (subscription accounts).
    public_url: str = ""
    has_pages: bool = False
    #: The notices the account has a template for, and what it is called.
    notices: Collection[str] = ()
    account_name: str = ""


@dataclass(frozen=True, slots=True)
class LeftOutReason:
    """Why a shop is left out: a name, and the condition on `Retailer` (joined with its `Follower`) it holds by."""

    name: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class CampaignMessage:
    """What is sent to each recipient: a message, the notice that may stand in for it, more messages behind it."""

    message: dict[str, Any]
    notice: dict[str, Any] | None = None
    behind: Sequence[dict[str, Any]] = ()
    not_after: datetime | None = None


@dataclass(frozen=True, slots=True)
class CampaignKind:
    """A kind of campaign, as its feature declares it."""

    #: Under this name its campaigns are kept and their deliveries watched.
    name: str
    #: What its links begin with: `survey` makes `survey:12` of the reference 12.
    topic: str
    #: The conditions on `Retailer` of whom a campaign is for. Raises Refused where its audience cannot be read.
    meant: Callable[[Session, Campaign, Means], Sequence[Condition]]
    #: The message, made anew for each batch.
    letter: Callable[[Session, Campaign, Means], CampaignMessage]
    #: Its own reasons to leave somebody out, behind those that hold for all; asked when the audience is frozen, and
    #: again just before a message is handed to the outbox.
    reasons: Callable[[Session, Campaign], Sequence[LeftOutReason]] = lambda session, campaign: ()
    #: Whether a campaign that is due must wait nevertheless.
    waits: Callable[[Session, Campaign, datetime], bool] = lambda session, campaign, now: False
    #: Called before those of the meant shops that this condition names are written down.
    prepare: Callable[[Session, Campaign, Condition, Means], None] | None = None
    #: Locks what the feature keeps of these shops, waiting for nobody, and gives whom it has got: news of the others
    #: are looked at the next time.
    hold: Callable[[Session, Campaign, Sequence[int]], Collection[int]] | None = None
    #: Told whom of those it holds a campaign has reached, in the transaction that notes it.
    reached: Callable[[Session, Campaign, Sequence[int]], None] | None = None
    #: At most so many messages a shop and week, over the campaigns of every kind; None where it does not heed that.
    most_a_week: int | None = None
    #: Nothing is sent before somebody else than its makers has approved it.
    needs_approval: bool = False

    def about(self, reference: int) -> str:
        """The link its deliveries are queued about."""
        return f"{self.topic}:{reference}"


def means(services: Services, now: datetime) -> Means:
    """The means a process has."""
    return Means(
        now,
        services.criteria,
        services.zone,
        services.public_url,
        services.is_service_account,
        services.templates.keys(),
        services.account_name,
    )
