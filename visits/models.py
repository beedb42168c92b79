"""Tables of visits: requests, messages, owners, deadlines, complaints, ratings, report rows, groups, plans."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from foundation.database import Base
from foundation.dialects import only
from foundation.search_index import Grams, SearchIndex

#: The first request number, high enough never to be taken for a number of the short menu.
FIRST_NUMBER = 100
#: The key prefixes of deliveries to a shop: the answer, and the rating question.
ANSWER_KEY, RATING_KEY = "visit-answer:", "rate:"
#: In what a message has besides its text: what it replies to.
REPLIES_TO = "replies_to"
IS_OPEN, IS_RUNNING, IS_ANOTHERS = text("closed_at IS NULL"), text("ended_at IS NULL"), text("openid IS NOT NULL")
IS_UNFILED = text("not is_filed")
HAS_STEP = text("step_at IS NOT NULL AND ended_at IS NULL")


class Category(Base):
    """Category of requests, with the keywords that recognise it; maintained by staff."""

    __tablename__ = "visit_category"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(30), unique=True)
    #: Where two categories fit equally well, the lower position wins.
    position: Mapped[int] = mapped_column(default=0)
    keywords: Mapped[list[Any]]
    #: Whether a message with one of these keywords goes to the supervisor, and not to the manager who may be complained
    #: about.
    goes_up: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Whether questions with one of these keywords are looked up before the manager is asked.
    is_looked_up: Mapped[bool] = mapped_column(default=False, server_default=false())
    retired_at: Mapped[datetime | None]


class Policy(Base):
    """Policy: the promises to a class of shops, or, without a class, to every class that has none of its own."""

    __tablename__ = "visit_policy"
    __table_args__ = (
        Index("uq_visit_policy_default", text("(class_id IS NULL)"), unique=True, **only("class_id IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int | None] = mapped_column(ForeignKey("shop_class.id"), unique=True)
    #: Seconds allowed, by the wall clock or in working hours.
    handing_over: Mapped[int]
    first_answer: Mapped[int]
    next_answer: Mapped[int]
    closing: Mapped[int]
    counts_working_hours: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]


class Request(Base):
    """Request of a shop, from its first message until it is closed. A shop, and a follower, has at most one open."""

    __tablename__ = "visit_request"
    __table_args__ = (
        Index("uq_visit_request_open_openid", "openid", unique=True, **only(IS_OPEN)),
        Index("uq_visit_request_open_retailer_id", "retailer_id", unique=True, **only(IS_OPEN)),
        # The inbox: one owner's open requests, the most urgent first.
        Index("ix_visit_request_inbox", "owner_id", "due_at", "id", **only(IS_OPEN)),
        # The same for somebody who sees more than one owner's.
        Index("ix_visit_request_open", "due_at", "id", **only(IS_OPEN)),
        Index("ix_visit_request_closed", "closed_at", "id"),
        Index("ix_visit_request_area_closed", "area_id", "closed_at", "id"),
        Index("ix_visit_request_retailer_id", "retailer_id", "id"),
        # A shop's closed requests in the order of their list, for a search.
        Index("ix_visit_request_retailer_closed", "retailer_id", "closed_at", "id", **only("closed_at is not null")),
        Index("ix_visit_request_openid", "openid", "id"),
        Index("ix_visit_request_owner_closed", "owner_id", "closed_at"),
        Index("ix_visit_request_opened_at", "opened_at"),
        Index("ix_visit_request_unfiled", "opened_at", **only(IS_UNFILED)),
        Index("ix_visit_request_group_id", "group_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    openid: Mapped[str] = mapped_column(String(64))
    #: Null until the writer is bound.
    retailer_id: Mapped[int | None] = mapped_column(ForeignKey("retailer.id"))
    #: As the shop was when it wrote: reports must not change when a shop moves.
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))
    class_id: Mapped[int | None] = mapped_column(ForeignKey("shop_class.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("visit_category.id"))
    #: The customer manager who answers for it; null is the pool, of which staff are notified.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    #: The visit group whose message it answers.
    group_id: Mapped[int | None] = mapped_column(ForeignKey("visit_group.id"))
    opened_at: Mapped[datetime]
    #: When the owner's notice was queued for the first time.
    handed_over_at: Mapped[datetime | None]
    first_answered_at: Mapped[datetime | None]
    #: The customer manager who gave the first answer, whoever owned it: reports count it for them.
    first_answered_by: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    #: The first unanswered message of the shop; null while it is the shop's turn.
    unanswered_since: Mapped[datetime | None]
    shop_wrote_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_how: Mapped[str | None] = mapped_column(String(16))
    #: How often it was closed: a reopened request may be rated again.
    closings: Mapped[int] = mapped_column(default=0)
    #: The next running deadline, copied here for the inbox's order; null while all clocks rest.
    due_at: Mapped[datetime | None]
    #: The id of the newest message, so that a writer can be shown what came in between.
    last_message_id: Mapped[int | None]
    #: The newest message its owner has seen, and the newest addition they were notified of: further ones are told once
    #: they have looked.
    looked_id: Mapped[int | None]
    told_id: Mapped[int | None]
    #: Increased with every change of owner: a compare-and-set with an old value fails.
    version: Mapped[int] = mapped_column(default=0)
    #: A complaint: whoever stands above owns it, and the managers in `HiddenFrom` never see it.
    goes_up: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_filed: Mapped[bool] = mapped_column(default=False, server_default=false())

    @property
    def number(self) -> int:
        """The number people call it by."""
        return self.id + FIRST_NUMBER


class Closed(StrEnum):
    """Way in which a request was closed."""

    DONE = "done"
    NO_REPLY_NEEDED = "no_reply_needed"
    #: The shop was answered and did not write again.
    QUIET = "quiet"
    VOID = "void"  # joined to another request: it counts nowhere
    ERASED = "erased"  # its writer was erased: it still counts as before


#: In `Message.more` of an answer: the `Way` its writer was told it goes.
TOLD = "told"


class Author(StrEnum):
    """Author of a message."""

    SHOP = "shop"
    MANAGER = "manager"
    #: A user of the console who is no customer manager.
    STAFF = "staff"


class Message(Base):
    """Message of a request: from the shop, to the shop, or a note among colleagues."""

    __tablename__ = "visit_message"
    __table_args__ = (
        Index("ix_visit_message_request_id", "request_id", "id"),
        Index("ix_visit_message_openid", "openid", **only(IS_ANOTHERS)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id"))
    #: With which follower it was exchanged, where the shop has another keeper since.
    openid: Mapped[str | None] = mapped_column(String(64))
    said_at: Mapped[datetime]
    author: Mapped[str] = mapped_column(String(8))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    #: A note is for colleagues and never sent.
    is_note: Mapped[bool] = mapped_column(default=False)
    #: One of text, image, voice, video, location, link.
    kind: Mapped[str] = mapped_column(String(12))
    content: Mapped[str] = mapped_column(Text, default="")
    #: For a picture, voice or video: its key among the fetched media.
    media_key: Mapped[str | None] = mapped_column(String(32))
    #: What a kind has besides its text: latitude and longitude, or a link's address; what it replies to.
    more: Mapped[dict[str, Any] | None]
    #: The delivery that carries it to the shop.
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))
    #: Drawn by the page with the form: the same form posted twice answers once.
    token: Mapped[str | None] = mapped_column(String(64), unique=True)


class AssignmentReason(StrEnum):
    """Reason why a request went to its owner."""

    OWN = "own"
    AREA = "area"
    DEPUTY = "deputy"
    SUPERVISOR = "supervisor"
    POOL = "pool"
    TRANSFER = "transfer"


class Assignment(Base):
    """Assignment of a request to a new owner. Never changed."""

    __tablename__ = "visit_assignment"
    __table_args__ = (Index("ix_visit_assignment_request_id", "request_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id"))
    at: Mapped[datetime]
    from_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    to_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    reason: Mapped[str] = mapped_column(String(16))
    #: The whole reason for people: who was passed over and why.
    explained: Mapped[str] = mapped_column(String(300))
    #: Who decided it, where a person did.
    by: Mapped[str] = mapped_column(String(40), default="")
    #: The delivery that notified the new owner; null where they cannot be notified in WeChat. Several assignments may
    #: share one.
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))


class Promise(StrEnum):
    """Kind of promise that a deadline is for."""

    HANDING_OVER = "handing_over"
    FIRST_ANSWER = "first_answer"
    NEXT_ANSWER = "next_answer"
    CLOSING = "closing"
    #: WeChat's own limit: until when a customer-service message may answer.
    REPLY_WINDOW = "reply_window"


class Deadline(Base):
    """Deadline of a request: one running or ended clock. Whether it was kept follows from its moments, never from when
    somebody looked."""

    __tablename__ = "visit_deadline"
    __table_args__ = (
        UniqueConstraint("request_id", "promise", "round"),
        # For the job that finds due steps of running clocks.
        Index("ix_visit_deadline_step", "step_at", "id", **only(HAS_STEP)),
        Index("ix_visit_deadline_running", "request_id", **only(IS_RUNNING)),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id"))
    promise: Mapped[str] = mapped_column(String(16))
    #: Counts the clocks of one promise in one request, from 1.
    round: Mapped[int]
    started_at: Mapped[datetime]
    #: Seconds allowed, and seconds used up before it was last paused.
    allowed: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)
    #: Null while it is paused.
    running_since: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]
    #: Once ended it is frozen: no change of policy or calendar affects it.
    ended_at: Mapped[datetime | None]
    counts_working_hours: Mapped[bool] = mapped_column(default=False)
    #: The fingerprint of the policy and calendar it was computed with.
    fingerprint: Mapped[str] = mapped_column(String(16), default="")
    #: The next step of escalation, and when; null when all are taken.
    step: Mapped[str | None] = mapped_column(String(16))
    step_at: Mapped[datetime | None]


class Escalation(Base):
    """Escalation step that was taken: once for each clock."""

    __tablename__ = "visit_escalation"
    __table_args__ = (UniqueConstraint("deadline_id", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("visit_deadline.id"))
    step: Mapped[str] = mapped_column(String(16))
    #: When it was due by the clock, and when it was taken.
    due_at: Mapped[datetime]
    taken_at: Mapped[datetime]


class StepNotice(Base):
    """Notice of an escalation step: who was notified, and the delivery."""

    __tablename__ = "visit_escalation_told"

    escalation_id: Mapped[int] = mapped_column(ForeignKey("visit_escalation.id"), primary_key=True)
    manager_id: Mapped[int] = mapped_column(ForeignKey("manager.id"), primary_key=True, index=True)
    #: Null where no message could be queued: not bound, or no longer following.
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"), index=True)


class Way(StrEnum):
    """Way in which an answer reaches the shop."""

    MESSAGE = "message"
    #: A template message that links to the request's page.
    NOTICE = "notice"
    #: Held until the shop's next contact.
    LATER = "later"
    #: The shop no longer follows.
    NEVER = "never"


class Canned(Base):
    """Canned answer with variables; shared, or one manager's own."""

    __tablename__ = "visit_canned"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(40))
    content: Mapped[str] = mapped_column(Text)
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("visit_category.id"))
    position: Mapped[int] = mapped_column(default=0)


class VisitGroup(Base):
    """Visit group: one message to many shops, where each answer is a request. Holds what visits keep besides its
    campaign."""

    __tablename__ = "visit_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(60))
    media_key: Mapped[str | None] = mapped_column(String(32))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class GroupAnswer(Base):
    """Answer to a group: the request that a shop's first answer opened or joined."""

    __tablename__ = "visit_group_answer"

    group_id: Mapped[int] = mapped_column(ForeignKey("visit_group.id"), primary_key=True)
    retailer_id: Mapped[int] = mapped_column(ForeignKey("retailer.id"), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id"), index=True)


class VisitPlan(Base):
    """Visit plan: which shops are visited, and every how many days; town shops monthly, say, village shops
    quarterly."""

    __tablename__ = "visit_plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    audience: Mapped[dict[str, Any]]
    every_days: Mapped[int]
    begins_on: Mapped[date]
    ended_at: Mapped[datetime | None]


class Visited(Base):
    """Visit that was made: at the shop, by telephone, or in the chat."""

    __tablename__ = "visit_made"
    #: Tapped twice it is one visit. The index also finds a shop's last one.
    __table_args__ = (UniqueConstraint("retailer_id", "made_on", "how"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    retailer_id: Mapped[int] = mapped_column(ForeignKey("retailer.id"))
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    made_on: Mapped[date]
    how: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(String(300), default="")
    #: When it was noted: whoever deletes it names the one they saw by this moment.
    noted_at: Mapped[datetime | None]
    request_id: Mapped[int | None] = mapped_column(ForeignKey("visit_request.id"))


class HiddenFrom(Base):
    """Customer manager a complaint is hidden from: who is, or may be, complained about."""

    __tablename__ = "visit_kept_from"

    request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id"), primary_key=True)
    manager_id: Mapped[int] = mapped_column(ForeignKey("manager.id"), primary_key=True, index=True)


class Rating(Base):
    """Rating of a shop for one closing, at most one each."""

    __tablename__ = "visit_rating"

    request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id"), primary_key=True)
    closing: Mapped[int] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    #: 1 content, 2 so-so, 3 not content.
    score: Mapped[int | None]
    rated_at: Mapped[datetime | None]
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("manager.id"))
    #: Who gave it: the comment is theirs and erased with them, also where the shop has another keeper since.
    openid: Mapped[str | None] = mapped_column(String(64))
    #: What was wrong, in the shop's own words.
    comment: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: Until when the next text in the chat is the comment; null where none was asked for, or it was given.
    comment_until: Mapped[datetime | None]


class Filed(Base):
    """Fact row of a closed request, as reports count it: narrow, because a report reads a year of them at once.

    Deleted when the request changes, and filed again. It repeats only what the request's moments say
    (`report_columns.living`): deleting all rows, and resetting `is_filed` of the requests, loses nothing.
    """

    __tablename__ = "visit_filed"
    # In the order of the reports' spans: SQLite stores the rows themselves in it, and needs no second index.
    __table_args__ = {"sqlite_with_rowid": False}

    opened_at: Mapped[datetime] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id"), primary_key=True)
    #: The manager it counts for: who gave the first answer, else the owner.
    manager_id: Mapped[int | None]
    owner_id: Mapped[int | None]
    retailer_id: Mapped[int | None]
    area_id: Mapped[int | None]
    category_id: Mapped[int | None]
    class_id: Mapped[int | None]
    #: Milliseconds until the first answer, of the longest wait for a later answer, and until it was closed.
    first_ms: Mapped[int | None] = mapped_column(BigInteger)
    next_ms: Mapped[int | None] = mapped_column(BigInteger)
    closing_ms: Mapped[int | None] = mapped_column(BigInteger)
    #: 1 or 0, so that they can be summed.
    overdue: Mapped[int] = mapped_column(SmallInteger)
    lost: Mapped[int] = mapped_column(SmallInteger)
    #: Whether the first answer's promise has ended, and whether it was kept.
    promised: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    kept: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    #: Ratings given: all, content, not content.
    rated: Mapped[int] = mapped_column(SmallInteger)
    content: Mapped[int] = mapped_column(SmallInteger)
    discontent: Mapped[int] = mapped_column(SmallInteger)


class SpokenWords(Base):
    """Words said in a filed request, as one text for the search. Filed, removed and rewritten with it; an open request
    has none, for those are few and their messages are read themselves."""

    __tablename__ = "visit_words"
    __table_args__ = (
        # SQLite has a table of its own for this: `SPOKEN_SEARCH`.
        Index("ix_visit_words_grams", "grams", postgresql_using="gin").ddl_if(dialect="postgresql"),
    )

    request_id: Mapped[int] = mapped_column(ForeignKey("visit_request.id"), primary_key=True)
    #: The messages, normalised in width and case, with a line break between two.
    said: Mapped[str] = mapped_column(Text)
    grams: Mapped[list[str]] = mapped_column(Grams())


#: The search index over what was said in filed requests, one row a request.
SPOKEN_SEARCH = SearchIndex("visit_words_search", "visit_words", "grams", key="request_id")
