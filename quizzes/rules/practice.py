"""Practice of the wrong-answer book: a round of questions, asked one after another, each by itself."""

from __future__ import annotations

from questions.question import Question, QuestionType
from questions.stepping import Position


def position(question: Question, *, before: int, of: int, misread: int = 0) -> Position:
    """Return a position at one question of a round; the others stand there for their number alone.

    >>> asked = Question("7", QuestionType.TEXT, "几天?", required=False)
    >>> here = position(asked, before=1, of=3)
    >>> here.asked.text, here.left, len(here.questions)
    ('几天?', 2, 3)
    """
    round_ = [Question(f" {n}", QuestionType.TEXT, "", required=False) for n in range(of)]
    round_[before] = question
    return Position(tuple(round_), {each.code: {"s": True} for each in round_[:before]}, misread=misread)
