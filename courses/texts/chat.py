"""Texts to a learner about courses: short, one thing at a time, the way on in the last line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from foundation.clock import when
from foundation.text import is_visible
from people.rules import family_name

WORD = "学习"
NEXT, PREVIOUS = "下一页", "上一页"

# What stands in the way

UNKNOWN_COURSE = "没有找到这门课，可能已经结束。回复“学习”看看现在有哪些。"
UNKNOWN_LESSON = "没有找到这一课，可能已经撤下。回复“学习”看看现在有哪些。"
OTHER_VERSION = "这一课不在您学的课里，可能是后来加的。回复“学习”接着学您的课。"
BIND_FIRST = "请先绑定您的店：回复“绑定 许可证号 手机后四位”，再来学习。"
NOT_FOR_MANAGERS = "这门课是店主学的，您是客户经理，不用学。回复“学习”看看有没有您的课。"
ONLY_FOR_MANAGERS = "这门课是客户经理学的，店里不用学。有事可直接留言。"
NOT_FOR_YOU = "这门课这次没有选到您的店，谢谢您。有事可直接留言。"
NOT_FOR_THIS_MANAGER = "这门课这次没有选到您，谢谢您。"
NONE_OPEN = "现在没有要学的课。新课开了会告诉您。"


def closed(at: datetime, manager: str) -> str:
    """A course that is over; `manager` is who hears of a question.

    >>> closed(datetime(2026, 12, 31, 20), "陈志强")
    '这门课已于 12 月 31 日结束，谢谢您。有问题可直接留言，陈经理会收到。'
    """
    who = f"{family_name(manager) or manager}经理" if is_visible(manager) else "客户经理"
    return f"这门课已于 {at.month} 月 {at.day} 日结束，谢谢您。有问题可直接留言，{who}会收到。"


def not_open_yet(at: datetime) -> str:
    return f"这门课 {at.month} 月 {at.day} 日 {at:%H:%M} 开始，到时请再来，谢谢您。"


def requires(title: str, first: Iterable[str]) -> str:
    """A course before which others are to be finished.

    >>> requires("真假鉴别", ["看封签", "看喷码"])
    '学《真假鉴别》以前，请先学完《看封签》《看喷码》。'
    """
    return f"学《{title}》以前，请先学完{''.join(f'《{each}》' for each in first)}。"


def opens_at(number: int, at: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """A lesson that comes by its day.

    >>> china = ZoneInfo("Asia/Shanghai")
    >>> opens_at(3, datetime(2026, 12, 2, 10, tzinfo=china), now=datetime(2026, 12, 1, 9, tzinfo=china), zone=china)
    '第 3 课明天 10:00 开，到时请再来。'
    """
    moment = when(at, now=now, zone=zone)
    return f"第 {number} 课{'' if not moment[0].isdigit() else ' '}{moment} 开，到时请再来。"


def not_yet(number: int) -> str:
    return f"第 {number} 课还没有开。"


def not_released(number: int, current: int) -> str:
    """A lesson that waits for others.

    >>> not_released(5, 2)
    '第 5 课还没有开，请先学第 2 课。回复“学习”接着学。'
    """
    return f"第 {number} 课还没有开，请先学第 {current} 课。回复“学习”接着学。"


def lesson_requires(number: int, first: int, title: str) -> str:
    """A lesson before which another one is to be finished.

    >>> lesson_requires(3, 1, "看封签")
    '学第 3 课以前，请先学完第 1 课《看封签》。回复“学习”接着学。'
    """
    return f"学第 {number} 课以前，请先学完第 {first} 课《{title}》。回复“学习”接着学。"


# Step by step


def too_soon(lacks: int) -> str:
    """A screen that was asked for before the last one could be read.

    >>> too_soon(1)
    '翻得快了一点，还差 1 秒。请把这一屏看完。'
    """
    return f"翻得快了一点，还差 {lacks} 秒。请把这一屏看完。"


def too_far(step: int, end: int) -> str:
    """A step with others before it; `step` is the next one, `end` the one behind the last screen.

    >>> too_far(2, 5), too_far(5, 5)
    ('请一屏一屏看，接着是第 2 屏。', '这一课的每一屏都看过了，接着是最后一步。')
    """
    return f"请一屏一屏看，接着是第 {step} 屏。" if step < end else "这一课的每一屏都看过了，接着是最后一步。"


NOT_ASKED_YET = "请先把这一课看完，再做小题。"
MUST_BE_ANSWERED = "这道小题要答对才算学完，不能跳过。"


# In the chat

SEVERAL_OPEN = "有 {} 门课在学，回复数字选一门："
LEFT = "好的，想学时回复“学习”。"
TURN = f"回复“{NEXT}”继续，“{PREVIOUS}”回看。"
TURN_FIRST = f"回复“{NEXT}”继续。"
TURN_LATER = f"再回复“{NEXT}”。"
#: Behind the last screen of a lesson with an end question, and of one without.
TURN_TO_QUESTION = f"看完回复“{NEXT}”，做一道小题。"
TURN_TO_END = f"看完回复“{NEXT}”，这一课就学完了。"
FIRST_PAGE = "这已经是第一屏了。"
HOW_TO_BEGIN = f"这一课还没开始。回复“{NEXT}”就开始看，“退出”下次再学。"
HOW = f"这一课还没看完。回复“{NEXT}”接着看，“{PREVIOUS}”回看，“退出”下次再学。"
LOOK_BACK = f"回复“{PREVIOUS}”可以回去看一眼。"
AGAIN = "可以再答一次。"
SEEN_THROUGH = "这一课您学完了，又看了一遍。"
TO_ALL = f"还想学，回复“{WORD}”。"


def card_title(number: int, title: str) -> str:
    return f"第 {number} 课：{title}"


def card(course: str, number: int, of: int, minutes: int, *, has_page: bool) -> str:
    """What a lesson is, before its first screen.

    >>> card("真假鉴别", 3, 7, 2, has_page=True)
    '《真假鉴别》3/7，约 2 分钟。点开就看；回复“下一页”在聊天里看。'
    """
    way = f"点开就看；回复“{NEXT}”在聊天里看。" if has_page else f"回复“{NEXT}”就开始。"
    return f"《{course}》{number}/{of}，约 {minutes} 分钟。{way}"


def go_on(title: str) -> str:
    return f"接着学《{title}》。"


def read_again(title: str) -> str:
    return f"《{title}》您学完了，再看一遍。"


def place(step: int, screens: int) -> str:
    """Which screen of a lesson it is.

    >>> place(2, 4)
    '第 2 屏，共 4 屏'
    """
    return f"第 {step} 屏，共 {screens} 屏"


def medium(what: str, url: str) -> str:
    """The way to what the chat cannot show."""
    return f'<a href="{url}">{what}</a>'


LISTEN, LOOK, WATCH, ALL = "听这一屏的录音", "看这一屏的图", "看这一屏的视频", "看全文"
HAS_SOUND, HAS_PICTURE, HAS_VIDEO = "（这一屏有录音）", "（这一屏有图）", "（这一屏有视频）"


def outside(title: str, url: str) -> str:
    return f"视频《{title}》：{url}"


def wrong(explanation: str) -> str:
    """A wrong answer to the end question: what to think of, and another try.

    >>> wrong("没带证就看不出年龄。"), wrong("")
    ('再想想：没带证就看不出年龄。可以再答一次。', '再想想，可以再答一次。')
    """
    return f"再想想：{_sentence(explanation)}{AGAIN}" if explanation else f"再想想，{AGAIN}"


def right(explanation: str) -> str:
    """A right answer to the end question.

    >>> right("没带证就看不出年龄"), right("")
    ('答对了。没带证就看不出年龄。', '答对了。')
    """
    return f"答对了。{_sentence(explanation)}"


def lesson_finished(number: int) -> str:
    return f"第 {number} 课学完了。"


def course_finished(title: str, lessons: int) -> str:
    """A course whose last lesson is finished.

    >>> course_finished("看封签", 1), course_finished("看封签", 3)
    ('恭喜您，《看封签》学完了。', '恭喜您，《看封签》3 课都学完了。')
    """
    return f"恭喜您，《{title}》{f'{lessons} 课都' if lessons > 1 else ''}学完了。"


TO_QUIZ = "回复“1”去做这一课的测试。"


def to_retake(title: str) -> str:
    return f"回复“1”再考一次《{title}》。"


def to_lesson(number: int, title: str) -> str:
    return f"回复“1”接着学第 {number} 课《{title}》。"


def to_course(title: str) -> str:
    return f"现在可以学《{title}》了，回复“1”开始。"


NEXT_LATER = "下一课开了会告诉您。"


def remains(title: str, left: int, *, has_question: bool) -> str:
    """A lesson that was left half read, where another talk has ended, or this one was left.

    >>> remains("看封签", 2, has_question=True), remains("看封签", 0, has_question=True)
    ('《看封签》还有 2 屏没看，', '《看封签》还差一道小题，')
    >>> remains("看喷码", 0, has_question=False)
    '《看喷码》还差最后一屏，'
    """
    if left:
        return f"《{title}》还有 {left} 屏没看，"
    return f"《{title}》还差{'一道小题' if has_question else '最后一屏'}，"


def one_waits(title: str) -> str:
    return f"有一门课《{title}》等您来学，回复“学习”开始。"


def several_wait(count: int) -> str:
    return f"有 {count} 门课等您来学，回复“学习”开始。"


def _sentence(text: str) -> str:
    return text if not text or text[-1] in "。！？" else f"{text}。"
