"""Texts of surveys, by subject."""
