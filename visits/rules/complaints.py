"""Complaints: recognising one without the word for it, and whom it is about."""

import re
from collections.abc import Iterable

from people import courtesy
from people.rules import Person

_TITLES = ("经理", "主任", "科长", "站长", "组长", "领导", "哥", "姐", "总")
#: Words said of people, never of goods.
_ACCUSES = re.compile(
    r"态度(?:也|都|真|太|很|极|特别|非常|实在|有点|的|是)*(?:差|恶劣|坏|不好|不行|有问题)|吃拿卡要|索贿|索要|(?:[收拿]|我要).{0,3}(?:红包|好处)(?!烟)|"
    r"骂[我人]|打人|威胁|刁难|欺负|(?:要|去)告你|曝光|123[14][35]|12315|换.{0,3}经理|不作为|[找向].{0,4}领导.{0,4}(?:反映|反应|说|告)"
)
_ILL = (
    r"(?:不满|有意见|意见很?大|差劲|太差|很差|真差|不管事|不管我|不理|敷衍|不负责|不办事|不像话|收钱|不接电话|"
    r"(?:真|太|很|也)?不行)"
)
#: Words that complain about a person when they stand right after or before the person's name.
_OF = r"{ill}[^，,。.!?\s]{{0,2}}{who}|{who}[^，,。.!?\s]{{0,4}}{ill}"
_SOMEBODY = ["经理", "主任", "科长", "站长", "送货员", "司机", "业务员", "专管员", "客服"]


def sounds_ill(text: str) -> bool:
    """Whether a text may complain about a person: then it is worth looking up colleagues' names.

    >>> sounds_ill("我不满意陈志强"), sounds_ill("断货了")
    (True, False)
    """
    return bool(re.search(_ILL, courtesy.simplified(text)))


def accuses(text: str, names: Iterable[str]) -> bool:
    """Whether a text complains about a person, though no word says that it is a complaint.

    >>> [accuses(each, ["陈志强"]) for each in ("陈经理态度太差", "我不满意陈志强", "对陈经理有意见", "要换个经理")]
    [True, True, True, True]
    >>> [accuses(each, ["陈志强"]) for each in ("对价格不满意", "陈经理，货不行", "陈经理这货有问题", "要红包吗")]
    [False, False, False, False]
    """
    plain = courtesy.simplified(text)
    who = "|".join(map(re.escape, sorted({*_SOMEBODY, *(each for each in names if len(each) > 1)})))
    return bool(_ACCUSES.search(plain) or re.search(_OF.format(ill=_ILL, who=f"(?:{who})"), plain))


def named(text: str, everybody: Iterable[Person], near: Iterable[int]) -> set[int]:
    """Return the colleagues a text names: by their whole name, or, those the shop deals with (`near`), by the family
    name with a title, or the given name alone.

    >>> everybody = Person(1, "陈志强", ""), Person(2, "林小燕", "")
    >>> named("我要投诉陈经理", everybody, [1]), named("投诉林小燕", everybody, [1]), named("我要投诉", everybody, [1])
    ({1}, {2}, set())
    >>> named("投诉小陈", everybody, [1]), named("志强骂人", everybody, [1]), named("投诉小陈", everybody, [2])
    ({1}, {1}, set())
    """
    nearby = set(near)
    return {
        each.id
        for each in everybody
        if (len(each.name) > 1 and each.name in text)
        or (each.id in nearby and each.name and any(called in text for called in _called(each.name)))
    }


def _called(name: str) -> list[str]:
    """Return how people who deal with somebody call them."""
    return [
        *(f"{name[0]}{title}" for title in _TITLES),
        *(f"{sign}{name[0]}" for sign in "小老阿"),
        *([name[1:]] if len(name) > 2 else []),
    ]


def above(supervisors: Iterable[Person], kept: Iterable[int]) -> Person | None:
    """Return the nearest supervisor the complaint is not about; None where there is none, and the office gets it.

    >>> above([Person(3, "周主任", "")], {1}).name, above([Person(3, "周主任", "")], {1, 3})
    ('周主任', None)
    """
    hidden = set(kept)
    return next((each for each in supervisors if each.id not in hidden), None)
