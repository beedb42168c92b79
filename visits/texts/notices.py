"""Texts of notices to customer managers in WeChat about the requests they answer for.

A notice may wait for days until its manager is in touch: its moments carry their day, never 明天 or 还剩.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from visits.texts.times import full, span

#: Characters of a quotation: a notice is read on a phone, the whole text stands on its page.
QUOTED = 60
LONGEST_TITLE = 24
KINDS = {"image": "图片", "voice": "语音", "video": "视频", "location": "位置", "link": "链接"}


def quoted(kind: str, content: str) -> str:
    """A message in short and harmless: WeChat turns `<a …>` into a link wherever it stands.

    >>> quoted("text", "红七匹狼断货了"), quoted("image", ""), quoted("location", "南环路 8 号")
    ('“红七匹狼断货了”', '[图片]', '[位置] 南环路 8 号')
    >>> quoted("text", '<a href="http://x">点我</a>')
    '“＜a href=＂http://x＂>点我＜/a>”'
    """
    line = " ".join(content.split()).replace("<", "＜").replace('"', "＂")
    line = line if len(line) <= QUOTED else f"{line[: QUOTED - 1]}…"
    if kind == "text":
        return f"“{line}”"
    return f"[{KINDS.get(kind, '消息')}]{f' {line}' if line else ''}"


def shop(name: str, class_name: str, area: str) -> str:
    """A shop as a manager knows it.

    >>> shop("城南便利店", "现代终端", "城区一片"), shop("", "", "")
    ('城南便利店（现代终端，城区一片）', '未绑定的关注者')
    """
    known = "，".join(each for each in (class_name, area) if each)
    return (f"{name}（{known}）" if known else name) or "未绑定的关注者"


def maybe(shop: str) -> str:
    """A writer who is not bound to the shop their request was given to.

    >>> maybe("城南便利店")
    '没绑定的人（可能是城南便利店）'
    """
    return f"没绑定的人（可能是{shop}）"


def answers(who: str, message: str) -> str:
    """A writer, and which message to many shops they answer, if any.

    >>> answers("城南便利店", "群发《换灯条》"), answers("城南便利店", "")
    ('城南便利店回群发《换灯条》', '城南便利店')
    """
    short = message if len(message) <= LONGEST_TITLE else f"{message[: LONGEST_TITLE - 2]}…》"
    return f"{who}回{short}" if short else who


def to_answer(
    number: int,
    who: str,
    what: str,
    due_at: datetime | None,
    *,
    title: str = "新留言",
    why: str = "",
    allowed: int | None = None,
    now: datetime,
    zone: ZoneInfo,
) -> str:
    """A request that its owner is to answer: the title says how it came to them, and `why` from whom.

    >>> from zoneinfo import ZoneInfo
    >>> now, due = datetime.fromisoformat("2026-11-23T15:20+08:00"), datetime.fromisoformat("2026-11-24T15:20+08:00")
    >>> to_answer(128, "城南便利店", "“断货了”", due, allowed=86400, now=now, zone=ZoneInfo("Asia/Shanghai"))
    '【新留言 #128】城南便利店：“断货了”\\n24 小时内答复，截止 11 月 24 日 15:20。直接回复“128 内容”。'
    """
    return f"【{title} #{number}】{who}：{what}\n{why}{_until(allowed, due_at, now, zone)}{_how(number, what)}"


def more(number: int, who: str, said: Sequence[tuple[str, str]]) -> str:
    """What a shop added to its request, several messages in one notice."""
    first, count = said[0], len(said)
    what = quoted(*first) if count == 1 else f"{quoted(*first)} 等 {count} 条"
    return f"【补充 #{number}】{who}：{what}\n{_how(number, what)}"


def remark(number: int, who: str, what: str, *, is_closed: bool) -> str:
    """What a shop wrote with its thanks, after an answer or a closing.

    >>> remark(128, "城南便利店", "“好的，我下午在店里”", is_closed=True)
    '【店主回话 #128】城南便利店：“好的，我下午在店里”\\n不计时，没有重开。要接着办，请回复“128 重开”。'
    """
    how = (
        f"不计时，没有重开。要接着办，请回复“{number} 重开”。"
        if is_closed
        else f"不计时。要回复，请写“{number} 内容”。"
    )
    return f"【店主回话 #{number}】{who}：{what}\n{how}"


def awake(number: int, who: str, *, is_waiting: bool) -> str:
    """A request that was snoozed until now.

    >>> awake(128, "城南便利店", is_waiting=False)
    '【到时间了 #128】城南便利店的留言回到待办，还没有答复。\\n直接回复“128 内容”。'
    """
    return f"【到时间了 #{number}】{who}的留言回到待办{'' if is_waiting else '，还没有答复'}。\n{_how(number)}"


def many_handed_on(count: int, numbers: Sequence[int], whys: Sequence[str], overdue: int) -> str:
    """Requests that come from other managers, all at once."""
    listed = "、".join(f"#{number}" for number in numbers)
    late = f"其中 {overdue} 条已超时。" if overdue else ""
    rest = " 等" if count > len(numbers) else ""
    return f"【转来 {count} 条留言】{'；'.join(whys)}。{late}\n{listed}{rest}。回复“待办”看全部。"


def moved_away(count: int, numbers: Sequence[int], to: str) -> str:
    """To the former owner: requests that moved along with their shops.

    >>> moved_away(1, [107], "林小燕")
    '【转走 #107】这家店换了客户经理，留言已转给林小燕，您不用再答复。'
    >>> moved_away(7, [107, 108], "林小燕")
    '【转走 7 条留言】这些店换了客户经理，留言已转给林小燕，您不用再答复。\\n#107、#108 等。'
    """
    whom = f"已转给{to}" if to else "已交给办公室分派"
    if count == 1:
        return f"【转走 #{numbers[0]}】这家店换了客户经理，留言{whom}，您不用再答复。"
    listed = "、".join(f"#{number}" for number in numbers) + (" 等" if count > len(numbers) else "")
    return f"【转走 {count} 条留言】这些店换了客户经理，留言{whom}，您不用再答复。\n{listed}。"


def no_owner(number: int, who: str, what: str, why: str) -> str:
    """To whoever stands above: a request without an owner."""
    return f"【无人负责 #{number}】{who}：{what}\n{why}。请分派给客户经理。"


def many_without_owner(count: int, whys: Sequence[str]) -> str:
    return f"【{count} 条留言无人负责】{'；'.join(whys)}。请分派给客户经理。"


def not_reached(number: int, who: str, owner: str, why: str) -> str:
    """To whoever stands above: a manager who cannot be notified in WeChat."""
    return f"【通知不到 #{number}】{who}的留言，负责人{owner}{why}。请转告。"


def many_not_reached(owner: str, why: str, count: int) -> str:
    """The same for all their waiting requests, in place of notices that would pile up.

    >>> many_not_reached("陈志强", OUT_OF_REACH, 5)
    '【通知不到】陈志强的微信现在收不到通知，名下 5 条留言等着答复。请转告。'
    """
    return f"【通知不到】{owner}{why}，名下 {count} 条留言等着答复。请转告。"


def not_delivered(number: int, shop: str, what: str, why: str) -> str:
    """To the writer of an answer that was not delivered.

    >>> not_delivered(128, "城南便利店", "“明早到”", "对方在黑名单里")
    '【没有送达 #128】城南便利店没有收到您的答复“明早到”：对方在黑名单里。\\n请打电话，再回复“128 已电话 说了什么”。'
    """
    return f"【没有送达 #{number}】{shop}没有收到您的答复{what}{f'：{why}' if why else ''}。\n{_call(number)}"


def put_off(number: int, shop: str, what: str) -> str:
    """To a writer who was told that an answer is sent, while WeChat accepts it only later.

    >>> print(put_off(128, "城南便利店", "“明早到”"))
    【还没送到 #128】微信现在不让发，您的答复“明早到”要等城南便利店下次来消息时才送到。
    着急请打电话，再回复“128 已电话 说了什么”。
    """
    late = f"【还没送到 #{number}】微信现在不让发，您的答复{what}要等{shop}下次来消息时才送到。"
    return f"{late}\n着急请打电话，再回复“{number} 已电话 说了什么”。"


def went_as_notice(number: int, shop: str, what: str) -> str:
    """To a writer who was told that an answer is sent, while it went as a notice that has to be opened."""
    went = f"【改发服务通知 #{number}】微信现在不让直接发，您的答复{what}已改发服务通知，{shop}点开才看得到。"
    return f"{went}\n着急请打电话，再回复“{number} 已电话 说了什么”。"


def perhaps_not_delivered(number: int, shop: str, what: str) -> str:
    """To the writer of an answer whose delivery is unsure."""
    return f"【不确定 #{number}】{shop}可能没有收到您的答复{what}。\n{_call(number)}"


def _call(number: int) -> str:
    return f"请打电话，再回复“{number} 已电话 说了什么”。"


def waiting(count: int, numbers: Sequence[int]) -> str:
    """In place of notices that would pile up while they cannot be delivered."""
    if not count:
        return "【有几条留言的通知等您看】回复“待办”看全部。"
    listed = "、".join(f"#{number}" for number in numbers)
    return f"【{count} 条留言等您答复】等得最久的是 {listed}。回复“待办”看全部。"


#: Why a request has another owner: its shop has another manager.
MOVED_ALONG = "这家店换了客户经理，留言跟着走：{}"
#: Titles of a request that came from another owner, of a complaint, and of one whose shop wrote again.
HANDED_ON, COMPLAINT, REOPENED, AGAIN = "转来", "投诉", "又来留言", "新回复"
#: Why a request or a complaint came to its owner.
CAME, COMPLAINT_CAME = "{}。", "{}，被投诉的人看不到。"
NOT_BOUND = "还没有绑定微信"
NOT_FOLLOWING = "已取消关注服务号"
OUT_OF_REACH = "的微信现在收不到通知"
OPEN_PAGE = "点这里查看"
#: What staff call a message that waits, or may have arrived.
A_REQUEST, AN_ANSWER, A_QUESTION, A_NOTICE = "留言", "答复", "评价邀请", "通知"
#: What a button of a push that leads to a message is called where staff choose it.
CONTACT_ME = "联系我：给客户经理留言"
OF_SEVERAL = "给客户经理的通知（几条留言）"


def group(title: str) -> str:
    return f"群发《{title}》"


def _until(allowed: int | None, due_at: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    if due_at is None:
        return ""
    if due_at <= now:
        return f"已超时，应于 {full(due_at, zone)} 前答复。"
    within = f"{span(allowed)}内答复，" if allowed else ""
    return f"{within}截止 {full(due_at, zone)}。"


def _how(number: int, what: str = "") -> str:
    listen = f"回复“{number} 听”可听语音。" if what.startswith(f"[{KINDS['voice']}]") else ""
    return f"直接回复“{number} 内容”。{listen}"
