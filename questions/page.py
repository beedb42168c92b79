"""Page of a question on a phone: what its template shows, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from questions import flow, full_options, page_texts
from questions.question import Question, QuestionType
from questions.stepping import Position


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """Page of a question, as the macros of `questions/question.html` draw it."""

    question: Question
    number: int
    total: int
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
    #: The mark of a photo that is sent, so that one sent twice is stored once.
    upload: str
    kinds: type[QuestionType] = QuestionType


def question_page(
    position: Position,
    question: Question,
    *,
    given: Mapping[str, Any] | None,
    sentence: str,
    upload: str = "",
    picture: str = "",
) -> QuestionPage:
    """Return the page of one question. `given` is what was ticked and written and could not be accepted, with the
    `sentence` that says why; `upload` and `picture` are the mark of a photo to send and the address of the
    one given before.

    >>> asked = Question("q1", QuestionType.RATING, "请打分")
    >>> shown = question_page(Position((asked,), {"q1": {"v": 4}}), asked, given=None, sentence="")
    >>> shown.number, shown.total, shown.hint, sorted(shown.chosen), shown.next_label
    (1, 1, '5 分最好', ['4'], '下一题')
    """
    answered = position.answers.get(question.code, {})
    given = answered if given is None else given
    chosen = given.get("o", given.get("v", []))
    number, total = flow.progress(position.questions, position.answers, question.code)
    return QuestionPage(
        question=question,
        number=number,
        total=total,
        hint=page_texts.hint(question),
        chosen=frozenset(map(str, chosen if isinstance(chosen, list) else [chosen])),
        words=given.get("t") or (given.get("v", "") if question.type is QuestionType.NUMBER else ""),
        picture=picture if answered.get("m") else "",
        has_photo=bool(answered.get("m")),
        sentence=sentence or full_options.just_filled(question, answered, position.full),
        full=full_options.full_codes(question, position.full),
        next_label=page_texts.next_label(is_last=position.left == 1 and question.code not in position.answers),
        upload=upload,
    )
