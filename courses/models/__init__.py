"""Nouns of courses: their tables."""
