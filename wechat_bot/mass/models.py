"""Tables of mass sending: the job, its receipt, the ledgers of followers and of the account, drafts and pictures."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, SmallInteger, String, false
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base
from foundation.dialects import only


class MassState(StrEnum):
    """State of a mass job."""

    PLANNED = "planned"
    #: Its draft lies in the account; nothing was sent.
    DRAFTED = "drafted"
    SENDING = "sending"
    #: WeChat took it, and has not told yet how it ended.
    ACCEPTED = "accepted"
    FINISHED = "finished"
    #: Refused by the call, or by WeChat's review afterwards.
    REFUSED = "refused"
    #: WeChat may or may not have it; it is never sent under another id.
    UNSURE = "unsure"
    CANCELLED = "cancelled"
    #: Not sent in time.
    LATE = "late"


class MassKind(StrEnum):
    """Kind of content of a mass message."""

    ARTICLE = "article"
    TEXT = "text"
    PICTURE = "picture"


class MassJob(Base):
    """Mass job: one call of mass/send or mass/sendall, with the id that makes a repetition harmless."""

    __tablename__ = "mass_job"
    __table_args__ = (
        Index("ix_mass_job_waiting", "due_at", "id", **only("state in ('planned', 'drafted')")),
        Index("ix_mass_job_sending", "lease_until", **only("state = 'sending'")),
        Index("ix_mass_job_unfinished", "id", **only("state in ('accepted', 'unsure')")),
        Index("ix_mass_job_news", "source", "id", **only("has_news")),
        Index("ix_mass_job_about", "about", "part"),
        Index("ix_mass_job_called", "called_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: `clientmsgid`, at most 32 ASCII characters (wechat-platform.md §6).
    client_id: Mapped[str] = mapped_column(String(32), unique=True)
    #: The `MassSource` that knows its receivers and its content, and the link it is about (`push:12`).
    source: Mapped[str] = mapped_column(String(32))
    about: Mapped[str] = mapped_column(String(64))
    part: Mapped[int]
    #: The tag it goes to; None for a list of openids.
    tag_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(16), default=MassState.PLANNED)
    #: Receivers it was planned for.
    size: Mapped[int]
    #: The month (YYYYMM in Asia/Shanghai) in which its receivers' sends are booked.
    month: Mapped[int]
    due_at: Mapped[datetime]
    not_after: Mapped[datetime | None]
    heeds_quiet: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: What it carries; None until it was got ready.
    kind: Mapped[str | None] = mapped_column(String(8))
    #: The draft made for it alone, which WeChat uses up; or the media id of its picture.
    draft_media_id: Mapped[str | None] = mapped_column(String(128))
    #: Attempts, without those that WeChat turned away for a reason that lay not in the job.
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    #: The first attempt that WeChat may have taken; None where it surely has taken none.
    first_attempt_at: Mapped[datetime | None]
    #: The last call, by which the calls of a minute are counted.
    called_at: Mapped[datetime | None]
    fence: Mapped[str | None] = mapped_column(String(32))
    #: While it waits: until then a worker gets it ready. While it is being sent: from then on it is asked again.
    lease_until: Mapped[datetime | None]
    msg_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    msg_data_id: Mapped[str | None] = mapped_column(String(32))
    #: As WeChat reported them.
    total: Mapped[int | None]
    filtered: Mapped[int | None]
    sent: Mapped[int | None]
    errors: Mapped[int | None]
    status: Mapped[str | None] = mapped_column(String(64))
    error_code: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    #: When its state became final, or unsure.
    settled_at: Mapped[datetime | None]
    #: Whether its source has not read its last change yet.
    has_news: Mapped[bool] = mapped_column(default=False, server_default=false())


class MassReceipt(Base):
    """Receipt of WeChat for a mass message (MASSSENDJOBFINISH). Stored also when it comes before our own note."""

    __tablename__ = "mass_receipt"

    msg_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    status: Mapped[str] = mapped_column(String(64))
    total: Mapped[int]
    filtered: Mapped[int]
    sent: Mapped[int]
    errors: Mapped[int]
    urls: Mapped[list[Any]]
    received_at: Mapped[datetime]


class MassUse(Base):
    """Ledger of mass messages to a follower in a month: at most four (wechat-platform.md §6)."""

    __tablename__ = "mass_use"

    openid: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: YYYYMM in Asia/Shanghai.
    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    used: Mapped[int] = mapped_column(SmallInteger)


class AccountUse(Base):
    """Ledger of the account's calls of one kind (`mass`, `draft`, `preview`) on a day in Asia/Shanghai."""

    __tablename__ = "account_use"

    what: Mapped[str] = mapped_column(String(16), primary_key=True)
    day_on: Mapped[date] = mapped_column(primary_key=True)
    used: Mapped[int]


class MassByHand(Base):
    """Mass message that staff sent in WeChat's own console, as they told us: it uses up sends of the month."""

    __tablename__ = "mass_by_hand"

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[int]
    #: Whom it went to: an audience specification; None for everybody.
    whom: Mapped[dict[str, Any] | None]
    count: Mapped[int]
    noted_by: Mapped[str] = mapped_column(String(40))
    noted_at: Mapped[datetime]
    #: Drawn by the page with the form, so that a form posted twice is one message.
    token: Mapped[str | None] = mapped_column(String(64), unique=True)
    #: The last openid it was booked for, and whether that was the last there is: many are booked in steps.
    booked_to: Mapped[str] = mapped_column(String(64), default="", server_default="")
    is_booked: Mapped[bool] = mapped_column(default=False, server_default=false())


class MassMonth(Base):
    """Count of the followers who have had so many of a month's four, as the clock counted them last."""

    __tablename__ = "mass_month"

    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    used: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    followers: Mapped[int]
    counted_at: Mapped[datetime]


class MassDraft(Base):
    """Draft that we put into the account, until it was sent or deleted: an orphan where its job ended otherwise."""

    __tablename__ = "mass_draft"

    media_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    job_id: Mapped[int] = mapped_column(index=True)
    title: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    #: When it was sent, or deleted by us.
    gone_at: Mapped[datetime | None]


class WechatPicture(Base):
    """Picture that WeChat keeps for an account: a cover (permanent media id), or one inside articles (address)."""

    __tablename__ = "wechat_picture"

    app_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: `cover` or `inside`.
    purpose: Mapped[str] = mapped_column(String(8), primary_key=True)
    #: The media id of a cover, the address of a picture inside.
    value: Mapped[str] = mapped_column(String(300))
    made_at: Mapped[datetime]
