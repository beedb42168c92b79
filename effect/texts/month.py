"""Sentences of the month's page: what changed most, how things are worked out."""

from datetime import date, datetime

from effect.rules.changes import is_share
from effect.rules.figures import parts, shown
from wechat_bot.measure import Fact, Measure

NOTHING_CLEAR = "和上月比，没有一项有明显的变化。"
DASH = "横线表示没有量过，不是零。变化里的百分率相减，单位是百分点。"
OPEN = "这个月还没有过完，变化是和上月同样几天比。"
SAVED = "一家店一年只算一次，单价用当月的标准。"
EXPLAINED = (
    "纸面：改用五微之前的做法，来源写在设置里，从哪个月起就算哪个月，以前的月份不变。",
    "每一项按发生的时间算进那个月；还没有过完的月份大约每小时统计一次。",
    "月份结账以后不再自动改。晚到的（比如月底的留言下个月才答复）算在下一个月，每件事只算一次。",
    "片区、客户类型和客户经理按事情发生的时候算：店后来换了客户经理，以前的数不动。",
    "一共有多少家店这类现状，按月底算；还没有过完的月份按统计的时候算。",
)


def month(number: int) -> str:
    """Return a month as people say it.

    >>> month(202610)
    '2026 年 10 月'
    """
    return f"{number // 100} 年 {number % 100} 月"


def whose(label: str, *, is_own: bool) -> str:
    """Return whose month is looked at inside WeChat.

    >>> whose("江山片", is_own=False), whose("陈志强", is_own=True)
    ('江山片', '陈志强的店')
    """
    return f"{label}的店" if is_own else label


def told(measure: Measure, fact: Fact, before: Fact, area: str = "") -> tuple[str, str]:
    """Return what changed in one plain sentence, and what it is made of.

    >>> within = Measure("w", "24 小时内答复", None, unit="条", of="留言")
    >>> told(within, Fact(890, 1000), Fact(951, 1000), "江山片")
    ('江山片：24 小时内答复从 95.1% 降到 89.0%。', '上月 951 / 1,000 条，本月 890 / 1,000 条。')
    >>> told(Measure("l", "学完的店", None, unit="家"), Fact(1284), Fact(980))
    ('学完的店从 980 家涨到 1,284 家。', '')
    """
    rises = (fact.share or 0) > (before.share or 0) if is_share(measure) else fact.n > before.n
    from_, to = shown(measure, before), shown(measure, fact)
    space = " " if from_[-1].isascii() else ""
    sentence = f"{measure.label}从 {from_}{space}{'涨' if rises else '降'}到 {to}。"
    made_of = f"上月 {parts(measure, before)}，本月 {parts(measure, fact)}。" if is_share(measure) else ""
    return (f"{area}：{sentence}" if area else sentence), made_of


def lost(first: str, then: str, shops: int) -> str:
    """Return the largest step down of the funnel in words.

    >>> lost("打开过推送", "学过课", 1632)
    '掉得最多的一步：打开过推送 → 学过课，少 1,632 家。'
    """
    return f"掉得最多的一步：{first} → {then}，少 {shops:,} 家。"


def counted(at: datetime | None, closed_at: datetime | None, said: str) -> str:
    """Return the state of a month, with its moment in words."""
    if closed_at is not None:
        return f"已结账，{said}"
    return f"统计到 {said}" if at is not None else "还没有统计"


def days(until: date) -> str:
    """Return the days of a month so far.

    >>> days(date(2026, 11, 26)), days(date(2026, 11, 1))
    ('11 月 1–26 日', '11 月 1 日')
    """
    return f"{until.month} 月 1–{until.day} 日" if until.day > 1 else f"{until.month} 月 1 日"
