"""Reader of what was ticked and written on a page: the same answers, checked by the same rules, as in the chat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from foundation.text import whole_number
from questions import page_texts, texts
from questions.answers import Answer, Multiple, NotUnderstood, Photo, Score, Single, Skipped, check
from questions.numerals import clean
from questions.question import OTHER, Question, QuestionType
from questions.reading import replies

Fields = Mapping[str, Sequence[str]]


def read(question: Question, fields: Fields, *, photos: Sequence[str] = ()) -> Answer | NotUnderstood:
    """Read the answer from a posted form, or return what to tell the person; `photos` are the keys of stored pictures.

    The fields are `option` (codes, or a point of a scale), `other` (the words of 其他) and `text`. An optional question
    without an answer is skipped.

    >>> from questions.question import Option
    >>> question = Question("q2", QuestionType.MULTIPLE, "?", (Option(1, "送货"), Option(3, "拜访")), other=True, max=2)
    >>> read(question, {"option": ["3", "0"], "other": ["价格牌"]})
    Multiple(options=(3, 0), text='价格牌')
    >>> read(question, {"option": ["3"], "other": ["价格牌"]})
    Multiple(options=(3, 0), text='价格牌')
    >>> read(question, {"option": ["0"]}).sentence
    '您选了“其他”，请写上内容。'
    >>> read(question, {"option": ["1", "3", "0"], "other": ["价格牌"]}).sentence
    '最多选 2 项，您选了 3 项，请重新选。'
    >>> read(Question("q5", QuestionType.NUMBER, "?", required=False), {"text": [" "]})
    Skipped()
    """
    options = [code for each in fields.get("option", ()) if (code := whole_number(each, 3)) is not None]
    other = _first(fields, "other")
    words = _first(fields, "text")
    if other and question.other and (not options or question.type is QuestionType.MULTIPLE) and OTHER not in options:
        options.append(OTHER)  # words were written, and only the tick is missing
    if not (options or words or photos):
        return NotUnderstood(_nothing(question)) if question.required else Skipped()
    match question.type:
        case QuestionType.SINGLE:
            given = check(question, Single(options[0], other if options[0] == OTHER else None)) if options else None
        case QuestionType.MULTIPLE:
            given = check(question, Multiple(tuple(options), other if OTHER in options else None))
        case QuestionType.RATING | QuestionType.NPS:
            given = check(question, Score(options[0])) if options else None
        case QuestionType.PHOTO:
            given = check(question, Photo(tuple(photos)))
        case _:
            given = replies.understand(question, words)
    if given is None or isinstance(given, NotUnderstood):
        return NotUnderstood(_for_page(question, given.sentence if given else ""))
    return given


def _nothing(question: Question) -> str:
    match question.type:
        case QuestionType.MULTIPLE:
            return page_texts.CHOOSE_SOME
        case QuestionType.NUMBER:
            return page_texts.number(question)
        case QuestionType.TEXT:
            return page_texts.WRITE
        case QuestionType.PHOTO:
            return page_texts.PHOTO
        case _:
            return page_texts.CHOOSE_ONE


def _for_page(question: Question, sentence: str) -> str:
    """Return the chat's sentence, where it does not speak of replies; else the page's own."""
    if sentence == texts.OTHER_NEEDS_WORDS:
        return page_texts.OTHER_NEEDS_WORDS
    speaks_of_replies = not sentence or question.type is QuestionType.NUMBER or "回复" in sentence
    return _nothing(question) if speaks_of_replies else sentence


def _first(fields: Fields, name: str) -> str:
    return clean(next(iter(fields.get(name, ())), ""))
