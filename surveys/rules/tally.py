"""Counting of one submission: the one definition of what it adds to the counters, for the submit and for the recount.

A count is kept under (question code, key). The key is `#` for "answered this question", else what was chosen: an
option's code, a point of a scale, a number in its one spelling. Under `scores.SCORE` stand the sheets with a score, and
the sum of their scores.
"""

from __future__ import annotations

from collections.abc import Mapping

from questions.answers import Multiple, Number, Score, Single, Skipped, from_json
from questions.flow import Answers, settle
from surveys.rules import scores
from surveys.rules.definition import Definition

ANSWERED = "#"
Key = tuple[str, str]
Counts = dict[Key, int]


def counts(definition: Definition, answers: Answers) -> Counts:
    """Return the increments of one submission under the version it answered; skipped and unshown questions add nothing.

    >>> from questions.question import Option, Question, QuestionType
    >>> question = Question("q2", QuestionType.MULTIPLE, "?", (Option(1, "送货"), Option(2, "货源")), other=True)
    >>> counts(Definition("调查", (question,)), {"q2": {"o": [1, 0], "t": "价格牌"}})
    {('q2', '#'): 1, ('q2', '1'): 1, ('q2', '0'): 1}
    """
    added: Counts = {}
    for code, data in settle(definition.questions, answers).items():
        match from_json(definition.question(code), data):
            case Skipped():
                continue
            case Single(option):
                keys = [str(option)]
            case Multiple(options):
                keys = [str(option) for option in dict.fromkeys(options)]
            case Score(value):
                keys = [str(value)]
            case Number(spelled):
                keys = [spelled]
            case _:
                keys = []
        added |= {(code, key): 1 for key in [ANSWERED, *keys]}
    score = scores.score(definition, answers)
    return added if score is None else added | {(scores.SCORE, ANSWERED): 1, (scores.SCORE, scores.SUM): score}


def added(*many: Mapping[Key, int]) -> Counts:
    """Return the sum, without the zeros.

    >>> added({("q1", "1"): 1, ("q1", "#"): 1}, {("q1", "1"): -1, ("q1", "2"): 1})
    {('q1', '#'): 1, ('q1', '2'): 1}
    """
    total: Counts = {}
    for one in many:
        for key, count in one.items():
            total[key] = total.get(key, 0) + count
    return {key: count for key, count in total.items() if count}


def negated(one: Mapping[Key, int]) -> Counts:
    """Return the increments that undo a submission's, when it is withdrawn or answered anew."""
    return {key: -count for key, count in one.items()}
