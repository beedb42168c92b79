"""Queries of surveys: lists, answer sheets, figures, cross-tabs, waves, words."""
