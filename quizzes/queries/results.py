"""Result of an attempt: its marks, what was wrong, and what the shop may be shown of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.dialects import table_of
from people.models import Retailer
from questions.answers import describe
from questions.keyed import marking
from questions.keyed.items import KeyedItem
from questions.keyed.marking import Mark
from quizzes.models.attempts import Attempt
from quizzes.models.quizzes import Quiz, QuizVersion, Standing
from quizzes.queries import papers
from quizzes.queries.papers import PaperPlace, TaggedQuestion
from quizzes.rules.definition import QuizDefinition, Reveal
from quizzes.texts import chat


@dataclass(frozen=True, slots=True)
class MarkedItem:
    """Question of an ended attempt."""

    number: int
    #: The version of the question, as in the paper.
    version_id: int
    #: With the key it was marked by.
    item: KeyedItem
    answer: Mapping[str, Any] | None
    mark: Mark
    #: How many seconds too late an answer came that was not marked; None where none did.
    late_by: int | None
    is_grace: bool
    #: The number of the key it was marked by.
    key_number: int
    #: The answer that came too late.
    late: Mapping[str, Any] | None

    @property
    def is_right(self) -> bool:
        return self.mark is None or self.mark == self.item.points

    @property
    def answered(self) -> str:
        """The answer in words."""
        return self._said(self.answer)

    @property
    def answered_late(self) -> str:
        """The answer that came too late, in words."""
        return self._said(self.late)

    def _said(self, answer: Mapping[str, Any] | None) -> str:
        if answer is None or "s" in answer:
            return "没有答"
        return describe(self.item.question, answer) or "没有答"

    @property
    def key(self) -> str:
        """What was right, in words, by the key it was marked by."""
        return self.item.right_words

    @property
    def verdict(self) -> str:
        """The mark in a word."""
        if self.mark is None:
            return "不计分"
        if self.is_right:
            return "对"
        return f"得 {chat.points(self.mark)} 分" if self.mark else "错"


class KeptAttempt(NamedTuple):
    """Attempt that has ended, as its row has it."""

    id: int
    quiz_id: int
    retailer_id: int
    number: int
    paper: Sequence[PaperPlace]
    answers: Mapping[str, Mapping[str, Any]]
    late: Mapping[str, Mapping[str, Any]]
    grace: Sequence[str]
    key_numbers: str
    marks: str
    total: int
    maximum: int
    is_passed: bool
    started_at: datetime
    ended_at: datetime
    ended_by: str
    seconds: int
    area_id: int | None
    class_id: int | None
    manager_id: int | None


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """Result of an ended attempt."""

    attempt_id: int
    quiz_id: int
    retailer_id: int
    number: int
    definition: QuizDefinition
    items: tuple[MarkedItem, ...]
    total: int
    maximum: int
    is_passed: bool
    started_at: datetime
    ended_at: datetime
    ended_by: str
    seconds: int
    #: Whether it is the attempt that counts.
    counts: bool
    #: Attempts that may still be begun.
    left: int
    #: Whether the shop may see what was right.
    shows_key: bool

    @property
    def wrong(self) -> tuple[MarkedItem, ...]:
        return tuple(each for each in self.items if not each.is_right)

    @property
    def weakest_tag(self) -> str:
        """The tag that lost the greatest share of its points; empty where nothing was lost."""
        return marking.weakest_tag([(each.item, each.mark) for each in self.items])

    @property
    def lesson(self) -> str:
        """The link to what teaches the weakest tag, by a question of it that was wrong, else by any of it; where it has
        none, what teaches another question that was wrong. Empty where there is nothing to read."""
        tag = self.weakest_tag
        of_tag = [each.item for each in self.items if tag and tag in each.item.tags]
        wrong = [each.item for each in self.wrong]
        inner = [item for item in of_tag if item in wrong]
        return next((item.lesson for item in (*inner, *(of_tag if wrong else ()), *wrong) if item.lesson), "")


def result(session: Session, attempt_id: int, *, now: datetime) -> AttemptResult:
    """Return the result of an ended attempt, by the keys it was marked by."""
    row = session.execute(_RESULT.where(_attempt.c.id == attempt_id)).one()
    *kept, closes_at, version_id, digest, used, counted_attempt_id = row
    ended = KeptAttempt(*kept)
    ended = ended._replace(paper=papers.places(row.paper))
    versions = [place.version_id for place in ended.paper]
    keys = papers.keys_by_number(session, dict(zip(versions, _numbers(ended), strict=True)))
    definition = papers.definition(session, version_id, digest)
    left = max(0, definition.attempts - used)
    return of_ended(
        ended,
        definition,
        papers.items(session, ended.paper, keys),
        papers.questions(session, versions),
        counts=counted_attempt_id == ended.id,
        left=left,
        closes_at=closes_at,
        now=now,
    )


def of_ended(
    row: KeptAttempt,
    definition: QuizDefinition,
    items: Sequence[KeyedItem],
    questions: Mapping[int, TaggedQuestion],
    *,
    counts: bool,
    left: int,
    closes_at: datetime | None,
    now: datetime,
) -> AttemptResult:
    """Return the result of an attempt from its row, the items with the keys it was marked by, and their questions."""
    return AttemptResult(
        attempt_id=row.id,
        quiz_id=row.quiz_id,
        retailer_id=row.retailer_id,
        number=row.number,
        definition=definition,
        items=tuple(
            MarkedItem(
                number,
                place.version_id,
                replace(item, tags=questions[place.version_id].tags),
                row.answers.get(item.code),
                mark,
                row.late.get(item.code, {}).get("seconds"),
                item.code in row.grace,
                key_number,
                row.late.get(item.code, {}).get("answer"),
            )
            for number, (place, item, mark, key_number) in enumerate(
                zip(row.paper, items, marking.read(row.marks), _numbers(row), strict=True), start=1
            )
        ),
        total=row.total,
        maximum=row.maximum,
        is_passed=row.is_passed,
        started_at=row.started_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        seconds=row.seconds,
        counts=counts,
        left=left,
        shows_key=_shows_key(definition.reveal, closes_at, now),
    )


def _numbers(ended: KeptAttempt) -> list[int]:
    return [int(number) for number in ended.key_numbers.split(",") if number]


def last(session: Session, quiz_id: int, retailer_id: int, *, now: datetime) -> AttemptResult | None:
    """Return the result of a shop's last ended attempt; None before one has ended."""
    attempt_id = session.scalar(
        select(_attempt.c.id)
        .where(_attempt.c.quiz_id == quiz_id, _attempt.c.retailer_id == retailer_id, _attempt.c.ended_at.is_not(None))
        .order_by(_attempt.c.number.desc())
        .limit(1)
    )
    return None if attempt_id is None else result(session, attempt_id, now=now)


def last_of(session: Session, openid: str, *, now: datetime) -> AttemptResult | None:
    """Return the result of the last attempt, at whatever quiz, of the shop behind an openid; None where none has
    ended."""
    attempt_id = session.scalar(
        select(_attempt.c.id)
        .join(_retailer, _retailer.c.id == _attempt.c.retailer_id)
        .where(_retailer.c.openid == openid, _attempt.c.ended_at.is_not(None))
        .order_by(_attempt.c.ended_at.desc(), _attempt.c.id.desc())
        .limit(1)
    )
    return None if attempt_id is None else result(session, attempt_id, now=now)


def told(result: AttemptResult, *, before: str, leads: bool = True) -> str:
    """Return the result in one message; `before` is said first. `leads` is whether its lesson can be read."""
    wrong = chat.wrong([(each.number, each.item.tags[0] if each.item.tags else "") for each in result.wrong])
    lines = [
        before,
        chat.result(result.total, result.maximum, result.is_passed, has_pass_mark=result.definition.pass_mark > 0),
        wrong + (chat.PRACTISE if result.wrong and result.shows_key else ""),
        chat.read_first(result.weakest_tag) if result.lesson and leads else "",
        chat.attempts_left(result.left),
    ]
    return "\n".join(line for line in lines if line)


def _shows_key(reveal: Reveal, closes_at: datetime | None, now: datetime) -> bool:
    match reveal:
        case Reveal.AT_ONCE:
            return True
        case Reveal.AFTER_CLOSING:
            return closes_at is not None and closes_at <= now
        case Reveal.NEVER:
            return False


_attempt, _quiz, _version, _standing = map(table_of, (Attempt, Quiz, QuizVersion, Standing))
_retailer = table_of(Retailer)
_RESULT = (
    select(
        *(_attempt.c[name] for name in KeptAttempt._fields),
        _quiz.c.closes_at,
        _version.c.id.label("version_id"),
        _version.c.digest,
        _standing.c.used,
        _standing.c.counted_attempt_id,
    )
    .join(_quiz, _quiz.c.id == _attempt.c.quiz_id)
    .join(_version, _version.c.id == _attempt.c.quiz_version_id)
    .join(_standing, (_standing.c.quiz_id == _attempt.c.quiz_id) & (_standing.c.retailer_id == _attempt.c.retailer_id))
    .where(_attempt.c.ended_at.is_not(None))
)
