"""Nouns of campaigns: the campaign, its recipients, every step of it, its counters."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base
from foundation.dialects import only


class CampaignState(StrEnum):
    """Where a campaign stands."""

    #: Waits for somebody else's approval.
    SUBMITTED = "submitted"
    #: Waits for its moment.
    PLANNED = "planned"
    #: Whom it is for is being written down, in steps.
    LISTING = "listing"
    SENDING = "sending"
    PAUSED = "paused"
    #: All messages were handed to the outbox; what becomes of each shows in the figures.
    SENT = "sent"
    CANCELLED = "cancelled"
    #: What it is about ended first.
    OVER = "over"
    #: Its audience cannot be read any more: nothing was sent.
    BROKEN = "broken"


class Campaign(Base):
    """One message to many shops: what it says, whom it is for, when it is due, and how far it has come."""

    __tablename__ = "campaign"
    __table_args__ = (
        UniqueConstraint("kind", "reference", "number"),
        # What the clock asks for every other second.
        Index(
            "ix_campaign_due",
            "kind",
            "due_at",
            **only("state in ('planned', 'listing', 'sending')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The name of its `CampaignKind`; and what it is about there: the id of a survey, the number of the round.
    kind: Mapped[str] = mapped_column(String(32))
    reference: Mapped[int]
    number: Mapped[int] = mapped_column(default=1)
    #: What its deliveries are about, as a link.
    about: Mapped[str] = mapped_column(String(64))
    said: Mapped[str] = mapped_column(Text)
    #: Whom it is for, as its kind reads it.
    audience: Mapped[dict[str, Any] | None]
    due_at: Mapped[datetime]
    #: From then on nothing of it is sent, and an answer is no answer to it any more.
    not_after: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(16))
    #: When its audience was frozen; and up to which shop it is written down.
    frozen_at: Mapped[datetime | None]
    cursor: Mapped[int] = mapped_column(default=0, server_default="0")
    #: How often it was resumed: who is sent to again needs another key in the outbox.
    resumed: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    #: Why it is broken, or waits for approval again.
    error: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(40))
    #: When it was cancelled, was over or broke.
    ended_at: Mapped[datetime | None]
    #: The digest of what was approved.
    approved: Mapped[str | None] = mapped_column(String(64))
    #: Drawn by the page that wrote it: the same form posted twice is one campaign.
    token: Mapped[str | None] = mapped_column(String(64), unique=True)


class Outcome(StrEnum):
    """What became of the message to one recipient."""

    #: Meant, and not handed to the outbox yet.
    LISTED = "listed"
    QUEUED = "queued"
    #: Accepted as a customer-service message.
    CUSTOM = "custom"
    #: Accepted as a template message, the receipt is still out; or it has come.
    TEMPLATE = "template"
    ARRIVED = "arrived"
    #: The reply window is closed and there is no template: waits for the next contact.
    HELD = "held"
    UNSURE = "unsure"
    #: They did what it asks for before it went out.
    SPARED = "spared"
    UNFOLLOWED = "unfollowed"
    LATE = "late"
    REFUSED = "refused"
    STOPPED = "stopped"


class Recipient(Base):
    """A shop of a campaign's audience, frozen: either why it is left out, or what its message came to.

    It names its campaign and its shop without foreign keys: both are there when it is written, neither is ever deleted,
    and PostgreSQL would look up each of a million twice.
    """

    __tablename__ = "campaign_recipient"
    __table_args__ = (
        CheckConstraint("(why IS NULL) <> (outcome IS NULL)", name="left_out_or_meant"),
        Index("ix_campaign_recipient_outcome", "campaign_id", "outcome", "retailer_id"),
        Index(
            "ix_campaign_recipient_openid",
            "openid",
            "campaign_id",
            **only("openid is not null"),
        ),
        Index(
            "ix_campaign_recipient_delivery_id",
            "delivery_id",
            **only("delivery_id is not null"),
        ),
        Index(
            "ix_campaign_recipient_opened",
            "campaign_id",
            "retailer_id",
            **only("is_opened"),
        ),
        Index(
            "ix_campaign_recipient_acted",
            "campaign_id",
            "retailer_id",
            **only("acted_at is not null"),
        ),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    retailer_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: Whom it is sent to; nobody where the shop is left out.
    openid: Mapped[str | None] = mapped_column(String(64))
    #: As they were when it was written down, so that a shop that moves changes no report.
    area_id: Mapped[int]
    manager_id: Mapped[int | None]
    #: Why nothing is sent; nothing where it is meant.
    why: Mapped[str | None] = mapped_column(String(16))
    #: What the counters take it for. The delivery is the truth: its news brings this up some seconds later.
    outcome: Mapped[str | None] = mapped_column(String(16))
    delivery_id: Mapped[int | None]
    is_opened: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: When they did what it asks for. Never set where nobody may know who did (an anonymous survey).
    acted_at: Mapped[datetime | None]


class CampaignStep(Base):
    """A step of a campaign: who brought it to which state, and why."""

    __tablename__ = "campaign_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    at: Mapped[datetime]
    #: By name; empty for the clock.
    by: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(16))
    why: Mapped[str] = mapped_column(String(300), default="")


class CampaignTally(Base):
    """A counter of a campaign and an area: of those left out for a reason, of an outcome, of who opened or acted.

    Changed only in the transaction that changes what it counts. Area 0 counts acts whose shop must not be known.
    """

    __tablename__ = "campaign_tally"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    area_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(24), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
