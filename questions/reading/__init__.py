"""Readers of replies: what was typed in the chat, ticked and written on a page."""
