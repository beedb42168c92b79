"""Permissions of the pages of visits."""

from console.rules.visitors import EVERYBODY, LEADING, MARKETING, WORKING_WITH_SHOPS, Permission

VISITS_SEE = Permission("visits_see", EVERYBODY, "看留言和拜访")
VISITS_ANSWER = Permission("visits_answer", WORKING_WITH_SHOPS, "答复留言、记拜访、群发")
VISITS_SETTINGS = Permission("visits_settings", MARKETING, "改微拜访的设置")
VISITS_EXPORT = Permission("visits_export", LEADING, "导出留言和统计")

ALL = (VISITS_SEE, VISITS_ANSWER, VISITS_SETTINGS, VISITS_EXPORT)
