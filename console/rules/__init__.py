"""Decisions of the console: who may do what, how long a session lasts, which passwords will do; no database here."""
