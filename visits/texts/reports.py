"""Texts of reports: the names of figures."""

DIVISIONS = {
    "manager": "按客户经理",
    "area": "按片区",
    "category": "按类别",
    "class": "按客户类型",
    "week": "按周",
    "month": "按月",
}
#: The label for a request that has none of these.
NOBODYS = {"manager": "没有负责人", "area": "没有片区", "category": "没有类别", "class": "没有类型"}
#: The times a report may show: their names in a choice, and in a heading.
TIMES = {"first": ("首次答复用时", "首次答复"), "next": ("再次答复用时", "再次答复"), "closing": ("办结用时", "办结")}
FIGURES = {
    "all": "全部留言",
    "kept": "按承诺时限答复",
    "broken": "没按承诺时限答复",
    "within": "24 小时内答复",
    "late": "没在 24 小时内答复",
    "overdue": "超过承诺时限",
    "lost": "错过微信回复期",
    "open": "没办结",
    "closed": "已办结",
    "rated": "评价过",
    "discontent": "不满意",
}
#: What each figure counts, shown next to it in the file and under the table.
EXPLAINED = (
    "按留言的时间统计，作废的不算。",
    "按承诺时限答复：首次答复不晚于当时承诺的截止时间（按当时的时限、工作时间和节假日）。"
    "分母是已答复的，加上已过截止还没答复的。不用回复就办结的、截止时间还没到的不算。",
    "24 小时内答复：首次答复在留言后 24 小时内；分母是已答复的，加上等了 24 小时还没答复的。"
    "不用回复就办结的、还没等满 24 小时的不算。",
    "首次答复用时：从留言到第一次答复。再次答复用时：对方又留言后到答复为止，一条留言有几次的取最久的一次。"
    "办结用时：从留言到办结。都按自然时间。",
    "中位数：一半不超过它；90%：十条里有九条不超过它。算法与 Excel 的 PERCENTILE.INC 相同。",
    "超过承诺时限：首次答复或对方又留言后的答复，有一次晚于当时承诺的截止时间。",
    "错过微信回复期：48 小时内没有答复，微信不再让发消息。",
    "算谁的：谁首次答复就算谁的，没人答复的算负责人。代班答复的算代班人。",
)
