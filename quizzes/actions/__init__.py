"""Verbs of quizzes: each changes rows in the transaction of its door."""
