"""Tables of wishes."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base


class Wish(Base):
    """Goods that a shop would like to have, and how many boxes of them."""

    __tablename__ = "toy_wish"

    id: Mapped[int] = mapped_column(primary_key=True)
    retailer_id: Mapped[int] = mapped_column(ForeignKey("retailer.id"), index=True)
    what: Mapped[str] = mapped_column(String(80))
    boxes: Mapped[int]
    made_at: Mapped[datetime]
