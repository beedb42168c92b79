"""Permissions of the pages of broadcasts."""

from console.rules.visitors import EVERYBODY, LEADING, MARKETING, Permission

LIBRARY_SEE = Permission("library_see", EVERYBODY, "看资料库")
LIBRARY_WRITE = Permission("library_write", MARKETING, "写文章、改栏目和品牌")
PUSHES_SEE = Permission("pushes_see", EVERYBODY, "看推送和结果")
PUSHES_WRITE = Permission("pushes_write", MARKETING, "写推送、提交和暂停")
PUSHES_APPROVE = Permission("pushes_approve", LEADING, "审批推送")
PUSHES_EXPORT = Permission("pushes_export", LEADING, "导出推送名单")

ALL = (LIBRARY_SEE, LIBRARY_WRITE, PUSHES_SEE, PUSHES_WRITE, PUSHES_APPROVE, PUSHES_EXPORT)
