"""List of the bank: a page of its questions, each with how often it was used and how it was answered."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from foundation import paging
from foundation.paging import Cursor, Order, Page
from questions.keyed.items import Difficulty, Kind, folded
from quizzes.models.bank import BANK, BankQuestion, QuestionTag, QuestionUse, QuestionVersion
from quizzes.models.figures import ItemCell
from quizzes.models.quizzes import QuizVersion


class QuestionResult(NamedTuple):
    """Result of a question in the attempts that count: how many answered, and what they got of what there was to get.

    >>> (QuestionResult(1, 500, 1000) + QuestionResult(3, 1000, 3000)).facility, QuestionResult().facility
    (0.375, None)
    """

    n: int = 0
    got: int = 0
    of: int = 0

    @property
    def facility(self) -> float | None:
        """The share that was got; None where nobody was asked, or it was worth nothing."""
        return self.got / self.of if self.of else None

    def __add__(self, other: object) -> QuestionResult:  # adds, and does not join
        assert isinstance(other, QuestionResult)
        return QuestionResult(self.n + other.n, self.got + other.got, self.of + other.of)


NOBODY = QuestionResult()


@dataclass(frozen=True, slots=True)
class BankLine:
    """Question of the bank in a list."""

    id: int
    code: str
    text: str
    kind: Kind
    difficulty: Difficulty
    points: int
    is_retired: bool
    source: str
    tags: tuple[str, ...] = ()
    #: Published quizzes that have it, or have drawn it.
    uses: int = 0
    answered: QuestionResult = NOBODY


@dataclass(frozen=True, slots=True)
class BankSearch:
    """Search of the bank: what its list is narrowed by."""

    search: str = ""
    tag: str = ""
    kind: Kind | None = None
    difficulty: Difficulty | None = None
    #: None is both.
    is_retired: bool | None = False


def page(session: Session, wanted: BankSearch, *, cursor: Cursor, limit: int) -> Page[BankLine]:
    """Return a page of the bank by code; a few statements, whatever was answered."""
    statement = (
        select(BankQuestion, QuestionVersion.body["source"].as_string())
        .join(QuestionVersion, QuestionVersion.id == BankQuestion.version_id)
        .where(*_conditions(wanted))
    )
    found = paging.page(session, statement, _BY_CODE, cursor, limit=limit, read=_line)
    return found.of(_filled(session, found.lines))


def count(session: Session, wanted: BankSearch) -> int:
    """Return the number of questions in the list."""
    return session.scalar(select(func.count()).select_from(BankQuestion).where(*_conditions(wanted))) or 0


def _conditions(wanted: BankSearch) -> Iterator[ColumnElement[bool]]:
    yield BankQuestion.home_quiz_id == BANK
    if wanted.search:
        in_text = BankQuestion.folded.contains(folded(wanted.search), autoescape=True)
        yield or_(in_text, BankQuestion.code.startswith(wanted.search, autoescape=True))
    if wanted.tag:
        yield exists().where(QuestionTag.question_id == BankQuestion.id, QuestionTag.tag == wanted.tag)
    columns = {
        BankQuestion.kind: wanted.kind,
        BankQuestion.difficulty: wanted.difficulty,
        BankQuestion.is_retired: wanted.is_retired,
    }
    for column, value in columns.items():
        if value is not None:
            yield column == value


_BY_CODE: Order[BankLine] = Order((BankQuestion.code,), lambda line: (line.code,))


def tags(session: Session) -> list[tuple[str, int]]:
    """Return the tags of the bank, each with its number of questions in use."""
    in_use = func.count().filter(~BankQuestion.is_retired)
    rows = session.execute(
        select(QuestionTag.tag, in_use)
        .join(BankQuestion, BankQuestion.id == QuestionTag.question_id)
        .where(BankQuestion.home_quiz_id == BANK)
        .group_by(QuestionTag.tag)
        .order_by(QuestionTag.tag)
    )
    return [(tag, number) for tag, number in rows]


def used_in(session: Session, question_ids: Collection[int]) -> dict[int, Mapping[int, QuestionResult]]:
    """Return the published quizzes that have each question, or have drawn it, with how it was answered there. Two
    statements."""
    found: dict[int, dict[int, QuestionResult]] = {}
    uses = select(QuestionUse.question_id, QuestionUse.quiz_id).where(QuestionUse.question_id.in_(question_ids))
    for question_id, quiz_id in session.execute(uses):
        found.setdefault(question_id, {})[quiz_id] = NOBODY
    rows = session.execute(
        select(
            ItemCell.question_id,
            QuizVersion.quiz_id,
            func.sum(ItemCell.count),
            func.sum(ItemCell.mark * ItemCell.count),
            func.sum(ItemCell.points * ItemCell.count),
        )
        .join(QuizVersion, QuizVersion.id == ItemCell.quiz_version_id)
        .where(ItemCell.question_id.in_(question_ids), ItemCell.count > 0)
        .group_by(ItemCell.question_id, QuizVersion.quiz_id)
    )
    for question_id, quiz_id, *sums in rows:
        found.setdefault(question_id, {})[quiz_id] = QuestionResult(*map(int, sums))
    return dict(found)


def _filled(session: Session, lines: Sequence[BankLine]) -> Iterator[BankLine]:
    """Yield the lines with what stands beside each of them."""
    ids = [line.id for line in lines]
    tagged = select(QuestionTag.question_id, QuestionTag.tag).where(QuestionTag.question_id.in_(ids))
    tags: dict[int, list[str]] = {}
    for question_id, tag in session.execute(tagged.order_by(QuestionTag.tag)):
        tags.setdefault(question_id, []).append(tag)
    used = used_in(session, ids)
    for line in lines:
        uses = used.get(line.id, {})
        whole = reduce(add, uses.values(), NOBODY)
        yield replace(line, tags=tuple(tags.get(line.id, ())), uses=len(uses), answered=whole)


def _line(question: BankQuestion, source: str) -> BankLine:
    return BankLine(
        question.id,
        question.code,
        question.text,
        Kind(question.kind),
        Difficulty(question.difficulty),
        question.points,
        question.is_retired,
        source,
    )
