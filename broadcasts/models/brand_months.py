"""Table of the month by brand: what each area was to sell, and what it sold."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base


class BrandMonth(Base):
    """Brand month row: what an area was to sell of a brand in a month (YYYYMM), and what it sold, as a file said."""

    __tablename__ = "brand_month"

    month: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    brand_id: Mapped[int] = mapped_column(ForeignKey("brand.id"), primary_key=True, index=True)
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), primary_key=True)
    target: Mapped[int] = mapped_column(BigInteger)
    sold: Mapped[int] = mapped_column(BigInteger)
    #: When a file last said so.
    said_at: Mapped[datetime]
