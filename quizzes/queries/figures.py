"""Figures of a quiz, read from its counters: what they cost depends on the paper, never on how many took it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from foundation.errors import Refused
from questions.keyed.items import HUNDREDTHS, KeyedItem, Kind
from quizzes.models.bank import BankQuestion, QuestionVersion
from quizzes.models.figures import WHOLE_PAPER, ItemCell, OptionCell
from quizzes.models.quizzes import Quiz, QuizVersion
from quizzes.queries import papers
from quizzes.queries.papers import PaperPlace
from quizzes.rules import advice, spread, statistics
from quizzes.rules.definition import QuizDefinition
from quizzes.rules.statistics import ItemFigures, PaperFigures


@dataclass(frozen=True, slots=True)
class OptionCount:
    """Option of a question, or the words of a fill-in, with how many chose it."""

    code: int | str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """Figures of one question of a quiz."""

    question_id: int
    #: As it was shown, without its key.
    item: KeyedItem
    figures: ItemFigures
    #: Of a fill-in the words, where they are wanted.
    options: tuple[OptionCount, ...]
    advice: str | None
    #: How many got each mark with each total.
    cells: Mapping[tuple[int, int], int]
    version_id: int

    @property
    def is_shown(self) -> bool:
        """Whether enough were asked for pages to show more than the facility."""
        return self.figures.n >= advice.LEAST_SHOWN


@dataclass(frozen=True, slots=True)
class QuizFigures:
    """Figures of one version of a quiz, of the attempts that count."""

    version_id: int
    number: int
    definition: QuizDefinition
    paper: PaperFigures
    #: How many got each total, by (maximum, total) in hundredths of a point.
    totals: Mapping[tuple[int, int], int]
    questions: tuple[QuestionFigures, ...]
    advice: str | None

    @property
    def is_shown(self) -> bool:
        """Whether enough have ended for pages to show figures of the whole."""
        return self.paper.attempts >= advice.LEAST_SHOWN

    @property
    def maximum(self) -> int | None:
        """What the whole paper is worth, in hundredths; None where attempts had different ones, or there are none."""
        return spread.maximum(self.totals)

    @property
    def by_total(self) -> Counter[int]:
        """How many got each total, whatever the maximum."""
        return spread.by_total(self.totals)

    def to_json(self) -> dict[str, Any]:
        """Return every figure as plain JSON values, unrounded."""
        whole = self.paper
        return {
            "attempts": whole.attempts,
            "mean": whole.mean,
            "median": whole.median,
            "sd": whole.sd,
            "skewness": whole.skewness,
            "kurtosis": whole.kurtosis,
            "alpha": whole.alpha,
            "error_ratio": whole.error_ratio,
            "standard_error": whole.standard_error,
            "questions": [
                {
                    "code": each.item.code,
                    "n": each.figures.n,
                    "facility": each.figures.facility,
                    "sd": each.figures.sd,
                    "index": each.figures.index,
                    "efficiency": each.figures.efficiency,
                    "weight": each.figures.weight,
                    "advice": each.advice,
                    "options": [{"code": option.code, "count": option.count} for option in each.options],
                }
                for each in self.questions
            ],
        }


@dataclass(frozen=True, slots=True)
class _Counted:
    """Counters of one question: marks and totals, and what it was worth to how many."""

    cells: Counter[tuple[int, int]]
    worth: Counter[int]

    @property
    def maximum(self) -> float:
        """What it was worth; the mean where drawn papers gave it different points."""
        asked = sum(self.worth.values())
        if len(self.worth) == 1:
            return next(iter(self.worth))
        return sum(points * count for points, count in self.worth.items()) / asked if asked else 0


def figures(session: Session, quiz_id: int, *, has_words: bool = False) -> QuizFigures:
    """Return the figures of the newest version that has attempts; of the newest where none has. The words of fill-ins
    are read only where they are wanted: there may be as many as shops.

    Raises Refused where there is no such quiz, or it was never published.
    """
    version = _version(session, quiz_id)
    definition = papers.definition(session, version.id, version.digest)
    totals, counted = _counted(session, version.id)
    asked = _asked(session, version.id, definition, counted)
    nothing = _Counted(Counter(), Counter())
    of_questions = [counted.get(question_id, nothing) for question_id, _, _ in asked]
    # A question that nobody was given yet is worth what the paper says.
    maxima = [
        each.maximum if each.worth else place.points for each, (_, place, _) in zip(of_questions, asked, strict=True)
    ]
    cells = [each.cells for each in of_questions]
    paper = statistics.paper(spread.by_total(totals), None if definition.is_drawn else cells, maxima, unit=HUNDREDTHS)
    found = statistics.items(cells, maxima)
    chosen = _chosen(session, version.id, [each[0] for each in asked if has_words or each[2].kind is not Kind.FILL])
    questions = tuple(
        _question(question_id, place, item, each, own, chosen.get(question_id, {}))
        for (question_id, place, item), each, own in zip(asked, found, cells, strict=True)
    )
    return QuizFigures(
        version.id, version.number, definition, paper, totals, questions, advice.of_paper(paper, len(questions))
    )


def _version(session: Session, quiz_id: int) -> Any:
    has_attempts = exists().where(
        ItemCell.quiz_version_id == QuizVersion.id, ItemCell.question_id == WHOLE_PAPER, ItemCell.count > 0
    )
    row = session.execute(
        select(Quiz.id.label("quiz_id"), QuizVersion.id, QuizVersion.number, QuizVersion.digest)
        .outerjoin(QuizVersion, QuizVersion.quiz_id == Quiz.id)
        .where(Quiz.id == quiz_id)
        .order_by(has_attempts.desc(), QuizVersion.number.desc())
        .limit(1)
    ).first()
    if row is None:
        raise Refused(f"没有编号为 {quiz_id} 的测试。")
    if row.id is None:
        raise Refused("这份测试还没有发布。")
    return row


def _counted(session: Session, version_id: int) -> tuple[Counter[tuple[int, int]], dict[int, _Counted]]:
    """Return how many got each total of each maximum, and the counters of each question. One statement."""
    rows = session.execute(
        select(ItemCell.question_id, ItemCell.points, ItemCell.mark, ItemCell.total, ItemCell.count).where(
            ItemCell.quiz_version_id == version_id, ItemCell.count > 0
        )
    )
    totals: Counter[tuple[int, int]] = Counter()
    found: dict[int, _Counted] = {}
    for question_id, points, mark, total, count in rows:
        if question_id == WHOLE_PAPER:
            totals[points, total] += count
            continue
        of_question = found.setdefault(question_id, _Counted(Counter(), Counter()))
        of_question.cells[mark, total] += count
        of_question.worth[points] += count
    return totals, found


def _asked(
    session: Session, version_id: int, definition: QuizDefinition, counted: Mapping[int, _Counted]
) -> list[tuple[int, PaperPlace, KeyedItem]]:
    """Return the questions with their places and what is shown of them: a fixed paper's in its order, drawn ones that
    somebody was given by their codes."""
    if definition.is_drawn:
        rows = session.execute(
            select(
                QuestionVersion.id, QuestionVersion.digest, BankQuestion.id.label("question_id"), BankQuestion.points
            )
            .join(BankQuestion, BankQuestion.version_id == QuestionVersion.id)
            .where(BankQuestion.id.in_(counted))
            .order_by(BankQuestion.code)
        ).all()
        places: Sequence[PaperPlace] = [PaperPlace(row.id, row.digest, row.points) for row in rows]
        ids = {row.id: row.question_id for row in rows}
    else:
        places = papers.fixed(session, version_id)
        shown = select(QuestionVersion.id, QuestionVersion.question_id).where(
            QuestionVersion.id.in_([place.version_id for place in places])
        )
        ids = {row.id: row.question_id for row in session.execute(shown)}
    items = papers.items(session, places, {})
    return [(ids[place.version_id], place, item) for place, item in zip(places, items, strict=True)]


def _chosen(session: Session, version_id: int, question_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Return how many chose each option of these questions. One statement."""
    rows = session.execute(
        select(OptionCell.question_id, OptionCell.option, func.sum(OptionCell.count))
        .where(OptionCell.quiz_version_id == version_id, OptionCell.question_id.in_(question_ids), OptionCell.count > 0)
        .group_by(OptionCell.question_id, OptionCell.option)
    )
    found: dict[int, dict[str, int]] = {}
    for question_id, option, count in rows:
        found.setdefault(question_id, {})[option] = int(count)
    return found


def _question(
    question_id: int,
    place: PaperPlace,
    item: KeyedItem,
    figures: ItemFigures,
    cells: Mapping[tuple[int, int], int],
    chosen: Mapping[str, int],
) -> QuestionFigures:
    if item.kind is Kind.FILL:
        words = sorted(chosen.items(), key=lambda each: (-each[1], each[0]))
        options = tuple(OptionCount(said, said, count) for said, count in words)
    else:
        options = tuple(
            OptionCount(option.code, option.label, chosen.get(str(option.code), 0)) for option in item.question.options
        )
    unchosen = [place for place, option in enumerate(options, start=1) if not option.count]
    said = advice.of_question(figures, unchosen if item.kind.is_shuffled else ())
    return QuestionFigures(question_id, item, figures, options, said, cells, place.version_id)
