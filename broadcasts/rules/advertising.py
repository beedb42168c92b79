"""Words of advertising: what in a text reads as an advertisement for tobacco, which the law keeps off the internet.

A word is pointed out, never taken out: whether a sentence advertises is for people to judge, who say that they did.
"""

import re
import unicodedata
from dataclasses import dataclass

#: How much of the text is shown around a word.
AROUND = 8
_PRICE = (
    "特价",
    "优惠",
    "打折",
    "折扣",
    "减价",
    "降价",
    "满减",
    "买一送",
    "买二送",
    "买送",
    "买赠",
    "赠送",
    "赠品",
    "返现",
)
_LURE = ("抽奖", "有奖", "中奖", "礼品", "好礼", "促销", "抢购", "秒杀", "限时", "团购", "代言")
_PRAISE = (
    *("口感", "口味", "香气", "醇香", "醇和", "醇厚", "细腻", "绵柔", "余味", "回味", "吸味", "过瘾", "尊贵", "尊享"),
    *(
        "品位",
        "身份象征",
        "顶级",
        "最佳",
        "第一品牌",
        "热销",
        "畅销",
        "爆款",
        "名烟",
        "好烟",
        "推荐吸",
        "首选",
        "低害",
        "低焦",
    ),
)
_WORDS = re.compile("|".join(sorted((*_PRICE, *_LURE, *_PRAISE), key=len, reverse=True)) + r"|[1-9]\d?(?:\.\d)?折")


@dataclass(frozen=True, slots=True)
class AdvertisingWord:
    """Word that reads as advertising, with some of the line around it; empty where an earlier word shows it already."""

    word: str
    around: str


def found(text: str) -> list[AdvertisingWord]:
    """Words in a text that read as advertising, each once, in the order of the text.

    >>> [each.word for each in found("新品口感醇和，买二送一，全场８折，口感好")]
    ['口感', '醇和', '买二送', '8折']
    >>> found("下周二到货，请在 12 月 18 日前订货。真烟的封签怎么看，附三张图。")
    []
    >>> found("本周到店看样，限时优惠三天。")[0].around
    '本周到店看样，限时优惠三天。'
    >>> [each.around for each in found("新烟架\\n到店看样，限时优惠，口感好\\n有礼品") if each.around]
    ['到店看样，限时优惠，口感好', '有礼品']
    """
    plain = unicodedata.normalize("NFKC", text)
    shown = text if len(plain) == len(text) else plain
    seen: dict[str, AdvertisingWord] = {}
    told = 0
    for match in _WORDS.finditer(plain):
        begin = max(match.start() - AROUND, shown.rfind("\n", 0, match.start()) + 1)
        line_end = shown.find("\n", match.end())
        end = min(match.end() + AROUND, line_end if line_end >= 0 else len(shown))
        around = "" if match.end() <= told else shown[begin:end].strip()
        told = max(told, end if around else told)
        seen.setdefault(match.group(), AdvertisingWord(match.group(), around))
    return list(seen.values())
