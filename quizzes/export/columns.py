"""Columns of the answers in an export: for each question its words and codes, its mark, and which key gave that."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.workbooks.writing import Cell
from questions.exporting import ColumnPlan, ExportColumn, Guard, plan
from questions.flow import Missing
from questions.keyed import marking
from questions.keyed.items import HUNDREDTHS, KeyedItem
from questions.question import Question
from quizzes.models.attempts import Attempt
from quizzes.models.bank import BankQuestion, QuestionVersion
from quizzes.models.quizzes import QuizVersion
from quizzes.queries import papers
from quizzes.rules.definition import fixed_paper

BATCH = 1000


@dataclass(frozen=True, slots=True)
class AnswerPlan:
    """Columns of one question of a quiz."""

    code: str
    #: Of the newest version that was asked, with the key in force.
    item: KeyedItem
    columns: tuple[ExportColumn, ...]
    #: How an answer is read, by the version of the question it was given to.
    read: Mapping[int, ColumnPlan]
    nothing: tuple[Cell, ...]


class AnswerColumns:
    """Columns of all questions that were asked in any attempt, and the cells of each attempt."""

    def __init__(self, session: Session, quiz_id: int, guard: Guard) -> None:
        self.plans = list(_plans(session, quiz_id, guard))

    @property
    def columns(self) -> list[ExportColumn]:
        return [column for each in self.plans for column in each.columns]

    def cells(
        self,
        paper: Sequence[Sequence[Any]],
        answers: Mapping[str, Mapping[str, Any]],
        marks: str,
        key_numbers: str,
    ) -> Iterator[Cell]:
        """Yield the cells of one attempt, in the order of `columns`. A question that is struck has no mark."""
        versions = [place[0] for place in paper]
        got = dict(zip(versions, zip(marking.read(marks), key_numbers.split(","), strict=True), strict=True))
        for each in self.plans:
            version = next((id for id in each.read if id in got), None)
            if version is None:
                yield from each.nothing
                continue
            how, answer, (mark, key) = each.read[version], answers.get(each.code), got[version]
            if answer is None:
                yield from how.missing[Missing.NOT_REACHED]
            elif "s" in answer:
                yield from how.missing[Missing.SKIPPED]
            else:
                yield from how.read(answer)
            yield None if mark is None else points(mark)
            yield int(key)


def points(hundredths: int) -> int | float:
    """Return hundredths of a point as a number.

    >>> points(500), points(333)
    (5, 3.33)
    """
    return hundredths // HUNDREDTHS if hundredths % HUNDREDTHS == 0 else hundredths / HUNDREDTHS


def _plans(session: Session, quiz_id: int, guard: Guard) -> Iterator[AnswerPlan]:
    order = {version_id: place for place, version_id in enumerate(_asked(session, quiz_id))}
    rows = session.execute(
        select(QuestionVersion.id, QuestionVersion.question_id, QuestionVersion.digest, BankQuestion.code)
        .join(BankQuestion, BankQuestion.id == QuestionVersion.question_id)
        .where(QuestionVersion.id.in_(order))
        .order_by(QuestionVersion.number.desc())
    ).all()
    keys = {version_id: each.key for version_id, each in papers.keys_in_force(session, quiz_id, list(order)).items()}
    shown = papers.items(session, [papers.PaperPlace(row.id, row.digest, 0) for row in rows], keys)
    found: dict[int, dict[int, KeyedItem]] = {}
    codes: dict[int, str] = {}
    for row, item in zip(rows, shown, strict=True):
        found.setdefault(row.question_id, {})[row.id] = item
        codes[row.question_id] = row.code
    for question_id, versions in sorted(found.items(), key=lambda each: min(order[id] for id in each[1])):
        yield _plan(codes[question_id], versions, guard)


def _plan(code: str, versions: Mapping[int, KeyedItem], guard: Guard) -> AnswerPlan:
    """Return the columns of a question; the newest of its versions comes first."""
    newest = next(iter(versions.values()))
    every = {option.code: option for item in reversed(list(versions.values())) for option in item.question.options}

    def asked(question: Question) -> Question:
        """The question with the options of all versions, each as this one calls it."""
        mine = {option.code: option for option in question.options}
        return replace(question, options=tuple(mine.get(code, option) for code, option in every.items()))

    read = {id: plan(asked(item.question), guard) for id, item in versions.items()}
    first = plan(asked(newest.question), guard)
    columns = (
        *first.columns,
        ExportColumn(guard(f"{code} 得分"), "mark", 9),
        ExportColumn(guard(f"{code} 答案版本"), "key", 9),
    )
    return AnswerPlan(code, newest, columns, read, (*first.missing[Missing.NOT_SHOWN], None, None))


def _asked(session: Session, quiz_id: int) -> list[int]:
    """Return the versions of questions that were asked: of fixed papers in the order of the newest, then drawn ones."""
    found: dict[int, None] = {}
    is_drawn = False
    for definition in session.scalars(
        select(QuizVersion.definition).where(QuizVersion.quiz_id == quiz_id).order_by(QuizVersion.number.desc())
    ):
        found |= dict.fromkeys(place[0] for place in fixed_paper(definition))
        is_drawn = is_drawn or bool(definition["draw"])
    if is_drawn:
        of_quiz = select(Attempt.paper).where(Attempt.quiz_id == quiz_id, Attempt.ended_at.is_not(None))
        drawn = {place[0] for paper in session.scalars(of_quiz.execution_options(yield_per=BATCH)) for place in paper}
        found |= dict.fromkeys(sorted(drawn))
    return list(found)
