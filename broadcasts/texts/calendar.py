"""Texts to staff about the calendar of pushes."""

from datetime import datetime

TO_WHOM = "请选群发给了谁。"
NO_OTHER = "请选和哪一条推送对调。"


def moved(title: str, at: datetime, *, is_reopened: bool) -> str:
    """What is said of a push that was moved.

    >>> moved("元旦祝福", datetime(2027, 1, 1, 9), is_reopened=True)
    '《元旦祝福》挪到了 1 月 1 日 09:00。原来提交过的，时间改了，又成了草稿，要重新提交审批。'
    """
    again = "原来提交过的，时间改了，又成了草稿，要重新提交审批。" if is_reopened else ""
    return f"《{title}》挪到了 {at.month} 月 {at.day} 日 {at:%H:%M}。{again}"


def swapped(title: str, other: str, *, is_reopened: bool) -> str:
    again = "提交过的又成了草稿，要重新提交审批。" if is_reopened else ""
    return f"《{title}》和《{other}》对调了时间。{again}"


def noted(whom: str, count: int, *, is_whole: bool) -> str:
    """What is said of a mass message that was sent by hand.

    >>> noted("城区一片", 165, is_whole=True)
    '已记下：手工群发给城区一片，165 人各用掉本月 1 条。'
    >>> noted("所有关注的人", 20_000, is_whole=False)
    '已记下：手工群发给所有关注的人，正在一批一批记到每个人名下。'
    """
    if is_whole:
        return f"已记下：手工群发给{whom}，{count:,} 人各用掉本月 1 条。"
    return f"已记下：手工群发给{whom}，正在一批一批记到每个人名下。"
