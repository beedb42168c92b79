"""Name, phone and password rules of an account: what they may be, and which passwords would be guessed."""

import re
import unicodedata
from collections.abc import Sequence

from zxcvbn import zxcvbn

from foundation.errors import Refused
from foundation.text import phone_number, plain

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
LONGEST_NAME = 40
#: Least power of ten of guesses that zxcvbn calls safe against unthrottled guessing; the most characters it looks at.
LEAST_GUESSES, _LOOKED_AT = 8, 72
#: Common passwords and words that zxcvbn's Western lists of 30,000 lack.
_COMMON_HERE = (
    *("woaini", "woaini1314", "5201314", "1314520", "admin888", "yancao", "longyan", "tobacco", "weixin", "wechat"),
    *("wuwei", "taobao", "烟草", "龙岩", "福建", "公司", "中国", "微信", "服务号", "客户经理", "管理员", "密码"),
    *("我爱你", "一二三四五六七八九十", "壹贰叁肆伍陆柒捌玖拾"),
)
#: Pinyin syllables.
_SYLLABLE = (
    "(?:zh|ch|sh|[bpmfdtnlgkhjqxzcsryw])?"
    "(?:[iu]ang|iong|[aeiou]ng|i?ao|u?ai|[iuv]an|[ei]i|i?ou|[aeiuv]n|er|i[aeu]|u[aoie]|ve|[aoeiuv])"
)
#: Names of zxcvbn's lists that contain passwords.
_COMMON_LISTS = ("passwords", "user_inputs")
#: Separators between the groups of a number or word.
_BETWEEN = re.compile(r"[\s._·-]+")
#: Up to four syllables in one piece are a name or a word; single letters among digits are not.
_PINYIN = re.compile(rf"[\W\d_]*(?=[^\W\d_]{{4}})(?:{_SYLLABLE}){{1,4}}[\W\d_]*")
#: Reasons for refusal by zxcvbn's patterns.
_WHY = {
    "dictionary": "里面是常见的词或名字",
    "spatial": "是键盘上挨着的一串",
    "repeat": "有重复的一段",
    "sequence": "是顺着数的一串",
    "regex": "里面是年份",
    "date": "里面是日期",
}


def user_name(text: str) -> str:
    """A sign-in name in its stored form.

    >>> user_name("  Ｃhen  "), user_name("\\ufeffchen\\u200b")
    ('chen', 'chen')
    """
    name = plain(text).lower()
    if not name or len(name) > LONGEST_NAME or any(unicodedata.category(letter)[0] in "CZ" for letter in name):
        raise Refused(f"用户名不能为空，不能有空格，最多 {LONGEST_NAME} 个字。")
    return name


def own_name(text: str) -> str:
    """A person's name in its stored form; empty where none is given.

    >>> own_name(" 周明华\u200b ")
    '周明华'
    """
    name = plain(text)
    if len(name) > LONGEST_NAME or any(unicodedata.category(letter) == "Cc" for letter in name):
        raise Refused(f"姓名最多 {LONGEST_NAME} 个字，写在一行里。")
    return name


def own_phone(text: str) -> str:
    """A phone in its stored form; empty where none is given.

    >>> own_phone("139 0000 2201"), own_phone(" ")
    ('13900002201', '')
    """
    if not plain(text):
        return ""
    if (number := phone_number(text)) is None:
        raise Refused("手机号要 11 位（座机要带区号）；没有就留空。")
    return number


def check_password(password: str, known: Sequence[str], common: Sequence[str] = ()) -> None:
    """Refuse a password that others would guess: a common one (also of `common`), a pattern, a name or word in pinyin,
    or one made of what is `known` of its owner.

    >>> check_password("correct horse battery", ["chen"])
    >>> check_password("ada298336c42e588", ["chen"])
    >>> check_password("chen-zhiqiang", ["chen"])
    Traceback (most recent call last):
    foundation.errors.Refused: 这个密码太容易猜到：里面有您的用户名、姓名或手机号。请换一个，几个不相干的词连起来就好。
    >>> check_password("P@ssw0rd2026", [])
    Traceback (most recent call last):
    foundation.errors.Refused: 这个密码太容易猜到：里面有很多人在用的密码。请换一个，几个不相干的词连起来就好。
    """
    if len(password) < SHORTEST_PASSWORD:
        raise Refused(f"密码至少 {SHORTEST_PASSWORD} 位。可以用几个不相干的词连起来。")
    if len(password) > LONGEST_PASSWORD:
        raise Refused(f"密码最多 {LONGEST_PASSWORD} 位。")
    low = unicodedata.normalize("NFKC", password).lower()
    # With and without the separators between groups: a phone in groups is still a phone.
    spelled = dict.fromkeys((low, _BETWEEN.sub("", low) or low))
    words, theirs = (
        [unicodedata.normalize("NFKC", word).lower().strip() for word in each if word.strip()]
        for each in (known, common)
    )
    if any(_holds(each, word) for each in spelled for word in words):
        why = "里面有您的用户名、姓名或手机号"
    else:
        why = next(filter(None, (_guessed(each, [*words, *theirs, *_COMMON_HERE]) for each in spelled)), "")
    if not why and any(map(_PINYIN.fullmatch, spelled)):
        why = _WHY["dictionary"]
    if why:
        raise Refused(f"这个密码太容易猜到：{why}。请换一个，几个不相干的词连起来就好。")


def _guessed(password: str, common: Sequence[str]) -> str:
    """The reason why a password would soon be guessed; empty where it would not."""
    found = zxcvbn(password[:_LOOKED_AT], list(common))
    worst = max(found["sequence"], key=lambda match: len(match["token"]))
    theirs = [match["token"] for match in found["sequence"] if match.get("dictionary_name") in _COMMON_LISTS]
    # Common passwords with a few characters added are all tried soon, whatever zxcvbn's estimate.
    most = max((len(token) * password.count(token) for token in theirs), default=0)
    rest = re.sub("|".join(re.escape(word) for word in sorted(common, key=len, reverse=True)), "", password)
    is_lengthened = max(most, len(password) - len(rest)) * 2 >= len(password)
    if found["guesses_log10"] >= LEAST_GUESSES and not is_lengthened:
        return ""
    is_common = is_lengthened or worst.get("dictionary_name") in _COMMON_LISTS
    return "里面有很多人在用的密码" if is_common else _WHY.get(worst["pattern"], "太短太简单")


def _holds(password: str, word: str) -> bool:
    """Whether a password contains a known word; of a number, six digits in a row are enough."""
    if word.isdigit():
        return any(word[at : at + 6] in password for at in range(len(word) - 5))
    return len(word) >= (3 if word.isascii() else 2) and word in password
