"""Texts of a customer manager's chat desk: what waits, which request is meant, what was done, and how to write it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from visits.models.answers import Way
from visits.texts.answering import overtaken
from visits.texts.notices import answers
from visits.texts.notices import group as called
from visits.texts.times import late, span, when

# With requests' numbers in their gaps
IS_CLOSED_IN_CHAT = "#{0} 已完结。要接着回复，请先回复“{0} 重开”。"
ONE_AT_A_TIME = "一次只回一条，没有发出。请分开写，如：{} 内容，再写 {} 内容。"
NO_VOICE_NOW = "#{} 已过微信回复期，语音发不出去。请改用文字，或打电话。"

VERBS = {"close": "完结", "no_reply_needed": "不用回复", "called": "已电话"}


def sent(number: int, shop: str, way: Way, why: str, took: float | None, *, is_first: bool) -> str:
    """To the manager, once an answer is on its way; `why` is what `answering.shut` says of another way."""
    used = ""
    if took is not None and is_first:
        used = f"（用时 {span(took)}）" if took >= 60 else "（用时不到 1 分钟）"
    if way is Way.NOTICE:
        return f"#{number} {why}，已改发服务通知，对方点开即可看到。"
    if way is Way.LATER:
        return f"#{number} {why}，已存下，等{shop}下次来消息时送达。着急请打电话。"
    return f"已发给{shop}{used}。完结请回复“{number} 完结”。"


def listing(lines: Sequence[str], more: int, overdue: int, address: str) -> str:
    """The list of open requests, the most urgent first."""
    link = f'<a href="{address}">打开收件箱</a>' if address else ""
    if not lines:
        return f"现在没有待办的留言。{link}"
    head = f"待办 {len(lines) + more} 条" + (f"，已超时 {overdue} 条" if overdue else "")
    tail = f"另有 {more} 条。" if more else ""
    how = f"回复“编号 内容”答复，如：{_first_number(lines)} 明天送到"
    return "\n".join([f"{head}：", *lines, *([tail + link] if tail or link else []), how])


def list_line(number: int, shop: str, group: str, words: str, due: str) -> str:
    who = answers(shop, called(group) if group else "")
    return f"#{number} {who}：{words}（{due}）"


def due_words(due_at: datetime | None, *, is_waiting: bool, now: datetime, zone: ZoneInfo) -> str:
    """Until when somebody must act, for a list."""
    if is_waiting:
        return "等对方回话"
    if due_at is None:
        return "待处理"
    return f"{when(due_at, now=now, zone=zone)} 前" if due_at > now else late((now - due_at).total_seconds())


def chosen(number: int, shop: str, lines: Iterable[str], way: str, address: str) -> str:
    """A request was chosen: its last messages, and how to go on."""
    link = f'<a href="{address}">查看全部</a>' if address else ""
    return "\n".join([f"#{number} {shop} {link}".rstrip(), *lines, way, "现在直接写，就是回复它；回复“退出”结束。"])


def ask_which(lines: Sequence[str]) -> str:
    """To a manager whose text or picture names no request."""
    if not lines:
        return "现在没有待办的留言，没有发出。要找某一条，请带上编号，如：128 内容"
    if len(lines) == 1:
        return f"是回复这一条吗？\n{lines[0]}\n是，请回复 {_first_number(lines)}；不是就不用管，没有发出。"
    return "发给谁？回复编号就发出：\n" + "\n".join(lines)


def ask_number_or_text(number: int, shop: str, chosen: int, chosen_shop: str) -> str:
    """To a manager whose text begins with another request's number while one is chosen."""
    return f"{number} 是编号，还是要发的内容？\n1 发给 #{number} {shop}\n2 整句发给 #{chosen} {chosen_shop}"


def ask_again(came: Iterable[str], draft: str) -> str:
    return f"{overtaken(came)}\n还要发您写的“{draft}”，请回复 1；不发就不用管。"


def settle_again(came: Iterable[str], what: str) -> str:
    """To a manager who wanted to close a request without having seen everything written in it."""
    return "\n".join(["还有您没看到的新消息：", *came, f"看过了，还是“{what}”，请回复 1；要答复就直接写编号和内容。"])


def transferred_now(number: int, name: str, *, is_told: bool) -> str:
    untold = "" if is_told else f"\n微信里通知不到{name}，请您打电话转告。"
    return f"#{number} 已转给{name}，时限不变。{untold}"


def help_of_manager(number: int | None, count: int, overdue: int, chosen: str, address: str) -> str:
    """What a customer manager can do in the chat, with one of their requests as the example; `chosen` is the one that
    what they write now would answer."""
    each = number or 128
    late = f"，已超时 {overdue} 条" if overdue else ""
    return "\n".join(
        [
            *([f"正在回复 {chosen}，直接写就发出；回复“退出”结束。"] if chosen else []),
            f"待办 {count} 条{late}。这样回复：" if count else "现在没有待办。店主留言会通知您，这样回复：",
            f"{each} 明天送到 → 答复",
            f"{each} → 选中，接着直接写或发图",
            f"{each} 完结、{each} 不用回复",
            f"{each} 转 林小燕、{each} 稍后 2小时",
            f"{each} 备注 …、{each} 已电话 …",
            "待办、群发、拜访、常用语",
            *([f'<a href="{address}">打开收件箱</a>'] if address else []),
        ]
    )


def awaiting(count: int) -> str:
    """To a manager who follows again, or was just bound; empty where nothing waits.

    >>> awaiting(2), awaiting(0)
    ('有 2 条留言等着您答复，回复“待办”就能看到。', '')
    """
    return f"有 {count} 条留言等着您答复，回复“待办”就能看到。" if count else ""


def _first_number(lines: Sequence[str]) -> str:
    return lines[0].partition(" ")[0].lstrip("#")
