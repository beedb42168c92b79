"""Permissions of the pages of courses."""

from console.rules.visitors import EVERYBODY, MARKETING, Permission

COURSES_SEE = Permission("courses_see", EVERYBODY, "看微课和学习情况")
COURSES_WRITE = Permission("courses_write", MARKETING, "写微课、发布、回答没答上的问题")
COURSES_EXPORT = Permission("courses_export", MARKETING, "导出学习情况")

ALL = (COURSES_SEE, COURSES_WRITE, COURSES_EXPORT)
