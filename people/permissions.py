"""Permissions of the people pages."""

from console.rules.visitors import ADMINS, EVERYBODY, LEADING, MARKETING, WORKING_WITH_SHOPS, Permission

PEOPLE_SEE = Permission("people_see", EVERYBODY, "看零售户名单")
PEOPLE_PHONES = Permission("people_phones", WORKING_WITH_SHOPS, "看完整手机号")
PEOPLE_IMPORT = Permission("people_import", MARKETING, "导入名单")
PEOPLE_EXPORT = Permission("people_export", LEADING, "导出名单")
#: Irreversible, so only for admins.
PEOPLE_ERASE = Permission("people_erase", ADMINS, "删除个人信息")
AREAS_EDIT = Permission("areas_edit", LEADING, "改片区和代班")
AUDIENCES_EDIT = Permission("audiences_edit", WORKING_WITH_SHOPS, "建对象")
TAGS_EDIT = Permission("tags_edit", MARKETING, "建标签")
TAGS_PUT = Permission("tags_put", WORKING_WITH_SHOPS, "打标签")
CODES_PRINT = Permission("codes_print", WORKING_WITH_SHOPS, "打印绑定卡")
ERRANDS_DO = Permission("errands_do", WORKING_WITH_SHOPS, "办交代的事")
USERS_MANAGE = Permission("users_manage", ADMINS, "管账号")
OUTBOX_SETTLE = Permission("outbox_settle", MARKETING, "处理没送到的消息")

ALL = (
    *(PEOPLE_SEE, PEOPLE_PHONES, PEOPLE_IMPORT, PEOPLE_EXPORT, PEOPLE_ERASE, AREAS_EDIT, AUDIENCES_EDIT, TAGS_EDIT),
    *(TAGS_PUT, CODES_PRINT, ERRANDS_DO, USERS_MANAGE, OUTBOX_SETTLE),
)
