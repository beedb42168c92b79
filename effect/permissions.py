"""Permissions of the pages of effect."""

from console.rules.visitors import ADMINS, EVERYBODY, Permission

EFFECT_SEE = Permission("effect_see", EVERYBODY, "看每月成效")
EFFECT_CLOSE = Permission("effect_close", ADMINS, "给月份结账、重算、改纸面的数")

ALL = (EFFECT_SEE, EFFECT_CLOSE)
