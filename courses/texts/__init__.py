"""Sentences of courses for people."""
