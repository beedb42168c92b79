"""Texts of the report of a push: why it was missed, and what is said beside figures."""

from campaigns.texts import OUTCOMES
from campaigns.texts import REASONS as GENERAL
from wechat_bot.mass.answers import remedy

#: Why a shop missed it; the same words on every page of the console.
REASONS = {
    **{outcome.value: words for outcome, words in OUTCOMES.items()},
    **GENERAL,
    "not_delivered": "微信没有送达",
    "late": "过时未发",
    "cancelled": "取消了",
    "stopped": "取消了",
    "unsure": "不确定",
}
#: Reasons that planning can avoid; the others are the shop's own.
AVOIDABLE = ("same_day", "cap", "quota", "no_channel", "alone")


#: States of a part.
PARTS = {
    "planned": "等着发",
    "drafted": "草稿已备好",
    "sending": "正在发",
    "accepted": "微信已收下",
    "finished": "发完",
    "refused": "微信没有发",
    "unsure": "不确定",
    "cancelled": "取消",
    "late": "过时未发",
}


def part_remedy(state: str, code: int | None) -> str:
    """What can be done about a part that did not go, or of which nobody knows.

    >>> part_remedy("refused", 20013), part_remedy("unsure", None)[:12], part_remedy("finished", None)
    ('请改了内容，另写一份再发。', '请到公众平台“发表记录”', '')
    """
    if state == "unsure":
        return "请到公众平台“发表记录”看看发了没有，在“消息”里记下。"
    return remedy(code) if state == "refused" else ""


def rate(part: int, whole: int) -> str:
    """A rate with what it is of, never more than is known.

    >>> rate(312, 1204), rate(0, 0)
    ('打开 312 / 可知 1,204（26%）', '还不知道有没有人打开')
    """
    if not whole:
        return "还不知道有没有人打开"
    return f"打开 {part:,} / 可知 {whole:,}（{round(100 * part / whole)}%）"


def not_named(count: int) -> str:
    """Fewer were sent than were given to WeChat, and it does not say who is missing.

    >>> not_named(12)
    '12 人没有收到，不知道是谁；本月是否在公众平台手工群发过？'
    """
    return f"{count:,} 人没有收到，不知道是谁；本月是否在公众平台手工群发过？"


def missed_title(title: str) -> str:
    """What a manager is to tell a shop."""
    return f"推送《{title}》没有送到，请告诉店主"
