"""Kind of campaign, as a feature declares it: its audience, reasons to leave shops out, message and last moment."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from wechat_bot.conversation import Account
from wechat_bot.criterion import Criterion
from wechat_bot.mass.source import MassContent
from wechat_bot.services import Services

Condition = ColumnElement[bool]
_UTC = ZoneInfo("UTC")
#: Campaign messages a shop may get in seven days, where the settings say nothing else.
CAP = 2
_NO_ACCOUNT = Account(name="", public_url="", has_pages=False)


@dataclass(frozen=True, slots=True)
class CampaignContext:
    """Context in which audiences are read and messages made: a moment, the criteria, the account."""

    now: datetime
    criteria: Mapping[str, Criterion] = field(default_factory=dict)
    zone: ZoneInfo = _UTC
    account: Account = _NO_ACCOUNT
    #: On how many of seven days a shop may get a campaign (`MOST_A_WEEK`).
    cap: int = CAP
    #: When what is listed now goes, if that is not now: the end of the quiet hours.
    put_off_until: datetime | None = None
    #: Why a link leads nowhere at a moment; empty where it can be opened.
    shut: Callable[[Session, str, datetime], str] = lambda session, link, at: ""

    @property
    def goes_at(self) -> datetime:
        """When what is listed now goes."""
        return self.put_off_until or self.now


class SendingWay(StrEnum):
    """Way by which a shop can be reached; a shop goes by the first of its campaign's that is open to it."""

    #: A customer-service message while the reply window is open.
    MESSAGE = "message"
    #: A mass message, in parts of 2 to 10,000 followers: it uses up one of a follower's four of the month.
    MASS = "mass"
    #: A mass message to everybody with one of WeChat's tags (`CampaignKind.tag`).
    TAG = "tag"
    #: A template message: never for promotion (wechat-platform.md §5).
    TEMPLATE = "template"
    #: The message waits until the shop writes.
    CONTACT = "contact"


#: What the outbox does with a message by itself.
BY_OUTBOX = (SendingWay.MESSAGE, SendingWay.TEMPLATE, SendingWay.CONTACT)


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
class OtherRecipients:
    """Recipients of a campaign who are no shops: they stand in a table of the feature, and are few enough for one
    step. State, approval, moments, pausing and cancelling are the campaign's."""

    are_meant: Callable[[Session, Campaign], bool]
    #: Writes all of them down. Raises Refused where the audience cannot be read.
    list_all: Callable[[Session, Campaign, CampaignMessage, CampaignContext], None]
    #: Hands over those who are listed, and those again whose message was withdrawn; gives whether it is known what
    #: became of all of them. Called until it is.
    hand_over: Callable[[Session, Campaign, CampaignMessage, CampaignContext], bool]
    #: Withdraws what was handed over of a stopped campaign, besides what waits in the outbox; gives whether some of it
    #: is still in the call. Called until none is.
    withdraw: Callable[[Session, Campaign, datetime], bool]


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
    #: The ways of a campaign, the one that is tried first in front. A shop to which none is open is left out
    #: (`no_channel`).
    ways: Callable[[Session, Campaign], Sequence[SendingWay]] = lambda session, campaign: BY_OUTBOX
    #: What its mass messages say; asked for each part just before it is sent. Needed for the ways MASS and TAG.
    mass: Callable[[Services, Session, Campaign], MassContent] | None = None
    #: A picture that its mass messages show, by its SHA-256: the file and its content type.
    picture: Callable[[Services, str], tuple[bytes, str]] | None = None
    #: WeChat's id of the tag that a campaign goes to, for `SendingWay.TAG`.
    tag: Callable[[Session, Campaign], int | None] = lambda session, campaign: None
    #: What an approval covers besides words, audience and moments: the article's version, buttons, the ways.
    content: Callable[[Session, Campaign], Mapping[str, Any]] = lambda session, campaign: {}
    #: Why a campaign may not be sent after all, in a sentence; empty where it may. Asked until all is sent: a campaign
    #: that has not begun becomes a draft again, any other pauses.
    bars: Callable[[Session, Campaign, CampaignContext], str] = lambda session, campaign, context: ""
    #: Whether a shop that had its share of campaigns this week is left out (`cap`). Campaigns of every kind count.
    is_capped: bool = False
    #: Whether a shop gets at most one campaign of this kind on a day (`same_day`).
    is_once_a_day: bool = False
    #: After so many messages in a row that WeChat refused a campaign pauses itself; None for never.
    stops_after: int | None = None
    #: How long after its moment a campaign may still begin, where it has no last moment of its own; then it has missed
    #: its time. None for a kind that begins however late.
    within: timedelta | None = None
    #: Whether somebody else than its authors must approve a campaign before it is sent. Such a campaign begins as a
    #: draft, and a change sends it back to that.
    needs_approval: bool = False
    #: Those campaigns of it that go to others than shops.
    others: OtherRecipients | None = None

    def others_of(self, session: Session, campaign: Campaign) -> OtherRecipients | None:
        """Return the recipients of a campaign that goes to others than shops; None for shops."""
        return self.others if self.others is not None and self.others.are_meant(session, campaign) else None

    def about(self, reference: int) -> str:
        """Return the link that the deliveries of a campaign are about."""
        return f"{self.topic}:{reference}"


def declared(services: Services) -> Mapping[str, CampaignKind]:
    """Return the kinds of campaigns that the features declare, by name."""
    return {each.name: each for each in services.declared if isinstance(each, CampaignKind)}


def context(services: Services, now: datetime) -> CampaignContext:
    """Return the context of this process at a moment."""
    quiet = services.quiet.over_at(now) if services.quiet else None
    shut, cap = services.switchboard.shut, services.most_a_week
    return CampaignContext(now, services.criteria, services.zone, services.account, cap, quiet, shut)
