"""Permissions of the console's own pages."""

from console.rules.visitors import ADMINS, EVERYBODY, MARKETING, Permission

#: Open without a sign-in.
ANYONE = Permission("anyone", EVERYBODY)
#: Open to everybody who is signed in.
SIGNED_IN = Permission("signed_in", EVERYBODY)
AUDIT_SEE = Permission("audit_see", ADMINS)
TASKS_ALL = Permission("tasks_all", ADMINS)
#: See the state of messages.
OUTBOX_SEE = Permission("outbox_see", MARKETING)
#: See faults that only the operator can mend.
SYSTEM_SEE = Permission("system_see", ADMINS)

ALL = (ANYONE, SIGNED_IN, AUDIT_SEE, TASKS_ALL, OUTBOX_SEE, SYSTEM_SEE)
