"""Texts that explain a deadline, so that anybody who doubts it can check the calculation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from visits.models.deadlines import Promise
from visits.texts.times import full, span

PROMISES = {
    Promise.HANDING_OVER: "转交",
    Promise.FIRST_ANSWER: "首次答复",
    Promise.NEXT_ANSWER: "后续答复",
    Promise.CLOSING: "办结",
    Promise.REPLY_WINDOW: "微信回复期",
}
OUTCOMES = {"running": "计时中", "paused": "暂停", "kept": "按时", "missed": "超时", "void": "不计"}
WEEKDAYS = "一二三四五六日"
#: Where there are more lines of days than this, the middle ones are folded.
MOST_DAYS = 9


@dataclass(frozen=True, slots=True)
class Day:
    """Day, or several free ones in a row, that a deadline in working hours counts."""

    first: date
    last: date
    #: Its name; "" on an ordinary working day.
    name: str
    #: From and until in the company's time; empty where nothing counts.
    spans: str
    seconds: float


#: Shown instead of an outcome: whether the reply window is open.
WINDOW = {True: "还能发", False: "不能直接发"}
WINDOW_RULE = "店主来一次消息，微信允许在 48 小时内回复 5 条（不分工作时间）。"


def window_now(left: int, until: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """The state of WeChat's reply window: how many messages may be sent, and until when.

    >>> now, china = datetime(2026, 11, 23, 15, 20, tzinfo=ZoneInfo("Asia/Shanghai")), ZoneInfo("Asia/Shanghai")
    >>> window_now(4, now.replace(day=24), now, china), window_now(0, now.replace(day=24), now, china)
    ('还能发 4 条，到 11 月 24 日 15:20 为止。', '条数已用完，答复会改发服务通知，或等店主下次来消息时送达。')
    """
    later = "答复会改发服务通知，或等店主下次来消息时送达。"
    if until is None or until <= now:
        return f"{full(until, zone)} 已过期，{later}" if until else later
    return f"还能发 {left} 条，到 {full(until, zone)} 为止。" if left else f"条数已用完，{later}"


def began(promise: Promise, started_at: datetime, allowed: float, counts_working_hours: bool, zone: ZoneInfo) -> str:
    """When a deadline's clock began, and how long it is."""
    if promise is Promise.REPLY_WINDOW:
        return f"店主 {full(started_at, zone)} 发来消息，微信允许在 {span(allowed)}内回复（不分工作时间）。"
    hours = "，只算工作时间" if counts_working_hours else ""
    return f"从 {full(started_at, zone)} 起，{span(allowed)}{hours}。"


def rested(seconds: float, running_since: datetime, zone: ZoneInfo) -> str:
    """How long the clock was paused before it went on."""
    return f"等店主回复时暂停 {span(seconds)}，{full(running_since, zone)} 继续。"


def rests(used: float) -> str:
    """Says that the clock is paused now."""
    return f"已用 {span(used)}，正在等店主回复，暂停计时。"


def day(each: Day) -> str:
    """A line for a day.

    >>> day(Day(date(2026, 10, 1), date(2026, 10, 7), "国庆节", "", 0))
    '10 月 1 日至 10 月 7 日 国庆节，不计'
    >>> day(Day(date(2026, 2, 14), date(2026, 2, 14), "春节补班", "08:00-12:00", 14400))
    '2 月 14 日（周六）春节补班 08:00-12:00，计 4 小时'
    """
    said = f"{each.first.month} 月 {each.first.day} 日"
    said += f"（周{WEEKDAYS[each.first.weekday()]}）" if each.first == each.last else ""
    said += f"至 {each.last.month} 月 {each.last.day} 日" if each.first != each.last else ""
    if not each.spans:
        return f"{said}{'' if said.endswith('）') else ' '}{each.name}，不计"
    return f"{said}{each.name}{' ' if each.name else ''}{each.spans}，计 {span(each.seconds)}"


def days(those: Sequence[Day]) -> list[str]:
    """Lines for the days, those in the middle folded where there are many."""
    if len(those) <= MOST_DAYS:
        return [day(each) for each in those]
    head, middle, tail = those[:5], those[5:-3], those[-3:]
    count = sum((each.last - each.first).days + 1 for each in middle)
    folded = f"……中间 {count} 天，计 {span(sum(each.seconds for each in middle))}"
    return [*map(day, head), folded, *map(day, tail)]


def due(due_at: datetime, zone: ZoneInfo) -> str:
    """When the deadline is."""
    return f"应于 {full(due_at, zone)} 前。"


def ended(
    met_at: datetime | None, ended_at: datetime | None, due_at: datetime | None, now: datetime, zone: ZoneInfo
) -> str:
    """The deadline's outcome.

    >>> china, noon = ZoneInfo("Asia/Shanghai"), datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    >>> ended(noon, noon, noon.replace(hour=10), noon, china), ended(None, None, noon, noon, china)
    ('11 月 23 日 12:00 完成，晚了 2 小时。', '')
    """
    end = met_at or ended_at
    if end is None:
        return f"现在已晚 {span((now - due_at).total_seconds())}。" if due_at and now > due_at else ""
    what = "完成" if met_at else "结束"
    if due_at is not None and end > due_at:
        return f"{full(end, zone)} {what}，晚了 {span((end - due_at).total_seconds())}。"
    return f"{full(end, zone)} {what}{'，按时' if met_at else '，期限未到，不计'}。"


def unknown_year(year: int) -> str:
    """Says that a year's holidays are missing in the calculation."""
    return f"{year} 年的放假和调休安排还没有录入，这一年按平常的一周算；录入后未完成的期限会重新计算。"


LATER_CHANGED = "当时的规定或工作时间后来改过，这条期限已结束，不再变动。"
SHORTENED = "规定改短时，按新规定已经过期；以改动的时刻为期限。"
