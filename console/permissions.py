"""Permissions of the console's own pages."""

from console.rules.visitors import ADMINS, EVERYBODY, MARKETING, Permission

#: Open without a sign-in.
ANYONE = Permission("anyone", EVERYBODY)
#: Open to everybody who is signed in.
SIGNED_IN = Permission("signed_in", EVERYBODY)
AUDIT_SEE = Permission("audit_see", ADMINS, "看操作记录")
TASKS_ALL = Permission("tasks_all", ADMINS, "看所有人的任务")
#: See the state of messages.
OUTBOX_SEE = Permission("outbox_see", MARKETING, "看发出的消息")
#: See faults that only the operator can mend.
SYSTEM_SEE = Permission("system_see", ADMINS, "看系统故障")

ALL = (ANYONE, SIGNED_IN, AUDIT_SEE, TASKS_ALL, OUTBOX_SEE, SYSTEM_SEE)
