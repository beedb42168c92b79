"""Texts of effect: every sentence said to people."""
