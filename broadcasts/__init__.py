"""Broadcasts (微培育): a library of articles, and pushes that are planned, approved, sent once, and accounted for."""
