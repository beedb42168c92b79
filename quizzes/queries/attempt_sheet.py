"""Attempt sheet: one shop and one quiz, with its open attempt, as every door sees it, read in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from foundation.dialects import table_of
from foundation.errors import Refused
from foundation.prepared import Prepared
from people import identity
from people.models import Area, Manager, Retailer
from questions.keyed.items import KeyedItem
from questions.question import Question
from questions.stepping import Position
from quizzes.models.attempts import Attempt
from quizzes.models.quizzes import Quiz, QuizVersion, Standing
from quizzes.queries import papers
from quizzes.queries.papers import PaperPlace
from quizzes.rules import timing
from quizzes.rules.definition import QuizDefinition
from quizzes.texts import chat


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    """Attempt that is being taken."""

    id: int
    number: int
    version_id: int
    paper: tuple[PaperPlace, ...]
    #: As shown: without keys.
    items: tuple[KeyedItem, ...]
    started_at: datetime
    ends_at: datetime | None
    #: Question code to answer JSON.
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    late: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    grace: tuple[str, ...] = ()
    at: str | None = None
    misread: int = 0

    @property
    def position(self) -> Position:
        """The shop's position among the questions."""
        return Position(tuple(item.question for item in self.items), self.answers, self.at, self.misread)

    @property
    def asked(self) -> Question | None:
        """The question that waits for an answer; None when all are answered."""
        return self.position.asked

    def moved(self, to: Position) -> "OpenAttempt":
        """Return the attempt with the shop at this position."""
        return replace(self, answers=to.answers, at=to.at, misread=to.misread)


@dataclass(frozen=True, slots=True)
class AttemptSheet:
    """Quiz as one shop stands in it."""

    quiz_id: int
    opens_at: datetime | None
    closes_at: datetime | None
    is_for_everyone: bool
    #: Waves of invitations that were planned.
    waves: int
    retailer_id: int
    keeper: str
    area_id: int
    class_id: int
    manager_id: int | None
    manager: str
    #: Whoever is bound to the shop; null where nobody is any more.
    openid: str | None
    #: Whether the shop was listed, or has begun already.
    is_listed: bool
    is_opened: bool
    #: Attempts that were begun.
    used: int
    #: What the attempt that counts got; None before one has ended.
    total: int | None
    maximum: int | None
    is_passed: bool | None
    #: The version of the open attempt; the newest where there is none.
    version_id: int
    definition: QuizDefinition
    attempt: OpenAttempt | None

    @property
    def left(self) -> int:
        """How many attempts may still be begun."""
        return max(0, self.definition.attempts - self.used)

    def ends_at(self, begun: datetime) -> datetime | None:
        """When an attempt ends that is begun at a moment; None where it has no end."""
        of = self.definition
        return timing.ends_at(begun, minutes=of.minutes, closes_at=self.closes_at, is_start_only=of.is_start_only)


def look(session: Session, quiz_id: int, openid: str) -> AttemptSheet:
    """Return the sheet of the shop behind an openid, in one statement, and one for a paper not shown lately.

    Raises Refused where there is no such quiz, or the openid is bound to no shop.
    """
    row = session.execute(_LOOK, {"quiz_id": quiz_id, "openid": openid}).first()
    if row is None:
        raise Refused(chat.UNKNOWN_QUIZ)
    if row.retailer_id is None:
        raise Refused(no_shop(session, openid))
    return _sheet(session, row)


def hold(session: Session, quiz_id: int, openid: str) -> AttemptSheet | None:
    """Lock the open attempt of the shop behind an openid and return its sheet, so that chat, page and clock never
    overwrite each other; None where there is none. One statement."""
    row = _HOLD.first(session, {"quiz_id": quiz_id, "openid": openid})
    return None if row is None else _sheet(session, row)


def overdue(session: Session, *, until: datetime, most: int) -> list[AttemptSheet]:
    """Lock and return the sheets of open attempts that should have ended before a moment, the oldest in front; those
    that another transaction holds are left to it. One statement, and one for each paper not shown lately."""
    return [_sheet(session, row) for row in session.execute(_OVERDUE, {"until": until, "most": most})]


def no_shop(session: Session, openid: str) -> str:
    """Return the sentence for somebody bound to no shop: how to bind one, or that a customer manager need not."""
    return chat.NOT_FOR_MANAGERS if identity.manager_of(session, openid) else chat.BIND_FIRST


def obstacle(sheet: AttemptSheet, *, now: datetime, zone: ZoneInfo) -> str | None:
    """Return the sentence that says why no attempt can be begun now; None when one can. An open attempt goes on
    whatever this says: its own end was fixed when it began."""
    if sheet.closes_at is not None and sheet.closes_at <= now:
        return chat.closed(sheet.closes_at.astimezone(zone), sheet.manager)
    if not sheet.is_listed and not sheet.is_for_everyone:
        return chat.NOT_FOR_YOU
    if sheet.opens_at is not None and now < sheet.opens_at:
        return chat.not_open_yet(sheet.opens_at.astimezone(zone))
    if not sheet.left:
        return chat.used_up(sheet.definition.attempts, sheet.total, sheet.is_passed)
    return None


def _sheet(session: Session, row: Any) -> AttemptSheet:
    definition = papers.definition(session, row.version_id, row.digest)
    attempt = None
    if row.attempt_id is not None:
        paper = papers.places(row.paper)
        attempt = OpenAttempt(
            id=row.attempt_id,
            number=row.number,
            version_id=row.version_id,
            paper=paper,
            items=papers.items(session, paper, {}),
            started_at=row.started_at,
            ends_at=row.ends_at,
            answers=row.answers,
            late=row.late,
            grace=tuple(row.grace),
            at=row.at,
            misread=row.misread,
        )
    return AttemptSheet(
        quiz_id=row.quiz_id,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        is_for_everyone=row.is_for_everyone,
        waves=row.waves,
        retailer_id=row.retailer_id,
        keeper=row.keeper,
        area_id=row.area_id,
        class_id=row.class_id,
        manager_id=row.manager_id,
        manager=row.manager or "",
        openid=row.openid,
        is_listed=row.asked_at is not None,
        is_opened=bool(row.is_opened),
        used=row.used or 0,
        total=row.total,
        maximum=row.maximum,
        is_passed=row.is_passed,
        version_id=row.version_id,
        definition=definition,
        attempt=attempt,
    )


# Plain columns, not the classes' attributes: a statement of those goes through the ORM even where it loads no object.
_quiz, _version = table_of(Quiz), table_of(QuizVersion)
_retailer, _area, _own = table_of(Retailer), table_of(Area), table_of(Manager)
_head = _own.alias()
_standing, _attempt = table_of(Standing), table_of(Attempt)
_SHOP = _retailer.c.openid == bindparam("openid")
_OPEN = (_attempt.c.quiz_id == _quiz.c.id) & (_attempt.c.retailer_id == _retailer.c.id) & _attempt.c.ended_at.is_(None)

# Built once, so that SQLAlchemy's compiled form is found again at every callback.
_READ: tuple[Any, ...] = (
    _quiz.c.id.label("quiz_id"),
    _quiz.c.opens_at,
    _quiz.c.closes_at,
    _quiz.c.is_for_everyone,
    _quiz.c.waves,
    _retailer.c.id.label("retailer_id"),
    _retailer.c.openid,
    _retailer.c.keeper,
    _retailer.c.area_id,
    _retailer.c.class_id,
    func.coalesce(_retailer.c.manager_id, _area.c.manager_id).label("manager_id"),
    func.coalesce(_own.c.name, _head.c.name).label("manager"),
    _standing.c.asked_at,
    _standing.c.is_opened,
    _standing.c.used,
    _standing.c.total,
    _standing.c.maximum,
    _standing.c.is_passed,
    _attempt.c.id.label("attempt_id"),
    _attempt.c.number,
    _attempt.c.paper,
    _attempt.c.answers,
    _attempt.c.late,
    _attempt.c.grace,
    _attempt.c.at,
    _attempt.c.misread,
    _attempt.c.started_at,
    _attempt.c.ends_at,
    _version.c.id.label("version_id"),
    _version.c.digest,
)
_LOOK: Select[Any] = (
    select(*_READ)
    .select_from(_quiz)
    .outerjoin(_retailer, _SHOP)
    .outerjoin(_standing, (_standing.c.quiz_id == _quiz.c.id) & (_standing.c.retailer_id == _retailer.c.id))
    .outerjoin(_attempt, _OPEN)
    # An unpublished quiz has no version, and nobody can see it yet.
    .join(_version, _version.c.id == func.coalesce(_attempt.c.quiz_version_id, _quiz.c.version_id))
    .outerjoin(_area, _area.c.id == _retailer.c.area_id)
    .outerjoin(_own, _own.c.id == _retailer.c.manager_id)
    .outerjoin(_head, _head.c.id == _area.c.manager_id)
    .where(_quiz.c.id == bindparam("quiz_id"))
)
_OF_OPEN: Select[Any] = (
    select(*_READ)
    .select_from(_attempt)
    .join(_quiz, _quiz.c.id == _attempt.c.quiz_id)
    .join(_version, _version.c.id == _attempt.c.quiz_version_id)
    .join(_retailer, _retailer.c.id == _attempt.c.retailer_id)
    .join(_standing, (_standing.c.quiz_id == _quiz.c.id) & (_standing.c.retailer_id == _retailer.c.id))
    .join(_area, _area.c.id == _retailer.c.area_id)
    .outerjoin(_own, _own.c.id == _retailer.c.manager_id)
    .outerjoin(_head, _head.c.id == _area.c.manager_id)
    .where(_attempt.c.ended_at.is_(None))
)
_OVERDUE = (
    _OF_OPEN.where(_attempt.c.ends_at < bindparam("until", type_=Attempt.ends_at.type))
    .order_by(_attempt.c.ends_at, _attempt.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=_attempt, skip_locked=True)
)
_HOLD = Prepared(_OF_OPEN.where(_attempt.c.quiz_id == bindparam("quiz_id"), _SHOP).with_for_update(of=_attempt))
