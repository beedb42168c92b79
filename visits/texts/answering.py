"""Texts to shops and managers when requests are answered."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from visits.models.answers import Way
from visits.texts.times import when

NO_SUCH = "没有这条留言。"
#: To a customer manager, whose shop may have been given to another while they wrote. It tells nobody which of the two.
NOT_HERE = "没有这条留言，或者现在由别的同事负责。"
EMPTY = "请写上要发的内容。"
NOT_AGAIN = "这一页已经发过别的内容，请刷新后再写。"
FOR_MANAGERS = "这里是客户经理用的。"
NOBODYS = "还不知道是哪家店"
PICTURE_KINDS = "图片请用 JPG、PNG 或 GIF。"
ONLY_THESE_KINDS = "回复店主请发文字、图片或语音。"
NO_SUCH_MOMENT = "请选一个以后的时间，最多 30 天。"
PHONE_NEEDS_WORDS = "请写一句电话里说了什么。"
GONE = "对方已取消关注，微信里收不到回复。请打电话，再记一笔“已电话联系”。"
ERASED = "这里的个人信息已按要求删除，不能再接着说。统计数字没有变。"
#: The writer's name where no customer manager answers.
SERVICE = "客服"

NOTED = "已记下备注，店主看不到。"
CALLED = "已记下电话联系。"
CLOSED = "已完结。"
REOPENED = "已重开。"
TRANSFERRED = "已转交，时限不变。"
TRANSFERRED_UNTOLD = "已转交，时限不变。微信里通知不到对方，请您打电话转告。"
NONE_TICKED = "请先在列表里选留言。"
NO_NEXT = "这个列表里没有下一条了。"
AWAKE = "已放回待办。"
NO_SUCH_CATEGORY = "请选一个类别。"
NEW_MEANWHILE = "您打开列表后来了新消息，请打开看过再办。"
CHANGED_SINCE = "刚刚有人又处理过，没有撤销。请看过再办。"
LISTEN = "已发到您的微信，请回到聊天里听。"
KEPT_AS_PHRASE = "已存进您的常用语。"
PHRASE_DROPPED = "已删除。"
PHRASE_NEEDS_WORDS = "请先在上面写好，再存为常用语。"
TO_MINE = "看我的留言"
NO_VOICE = "这条留言里没有语音。"
NO_SUCH_BUTTON = "没有这个操作，请刷新后再试。"
DONE_FOR_YOU = "已办结"
CARD_NONE = "有事请说，客户经理会收到"
CARD_PHRASES = "答复时点一下就填好"

# With a request's number, a name, or a text in their gaps
FILL_IN = "{{{}}} 还没有填上，请改好再发。"
LONG_NOTE = "备注最多 {} 个字。"
IS_CLOSED = "#{} 已完结。要接着回复，请先重开。"
CLOSED_MEANWHILE = "已经完结了。"
NOT_CLOSED = "#{} 没有完结，不用重开。"
ANSWER_FIRST = "#{} 还没有答复过。请先答复，或选“不用回复”。"
OTHER_IS_OPEN = "这家店已有新的留言 #{}，请在那里回复。"
BY_PHONE = "已电话联系：{}"
SNOOZED = "{} 再放回待办。答复时限不变。"
CATEGORISED = "类别改为“{}”。"
LISTEN_IN_CHAT = "微信现在不让往您的聊天里发语音。请到聊天里回复“{} 听”。"

KINDS = {"image": "[图片]", "voice": "[语音]", "video": "[视频]", "location": "[位置]", "link": "[链接]"}
SCORES = {1: "满意", 2: "一般", 3: "不满意"}
HOW_CLOSED = {
    "done": "已完结",
    "no_reply_needed": "不用回复",
    "quiet": "对方没有再回话",
    "void": "已作废",
    "erased": "已按要求删除",
}


def phrase_overtaken(kept: str) -> str:
    """To a manager whose canned answer was changed elsewhere while they edited it.

    >>> phrase_overtaken("明早到")
    '这条刚刚在别处改过，您写的还没有存。现在存着的是：“明早到”。再按一次“保存”就换成您写的。'
    """
    return f"这条刚刚在别处改过，您写的还没有存。现在存着的是：“{kept}”。再按一次“保存”就换成您写的。"


def rated(score: int | None, comment: str) -> str:
    """The shop's rating, in a line of its own.

    >>> rated(3, "太慢了"), rated(1, ""), rated(None, "")
    ('不满意：“太慢了”', '满意', '')
    """
    return SCORES.get(score or 0, "") + (f"：“{comment}”" if comment else "")


def answer(name: str, content: str) -> str:
    """An answer as the shop reads it."""
    return f"{name}：{content}"


def too_long(over: int) -> str:
    return f"太长了，微信一条放不下：请删去约 {over} 个字，或分两次发。"


def said(kind: str, content: str, longest: int = 40) -> str:
    """A message in short, for a list or a quotation."""
    line = " ".join(content.split())
    line = line if len(line) <= longest else f"{line[: longest - 1]}…"
    return f"{KINDS[kind]}{line}" if kind in KINDS else line


def overtaken(lines: Iterable[str]) -> str:
    """To a writer: what came in while they were writing."""
    return "您写的时候有了新消息：\n" + "\n".join(lines)


def handed_on_meanwhile(name: str) -> str:
    """To somebody who hands on a request: somebody else did while this page was open."""
    now_with = f"刚刚转给了{name}" if name else "刚刚放回了待分派"
    return f"这条留言{now_with}，还没有按您的转。看过后仍要转，请再点一次“转交”。"


def many_transferred(count: int, name: str, overtaken: Sequence[int], *, is_told: bool) -> str:
    """How many requests were handed on, and the numbers of those somebody else had handed on meanwhile."""
    left = f"{'、'.join(f'#{each}' for each in overtaken)} 刚刚被别人转走，没有再转。" if overtaken else ""
    if not count:
        return f"没有转：{left}" if left else f"没有转：选的留言已完结，或已经由{name}负责。"
    if not is_told:
        return f"{count} 条留言已转给{name}，时限不变。微信里通知不到{name}，请您打电话转告。{left}"
    return f"{count} 条留言已转给{name}，时限不变，会一并通知。{left}"


def many_done(said: str, count: int, refused: Mapping[int, str]) -> str:
    """What was done to many requests, and to which it was not, with the reason.

    >>> many_done("已完结", 2, {103: "#103 还没有答复过。", 104: "没有这条留言。"})
    '已完结 2 条。没有办的：#103 还没有答复过。#104：没有这条留言。'
    """
    reasons = "".join(
        reason if reason.startswith(f"#{number}") else f"#{number}：{reason}" for number, reason in refused.items()
    )
    left = f"没有办的：{reasons}" if refused else ""
    return f"{said} {count} 条。{left}" if count else left


def card_of_manager(count: int, overdue: int) -> str:
    if not count:
        return "没有待办"
    return f"待办 {count} 条" + (f"，已超时 {overdue} 条" if overdue else "")


def card_to_tell(count: int) -> str:
    """On a manager's own page: shops that a push did not reach.

    >>> card_to_tell(2)
    '2 家没收到推送，请告诉一声'
    """
    return f"{count:,} 家没收到推送，请告诉一声"


def card_of_shop(is_open: bool, is_answered: bool) -> str:
    if not is_open:
        return "上次的已办结，还有事可以接着说"
    return "已答复，可以接着说" if is_answered else "已收到，等客户经理答复"


def promised(name: str, due_at: datetime | None, *, now: datetime, zone: ZoneInfo) -> str:
    """To a shop that waits: who answers, and until when."""
    if due_at is None or due_at <= now:
        return f"已收到，正在催{name}答复"
    return f"已收到，{name}会在{when(due_at, now=now, zone=zone)} 前答复您"


def foreseen(way: Way, left: int, until: datetime | None, *, now: datetime, zone: ZoneInfo) -> str:
    """Before sending: which way the answer will go, how many messages are left, and until when."""
    match way:
        case Way.MESSAGE:
            last = f"，到{when(until, now=now, zone=zone)} 为止" if until else ""
            return f"微信里还能发 {left} 条{last}。" if left > 1 else f"微信里只能再发 1 条{last}，请一次说完。"
        case Way.NOTICE:
            return f"{shut(until, now)}，会改发服务通知，对方点开即可看到。"
        case Way.LATER:
            return f"{shut(until, now)}，要等对方下次来消息时才能送达。着急请打电话。"
        case Way.NEVER:
            return "对方已取消关注，微信里收不到回复。请打电话。"


def urgent(overdue: int, soon: int) -> str:
    """What is urgent in an inbox; empty where nothing is."""
    parts = [f"已超时 {overdue} 条"] if overdue else []
    parts += [f"1 小时内到期 {soon} 条"] if soon else []
    return "，".join(parts)


def window_in_list(is_following: bool, is_open: bool, until: datetime | None, *, now: datetime, zone: ZoneInfo) -> str:
    """What a manager should know of the reply window in a list: nothing, as long as there is time."""
    if not is_following:
        return "对方已取消关注，请打电话"
    if not is_open:
        return shut(until, now)
    if until is not None and until - now < NEARLY_SHUT:
        return f"微信只能回复到{when(until, now=now, zone=zone)}"
    return ""


def shut(until: datetime | None, now: datetime) -> str:
    """Why WeChat accepts no more messages: its window is closed, or still open with its sends used up."""
    return "微信允许的条数已用完" if until is not None and until > now else "已过微信 48 小时回复期"


#: From here on the end of the reply window is mentioned.
NEARLY_SHUT = timedelta(hours=6)
#: On the button that sends an answer.
#: The button beside the box to write in. Short: the box needs the width; the line below says which way it goes.
SEND = {Way.MESSAGE: "发送", Way.NOTICE: "发送", Way.LATER: "先存下"}


def sent_by(way: Way, why: str) -> str:
    """To the manager on a page that names the request itself, once an answer is on its way.

    >>> sent_by(Way.MESSAGE, ""), sent_by(Way.LATER, "已过微信 48 小时回复期")
    ('已发出。', '已过微信 48 小时回复期，已存下，等对方下次来消息时送达。着急请打电话。')
    """
    if way is Way.NOTICE:
        return f"{why}，已改发服务通知，对方点开即可看到。"
    return f"{why}，已存下，等对方下次来消息时送达。着急请打电话。" if way is Way.LATER else "已发出。"


STATES = {
    "pending": "发送中",
    "sending": "发送中",
    "sent": "已发送",
    "delivered": "服务通知已送达",
    "held": "等对方下次来消息时送达",
    "unsure": "不确定对方是否收到，请电话确认",
    "cancelled": "已取消",
}


def state(state: str, channel: str | None, attempts: int, explained: str, until: str) -> str:
    """The state of an answer's delivery in words; `until` is the moment a delayed one is tried again."""
    if state == "failed":
        return f"没有送达：{explained}" if explained else "没有送达"
    if state == "sent" and channel == "template":
        return "已改发服务通知"
    if state == "pending" and attempts:
        return "没发出去，稍后自动再试"
    if state == "pending" and until:
        return f"等到{until}再发"
    return STATES.get(state, state)


def quoted(name: str, words: str, is_note: bool) -> str:
    """A message in a list of a request's last messages."""
    return f"{name or '店主'}{'（备注）' if is_note else ''}：{words}"
