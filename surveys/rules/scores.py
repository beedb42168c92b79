"""Score of a sheet (测评得分): the weighted mean of how good its answers are, 0 to 100, where its survey has points.

The share of an answer is its points, of the most that could be had with that question; the score is 100 · Σ weight ·
share / Σ weight, over the answers that say something.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from questions.answers import Multiple, Score, Single, from_json
from questions.flow import Answers, settle
from questions.question import Question
from surveys.rules.definition import Definition

#: The score of a sheet that has the best of every answer, in hundredths of a point.
BEST = 10_000
#: The question of a `Tally` under which the scored sheets and the sum of their scores are counted.
SCORE, SUM = "@score", "sum"


def is_scored(versions: Iterable[Definition]) -> bool:
    """Whether a survey gives its sheets a score, in any of its versions."""
    return any(_counts(question) for version in versions for question in version.questions)


def score(definition: Definition, answers: Answers) -> int | None:
    """Return the score of a sheet in hundredths (8750 is 87.50), rounded half up; None where no answer has points.

    Neither a question that a branch left out counts, nor one that was skipped, nor an answer without points (不了解):
    whoever cannot judge lowers nothing.

    >>> from questions.question import Condition, Option, QuestionType
    >>> labels = zip("好中差", (2, 1, 0), strict=True)
    >>> options = (*(Option(n, label, points=p) for n, (label, p) in enumerate(labels, 1)), Option(4, "不了解"))
    >>> first = Question("q1", QuestionType.SINGLE, "服务?", options, weight=3)
    >>> why = Question("q2", QuestionType.RATING, "送货?", show_if=(Condition("q1", frozenset({2, 3})),), weight=1)
    >>> survey = Definition("测评", (first, why))
    >>> [score(survey, {"q1": {"o": option}, "q2": {"v": 5}}) for option in (1, 2, 3, 4)]
    [10000, 6250, 2500, None]
    >>> score(survey, {"q1": {"o": 2}, "q2": {"v": 2}}), score(survey, {})
    (4375, None)
    >>> several = Question("q1", QuestionType.MULTIPLE, "做到了哪些?", options, max=2)
    >>> score(Definition("测评", (several,)), {"q1": {"o": [1, 4]}})
    6667
    """
    reached, weights = Fraction(0), 0
    for code, data in settle(definition.questions, answers).items():
        question = definition.question(code)
        share = _share(question, data) if _counts(question) else None
        if share is not None:
            weight = question.weight or 1
            reached, weights = reached + weight * share, weights + weight
    return int(BEST * reached / weights + Fraction(1, 2)) if weights else None


def _counts(question: Question) -> bool:
    if question.type.scale:
        return question.weight is not None
    return any(option.points for option in question.options)


def _share(question: Question, data: object) -> Fraction | None:
    """How good an answer is, from 0 to 1: of a scale, how far it is from the lowest point; None where it says
    nothing."""
    points = {option.code: option.points for option in question.options if option.points is not None}
    match from_json(question, data):  # type: ignore[arg-type]
        case Score(value) if scale := question.type.scale:
            return Fraction(value - scale[0], scale[-1] - scale[0])
        case Single(option) if option in points:
            return Fraction(points[option], max(points.values()))
        case Multiple(options) if known := [points[each] for each in options if each in points]:
            most = int(question.max) if question.max else len(points)
            return Fraction(sum(known), sum(sorted(points.values(), reverse=True)[:most]))
        case _:
            return None
