"""Permissions of the pages of visits."""

from console.rules.visitors import EVERYBODY, LEADING, MARKETING, WORKING_WITH_SHOPS, Permission

VISITS_SEE = Permission("visits_see", EVERYBODY)
VISITS_ANSWER = Permission("visits_answer", WORKING_WITH_SHOPS)
VISITS_SETTINGS = Permission("visits_settings", MARKETING)
VISITS_EXPORT = Permission("visits_export", LEADING)

ALL = (VISITS_SEE, VISITS_ANSWER, VISITS_SETTINGS, VISITS_EXPORT)
