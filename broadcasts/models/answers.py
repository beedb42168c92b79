"""Tables of what came of pushes besides their recipients' own answers."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base


class PushGuest(Base):
    """Guest of a push: somebody who opened it without having been sent it, so that each is counted once."""

    __tablename__ = "push_guest"

    push_id: Mapped[int] = mapped_column(ForeignKey("push.id"), primary_key=True)
    openid: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    at: Mapped[datetime]


class PushSplit(Base):
    """Counter of a push by manager or by class, as the clock last counted it: for these nobody waits for a second."""

    __tablename__ = "push_split"

    push_id: Mapped[int] = mapped_column(ForeignKey("push.id"), primary_key=True)
    #: `manager` or `class`, and the id of one; 0 for none.
    division: Mapped[str] = mapped_column(String(8), primary_key=True)
    of_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: As in the counters of its campaign (`CampaignTally`).
    key: Mapped[str] = mapped_column(String(24), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class PushCounted(Base):
    """When a push was counted by manager and class, and a digest of its counters then."""

    __tablename__ = "push_counted"

    push_id: Mapped[int] = mapped_column(ForeignKey("push.id"), primary_key=True)
    at: Mapped[datetime]
    mark: Mapped[str] = mapped_column(String(64))


class PushReads(Base):
    """WeChat's own readers of the articles of a push, up to the end of a day: totals, forwarded ones among them."""

    __tablename__ = "push_reads"

    push_id: Mapped[int] = mapped_column(ForeignKey("push.id"), primary_key=True)
    until_on: Mapped[date]
    readers: Mapped[int] = mapped_column(BigInteger)
    shares: Mapped[int] = mapped_column(BigInteger)
