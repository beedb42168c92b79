"""Tables of surveys: the survey, its pictures and frozen versions, participations, submissions, counters, quotas,
cross-tabs, words."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from console.authored import Authored
from foundation.database import Base
from foundation.dialects import only
from foundation.search_index import Grams, SearchIndex


class Survey(Authored):
    """Survey (微调查)."""

    __tablename__ = "survey"

    #: What was written while it is not yet a complete definition: `draft` then holds the usable part. Null when
    #: complete.
    written: Mapped[dict[str, Any] | None]
    #: What was deleted from the draft lately, for its undo.
    deleted: Mapped[list[Any] | None]
    #: Nobody may ever see who answered what; fixed by the first publication.
    is_anonymous: Mapped[bool] = mapped_column(default=False)
    #: When the results are published, where the author set another moment than the end.
    results_at: Mapped[datetime | None]


class SurveyPicture(Base):
    """Picture that an author put into a survey: which survey shows the file of this key."""

    __tablename__ = "survey_picture"
    __table_args__ = (
        Index("ix_survey_picture_survey_id", "survey_id"),
        Index("ix_survey_picture_unused", "added_at", **only("not is_used")),
    )

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    added_at: Mapped[datetime]
    #: Whether the draft, what was deleted from it lately, or a version holds it; others are swept.
    is_used: Mapped[bool] = mapped_column(default=False, server_default=false())


class Version(Base):
    """Version of a survey as it was published: never changed. A sheet begun under a version ends under it."""

    __tablename__ = "survey_version"
    __table_args__ = (UniqueConstraint("survey_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    number: Mapped[int]
    definition: Mapped[dict[str, Any]]
    #: The SHA-256 of the definition, by which a process caches it: it cannot be mistaken for another.
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]


class Participation(Base):
    """Participation of a shop in a survey: that it was asked, its answers so far, that it is done. One row by its key.

    `answers` is the draft. At the submit it is moved into a `Submission` and emptied here. In an anonymous survey
    nothing stays here that could lead to the submission: no day, no version, no time of beginning.
    """

    __tablename__ = "participation"
    __table_args__ = (
        UniqueConstraint("survey_id", "retailer_id"),
        Index("ix_participation_retailer_id", "retailer_id"),
        # For the list of those who have not answered.
        Index("ix_participation_unanswered", "survey_id", "retailer_id", **only("not is_submitted")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    retailer_id: Mapped[int] = mapped_column(ForeignKey("retailer.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("survey_version.id"))
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    is_submitted: Mapped[bool] = mapped_column(default=False)
    #: The day; null in an anonymous survey: on a quiet day it would point at the one submission of that day.
    submitted_on: Mapped[date | None]
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: The question a shop went back to; null means the next unanswered one.
    at: Mapped[str | None] = mapped_column(String(40))
    #: Replies in a row that could not be read as an answer to this question.
    misread: Mapped[int] = mapped_column(default=0)
    #: At least one invitation arrived.
    is_reached: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: The survey was looked at, on its page or in the chat. Set in an anonymous survey too: it says nothing about
    #: answers.
    is_opened: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Staff asked the shop to answer once more: its sheet was void, and is superseded.
    is_again: Mapped[bool] = mapped_column(default=False, server_default=false())


class Submission(Base):
    """Submission: a finished answer sheet, the raw answers from which every figure can be recounted.

    It is valid unless it was filled too fast or is void. A void one is still returned; a superseded one is neither, and
    the shop may hand in another.
    """

    __tablename__ = "submission"
    __table_args__ = (
        # One answer for each shop, enforced by the database, beside those that are superseded; anonymous ones have no
        # shop and are not limited by it.
        UniqueConstraint("survey_id", "retailer_id", "superseded"),
        Index("ix_submission_survey_id", "survey_id", "id"),
        # For the list, the newest first, and for the rare parts of it.
        Index("ix_submission_newest", "survey_id", "submitted_at", "id"),
        Index("ix_submission_void", "survey_id", "submitted_at", "id", **only("voided_at is not null")),
        Index("ix_submission_fast", "survey_id", "is_fast", "submitted_at", "id", **only("is_fast")),
        Index("ix_submission_photos", "survey_id", "submitted_at", "id", **only("photos > 0")),
        # For submissions of a part of the shops.
        Index("ix_submission_area_id", "survey_id", "area_id"),
        Index("ix_submission_manager_id", "survey_id", "manager_id"),
        Index("ix_submission_unfiled", "id", **only("not is_filed")),
    )

    #: Drawn at random in an anonymous survey: the order of the ids must not show the order of answering.
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("survey_version.id"))
    #: Null where the survey is anonymous.
    retailer_id: Mapped[int | None] = mapped_column(ForeignKey("retailer.id"))
    #: The area and class at the time of the answer: cross-tabs must not change when a shop moves.
    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"))
    class_id: Mapped[int] = mapped_column(ForeignKey("shop_class.id"))
    answers: Mapped[dict[str, Any]]
    source: Mapped[str] = mapped_column(String(16))
    #: Midnight of the day in an anonymous survey.
    submitted_at: Mapped[datetime]
    #: Seconds from the first question to the submit; null in an anonymous survey.
    seconds: Mapped[int | None]
    #: Neither too fast nor void.
    is_valid: Mapped[bool] = mapped_column(default=True)
    #: It was answered faster than the survey's `min_seconds`.
    is_fast: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: When staff set it aside, who did, and why.
    voided_at: Mapped[datetime | None]
    voided_by: Mapped[str] = mapped_column(String(40), default="", server_default="")
    void_reason: Mapped[str] = mapped_column(String(200), default="", server_default="")
    #: 0 for the sheet of a shop; its own id once the shop was asked to answer once more.
    superseded: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    #: The number of the invitation that brought it; null where none did, or the survey is anonymous.
    wave: Mapped[int | None]
    #: How many photos are in its answers.
    photos: Mapped[int] = mapped_column(default=0, server_default="0")
    #: The score of its answers under its version, in hundredths (`rules.scores`), worked out at the submit; null where
    #: they have none. Answers that are erased later have no points.
    score: Mapped[int | None]
    #: Whether the clock has added it to the cross-tabs and its words to the search (`filing.file_some`).
    is_filed: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: The customer manager at the time of the answer; null where the survey is anonymous. No foreign key: SQLite could
    #: only add it by rewriting the whole table.
    manager_id: Mapped[int | None]


class Tally(Base):
    """Counter: how many valid submissions chose this option of this question.

    `#` counts the answers to a question; under the question `` (none) stand `sent`, `returned` and `valid`, and
    under `@day` the returned ones by day and invitation (`rules.returns.key`); under `@score` the valid ones with a
    score, and the sum of their scores.
    Changed only in the transaction that changes what it counts.
    """

    __tablename__ = "tally"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    question: Mapped[str] = mapped_column(String(40), primary_key=True)
    option: Mapped[str] = mapped_column(String(40), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class Quota(Base):
    """Quota (名额): at most so many valid submissions, and how many there are.

    The question `` (none) with the option `` stands for the whole survey; `@area` and `@class` for those with the id in
    the option; any other question for those that chose this option. Only quotas in force have a row.
    """

    __tablename__ = "quota"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    question: Mapped[str] = mapped_column(String(40), primary_key=True)
    option: Mapped[str] = mapped_column(String(40), primary_key=True)
    most: Mapped[int] = mapped_column(BigInteger)
    count: Mapped[int] = mapped_column(BigInteger)


class Cross(Base):
    """Counter of the cross-tabs: like `Tally`, for the answers of one area, class or customer manager.

    Updated by the clock some seconds after the submit.
    """

    __tablename__ = "cross_tally"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    question: Mapped[str] = mapped_column(String(40), primary_key=True)
    #: One of `area`, `class` or `manager`.
    by: Mapped[str] = mapped_column(String(8), primary_key=True)
    member_id: Mapped[int] = mapped_column(primary_key=True)
    option: Mapped[str] = mapped_column(String(40), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class PairTally(Base):
    """Counter of one question by another: how many chose this option of the one and that option of the other.

    `#` stands for any answer, as in `Tally`. `question` is the one whose code comes first. Updated as `Cross` is.
    """

    __tablename__ = "pair_tally"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    question: Mapped[str] = mapped_column(String(40), primary_key=True)
    other: Mapped[str] = mapped_column(String(40), primary_key=True)
    option: Mapped[str] = mapped_column(String(40), primary_key=True)
    other_option: Mapped[str] = mapped_column(String(40), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class Words(Base):
    """Text somebody wrote in answer to a question, or as 其他, for the search. Only of valid submissions."""

    __tablename__ = "words"

    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"), primary_key=True)
    question: Mapped[str] = mapped_column(String(40), primary_key=True)
    #: Drawn at random where the survey is anonymous, so that the order shows nothing.
    submission_id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), ForeignKey("submission.id"), primary_key=True
    )
    said: Mapped[str] = mapped_column(Text)
    #: The same text with width and case normalised, for the search.
    folded: Mapped[str] = mapped_column(Text, server_default="")


class SheetKeys(Base):
    """Search keys of one sheet (`rules.sheet_keys`): whose it is, what was chosen, and the words of a valid one."""

    __tablename__ = "sheet_keys"
    __table_args__ = (
        # SQLite has a table of its own for this: `SHEET_SEARCH`.
        Index("ix_sheet_keys_keys", "keys", postgresql_using="gin").ddl_if(dialect="postgresql"),
    )

    submission_id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), ForeignKey("submission.id"), primary_key=True
    )
    keys: Mapped[list[str]] = mapped_column(Grams())


#: The search index over the sheets, one row a sheet.
SHEET_SEARCH = SearchIndex("sheet_search", "sheet_keys", "keys", key="submission_id")
