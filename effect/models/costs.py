"""Tables of the costs of messages: the price of a text message."""

from datetime import date, datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base


class SmsPrice(Base):
    """Price of a paid text message (企信通) from a day on: months before it keep theirs."""

    __tablename__ = "effect_sms_price"

    #: The first day of a month.
    from_on: Mapped[date] = mapped_column(primary_key=True)
    #: In thousandths of a yuan, for one message.
    mills: Mapped[int]
    source: Mapped[str] = mapped_column(String(120))
    set_by: Mapped[str] = mapped_column(String(40))
    set_at: Mapped[datetime]
