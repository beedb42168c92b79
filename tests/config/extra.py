"""Tables of one more feature, for `test_features.py`."""

from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base


class Extra(Base):
    """A note, kept by nobody else."""

    __tablename__ = "extra"

    id: Mapped[int] = mapped_column(primary_key=True)
    openid: Mapped[str]
