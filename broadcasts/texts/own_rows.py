"""Texts of own rows: what a service notice tells a shop of itself, in the chat and to staff."""

from datetime import datetime

from wechat_bot.reply import link

NOTHING = "现在没有单独给您店的通知。回复“留言”可以问客户经理。"
ONLY_FOR_SHOPS = "绑定了店才能看自己店的通知。回复“绑定 许可证号 手机后四位”，例如：绑定 350802100001 8899"
#: To a customer manager, who has no shop to bind.
FOR_MANAGERS = "这是给各店的通知，店主自己能看到，您是客户经理，没有自己的。回复“帮助”看您能做什么。"
GONE = "这份通知里没有您的店，或者已经收回。"
AGAIN = "回复“我的”随时再看。"
#: Why a push with a table cannot be submitted.
ONLY_SERVICE = "有各店表格的推送只能是“业务通知”。"
ONLY_TEXT = "有各店表格的推送，内容请选“文字”。"
ONLY_MESSAGE = "各店收到的不一样，不能群发，“怎么发”请选“只发消息”。"
ONLY_ROWS = "有各店表格的推送，对象就是表格里的店，请不要另选。"


def newest(title: str, at: datetime, lines: str, *, others: int, url: str) -> str:
    """The newest notice in whole, and the way to the others; its moment on the company's clock."""
    more = f"还有 {others} 份以前的。" if others else ""
    way = f"\n{more}{link(url, '点这里看')}" if url else ""
    return f"《{title}》{at.month} 月 {at.day} 日\n{lines}{way}"
