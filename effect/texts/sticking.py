"""Sentences of stickiness: who stops following, and whom one may lose."""

SILENT = "30 天没有联系"
UNOPENED = "最近 3 条推送都没有打开"
DISCONTENT = "最近一次评价不满意"
SEVERAL = "占了两样以上"
LEFT = "取消了关注，还绑着店"
SEE_SILENT = "30 天没有联系了，去问问近况"
SEE_UNOPENED = "最近的推送都没有打开，去问问为什么"
SEE_DISCONTENT = "最近一次评价不满意，去听听哪里不满意"
SEE_SEVERAL = "可能要流失，去看看"
SEE_LEFT = "取消了关注，去请店主再关注"
NO_SUCH_RISK = "没有这一类店。"
EXPLAINED = (
    "一个人一个月里取消关注几次，只算一次；按店当时的片区、类型和客户经理算。",
    "推送送达以后两天内取消关注的，算在最近的那一条上。",
    "留存按第一次绑定的月份分，看到每个月底还有多少人关注；取消了又回来的，回来以后照样算。",
    "注销资料的人不再算关注，但不算取消关注。",
)


def age(months: int) -> str:
    """Say how long after the month of binding.

    >>> age(0), age(3)
    ('当月底', '3 个月后')
    """
    return f"{months} 个月后" if months else "当月底"


def worst(title: str, gone: int, total: int) -> str:
    """Say after what most stopped following.

    >>> worst("推送《旺季陈列》", 5, 12)
    '推送《旺季陈列》之后走的最多：5 人，这个月取消关注的一共 12 人。'
    """
    return f"{title}之后走的最多：{gone:,} 人，这个月取消关注的一共 {total:,} 人。"


def handed_over(made: int, month: int, day: int) -> str:
    """Say that managers were told.

    >>> handed_over(3, 12, 8), handed_over(0, 12, 8)
    ('已交给客户经理 3 件，请在 12 月 8 日前办。', '这个月都已经交过了。')
    """
    return f"已交给客户经理 {made:,} 件，请在 {month} 月 {day} 日前办。" if made else "这个月都已经交过了。"
