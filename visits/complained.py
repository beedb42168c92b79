"""Of whom a shop complains."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base


class KeptFrom(Base):
    """A customer manager a complaint is kept from: who is complained of, or may be."""

    __tablename__ = "visit_kept_from"

    request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id"), primary_key=True)
    manager_id: Mapped[int] = mapped_column(ForeignKey("manager.id"), primary_key=True, index=True)
