"""Texts of visits, by subject."""
