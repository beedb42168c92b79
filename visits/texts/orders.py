"""Texts to managers about their orders in the chat: questions, and what was done."""

from collections.abc import Sequence

#: How each action on a request is written, with its argument.
ORDERS = {
    "close": "完结",
    "no_reply_needed": "不用回复",
    "reopen": "重开",
    "transfer": "转 {}",
    "note": "备注 {}",
    "snooze": "稍后 {}",
    "called": "已电话 {}",
    "listen": "听",
}
#: What was done: a request's number, and its shop or the moment it comes back.
DONE = {
    "close": "#{0} {1}已完结。",
    "no_reply_needed": "#{0} 已记为不用回复，并完结。",
    "reopen": "#{0} 已重开。回复“{0} 内容”答复。",
    "note": "#{0} 已记下备注，店主看不到。",
    "snooze": "#{0} {1} 再放回待办。答复时限不变。",
    "called": "#{0} 已记下电话联系。完结请回复“{0} 完结”。",
    "listen": "#{0} 的语音发给您了。回复“{0} 内容”答复。",
}
#: Words that say that what was quoted is to be sent.
SEND_IT = {"发", "发送", "发出", "发吧", "确认", "确认发送"}
NOTHING_TO_SEND = "没有等着发的内容。要答复，请写“编号 内容”；回复“待办”看编号。"
NOTE_NEEDS_WORDS = "请写上要记的内容，如：{} 备注 上月也断过"
SEVERAL_MANAGERS = "有几位客户经理叫“{}”，请在页面上转交。"


def do_it(verb: str, rest: str, number: int) -> str:
    """A choice: what would be done with a request."""
    done = {"no_reply_needed": "记为不用回复", "note": "记成备注“{}”", "transfer": "转给{}"}
    return f"{done.get(verb, ORDERS[verb]).format(rest).strip()} #{number}"


def ask_back(number: int, shop: str, what: str, order: str) -> str:
    """To a manager whose text resembles an order and is none."""
    return f"“{what}”没有照办，也没有发出。您是要：\n1 {order}\n2 整句发给 #{number} {shop}\n都不是就不用管。"


def ask_to_send(number: int, shop: str, what: str) -> str:
    """To a manager whose text begins like an order, or has its number in an odd place."""
    return f"将发给{shop}：{what}\n回复“发”就发出；不发就不用管。要完结请回复“{number} 完结”。"


def ask_number(lines: Sequence[str], order: str) -> str:
    """To a manager who wrote an action without a request's number."""
    if not lines:
        return "现在没有待办的留言。"
    return f"请带上编号，如：{lines[0].partition(' ')[0].lstrip('#')} {order}\n" + "\n".join(lines)


def no_such_manager(name: str, number: int, shop: str) -> str:
    asked = f"没有叫“{name}”的客户经理。" if name else "请写上转给谁。"
    return f"{asked}请写全名，如：{number} 转 林小燕，或在页面上转交。\n要把整句发给{shop}，请回复“发”。"
