"""Texts to a retailer about quizzes: short, one thing at a time, the way on in the last line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from foundation.text import is_visible
from people.rules import family_name
from questions.keyed.items import HUNDREDTHS
from quizzes.rules.definition import QuizDefinition

UNKNOWN_QUIZ = "没有找到这份测试，可能已经结束。回复“测试”看看现在有哪些。"
BIND_FIRST = "请先绑定您的店：回复“绑定 许可证号 手机后四位”，再来测试。"
NOT_FOR_MANAGERS = "测试由店主来做，您是客户经理，不用做。回复“帮助”看您能做什么。"
NOT_FOR_YOU = "这份测试这次没有选到您的店，谢谢您。有事可直接留言。"
NONE_OPEN = "现在没有要做的测试。有事可直接留言。"
LEFT = "好的，想做时回复“测试”。"
START = "开始"
BEGIN = f"回复“{START}”就开始。"
HAND_IN = "交卷"


def points(hundredths: int) -> str:
    """Points as people write them.

    >>> points(8000), points(333), points(250)
    ('80', '3.33', '2.5')
    """
    whole, part = divmod(hundredths, HUNDREDTHS)
    return str(whole) if not part else f"{whole}.{part:02d}".rstrip("0")


def share(hundredths: int) -> str:
    """A share in hundredths of a per cent, as people write it.

    >>> share(6000), share(6650)
    ('60%', '66.5%')
    """
    return f"{points(hundredths)}%"


def moment(at: datetime) -> str:
    """A moment in the company's time zone as a shop reads it.

    >>> moment(datetime(2026, 12, 31, 20, 0))
    '12 月 31 日 20:00'
    """
    return f"{at.month} 月 {at.day} 日 {at:%H:%M}"


def duration(left: timedelta) -> str:
    """A time that is left or was used, rounded down.

    >>> duration(timedelta(minutes=6, seconds=20)), duration(timedelta(seconds=50)), duration(timedelta(minutes=3))
    ('6 分 20 秒', '50 秒', '3 分钟')
    >>> duration(timedelta(hours=2)), duration(timedelta(hours=26, minutes=5)), duration(timedelta(days=3, hours=2))
    ('2 小时', '26 小时 5 分', '3 天')
    """
    minutes, seconds = divmod(max(0, int(left.total_seconds())), 60)
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} 天"
    if hours:
        return f"{hours} 小时 {rest} 分" if rest else f"{hours} 小时"
    if not minutes:
        return f"{seconds} 秒"
    return f"{minutes} 分 {seconds} 秒" if seconds else f"{minutes} 分钟"


# Before


def intro(
    definition: QuizDefinition, questions: int, maximum: int | None, *, left: int, ends_at: datetime | None
) -> str:
    """Everything before the first question; `maximum` is None where each paper is drawn, `ends_at` the end of the quiz
    where it would come before the attempt's own.

    >>> definition = QuizDefinition("真假鉴别", minutes=15, attempts=2)
    >>> intro(definition, 10, 10_000, left=2, ends_at=None)
    '测试《真假鉴别》10 题，限时 15 分钟，60 分及格，可考 2 次，取最高分。'
    """
    parts = [f"测试《{definition.title}》{questions} 题"]
    if definition.minutes is not None:
        parts.append(f"限时 {definition.minutes} 分钟")
    parts.append(pass_mark(definition.pass_mark, maximum))
    if definition.attempts > 1:
        parts.append(f"可考 {definition.attempts} 次")
        parts.append(definition.counts.label)
    lines = ["，".join(filter(None, parts)) + "。"]
    if definition.attempts > 1 and left < definition.attempts:
        lines.append(f"您还可以考 {left} 次。")
    if ends_at is not None:
        lines.append(f"请注意：{moment(ends_at)}就收卷。")
    if definition.intro:
        lines.append(definition.intro)
    return "\n".join(lines)


def pass_mark(pass_mark: int, maximum: int | None) -> str:
    """The pass mark, in points of a paper whose maximum is known, else as a share; nothing where there is none.

    >>> pass_mark(6000, 10_000), pass_mark(6000, 3000), pass_mark(6000, None), pass_mark(0, 10_000)
    ('60 分及格', '满分 30 分，18 分及格', '得满分的 60% 及格', '')
    """
    if not pass_mark:
        return ""
    if maximum is None:
        return f"得满分的 {share(pass_mark)} 及格"
    needed = -(-pass_mark * maximum // 10_000)
    return ("" if maximum == 100 * HUNDREDTHS else f"满分 {points(maximum)} 分，") + f"{points(needed)} 分及格"


def closed(at: datetime, manager: str) -> str:
    who = f"{family_name(manager) or manager}经理" if is_visible(manager) else "客户经理"
    return f"这份测试已于 {moment(at)}结束，谢谢您。有问题可直接留言，{who}会收到。"


def not_open_yet(at: datetime) -> str:
    return f"这份测试 {moment(at)}开始，到时请再来，谢谢您。"


def used_up(attempts: int, total: int | None, is_passed: bool | None) -> str:
    """No attempt is left, and what the shop got.

    >>> used_up(2, 8000, True)
    '这份测试可考 2 次，您都考过了，成绩 80 分，合格。'
    """
    got = f"，成绩 {points(total)} 分，{verdict(is_passed)}" if total is not None else ""
    return f"这份测试可考 {attempts} 次，您都考过了{got}。" if attempts > 1 else f"这份测试您已经考过了{got}。"


def verdict(is_passed: bool | None) -> str:
    return "合格" if is_passed else "没有合格"


SEVERAL_OPEN = "有 {} 份测试，回复数字选一份："


def one_waits(title: str, minutes: int | None) -> str:
    """One open quiz that waits.

    >>> one_waits("真假鉴别", 15)
    '有一份 15 分钟的测试《真假鉴别》等您来做，回复“测试”开始。'
    """
    return f"有一份{f' {minutes} 分钟的' if minutes else ''}测试《{title}》等您来做，回复“测试”开始。"


def several_wait(count: int) -> str:
    return f"有 {count} 份测试等您来做，回复“测试”开始。"


# While it runs


def time_left(left: timedelta) -> str:
    return f"（还剩 {duration(left)}）"


def paused(left: int, time: timedelta | None) -> str:
    """The shop leaves; its clock does not.

    >>> paused(4, timedelta(minutes=6))
    '已为您保存，还有 4 题没答。计时不会停，还剩 6 分钟。回复“测试”接着答。'
    >>> paused(0, None)
    '已为您保存，还没有交卷。回复“测试”接着答。'
    """
    return f"已为您保存，{_still(left)}。{_runs_on(time, '。')}回复“测试”接着答。"


def welcome_back(title: str, left: int, time: timedelta | None) -> str:
    clock = f"，还剩 {duration(time)}" if time is not None else ""
    return f"接着做《{title}》，{_still(left)}{clock}。"


def left_over(left: int, time: timedelta | None) -> str:
    """The half-taken quiz, where another talk has ended, or this one was left.

    >>> left_over(3, timedelta(minutes=6))
    '刚才的测试还有 3 题没答，计时不会停，还剩 6 分钟，'
    """
    return f"刚才的测试{_still(left)}，{_runs_on(time, '，')}"


def _runs_on(time: timedelta | None, end: str) -> str:
    return f"计时不会停，还剩 {duration(time)}{end}" if time is not None else ""


def _still(left: int) -> str:
    return f"还有 {left} 题没答" if left else "还没有交卷"


def look_over(skipped: Sequence[int]) -> str:
    """Everything was asked: some questions were skipped, or all were answered on the page and not handed in.

    >>> look_over([3, 7])
    '都问完了，第 3、7 题还没有答。回复“上一题”回去答，回复“交卷”就交。'
    >>> look_over([])
    '都答完了，还没有交卷。回复“上一题”可以改，回复“交卷”就交。'
    """
    if not skipped:
        return f"都答完了，还没有交卷。回复“上一题”可以改，回复“{HAND_IN}”就交。"
    numbers = "、".join(map(str, skipped))
    return f"都问完了，第 {numbers} 题还没有答。回复“上一题”回去答，回复“{HAND_IN}”就交。"


def hand_in_early(left: int) -> str:
    """Handing in was asked for before the last question.

    >>> hand_in_early(4)
    '还有 4 题没答，交卷后不能再答。再回复一次“交卷”就交，也可以接着答。'
    """
    return f"还有 {left} 题没答，交卷后不能再答。再回复一次“{HAND_IN}”就交，也可以接着答。"


# The end


def late(number: int, by: timedelta) -> str:
    """An answer that came after the time.

    >>> late(9, timedelta(seconds=31))
    '时间到了，第 9 题晚了 31 秒，没有计分。'
    """
    return f"时间到了，第 {number} 题晚了 {duration(by)}，没有计分。"


TIME_IS_UP = "时间到了，已经替您交卷。"


def result(total: int, maximum: int, is_passed: bool, *, has_pass_mark: bool) -> str:
    """The score.

    >>> result(8000, 10_000, True, has_pass_mark=True), result(2750, 3000, True, has_pass_mark=False)
    ('您得了 80 分，合格。', '您得了 27.5 分（满分 30 分）。')
    """
    of = "" if maximum == 100 * HUNDREDTHS else f"（满分 {points(maximum)} 分）"
    return f"您得了 {points(total)} 分{of}" + (f"，{verdict(is_passed)}。" if has_pass_mark else "。")


def wrong(numbers: Sequence[tuple[int, str]]) -> str:
    """Which questions were wrong, each with a word of what it is about.

    >>> wrong([(3, "封签"), (7, "")]), wrong([])
    ('错 2 题：第 3 题（封签）、第 7 题。', '全部答对。')
    """
    if not numbers:
        return "全部答对。"
    named = "、".join(f"第 {number} 题" + (f"（{about}）" if about else "") for number, about in numbers)
    return f"错 {len(numbers)} 题：{named}。"


PRACTISE = "回复“错题”就练。"
NOTHING_TO_READ = "现在没有要复习的。回复“错题”可以练答错的题。"


def read_first(tag: str) -> str:
    """What to read after a result.

    >>> read_first("封签"), read_first("")
    ('先看看“封签”：回复“复习”现在就看。', '回复“复习”，看看这些题讲的是什么。')
    """
    return f"先看看“{tag}”：回复“复习”现在就看。" if tag else "回复“复习”，看看这些题讲的是什么。"


def attempts_left(left: int) -> str:
    return f"您还可以考 {left} 次，回复“测试”再来。" if left else ""


# Invitations


def invitation(title: str) -> str:
    """To a shop that may take a test; staff may rewrite it."""
    return f"请您做一做小测试《{title}》，回复“测试”就开始，交卷就出分。"


def on_a_page(url: str) -> str:
    """The same test, for people who prefer tapping to typing."""
    return f"也可以点开网页考：{url}"
