"""Marking of found words in a text, as parts that a page writes with and without a mark."""

import re
from collections.abc import Sequence


def parts(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """A text in parts, each with whether it is one of the words; the longest word first where two begin at one place.

    >>> parts("许可证快到期了", ["到期", "许可证"])
    [('许可证', True), ('快', False), ('到期', True), ('了', False)]
    >>> parts("封签", []), parts("", ["封签"])
    ([('封签', False)], [])
    """
    wanted = sorted({word for word in words if word}, key=len, reverse=True)
    if not wanted:
        return [(text, False)] if text else []
    split = re.split(f"({'|'.join(map(re.escape, wanted))})", text, flags=re.IGNORECASE)
    return [(part, bool(place % 2)) for place, part in enumerate(split) if part]
