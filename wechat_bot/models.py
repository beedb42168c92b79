"""Tables of the chat: followers, messages heard, running talks, deliveries, receipts, media."""

from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import BigInteger, Index, SmallInteger, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base
from foundation.dialects import only

#: A worker beats every five seconds; three beats missed is one that hangs or is gone.
BEAT_LOST = timedelta(seconds=20)


class Follower(Base):
    """Follower of the account, present or past, with the ledger of messages WeChat still lets us send them.

    Two windows, because WeChat has two: a message opens 48 hours for 5 sends, a click, scan or follow opens
    1 minute for 3. A new trigger resets its window (wechat-platform.md §4).
    """

    __tablename__ = "follower"
    __table_args__ = (
        Index(
            "ix_follower_gone",
            "openid",
            **only("unfollowed_at is not null"),
        ),
    )

    openid: Mapped[str] = mapped_column(String(64), primary_key=True)
    followed_at: Mapped[datetime | None]
    unfollowed_at: Mapped[datetime | None]
    heard_at: Mapped[datetime | None] = mapped_column(index=True)
    message_until: Mapped[datetime | None]
    message_left: Mapped[int] = mapped_column(default=0)
    event_until: Mapped[datetime | None]
    event_left: Mapped[int] = mapped_column(default=0)
    #: Whether messages wait for the next contact: saves a query in every callback.
    has_held: Mapped[bool] = mapped_column(default=False)

    @property
    def is_following(self) -> bool:
        return self.unfollowed_at is None


class Heard(Base):
    """Handled message or event. Its key is unique, so that a redelivery finds the answer given before."""

    __tablename__ = "heard"
    __table_args__ = (
        # Partial, for few rows have it: an erasure searches them for the person's name.
        Index("ix_heard_raw", "openid", **only("raw IS NOT NULL")),
    )

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    openid: Mapped[str] = mapped_column(String(64))
    heard_at: Mapped[datetime] = mapped_column(index=True)
    #: The reply (`reply.to_json`); None if it was empty.
    answer: Mapped[dict[str, Any] | None]
    #: The delivery of an answer that came too late for the passive reply.
    late_delivery_id: Mapped[int | None]
    #: The whole message, if its kind is unknown.
    raw: Mapped[dict[str, Any] | None]


class FailedPost(Base):
    """Count of how often WeChat posted a message that could not be answered yet."""

    __tablename__ = "tried"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    tried_at: Mapped[datetime] = mapped_column(index=True)


class Talk(Base):
    """Conversation in progress with a follower, who has at most one that is not paused."""

    __tablename__ = "talk"
    __table_args__ = (UniqueConstraint("openid", "topic", "reference"),)
    #: Of two messages at one moment both may end it.
    __mapper_args__ = {"confirm_deleted_rows": False}

    id: Mapped[int] = mapped_column(primary_key=True)
    openid: Mapped[str] = mapped_column(String(64))
    topic: Mapped[str] = mapped_column(String(32))
    reference: Mapped[str] = mapped_column(String(64))
    state: Mapped[dict[str, Any]] = mapped_column(default=dict)
    begun_at: Mapped[datetime]
    heard_at: Mapped[datetime] = mapped_column(index=True)
    paused_at: Mapped[datetime | None]


class DeliveryState(StrEnum):
    """State of a delivery. `unsure`: WeChat may or may not have it; it is not sent again until a person decides."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNSURE = "unsure"
    HELD = "held"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Lane(IntEnum):
    """Priority of a delivery; lower numbers first, also among one follower's messages."""

    #: To one person, who waits for it or must act on it: an answer, a notice, a binding.
    AWAITED = 0
    #: To many at once, none of whom asked for it: a survey's invitations, a message to a group.
    BROADCAST = 1


class Delivery(Base):
    """Delivery: one message to one follower, queued in a feature's transaction and sent by a worker."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index(
            "ix_delivery_held",
            "id",
            **only("state = 'held'"),
        ),
        Index(
            "ix_delivery_due",
            "lane",
            "due_at",
            "id",
            **only("state = 'pending'"),
        ),
        Index(
            "ix_delivery_open",
            "openid",
            "lane",
            "id",
            **only("state in ('pending', 'sending', 'held')"),
        ),
        # What somebody was told last.
        Index(
            "ix_delivery_said",
            "openid",
            "settled_at",
            **only("about is not null and state in ('sent', 'delivered', 'unsure')"),
        ),
        Index(
            "ix_delivery_sending",
            "lease_until",
            **only("state = 'sending'"),
        ),
        Index(
            "ix_delivery_news",
            "watch",
            "id",
            **only("has_news"),
        ),
        # The unsent messages about one thing: few of all, once they were sent.
        Index(
            "ix_delivery_left",
            "about",
            "state",
            **only("state not in ('sent', 'delivered')"),
        ),
        # Messages that a person may have to see to: few of all.
        Index(
            "ix_delivery_trouble",
            "state",
            "settled_at",
            **only("state in ('unsure', 'failed')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Idempotency key: queued twice, a message is stored once.
    key: Mapped[str | None] = mapped_column(String(100), unique=True)
    openid: Mapped[str] = mapped_column(String(64))
    #: A link to what it is about (`survey:12`), for reports.
    about: Mapped[str | None] = mapped_column(String(64), index=True)
    #: The customer-service message as WeChat takes it, without `touser`.
    message: Mapped[dict[str, Any]]
    #: Sent in its place if the reply window is closed: a notice (`notices.notice`), or a whole template message.
    template: Mapped[dict[str, Any] | None]
    state: Mapped[str] = mapped_column(String(16), default=DeliveryState.PENDING)
    channel: Mapped[str | None] = mapped_column(String(16))
    lane: Mapped[int] = mapped_column(SmallInteger, default=Lane.AWAITED, server_default="0")
    due_at: Mapped[datetime]
    not_after: Mapped[datetime | None]
    #: Sends of the reply window that it leaves to more important messages.
    spares: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    #: Whether it is not sent during the quiet hours, but at their end.
    heeds_quiet: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: The feature that is told its outcome, if any (`watching.py`).
    watch: Mapped[str | None] = mapped_column(String(32))
    #: Whether its outcome is news that the feature has not read yet.
    has_news: Mapped[bool] = mapped_column(default=False, server_default=false())
    attempts: Mapped[int] = mapped_column(default=0)
    first_attempt_at: Mapped[datetime | None]
    #: Fencing token, new with every claim: a result that comes with an old one is ignored.
    fence: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    msgid: Mapped[str | None] = mapped_column(String(32), index=True)
    error_code: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Receipt(Base):
    """Receipt of WeChat for a template message. Stored also when it comes before our own result of the call."""

    __tablename__ = "receipt"

    msgid: Mapped[str] = mapped_column(String(32), primary_key=True)
    openid: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime]


class Reported(Base):
    """Unclaimed result reported by WeChat, kept whole under the id it is about. See `reported.py`."""

    __tablename__ = "reported"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The event's name, in small letters.
    kind: Mapped[str] = mapped_column(String(64))
    about: Mapped[str] = mapped_column(String(64), index=True)
    #: Whose it is; empty for what concerns many.
    openid: Mapped[str] = mapped_column(String(64), index=True)
    raw: Mapped[dict[str, Any]]
    reported_at: Mapped[datetime]


class HandedIn(Base):
    """Rate limit count of what one person, or all, posted in a minute (forms) or a day (bytes). See `limits.py`."""

    __tablename__ = "handed_in"

    #: A hash of the openid, or of what else it is counted by.
    who: Mapped[str] = mapped_column(String(32), primary_key=True)
    seconds: Mapped[int] = mapped_column(primary_key=True)
    began_at: Mapped[datetime] = mapped_column(primary_key=True, index=True)
    amount: Mapped[int] = mapped_column(BigInteger)


class Media(Base):
    """Media file a follower sent: picture, voice or video. WeChat keeps it for three days, so it is fetched at once."""

    __tablename__ = "media"
    __table_args__ = (
        Index(
            "ix_media_waiting",
            "due_at",
            **only("fetched_at is null and gave_up_at is null"),
        ),
        Index(
            "ix_media_discarded",
            "id",
            **only("discarded_at is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: Its name in our addresses, which cannot be guessed.
    key: Mapped[str] = mapped_column(String(32), unique=True)
    openid: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    wechat_id: Mapped[str] = mapped_column(String(200), unique=True)
    heard_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    fetched_at: Mapped[datetime | None]
    gave_up_at: Mapped[datetime | None]
    #: From then on it is hidden; a job deletes its file.
    discarded_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(300))
    content_type: Mapped[str | None] = mapped_column(String(100))
    #: The file's name in the media folder: its SHA-256.
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    size: Mapped[int | None]
    #: WeChat's media id of the last upload, valid for three days.
    uploaded_id: Mapped[str | None] = mapped_column(String(200))
    uploaded_at: Mapped[datetime | None]


class MirroredTag(Base):
    """Tag in WeChat that mirrors something of ours (`area:12`); each account has ids of its own."""

    __tablename__ = "mirrored_tag"

    app_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    mirrors: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: Our name; in WeChat it may be shortened, or renamed by a person.
    name: Mapped[str] = mapped_column(String(100))
    tag_id: Mapped[int]


class Beat(Base):
    """Heartbeat of a worker process."""

    __tablename__ = "beat"

    worker: Mapped[str] = mapped_column(String(100), primary_key=True)
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]


class Pulse(Base):
    """Named timestamp: when the health page last wrote, since when the clock has gone steadily."""

    __tablename__ = "pulse"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime]


class Raised(Base):
    """Alarm: a fault that only a person can mend (a wrong secret, an address not allowed), shown while recent."""

    __tablename__ = "raised"

    what: Mapped[str] = mapped_column(String(64), primary_key=True)
    detail: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime]
