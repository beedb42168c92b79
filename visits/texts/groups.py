"""Texts about visit groups, plans and visits."""

from datetime import date, timedelta

from visits.texts import times

NO_SUCH = "没有这次群发。"
NO_SUCH_PLAN = "没有这个计划。"
NO_SUCH_SHOP = "没有这家店，或不归您负责。"
WRITER_GONE = "写这次群发的人已停用。"
NOBODY = "这里面没有能收到的店：要归您负责、已绑定微信、并关注着公众号。"
SENT = "已安排发送。每家店的回复会成为各自的留言。"
UNDONE = "已撤销。"
NOTHING_TO_UNDO = "没有可撤销的。"
HOW = {"shop": "上门", "phone": "电话", "chat": "微信"}
#: The same on the buttons of a customer manager's phone.
DONE = {"shop": "去过了", "phone": "打过了", "chat": "聊过了"}
#: In front of a message that its writer sends to themselves, to see it.
TRIAL = "【试发】"
TRIED = "已发到您的微信，只有您收到。"
NOT_BOUND = "您的微信没有绑定客户经理，试发没有地方可去。请先在公众号里绑定，再试一次；也可以直接看“店主看到的样子”。"
SAY_FIRST = "微信现在不让往您的聊天里发。请先在公众号里随便发一句，再点一次。"


def too_many(most: int) -> str:
    return f"微信一天最多让公众号发 {most:,} 条服务通知，所以一次最多发给 {most:,} 家店，请按片区或类型分几天发。"


def takes(span: timedelta, ahead: int) -> str:
    """How long sending takes, shown before it is sent.

    >>> takes(timedelta(minutes=21, seconds=5), 1200)
    '前面还有 1,200 条群发在排队，发完大约要 22 分钟；这期间的答复和通知照样先发。'
    >>> takes(timedelta(seconds=5), 0)
    '一分钟内发完。'
    """
    before = f"前面还有 {ahead:,} 条群发在排队，" if ahead else ""
    minutes = -(-span // timedelta(minutes=1))
    if minutes <= 1:
        return f"{before}一分钟内发完。"
    return f"{before}发完大约要 {times.span(minutes * 60)}；这期间的答复和通知照样先发。"


def out_of_touch(count: int, days: int) -> str:
    reason = "超过 48 小时没来过消息，或能发的条数用完了"
    return f"有 {count:,} 家微信现在不让发（{reason}）：等他们来消息时再发，{days} 天后不再发。"


def visited(shop: str, how: str) -> str:
    return f"已记下：{HOW[how]}拜访{shop}。"


def nothing_due(next_on: date | None, today: date) -> str:
    """Why no shop of a plan is listed: when the first one is due; `next_on` is None where the visitor has no shop in
    the plan.

    >>> nothing_due(date(2026, 12, 23), date(2026, 11, 23)), nothing_due(date(2026, 11, 23), date(2026, 11, 23))
    ('还没有到期的，最早的一家 12 月 23 日到期。', '没有过期的，最早的一家今天到期。')
    """
    if next_on is None:
        return "这个计划里没有您能看到的店。"
    if next_on == today:
        return "没有过期的，最早的一家今天到期。"
    if next_on < today:
        return "后面没有了。"
    return f"还没有到期的，最早的一家 {next_on.month} 月 {next_on.day} 日到期。"


def cancelled(count: int) -> str:
    return f"已取消，{count} 家还没发出的不再发。" if count else "已取消；都已发出，没有可收回的。"
