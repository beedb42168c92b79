"""Surveys: staff ask a few questions, retailers answer them in the chat or on a page."""
