"""Text functions: visible characters, byte limits, masks, search keys."""

import re
import unicodedata
from itertools import pairwise

#: Signs that Unicode calls letters or symbols, and nobody sees: the fillers of Hangul, the braille cell without dots, a
#: note without a head, the place of an object; and the places kept free for signs to be ignored, or for no sign at all.
_UNSEEN = re.compile(
    "[\u115f\u1160\u2065\u2800\u3164\uffa0\ufdd0-\ufdef\ufff0-\ufff8\ufffc\ufffe\uffff\U0001d159\U000e0000-\U000e0fff]"
)
#: Controls, formats, surrogates, blanks, and marks that need a sign to stand on.
_UNSEEN_KINDS = frozenset(("Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Me"))
#: What Windows, macOS, Linux, a browser or a shell would not take in a file's name, or show as something else.
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]+')
#: Bytes of a file's name. File systems take 255; a browser adds to it while it loads, and when the name is taken.
LONGEST_NAME = 220
_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
SENTENCE_ENDS = "。!?！？;；\n"
#: Signs that choose the shape of the one before them, or hold two together.
_SHAPING = re.compile("[\u034f\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f]")
#: What joins emoji into one, and the tags of flags.
_JOINING = re.compile("[\u200c\u200d\U000e0020-\U000e007f]")


def is_visible(text: str) -> bool:
    """Whether at least one sign of a text can be seen.

    >>> is_visible("好"), is_visible("。"), is_visible("👍🏻"), is_visible("é")
    (True, True, True, True)
    >>> is_visible(" \\u200b\\u3164\\u2800\\ufffc"), is_visible("\\u0301\\ufdd0"), is_visible("\\u202e\\u3000")
    (False, False, False)
    """
    return any(unicodedata.category(sign) not in _UNSEEN_KINDS and not _UNSEEN.match(sign) for sign in text)


def visible(text: str) -> str:
    """What somebody wrote, without the blanks around it; nothing where no sign of it can be seen.

    >>> visible(" 送货太晚 "), visible("\\u200b\\u3164 ")
    ('送货太晚', '')
    """
    return text.strip() if is_visible(text) else ""


def file_name(title: str, ending: str) -> str:
    """A name for a file under which every system keeps it; of a title too long the end is left out, never of `ending`.

    >>> file_name("三季度: 满意度?", "_202610010005.xlsx")
    '三季度_ 满意度__202610010005.xlsx'
    >>> file_name("..\\u202e/\\x00a\\n", ".csv"), file_name("\\u200b", ".csv"), file_name("CON", ".xlsx")
    ('_a_.csv', '文件.csv', '_CON.xlsx')
    >>> len(file_name("𠮷" * 60, "_202610010005.xlsx").encode())
    218
    """
    kept = (sign for sign in title if unicodedata.category(sign) not in ("Cf", "Cs"))
    name = _NOT_IN_NAMES.sub("_", "".join(kept))
    name = name.encode()[: LONGEST_NAME - len(ending.encode())].decode(errors="ignore").strip(" .")
    # Names of devices, under which Windows keeps no file.
    if re.fullmatch(r"(?i)con|prn|aux|nul|com[0-9]|lpt[0-9]", f"{name}{ending}".partition(".")[0]):
        name = f"_{name}"
    return f"{name if is_visible(name) else '文件'}{ending}"


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


def plain(text: str) -> str:
    """A text with full-width signs made half-width, without signs nobody sees and without blanks around it.

    >>> plain(" ３５０Ａ　"), plain("\u202d手机\u200b\u202c"), plain("\u3164")
    ('350A', '手机', '')
    """
    return text.strip() if text.isascii() else visible(unicodedata.normalize("NFKC", bare(text)))


def bare(text: str) -> str:
    """A name or a number without the signs nobody sees, which come along when it is copied from a page or a phone.

    >>> bare("\ufeff普通\u200b终端\u202c"), bare("王\u2060建国\ufe0f")
    ('普通终端', '王建国')
    """
    kept = (sign for sign in text if unicodedata.category(sign) != "Cf" and not _UNSEEN.match(sign))
    return text if text.isascii() else _SHAPING.sub("", "".join(kept))


def readable(text: str) -> str:
    """Free text without the signs nobody sees, but for those that join an emoji or choose its shape.

    >>> readable("调查👨\u200d👩\u200d👧\u200b") == "调查👨\u200d👩\u200d👧"
    True
    """
    return "".join(sign for sign in text if unicodedata.category(sign) != "Cf" or _JOINING.match(sign))


def whole_number(text: str, longest: int = 9) -> int | None:
    """The number that a text of at most so many digits is; None for every other text.

    >>> whole_number("0128"), whole_number("-1"), whole_number("１２"), whole_number(""), whole_number("1" * 10)
    (128, None, None, None, None)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= longest else None


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
