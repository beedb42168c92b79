"""Texts about campaigns for people."""

from campaigns.models import CampaignState, Outcome

NO_SUCH = "没有这一次发送。"
IS_OVER = "这一次已经发完、取消或结束了。"
NOT_PAUSED = "这一次没有暂停，不用继续。"
NOT_SUBMITTED = "这一次不在等审批。"
OWN = "自己安排或改过的，要由别人审批。"
CHANGED = "对象已改动，需重新审批。"

STATES = {
    CampaignState.SUBMITTED: "等审批",
    CampaignState.PLANNED: "已安排",
    CampaignState.LISTING: "发送中",
    CampaignState.SENDING: "发送中",
    CampaignState.PAUSED: "已暂停",
    CampaignState.SENT: "已发完",
    CampaignState.CANCELLED: "已取消",
    CampaignState.OVER: "已结束",
    CampaignState.BROKEN: "没有发",
}
OUTCOMES = {
    Outcome.LISTED: "等着排队",
    Outcome.QUEUED: "排队发送",
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
    "often": "这一周已收到够多",
}
