"""Tables of campaigns: the campaign, its recipients, its steps, who had a hand in it, its counters."""

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
    """State of a campaign."""

    #: Being written: nothing is planned yet, or it was sent back.
    DRAFT = "draft"
    #: Waits for approval by somebody else.
    SUBMITTED = "submitted"
    #: Waits for its moment to send.
    PLANNED = "planned"
    #: The recipients are being written down, in steps.
    LISTING = "listing"
    SENDING = "sending"
    PAUSED = "paused"
    #: All messages were handed to the outbox; the figures show what came of each.
    SENT = "sent"
    CANCELLED = "cancelled"
    #: Ended because the survey, round or the like that it is about ended first.
    OVER = "over"
    #: Its audience can no longer be read, or WeChat refuses what it says: nothing was sent.
    BROKEN = "broken"
    #: Its last moment passed before anything of it was sent, or while it was paused.
    MISSED = "missed"


class Campaign(Base):
    """Campaign row: one message to many shops, with its text, audience, due moment and progress."""

    __tablename__ = "campaign"
    __table_args__ = (
        UniqueConstraint("kind", "reference", "number"),
        # For the clock's query, which runs every other second.
        Index(
            "ix_campaign_due",
            "kind",
            "due_at",
            **only("state in ('planned', 'listing', 'sending')"),
        ),
        # For those whose approval or last moment is looked after.
        Index("ix_campaign_bound", "kind", **only("state in ('submitted', 'planned')")),
        Index("ix_campaign_paused", "kind", **only("state = 'paused'")),
        Index("ix_campaign_withdrawing", "kind", **only("is_withdrawing")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The name of its `CampaignKind`, and what it is about there: the id of a survey, the number of a round.
    kind: Mapped[str] = mapped_column(String(32))
    reference: Mapped[int]
    number: Mapped[int] = mapped_column(default=1)
    #: The link that its deliveries are about.
    about: Mapped[str] = mapped_column(String(64))
    said: Mapped[str] = mapped_column(Text)
    #: The audience, in the form its kind reads.
    audience: Mapped[dict[str, Any] | None]
    due_at: Mapped[datetime]
    #: From this moment on nothing of it is sent, and no answer is credited to it.
    not_after: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(16))
    #: When its audience was frozen, the last shop id there was at that moment, and the last one written down so far.
    frozen_at: Mapped[datetime | None]
    last_shop: Mapped[int] = mapped_column(default=0, server_default="0")
    cursor: Mapped[int] = mapped_column(default=0, server_default="0")
    #: The month (YYYYMM) in which sends of its mass messages were booked at listing, and the last shop id that was put
    #: into a part.
    quota_month: Mapped[int | None]
    cut_to: Mapped[int] = mapped_column(default=0, server_default="0")
    #: How many messages in a row WeChat refused so far.
    refused_in_row: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    #: How often it was resumed: a shop that is sent to again needs another key in the outbox.
    resumed: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    #: Whether it was stopped and messages of it may still wait in the outbox: the clock withdraws them.
    is_withdrawing: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Whether its last moment passed before it was listed: its recipients are written down, and get nothing.
    is_late: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Why it is broken, or a draft again.
    error: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(40))
    #: When it was cancelled, ended or broke.
    ended_at: Mapped[datetime | None]
    #: The digest of what was submitted, and then approved.
    approved: Mapped[str | None] = mapped_column(String(64))
    #: Why the clock paused it by itself; None where a person did.
    paused_because: Mapped[str | None] = mapped_column(String(300))
    #: Drawn by the page with the form, so that a form posted twice makes one campaign.
    token: Mapped[str | None] = mapped_column(String(64), unique=True)

    @property
    def is_listed(self) -> bool:
        """Whether its whole audience is written down."""
        return self.frozen_at is not None and self.cursor >= self.last_shop


class Outcome(StrEnum):
    """Outcome of the message to one recipient."""

    #: Listed, and not handed to the outbox yet.
    LISTED = "listed"
    QUEUED = "queued"
    #: Goes with a mass message: what became of it is what became of its part (`CampaignPart`).
    BATCHED = "batched"
    #: WeChat took the mass message, or has told how it ended. Never stored: its part's state says it.
    TAKEN = "taken"
    FINISHED = "finished"
    #: Accepted by WeChat as a customer-service message.
    CUSTOM = "custom"
    #: Accepted as a template message: without its receipt yet, or with it.
    TEMPLATE = "template"
    ARRIVED = "arrived"
    #: The reply window is closed and there is no template: held until their next contact.
    HELD = "held"
    UNSURE = "unsure"
    #: They did what the campaign asks for before the message went out.
    SPARED = "spared"
    UNFOLLOWED = "unfollowed"
    LATE = "late"
    REFUSED = "refused"
    STOPPED = "stopped"


class Recipient(Base):
    """Recipient row: a shop of a campaign's frozen audience, with the reason it is left out or the outcome of its
    message.

    Names its campaign and shop without foreign keys: both exist when it is written and neither is ever deleted, and
    PostgreSQL would look up each key of a million rows.
    """

    __tablename__ = "campaign_recipient"
    __table_args__ = (
        CheckConstraint("(why IS NULL) <> (outcome IS NULL)", name="left_out_or_meant"),
        Index("ix_campaign_recipient_outcome", "campaign_id", "outcome", "retailer_id"),
        Index(
            "ix_campaign_recipient_left_out",
            "campaign_id",
            "retailer_id",
            **only("outcome is null"),
        ),
        Index(
            "ix_campaign_recipient_openid",
            "openid",
            "campaign_id",
            **only("openid is not null"),
        ),
        Index(
            "ix_campaign_recipient_part",
            "campaign_id",
            "part",
            "retailer_id",
            **only("part is not null"),
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
        Index("ix_campaign_recipient_gone", "gone_at", **only("gone_at is not null")),
    )

    campaign_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    retailer_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: Whom it is sent to; null where the shop is left out.
    openid: Mapped[str | None] = mapped_column(String(64))
    #: As they were when the row was written, so that a shop that moves changes no report.
    area_id: Mapped[int]
    class_id: Mapped[int | None]
    manager_id: Mapped[int | None]
    #: Why nothing is sent; null where a message is meant for it.
    why: Mapped[str | None] = mapped_column(String(16))
    #: The outcome as the counters have it. The delivery is the truth; this follows some seconds later.
    outcome: Mapped[str | None] = mapped_column(String(16))
    delivery_id: Mapped[int | None]
    #: The part of a mass message it belongs to (`CampaignPart`); its outcome is then only its exception.
    part: Mapped[int | None] = mapped_column(SmallInteger)
    is_opened: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: When they did what the campaign asks for. Never set where nobody may know who did (an anonymous survey).
    acted_at: Mapped[datetime | None]
    #: When they opened it, where that may be known; wrote in answer to it; stopped following within two days of it.
    opened_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]


class CampaignPart(Base):
    """Part of a campaign that goes as one mass message: its shops by id, and the job that sends it."""

    __tablename__ = "campaign_part"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    #: The area all its shops are in; None for a part of several.
    area_id: Mapped[int | None]
    #: The areas its shops are taken from; None for all.
    areas: Mapped[list[Any] | None]
    size: Mapped[int]
    #: None while it is being filled.
    mass_job_id: Mapped[int | None] = mapped_column(index=True)
    #: Whether its shops' booked sends of the month were given back, for WeChat does not have it.
    is_given_back: Mapped[bool] = mapped_column(default=False, server_default=false())


class CampaignStep(Base):
    """History row of a campaign: the state it came to, who did that, and why."""

    __tablename__ = "campaign_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    at: Mapped[datetime]
    #: The name of the person; empty for the clock.
    by: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(16))
    why: Mapped[str] = mapped_column(String(300), default="")


class CampaignHand(Base):
    """Hand in a campaign that needs approval: a user who began, changed or submitted it, and so can never approve it,
    whatever they are called later."""

    __tablename__ = "campaign_hand"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)


class CampaignTally(Base):
    """Counter of a campaign and an area: shops left out for one reason, messages of one outcome, openings or acts.

    Changed only in the transaction that changes what it counts. Area 0 holds acts whose shop must not be known.
    """

    __tablename__ = "campaign_tally"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    area_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(24), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
