"""People rules without a database: licence and phone formats, the manager in charge, reading of binding messages."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hmac import compare_digest

from foundation.text import phone_number, visible
from foundation.text import plain as plain
from people.courtesy import Tone, tone

#: Wrong licence and phone pairs (or invite codes) that one follower may send in a day.
TRIES = 3
#: Wrong tries in a day for one licence, by any number of followers, and for all licences together: four digits have
#: ten thousand values. What honest keepers mistype on a company's first day stays below.
TRIES_OF_A_LICENCE, TRIES_IN_ALL = 10, 1000
#: Validity of a customer manager's invite code.
INVITE_LASTS = timedelta(days=7)
#: Letters and digits that are not confused with each other on a small screen.
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_DIGITS = "23456789"
CODE_LENGTH = 8
#: The most staff tags mirrored in WeChat: a follower can have 20 there (wechat-platform.md §8), two for area and class.
MOST_MIRRORED = 18
#: Name of the WeChat tag for customer managers.
MANAGERS = "客户经理"
#: Prefix of the scene of a customer manager's QR code; the scene of a shop's code is its token.
MANAGER_SCENE = "m-"
#: Kinds of messages by WeChat's codes of a revocation: microphone, location, pictures. Addresses, invoices, cards and
#: nicknames (201, 202, 203, 205) are never stored.
TAKEN_BACK = {"204": "voice", "206": "location", "207": "image"}
#: Characters of a text that are searched for a shop's name: each one adds to the query.
LONGEST_CLUE = 200
#: Length of a Chinese name in characters.
LONGEST_CHINESE = 4

_LICENCE = re.compile(r"[0-9A-Z]{6,32}")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_CODE = re.compile(f"(?=.*[A-Z])[{CODE_LETTERS}{CODE_DIGITS}]{{{CODE_LENGTH}}}")
_FILLER = re.compile(r"许可证|烟草证|证号|号码|手机|电话|后四位|尾号|店铺|店|号|是|和")
#: Dots within names of China's western regions; keyboards have different ones.
_DOTTED = re.compile(r"\w\s*[·•‧∙⋅・･．.˙。●_\u0387\u2024\u2e31\ufe52-]\s*\w")
#: Family names with two characters.
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
    """The kinds of messages that a revocation covers.

    >>> sorted(kinds_taken_back(["207", "205", "204"]))
    ['image', 'voice']
    """
    return frozenset(TAKEN_BACK[code] for code in codes if code in TAKEN_BACK)


@dataclass(frozen=True, slots=True)
class Person:
    """Customer manager, with what is needed to decide who is in charge."""

    id: int
    name: str
    phone: str
    is_disabled: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Licence number and last four digits of a phone; empty where the message did not contain them."""

    licence: str = ""
    ending: str = ""


@dataclass(frozen=True, slots=True)
class Clues:
    """Clues to a writer's shop: licences, phones, and pieces of the text that could be names. All may be empty."""

    licences: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    keepers: tuple[str, ...] = ()


def licence(text: str) -> str | None:
    """A licence number in its stored form: 6 to 32 digits or capital letters, no blanks; None where it is none.

    >>> licence("３５０８ 0210 0001"), licence("ab-12"), licence("ly000123")
    ('350802100001', None, 'LY000123')
    """
    found = re.sub(r"\s+", "", plain(text)).upper()
    return found if _LICENCE.fullmatch(found) else None


def mask_licence(licence: str) -> str:
    """A masked licence number for a printed card: complete, it could bind the shop together with the phone's digits.

    >>> mask_licence("350802100001"), mask_licence("LY0001")
    ('3508 **** 0001', '** 0001')
    """
    return f"{licence[:4]} **** {licence[-4:]}" if len(licence) >= 10 else f"** {licence[-4:]}"


def ends_with(number: str | None, ending: str) -> bool:
    """Whether a phone ends in these four digits; takes the same time in all cases, also without a phone.

    >>> ends_with("13800008899", "8899"), ends_with("13800008899", "0000"), ends_with(None, "8899")
    (True, False, False)
    """
    kept = (number or "")[-4:].rjust(4, "x")
    return compare_digest(kept.encode(), ending.encode())


def salutation(keeper: str) -> str:
    """The form of address of a shopkeeper: family name and 老板, or the whole name where it has no family name.

    >>> salutation("王建国"), salutation("欧阳兰"), salutation("Ahmed"), salutation("")
    ('王老板', '欧阳老板', 'Ahmed', '老板')
    >>> salutation("买买提·艾合买提"), salutation("王 建国")
    ('买买提·艾合买提', '王老板')
    """
    name = visible(keeper)
    surname = family_name(name)
    return f"{surname}老板" if surname or not name else name


def family_name(name: str) -> str:
    """The family name of a Chinese name; empty for a name with a dot or foreign letters in it, or longer than Chinese
    names are.

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
    """The manager in charge of a shop today: its own, else the area's; the deputy while the area's manager is away.

    The deputy replaces the area's manager only: a shop with another manager of its own keeps that one. First and last
    day of the leave are included, either may be left open, no dates mean no leave. Disabled managers are skipped.

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
    """Find a licence number and a phone's last four digits in a text, in either order.

    Of a whole phone number the last four digits are taken. A part that is not found is empty.

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
    # A licence number in groups, as it is printed.
    if len(words) > 2 and _is_ending(words[-1]) and all(word.isdigit() for word in words):
        return Pair(licence("".join(words[:-1])) or "", words[-1])
    return Pair()


def clues(text: str) -> Clues:
    """The clues in a text to the writer's shop: numbers, and words that could be the name of the shop or the keeper.

    >>> found = clues("你好,我是王建国,城南便利店的,手机139-0000 2201")
    >>> found.phones, "城南便利店" in found.names, "王建国" in found.keepers
    (('13900002201',), True, True)
    >>> clues("35 0802 10 0001"), clues("订单 350802100001").licences
    (Clues(licences=(), phones=(), names=(), keepers=()), ('350802100001',))
    """
    said = plain(text)[:LONGEST_CLUE]
    numbers = [licence(word) for word in re.findall(r"[0-9A-Za-z]{6,32}", said)]
    phones = [phone_number(word) for word in re.findall(r"(?<![0-9])1[0-9][0-9 -]{9,12}", said)]
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
    """Whether a message is just a licence number and four digits, so that only the word 绑定 was left out.

    >>> is_only_pair("350802100001 8899"), is_only_pair("许可证号350802100001,手机8899")
    (True, True)
    >>> is_only_pair("订单 350802100001 共 1200 元")
    False
    """
    pair = read_pair(text)
    rest = _FILLER.sub("", plain(text))
    return bool(pair.licence and pair.ending) and not re.search(r"[^\W\d_A-Za-z]", rest)


def invite_code(text: str) -> str | None:
    """The invite code of a customer manager in a text; None where the text is none.

    >>> invite_code(" k7m2q9xf "), invite_code("350802100001"), invite_code("23456789")
    ('K7M2Q9XF', None, None)
    """
    found = plain(text).upper()
    return found if _CODE.fullmatch(found) else None


def is_thanks(text: str) -> bool:
    """Whether a text is only thanks or yes, which needs no menu as an answer. 嗯嗯 may also be a question, and does get
    one.

    >>> is_thanks("谢谢!"), is_thanks("好的,辛苦了"), is_thanks("嗯嗯"), is_thanks("好的,我要订货"), is_thanks("[抱拳]")
    (True, True, False, False, True)
    """
    return tone(text) is Tone.THANKS


def is_greeting(text: str) -> bool:
    """Whether a text is only a greeting.

    >>> is_greeting("你好"), is_greeting("在吗?"), is_greeting("你好,红七匹狼断货了")
    (True, True, False)
    """
    words = _words(text)
    return len(words) <= 12 and bool(_GREETING.fullmatch(words))


def with_sub_areas(parents: Iterable[tuple[int, int | None]], wanted: Iterable[int]) -> set[int]:
    """The ids of these areas and all below them, from (area, parent) pairs. A cycle among the parents does no harm.

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
    """Areas in tree order with their depth: each area is followed by those below it, otherwise in the order given.

    An area in a cycle, or below a missing one, is put at the top level: none is left out.

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
    """A text without punctuation, blanks and WeChat's [抱拳]."""
    return re.sub(r"[\W_]+", "", _EMOTICON.sub("", plain(text))).lower()
