"""Sentences of effect on the console, the command line and in notices."""

NO_MONTH = "“{}”不是月份，请写成 2026-11 这样。"
NOT_YET = "{} 还没有到，没有成效可看。"
NOT_OVER = "{} 还没有过完，不能结账。"
IS_CLOSED = "{} 已经结账。"
IS_OPEN = "{} 还没有结账，数字一直在更新，不用重算。"
NO_AREA = "没有叫“{}”的片区。"
NO_MANAGER = "没有电话是“{}”的客户经理。"
NO_CHANGE = "没有变化。"
FOR_MANAGERS = "这一页给客户经理看。您是零售户的话，请从菜单进入。"
CARD = "每个月的数，和上月比"
OPEN_PAGE = "看这个月的成效"


def month_is_there(month: str) -> str:
    """To a supervisor, on the first working day: last month's figures are there.

    >>> month_is_there("2026 年 10 月")
    '2026 年 10 月成效已结账，您片区的数都在里面。'
    """
    return f"{month}成效已结账，您片区的数都在里面。"


def mail(month: str) -> str:
    """The same by e-mail, where the file is a task of the console."""
    return f"{month}成效已结账。您片区的表格在工作台的“任务”里，保留 7 天；以后也可以在“月度成效”里再导出。"
