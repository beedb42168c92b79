"""Texts to managers when a promise is in danger, or broken."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from visits.models.deadlines import Promise
from visits.models.requests import FIRST_NUMBER
from visits.texts.times import full

#: Lines of a notice about several requests.
MOST_LINES = 6
NO_SHOP = "未绑定的关注者"
#: What each promise demands; all others demand an answer.
WHAT: dict[str, str] = {Promise.HANDING_OVER: "转告负责人", Promise.CLOSING: "办结"}


@dataclass(frozen=True, slots=True)
class Warned:
    """Escalation step of one request, as its notice tells it."""

    request_id: int
    shop: str
    owner: str
    step: str
    promise: str
    due_at: datetime
    owner_id: int | None = None
    escalation_id: int = 0

    @property
    def number(self) -> int:
        return self.request_id + FIRST_NUMBER


def one(warned: Warned, *, is_owner: bool, now: datetime, zone: ZoneInfo) -> str:
    """The notice about one request, worded so that it is true at `now` and still when it is read days later.

    >>> now, china = datetime.fromisoformat("2026-11-24T03:20+08:00"), ZoneInfo("Asia/Shanghai")
    >>> due = datetime.fromisoformat("2026-11-24T15:20+08:00")
    >>> half = Warned(28, "城南便利店", "陈志强", "half", "first_answer", due)
    >>> one(half, is_owner=True, now=now, zone=china)
    '【截止 11 月 24 日 15:20】#128 城南便利店还没有答复。直接回复“128 内容”即可。'
    >>> late = Warned(28, "城南便利店", "陈志强", "due", "first_answer", due)
    >>> one(late, is_owner=False, now=due, zone=china)
    '【已超时】#128 城南便利店，应于 11 月 24 日 15:20 前答复，负责人陈志强，请帮忙催办。'
    """
    due, shop = full(warned.due_at, zone), f"#{warned.number} {warned.shop}"
    what = WHAT.get(warned.promise, "答复")
    if warned.step == "window":
        return f"【回复期到 {due}】{shop}：过了微信回复期只能改发服务通知。{_how(warned)}"
    if warned.step == "spent":
        then = "微信允许的条数已用完，答复会改发服务通知，或等对方下次来消息时送达。"
        return f"【{_why(warned, now)}】{shop}：{then}{_how(warned)}"
    if warned.step in ("due", "late"):
        who = "" if is_owner else f"，负责人{warned.owner}" if warned.owner else "，还没有人负责"
        then = f"。{_how(warned)}" if is_owner else "，请帮忙催办。" if warned.owner else "，请安排。"
        return f"【{_why(warned, now)}】{shop}，应于 {due} 前{what}{who}{then}"
    whose = "" if is_owner else "，还没有人负责"
    return f"【截止 {due}】{shop}还没有{what}{whose}。{_how(warned)}"


def several(those: list[Warned], *, now: datetime) -> str:
    """The notice about several requests, the worst first. Without moments: the list behind 待办 has them.

    >>> due = datetime.fromisoformat("2026-11-24T15:20+08:00")
    >>> those = [Warned(n, "城南便利店", "", step, "first_answer", due) for n, step in ((28, "near"), (29, "window"))]
    >>> several(those, now=due.replace(hour=9)).splitlines()[1:3]
    ['【还没答复】#128 城南便利店', '【注意回复期】#129 城南便利店']
    """
    lines = [f"【{_why(each, now)}】#{each.number} {each.shop}" for each in those[:MOST_LINES]]
    rest = len(those) - MOST_LINES
    more = f"…还有 {rest} 条。" if rest > 0 else ""
    return "\n".join([f"有 {len(those)} 条留言等着处理：", *lines, f"{more}回复“待办”看全部。"])


def _why(warned: Warned, now: datetime) -> str:
    if warned.step == "window":
        return "注意回复期"
    if warned.step == "spent":
        return "回复条数用完"
    return "已超时" if warned.due_at <= now else f"还没{WHAT.get(warned.promise, '答复')}"


def _how(warned: Warned) -> str:
    return f"直接回复“{warned.number} 内容”即可。"
