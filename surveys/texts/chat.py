"""Every sentence said to a retailer about surveys. Short, one thing at a time, the way on in the last line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

from foundation.text import is_visible
from people.rules import family_name, salutation


class Asked(Protocol):
    """What a question must tell to be asked."""

    @property
    def type(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def labels(self) -> Sequence[str]: ...
    @property
    def other(self) -> bool: ...
    @property
    def min(self) -> int | Decimal | None: ...
    @property
    def max(self) -> int | Decimal | None: ...
    @property
    def decimals(self) -> int: ...
    @property
    def required(self) -> bool: ...


LONGEST_ANSWER = 500
"""Characters of a text answer."""


def day(on: date) -> str:
    """
    >>> day(date(2026, 9, 30))
    '9 月 30 日'
    """
    return f"{on.month} 月 {on.day} 日"


# Beginning, pausing, ending


def intro(title: str, questions: int, minutes: int) -> str:
    """
    >>> intro("三季度服务满意度调查", 6, 2)
    '《三季度服务满意度调查》共 6 题，约 2 分钟。随时回复“退出”，下次接着填。'
    """
    return f"《{title}》共 {questions} 题，约 {minutes} 分钟。随时回复“退出”，下次接着填。"


def opening(
    title: str, questions: int, minutes: int, *, says: str = "", is_anonymous: bool = False, page: str = ""
) -> str:
    """All that stands in front of the first question: `says` is the author's own sentence, `page` the address of the
    same survey on a page.

    >>> print(opening("新品调查", 1, 1, says="帮我们选个好卖的。", is_anonymous=True))
    《新品调查》共 1 题，约 1 分钟。随时回复“退出”，下次接着填。
    帮我们选个好卖的。
    这份调查不记名，结果里看不出是哪家店。
    """
    lines = (
        intro(title, questions, minutes),
        says,
        ANONYMOUS if is_anonymous else "",
        on_a_page(page) if page else "",
    )
    return "\n".join(line for line in lines if line)


ANONYMOUS = "这份调查不记名，结果里看不出是哪家店。"


def on_a_page(url: str) -> str:
    """The same survey, for who would rather tap than type."""
    return f"也可以点开网页填：{url}"


def welcome_back(title: str, left: int) -> str:
    return f"接着填《{title}》，还剩 {left} 题。"


def paused(left: int) -> str:
    return f"已为您保存，还剩 {left} 题。回复“调查”可接着填。"


def left_over(left: int) -> str:
    """The same without its end, where the chat itself says how to go on.

    >>> left_over(3)
    '刚才的调查还剩 3 题，'
    """
    return f"刚才的调查还剩 {left} 题，"


def submitted(keeper: str = "", results_on: date | None = None) -> str:
    """`keeper` is the shop's keeper by name, thanked by surname.

    >>> submitted("王建国", date(2026, 10, 8))
    '已提交，谢谢王老板。10 月 8 日公布结果，届时告诉您。'
    >>> submitted()
    '已提交，谢谢您。'
    """
    thanks = f"已提交，谢谢{polite(keeper)}。"
    return thanks + (f"{day(results_on)}公布结果，届时告诉您。" if results_on else "")


def polite(keeper: str) -> str:
    """
    >>> polite("王建国"), polite("欧阳明"), polite("")
    ('王老板', '欧阳老板', '您')
    """
    return salutation(keeper) if is_visible(keeper) else "您"


def poll(total: int | None, bars: Iterable[tuple[str, int | None, int | None]]) -> str:
    """The running result of a poll; each bar is a label, how many chose it and which share in percent, None where
    that would tell who.

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
"""For an anonymous survey, of which nobody keeps the day."""


def closed(on: date, manager: str = "") -> str:
    """`manager` is the customer manager by name.

    >>> closed(date(2026, 9, 30), "陈志强")
    '这份调查已于 9 月 30 日结束，谢谢您。想提意见可直接在这里留言，陈经理会收到。'
    """
    who = f"{family_name(manager) or manager}经理" if is_visible(manager) else "客户经理"
    return f"这份调查已于 {day(on)}结束，谢谢您。想提意见可直接在这里留言，{who}会收到。"


def not_open_yet(on: date) -> str:
    return f"这份调查 {day(on)}开始，到时请再来，谢谢您。"


NOT_FOR_YOU = "这份调查这次没有选到您的店，谢谢您。有事可直接在这里留言。"
LEFT = "好的，想填时回复“调查”。"
"""Said to who leaves the list of open surveys without choosing one."""

NONE_OPEN = "现在没有要填的调查。有事可直接在这里留言。"
UNKNOWN_SURVEY = "没有找到这份调查，可能已经结束。回复“调查”看看现在有哪些。"
BIND_FIRST = "请先绑定您的店：回复“绑定 许可证号 手机后四位”，再来填写。"
NOT_FOR_MANAGERS = "调查由店主填写，您是客户经理，不用填。回复“帮助”看您能做什么。"


def several_open(titles: Iterable[str]) -> str:
    """
    >>> print(several_open(["满意度调查", "新品调查"]))
    有 2 份调查等您填写，回复数字选一份：
    1 满意度调查
    2 新品调查
    """
    lines = [f"{n} {title}" for n, title in enumerate(titles, start=1)]
    return "\n".join([f"有 {len(lines)} 份调查等您填写，回复数字选一份：", *lines])


CHOOSE_ONE = "请回复上面的一个数字，或回复“退出”。"


def one_waits(title: str, minutes: int) -> str:
    """
    >>> one_waits("满意度调查", 2)
    '有一份 2 分钟的《满意度调查》等您填写，回复“调查”开始。'
    """
    return f"有一份 {minutes} 分钟的《{title}》等您填写，回复“调查”开始。"


def several_wait(count: int) -> str:
    return f"有 {count} 份调查等您填写，回复“调查”开始。"


def invitation(title: str) -> str:
    """Sent to a shop that has not answered; staff may write it anew."""
    return f"请您填写《{title}》，回复“调查”开始，随时可以退出、接着填。"


def results_there(title: str, url: str) -> str:
    """Sent to who answered, when the author promised to publish the results.

    >>> results_there("满意度调查", "https://x.cn/m/surveys/1/results")
    '您填写过的《满意度调查》结果已公布，点开看看：https://x.cn/m/surveys/1/results 谢谢您。'
    """
    return f"您填写过的《{title}》结果已公布，点开看看：{url} 谢谢您。"


# Asking


def question(asked: Asked, position: int, total: int, previous: str = "", full: Collection[int] = ()) -> str:
    """One question as a message; `previous` is the answer already given, in words, when the person came back to it,
    `full` the places (from 1) of options that nobody can choose any more.

    The options are numbered by their place in the list, whatever their codes.
    """
    said = f"原来{_verb(asked.type)}：{shortened(previous)}；重新回复即可更改" if previous else ""
    hint = "" if previous else hints(asked)
    lines = [f"{position}/{total} {asked.text}" + (f"（{said or hint}）" if said or hint else "")]
    lines += [f"{n} {label}" + ("（已满）" if n in full else "") for n, label in enumerate(asked.labels, start=1)]
    if asked.other:
        lines.append("0 其他（如：0 价格牌）")
    if not asked.required:
        lines.append("可回复“跳过”")
    return "\n".join(lines)


def hints(asked: Asked) -> str:
    """How to reply, for the brackets behind the question; empty where the question says it itself."""
    if asked.type == "multiple":
        return f"{how_many(asked.min, asked.max) or '可选多项'}，如：{_example(asked)}"
    if asked.type == "rating":
        return "" if "1-5" in asked.text else "1-5，5 分最好"
    if asked.type == "nps":
        return "" if "0-10" in asked.text else "0-10，10 分最愿意"
    if asked.type == "number":
        return f"回复{numbers(asked)}"
    if asked.type == "text":
        return "请直接回复文字"
    if asked.type == "photo":
        return "请直接发一张照片"
    return ""


def chosen(words: str) -> str:
    """The echo that lets a person see a slip.

    >>> chosen("送货时间、上门拜访")
    '已选：送货时间、上门拜访。'
    """
    return f"已选：{shortened(words)}。"


def shortened(words: str, longest: int = 60) -> str:
    """
    >>> shortened("一二三四五六", 4)
    '一二三…'
    """
    return words if len(words) <= longest else words[: longest - 1] + "…"


def _verb(kind: str) -> str:
    return {"single": "选了", "multiple": "选了", "rating": "打了", "nps": "打了", "photo": "发了"}.get(kind, "答了")


def how_many(least: int | Decimal | None, most: int | Decimal | None) -> str:
    if least is not None and most is not None:
        return f"选 {least} 项" if least == most else f"选 {least} 到 {most} 项"
    if most is not None:
        return f"最多选 {most} 项"
    return f"至少选 {least} 项" if least is not None else ""


def _example(asked: Asked) -> str:
    if asked.max == 1 or len(asked.labels) == 1:
        return "1"
    return "1 3" if len(asked.labels) > 2 else "1 2"


def numbers(asked: Asked) -> str:
    kind = f"数字，最多 {asked.decimals} 位小数" if asked.decimals else "整数"
    if asked.min is not None and asked.max is not None:
        return f" {asked.min} 到 {asked.max} 的{kind}"
    if asked.min is not None:
        return f"不小于 {asked.min} 的{kind}"
    return f"不大于 {asked.max} 的{kind}" if asked.max is not None else kind


# Not understood: what to do instead, and the ways out in the last line


def ways_on(asked: Asked) -> str:
    return "也可以回复“上一题”“退出”“人工”。" if asked.required else "也可以回复“上一题”“跳过”“退出”“人工”。"


def not_understood(asked: Asked) -> str:
    """For a reply that fits none of the answers of this kind of question."""
    if asked.type == "single":
        said = f"请回复选项前的一个数字，1 到 {len(asked.labels)}。" + (OTHER_TOO if asked.other else "")
    elif asked.type == "multiple":
        said = f"请回复选项前的数字，中间空一格，如：{_example(asked)}。" + (OTHER_TOO if asked.other else "")
    elif asked.type == "rating":
        said = "请回复 1 到 5 的数字。"
    elif asked.type == "nps":
        said = "请回复 0 到 10 的数字。"
    elif asked.type == "number":
        said = f"请回复{numbers(asked)}。"
    elif asked.type == "photo":
        said = "这一题请发一张照片：点右下角的 +，再点相册或拍摄。"
    else:
        said = "这一题请回复文字。"
    return said + ways_on(asked)


OTHER_TOO = "都不是请回复 0 和内容，如：0 价格牌。"
OTHER_NEEDS_WORDS = "请在 0 后面写上内容，如：0 价格牌。"
VOICE_NOT_WANTED = "这一题听不了语音。"
PICTURE_NOT_WANTED = "图片收到了，不过这一题要回复文字或数字。"


def two_readings(*both: Sequence[int]) -> str:
    """
    >>> two_readings([13], [1, 3])
    '没分清是 13 还是 1 和 3。是前一种请回复“第13”，后一种请回复“1 3”。'
    """
    one, two = ("、".join(map(str, reading[:-1])) + " 和 " * (len(reading) > 1) + str(reading[-1]) for reading in both)
    first_reply, second_reply = (("第" if len(reading) == 1 else "") + " ".join(map(str, reading)) for reading in both)
    return f"没分清是 {one} 还是 {two}。是前一种请回复“{first_reply}”，后一种请回复“{second_reply}”。"


def number_and_words_differ(place: int, label: str) -> str:
    return f"编号和文字对不上：{place} 是{label}。请只回复编号。"


def too_many(most: int, given: int) -> str:
    return f"最多选 {most} 项，您选了 {given} 项，请重新选。"


def too_few(least: int, given: int) -> str:
    return f"至少选 {least} 项，您选了 {given} 项，请重新选。"


def too_long(given: int) -> str:
    return f"写得有点长，请控制在 {LONGEST_ANSWER} 字以内（现在 {given} 字）。"


def too_many_photos(most: int) -> str:
    return f"最多发 {most} 张照片。"


WHOLE_NUMBER = "请回复整数，不带小数。"


def out_of_bounds(asked: Asked) -> str:
    return f"请回复{numbers(asked)}。{ways_on(asked)}"


def after_three_tries(asked: Asked) -> str:
    """Said instead of a third correction, so that nobody goes round in circles."""
    skip = "可以先回复“跳过”，" if not asked.required else ""
    return f"这一题不好填的话，{skip}或回复“人工”请客户经理帮您；回复“退出”下次再填。"


# Commands

FIRST_QUESTION = "这已经是第一题了。"
MUST_ANSWER = "这一题需要您回答，不能跳过。"


def progress(position: int, total: int) -> str:
    """
    >>> progress(3, 8)
    '现在是第 3 题，共 8 题。'
    """
    return f"现在是第 {position} 题，共 {total} 题。"


HELP = (
    "回复选项前的数字作答。“上一题”改前面的，“跳过”略过可不填的，“进度”看还剩几题，“退出”保存后离开，“人工”找客户经理。"
)
SKIPPED = "已跳过。"
