"""Tables of learning: who takes a course, and how far each of its lessons was handed out."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, SmallInteger, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base
from foundation.dialects import only

ENROLMENT_ID = BigInteger().with_variant(Integer(), "sqlite")


class Enrolment(Base):
    """Enrolment of a learner in a course: a shop, or a customer manager where the course is for them.

    Whoever is meant has one from the publication on; another learner of a course for everyone gets it by beginning.
    Before the beginning nothing is released; with it the first lesson is, and the others by the course's pace.
    """

    __tablename__ = "course_enrolment"
    __table_args__ = (
        UniqueConstraint("course_id", "retailer_id"),
        CheckConstraint("(retailer_id is null) <> (staff_id is null)", name="one_learner"),
        Index("ix_course_enrolment_course", "course_id", "id"),
        Index("ix_course_enrolment_retailer_id", "retailer_id"),
        Index("ix_course_enrolment_certificate_due", "id", **only("is_certificate_due")),
        # Few of all: a learner is a shop in nearly every row.
        Index("uq_course_enrolment_staff", "staff_id", "course_id", unique=True, **only("staff_id is not null")),
        # For the clock, which releases the next lesson, writes to learners, and files what they did.
        Index("ix_course_enrolment_next_at", "version_id", "next_at", "id", **only("next_at is not null")),
        Index("ix_course_enrolment_tell_at", "course_id", "tell_at", "id", **only("tell_at is not null")),
        # For the lists of learners, by how far they are: each is in one of them.
        Index("ix_course_enrolment_not_begun", "course_id", "id", **only("started_at is null")),
        Index(
            "ix_course_enrolment_begun",
            "course_id",
            "id",
            **only("started_at is not null and finished_at is null"),
        ),
        Index("ix_course_enrolment_finished", "course_id", "id", **only("finished_at is not null")),
        Index("ix_course_enrolment_finished_at", "finished_at", **only("finished_at is not null")),
        Index("ix_course_enrolment_unfiled", "id", **only("not is_filed")),
    )

    id: Mapped[int] = mapped_column(ENROLMENT_ID, primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    retailer_id: Mapped[int | None] = mapped_column(ForeignKey("retailer.id"))
    #: The customer manager who learns.
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    #: The version it was begun with; null before.
    version_id: Mapped[int | None] = mapped_column(ForeignKey("course_version.id"))
    enrolled_at: Mapped[datetime]
    #: At least one invitation arrived.
    is_reached: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: The course was looked at, on its page or in the chat.
    is_opened: Mapped[bool] = mapped_column(default=False, server_default=false())
    started_at: Mapped[datetime | None]
    #: How many lessons may be read, in their order, and since when the last of them may.
    released: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    released_at: Mapped[datetime | None]
    #: When the next lesson is released; null where none is, or where it waits for one to be finished.
    next_at: Mapped[datetime | None]
    #: When it is due by the days alone, whatever is finished.
    paced_at: Mapped[datetime | None]
    #: When the learner is written to next, of a new lesson or as a reminder; null where of nothing.
    tell_at: Mapped[datetime | None]
    #: The last lesson they were told of, when they were written to last, and how often reminded since they went on.
    told: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    told_at: Mapped[datetime | None]
    reminded: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    #: When they asked for no more messages of it; lessons are released as before.
    stopped_at: Mapped[datetime | None]
    #: The last screen that was given, in whatever lesson.
    last_at: Mapped[datetime | None]
    #: Lessons finished, and the seconds credited in all of them.
    lessons: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    seconds: Mapped[int] = mapped_column(default=0, server_default="0")
    #: When all lessons of its version were finished, for the first time: never moved.
    finished_at: Mapped[datetime | None]
    #: Whether the clock has a certificate to give for it.
    is_certificate_due: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Area, class and manager of the shop at the finish: figures must not change when a shop moves.
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    class_id: Mapped[int | None] = mapped_column(ForeignKey("shop_class.id"))
    manager_id: Mapped[int | None]
    #: Whether the counters know how far it is. Whoever changes a lesson, a release or the finish unfiles it.
    is_filed: Mapped[bool] = mapped_column(default=False, server_default=false())


class Reading(Base):
    """Reading of a lesson: what was handed out of it, and what came of its end question."""

    __tablename__ = "course_reading"
    __table_args__ = (
        # For the clock, which puts wrong answers into the boxes of weak spots.
        Index("ix_course_reading_wrong_at", "enrolment_id", "lesson_id", **only("wrong_at is not null")),
    )

    enrolment_id: Mapped[int] = mapped_column(ENROLMENT_ID, ForeignKey("course_enrolment.id"), primary_key=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("course_lesson.id"), primary_key=True, index=True)
    #: The furthest step that was given, and when: a screen, from 1; behind the last one the question, or the finish.
    at: Mapped[int] = mapped_column(SmallInteger)
    shown_at: Mapped[datetime]
    started_at: Mapped[datetime]
    #: Credited seconds.
    seconds: Mapped[int] = mapped_column(default=0, server_default="0")
    finished_at: Mapped[datetime | None]
    #: Answers to its end question, and the last of them.
    tries: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    answer: Mapped[dict[str, Any] | None]
    #: Whether the first answer was right; null before.
    is_right: Mapped[bool | None]
    #: When it was answered wrong last, until the boxes of weak spots have it.
    wrong_at: Mapped[datetime | None]
    #: Area, class and manager of the shop at the finish, as in `Enrolment`.
    area_id: Mapped[int | None]
    class_id: Mapped[int | None]
    manager_id: Mapped[int | None]
