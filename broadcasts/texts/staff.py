"""Texts of pushes to staff."""

from collections.abc import Sequence

EVERYBODY = "全部同事"
NOBODY_YET = "还没有选"
NOBODY = "选的条件里没有同事。"
UNKNOWN = "发给同事的推送不认识“{}”这个条件。"
ONLY_ALL = "发给全部同事写 staff: all，不能再加别的条件。"
NO_ROLE = "没有“{}”这个角色。"
NO_AREA = "没有片区“{}”。"
UNREADABLE = "“{}”要写成名字，或名字的列表。"
NO_PROMO = "发给同事的推送，性质请选“业务通知”或“节日祝福”；品牌宣传只发给核实过的店。"
NO_ROWS = "有各店表格的推送只发给表格里的店，不能发给同事。"
HOW = "在微信里发给聊过的同事；选了收邮件的，也发邮件"
NOT_FOR_ALL = "给同事的消息"
ONLY_STAFF = "这条消息是发给同事的。"

#: What became of those who were not left out, and why others were.
WORDS = {
    "listed": "等着发",
    "queued": "正在发",
    "held": "等对方联系",
    "custom": "微信已收到",
    "template": "已发模板消息",
    "arrived": "模板消息已送达",
    "mailed": "已发邮件",
    "unsure": "不确定",
    "unbound": "没有绑定微信，也不收邮件",
    "unfollowed": "没有关注公众号",
    "disabled": "已停用",
    "no_channel": "48 小时内没有聊过",
    "no_mail": "只能发邮件，可系统没有设置发邮件的服务器",
    "late": "过时未发",
    "refused": "微信没有送达",
    "not_mailed": "邮件没有发出",
    "stopped": "取消了",
}


def of_area(name: str) -> str:
    return f"{name}的客户经理"


def some(parts: Sequence[str]) -> str:
    return f"同事：{'、'.join(parts)}"


def mail(words: str, address: str) -> str:
    """The text of the e-mail of a push.

    >>> mail("周三盘点。", "https://x.cn/console/broadcasts/pushes/7")
    '周三盘点。\\n\\n在后台看：https://x.cn/console/broadcasts/pushes/7'
    """
    return f"{words}\n\n在后台看：{address}"
