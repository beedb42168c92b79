"""Text functions: visible characters, byte limits, masking, search keys."""

import re
import unicodedata
from itertools import pairwise

#: Characters that Unicode classes as letters or symbols although they are invisible: Hangul fillers, the empty braille
#: cell, the null notehead, the object replacement character; and code points reserved as ignorable or noncharacters.
_UNSEEN = re.compile(
    "[\u115f\u1160\u2065\u2800\u3164\uffa0\ufdd0-\ufdef\ufff0-\ufff8\ufffc\ufffe\uffff\U0001d159\U000e0000-\U000e0fff]"
)
#: Unicode categories: control, format, surrogate, space, and marks that need a base character.
_UNSEEN_KINDS = frozenset(("Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Me"))
#: Characters that Windows, macOS, Linux, a browser or a shell refuses in a file name, or shows as something else.
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]+')
#: Bytes of a file name. File systems take 255; a browser adds to it while downloading, and where the name exists.
LONGEST_NAME = 220
_MOBILE = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_WHOLE_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0[1-9]\d{8,10}")
_NUMERALS = "零一二三四五六七八九十"
SENTENCE_ENDS = "。!?！？;；\n"
#: Variation selectors and joiners.
_SHAPING = re.compile("[\u034f\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0f]")
#: Zero-width joiners, which combine emoji, and the tag characters of flags.
_JOINING = re.compile("[\u200c\u200d\U000e0020-\U000e007f]")


def is_visible(text: str) -> bool:
    """Whether at least one character of a text is visible.

    >>> is_visible("好"), is_visible("。"), is_visible("👍🏻"), is_visible("é")
    (True, True, True, True)
    >>> is_visible(" \\u200b\\u3164\\u2800\\ufffc"), is_visible("\\u0301\\ufdd0"), is_visible("\\u202e\\u3000")
    (False, False, False)
    """
    return any(unicodedata.category(sign) not in _UNSEEN_KINDS and not _UNSEEN.match(sign) for sign in text)


def visible(text: str) -> str:
    """A text stripped of the blanks around it; empty where none of its characters is visible.

    >>> visible(" 送货太晚 "), visible("\\u200b\\u3164 ")
    ('送货太晚', '')
    """
    return text.strip() if is_visible(text) else ""


def file_name(title: str, ending: str) -> str:
    """A file name that every system accepts; too long a title is cut at its end, `ending` never.

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
    # Device names, which Windows does not allow for files.
    if re.fullmatch(r"(?i)con|prn|aux|nul|com[0-9]|lpt[0-9]", f"{name}{ending}".partition(".")[0]):
        name = f"_{name}"
    return f"{name if is_visible(name) else '文件'}{ending}"


def cut(text: str, limit: int) -> list[str]:
    """Split a text into parts of at most `limit` bytes of UTF-8, at the end of a line or sentence where possible.

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
        # A break in the first half would leave a very short message; a hard cut reads better.
        end = end if end > fits // 2 else fits
        parts.append(text[:end].rstrip("\n"))
        text = text[end:].lstrip("\n")
    return [*parts, text] if text or not parts else parts


def shortened(text: str, longest: int) -> str:
    """A text cut to so many characters, with … where something is left out.

    >>> shortened("一二三四五六", 4), shortened("一二三四", 4)
    ('一二三…', '一二三四')
    """
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def plain(text: str) -> str:
    """A text with full-width characters made half-width, without invisible characters and without blanks around it.

    >>> plain(" ３５０Ａ　"), plain("\u202d手机\u200b\u202c"), plain("\u3164")
    ('350A', '手机', '')
    """
    return text.strip() if text.isascii() else visible(unicodedata.normalize("NFKC", bare(text)))


def bare(text: str) -> str:
    """A name or a number without the invisible characters that come along when it is copied from a page or a phone.

    >>> bare("\ufeff普通\u200b终端\u202c"), bare("王\u2060建国\ufe0f")
    ('普通终端', '王建国')
    """
    kept = (sign for sign in text if unicodedata.category(sign) != "Cf" and not _UNSEEN.match(sign))
    return text if text.isascii() else _SHAPING.sub("", "".join(kept))


def readable(text: str) -> str:
    """Free text without invisible characters, except those that join emoji or select their form.

    >>> readable("调查👨\u200d👩\u200d👧\u200b") == "调查👨\u200d👩\u200d👧"
    True
    """
    return "".join(sign for sign in text if unicodedata.category(sign) != "Cf" or _JOINING.match(sign))


def whole_number(text: str, longest: int = 9) -> int | None:
    """The whole number written by at most so many digits; None for every other text.

    >>> whole_number("0128"), whole_number("-1"), whole_number("１２"), whole_number(""), whole_number("1" * 10)
    (128, None, None, None, None)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= longest else None


def said_number(text: str) -> int | None:
    """The whole number that is all somebody says, in quotation marks, with a full stop or with the word that told
    them to (“回复9”), to ten in Chinese too; None otherwise.

    >>> said_number("9。"), said_number("“２”"), said_number("回复“9”"), said_number("9 条"), said_number("-1")
    (9, 2, 9, None, None)
    >>> said_number("九。"), said_number("回复二"), said_number("九条"), said_number("。")
    (9, 2, None, None)
    """
    around = "“”\"'。.,!: "
    said = plain(text).strip(around).removeprefix("回复").strip(around)
    return _NUMERALS.index(said) if len(said) == 1 and said in _NUMERALS else whole_number(said)


def phone_number(text: str) -> str | None:
    """A phone number in its stored form, digits only: a mobile of 11, or a landline with area code; None otherwise.

    >>> [phone_number(each) for each in ("139-0000 2201", "+86 13900002201", "(0597) 2201234", "1390000")]
    ['13900002201', '13900002201', '05972201234', None]
    """
    digits = re.sub(r"[\s()\-.·—–]+", "", plain(text))
    digits = re.sub(r"^(\+86|0086)", "", digits)
    return digits if digits.isascii() and (_WHOLE_MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits)) else None


def mask_phone(phone: str) -> str:
    """A masked phone number, for people who need not see it.

    >>> mask_phone("13900002201")
    '139****2201'
    >>> mask_phone("8899")
    '****'
    """
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "****"


def mask_phones(text: str) -> str:
    """A text with the mobile numbers in it masked, for people who need not see them.

    >>> mask_phones("我手机13600008899,许可证 350802100001")
    '我手机136****8899,许可证 350802100001'
    """
    return _MOBILE.sub(lambda found: mask_phone(found[0]), text)


def folded(text: str) -> str:
    """A text normalised for searching: full-width characters half-width, in lower case.

    >>> folded("ＡＢＣ 便利店（东门）")
    'abc 便利店(东门)'
    """
    return unicodedata.normalize("NFKC", text).lower()


def widened(text: str) -> set[str]:
    """A text as it may have been typed: half-width, or full-width in small or capital letters, of which SQLite does not
    know that they are the same.

    >>> sorted(widened("a4纸")), widened("断货")
    (['a4纸', 'Ａ４纸', 'ａ４纸'], {'断货'})
    """
    half = unicodedata.normalize("NFKC", text)
    return {half, _full_width(half.lower()), _full_width(half.upper())}


def _full_width(text: str) -> str:
    return "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in text)


def grams(*names: str) -> list[str]:
    """N-grams by which names are searched: single letters, pairs of letters, and every three digits, each once.

    To search for a part of a name, take the `keys` of that part: a shop that has them all may contain it.

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
    """The fewest n-grams that select a part of a name best; none where it holds no letter or digit.

    A pair is more selective than its single letters. Where three digits stand in a row, they and the pair that joins
    them to a word are enough: the word itself (便利店) may stand in nearly every row, and cost the most to look up.

    >>> keys("好"), keys("好 a店"), keys("好店1234"), keys("好店12"), keys("(*)")
    (['好'], ['a店', '好a'], ['123', '234', '店1'], ['12', '好店', '店1'], [])
    """
    letters = _letters(sought)
    pairs = set(map("".join, pairwise(letters)))
    triples = _triples(letters)
    if triples:
        pairs = {pair for pair in pairs if pair[0].isdigit() != pair[1].isdigit()}
    return sorted(triples | pairs) or sorted(set(letters))


def _letters(text: str) -> list[str]:
    return [letter for letter in folded(text) if letter.isalnum()]


def _triples(letters: list[str]) -> set[str]:
    return {
        "".join(three) for three in zip(letters, letters[1:], letters[2:], strict=False) if "".join(three).isdigit()
    }
