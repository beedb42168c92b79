"""Permissions that the console itself asks for."""

from console.rules.visitors import ADMINS, EVERYBODY, MARKETING, Permission

#: Need not be signed in.
ANYONE = Permission("anyone", EVERYBODY)
#: Signed in, whoever it is.
SIGNED_IN = Permission("signed_in", EVERYBODY)
AUDIT_SEE = Permission("audit_see", ADMINS)
TASKS_ALL = Permission("tasks_all", ADMINS)
#: What became of the messages.
OUTBOX_SEE = Permission("outbox_see", MARKETING)
#: What only who runs the platform can mend.
SYSTEM_SEE = Permission("system_see", ADMINS)

ALL = (ANYONE, SIGNED_IN, AUDIT_SEE, TASKS_ALL, OUTBOX_SEE, SYSTEM_SEE)
