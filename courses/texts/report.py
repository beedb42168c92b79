"""Words of a course's report for staff."""

from courses.models.figures import AT_END

UNITS = {True: "人", False: "家"}
PART = "下面只是您负责的店。"
PART_OF_STAFF = "这门课是客户经理学的，下面只是您自己。"
NOBODY = "还没有人加入。刚发布的，过几分钟就有数。"
NOBODY_OF_PART = "您负责的店里还没有人加入。"
ESTIMATE = "按公司原标准估算，一家店一年只算一次"
MINUTE = 60


def share(part: int, whole: int) -> str:
    """The share of a number in another, as it stands below a figure.

    >>> share(1, 3), share(0, 0)
    ('33%', '')
    """
    return f"{round(100 * part / whole)}%" if whole else ""


def pace(every_days: int | None) -> str:
    """How the lessons of a course come.

    >>> pace(None), pace(1), pace(7)
    ('一次全放出', '每天一课', '每 7 天一课')
    """
    return {None: "一次全放出", 1: "每天一课"}.get(every_days, f"每 {every_days} 天一课")


def took(seconds: float | None) -> str:
    """How long a lesson took.

    >>> took(None), took(40), took(62.5), took(180)
    ('—', '40 秒', '1 分 2 秒', '3 分钟')
    """
    if seconds is None:
        return "—"
    minutes, rest = divmod(int(seconds), MINUTE)
    if not minutes:
        return f"{rest} 秒"
    return f"{minutes} 分 {rest} 秒" if rest else f"{minutes} 分钟"


def stop(lesson: int, screen: int) -> str:
    """Where somebody has stopped.

    >>> stop(2, 3), stop(2, AT_END)
    ('第 2 课第 3 屏', '第 2 课最后一步')
    """
    return f"第 {lesson} 课" + ("最后一步" if screen == AT_END else f"第 {screen} 屏")


def errand(title: str) -> str:
    """What a manager is to tell a shop."""
    return f"微课《{title}》还没有学完，请提醒店主"


def handed_over(made: int, day: str) -> str:
    """What is said once errands were made.

    >>> handed_over(2, "12 月 8 日"), handed_over(0, "12 月 8 日")
    ('已交给客户经理 2 件，请在 12 月 8 日前办。', '都已经交过了。')
    """
    return f"已交给客户经理 {made:,} 件，请在 {day}前办。" if made else "都已经交过了。"
