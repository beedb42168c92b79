"""Question of a quiz for staff: its figures, the key that gave the marks, and what each third of the totals chose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from questions.keyed import marking
from questions.keyed.items import Key, KeyedItem, Kind, key_from_json
from questions.question import Option
from quizzes.models.figures import OptionCell
from quizzes.models.regrades import Regrade, RegradeState
from quizzes.queries import papers, regrades
from quizzes.queries.figures import OptionCount, QuestionFigures, QuizFigures
from quizzes.queries.regrades import PendingChange
from quizzes.rules import spread

#: The words that most wrote.
MOST_WORDS = 10


@dataclass(frozen=True, slots=True)
class OptionByThirds:
    """Option of a question with how many of each third chose it, and their shares of those who were asked it."""

    option: Option
    #: With the letter it has in the author's order; without for 对 and 错.
    label: str
    is_right: bool
    counts: tuple[int, ...]
    shares: tuple[float | None, ...]

    @property
    def count(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class QuestionSheet:
    """Question with the key attempts were marked by and what was chosen."""

    of: QuestionFigures
    #: As it was shown, with the key that gave the marks: while a change is carried out, that of before.
    item: KeyedItem
    #: A change of its key that is not finished, and the key there will be.
    change: PendingChange | None
    to_be: Key
    #: How many of each third were asked it.
    asked: tuple[int, ...]
    options: tuple[OptionByThirds, ...]
    #: Of a fill-in the words that most wrote.
    words: tuple[OptionCount, ...]

    def is_accepted(self, words: str) -> bool:
        """Whether these words of a fill-in got its points."""
        return marking.is_accepted(self.item.question.text, self.item.key.variants, words)


def sheet(session: Session, whole: QuizFigures, quiz_id: int, question_id: int) -> QuestionSheet | None:
    """Return a question of the version whose figures are given; None where it has no such question."""
    of = next((each for each in whole.questions if each.question_id == question_id), None)
    if of is None:
        return None
    key, change, to_be = _keys(session, quiz_id, of)
    item = replace(of.item, key=key)
    thirds = spread.thirds(whole.by_total)
    asked: Counter[int] = Counter()
    for (_, total), count in of.cells.items():
        asked[thirds[total]] += count
    sizes = tuple(asked[third] for third in range(spread.THIRDS))
    if item.kind is Kind.FILL:
        return QuestionSheet(of, item, change, to_be, sizes, (), _words(session, whole.version_id, question_id))
    options = _options(session, whole, item, question_id, thirds, sizes)
    return QuestionSheet(of, item, change, to_be, sizes, options, ())


def _keys(session: Session, quiz_id: int, of: QuestionFigures) -> tuple[Key, PendingChange | None, Key]:
    """Return the key attempts were marked by, a change of it that is not finished, and the key there will be."""
    in_force = papers.keys_in_force(session, quiz_id, [of.version_id])[of.version_id].key
    change = next((each for each in regrades.pending(session, quiz_id) if each.question_id == of.question_id), None)
    regrade = session.get(Regrade, change.regrade_id) if change else None
    if regrade is None or of.version_id not in regrades.versions(session, regrade):
        return in_force, None, in_force
    changed = key_from_json(regrade.key)
    match regrade.state:
        case RegradeState.SUBMITTED:
            return in_force, change, changed
        case RegradeState.UNDOING:
            return changed, change, in_force
        case _:
            before = papers.keys_in_force(session, quiz_id, [of.version_id], before=regrade.key_number)
            return before[of.version_id].key, change, changed


def _options(
    session: Session,
    whole: QuizFigures,
    item: KeyedItem,
    question_id: int,
    thirds: Mapping[int, int],
    sizes: tuple[int, ...],
) -> tuple[OptionByThirds, ...]:
    """Return the options in the author's order. One statement."""
    chosen: dict[str, Counter[int]] = {}
    for code, total, count in session.execute(
        select(OptionCell.option, OptionCell.total, OptionCell.count).where(
            OptionCell.quiz_version_id == whole.version_id, OptionCell.question_id == question_id, OptionCell.count > 0
        )
    ):
        if total in thirds:  # filed since the figures were read
            chosen.setdefault(code, Counter())[thirds[total]] += count
    found = []
    for place, option in enumerate(item.question.options):
        counts = tuple(chosen.get(str(option.code), Counter())[third] for third in range(spread.THIRDS))
        found.append(
            OptionByThirds(
                option,
                f"{chr(ord('A') + place)}. {option.label}" if item.kind.is_shuffled else option.label,
                option.code in item.key.right,
                counts,
                tuple(count / size if size else None for count, size in zip(counts, sizes, strict=True)),
            )
        )
    return tuple(found)


def _words(session: Session, version_id: int, question_id: int) -> tuple[OptionCount, ...]:
    """Return the words that most wrote. One statement, by the index of words."""
    rows = session.execute(
        select(OptionCell.option, OptionCell.count)
        # Written as in the partial index: SQLite does not match a bound value to it.
        .where(
            OptionCell.quiz_version_id == version_id,
            OptionCell.question_id == question_id,
            text("quiz_option_cell.total < 0"),
            OptionCell.count > 0,
        )
        .order_by(OptionCell.count.desc(), OptionCell.option.desc())
        .limit(MOST_WORDS)
    )
    return tuple(OptionCount(words, words, count) for words, count in rows)
