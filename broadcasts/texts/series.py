"""Texts to staff about series of pushes."""

NO_SUCH = "没有这个系列。"
HAS_ENDED = "这个系列已经结束。"
NO_NAME = "请给这个系列起个名字，如：每周货源。"
ENDS_BEFORE = "结束的日子已经过了。"
OWN = "自己写的、改过的系列，要请别人审批。"
NOTHING_ASKED = "这一次不用再定日子。"
IS_PAST = "这一天已经过了，请选今天以后的日子。"
NOT_SUBMITTED = "这一次没有自动提交："
HAS_ROWS = "这条推送有各店表格，每一次都不一样，不能做成系列。"
NO_MODEL = "请选照哪一条推送写。"
NO_REST = "遇到休市日怎么办，请选照常、顺延或跳过。"
NO_TIME = "时间请写成 09:00 这样。"
NO_DAY = "请选定在哪一天。"
CHANGED = "这个系列刚刚改过，请看过现在的内容和对象，再批准。"


def changed(cancelled: int) -> str:
    """What is said of a series that was changed.

    >>> changed(2)
    '已保存。还没有发的 2 次取消了，很快按新的写好，等人审批。'
    """
    return f"已保存。还没有发的 {cancelled} 次取消了，很快按新的写好，等人审批。" if cancelled else "已保存。"


def asked(name: str, year: int) -> str:
    """The question on an occurrence whose day depends on holidays that nobody has published.

    >>> asked("元旦祝福", 2027)
    '《元旦祝福》：2027 年的放假安排还没有公布，这一次定在哪天？'
    """
    return f"《{name}》：{year} 年的放假安排还没有公布，这一次定在哪天？"
