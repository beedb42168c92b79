"""Permissions of the pages of surveys."""

from console.rules.visitors import EVERYBODY, MARKETING, Permission

SURVEYS_SEE = Permission("surveys_see", EVERYBODY, "看问卷和结果")
SURVEYS_WRITE = Permission("surveys_write", MARKETING, "写问卷、发布和邀请")
SURVEYS_EXPORT = Permission("surveys_export", MARKETING, "导出答卷")

ALL = (SURVEYS_SEE, SURVEYS_WRITE, SURVEYS_EXPORT)
