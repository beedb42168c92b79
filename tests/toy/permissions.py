"""Permissions of wishes."""

from console.rules.visitors import MARKETING, WORKING_WITH_SHOPS, Permission

WISHES_SEE = Permission("wishes_see", WORKING_WITH_SHOPS)
#: Take them away as a file, bring in others, and tell the shops that the goods are there.
WISHES_RUN = Permission("wishes_run", MARKETING)
