"""Texts of the pages of courses inside WeChat."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from foundation.clock import when

CARD = "学习"
TO_COURSES, HOW_TO_BIND = "去学习", "怎么绑定"
ALL_LEARNT = "学完的课都在这里"
CERTIFICATE_AT_END = "全部学完有结业证书。"
DAILY, DAILY_NOTE = "上次答错的，再答一遍", "答对就往后放"
NOT_YET = "还没有开"
OPENED = "现在可以学了"
FIRST = "去学这门"
EMPTY = "现在没有要学的课。新课开了，会在这里，也会发消息告诉您。"
ASK_TITLE, ASK = "问课堂", "想问什么？"
OUTSIDE = "会打开别的网站，看完请返回这一页；用 WLAN 看省流量。"
VOICE = "这一屏有录音，在聊天里听：回到公众号，回复“学习”。下面是同样的文字。"
LAST_STEP = "最后一步：1 道小题"
#: Seconds in which the button comes where no script runs: each has a class of the style sheet.
WAITS = (5, 10, 15, 20, 30, 45, 60, 90, 120, 150, 300, 600, 1200)


def wait_step(seconds: int) -> int:
    """The step in which the button of a screen comes that must still be read for so many seconds.

    >>> wait_step(1), wait_step(9), wait_step(46), wait_step(5000)
    (5, 10, 60, 1200)
    """
    return next((each for each in WAITS if each >= seconds), WAITS[-1])


def learnt(finished: int, lessons: int) -> str:
    """How far somebody is in a course.

    >>> learnt(1, 3), learnt(3, 3), learnt(1, 1)
    ('学完 1 课，共 3 课', '3 课都学完了', '学完了')
    """
    done = f"{lessons} 课都学完了" if lessons > 1 else "学完了"
    return done if finished >= lessons else f"学完 {finished} 课，共 {lessons} 课"


def played(verb: str, seconds: float, size: int) -> str:
    """What a sound or a video costs, beside its player.

    >>> played("听", 40, 314_000), played("看", 95.4, 9_900_000)
    ('听：40 秒，0.3 MB', '看：1 分 35 秒，9.9 MB')
    """
    whole = round(seconds)
    long = f"{whole} 秒" if whole < 60 else f"{whole // 60} 分" + (f" {whole % 60} 秒" if whole % 60 else "钟")
    return f"{verb}：{long}，{max(0.1, size / 1_000_000):.1f} MB"


def first(titles: Iterable[str]) -> str:
    """Beside a course that waits for others to be finished.

    >>> first(["看封签"])
    '先学完《看封签》'
    """
    return f"先学完{''.join(f'《{each}》' for each in titles)}"


def opens(at: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """When a lesson is released.

    >>> from datetime import UTC
    >>> now, at = datetime(2026, 12, 1, 3, tzinfo=UTC), datetime(2026, 12, 2, 2, tzinfo=UTC)
    >>> opens(at, now=now, zone=ZoneInfo("Asia/Shanghai"))
    '明天 10:00 开'
    """
    return f"{when(at, now=now, zone=zone)} 开"


def opens_then(number: int, at: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """When a lesson named by its number is released."""
    said = opens(at, now=now, zone=zone)
    return f"第 {number} 课{' ' if said[0].isdigit() else ''}{said}"


def opens_after(number: int) -> str:
    """When a lesson is released that waits for the one before it.

    >>> opens_after(2)
    '学完第 2 课以后开'
    """
    return f"学完第 {number} 课以后开"


def first_lessons(numbers: Sequence[int]) -> str:
    """Beside a lesson that waits for earlier ones.

    >>> first_lessons([1, 3])
    '先学完第 1、3 课'
    """
    return f"先学完第 {'、'.join(map(str, numbers))} 课"


def finished_on(day: date, certificate: str = "") -> str:
    """Beside a finished course, with what there is to say of its certificate.

    >>> finished_on(date(2026, 10, 12), "有证书"), finished_on(date(2026, 10, 12))
    ('10 月 12 日学完，有证书', '10 月 12 日学完')
    """
    return f"{day.month} 月 {day.day} 日学完{'，' if certificate else ''}{certificate}"


def more_later(number: int, at: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """What follows a lesson behind which the next is not released yet."""
    return f"{opens_then(number, at, now=now, zone=zone)}，到时会告诉您。"


def onward(*, is_last: bool, is_asked: bool) -> str:
    """The button of a screen.

    >>> onward(is_last=False, is_asked=True), onward(is_last=True, is_asked=True), onward(is_last=True, is_asked=False)
    ('下一屏', '做一道小题', '学完这一课')
    """
    if not is_last:
        return "下一屏"
    return "做一道小题" if is_asked else "学完这一课"
