"""What managers read when a promise is in danger, or broken."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from visits.models import Promise
from visits.texts.times import about, when

#: Lines of a notice about several requests.
MOST_LINES = 6
NO_SHOP = "未绑定的关注者"
#: What is to be done of a promise; an answer is of all others.
WHAT: dict[str, str] = {Promise.HANDING_OVER: "转告负责人", Promise.CLOSING: "办结"}


@dataclass(frozen=True, slots=True)
class Warned:
    """A step of one request, as it is told."""

    number: int
    shop: str
    owner: str
    step: str
    promise: str
    due_at: datetime


def one(warned: Warned, *, is_owner: bool, now: datetime, zone: ZoneInfo) -> str:
    """The notice about one request, as it is true at `now`.

    >>> now, china = datetime.fromisoformat("2026-11-24T03:20+08:00"), ZoneInfo("Asia/Shanghai")
    >>> due = datetime.fromisoformat("2026-11-24T15:20+08:00")
    >>> half = Warned(128, "城南便利店", "陈志强", "half", "first_answer", due)
    >>> one(half, is_owner=True, now=now, zone=china)
    '【剩 12 小时】#128 城南便利店还没有答复,截止今天 15:20。直接回复“128 内容”即可。'
    >>> late = Warned(128, "城南便利店", "陈志强", "due", "first_answer", due)
    >>> one(late, is_owner=False, now=due, zone=china)
    '【已超时】#128 城南便利店,应于今天 15:20 前答复,负责人陈志强,请帮忙催办。'
    """
    due = when(warned.due_at, now=now, zone=zone)
    what = WHAT.get(warned.promise, "答复")
    if warned.step == "window":
        then = f"微信回复期到{due},过后只能改发服务通知。"
        return f"{_head(warned, now)}#{warned.number} {warned.shop}:{then}{_how(warned)}"
    if warned.step == "spent":
        then = "微信允许的条数已用完,答复会改发服务通知,或等对方下次来消息时送达。"
        return f"{_head(warned, now)}#{warned.number} {warned.shop}:{then}{_how(warned)}"
    if warned.step in ("due", "late"):
        who = "" if is_owner else f",负责人{warned.owner}" if warned.owner else ",还没有人负责"
        then = f"。{_how(warned)}" if is_owner else ",请帮忙催办。" if warned.owner else ",请安排。"
        return f"{_head(warned, now)}#{warned.number} {warned.shop},应于{due} 前{what}{who}{then}"
    whose = "" if is_owner else ",还没有人负责"
    return f"{_head(warned, now)}#{warned.number} {warned.shop}还没有{what}{whose},截止{due}。{_how(warned)}"


def several(those: list[Warned], *, now: datetime) -> str:
    """The notice about several requests at once, the worst first."""
    lines = [f"{_head(each, now)}#{each.number} {each.shop}" for each in those[:MOST_LINES]]
    rest = len(those) - MOST_LINES
    more = f"…还有 {rest} 条。" if rest > 0 else ""
    return "\n".join([f"有 {len(those)} 条留言等着处理:", *lines, f"{more}回复“待办”看全部。"])


def _head(warned: Warned, now: datetime) -> str:
    left = (warned.due_at - now).total_seconds()
    if warned.step == "window":
        return f"【回复期剩 {about(left)}】" if left > 0 else "【回复期已过】"
    if warned.step == "spent":
        return "【回复条数用完】"
    if left > 0:
        return f"【剩 {about(left)}】"
    return f"【超时 {about(-left)}】" if -left >= 3600 else "【已超时】"


def _how(warned: Warned) -> str:
    return f"直接回复“{warned.number} 内容”即可。"
