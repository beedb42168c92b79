"""Verbs of the console: make users, let them in, turn them out."""
