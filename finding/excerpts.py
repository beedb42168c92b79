"""Excerpt: the part of a passage that shows why it was found."""

from collections.abc import Sequence

from finding.cutting import clean
from foundation.text import SENTENCE_ENDS


def excerpt(passage: str, words: Sequence[str], longest: int = 60) -> str:
    """The part of a passage around the first of these words, in one line.

    >>> text = "先看封口。真的封签贴得平整，花纹清楚。" + "其余略。" * 9
    >>> excerpt(text, ["花纹"], 20)
    '…真的封签贴得平整，花纹清楚。其余略。…'
    >>> excerpt(text, ["花纹"], 10)
    '…平整，花纹清楚。…'
    >>> excerpt("短的。", ["没有"], 12), excerpt("甲乙丙丁", [], 3)
    ('短的。', '甲乙…')
    """
    line = " ".join(passage.split())
    # A folded text may have another length: then the place is only nearly right, which is enough to show it.
    folded = clean(line)
    place = min((folded.find(word) for word in words if word in folded), default=0)
    begin = max(line.rfind(mark, 0, place) + 1 for mark in SENTENCE_ENDS)
    if place - begin > longest // 2:
        begin = place - longest // 3
    begin = max(0, min(begin, len(line) - longest + 1))
    room = longest - (begin > 0)
    end = begin + room if len(line) - begin <= room else begin + room - 1
    return f"{'…' if begin else ''}{line[begin:end]}{'…' if end < len(line) else ''}"
