"""Texts said while questions are asked and answered: short, one thing at a time, the way on in the last line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from foundation.text import shortened
from questions.question import Question

LONGEST_ANSWER = 500
"""Characters of a text answer."""
_QUOTED = 60
"""Characters of an answer that is said back."""

PICTURES = "看图，也可以在那里作答"


# Asking


def pictures_on(url: str) -> str:
    """Where the pictures of a question are seen: the chat shows its words alone."""
    return f'<a href="{url}">{PICTURES}</a>'


def question(asked: Question, position: int, total: int, previous: str = "", full: Collection[int] = ()) -> str:
    """One question as a message; `previous` is the answer already given, in words, when the person came back to it,
    `full` the places (from 1) of full options.

    The options are numbered by their place in the list, whatever their codes.
    """
    said = f"原来{_verb(asked.type)}：{shortened(previous, _QUOTED)}；重新回复即可更改" if previous else ""
    hint = "" if previous else hints(asked)
    lines = [f"{position}/{total} {asked.text}" + (f"（{said or hint}）" if said or hint else "")]
    if asked.picture:
        lines.append(pictured(asked.picture.alt))
    for n, option in enumerate(asked.options, start=1):
        shown = pictured(option.picture.alt) if option.picture and option.picture.alt != option.label else ""
        lines.append(f"{n} {option.label}{shown}{'（已满）' if n in full else ''}")
    if asked.other:
        lines.append("0 其他（如：0 价格牌）")
    if not asked.required:
        lines.append("可回复“跳过”")
    return "\n".join(lines)


def pictured(alt: str) -> str:
    """What a picture shows, where only words can be sent.

    >>> pictured("货架第二层")
    '（图：货架第二层）'
    """
    return f"（图：{alt}）"


def hints(asked: Question) -> str:
    """How to reply, for the brackets after the question; empty where the question says it itself."""
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
    """The echo that lets a person notice a mistake.

    >>> chosen("送货时间、上门拜访")
    '已选：送货时间、上门拜访。'
    """
    return f"已选：{shortened(words, _QUOTED)}。"


def _verb(kind: str) -> str:
    return {"single": "选了", "multiple": "选了", "rating": "打了", "nps": "打了", "photo": "发了"}.get(kind, "答了")


def how_many(least: int | Decimal | None, most: int | Decimal | None) -> str:
    if least is not None and most is not None:
        return f"选 {least} 项" if least == most else f"选 {least} 到 {most} 项"
    if most is not None:
        return f"最多选 {most} 项"
    return f"至少选 {least} 项" if least is not None else ""


def _example(asked: Question) -> str:
    if asked.max == 1 or len(asked.labels) == 1:
        return "1"
    return "1 3" if len(asked.labels) > 2 else "1 2"


def numbers(asked: Question) -> str:
    kind = f"数字，最多 {asked.decimals} 位小数" if asked.decimals else "整数"
    if asked.min is not None and asked.max is not None:
        return f" {asked.min} 到 {asked.max} 的{kind}"
    if asked.min is not None:
        return f"不小于 {asked.min} 的{kind}"
    return f"不大于 {asked.max} 的{kind}" if asked.max is not None else kind


# Not understood: what to do instead, and the ways out in the last line


def ways_on(asked: Question) -> str:
    return "也可以回复“上一题”“退出”“人工”。" if asked.required else "也可以回复“上一题”“跳过”“退出”“人工”。"


def not_understood(asked: Question) -> str:
    """For a reply that fits none of the answers of this type of question."""
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
    """For a reply of digits without gaps that can be read in two ways.

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


def option_full(labels: Iterable[str]) -> str:
    """For a choice that is full."""
    return f"{'、'.join(f'“{label}”' for label in labels)}的名额已经满了，请选别的。"


def option_just_full(labels: Iterable[str]) -> str:
    """For a choice that was made while it was possible, and cannot be handed in."""
    return f"{'、'.join(f'“{label}”' for label in labels)}的名额刚刚满了，请改选别的；您填的其他题都还留着。"


WHOLE_NUMBER = "请回复整数，不带小数。"


def out_of_bounds(asked: Question) -> str:
    return f"请回复{numbers(asked)}。{ways_on(asked)}"


def after_three_tries(asked: Question) -> str:
    """In place of a third correction, so that nobody goes round in circles."""
    skip = "可以先回复“跳过”，" if not asked.required else ""
    return f"这一题不好填的话，{skip}或回复“人工”请客户经理帮您；回复“退出”下次再填。"


# Commands

FIRST_QUESTION = "这已经是第一题了。"
MUST_ANSWER = "这一题需要您回答，不能跳过。"


def progress(position: int, total: int) -> str:
    """Where somebody is among the questions.

    >>> progress(3, 8)
    '现在是第 3 题，共 8 题。'
    """
    return f"现在是第 {position} 题，共 {total} 题。"


HELP = (
    "回复选项前的数字作答。“上一题”改前面的，“跳过”略过可不填的，“进度”看还剩几题，“退出”保存后离开，“人工”找客户经理。"
)
SKIPPED = "已跳过。"
