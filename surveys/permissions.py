"""Permissions of the pages of surveys."""

from console.rules.visitors import EVERYBODY, MARKETING, Permission

SURVEYS_SEE = Permission("surveys_see", EVERYBODY)
SURVEYS_WRITE = Permission("surveys_write", MARKETING)
SURVEYS_EXPORT = Permission("surveys_export", MARKETING)

ALL = (SURVEYS_SEE, SURVEYS_WRITE, SURVEYS_EXPORT)
