"""Texts of broadcasts, by subject."""
