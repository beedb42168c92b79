"""Tables of certificates: what was printed, whether it still holds, and who tries numbers."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from courses.models.learning import ENROLMENT_ID
from foundation.database import Base
from foundation.dialects import only


class Certificate(Base):
    """Certificate of a finished course: one for each enrolment, never changed but by a revocation."""

    __tablename__ = "course_certificate"
    __table_args__ = (
        Index("ix_course_certificate_course", "course_id", "id"),
        # For the clock, which draws the picture and sends it.
        Index("ix_course_certificate_undrawn", "id", **only("media_key is null and revoked_at is null")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: As `rules/certificate_numbers.py` draws it.
    number: Mapped[str] = mapped_column(String(9), unique=True)
    enrolment_id: Mapped[int] = mapped_column(ENROLMENT_ID, ForeignKey("course_enrolment.id"), unique=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    retailer_id: Mapped[int | None] = mapped_column(ForeignKey("retailer.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"), index=True)
    #: What stands on it, as `rules/printed.py` reads it.
    printed: Mapped[dict[str, Any]]
    made_at: Mapped[datetime]
    #: The drawn picture in the media folder; null until the clock has drawn it.
    media_key: Mapped[str | None] = mapped_column(String(32))
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str | None] = mapped_column(String(100))


class CertificateTry(Base):
    """Tries of one address to find a certificate within an hour; the address is kept as a hash, and not for long."""

    __tablename__ = "course_certificate_try"

    address: Mapped[str] = mapped_column(String(64), primary_key=True)
    #: The hour, counted from 1970.
    hour: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int]
