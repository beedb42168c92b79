"""Tables of figures: counters of learning, what of each enrolment is in them, and what is saved by it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from courses.models.learning import ENROLMENT_ID
from foundation.database import Base

WHOLE_COURSE = 0
"""In place of a lesson: the course itself."""


class LearnersBy(StrEnum):
    """Grouping of learners that a course is compared by. Only the whole is counted lesson by lesson."""

    WHOLE = "whole"
    AREA = "area"
    MANAGER = "manager"
    CLASS = "class"


class Counted(StrEnum):
    """What is counted of a group of learners."""

    ENROLLED = "enrolled"
    RELEASED = "released"
    STARTED = "started"
    FINISHED = "finished"
    CERTIFIED = "certified"
    """How many have a certificate that was not revoked."""
    SECONDS = "seconds"
    """Credited seconds of all, added up."""
    TOOK = "took"
    """How many finished a lesson in so many seconds (`value`)."""
    STOPPED = "stopped"
    """How many have a lesson unfinished and were given this screen last (`value`; `AT_END` for its end)."""


AT_END = 0
"""In place of a screen: the end question, or the step behind the last screen."""


class CourseCell(Base):
    """Counter of a course. Filed by the clock soon after each step of a learner."""

    __tablename__ = "course_cell"

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    by: Mapped[str] = mapped_column(String(8), primary_key=True)
    #: No foreign key: it points into three tables. 0 of the whole.
    member_id: Mapped[int] = mapped_column(primary_key=True)
    #: `WHOLE_COURSE`, or a lesson. No foreign key, because of the 0.
    lesson_id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(String(9), primary_key=True)
    value: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class FiledEnrolment(Base):
    """What of an enrolment is in the counters: taken out of them when it is filed anew."""

    __tablename__ = "course_filed_enrolment"

    enrolment_id: Mapped[int] = mapped_column(ENROLMENT_ID, ForeignKey("course_enrolment.id"), primary_key=True)
    #: As `rules.counting.FiledState` writes it.
    state: Mapped[dict[str, Any]]


class SavedGathering(Base):
    """Yearly gathering that a shop need not come to: it has finished a course in this year, whichever was the first."""

    __tablename__ = "course_saved_gathering"

    retailer_id: Mapped[int] = mapped_column(ForeignKey("retailer.id"), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True)


class SavedMonth(Base):
    """Counter of saved gatherings: how many shops a course saved theirs in a month, by where they were when they
    finished it."""

    __tablename__ = "course_saved_month"

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)
    #: Such as 202611.
    month: Mapped[int] = mapped_column(primary_key=True)
    #: 0 of none. No foreign keys, because of the 0.
    area_id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(primary_key=True)
    manager_id: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class SavingRate(Base):
    """What a gathering costs, from a month on: months before it keep theirs."""

    __tablename__ = "course_saving_rate"

    #: The first day of a month.
    from_on: Mapped[date] = mapped_column(primary_key=True)
    shop_yuan: Mapped[int]
    venue_yuan: Mapped[int]
    #: Venues a year that courses replace.
    venues: Mapped[int]
    set_by: Mapped[str] = mapped_column(String(40))
    set_at: Mapped[datetime]
