"""Reader of replies to a true-or-false question: the many ways in which people say 对 and 错."""

from __future__ import annotations

from questions.numerals import plain
from questions.question import Question, QuestionType

LABELS = ("对", "错")
"""The options of a true-or-false question, in the order shown."""

_SAID = {
    "对": "对 对的 √ ✓ ✔ ☑ ✅ 是 是的 正确 真 t true yes y 没错 不错",
    "错": "错 错的 错误 × ✗ ✘ ❌ x 不对 不是 不正确 假 f false no n 否",
}
#: Some phones write traditional signs.
_SIMPLIFIED = str.maketrans("對錯確誤沒", "对错确误没")
_MEANS = {word: label for label, words in _SAID.items() for word in words.split()}


def is_truth(question: Question) -> bool:
    """Whether a question is one of 对 or 错."""
    return question.type is QuestionType.SINGLE and question.labels == LABELS


def said(typed: str) -> str | None:
    """Return 对 or 错 where a whole reply says so in other words; None for everything else.

    >>> [said(word) for word in ("√", "是的", "Ｔ", "正确。", "×", "不对", "F", "错!", "錯誤", "❌", "1", "也许")]
    ['对', '对', '对', '对', '错', '错', '错', '错', '错', '错', None, None]
    """
    word = "".join(plain(typed).text.split()).strip("。.!~,、;:…\"'“”()")
    return _MEANS.get(word.translate(_SIMPLIFIED))
