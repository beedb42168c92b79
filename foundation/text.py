"""Text that has to fit or to be found: byte limits, masks, what a name is searched by."""

import re
import unicodedata
from itertools import pairwise

_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
SENTENCE_ENDS = "。!?！？;；\n"


def cut(text: str, limit: int) -> list[str]:
    """Cut a text into parts of at most `limit` bytes of UTF-8, at a line's or a sentence's end where there is one.

    >>> cut("一二三。四五六。", 15)
    ['一二三。', '四五六。']
    >>> cut("abc", 2047)
    ['abc']
    >>> cut("一二三四", 7)
    ['一二', '三四']
    """
    parts = []
    while len(text.encode()) > limit:
        fits = len(text.encode()[:limit].decode(errors="ignore"))
        end = max((text.rfind(mark, 0, fits) + 1 for mark in SENTENCE_ENDS), default=0)
        # A break in the first half would leave a stub of a message; a hard cut reads better.
        end = end if end > fits // 2 else fits
        parts.append(text[:end].rstrip("\n"))
        text = text[end:].lstrip("\n")
    return [*parts, text] if text or not parts else parts


def mask_phone(phone: str) -> str:
    """A phone number for eyes that need not see it.

    >>> mask_phone("13900002201")
    '139****2201'
    >>> mask_phone("8899")
    '****'
    """
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "****"


def mask_phones(text: str) -> str:
    """What somebody wrote, for eyes that need not see the mobile numbers in it.

    >>> mask_phones("我手机13600008899,许可证 350802100001")
    '我手机136****8899,许可证 350802100001'
    """
    return _MOBILE.sub(lambda found: mask_phone(found[0]), text)


def folded(text: str) -> str:
    """A text as it is searched: full-width signs half-width, capitals small.

    >>> folded("ＡＢＣ 便利店（东门）")
    'abc 便利店(东门)'
    """
    return unicodedata.normalize("NFKC", text).lower()


def grams(*names: str) -> list[str]:
    """What names are searched by: their letters, every two that stand side by side, and every three digits, each once.

    Whoever seeks a part of a name takes the `keys` of that part: a shop that has them all is worth looking at.

    >>> grams("好 a店", "王五")
    ['a', 'a店', '五', '好', '好a', '店', '王', '王五']
    >>> grams("店1234")
    ['1', '12', '123', '2', '23', '234', '3', '34', '4', '店', '店1']
    """
    found: set[str] = set()
    for name in names:
        letters = _letters(name)
        found.update(letters)
        found.update(map("".join, pairwise(letters)))
        found.update(_triples(letters))
    return sorted(found)


def keys(sought: str) -> list[str]:
    """The fewest of `grams` that say most of a part of a name; none where it holds no letter at all.

    A pair says more than its letters. Of digits every pair is common: three in a row speak for their pairs, and for
    the pair that joins them to a word.

    >>> keys("好"), keys("好 a店"), keys("店1234"), keys("好店12"), keys("(*)")
    (['好'], ['a店', '好a'], ['123', '234'], ['12', '好店', '店1'], [])
    """
    letters = _letters(sought)
    pairs = set(map("".join, pairwise(letters)))
    triples = _triples(letters)
    if triples:
        pairs = {pair for pair in pairs if not any(letter.isdigit() for letter in pair)}
    return sorted(triples | pairs) or sorted(set(letters))


def _letters(text: str) -> list[str]:
    return [letter for letter in folded(text) if letter.isalnum()]


def _triples(letters: list[str]) -> set[str]:
    return {
        "".join(three) for three in zip(letters, letters[1:], letters[2:], strict=False) if "".join(three).isdigit()
    }
