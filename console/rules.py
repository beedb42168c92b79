"""Decisions of the console: who may do what, how long a session lasts, which passwords will do. No database here."""

import ipaddress
import math
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto

from zxcvbn import zxcvbn

from foundation.errors import Refused
from foundation.text import plain

#: Tries that nobody has to wait for: of a name from one address, or in a known browser; of a name from anywhere; from
#: an address under any name. Then the wait doubles with each, up to the longest.
TRIES_OF_PAIR = 5
TRIES_OF_NAME = 50
TRIES_OF_ADDRESS = 60
LONGEST_WAIT = timedelta(minutes=15)
#: So long after the last try nothing is remembered of them.
TRIES_FORGOTTEN = timedelta(days=1)
#: So long a browser is known after the last sign-in there.
BROWSER_KNOWN = timedelta(days=180)
#: A session ends when it was not used for this long, and in any case after that long.
IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)
#: Being seen is written down no more often than this: not every click is a write.
SEEN_EVERY = timedelta(minutes=1)
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
LONGEST_NAME = 40
#: Powers of ten: what zxcvbn calls safe against guessing that is not slowed down; and it looks at no more signs.
LEAST_GUESSES, _LOOKED_AT = 8, 72
#: What its lists of the 30,000 common ones, gathered in the West, do not have.
_COMMON_HERE = (
    *("woaini", "woaini1314", "5201314", "1314520", "admin888", "yancao", "longyan", "tobacco", "weixin", "wechat"),
    *("wuwei", "taobao", "烟草", "龙岩", "福建", "公司", "中国", "微信", "服务号", "客户经理", "管理员", "密码"),
    *("我爱你", "一二三四五六七八九十", "壹贰叁肆伍陆柒捌玖拾"),
)
#: Syllables of Chinese in Latin letters.
_SYLLABLE = (
    "(?:zh|ch|sh|[bpmfdtnlgkhjqxzcsryw])?"
    "(?:[iu]ang|iong|[aeiou]ng|i?ao|u?ai|[iuv]an|[ei]i|i?ou|[aeiuv]n|er|i[aeu]|u[aoie]|ve|[aoeiuv])"
)
#: Of the lists in which a password was found: those of passwords.
_COMMON_LISTS = ("passwords", "user_inputs")
#: What people put between the groups of a number or a word.
_BETWEEN = re.compile(r"[\s._·-]+")
#: Up to four in one piece are a name or a word; letters here and there among digits are none.
_PINYIN = re.compile(rf"[\W\d_]*(?=[^\W\d_]{{4}})(?:{_SYLLABLE}){{1,4}}[\W\d_]*")
#: What is wrong with a pattern that was found, in words.
_WHY = {
    "dictionary": "里面是常见的词或名字",
    "spatial": "是键盘上挨着的一串",
    "repeat": "有重复的一段",
    "sequence": "是顺着数的一串",
    "regex": "里面是年份",
    "date": "里面是日期",
}


class Role(StrEnum):
    """What somebody is in the company."""

    ADMIN = "admin"
    MARKETING = "marketing"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    READER = "reader"


ROLES = {
    Role.ADMIN: "管理员",
    Role.MARKETING: "营销人员",
    Role.SUPERVISOR: "市场经理",
    Role.MANAGER: "客户经理",
    Role.READER: "只读",
}


class Permission(StrEnum):
    """What a route asks of whoever knocks. `ANYONE` need not be signed in; `SIGNED_IN` is every role."""

    ANYONE = auto()
    SIGNED_IN = auto()
    PEOPLE_SEE = auto()
    PEOPLE_PHONES = auto()
    PEOPLE_IMPORT = auto()
    PEOPLE_EXPORT = auto()
    #: For ever: an admin's alone.
    PEOPLE_ERASE = auto()
    AREAS_EDIT = auto()
    AUDIENCES_EDIT = auto()
    TAGS_EDIT = auto()
    TAGS_PUT = auto()
    CODES_PRINT = auto()
    SURVEYS_SEE = auto()
    SURVEYS_WRITE = auto()
    SURVEYS_EXPORT = auto()
    VISITS_SEE = auto()
    VISITS_ANSWER = auto()
    VISITS_SETTINGS = auto()
    VISITS_EXPORT = auto()
    USERS_MANAGE = auto()
    AUDIT_SEE = auto()
    TASKS_ALL = auto()
    #: What became of the messages.
    OUTBOX_SEE = auto()
    OUTBOX_SETTLE = auto()
    #: What only who runs the platform can mend.
    SYSTEM_SEE = auto()


_READS = {
    Permission.ANYONE,
    Permission.SIGNED_IN,
    Permission.PEOPLE_SEE,
    Permission.SURVEYS_SEE,
    Permission.VISITS_SEE,
}
#: What everybody does who works with shops of their own.
_WORKS = {
    Permission.PEOPLE_PHONES,
    Permission.AUDIENCES_EDIT,
    Permission.TAGS_PUT,
    Permission.CODES_PRINT,
    Permission.VISITS_ANSWER,
}
_MARKETS = (
    _READS
    | _WORKS
    | {
        Permission.TAGS_EDIT,
        Permission.OUTBOX_SEE,
        Permission.OUTBOX_SETTLE,
        Permission.PEOPLE_IMPORT,
        Permission.PEOPLE_EXPORT,
        Permission.AREAS_EDIT,
        Permission.SURVEYS_WRITE,
        Permission.SURVEYS_EXPORT,
        Permission.VISITS_SETTINGS,
        Permission.VISITS_EXPORT,
    }
)
MAY: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.MARKETING: frozenset(_MARKETS),
    Role.SUPERVISOR: frozenset(
        _READS | _WORKS | {Permission.PEOPLE_EXPORT, Permission.AREAS_EDIT, Permission.VISITS_EXPORT}
    ),
    Role.MANAGER: frozenset(_READS | _WORKS),
    Role.READER: frozenset(_READS),
}


class Awaits(StrEnum):
    """The second step of a sign-in, as far as it is left to do: a code, or setting it up, which admins must."""

    NOTHING = ""
    CODE = "code"
    SET_UP = "set_up"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever is signed in, as far as deciding needs to know."""

    user_id: int
    name: str
    role: Role
    area_id: int | None = None
    manager_id: int | None = None
    must_change_password: bool = False
    #: Has set up the second step, and has taken it in this session.
    has_second: bool = False
    passed_second: bool = False
    session_id: int = 0
    #: What every form of this session carries.
    form_token: str = ""

    @property
    def role_name(self) -> str:
        return ROLES[self.role]

    def may(self, permission: Permission) -> bool:
        """Whether the role grants this.

        >>> Visitor(1, "实习生", Role.READER).may(Permission.PEOPLE_PHONES)
        False
        """
        return permission in MAY[self.role]

    @property
    def awaits(self) -> Awaits:
        """What is left to do before anything else is shown.

        >>> Visitor(1, "boss", Role.ADMIN).awaits, Visitor(2, "chen", Role.MANAGER).awaits
        (<Awaits.SET_UP: 'set_up'>, <Awaits.NOTHING: ''>)
        >>> Visitor(2, "chen", Role.MANAGER, has_second=True).awaits
        <Awaits.CODE: 'code'>
        """
        if self.has_second:
            return Awaits.NOTHING if self.passed_second else Awaits.CODE
        return Awaits.SET_UP if self.role is Role.ADMIN else Awaits.NOTHING

    @property
    def is_company_wide(self) -> bool:
        """Whether every shop may be seen; everybody else sees a part, and nothing where no part is named."""
        return self.role in (Role.ADMIN, Role.MARKETING) or (self.role is Role.READER and self.area_id is None)


def check_part(role: Role, area_id: int | None, manager_id: int | None) -> None:
    """Refuse a role with the wrong part of the shops: a part forgotten must not become everything.

    >>> check_part(Role.SUPERVISOR, None, None)
    Traceback (most recent call last):
    foundation.errors.Refused: 市场经理要选一个片区。
    """
    if role is Role.SUPERVISOR and area_id is None:
        raise Refused("市场经理要选一个片区。")
    if role is Role.MANAGER and manager_id is None:
        raise Refused("客户经理的账号要对应名单里的一位客户经理。")
    if role in (Role.ADMIN, Role.MARKETING) and area_id is not None:
        raise Refused(f"{ROLES[role]}看全部片区，不用选片区。")
    if role is not Role.MANAGER and manager_id is not None:
        raise Refused("只有客户经理的账号才对应一位客户经理。")


def may_have(
    visitor: Visitor, needs: Collection[str] | None, held: Collection[str] | None, seen: Collection[str] | None
) -> bool:
    """Whether somebody may have a file as things stand now: what it `needs` they may do, and the parts of the shops
    `held` in it are among those `seen` by them. No parts are all shops; of a file that needs nobody knows what, nothing
    is handed out.

    >>> zhou = Visitor(1, "zhou", Role.SUPERVISOR, area_id=3)
    >>> [may_have(zhou, ["people_export"], held, ["area:3", "area:4"]) for held in (["area:3"], ["area:9"], None)]
    [True, False, False]
    >>> may_have(zhou, ["surveys_export"], ["area:3"], ["area:3"]), may_have(zhou, None, ["area:3"], ["area:3"])
    (False, False)
    """
    if needs is None or not all(visitor.may(Permission(each)) for each in needs):
        return False
    return seen is None or (held is not None and set(held) <= set(seen))


def user_name(text: str) -> str:
    """A name to sign in with, as it is kept.

    >>> user_name("  Ｃhen  "), user_name("\\ufeffchen\\u200b")
    ('chen', 'chen')
    """
    name = plain(text).lower()
    if not name or len(name) > LONGEST_NAME or any(unicodedata.category(letter)[0] in "CZ" for letter in name):
        raise Refused(f"用户名不能为空，不能有空格，最多 {LONGEST_NAME} 个字。")
    return name


def check_password(password: str, known: Sequence[str], common: Sequence[str] = ()) -> None:
    """Refuse a password others would guess: one of the common, those of this house among them, a pattern, a name or a
    word in pinyin, or made of what is `known` of its owner.

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
    # With what stands between its groups, and without: a phone in groups is a phone.
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
    """Why a password is guessed before long; empty where it is not."""
    found = zxcvbn(password[:_LOOKED_AT], list(common))
    worst = max(found["sequence"], key=lambda match: len(match["token"]))
    theirs = [match["token"] for match in found["sequence"] if match.get("dictionary_name") in _COMMON_LISTS]
    # Of the common ones with a few signs more each is tried before long, however they are counted.
    most = max((len(token) * password.count(token) for token in theirs), default=0)
    rest = re.sub("|".join(re.escape(word) for word in sorted(common, key=len, reverse=True)), "", password)
    is_lengthened = max(most, len(password) - len(rest)) * 2 >= len(password)
    if found["guesses_log10"] >= LEAST_GUESSES and not is_lengthened:
        return ""
    is_common = is_lengthened or worst.get("dictionary_name") in _COMMON_LISTS
    return "里面有很多人在用的密码" if is_common else _WHY.get(worst["pattern"], "太短太简单")


def _holds(password: str, word: str) -> bool:
    """Whether a password is made of a word that others know: of a number, six digits in a row are enough."""
    if word.isdigit():
        return any(word[at : at + 6] in password for at in range(len(word) - 5))
    return len(word) >= (3 if word.isascii() else 2) and word in password


#: What stands in a browser's own words, and what a person calls it; the first that fits.
_BROWSERS = {
    "MicroMessenger": "微信",
    "Edg": "Edge",
    "QQBrowser": "QQ 浏览器",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "Windows": "Windows",
    "HarmonyOS": "鸿蒙",
    "Android": "安卓手机",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac OS": "Mac",
    "Linux": "Linux",
}


def wait_after(tries: int, free: int) -> timedelta:
    """How long the next try waits after so many.

    >>> [int(wait_after(tries, 5).total_seconds()) for tries in (4, 5, 6, 10, 15, 4000)]
    [0, 1, 2, 32, 900, 900]
    """
    if tries < free:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(tries - free, 20)), LONGEST_WAIT)


def left_to_wait(tries: int, free: int, tried_at: datetime, now: datetime) -> timedelta:
    """How much of that wait is left. A last try in the future is a clock that was set back: the wait begins anew."""
    return max(wait_after(tries, free) - max(now - tried_at, timedelta(0)), timedelta(0))


def wait_sentence(left: timedelta) -> str:
    """What whoever tried too often is told.

    >>> wait_sentence(timedelta(seconds=31.2))
    '试的次数太多了，请过 32 秒再试。忘了密码请找管理员重置。'
    """
    seconds = math.ceil(left.total_seconds())
    said = f"{seconds} 秒" if seconds < 120 else f"{math.ceil(seconds / 60)} 分钟"
    return f"试的次数太多了，请过 {said}再试。忘了密码请找管理员重置。"


def network(address: str) -> str:
    """Whose address this is, as far as tries are counted: of IPv6 the network, of which a household has one.

    >>> network("2001:db8:1:2:3:4:5:6"), network("::ffff:203.0.113.7"), network("203.0.113.7"), network("?")
    ('2001:db8:1:2::/64', '203.0.113.7', '203.0.113.7', '?')
    >>> network("203.0.113.7:4711"), network("[2001:db8:1:2::1]:4711")  # as some proxies say it
    ('203.0.113.7', '2001:db8:1:2::/64')
    """
    host = re.fullmatch(r"([0-9.]+):[0-9]+|\[(.+)\](?::[0-9]+)?", address)
    try:
        found = ipaddress.ip_address((host[1] or host[2]) if host else address)
    except ValueError:
        return address[:60]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(found) >> 64 << 64, 64)))
    return str(found)


def device(agent: str) -> str:
    """Where somebody is signed in, in words they know.

    >>> device("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0")
    'Windows 上的 Edge'
    >>> device("curl/8.0")
    '认不出的设备'
    """
    found = [next((word for part, word in words.items() if part in agent), "") for words in (_SYSTEMS, _BROWSERS)]
    return " 上的 ".join(filter(None, found)) or "认不出的设备"


def has_expired(created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session is over by itself: left alone, or simply old."""
    return now - seen_at >= IDLE or now - created_at >= ABSOLUTE
