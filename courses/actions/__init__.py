"""Verbs of courses: each changes rows in the transaction of its door."""
