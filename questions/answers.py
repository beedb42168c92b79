"""Answers to questions: their values, the JSON they are stored as, and their words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from questions import texts
from questions.numerals import clean, written
from questions.question import OTHER, OTHER_LABEL, Question, QuestionType

MOST_PHOTOS = 9
_GREATEST = Decimal(10) ** 12
Json = dict[str, Any]


@dataclass(frozen=True)
class Single:
    """Choice of one option; with `text` when it is 其他."""

    option: int
    text: str | None = None

    def to_json(self) -> Json:
        return {"o": self.option} | ({} if self.text is None else {"t": self.text})


@dataclass(frozen=True)
class Multiple:
    """Choice of several options in the order they are listed, 其他 last; with `text` when it is among them."""

    options: tuple[int, ...]
    text: str | None = None

    def to_json(self) -> Json:
        return {"o": list(self.options)} | ({} if self.text is None else {"t": self.text})


@dataclass(frozen=True)
class Score:
    """Point of a scale: rating 1-5, NPS 0-10."""

    value: int

    def to_json(self) -> Json:
        return {"v": self.value}


@dataclass(frozen=True)
class Number:
    """Exact decimal in its one spelling: `12.5`, never `12.50`."""

    value: str

    def to_json(self) -> Json:
        return {"v": self.value}


@dataclass(frozen=True)
class FreeText:
    """Text in the person's own words."""

    text: str

    def to_json(self) -> Json:
        return {"t": self.text}


@dataclass(frozen=True)
class Photo:
    """References to stored pictures, as the caller names them."""

    media: tuple[str, ...]

    def to_json(self) -> Json:
        return {"m": list(self.media)}


@dataclass(frozen=True)
class Skipped:
    """Answer that skips a question that was seen."""

    def to_json(self) -> Json:
        return {"s": True}


Answer = Single | Multiple | Score | Number | FreeText | Photo | Skipped


@dataclass(frozen=True)
class NotUnderstood:
    """Reply that is no answer; `sentence` tells the person what to do instead."""

    sentence: str


def from_json(question: Question, data: Mapping[str, Any]) -> Answer:
    """Return the answer stored as `data` to a question of this type.

    Raises ValueError when the stored value is not one of that type. Whether it is still allowed (a retired option, a
    changed bound) is not checked: what was answered stays answered.

    >>> question = Question("q1", QuestionType.MULTIPLE, "?")
    >>> from_json(question, {"o": [1, 0], "t": "价格牌"})
    Multiple(options=(1, 0), text='价格牌')
    """
    if data.get("s"):
        return Skipped()
    try:
        match question.type:
            case QuestionType.SINGLE:
                return Single(int(data["o"]), data.get("t"))
            case QuestionType.MULTIPLE:
                return Multiple(tuple(int(code) for code in data["o"]), data.get("t"))
            case QuestionType.RATING | QuestionType.NPS:
                return Score(int(data["v"]))
            case QuestionType.NUMBER:
                return Number(written(Decimal(data["v"])))
            case QuestionType.TEXT:
                return FreeText(str(data["t"]))
            case QuestionType.PHOTO:
                return Photo(tuple(str(key) for key in data["m"]))
    except (KeyError, TypeError, InvalidOperation) as problem:
        raise ValueError(f"no answer to {question.code} ({question.type}): {data!r}") from problem


def describe(question: Question, data: Mapping[str, Any]) -> str:
    """Return a stored answer in words, for an echo, a page or a report.

    >>> from questions.question import Option
    >>> question = Question("q2", QuestionType.MULTIPLE, "?", (Option(1, "送货时间"), Option(3, "拜访")), other=True)
    >>> describe(question, {"o": [1, 3]})
    '送货时间、拜访'
    >>> describe(question, {"o": [3, 0], "t": "价格牌"})
    '拜访、其他（价格牌）'
    """
    match from_json(question, data):
        case Single(option, text):
            return _chosen(question, option, text)
        case Multiple(options, text):
            return "、".join(_chosen(question, option, text) for option in options)
        case Score(value):
            return f"{value} 分"
        case Number(value):
            return value
        case FreeText(text):
            return text
        case Photo(media):
            return f"{len(media)} 张照片"
        case Skipped():
            return "跳过"


def _chosen(question: Question, option: int, text: str | None) -> str:
    return f"{OTHER_LABEL}（{text}）" if option == OTHER and text else question.label(option)


def check(question: Question, answer: Answer) -> Answer | NotUnderstood:
    """Return the answer in its normal form (order, spelling) if the question accepts it, else what to tell the person.

    Every door ends here: an answer typed in the chat, ticked on a page, or read from a file.

    >>> check(Question("q", QuestionType.RATING, "?"), Score(6)).sentence
    '请回复 1 到 5 的数字。也可以回复“上一题”“退出”“人工”。'
    """
    refused = NotUnderstood(texts.not_understood(question))
    match question.type, answer:
        case _, Skipped():
            return NotUnderstood(texts.MUST_ANSWER) if question.required else answer
        case QuestionType.SINGLE, Single(option, text):
            if option not in question.codes:
                return refused
            said = _other_text(option == OTHER, text)
            return said if isinstance(said, NotUnderstood) else Single(option, said)
        case QuestionType.MULTIPLE, Multiple():
            return _check_multiple(question, answer, refused)
        case QuestionType.RATING | QuestionType.NPS, Score(value):
            return answer if value in (question.type.scale or ()) else refused
        case QuestionType.NUMBER, Number(value):
            return _check_number(question, value, refused)
        case QuestionType.TEXT, FreeText(text):
            said = clean(text)
            if len(said) > texts.LONGEST_ANSWER:
                return NotUnderstood(texts.too_long(len(said)))
            return FreeText(said) if said else refused
        case QuestionType.PHOTO, Photo(media):
            media = tuple(dict.fromkeys(media))
            if len(media) > MOST_PHOTOS:
                return NotUnderstood(texts.too_many_photos(MOST_PHOTOS))
            return Photo(media) if media and all(media) else refused
        case _:
            return refused


def _check_multiple(question: Question, answer: Multiple, refused: NotUnderstood) -> Answer | NotUnderstood:
    if not answer.options or not question.codes.issuperset(answer.options):
        return refused
    listed = [option.code for option in question.options] + [OTHER]
    codes = tuple(code for code in listed if code in answer.options)
    if question.max is not None and len(codes) > question.max:
        return NotUnderstood(texts.too_many(int(question.max), len(codes)))
    if question.min is not None and len(codes) < question.min:
        return NotUnderstood(texts.too_few(int(question.min), len(codes)))
    text = _other_text(OTHER in codes, answer.text)
    return text if isinstance(text, NotUnderstood) else Multiple(codes, text)


def _check_number(question: Question, typed: str, refused: NotUnderstood) -> Answer | NotUnderstood:
    try:
        value = Decimal(typed)
    except InvalidOperation:
        return refused
    if not value.is_finite() or abs(value) >= _GREATEST:
        return refused
    if value != round(value, question.decimals):
        return refused if question.decimals else NotUnderstood(texts.WHOLE_NUMBER + texts.ways_on(question))
    if (question.min is not None and value < question.min) or (question.max is not None and value > question.max):
        return NotUnderstood(texts.out_of_bounds(question))
    return Number(written(value))


def _other_text(wanted: bool, text: str | None) -> str | NotUnderstood | None:
    if not wanted:
        return None
    text = clean(text or "")
    if not text:
        return NotUnderstood(texts.OTHER_NEEDS_WORDS)
    return NotUnderstood(texts.too_long(len(text))) if len(text) > texts.LONGEST_ANSWER else text
