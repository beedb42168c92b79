"""States of pushes: what people and scripts call the state of a push's campaign."""

from campaigns.models import CampaignState

State = CampaignState
#: For scripts (`flask broadcasts report`).
NAMES = {
    State.DRAFT: "draft",
    State.SUBMITTED: "submitted",
    State.PLANNED: "scheduled",
    State.LISTING: "listing",
    State.SENDING: "sending",
    State.PAUSED: "paused",
    State.SENT: "done",
    State.CANCELLED: "cancelled",
    State.BROKEN: "failed",
    State.MISSED: "missed_its_time",
    State.OVER: "missed_its_time",
}
WORDS = {
    State.DRAFT: "草稿",
    State.SUBMITTED: "等审批",
    State.PLANNED: "已排期",
    State.LISTING: "正在列名单",
    State.SENDING: "发送中",
    State.PAUSED: "已暂停",
    State.SENT: "已完成",
    State.CANCELLED: "已取消",
    State.BROKEN: "没有发成",
    State.MISSED: "过时未发",
    State.OVER: "过时未发",
}
#: In which it may still be changed; every change makes it a draft again.
OPEN = (State.DRAFT, State.SUBMITTED, State.PLANNED)
#: In which it takes its day, for an account that may send once a day.
TAKES_ITS_DAY = (State.SUBMITTED, State.PLANNED, State.LISTING, State.SENDING, State.PAUSED, State.SENT)
#: In which it can be stopped for a while, and for good.
PAUSABLE = (State.PLANNED, State.LISTING, State.SENDING)
CANCELLABLE = (State.DRAFT, State.SUBMITTED, *PAUSABLE, State.PAUSED)


def said(before: str | None, after: str) -> str:
    """What a step of the history is called, by the state before it and the one it led to.

    >>> said(None, "draft"), said("submitted", "draft"), said("draft", "draft"), said("draft", "submitted")
    ('写下', '退回', '修改', '提交审批')
    >>> said("submitted", "planned"), said("paused", "sending"), said("listing", "sending"), said("sending", "paused")
    ('批准', '继续', '发送', '暂停')
    """
    if after == State.DRAFT:
        return _TO_DRAFT.get(before or "", "改动，重新审批")
    if before == State.PAUSED and after in (State.PLANNED, State.LISTING, State.SENDING):
        return "继续"
    return _STEPS[State(after)]


_TO_DRAFT: dict[str, str] = {"": "写下", State.DRAFT: "修改", State.SUBMITTED: "退回"}
_STEPS = {
    State.SUBMITTED: "提交审批",
    State.PLANNED: "批准",
    State.LISTING: "开始列名单",
    State.SENDING: "发送",
    State.PAUSED: "暂停",
    State.SENT: "发完",
    State.CANCELLED: "取消",
    State.BROKEN: "没有发成",
    State.MISSED: "过时未发",
    State.OVER: "过时未发",
}
