"""Queries of effect: what the rows of all features give, and what the months hold."""
