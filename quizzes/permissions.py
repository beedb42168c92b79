"""Permissions of the pages of quizzes."""

from console.rules.visitors import EVERYBODY, MARKETING, Permission

QUIZZES_SEE = Permission("quizzes_see", EVERYBODY, "看测试和成绩")
QUIZZES_WRITE = Permission("quizzes_write", MARKETING, "写题库和试卷、发布")
QUIZZES_REKEY = Permission("quizzes_rekey", MARKETING, "更正答案、批准别人提出的更正")
QUIZZES_EXPORT = Permission("quizzes_export", MARKETING, "导出成绩")

ALL = (QUIZZES_SEE, QUIZZES_WRITE, QUIZZES_REKEY, QUIZZES_EXPORT)
