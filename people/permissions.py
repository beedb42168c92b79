"""Permissions of the people pages."""

from console.rules.visitors import ADMINS, EVERYBODY, LEADING, MARKETING, WORKING_WITH_SHOPS, Permission

PEOPLE_SEE = Permission("people_see", EVERYBODY)
PEOPLE_PHONES = Permission("people_phones", WORKING_WITH_SHOPS)
PEOPLE_IMPORT = Permission("people_import", MARKETING)
PEOPLE_EXPORT = Permission("people_export", LEADING)
#: Irreversible, so only for admins.
PEOPLE_ERASE = Permission("people_erase", ADMINS)
AREAS_EDIT = Permission("areas_edit", LEADING)
AUDIENCES_EDIT = Permission("audiences_edit", WORKING_WITH_SHOPS)
TAGS_EDIT = Permission("tags_edit", MARKETING)
TAGS_PUT = Permission("tags_put", WORKING_WITH_SHOPS)
CODES_PRINT = Permission("codes_print", WORKING_WITH_SHOPS)
USERS_MANAGE = Permission("users_manage", ADMINS)
OUTBOX_SETTLE = Permission("outbox_settle", MARKETING)

ALL = (
    *(PEOPLE_SEE, PEOPLE_PHONES, PEOPLE_IMPORT, PEOPLE_EXPORT, PEOPLE_ERASE, AREAS_EDIT, AUDIENCES_EDIT, TAGS_EDIT),
    *(TAGS_PUT, CODES_PRINT, USERS_MANAGE, OUTBOX_SETTLE),
)
