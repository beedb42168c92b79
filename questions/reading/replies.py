"""Reader of replies in the chat: an answer to the question asked, or a word that steers the talk."""

from __future__ import annotations

import re
from enum import StrEnum

from questions import texts
from questions.answers import Answer as Answer
from questions.answers import FreeText, Number, Photo, Score, Skipped, check
from questions.answers import NotUnderstood as NotUnderstood
from questions.numerals import number, plain, same, whole, written
from questions.question import Question, QuestionType
from questions.reading import choices


class Command(StrEnum):
    """Command of the talk, given as a word."""

    PREVIOUS = "previous"
    SKIP = "skip"
    EXIT = "exit"
    RESUME = "resume"
    HELP = "help"
    PROGRESS = "progress"


_WORDS = {
    Command.PREVIOUS: ("上一题", "上一步", "上一个", "前一题", "返回", "改上一题"),
    Command.SKIP: ("跳过", "下一题", "略过", "不填", "跳过这题", "跳过此题", "这题跳过"),
    Command.EXIT: ("退出", "暂停", "q", "exit", "quit", "0退出", "下次再填", "先不填了"),
    Command.RESUME: ("继续", "接着填", "继续填写"),
    Command.HELP: ("帮助", "?", "help", "怎么填", "怎么回复"),
    Command.PROGRESS: ("进度", "还有几题", "还剩几题", "第几题"),
}
_COMMANDS = {word: command for command, words in _WORDS.items() for word in words}


def command(text: str, question: Question | None = None) -> Command | None:
    """Return the command, if the whole reply is one; `question` is the one waiting for an answer.

    An option's own label is the answer, not a command. A bare 0 leaves only where it can mean nothing else: with no
    question waiting, or at options without 其他 and at a photo; elsewhere it is 其他, a score or a number.

    >>> command("上一题。"), command("？"), command("满意")
    (<Command.PREVIOUS: 'previous'>, <Command.HELP: 'help'>, None)
    >>> command("0", Question("q", QuestionType.NPS, "?")) is None
    True
    """
    if len(text) > 20:
        return None
    word = "".join(plain(text).text.split()).strip("\"'“”「」") or ""
    word = word if word in _COMMANDS else same(word).strip("\"'“”「」")
    if word not in _COMMANDS and word != "0":
        return None  # checked before the labels, because almost every reply is an answer
    if question is not None and question.type.has_options:
        if word in map(same, question.labels):
            return None
        if word == "q" and len(question.options) >= 17:
            return None  # here q means the 17th option
    if word == "0":
        free = question is None or question.type is QuestionType.PHOTO
        free = free or (question is not None and question.type.has_options and not question.other)
        return Command.EXIT if free else None
    return _COMMANDS.get(word)


def understand(question: Question, text: str, *, media: str | None = None) -> Answer | NotUnderstood:
    """Return the answer in what a person sent to this question, or the sentence that says what to send instead.

    `media` is the reference of a picture when one was sent; `text` is then ignored. Commands are read first, by
    `command`. Never raises, whatever was typed.

    >>> understand(Question("q3", QuestionType.RATING, "?"), "五分")
    Score(value=5)
    >>> understand(Question("q5", QuestionType.NUMBER, "?"), "1,200位")
    Number(value='1200')
    >>> understand(Question("q6", QuestionType.TEXT, "?"), " 送货太晚 ")
    FreeText(text='送货太晚')
    """
    refused = NotUnderstood(texts.not_understood(question))
    if question.type is QuestionType.PHOTO:
        return check(question, Photo((media,))) if media else refused
    if media:
        return NotUnderstood(texts.PICTURE_NOT_WANTED + texts.ways_on(question))
    match question.type:
        case QuestionType.SINGLE:
            return choices.single(question, text)
        case QuestionType.MULTIPLE:
            return choices.multiple(question, text)
        case QuestionType.RATING | QuestionType.NPS:
            point = _point(text)
            return refused if point is None else check(question, Score(point))
        case QuestionType.NUMBER:
            value = number(text)
            return refused if value is None else check(question, Number(written(value)))
        case _:
            return check(question, FreeText(text))


def skip(question: Question) -> Answer | NotUnderstood:
    """Return a skip of the question, or why it cannot be skipped.

    >>> skip(Question("q1", QuestionType.TEXT, "?")).sentence
    '这一题需要您回答，不能跳过。'
    """
    return check(question, Skipped())


_POINT = re.compile(r"(?:我?(?:打|给|评|选))?(?P<number>\S+?)(?:分|星|颗星)?")


def _point(text: str) -> int | None:
    """Read the point of a scale in a reply; None when there is none, or several.

    >>> [_point(reply) for reply in ("5", "５分", "五分。", "打4分", "十分", "0", "4.5", "⭐⭐⭐", "4-5", "很好")]
    [5, 5, 5, 4, 10, 0, None, None, None, None]
    """
    if len(text) > 20:
        return None
    match = _POINT.fullmatch("".join(plain(text).text.split()).rstrip("。.!~,、"))
    return whole(match["number"]) if match and not re.search(r"[0-9]\s+[0-9]", plain(text).text.strip()) else None
