"""Step of a talk, or of a page: one reply to the question that waits, and its outcome.

Plain values in, plain values out. The caller stores the position, and adds its own texts: the opening, the thanks, the
goodbye.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from questions import flow, full_options, texts
from questions.answers import Answer, Multiple, NotUnderstood, Single, describe
from questions.flow import Questions
from questions.full_options import Full
from questions.question import OTHER, Question
from questions.reading import forms, replies
from questions.reading.forms import Fields
from questions.reading.replies import Command

TRIES = 3
"""Unreadable replies in a row to one question, before the ways out are named in place of a correction."""


@dataclass(frozen=True, slots=True)
class Position:
    """Position of somebody among the questions."""

    questions: Questions
    #: Question code to answer JSON.
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    #: The question gone back to.
    at: str | None = None
    #: Replies in a row to this question that could not be read.
    misread: int = 0
    full: Full = ()

    @property
    def asked(self) -> Question | None:
        """The question that waits for an answer; None when all are answered."""
        if self.at is not None:
            for question in flow.shown(self.questions, self.answers):
                if question.code == self.at:
                    return question
        return flow.next_question(self.questions, self.answers)

    @property
    def left(self) -> int:
        """How many questions are still open."""
        return flow.left(self.questions, self.answers)

    @property
    def is_looked_over(self) -> bool:
        """Whether a page shows all answers before they are handed in: one answer alone was seen when it was given."""
        return len(self.questions) > 1

    def onward(self) -> Position:
        """Return the position without the question gone back to: the next unanswered one waits."""
        return replace(self, at=None, misread=0)

    def answered(self, question: Question, given: Answer) -> Position:
        """Return the position with this answer, and at the next question."""
        return replace(self.onward(), answers={**self.answers, question.code: given.to_json()})


class StepOutcome(StrEnum):
    """Outcome of a reply."""

    STAYS = "stays"
    """This question, or one before it, still waits; the text is all there is to say."""
    GOES_ON = "goes_on"
    """It is answered, or left as it is; the text goes before whatever comes next."""
    LOOKS_OVER = "looks_over"
    """It was the last one: all answers are shown once more before they are handed in. On a page only."""
    LEAVES = "leaves"
    """The person wants to continue another time."""


@dataclass(frozen=True, slots=True)
class Step:
    """Result of a reply: where the person is now, and what to say."""

    outcome: StepOutcome
    position: Position
    text: str = ""


def step(position: Position, said: str = "", *, picture: str = "", is_voice: bool = False) -> Step:
    """Handle one message of a talk. `picture` is the reference of a picture that was sent; a message that is neither
    text, picture nor voice is an empty text, which answers nothing.

    >>> from questions.question import Option, QuestionType
    >>> yes = Question("q1", QuestionType.SINGLE, "好吗?", (Option(1, "好"), Option(2, "不好")), other=True)
    >>> why = Question("q2", QuestionType.TEXT, "为什么?")
    >>> begun = Position((yes, why))
    >>> step(begun, "0 还行")
    Step(outcome=<StepOutcome.GOES_ON: 'goes_on'>, position=..., text='已选：其他（还行）。')
    >>> step(begun, "退出").outcome, step(begun, "上一题").text.splitlines()[0]
    (<StepOutcome.LEAVES: 'leaves'>, '这已经是第一题了。')
    """
    question = position.asked
    if question is None:  # a condition or a `required` was lifted from the last open question
        return Step(StepOutcome.GOES_ON, position.onward())
    if is_voice:
        return _misread(position, question, texts.VOICE_NOT_WANTED + texts.not_understood(question))
    if picture:
        return _given(position, question, replies.understand(question, "", media=picture))
    match replies.command(said, question):
        case None:
            return _given(position, question, replies.understand(question, said))
        case Command.PREVIOUS:
            back = _back(position, question)
            text = ask(back) if back else f"{texts.FIRST_QUESTION}\n{ask(position)}"
            return Step(StepOutcome.STAYS, back or position, text)
        case Command.SKIP if position.at and question.code in position.answers:
            # For a question gone back to it means: leave the answer as it is.
            return Step(StepOutcome.GOES_ON, position.onward())
        case Command.SKIP:
            skipped = replies.skip(question)
            if isinstance(skipped, NotUnderstood):
                return Step(StepOutcome.STAYS, position, f"{skipped.sentence}\n{ask(position)}")
            return _given(position, question, skipped)
        case Command.EXIT:
            return Step(StepOutcome.LEAVES, position)
        case Command.PROGRESS:
            at = flow.progress(position.questions, position.answers, question.code)
            return Step(StepOutcome.STAYS, position, f"{texts.progress(*at)}\n{ask(position)}")
        case Command.HELP:
            return Step(StepOutcome.STAYS, position, f"{ask(position)}\n{texts.HELP}")
        case Command.RESUME:
            return Step(StepOutcome.STAYS, position, ask(position))


def tap(position: Position, do: str, code: str, fields: Fields, *, photos: Sequence[str] = ()) -> Step:
    """Handle one form of a page: `do` is its button (answer, skip, back, finish), `code` the question it showed. The
    text is what to change, where the answer could not be accepted. Posted twice it is done once."""
    stays = Step(StepOutcome.STAYS, position)
    if do == "finish" and position.asked is None:
        return Step(StepOutcome.GOES_ON, position.onward())
    question = next((each for each in flow.shown(position.questions, position.answers) if each.code == code), None)
    if question is None:  # answered elsewhere meanwhile, and another branch taken
        return stays
    if do == "back":
        # Tapped twice, the second tap was meant for a question that is no longer asked.
        back = _back(position, question) if position.asked == question else None
        return replace(stays, position=back) if back else stays
    given = replies.skip(question) if do == "skip" else forms.read(question, fields, photos=photos)
    given = _open(position, question, given)
    if isinstance(given, NotUnderstood):
        return replace(stays, text=given.sentence)
    after = position.answered(question, given)
    is_last = after.asked is None and after.is_looked_over
    return Step(StepOutcome.LOOKS_OVER if is_last else StepOutcome.GOES_ON, after)


def ask(position: Position) -> str:
    """Return the waiting question as a message: with the earlier answer where the person came back to it, or with why
    that answer is no longer accepted. Empty where none waits."""
    question = position.asked
    if question is None:
        return ""
    stored = position.answers.get(question.code)
    late = full_options.just_filled(question, stored, position.full)
    previous = describe(question, stored) if stored and "s" not in stored and not late else ""
    full = full_options.full_codes(question, position.full)
    places = [n for n, option in enumerate(question.options, start=1) if option.code in full]
    at = flow.progress(position.questions, position.answers, question.code)
    return "\n".join(filter(None, (late, texts.question(question, *at, previous=previous, full=places))))


def echo(question: Question, given: Answer) -> str:
    """Return what was chosen, where several numbers or own words were sent: mistakes are easy there and should be
    seen."""
    if isinstance(given, Multiple) or (isinstance(given, Single) and given.option == OTHER):
        return texts.chosen(describe(question, given.to_json()))
    return ""


def _given(position: Position, question: Question, given: Answer | NotUnderstood) -> Step:
    given = _open(position, question, given)
    if isinstance(given, NotUnderstood):
        return _misread(position, question, given.sentence)
    return Step(StepOutcome.GOES_ON, position.answered(question, given), echo(question, given))


def _open(position: Position, question: Question, given: Answer | NotUnderstood) -> Answer | NotUnderstood:
    """Return the answer, unless it chooses a full option."""
    if isinstance(given, NotUnderstood):
        return given
    return full_options.refused(question, given, position.full) or given


def _misread(position: Position, question: Question, sentence: str) -> Step:
    counted = replace(position, misread=position.misread + 1)
    if counted.misread >= TRIES:
        sentence = f"{ask(position)}\n{texts.after_three_tries(question)}"
    return Step(StepOutcome.STAYS, counted, sentence)


def _back(position: Position, question: Question) -> Position | None:
    before = flow.previous_question(position.questions, position.answers, question.code)
    return None if before is None else replace(position, at=before.code, misread=0)
