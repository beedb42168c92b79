"""Texts about campaigns for people."""

from collections.abc import Sequence

from campaigns.models import CampaignState, Outcome

NO_SUCH = "没有这一次发送。"
IS_OVER = "这一次已经发完、取消或结束了。"
NOT_RUNNING = {
    CampaignState.DRAFT: "这一次还是草稿，没有在发送。",
    CampaignState.SUBMITTED: "这一次还没有批准，没有在发送。",
    CampaignState.PAUSED: "这一次已经暂停了。",
}
NOT_PAUSED = "这一次没有暂停，不用继续。"
NOT_DRAFT = "这一次不是草稿，不能提交。"
HAS_BEGUN = "这一次已经开始发送，或已经结束了，不能再改。"
WHY = "请写上退回的原因。"
MISSED = "到了截止时间还没有开始发送。"
MISSED_PAUSED = "暂停着过了截止时间，没发完的不再发。"
NOT_SUBMITTED = "这一次不在等审批。"
SUBMITTED_ANEW = "这条推送刚刚改过，又提交了一次。请看过现在的内容和对象，再批准。"
OWN = "自己写过、改过或提交的，要由别人审批。"
CHANGED = "对象已改动，需重新审批。"
NO_SUCH_USER = "没有这个用户，或已经停用：{}。"
MAY_NOT = "“{}”没有这个权限。"

#: Why a mass message of a campaign is held back.
PART_PAUSED, PART_OVER, PART_EARLY = "推送已暂停", "推送已结束", "名单还没写完"


def refused_part(number: int, why: str) -> str:
    """Why a campaign paused itself: WeChat refused one of its mass messages.

    >>> refused_part(2, "版权不明")
    '第 2 批没有发出：版权不明'
    """
    return f"第 {number} 批没有发出：{why}"[:300]


def refused_in_row(count: int) -> str:
    """Why a campaign paused itself: WeChat refused so many messages in a row.

    >>> refused_in_row(10)
    '微信接连 10 次没有收下消息，请先看原因，再继续发送。'
    """
    return f"微信接连 {count} 次没有收下消息，请先看原因，再继续发送。"


def missed_paused(meant: int, sent: int, left: int) -> str:
    """Why a paused campaign is over: its last moment passed.

    >>> missed_paused(1200, 390, 800)
    '暂停着过了截止时间：应发 1,200 家，微信收下 390 家，还没发的 800 家不再发。'
    """
    return f"暂停着过了截止时间：应发 {meant:,} 家，微信收下 {sent:,} 家，还没发的 {left:,} 家不再发。"


def left_out_of_tag(count: int, names: Sequence[str]) -> str:
    """Why a campaign by tag was not sent: some who carry the tag must not get it.

    >>> left_out_of_tag(2, ["红星店", "老李店"])
    '没有发：有 2 家带着这个标签却不该收到：红星店、老李店。'
    """
    more = " 等" if count > len(names) else ""
    return f"没有发：有 {count:,} 家带着这个标签却不该收到：{'、'.join(names)}{more}。"[:300]


STATES = {
    CampaignState.DRAFT: "草稿",
    CampaignState.SUBMITTED: "等审批",
    CampaignState.PLANNED: "已安排",
    CampaignState.LISTING: "发送中",
    CampaignState.SENDING: "发送中",
    CampaignState.PAUSED: "已暂停",
    CampaignState.SENT: "已发完",
    CampaignState.CANCELLED: "已取消",
    CampaignState.OVER: "已结束",
    CampaignState.BROKEN: "没有发",
    CampaignState.MISSED: "过时未发",
}
OUTCOMES = {
    Outcome.LISTED: "等着排队",
    Outcome.QUEUED: "排队发送",
    Outcome.BATCHED: "在群发里，还没发",
    Outcome.TAKEN: "群发已提交微信",
    Outcome.FINISHED: "群发已完成",
    Outcome.CUSTOM: "客服消息已送达",
    Outcome.TEMPLATE: "模板消息，等回执",
    Outcome.ARRIVED: "模板消息已送达",
    Outcome.HELD: "等店主下次联系",
    Outcome.UNSURE: "不确定是否送达",
    Outcome.SPARED: "发送前已完成",
    Outcome.UNFOLLOWED: "已取消关注",
    Outcome.LATE: "来不及发",
    Outcome.REFUSED: "微信没有送达",
    Outcome.STOPPED: "暂停或取消",
}
#: Why a shop is left out; features add their own reasons.
REASONS = {
    "unbound": "没有绑定微信",
    "unfollowed": "没有关注公众号",
    "waiting": "上一条还没发出",
    "refused": "回复了不再接收",
    "erased": "已要求删除资料",
    "same_day": "同一天有另一条推送",
    "cap": "这一周已收到够多",
    "quota": "本月已满 4 条群发",
    "no_channel": "没有能送达的方式",
    "stranger": "微信不认识这个粉丝",
    "alone": "只剩 1 人，群发至少要 2 人",
}
