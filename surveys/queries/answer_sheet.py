"""Answer sheet: one shop and one survey, as every door sees it, read in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, case, func, literal_column, select
from sqlalchemy.orm import Session

from foundation.clock import day_in
from foundation.dialects import table_of
from foundation.errors import Refused
from foundation.prepared import Prepared
from people import identity
from people.models import Area, Manager, Retailer
from questions import full_options
from questions.question import Question
from questions.stepping import Position
from surveys.models import Participation, Quota, Survey, Version
from surveys.queries import version_cache
from surveys.rules import quotas, tally
from surveys.rules.definition import Definition
from surveys.texts import chat
from surveys.texts import quotas as quota_texts


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """Answer sheet of a shop. `participation_id` is None where the shop was not listed."""

    survey_id: int
    opens_at: datetime | None
    closes_at: datetime | None
    is_anonymous: bool
    is_for_everyone: bool
    #: How many waves of invitations there are.
    waves: int
    #: When the results are published, where the author set another moment than the end.
    results_at: datetime | None
    retailer_id: int
    keeper: str
    area_id: int
    class_id: int
    participation_id: int | None
    #: The version it was begun under; the newest where it is not begun.
    version_id: int
    definition: Definition
    started_at: datetime | None
    is_opened: bool
    is_submitted: bool
    submitted_on: date | None
    #: The draft, question code to answer JSON.
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    #: The question the shop went back to.
    at: str | None = None
    misread: int = 0
    #: Staff asked the shop to answer once more.
    is_again: bool = False
    #: The customer manager's name; read by `look` only.
    manager: str = ""
    #: The keys of full quotas; None where the survey has none.
    full: frozenset[tally.Key] | None = None

    @property
    def position(self) -> Position:
        """The shop's position among the questions."""
        return Position(self.definition.questions, self.answers, self.at, self.misread, self.full or ())

    def moved(self, to: Position) -> "AnswerSheet":
        """Return the sheet with the shop at this position."""
        return replace(self, answers=to.answers, at=to.at, misread=to.misread)

    @property
    def asked(self) -> Question | None:
        """The question that waits for an answer; None when all are answered."""
        return self.position.asked

    @property
    def left(self) -> int:
        """How many questions are still open."""
        return self.position.left

    @property
    def is_shut(self) -> bool:
        """Whether quotas exclude every shop of this area and class."""
        return quotas.is_shut(self.full or (), area_id=self.area_id, class_id=self.class_id)

    @property
    def spoilt(self) -> Question | None:
        """The first question answered with an option that is full by now."""
        return full_options.spoilt(self.definition.questions, self.answers, self.full or ())

    @property
    def tells_at(self) -> datetime | None:
        """When those who answered are told of the results; None where nobody promised that."""
        return self.results_at or self.closes_at if self.definition.results == "after" else None


def look(session: Session, survey_id: int, openid: str) -> AnswerSheet:
    """Return the sheet of the shop behind an openid, begun or not, in one statement.

    Raises Refused where there is no such survey, or the openid is bound to no shop.
    """
    row = session.connection().execute(_LOOK, {"survey_id": survey_id, "openid": openid}).first()
    if row is None:
        raise Refused(chat.UNKNOWN_SURVEY)
    if row.retailer_id is None:
        raise Refused(no_shop(session, openid))
    return _sheet(session, row, row.manager or "")


def no_shop(session: Session, openid: str) -> str:
    """Return the sentence for somebody bound to no shop: how to bind one, or that a customer manager need not."""
    return chat.NOT_FOR_MANAGERS if identity.manager_of(session, openid) else chat.BIND_FIRST


def hold(session: Session, survey_id: int, openid: str) -> AnswerSheet | None:
    """Lock and return the sheet being filled, so that chat and page never overwrite each other; None where this
    openid's shop has not begun it. One statement."""
    row = _HOLD.first(session, {"survey_id": survey_id, "openid": openid})
    return None if row is None else _sheet(session, row)


def obstacle(sheet: AnswerSheet, *, now: datetime, zone: ZoneInfo) -> str | None:
    """Return the sentence that says why this sheet cannot be filled now; None when it can."""
    if sheet.is_submitted:
        return chat.already_done(sheet.submitted_on) if sheet.submitted_on else chat.ALREADY_DONE
    if sheet.closes_at is not None and sheet.closes_at <= now:
        return chat.closed(day_in(sheet.closes_at, zone), sheet.manager)
    if sheet.participation_id is None and not sheet.is_for_everyone:
        return chat.NOT_FOR_YOU
    if sheet.opens_at is not None and now < sheet.opens_at:
        return chat.not_open_yet(day_in(sheet.opens_at, zone))
    if sheet.is_shut:
        return quota_texts.FULL_KEPT if sheet.answers else quota_texts.FULL
    return None


def full(said: str | None) -> frozenset[tally.Key] | None:
    """Read the full quotas as `FULL` gives them; None where there is no quota.

    >>> full(None), full(""), sorted(full("@area 7,,q1 2"))
    (None, frozenset(), [('@area', '7'), ('q1', '2')])
    """
    if said is None:
        return None
    keys = (key.partition(" ") for key in said.split(",") if key)
    return frozenset((question, option) for question, _, option in keys)


def _sheet(session: Session, row: Any, manager: str = "") -> AnswerSheet:
    return AnswerSheet(
        survey_id=row.survey_id,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        is_anonymous=row.is_anonymous,
        is_for_everyone=row.is_for_everyone,
        waves=row.waves,
        results_at=row.results_at,
        retailer_id=row.retailer_id,
        keeper=row.keeper,
        area_id=row.area_id,
        class_id=row.class_id,
        participation_id=row.participation_id,
        version_id=row.version_id,
        definition=version_cache.definition(session, row.version_id, row.digest),
        started_at=row.started_at,
        is_opened=bool(row.is_opened),
        is_submitted=bool(row.is_submitted),
        submitted_on=row.submitted_on,
        answers=row.answers or {},
        at=row.at,
        misread=row.misread or 0,
        is_again=bool(row.is_again),
        manager=manager,
        full=full(row.full),
    )


# Plain columns, not the classes' attributes: a statement of those goes through the ORM even where it loads no object.
_survey, _retailer = table_of(Survey), table_of(Retailer)
_kept, _version = table_of(Participation), table_of(Version)
_area, _own = table_of(Area), table_of(Manager)
_head = _own.alias()
_quota = table_of(Quota)
# Literal SQL: a bound string would be rendered into the statement again at every execution.
_COMMA: Any = literal_column("','")
#: Every quota of a survey, question and option with a blank between them; an empty entry for one with places left.
FULL = (
    select(
        func.aggregate_strings(
            case((_quota.c.count >= _quota.c.most, _quota.c.question + " " + _quota.c.option), else_=""), _COMMA
        )
    )
    .where(_quota.c.survey_id == _survey.c.id)
    .correlate(_survey)
    .scalar_subquery()
)
_READ: tuple[Any, ...] = (
    _survey.c.id.label("survey_id"),
    _survey.c.opens_at,
    _survey.c.closes_at,
    _survey.c.is_anonymous,
    _survey.c.is_for_everyone,
    _survey.c.waves,
    _survey.c.results_at,
    _retailer.c.id.label("retailer_id"),
    _retailer.c.keeper,
    _retailer.c.area_id,
    _retailer.c.class_id,
    _kept.c.id.label("participation_id"),
    _kept.c.started_at,
    _kept.c.is_opened,
    _kept.c.is_submitted,
    _kept.c.submitted_on,
    _kept.c.answers,
    _kept.c.at,
    _kept.c.misread,
    _kept.c.is_again,
    _version.c.id.label("version_id"),
    _version.c.digest,
    FULL.label("full"),
)
_SHOP = _retailer.c.openid == bindparam("openid")
_THEIRS = (_kept.c.survey_id == _survey.c.id) & (_kept.c.retailer_id == _retailer.c.id)

# Built once, so that SQLAlchemy's compiled form is found again at every callback.
_LOOK: Select[Any] = (
    select(*_READ, func.coalesce(_own.c.name, _head.c.name).label("manager"))
    .select_from(_survey)
    .outerjoin(_retailer, _SHOP)
    .outerjoin(_kept, _THEIRS)
    # An unpublished survey has no version, and nobody can see it yet.
    .join(_version, _version.c.id == func.coalesce(_kept.c.version_id, _survey.c.version_id))
    .outerjoin(_area, _area.c.id == _retailer.c.area_id)
    .outerjoin(_own, _own.c.id == _retailer.c.manager_id)
    .outerjoin(_head, _head.c.id == _area.c.manager_id)
    .where(_survey.c.id == bindparam("survey_id"))
)
_HOLD = Prepared(
    select(*_READ)
    .select_from(_retailer)
    .join(_kept, (_kept.c.retailer_id == _retailer.c.id) & (_kept.c.survey_id == bindparam("survey_id")))
    .join(_survey, _survey.c.id == _kept.c.survey_id)
    # A sheet that is handed in may have lost its version (anonymous): the newest is used instead.
    .join(_version, _version.c.id == func.coalesce(_kept.c.version_id, _survey.c.version_id))
    .where(_SHOP, _kept.c.started_at.is_not(None) | _kept.c.is_submitted)
    .with_for_update(of=_kept)
)
