"""Decisions of people: how numbers are written, who is in charge, what a binding message says. No database here."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hmac import compare_digest

from foundation.text import plain as plain
from foundation.text import visible
from people.courtesy import Tone, tone

#: Wrong licence and phone pairs (or invite codes) one follower may send in a day.
TRIES = 3
#: The same for one licence, by however many followers, and for all licences together: four digits are ten thousand
#: guesses. What honest keepers mistype on the day a company begins stays below.
TRIES_OF_A_LICENCE, TRIES_IN_ALL = 10, 1000
#: How long a customer manager's invite code is good for.
INVITE_LASTS = timedelta(days=7)
#: Letters and digits nobody takes for one another on a small screen.
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_DIGITS = "23456789"
CODE_LENGTH = 8
#: Tags of staff that WeChat mirrors: a follower can carry 20 there (wechat-platform.md §8), and area and class are two.
MOST_MIRRORED = 18
#: The tag that WeChat mirrors customer managers by.
MANAGERS = "客户经理"
#: Begins the scene of a customer manager's QR code, where a shop's is its token.
MANAGER_SCENE = "m-"
#: What followers sent us of what WeChat's numbers of a revocation name: microphone, place, pictures. Addresses,
#: invoices, cards and nicknames (201, 202, 203, 205) we never keep.
TAKEN_BACK = {"204": "voice", "206": "location", "207": "image"}
#: Of a text no more letters are looked through for the name of a shop: each of them is asked for.
LONGEST_CLUE = 200
#: Characters of a Chinese name.
LONGEST_CHINESE = 4

_LICENCE = re.compile(r"[0-9A-Z]{6,32}")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0[1-9]\d{8,10}")
_CODE = re.compile(f"(?=.*[A-Z])[{CODE_LETTERS}{CODE_DIGITS}]{{{CODE_LENGTH}}}")
_FILLER = re.compile(r"许可证|烟草证|证号|号码|手机|电话|后四位|尾号|店铺|店|号|是|和")
#: Names of the west of the country are written with a dot, whichever a keyboard has.
_DOTTED = re.compile(r"\w\s*[·•‧∙⋅・･．.˙。●_\u0387\u2024\u2e31\ufe52-]\s*\w")
#: Family names of two characters.
_COMPOUND = (
    " 欧阳 司马 上官 诸葛 夏侯 皇甫 尉迟 公孙 慕容 司徒 令狐 东方 南宫 长孙 宇文 司空 端木 "
    "百里 呼延 轩辕 独孤 濮阳 申屠 公羊 澹台 钟离 闻人 淳于 单于 鲜于 宗政 万俟 东郭 "
)
_GREETING = re.compile(
    r"(你好|您好|大家好|早上好|上午好|中午好|下午好|晚上好|早安|晚安|早|在吗|在不在|有人吗|"
    r"hi|hello|哈喽|嗨|啊|呀|吗)+"
)
_EMOTICON = re.compile(r"\[[^\[\]]{1,8}\]")


def kinds_taken_back(codes: Iterable[str]) -> frozenset[str]:
    """The kinds of messages that a revocation means.

    >>> sorted(kinds_taken_back(["207", "205", "204"]))
    ['image', 'voice']
    """
    return frozenset(TAKEN_BACK[code] for code in codes if code in TAKEN_BACK)


@dataclass(frozen=True, slots=True)
class Person:
    """A customer manager, as far as deciding who is in charge needs to know."""

    id: int
    name: str
    phone: str
    is_disabled: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A licence number and the last four digits of a phone; empty where the message did not hold them."""

    licence: str = ""
    ending: str = ""


@dataclass(frozen=True, slots=True)
class Clues:
    """What may tell whose shop it is: licences, phones, and pieces of a text that could be names. All may be empty."""

    licences: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    keepers: tuple[str, ...] = ()


def licence(text: str) -> str | None:
    """A licence number as it is kept: 6 to 32 digits or capital letters, no blanks; None where it is none.

    >>> licence("３５０８ 0210 0001"), licence("ab-12"), licence("ly000123")
    ('350802100001', None, 'LY000123')
    """
    found = re.sub(r"\s+", "", plain(text)).upper()
    return found if _LICENCE.fullmatch(found) else None


def mask_licence(licence: str) -> str:
    """A licence number for a card that may lie around: with the phone's last digits it would bind the shop.

    >>> mask_licence("350802100001"), mask_licence("LY0001")
    ('3508 **** 0001', '** 0001')
    """
    return f"{licence[:4]} **** {licence[-4:]}" if len(licence) >= 10 else f"** {licence[-4:]}"


def phone(text: str) -> str | None:
    """A phone number as it is kept, digits only: a mobile of 11, or a landline with its area code; None otherwise.

    >>> phone("139-0000 2201"), phone("+86 13900002201"), phone("(0597) 2201234"), phone("1390000")
    ('13900002201', '13900002201', '05972201234', None)
    """
    digits = re.sub(r"[\s()\-.·—–]+", "", plain(text))
    digits = re.sub(r"^(\+86|0086)", "", digits)
    return digits if digits.isascii() and (_MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits)) else None


def ends_with(number: str | None, ending: str) -> bool:
    """Whether a phone ends in these four digits, in the same time whether it does, does not, or is not there at all.

    >>> ends_with("13800008899", "8899"), ends_with("13800008899", "0000"), ends_with(None, "8899")
    (True, False, False)
    """
    kept = (number or "")[-4:].rjust(4, "x")
    return compare_digest(kept.encode(), ending.encode())


def salutation(keeper: str) -> str:
    """How a shopkeeper is addressed: the family name and 老板, or the name that has none to be cut from it.

    >>> salutation("王建国"), salutation("欧阳兰"), salutation("Ahmed"), salutation("")
    ('王老板', '欧阳老板', 'Ahmed', '老板')
    >>> salutation("买买提·艾合买提"), salutation("王 建国")
    ('买买提·艾合买提', '王老板')
    """
    name = visible(keeper)
    surname = family_name(name)
    return f"{surname}老板" if surname or not name else name


def family_name(name: str) -> str:
    """The family name of a Chinese name; nothing where none can be cut from it: a name with a dot in it, with foreign
    letters, or longer than Chinese names are.

    >>> family_name("王建国"), family_name("欧阳兰"), family_name("王建国(店主)")
    ('王', '欧阳', '王')
    >>> family_name("买买提·艾合买提"), family_name("阿依古丽买买提"), family_name("王Ahmed"), family_name("")
    ('', '', '', '')
    """
    first = re.split(r"\W", name.strip(), maxsplit=1)[0]
    letters = [sign for sign in first if sign.isalpha()]
    is_chinese = letters and all(unicodedata.name(letter, "").startswith("CJK") for letter in letters)
    if not is_chinese or len(letters) > LONGEST_CHINESE or _DOTTED.search(name):
        return ""
    return first[:2] if f" {first[:2]} " in _COMPOUND else first[:1]


def manager_in_charge(
    own: Person | None,
    head: Person | None,
    deputy: Person | None,
    deputy_from: date | None,
    deputy_until: date | None,
    today: date,
) -> Person | None:
    """Who looks after a shop today: its own manager, else the area's; the deputy while the area's manager is away.

    The deputy stands in for the area's manager only: a shop with another manager of its own keeps that one. Both ends
    of the leave are included, an end left open is open, no dates at all is no leave. Who is disabled is passed over.

    >>> chen, lin = Person(1, "陈志强", "13900002201"), Person(2, "林小燕", "13900002202")
    >>> leave = date(2026, 10, 1), date(2026, 10, 7)
    >>> manager_in_charge(None, chen, lin, *leave, date(2026, 10, 7)).name
    '林小燕'
    >>> manager_in_charge(None, chen, lin, *leave, date(2026, 10, 8)).name
    '陈志强'
    >>> manager_in_charge(lin, chen, None, None, None, date(2026, 10, 8)).name
    '林小燕'
    """
    own, head, deputy = (None if person is None or person.is_disabled else person for person in (own, head, deputy))
    owner = own or head
    is_away = (
        (deputy_from is not None or deputy_until is not None)
        and (deputy_from is None or deputy_from <= today)
        and (deputy_until is None or today <= deputy_until)
    )
    if deputy is not None and is_away and (owner is None or owner == head):
        return deputy
    return owner


def read_pair(text: str) -> Pair:
    """Find a licence number and a phone's last four digits in what somebody wrote, in either order.

    A whole phone number counts for its last four. What cannot be read leaves its part empty.

    >>> read_pair("３５０８０２１００００１　８８９９")
    Pair(licence='350802100001', ending='8899')
    >>> read_pair("8899-350802100001") == read_pair("许可证号:350802100001 手机尾号:8899")
    True
    >>> read_pair("3508 0210 0001 8899")
    Pair(licence='350802100001', ending='8899')
    >>> read_pair("350802100001 13800008899").ending
    '8899'
    >>> read_pair("350802100001"), read_pair("怎么弄")
    (Pair(licence='350802100001', ending=''), Pair(licence='', ending=''))
    """
    words = re.findall(r"[0-9A-Za-z]+", plain(text))
    if len(words) == 1:
        return Pair(ending=words[0]) if _is_ending(words[0]) else Pair(licence=licence(words[0]) or "")
    if len(words) == 2:
        first, second = words
        for number, other in ((second, first), (first, second)):
            found = licence(other)
            if found and (_is_ending(number) or _MOBILE.fullmatch(number)):
                return Pair(found, number[-4:])
        return Pair()
    # A licence number written in groups, as it is printed.
    if len(words) > 2 and _is_ending(words[-1]) and all(word.isdigit() for word in words):
        return Pair(licence("".join(words[:-1])) or "", words[-1])
    return Pair()


def clues(text: str) -> Clues:
    """What in somebody's words may tell which shop is theirs: numbers, and whatever could be its name or its keeper's.

    >>> found = clues("你好,我是王建国,城南便利店的,手机139-0000 2201")
    >>> found.phones, "城南便利店" in found.names, "王建国" in found.keepers
    (('13900002201',), True, True)
    >>> clues("35 0802 10 0001"), clues("订单 350802100001").licences
    (Clues(licences=(), phones=(), names=(), keepers=()), ('350802100001',))
    """
    said = plain(text)[:LONGEST_CLUE]
    numbers = [licence(word) for word in re.findall(r"[0-9A-Za-z]{6,32}", said)]
    phones = [phone(word) for word in re.findall(r"(?<![0-9])1[0-9][0-9 -]{9,12}", said)]
    names = [
        word[start : start + length]
        for word in re.findall(r"[^\W_]{3,}", said)
        if not word.isascii()
        for length in range(3, 13)
        for start in range(len(word) - length + 1)
    ]
    keepers = [
        word[:length]
        for word in re.findall(r"(?:我是|我叫|店主|姓名|名字|负责人)[是叫::]*\s*([一-鿿]{2,4})", said)
        for length in range(2, len(word) + 1)
    ]
    found = (numbers, phones, names, keepers)
    return Clues(*(tuple(dict.fromkeys(each for each in some if each)) for some in found))


def is_only_pair(text: str) -> bool:
    """Whether a message is nothing but a licence number and four digits, so that the word 绑定 was merely forgotten.

    >>> is_only_pair("350802100001 8899"), is_only_pair("许可证号350802100001,手机8899")
    (True, True)
    >>> is_only_pair("订单 350802100001 共 1200 元")
    False
    """
    pair = read_pair(text)
    rest = _FILLER.sub("", plain(text))
    return bool(pair.licence and pair.ending) and not re.search(r"[^\W\d_A-Za-z]", rest)


def invite_code(text: str) -> str | None:
    """A customer manager's invite code in what somebody wrote; None where it is none.

    >>> invite_code(" k7m2q9xf "), invite_code("350802100001"), invite_code("23456789")
    ('K7M2Q9XF', None, None)
    """
    found = plain(text).upper()
    return found if _CODE.fullmatch(found) else None


def is_thanks(text: str) -> bool:
    """Whether somebody only said thanks or yes, to anybody and in any order: it wants no menu. 嗯嗯 may also be a
    question, and gets one.

    >>> is_thanks("谢谢!"), is_thanks("好的,辛苦了"), is_thanks("嗯嗯"), is_thanks("好的,我要订货"), is_thanks("[抱拳]")
    (True, True, False, False, True)
    """
    return tone(text) is Tone.THANKS


def is_greeting(text: str) -> bool:
    """Whether somebody only said hello.

    >>> is_greeting("你好"), is_greeting("在吗?"), is_greeting("你好,红七匹狼断货了")
    (True, True, False)
    """
    words = _words(text)
    return len(words) <= 12 and bool(_GREETING.fullmatch(words))


def with_sub_areas(parents: Iterable[tuple[int, int | None]], wanted: Iterable[int]) -> set[int]:
    """These areas and all below them, from (area, its parent) pairs. A circle among the parents does no harm.

    >>> sorted(with_sub_areas([(1, None), (2, 1), (3, 2), (4, None)], [1]))
    [1, 2, 3]
    """
    below = defaultdict(list)
    for area, parent in parents:
        below[parent].append(area)
    found: set[int] = set()
    waiting = list(wanted)
    while waiting:
        area = waiting.pop()
        if area not in found:
            found.add(area)
            waiting.extend(below[area])
    return found


def as_tree(parents: Sequence[tuple[int, int | None]]) -> list[tuple[int, int]]:
    """Areas with how deep each stands, those below right behind the one above, else in the order given.

    An area of a circle, or below one that is not there, stands at the top: none is left out.

    >>> as_tree([(1, None), (2, 3), (3, None), (4, 2), (5, 6), (6, 5)])
    [(1, 0), (3, 0), (2, 1), (4, 2), (5, 0), (6, 1)]
    """
    known = {area for area, _ in parents}
    below: dict[int | None, list[int]] = defaultdict(list)
    for area, parent in parents:
        below[parent if parent in known else None].append(area)
    found: dict[int, int] = {}
    for start in (*below[None], *known):
        waiting = [(start, 0)]
        while waiting:
            area, depth = waiting.pop()
            if area not in found:
                found[area] = depth
                waiting += [(each, depth + 1) for each in reversed(below[area])]
    return list(found.items())


def _is_ending(word: str) -> bool:
    return len(word) == 4 and word.isdigit()


def _words(text: str) -> str:
    """What is said, without signs, blanks and WeChat's [抱拳]."""
    return re.sub(r"[\W_]+", "", _EMOTICON.sub("", plain(text))).lower()
