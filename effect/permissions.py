"""Permissions of the pages of effect."""

from console.rules.visitors import ADMINS, EVERYBODY, LEADING, MARKETING, WORKING_WITH_SHOPS, Permission

EFFECT_SEE = Permission("effect_see", EVERYBODY, "看每月成效")
EFFECT_EXPORT = Permission("effect_export", LEADING, "导出每月成效")
EFFECT_CLOSE = Permission("effect_close", ADMINS, "给月份结账、重算、改纸面的数")
SCORES_SEE = Permission("scores_see", WORKING_WITH_SHOPS, "看客户经理评分表；客户经理看自己的，可以写说明")
SCORES_EXPORT = Permission("scores_export", LEADING, "导出客户经理评分表")
SCORES_WEIGH = Permission("scores_weigh", MARKETING, "定评分的权重和客户经理的级别")
STICKING_HAND = Permission("sticking_hand", LEADING, "把可能流失的店交给客户经理")
COSTS_SEE = Permission("costs_see", MARKETING, "看发消息的费用")
COSTS_SET = Permission("costs_set", ADMINS, "定短信的价格")

ALL = (
    EFFECT_SEE,
    EFFECT_EXPORT,
    EFFECT_CLOSE,
    SCORES_SEE,
    SCORES_EXPORT,
    SCORES_WEIGH,
    STICKING_HAND,
    COSTS_SEE,
    COSTS_SET,
)
