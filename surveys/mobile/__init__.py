"""Surveys inside WeChat: the page a shop fills in, and its screens."""
