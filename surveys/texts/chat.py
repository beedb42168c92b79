"""Texts to a retailer about surveys: short, one thing at a time, the way on in the last line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from foundation.text import is_visible
from people.rules import family_name, salutation


def day(on: date) -> str:
    """A day as a shop reads it.

    >>> day(date(2026, 9, 30))
    '9 月 30 日'
    """
    return f"{on.month} 月 {on.day} 日"


# Beginning, pausing, ending


def intro(title: str, questions: int, minutes: int) -> str:
    """The survey's title, its number of questions, and how long it takes.

    >>> intro("三季度服务满意度调查", 6, 2)
    '《三季度服务满意度调查》共 6 题，约 2 分钟。随时回复“退出”，下次接着填。'
    """
    return f"《{title}》共 {questions} 题，约 {minutes} 分钟。随时回复“退出”，下次接着填。"


def opening(
    title: str,
    questions: int,
    minutes: int,
    *,
    says: str = "",
    is_anonymous: bool = False,
    is_again: bool = False,
    page: str = "",
) -> str:
    """Everything before the first question: `says` is the author's own sentence, `page` the address of the same survey
    on a page; `is_again` where staff asked the shop to answer once more.

    >>> print(opening("新品调查", 1, 1, says="帮我们选个好卖的。", is_anonymous=True))
    《新品调查》共 1 题，约 1 分钟。随时回复“退出”，下次接着填。
    帮我们选个好卖的。
    这份调查不记名，结果里看不出是哪家店。
    """
    lines = (
        AGAIN if is_again else "",
        intro(title, questions, minutes),
        says,
        ANONYMOUS if is_anonymous else "",
        on_a_page(page) if page else "",
    )
    return "\n".join(line for line in lines if line)


AGAIN = "您上次填的没有算进去，请您再填一次，谢谢您。"
"""To a shop whose sheet was set aside and that staff ask again; where they do not, it has answered."""

ANONYMOUS = "这份调查不记名，结果里看不出是哪家店。"


def on_a_page(url: str) -> str:
    """The same survey, for people who prefer tapping to typing."""
    return f"也可以点开网页填：{url}"


def welcome_back(title: str, left: int) -> str:
    return f"接着填《{title}》，还剩 {left} 题。"


def paused(left: int) -> str:
    return f"已为您保存，还剩 {left} 题。回复“调查”可接着填。"


def left_over(left: int) -> str:
    """How many questions are left, as the beginning of a sentence that the chat goes on with.

    >>> left_over(3)
    '刚才的调查还剩 3 题，'
    """
    return f"刚才的调查还剩 {left} 题，"


def submitted(keeper: str = "", results_on: date | None = None) -> str:
    """Thanks for a submission. `keeper` is the name of the shop's keeper, who is thanked by surname.

    >>> submitted("王建国", date(2026, 10, 8))
    '已提交，谢谢王老板。10 月 8 日公布结果，届时告诉您。'
    >>> submitted()
    '已提交，谢谢您。'
    """
    thanks = f"已提交，谢谢{polite(keeper)}。"
    return thanks + (f"{day(results_on)}公布结果，届时告诉您。" if results_on else "")


def polite(keeper: str) -> str:
    """How a keeper is addressed: by surname, or 您 where the name is unknown.

    >>> polite("王建国"), polite("欧阳明"), polite("")
    ('王老板', '欧阳老板', '您')
    """
    return salutation(keeper) if is_visible(keeper) else "您"


def poll(total: int | None, bars: Iterable[tuple[str, int | None, int | None]]) -> str:
    """The running result of a poll; each bar is a label, how many chose it and their share in percent, None where that
    would reveal who.

    >>> print(poll(12, [("红色", 7, 58), ("蓝色", 5, 42)]))
    现在的结果（12 家店）：
    红色 58%（7 家）
    蓝色 42%（5 家）
    >>> poll(None, [])
    '答的店还太少，为了不让人看出是谁，结果暂不显示。'
    """
    if total is None:
        return "答的店还太少，为了不让人看出是谁，结果暂不显示。"
    lines = [
        f"{label} " + ("太少，不显示" if count is None else f"{percent or 0}%（{count} 家）")
        for label, count, percent in bars
    ]
    return "\n".join([f"现在的结果（{total} 家店）：", *lines])


def already_done(on: date) -> str:
    return f"您在 {day(on)}已填写过这份调查，谢谢。"


ALREADY_DONE = "您已填写过这份调查，谢谢。"
"""For an anonymous survey, whose day of answering is not stored."""


def closed(on: date, manager: str = "") -> str:
    """The survey is closed. `manager` is the customer manager's name.

    >>> closed(date(2026, 9, 30), "陈志强")
    '这份调查已于 9 月 30 日结束，谢谢您。想提意见可直接留言，陈经理会收到。'
    """
    who = f"{family_name(manager) or manager}经理" if is_visible(manager) else "客户经理"
    return f"这份调查已于 {day(on)}结束，谢谢您。想提意见可直接留言，{who}会收到。"


def not_open_yet(on: date) -> str:
    return f"这份调查 {day(on)}开始，到时请再来，谢谢您。"


NOT_FOR_YOU = "这份调查这次没有选到您的店，谢谢您。有事可直接留言。"
LEFT = "好的，想填时回复“调查”。"
"""To somebody who leaves the list of open surveys without choosing one."""

NONE_OPEN = "现在没有要填的调查。有事可直接留言。"
UNKNOWN_SURVEY = "没有找到这份调查，可能已经结束。回复“调查”看看现在有哪些。"
BIND_FIRST = "请先绑定您的店：回复“绑定 许可证号 手机后四位”，再来填写。"
NOT_FOR_MANAGERS = "调查由店主填写，您是客户经理，不用填。回复“帮助”看您能做什么。"


SEVERAL_OPEN = "有 {} 份调查等您填写，回复数字选一份："


def one_waits(title: str, minutes: int) -> str:
    """One open survey that waits.

    >>> one_waits("满意度调查", 2)
    '有一份 2 分钟的《满意度调查》等您填写，回复“调查”开始。'
    """
    return f"有一份 {minutes} 分钟的《{title}》等您填写，回复“调查”开始。"


def several_wait(count: int) -> str:
    return f"有 {count} 份调查等您填写，回复“调查”开始。"


def invitation(title: str) -> str:
    """To a shop that has not answered; staff may rewrite it."""
    return f"请您填写《{title}》，回复“调查”开始，随时可以退出、接着填。"


def results_there(title: str, url: str) -> str:
    """To whoever answered, when the author promised to publish the results.

    >>> results_there("满意度调查", "https://x.cn/m/surveys/1/results")
    '您填写过的《满意度调查》结果已公布，点开看看：https://x.cn/m/surveys/1/results 谢谢您。'
    """
    return f"您填写过的《{title}》结果已公布，点开看看：{url} 谢谢您。"
