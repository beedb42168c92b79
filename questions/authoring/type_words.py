"""Type words: what an author may write for the type of a question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from foundation.text import plain
from questions.authoring.spelling import Misspelt, suggestion
from questions.question import QuestionType

CHINESE_TYPES = ("单选", "多选", "评分", "推荐度", "数字", "文本", "照片")
TYPE_WORDS = {
    "单选": QuestionType.SINGLE,
    "单选题": QuestionType.SINGLE,
    "多选": QuestionType.MULTIPLE,
    "多选题": QuestionType.MULTIPLE,
    "评分": QuestionType.RATING,
    "打分": QuestionType.RATING,
    "推荐度": QuestionType.NPS,
    "推荐": QuestionType.NPS,
    "数字": QuestionType.NUMBER,
    "数值": QuestionType.NUMBER,
    "文本": QuestionType.TEXT,
    "文字": QuestionType.TEXT,
    "填空": QuestionType.TEXT,
    "照片": QuestionType.PHOTO,
    "图片": QuestionType.PHOTO,
    **{kind.value: kind for kind in QuestionType},
}


class TypeWords(NamedTuple):
    """Words an author may write for the type of a question."""

    types: Mapping[str, QuestionType]
    keys: tuple[str, ...]
    """Named to an author who wrote an English word that is not known."""
    labels: tuple[str, ...]
    """Named to any other author."""


ALL_TYPES = TypeWords(TYPE_WORDS, tuple(kind.value for kind in QuestionType), CHINESE_TYPES)


def read_type(value: object, known: TypeWords) -> QuestionType:
    """Read the type of a question. Raises Misspelt."""
    word = plain(str(value)).lower()
    if word not in known.types:
        names = known.keys if word.isascii() else known.labels
        near = suggestion(word, names, listed=False)
        raise Misspelt(f"“{value}”不认识，可用 " + "、".join(names) + near)
    return known.types[word]
