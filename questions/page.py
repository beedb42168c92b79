"""Page of a question on a phone, and of all answers: what their templates show, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from foundation.text import shortened
from questions import flow, full_options, page_texts
from questions.answers import describe
from questions.question import Question, QuestionType
from questions.stepping import Position

#: Questions that one tap answers: each option is a button, and the next question follows.
TAPPED = (QuestionType.SINGLE, QuestionType.RATING, QuestionType.NPS)
#: Characters of the answer that is said back above the next question.
_QUOTED = 20


@dataclass(frozen=True, slots=True)
class Recorded:
    """Answer that was just given with one tap, said above the next question."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """Page of a question, as the macros of `questions/question.html` draw it."""

    question: Question
    number: int
    #: Which question it is of how many, in words.
    place: str
    #: The end of the bar.
    most: int
    hint: str
    #: Codes of ticked options, or the ticked point of a scale.
    chosen: frozenset[str]
    words: str
    #: The address of the photo given before; empty where there is none.
    picture: str
    has_photo: bool
    #: What to change, or why the earlier answer is no longer accepted.
    sentence: str
    #: Codes of full options.
    full: frozenset[int]
    next_label: str
    #: The button that leaves the question out; empty where it must be answered, was, or is left empty to do so.
    skip_label: str
    #: The code of the question before; empty on the first.
    back: str
    #: Whether it is answered already, so that one may leave it as it is.
    is_answered: bool
    recorded: Recorded | None
    #: The mark of a photo that is sent, so that one sent twice is stored once.
    upload: str
    #: The address below which the pictures of questions and options are found by their keys.
    pictures: str
    kinds: type[QuestionType] = QuestionType

    @property
    def is_tapped(self) -> bool:
        return self.question.type in TAPPED

    @property
    def ends(self) -> tuple[str, str] | None:
        """What the ends of a scale mean."""
        return page_texts.ENDS.get(self.question.type)


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """Line of the page with all answers; without words where a question was skipped."""

    number: int
    question: Question
    words: str


def question_page(
    position: Position,
    question: Question,
    *,
    given: Mapping[str, Any] | None,
    sentence: str,
    upload: str = "",
    picture: str = "",
    pictures: str = "",
    done: str = "",
) -> QuestionPage:
    """Return the page of one question. `given` is what was ticked and written and could not be accepted, with the
    `sentence` that says why; `upload` and `picture` are the mark of a photo to send and the address of the one given
    before, `pictures` the address below which those of the question are; `done` is the code of the question that was
    just answered.

    >>> asked = Question("q1", QuestionType.RATING, "请打分")
    >>> shown = question_page(Position((asked,), {"q1": {"v": 4}}), asked, given=None, sentence="")
    >>> shown.place, shown.ends, sorted(shown.chosen), shown.next_label
    ('第 1 题，共 1 题', ('1 最差', '5 最好'), ['4'], '提交')
    """
    answered = position.answers.get(question.code, {})
    given = answered if given is None else given
    chosen = given.get("o", given.get("v", []))
    number, _ = flow.progress(position.questions, position.answers, question.code)
    extent = flow.extent(position.questions, position.answers)
    before = flow.previous_question(position.questions, position.answers, question.code)
    others = position.left - (0 if answered else 1)
    is_last = not position.is_looked_over
    is_skipped = not question.required and not answered and question.type in TAPPED
    return QuestionPage(
        question=question,
        number=number,
        place=page_texts.place(number, *extent),
        most=extent.most,
        hint=page_texts.hint(question, is_first=before is None and not is_last),
        chosen=frozenset(map(str, chosen if isinstance(chosen, list) else [chosen])),
        words=given.get("t") or (given.get("v", "") if question.type is QuestionType.NUMBER else ""),
        picture=picture if answered.get("m") else "",
        has_photo=bool(answered.get("m")),
        sentence=sentence or full_options.just_filled(question, answered, position.full),
        full=full_options.full_codes(question, position.full),
        next_label=page_texts.next_label(is_last=is_last, is_known=bool(answered) and not others),
        skip_label=page_texts.skip_label(is_last=is_last) if is_skipped else "",
        back=before.code if before else "",
        is_answered=bool(answered),
        recorded=_recorded(position, done) if done != question.code and not sentence else None,
        upload=upload,
        pictures=pictures,
    )


def answer_lines(position: Position) -> list[AnswerLine]:
    """Return all that was answered, for a look before it is handed in.

    >>> one, two = (Question(code, QuestionType.RATING, "几分?", required=False) for code in ("q1", "q2"))
    >>> [each.words for each in answer_lines(Position((one, two), {"q1": {"v": 4}, "q2": {"s": True}}))]
    ['4 分', '']
    """
    lines = []
    for number, question in enumerate(flow.shown(position.questions, position.answers), start=1):
        stored = position.answers.get(question.code, {"s": True})
        lines.append(AnswerLine(number, question, "" if "s" in stored else describe(question, stored)))
    return lines


def _recorded(position: Position, code: str) -> Recorded | None:
    line = next((each for each in answer_lines(position) if each.question.code == code), None)
    if line is None or code not in position.answers or line.question.type not in TAPPED:
        return None
    words = shortened(line.words, _QUOTED)
    said = page_texts.recorded(line.number, words) if words else page_texts.skipped(line.number)
    return Recorded(code, said)
